//! The main road: booked here, seen there; moved here and there; cancelled here and there.

use jiff::ToSpan;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::support::{Demo, fresh_database, instant, until};

async fn booked(demo: &Demo, nth: usize) -> (String, Value) {
    let start = demo.slots("maths").await.swap_remove(nth);
    let (status, body) = demo.book("maths", &start).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    let id = body["id"].as_str().unwrap().to_owned();
    let found = demo.until_sync(&id, "synced").await;
    (id, found)
}

async fn only_event(demo: &Demo) -> Value {
    let mut events = demo.events().await;
    assert_eq!(events.len(), 1, "{events:?}");
    events.remove(0)
}

/// rows T3, T4, T8, D6: a booking makes an event, a move moves that same event, a cancellation
/// removes it.
#[tokio::test]
async fn a_booking_is_followed_by_its_event() {
    followed(&Demo::start()).await;
}

/// The same with its data in PostgreSQL.
#[tokio::test]
async fn a_booking_is_followed_by_its_event_on_postgresql() {
    followed(&Demo::start_on(Some(&fresh_database("road")))).await;
}

async fn followed(demo: &Demo) {
    let (id, found) = booked(demo, 0).await;
    let event = only_event(demo).await;
    assert_eq!(event["summary"], "Ana – Maths lesson");
    assert_eq!(event["location"], "Online");
    assert_eq!(event["reminders"], json!({ "useDefault": true }));
    assert_eq!(event["start"]["timeZone"], "Europe/Madrid");
    assert_eq!(
        instant(&event["start"]["dateTime"]),
        instant(&found["start"])
    );
    assert_eq!(instant(&event["end"]["dateTime"]), instant(&found["end"]));
    let description = event["description"].as_str().unwrap();
    assert!(
        description.contains("ana@example.org") && description.contains(&id),
        "{description}"
    );

    let later = demo.slots("maths").await.swap_remove(8);
    let (status, moved) = demo
        .post(
            &format!("/bookings/{id}/reschedule"),
            &json!({ "start": later }),
        )
        .await;
    assert_eq!(
        (status, instant(&moved["start"])),
        (StatusCode::OK, later.parse().unwrap())
    );
    demo.until_sync(&id, "synced").await;
    let same = only_event(demo).await;
    assert_eq!(same["id"], event["id"]);
    assert_eq!(
        instant(&same["start"]["dateTime"]),
        instant(&moved["start"])
    );

    let (status, _) = demo
        .post(
            &format!("/bookings/{id}/cancel"),
            &json!({ "reason": "ill" }),
        )
        .await;
    assert_eq!(status, StatusCode::OK);
    until("the event is gone", async || {
        demo.events().await.is_empty().then_some(())
    })
    .await;
    assert!(
        demo.slots("maths").await.contains(&later),
        "the time is free again"
    );
}

/// Row "event reminders": an event type's own come with its event, and stay when it moves.
#[tokio::test]
async fn an_event_has_the_reminders_of_its_event_type() {
    let demo = Demo::start();
    let starts = demo.slots("maths-exam").await;
    let (_, body) = demo.book("maths-exam", &starts[0]).await;
    let id = body["id"].as_str().unwrap();
    demo.until_sync(id, "synced").await;
    let expected = json!({ "useDefault": false, "overrides": [
        { "method": "popup", "minutes": 30 }, { "method": "email", "minutes": 1440 },
    ] });
    assert_eq!(only_event(&demo).await["reminders"], expected);
    let there = json!({ "start": starts[8] });
    demo.post(&format!("/bookings/{id}/reschedule"), &there)
        .await;
    demo.until_sync(id, "synced").await;
    assert_eq!(only_event(&demo).await["reminders"], expected);
}

/// scenario C2: dragged in Google, the booking follows, and nothing is written back.
#[tokio::test]
async fn a_drag_in_google_moves_the_booking() {
    let demo = Demo::start();
    let (id, found) = booked(&demo, 0).await;
    let event = only_event(&demo).await;
    let writes = writes(&demo).await;
    let to = instant(&found["start"]) + 90.minutes();
    demo.edit_by_hand("move", &event, &[("days", "0"), ("minutes", "90")])
        .await;
    until("the booking follows", async || {
        let found = demo.get(&format!("/bookings/{id}")).await;
        (instant(&found["start"]) == to && found["calendar_sync"] == "synced").then_some(())
    })
    .await;
    assert_eq!(self::writes(&demo).await, writes, "nothing is written back");
    let timeline = demo.get(&format!("/bookings/{id}/timeline")).await;
    let last = timeline["entries"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(
        (&last["kind"], &last["cause"]),
        (&json!("moved_in_calendar"), &json!("calendar"))
    );
}

/// scenarios C1, C3: deleted in Google, the booking is cancelled and its time is offered again.
#[tokio::test]
async fn a_deletion_in_google_cancels_the_booking() {
    let demo = Demo::start();
    let (id, found) = booked(&demo, 0).await;
    let event = only_event(&demo).await;
    demo.edit_by_hand("delete", &event, &[]).await;
    until("the booking is cancelled", async || {
        let found = demo.get(&format!("/bookings/{id}")).await;
        (found["status"] == "cancelled").then_some(())
    })
    .await;
    let offered = demo.slots("maths").await;
    let freed = instant(&found["start"]);
    assert!(
        offered
            .iter()
            .any(|start| start.parse::<jiff::Timestamp>().unwrap() == freed)
    );
}

/// Our calls that changed something, by Google's own log.
async fn writes(demo: &Demo) -> usize {
    let log = demo.control("requests").await.to_string();
    ["insert", "patch", "update", "delete"]
        .iter()
        .map(|method| {
            log.matches(&format!("\"method\":\"calendar.events.{method}\""))
                .count()
        })
        .sum()
}
