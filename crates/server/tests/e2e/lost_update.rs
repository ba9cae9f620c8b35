//! Bookings changed as fast as the process answers, while its workers bring their events in step: on
//! PostgreSQL both happen at once, and neither may write over what the other has just written.

use std::collections::BTreeMap;

use fake_google::shell::Running;
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::crash::{Home, Served};
use super::google::{connect, settings, start_google};
use super::support::{OWNER, booking, client, fresh_database, instant, until};

const BOOKINGS: usize = 6;
/// Only the last of a round can be lost unseen: the next change would mend it.
const ROUNDS: usize = 12;
/// Odd, so that each round ends elsewhere than the one before.
const MOVES: usize = 3;
/// Nothing but its own due work may bring an event in step here: a look at the calendar would mend a
/// change that was forgotten.
const POLL_SECONDS: u32 = 3600;

/// row T4: the event follows every change of its booking, also one made while an earlier is on its way.
#[tokio::test(flavor = "multi_thread")]
async fn no_change_is_lost_between_callers_and_workers() {
    let google = start_google().await;
    let dir = tempfile::tempdir().unwrap();
    let url = fresh_database("lost_update");
    let (home, key, password) = Home::set_up_with_password(dir.path(), &url);
    let settings = settings(&google, POLL_SECONDS);
    let settings: Vec<_> = settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let served = Served::start_with(&home, &settings);
    connect(&served, &password).await;

    let http = client();
    let connection = async || -> Value {
        let url = format!("{}/calendar-connections", served.api);
        let answer = http.get(url).bearer_auth(&key).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        answer["connections"][0].clone()
    };
    // What else is in the calendar takes its time: until it was read once, that is not known.
    until("the calendar was read", async || {
        (connection().await["state"] == "connected").then_some(())
    })
    .await;
    let mut all = Vec::new();
    for places in places(&served.api).await {
        all.push(Moving::book(&served.api, &key, places).await);
    }
    for round in 0..ROUNDS {
        let callers: JoinSet<_> = all.drain(..).map(Moving::about).collect();
        all = callers.join_all().await;
        until("everything has reached Google", async || {
            (connection().await["waiting"] == 0).then_some(())
        })
        .await;
        let wanted: BTreeMap<_, _> = all.iter().map(|one| (one.id.clone(), one.start)).collect();
        assert_eq!(
            starts(&google, &wanted),
            wanted,
            "round {round}: events and bookings"
        );
    }
    served.kill();
    google.stop().await.unwrap();
}

/// Two starts for each booking, apart from all others, all on offer.
async fn places(api: &str) -> Vec<[String; 2]> {
    let from = Timestamp::now();
    let to = from + SignedDuration::from_hours(24 * 28);
    let url = format!("{api}/organizations/tutoring/event-types/english/slots?from={from}&to={to}");
    let answer = client().get(url).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    let slots = answer["slots"].as_array().unwrap().iter();
    // Four quarters of an hour are more than the three that one takes.
    let apart: Vec<String> = slots
        .step_by(4)
        .map(|slot| slot["start"].as_str().unwrap().to_owned())
        .collect();
    let pairs = apart.chunks_exact(2).take(BOOKINGS);
    let pairs: Vec<_> = pairs
        .map(|pair| [pair[0].clone(), pair[1].clone()])
        .collect();
    assert_eq!(pairs.len(), BOOKINGS, "enough is on offer");
    pairs
}

/// A booking and where it is now, as last answered.
struct Moving {
    url: String,
    key: String,
    places: [String; 2],
    moves: usize,
    id: String,
    start: Timestamp,
}

impl Moving {
    async fn book(api: &str, key: &str, places: [String; 2]) -> Self {
        let url = format!("{api}/organizations/tutoring/bookings");
        let made = client().post(url).json(&booking("english", &places[0]));
        let made = made.send().await.unwrap();
        assert_eq!(made.status(), StatusCode::CREATED);
        let made: Value = made.json().await.unwrap();
        let id = made["id"].as_str().unwrap().to_owned();
        Self {
            url: format!("{api}/bookings/{id}/reschedule"),
            key: key.to_owned(),
            places,
            moves: 0,
            id,
            start: instant(&made["start"]),
        }
    }

    /// Back and forth, as fast as it is answered.
    async fn about(mut self) -> Self {
        let http = client();
        for _ in 0..MOVES {
            self.moves += 1;
            let there = json!({ "start": self.places[self.moves % 2] });
            let moved = http.post(&self.url).bearer_auth(&self.key).json(&there);
            let moved = moved.send().await.unwrap();
            assert_eq!(moved.status(), StatusCode::OK);
            let moved: Value = moved.json().await.unwrap();
            self.start = instant(&moved["start"]);
        }
        self
    }
}

/// Where Google has the events of these bookings; each description names its booking.
fn starts(google: &Running, of: &BTreeMap<String, Timestamp>) -> BTreeMap<String, Timestamp> {
    let events = google.world.with(|world| world.events(OWNER));
    let named = |event: &Value| {
        let text = event["description"].as_str()?;
        let id = of.keys().find(|id| text.contains(id.as_str()))?;
        Some((id.clone(), instant(&event["start"]["dateTime"])))
    };
    events.iter().filter_map(named).collect()
}
