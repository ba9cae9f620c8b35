//! What else stands in the connected calendar, with Google on the other side of real HTTP.

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::crash::{Home, Served};
use super::google::{connect, settings, start_google};
use super::support::{OWNER, booking, client, until};

const POLL_SECONDS: u32 = 1;

/// rows R11 and T8, scenario F1: a foreign event takes its time of everybody, for as long as it is there;
/// our own events take none beside their booking's, wherever the booking goes.
#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_event_takes_its_time_while_it_is_there() {
    let google = start_google().await;
    let dir = tempfile::tempdir().unwrap();
    let (home, key, password) = Home::set_up_with_password(dir.path(), "");
    let settings = settings(&google, POLL_SECONDS);
    let settings: Vec<_> = settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let served = Served::start_with(&home, &settings);
    connect(&served, &password).await;
    until("the calendar was read", async || {
        slots(&served).await["as_of"][0]["at"].as_str().map(drop)
    })
    .await;

    let offered = starts(&slots(&served).await);
    let (first, later) = (offered[0].clone(), offered[offered.len() - 1].clone());
    let at: Timestamp = first.parse().unwrap();
    let event = json!({
        "summary": "Dentist",
        "start": { "dateTime": at.to_string() },
        "end": { "dateTime": (at + SignedDuration::from_mins(30)).to_string() },
    });
    let made = google
        .world
        .with(|world| world.insert_event(Timestamp::now(), OWNER, &event))
        .unwrap();
    let is_offered = async |start: &String| starts(&slots(&served).await).contains(start);
    until("the time is taken", async || {
        (!is_offered(&first).await).then_some(())
    })
    .await;
    let bookings = format!("{}/organizations/tutoring/bookings", served.api);
    let refused = client().post(&bookings).json(&booking("english", &first));
    let refused = refused.send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::CONFLICT);

    let id = made["id"].as_str().unwrap().to_owned();
    google
        .world
        .with(|world| world.delete_event(Timestamp::now(), OWNER, &id))
        .unwrap();
    until("the time is free", async || {
        is_offered(&first).await.then_some(())
    })
    .await;

    // Booked, in Google, and moved: what stands in Google meanwhile is ours.
    let made = client().post(&bookings).json(&booking("english", &first));
    let made = made.send().await.unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    let made: Value = made.json().await.unwrap();
    let url = format!("{}/bookings/{}", served.api, made["id"].as_str().unwrap());
    until("it is in Google", async || {
        let answer = client().get(&url).bearer_auth(&key).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        (answer["calendar_sync"] == "synced").then_some(())
    })
    .await;
    let moved = client().post(format!("{url}/reschedule")).bearer_auth(&key);
    let moved = moved.json(&json!({ "start": later })).send().await.unwrap();
    assert_eq!(moved.status(), StatusCode::OK);
    assert!(is_offered(&first).await, "at once, not after the next look");
    served.kill();
    google.stop().await.unwrap();
}

async fn slots(served: &Served) -> Value {
    let from = Timestamp::now();
    let to = from + SignedDuration::from_hours(24 * 14);
    let api = &served.api;
    let url = format!("{api}/organizations/tutoring/event-types/english/slots?from={from}&to={to}");
    client()
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

fn starts(answer: &Value) -> Vec<String> {
    let slots = answer["slots"].as_array().unwrap().iter();
    slots
        .map(|slot| slot["start"].as_str().unwrap().to_owned())
        .collect()
}
