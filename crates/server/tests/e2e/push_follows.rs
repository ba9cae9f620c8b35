//! What the host does with a booking's event reaches the booking as Google tells of it (row V2), between real
//! processes: polling is too seldom here to bring anything.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::crash::Served;
use super::push::{SELDOM, Stage, stage};
use super::support::{OWNER, booking, client, instant, until};

/// So long after a change in Google its booking has followed: seconds, not polls.
const FOLLOWED_WITHIN: Duration = Duration::from_secs(10);

/// A booking on this stage, and its event.
struct Booked {
    id: String,
    start: Timestamp,
    event: String,
}

/// With push on, and a booking whose event is in Google.
async fn booked() -> (Stage, Booked) {
    let stage = stage(SELDOM, Served::start_reachable, |_| ()).await;
    stage.until_live().await;
    let start = stage.last_start().await;
    let url = format!("{}/organizations/tutoring/bookings", stage.served.api);
    let made = client().post(url).json(&booking("english", &start));
    let made = made.send().await.unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    let made: Value = made.json().await.unwrap();
    let id = made["id"].as_str().unwrap().to_owned();
    let event = until("its event is in Google, and known to be", async || {
        let found = stage.get(&format!("/bookings/{id}")).await;
        if found["calendar_sync"] != "synced" {
            return None;
        }
        let events = stage.google.world.with(|world| world.events(OWNER));
        let its = |event: &&Value| {
            let text = event["description"].as_str().unwrap_or_default();
            text.contains(&id)
        };
        let event = events.iter().find(its)?;
        Some(event["id"].as_str()?.to_owned())
    })
    .await;
    let start = start.parse().unwrap();
    (stage, Booked { id, start, event })
}

impl Booked {
    /// Waits until the booking is as `is` says; within seconds of the change that was just made.
    async fn follows(&self, stage: &Stage, what: &str, is: impl Fn(&Value) -> bool) {
        let begun = Instant::now();
        until(what, async || {
            let found = stage.get(&format!("/bookings/{}", self.id)).await;
            is(&found).then_some(())
        })
        .await;
        let took = begun.elapsed();
        assert!(took < FOLLOWED_WITHIN, "{what}: {took:?}");
        println!("{what}: after {took:?}");
    }

    async fn is_deleted(&self, stage: &Stage) {
        let deleted = stage
            .google
            .world
            .with(|world| world.delete_event(Timestamp::now(), OWNER, &self.event));
        deleted.unwrap();
        let is = |found: &Value| found["status"] == "cancelled";
        self.follows(stage, "deleting the event cancels its booking", is)
            .await;
    }
}

/// row V2: an event dragged in Google moves its booking, and frees the time it had.
#[tokio::test(flavor = "multi_thread")]
async fn a_drag_moves_the_booking_when_google_tells() {
    let (stage, booked) = booked().await;
    let to = booked.start + SignedDuration::from_hours(24);
    let patch = json!({
        "start": { "dateTime": to.to_string() },
        "end": { "dateTime": (to + SignedDuration::from_mins(45)).to_string() },
    });
    stage
        .google
        .world
        .with(|world| world.edit_event(Timestamp::now(), OWNER, &booked.event, &patch))
        .unwrap();
    let is = |found: &Value| instant(&found["start"]) == to && found["status"] == "confirmed";
    booked
        .follows(&stage, "dragging the event moves its booking", is)
        .await;
    assert!(stage.is_offered(&booked.start.to_string()).await);
    stage.google.stop().await.unwrap();
}

/// row V2: an event deleted in Google cancels its booking, and frees its time.
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_cancels_the_booking_when_google_tells() {
    let (stage, booked) = booked().await;
    booked.is_deleted(&stage).await;
    assert!(stage.is_offered(&booked.start.to_string()).await);
    stage.google.stop().await.unwrap();
}

/// row V2: an event taken out of Google's bin revives its booking at its time, which is taken again.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_event_revives_the_booking_when_google_tells() {
    let (stage, booked) = booked().await;
    booked.is_deleted(&stage).await;
    stage
        .google
        .world
        .with(|world| world.restore_event(Timestamp::now(), OWNER, &booked.event))
        .unwrap();
    let is =
        |found: &Value| found["status"] == "confirmed" && instant(&found["start"]) == booked.start;
    booked
        .follows(&stage, "restoring the event revives its booking", is)
        .await;
    assert!(!stage.is_offered(&booked.start.to_string()).await);
    stage.google.stop().await.unwrap();
}
