//! Three processes on one PostgreSQL, one of them killed on the way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use tokio::task::JoinSet;

use super::crash::{Home, Served};
use super::support::{booking, client, fresh_database, psql};

const CALLERS: usize = 24;
const ATTEMPTS_EACH: usize = 20;

/// scenarios B1, B3 across processes: whoever answers, no host has two bookings at once, and what was
/// acknowledged is stored, by the killed process too.
#[tokio::test(flavor = "multi_thread")]
async fn three_processes_give_each_time_once() {
    let dirs = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let url = fresh_database("instances");
    let (home, key) = Home::set_up(dirs[0].path(), &url);
    let others = [1, 2].map(|n| home.beside(dirs[n].path()));
    let mut served = vec![Served::start(&home)];
    served.extend(others.iter().map(Served::start));
    let answered = Arc::new(AtomicUsize::new(0));
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let api = served[caller % 3].api.clone();
        callers.spawn(attempts(caller, api, answered.clone()));
    }
    while answered.load(Ordering::Relaxed) < CALLERS * ATTEMPTS_EACH / 3 {
        tokio::task::yield_now().await;
    }
    served.remove(2).kill();
    let acknowledged = callers.join_all().await.concat();
    assert!(
        acknowledged.len() >= 20,
        "too few to prove anything: {}",
        acknowledged.len()
    );

    let http = client();
    for id in &acknowledged {
        let url = format!("{}/bookings/{id}", served[0].api);
        let answer = http.get(url).bearer_auth(&key).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{id} was acknowledged");
    }
    let overlaps =
        "SELECT count(*) FROM claim a JOIN claim b ON a.host_id = b.host_id AND a.id < b.id
                    AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at";
    assert_eq!(psql(&url, overlaps), "0");
    let unclaimed = "SELECT count(*) FROM booking WHERE status = 'confirmed'
                     AND id NOT IN (SELECT booking_id FROM claim)";
    assert_eq!(psql(&url, unclaimed), "0");
    served.into_iter().for_each(Served::kill);
}

async fn attempts(caller: usize, api: String, answered: Arc<AtomicUsize>) -> Vec<String> {
    let http = client();
    let url = format!("{api}/organizations/tutoring/bookings");
    let mut ids = Vec::new();
    for n in 0..ATTEMPTS_EACH {
        // Few days and hours, so that callers of all processes meet; lessons of two lengths.
        let event_type = if (n + caller).is_multiple_of(2) {
            "maths"
        } else {
            "maths-exam"
        };
        let start = nth_start((n * 5 + caller * 3) % 90);
        let Ok(answer) = http
            .post(&url)
            .json(&booking(event_type, &start))
            .send()
            .await
        else {
            return ids;
        };
        let is_made = answer.status() == StatusCode::CREATED;
        let Ok(body) = answer.json::<serde_json::Value>().await else {
            return ids;
        };
        answered.fetch_add(1, Ordering::Relaxed);
        if is_made {
            ids.push(body["id"].as_str().unwrap().to_owned());
        }
    }
    ids
}

/// Half hours of the mornings of the next weeks.
fn nth_start(n: usize) -> String {
    let (day, half_hour) = (n / 6 + 3, n % 6);
    let midnight = Timestamp::now().as_second() / 86_400 * 86_400;
    let seconds = i64::try_from(day * 86_400 + 8 * 3_600 + half_hour * 1_800).unwrap();
    (Timestamp::from_second(midnight).unwrap() + SignedDuration::from_secs(seconds)).to_string()
}
