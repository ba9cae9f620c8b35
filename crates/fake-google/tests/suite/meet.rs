//! Google Meet: asked for, pending, there or failed; and what writes do to it.

use fake_google::{MeetOutcome, MeetRules};
use serde_json::{Value, json};

use crate::harness::{ANA, EVENTS, Fake, event_on, event_path, refusal};

fn asking(request: &str) -> Value {
    json!({"conferenceData": {"createRequest": {
        "requestId": request,
        "conferenceSolutionKey": {"type": "hangoutsMeet"},
    }}})
}

/// Inserts an event that asks for a conference.
fn insert(fake: &mut Fake, query: &str) -> Value {
    let body = event_on(2, asking("first"));
    let answer = fake.call("POST", &format!("{EVENTS}?{query}"), Some(&body));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn write(fake: &mut Fake, verb: &str, event: &Value, version: u8, body: &Value) -> Value {
    let path = format!(
        "{}?conferenceDataVersion={version}",
        event_path(&event["id"])
    );
    let answer = fake.call(verb, &path, Some(body));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn status(event: &Value) -> &Value {
    &event["conferenceData"]["createRequest"]["status"]["statusCode"]
}

#[test]
fn a_conference_is_pending_then_there_and_told_as_a_second_change() {
    let mut fake = Fake::new();
    let made = insert(&mut fake, "conferenceDataVersion=1");
    assert_eq!(status(&made), "pending");
    assert!(made.get("hangoutLink").is_none());
    let token = fake.get(EVENTS).json()["nextSyncToken"].clone();
    let increment = format!("{EVENTS}?syncToken={}", token.as_str().unwrap());
    fake.pass(1);
    assert_eq!(fake.get(&increment).json()["items"], json!([]));
    fake.pass(1);
    let told = fake.get(&increment).json()["items"].clone();
    let ready = &told[0];
    assert_eq!(status(ready), "success");
    assert_ne!(ready["etag"], made["etag"]);
    let link = ready["hangoutLink"].as_str().unwrap();
    let code = ready["conferenceData"]["conferenceId"].as_str().unwrap();
    assert_eq!(link, format!("https://meet.google.com/{code}"));
    let lengths: Vec<usize> = code.split('-').map(str::len).collect();
    assert_eq!(lengths, [3, 4, 3]);
    assert_eq!(ready["conferenceData"]["entryPoints"][0]["uri"], link);
    assert_eq!(fake.get(&event_path(&made["id"])).json(), *ready);
}

#[test]
fn a_conference_may_be_there_at_once_or_fail() {
    let mut fake = Fake::new();
    fake.world.rules.meet.delay_seconds = 0;
    let made = insert(&mut fake, "conferenceDataVersion=1");
    assert_eq!(status(&made), "success");
    fake.world.rules.meet = MeetRules {
        delay_seconds: 5,
        outcome: MeetOutcome::Failure,
    };
    let other = insert(&mut fake, "conferenceDataVersion=1");
    fake.pass(5);
    let failed = fake.get(&event_path(&other["id"])).json();
    assert_eq!(status(&failed), "failure");
    assert!(failed.get("hangoutLink").is_none());
    // A request of the same id is not made again, one of another id is.
    fake.world.rules.meet.outcome = MeetOutcome::Success;
    let again = write(&mut fake, "PATCH", &failed, 1, &asking("first"));
    assert_eq!(status(&again), "failure");
    let anew = write(&mut fake, "PATCH", &failed, 1, &asking("second"));
    assert_eq!(status(&anew), "pending");
    fake.pass(5);
    let ready = fake.get(&event_path(&other["id"])).json();
    assert_eq!(status(&ready), "success");
}

#[test]
fn without_the_version_conference_data_is_passed_over_and_kept() {
    let mut fake = Fake::new();
    let plain = insert(&mut fake, "");
    assert!(plain.get("conferenceData").is_none());
    let made = insert(&mut fake, "conferenceDataVersion=1");
    fake.pass(2);
    let bare = event_on(3, json!({}));
    let kept = write(&mut fake, "PUT", &made, 0, &bare);
    assert_eq!(status(&kept), "success");
    let kept = write(
        &mut fake,
        "PATCH",
        &made,
        0,
        &json!({"conferenceData": null}),
    );
    assert_eq!(status(&kept), "success");
    let kept = write(&mut fake, "PATCH", &made, 1, &json!({"summary": "x"}));
    assert!(kept["hangoutLink"].is_string());
    // What was read can be written back.
    let kept = write(&mut fake, "PUT", &made, 1, &kept);
    assert!(kept["hangoutLink"].is_string());
    let gone = write(
        &mut fake,
        "PATCH",
        &made,
        1,
        &json!({"conferenceData": null}),
    );
    assert!(gone.get("conferenceData").is_none() && gone.get("hangoutLink").is_none());
    let made = insert(&mut fake, "conferenceDataVersion=1");
    fake.pass(2);
    let gone = write(&mut fake, "PUT", &made, 1, &bare);
    assert!(gone.get("conferenceData").is_none() && gone.get("hangoutLink").is_none());
}

#[test]
fn a_request_taken_back_is_not_made() {
    let mut fake = Fake::new();
    let made = insert(&mut fake, "conferenceDataVersion=1");
    let gone = write(
        &mut fake,
        "PATCH",
        &made,
        1,
        &json!({"conferenceData": null}),
    );
    fake.pass(10);
    let later = fake.get(&event_path(&made["id"])).json();
    assert_eq!(later, gone);
}

#[test]
fn bad_requests_are_refused() {
    let mut fake = Fake::new();
    let path = format!("{EVENTS}?conferenceDataVersion=1");
    let of = |kind: &str| {
        json!({"conferenceData": {"createRequest": {
            "requestId": "r", "conferenceSolutionKey": {"type": kind},
        }}})
    };
    for (name, more) in [
        ("no id", json!({"conferenceData": {"createRequest": {}}})),
        ("a kind the calendar has not", of("eventHangout")),
        ("nothing", json!({"conferenceData": {"notes": "x"}})),
    ] {
        let answer = fake.call("POST", &path, Some(&event_on(2, more)));
        assert_eq!(refusal(&answer), (400, "invalid".to_owned()), "{name}");
    }
    fake.world.allow_conferences(ANA, &[]);
    let answer = fake.call("POST", &path, Some(&event_on(2, of("hangoutsMeet"))));
    assert_eq!(refusal(&answer), (400, "invalid".to_owned()));
    assert!(!fake.world.allow_conferences("nobody", &[]));
}

#[test]
fn the_instances_of_a_series_share_its_room() {
    let mut fake = Fake::new();
    let mut body = asking("first");
    body["recurrence"] = json!(["RRULE:FREQ=DAILY;COUNT=3"]);
    for name in ["start", "end"] {
        body[name] = json!({"dateTime": "2026-03-02T10:00:00Z", "timeZone": "UTC"});
    }
    let path = format!("{EVENTS}?conferenceDataVersion=1");
    let series = fake.call("POST", &path, Some(&body)).json();
    let id = series["id"].as_str().unwrap().to_owned();
    let renamed = json!({"summary": "x"});
    let exception = format!("{EVENTS}/{id}_20260303T100000Z");
    assert_eq!(fake.call("PATCH", &exception, Some(&renamed)).status, 200);
    fake.pass(2);
    let ready = fake.get(&format!("{EVENTS}/{id}")).json()["hangoutLink"].clone();
    assert!(ready.is_string());
    for day in ["02", "03", "04"] {
        let instance = fake
            .get(&format!("{EVENTS}/{id}_202603{day}T100000Z"))
            .json();
        assert_eq!(instance["hangoutLink"], ready, "{day}");
    }
}
