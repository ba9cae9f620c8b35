//! What else stands in the connected calendar, with Google on the other side of real HTTP.

use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, StatusCode};
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

const TEAM: &str = "team@group.calendar.google.com";

/// row T8, scenario F5: a second calendar takes the time of whom it is told to and of nobody else, bookings go
/// where their host's go, and a calendar that is taken away frees its time.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_calendar_is_for_whom_it_is_told() {
    let google = start_google().await;
    google.world.with(|world| {
        world
            .add_calendar(OWNER, TEAM, "Team", "Europe/Madrid")
            .unwrap();
    });
    let dir = tempfile::tempdir().unwrap();
    let (home, key, password) = Home::set_up_with_password(dir.path(), "");
    let settings = settings(&google, POLL_SECONDS);
    let settings: Vec<_> = settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let served = Served::start_with(&home, &settings);
    connect(&served, &password).await;
    let call = async |method: Method, path: &str, body: Value| -> (StatusCode, Value) {
        let asked = client().request(method, format!("{}{path}", served.api));
        let answer = asked.bearer_auth(&key).json(&body).send().await.unwrap();
        let status = answer.status();
        (status, answer.json().await.unwrap_or_default())
    };

    let (_, connections) = call(Method::GET, "/calendar-connections", json!({})).await;
    let connection = connections["connections"][0]["id"].as_str().unwrap();
    let calendars = format!("/calendar-connections/{connection}/calendars");
    let nowhere = json!({ "google_id": "nobody@example.org", "mode": "busy" });
    let (status, refused) = call(Method::POST, &calendars, nowhere).await;
    assert_eq!(
        (status, &refused["code"]),
        (StatusCode::CONFLICT, &json!("calendar_not_visible"))
    );
    let body = json!({ "google_id": TEAM, "mode": "busy" });
    let (status, team) = call(Method::POST, &calendars, body).await;
    assert_eq!(status, StatusCode::CREATED, "{team}");
    assert_eq!(team["name"], "Team");
    let team = format!("{calendars}/{}", team["id"].as_str().unwrap());

    // One event takes the time of everybody, then of one host alone.
    let free = async |slug: &str| starts(&slots_of(&served, slug).await);
    let maths = free("maths").await;
    let both = free("english").await;
    let first = both.iter().find(|start| maths.contains(start)).unwrap();
    let at: Timestamp = first.parse().unwrap();
    let event = json!({
        "summary": "Staff meeting",
        "start": { "dateTime": at.to_string() },
        "end": { "dateTime": (at + SignedDuration::from_mins(30)).to_string() },
    });
    google
        .world
        .with(|world| world.insert_event(Timestamp::now(), TEAM, &event))
        .unwrap();
    let is_free = async |slug: &str| free(slug).await.contains(first);
    until("it takes everybody's time", async || {
        (!is_free("maths").await && !is_free("english").await).then_some(())
    })
    .await;
    let (_, types) = call(
        Method::GET,
        "/organizations/tutoring/event-types",
        json!({}),
    )
    .await;
    let types = types["event_types"].as_array().unwrap();
    let english = types.iter().find(|found| found["slug"] == "english");
    let host = &english.unwrap()["hosts"][0]["id"];
    let change = json!({ "mode": "write", "blocks": [host], "receives": [host] });
    let (status, changed) = call(Method::PATCH, &team, change).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    assert!(is_free("maths").await, "at once");
    assert!(!is_free("english").await);

    // Bookings go where their host's go.
    for (slug, calendar) in [("english", TEAM), ("maths", OWNER)] {
        let start = free(slug).await.pop().unwrap();
        let body = booking(slug, &start);
        let (status, _) = call(Method::POST, "/organizations/tutoring/bookings", body).await;
        assert_eq!(status, StatusCode::CREATED);
        let at: Timestamp = start.parse().unwrap();
        until("it is in its host's calendar", async || {
            let events = google.world.with(|world| world.events(calendar));
            let is_there = events.iter().any(|event| {
                let start = event["start"]["dateTime"].as_str().unwrap_or_default();
                start.parse::<Timestamp>().is_ok_and(|found| found == at)
            });
            is_there.then_some(())
        })
        .await;
    }

    let (status, _) = call(Method::DELETE, &team, json!({})).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert!(is_free("english").await, "at once");
    served.kill();
    google.stop().await.unwrap();
}

async fn slots(served: &Served) -> Value {
    slots_of(served, "english").await
}

async fn slots_of(served: &Served, slug: &str) -> Value {
    let from = Timestamp::now();
    let to = from + SignedDuration::from_hours(24 * 14);
    let api = &served.api;
    let url = format!("{api}/organizations/tutoring/event-types/{slug}/slots?from={from}&to={to}");
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
