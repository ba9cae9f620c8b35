//! Calendars that could not be read for long, and ones that are read just in time, over real HTTP on both sides.

use fake_google::shell::Running;
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::crash::{Home, Served};
use super::google::{connect, settings, start_google};
use super::support::{OWNER, booking, client, fresh_database, psql, until};

struct Scene {
    google: Running,
    served: Served,
    database: String,
    key: String,
    _dir: tempfile::TempDir,
}

/// An installation on PostgreSQL whose calendar was read once.
async fn scene(name: &str, poll_seconds: u32) -> Scene {
    let google = start_google().await;
    let dir = tempfile::tempdir().unwrap();
    let database = fresh_database(name);
    let (home, key, password) = Home::set_up_with_password(dir.path(), &database);
    let settings = settings(&google, poll_seconds);
    let settings: Vec<_> = settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let served = Served::start_with(&home, &settings);
    connect(&served, &password).await;
    let scene = Scene {
        google,
        served,
        database,
        key,
        _dir: dir,
    };
    until("the calendar was read", async || {
        scene.slots().await["as_of"][0]["at"].as_str().map(drop)
    })
    .await;
    scene
}

impl Scene {
    async fn slots(&self) -> Value {
        let from = Timestamp::now() + SignedDuration::from_hours(24);
        let to = from + SignedDuration::from_hours(24 * 14);
        let (api, path) = (
            &self.served.api,
            "organizations/tutoring/event-types/english",
        );
        let url = format!("{api}/{path}/slots?from={from}&to={to}");
        client()
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    async fn first_slot(&self) -> String {
        self.slots().await["slots"][0]["start"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    async fn book(&self, start: &str) -> (StatusCode, Value) {
        let url = format!("{}/organizations/tutoring/bookings", self.served.api);
        let answer = client().post(url).json(&booking("english", start));
        let answer = answer.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn find(&self, id: &str) -> Value {
        let url = format!("{}/bookings/{id}", self.served.api);
        let answer = client()
            .get(url)
            .bearer_auth(&self.key)
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }

    async fn faults(&self, faults: Value) {
        let url = format!("{}/_fake/faults", self.google.origin());
        let answer = client().post(url).json(&faults).send().await.unwrap();
        assert!(
            answer.status().is_success(),
            "{}",
            answer.text().await.unwrap()
        );
    }

    /// As if the calendar had last been read that long ago.
    fn was_read_ago(&self, span: SignedDuration) {
        let micros = span.as_micros();
        psql(
            &self.database,
            &format!("UPDATE calendar SET as_of = as_of - {micros}"),
        );
    }

    async fn stop(self) {
        self.served.kill();
        self.google.stop().await.unwrap();
    }
}

/// scenarios D5, F3, row R7: Google is away for longer than the organization's limit: a booking is taken for
/// the time being and says so, and is confirmed without anyone doing anything when Google is back.
#[tokio::test(flavor = "multi_thread")]
async fn a_booking_made_while_google_is_away_for_long_is_confirmed_when_it_is_back() {
    let scene = scene("freshness_away", 1).await;
    let away = |method: &str| json!({ "method": method, "kind": { "status": 503 }, "count": 1000 });
    scene
        .faults(json!([
            away("calendar.events.list"),
            away("calendar.events.insert")
        ]))
        .await;
    psql(
        &scene.database,
        "UPDATE organization SET on_stale = 'tentative'",
    );
    // What was under way when Google went away may still be kept.
    let start = until("the calendar is stale", async || {
        scene.was_read_ago(SignedDuration::from_hours(25));
        let slots = scene.slots().await;
        let start = slots["slots"][0]["start"].as_str().unwrap().to_owned();
        (slots["as_of"][0]["stale"] == true).then_some(start)
    })
    .await;
    let (status, body) = scene.book(&start).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    assert_eq!(
        (&body["status"], &body["pending"]),
        (&json!("pending"), &json!("verification"))
    );
    assert!(body["stale"]["as_of"].is_string(), "{body}");
    let (again, _) = scene.book(&start).await;
    assert_eq!(again, StatusCode::CONFLICT, "it takes its time");

    scene.faults(json!([])).await;
    let id = body["id"].as_str().unwrap();
    until("it is confirmed, and so is its event", async || {
        let found = scene.find(id).await;
        let is_done = found["status"] == "confirmed" && found["calendar_sync"] == "synced";
        is_done.then_some(())
    })
    .await;
    let events = scene.google.world.with(|world| world.events(OWNER));
    // The test event of the connection was removed.
    let is_ours = |event: &&Value| event["summary"] != "Not ours" && event["status"] != "cancelled";
    let ours = events.iter().filter(is_ours);
    let ours: Vec<_> = ours.map(|event| event["status"].clone()).collect();
    assert_eq!(ours, ["confirmed"]);
    scene.stop().await;
}

/// design section 9: a calendar that was not read within the last minute is looked at before a booking is
/// decided, though nobody looks at it for an hour otherwise: what was put there a moment ago is seen.
#[tokio::test(flavor = "multi_thread")]
async fn a_booking_sees_what_was_put_into_the_calendar_a_moment_ago() {
    let scene = scene("freshness_look", 3600).await;
    let start = scene.first_slot().await;
    scene.was_read_ago(SignedDuration::from_mins(2));
    let at: Timestamp = start.parse().unwrap();
    let event = json!({
        "summary": "Not ours",
        "start": { "dateTime": at.to_string() },
        "end": { "dateTime": (at + SignedDuration::from_mins(30)).to_string() },
    });
    scene
        .google
        .world
        .with(|world| world.insert_event(Timestamp::now(), OWNER, &event))
        .unwrap();
    assert_eq!(scene.first_slot().await, start, "nobody has looked yet");
    let (status, body) = scene.book(&start).await;
    assert_eq!(status, StatusCode::CONFLICT, "{body}");
    assert_eq!(body["code"], "slot_taken");
    scene.stop().await;
}
