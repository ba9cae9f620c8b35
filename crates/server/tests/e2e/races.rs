//! Many at once for one time.

use reqwest::StatusCode;

use super::support::{Demo, fresh_database};

/// scenario B1: one slot, two hundred at the same instant: one wins, the rest hear what else is free.
#[tokio::test(flavor = "multi_thread")]
async fn one_slot_is_won_by_exactly_one_of_two_hundred() {
    one_slot(&Demo::start()).await;
}

/// The same on PostgreSQL.
#[tokio::test(flavor = "multi_thread")]
async fn one_slot_is_won_by_exactly_one_on_postgresql() {
    one_slot(&Demo::start_on(Some(&fresh_database("one_slot")))).await;
}

async fn one_slot(demo: &Demo) {
    let slot = demo.slots("maths").await.swap_remove(3);
    let starts = vec![("maths", slot); 200];
    race(demo, starts, 1).await;
}

/// scenario B3: overlapping but unequal intervals, of two event types of one host.
#[tokio::test(flavor = "multi_thread")]
async fn overlapping_intervals_are_won_by_exactly_one() {
    overlapping(&Demo::start()).await;
}

/// The same on PostgreSQL.
#[tokio::test(flavor = "multi_thread")]
async fn overlapping_intervals_are_won_by_exactly_one_on_postgresql() {
    overlapping(&Demo::start_on(Some(&fresh_database("overlapping")))).await;
}

async fn overlapping(demo: &Demo) {
    let exams = demo.slots("maths-exam").await;
    let lessons = demo.slots("maths").await;
    // An exam of 90 minutes and lessons that begin 0, 30 and 60 minutes into it all contain, or touch
    // the inside of, the hour that begins 30 minutes in: any two of the four overlap but the first and
    // the last lesson, which touch.
    let (exam, inside) = exams
        .iter()
        .find_map(|exam| {
            let at = lessons.iter().position(|lesson| lesson == exam)?;
            let inside = lessons.get(at..at + 2)?;
            let apart = instant(&inside[1]) - instant(&inside[0]);
            (apart.get_minutes() == 30 || apart.get_seconds() == 1800)
                .then(|| (exam.clone(), inside.to_vec()))
        })
        .unwrap();
    let mut starts = Vec::new();
    for _ in 0..70 {
        starts.push(("maths-exam", exam.clone()));
        starts.push(("maths", inside[0].clone()));
        starts.push(("maths", inside[1].clone()));
    }
    race(demo, starts, 1).await;
}

fn instant(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

async fn race(demo: &Demo, starts: Vec<(&'static str, String)>, winners: usize) {
    let url = demo.api("/organizations/tutoring/bookings");
    let tasks: Vec<_> = starts
        .into_iter()
        .map(|(event_type, start)| {
            let request = demo
                .client
                .post(&url)
                .json(&super::support::booking(event_type, &start));
            tokio::spawn(async move {
                let answer = request.send().await.unwrap();
                (
                    answer.status(),
                    answer.json::<serde_json::Value>().await.unwrap(),
                )
            })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        let (status, body) = task.await.unwrap();
        match status {
            StatusCode::CREATED => won += 1,
            StatusCode::CONFLICT => {
                assert_eq!(body["code"], "slot_taken", "{body}");
                assert!(
                    !body["alternatives"].as_array().unwrap().is_empty(),
                    "{body}"
                );
            }
            other => panic!("{other}: {body}"),
        }
    }
    assert_eq!(won, winners);
    let kept = demo.get("/bookings?when=upcoming").await;
    assert_eq!(kept["bookings"].as_array().unwrap().len(), winners);
}
