//! `/_fake/…`, faults and the request log.

use fake_google::{Fault, FaultKind, Outcome, Request, deliver};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::{ANA, EVENTS, Fake, event_on, event_path, instant};

fn post(fake: &mut Fake, name: &str, body: &Value) -> fake_google::Response {
    fake.send(&Request::new("POST", &format!("/_fake/{name}")).with_json(body))
}

#[test]
fn the_state_and_the_clock_can_be_seen_and_moved() {
    let mut fake = Fake::new();
    fake.insert_on(2, json!({}));
    let answer = post(&mut fake, "clock", &json!({"advance_seconds": 90}));
    assert_eq!(answer.json()["clockOffsetSeconds"], 90);
    let state = fake.get("/_fake/state").json();
    assert_eq!(state["accounts"][0]["email"], ANA);
    assert_eq!(state["calendars"][0]["events"], 1);
    assert_eq!(state["clockOffsetSeconds"], 90);
    for (body, status) in [
        (json!({}), 400),
        (json!({"advance_seconds": "9"}), 400),
        (json!({"advance_seconds": i64::MAX}), 400),
        (json!({"advance_seconds": -90}), 200),
    ] {
        assert_eq!(post(&mut fake, "clock", &body).status, status, "{body}");
    }
    assert_eq!(fake.world.clock_offset().as_secs(), 0);
}

#[test]
fn the_clock_can_be_set_and_stopped() {
    let mut fake = Fake::new();
    let outside = instant("2026-03-01T12:00:00Z");
    fake.now = fake.world.time(outside);
    let set = json!({"mode": "frozen", "set": "2027-01-01T00:00:00Z", "advance_seconds": 5});
    let answer = post(&mut fake, "clock", &set).json();
    assert_eq!(answer["now"], "2027-01-01T00:00:05Z");
    assert_eq!(answer["mode"], "frozen");
    fake.now = fake.world.time(outside + SignedDuration::from_hours(1));
    assert_eq!(fake.now, instant("2027-01-01T00:00:05Z"), "it stands still");
    assert_eq!(fake.get("/_fake/state").json()["clockMode"], "frozen");
    post(&mut fake, "clock", &json!({"mode": "running"}));
    fake.now = fake.world.time(outside + SignedDuration::from_hours(2));
    assert_eq!(
        fake.now,
        instant("2027-01-01T01:00:05Z"),
        "it goes on from there"
    );
}

#[test]
fn a_seed_starts_chance_again() {
    let id = |seed: u64| {
        let mut fake = Fake::new();
        let answer = post(&mut fake, "seed", &json!({ "seed": seed }));
        assert_eq!(answer.json()["seed"], seed);
        fake.insert_on(2, json!({}))["id"].clone()
    };
    assert_eq!(id(9), id(9));
    assert_ne!(id(9), id(10));
    let mut fake = Fake::new();
    assert_eq!(post(&mut fake, "seed", &json!({"seed": -1})).status, 400);
}

#[test]
fn control_calls_that_make_no_sense_say_why() {
    let mut fake = Fake::new();
    for (verb, name, body, status, word) in [
        ("POST", "clock", "{", 400, "EOF"),
        ("POST", "clock", "{}", 400, "at least one"),
        ("POST", "clock", r#"{"set": "yesterday"}"#, 400, "year"),
        ("POST", "clock", r#"{"mode": "melted"}"#, 400, "frozen"),
        ("POST", "clock", r#"{"advance": 1}"#, 400, "advance_seconds"),
        ("POST", "faults", "{}", 400, "sequence"),
        ("POST", "revoke", r#"{"account": "nobody"}"#, 400, "nobody"),
        ("GET", "clock", "", 405, "POST"),
        ("DELETE", "state", "", 405, "GET"),
        ("GET", "weather", "", 404, "POST clock"),
    ] {
        let mut request = Request::new(verb, &format!("/_fake/{name}"));
        request.body = body.as_bytes().to_vec();
        let answer = fake.send(&request);
        let why = answer.json()["error"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert_eq!(answer.status, status, "{verb} {name} {body}");
        assert!(why.contains(word), "{verb} {name} {body}: {why}");
    }
}

#[test]
fn grants_and_tokens_can_be_ended() {
    let mut fake = Fake::new();
    assert_eq!(
        post(&mut fake, "expire-access-tokens", &json!({})).status,
        204
    );
    assert_eq!(fake.get(EVENTS).status, 401);
    assert_eq!(
        post(&mut fake, "revoke", &json!({"account": "nobody"})).status,
        400
    );
    assert_eq!(
        post(&mut fake, "revoke", &json!({"account": ANA})).status,
        204
    );
    assert_eq!(fake.get("/_fake/state").json()["refreshTokens"], 0);
}

#[test]
fn every_event_of_a_calendar_can_be_listed() {
    let mut fake = Fake::new();
    fake.insert_on(2, json!({}));
    let listed = fake.get(&format!("/_fake/events?calendar={ANA}")).json();
    assert_eq!(listed["events"].as_array().unwrap().len(), 1);
    assert_eq!(fake.get("/_fake/events?calendar=nobody").status, 404);
    assert_eq!(fake.get("/_fake/events").status, 400);
}

#[test]
fn another_site_cannot_control() {
    let mut fake = Fake::new();
    let request = Request::new("POST", "/_fake/clock")
        .with_json(&json!({"advance_seconds": 1}))
        .with_header("origin", "http://evil.test");
    assert_eq!(fake.send(&request).status, 403);
    assert_eq!(fake.get("/_fake/nothing").status, 404);
}

#[test]
fn the_log_says_who_did_what() {
    let mut fake = Fake::new();
    let event = fake.insert_on(2, json!({}));
    fake.call("DELETE", &event_path(&event["id"]), None);
    fake.get(&format!("{EVENTS}/nothing"));
    fake.send(&Request::new("GET", EVENTS));
    fake.get("/calendar");
    let log = fake.world.request_log();
    let lines: Vec<_> = log
        .entries()
        .map(|e| {
            (
                e.seq,
                e.method.as_str(),
                e.account.as_deref(),
                e.event.as_deref(),
                e.status,
            )
        })
        .collect();
    let id = event["id"].as_str();
    assert_eq!(
        lines,
        [
            (1, "calendar.events.insert", Some(ANA), id, 200),
            (2, "calendar.events.delete", Some(ANA), id, 204),
            (3, "calendar.events.get", Some(ANA), Some("nothing"), 404),
            (4, "calendar.events.list", None, None, 401),
        ]
    );
    assert!(log.entries().next().unwrap().calendar.as_deref() == Some(ANA));
    assert_eq!(log.count("calendar.events.insert"), 1);
    assert_eq!(
        log.counters()[&("calendar.events.get".to_owned(), ANA.to_owned())],
        1
    );
    let shown = fake.get("/_fake/requests").json();
    assert_eq!(shown["requests"].as_array().unwrap().len(), 4);
    assert_eq!(shown["counters"][0]["count"], 1);
}

#[test]
fn faults_strike_as_planned_and_then_no_more() {
    let insert = |fake: &Fake, id: &str| {
        Request::new("POST", EVENTS)
            .with_bearer(&fake.token)
            .with_json(&event_on(2, json!({"id": id})))
    };
    let planned = json!([
        {"method": "calendar.events.insert", "kind": "drop_before", "count": 1},
        {"method": "calendar.events.insert", "kind": "drop_after", "count": 1},
        {"method": "*", "kind": {"status": 503}, "count": 1},
        {"method": "oauth2.token", "kind": {"status": 500}, "count": 1},
    ]);
    let mut fake = Fake::new();
    assert_eq!(post(&mut fake, "faults", &planned).status, 200);
    let mut send = |id: &str| {
        let request = insert(&fake, id);
        deliver(&mut fake.world, fake.now, &request)
    };
    assert_eq!(send("first"), Outcome::Drop);
    assert_eq!(send("second"), Outcome::Drop);
    let Outcome::Answer(third) = send("third") else {
        panic!("an answer was planned")
    };
    assert_eq!(third.status, 503);
    assert_eq!(third.json()["error"]["errors"][0]["reason"], "backendError");
    let Outcome::Answer(fourth) = send("fourth") else {
        panic!("no fault is left for it")
    };
    assert_eq!(fourth.status, 200);

    let ids: Vec<Value> = fake
        .world
        .events(ANA)
        .into_iter()
        .map(|mut event| event["id"].take())
        .collect();
    assert_eq!(
        ids,
        ["second", "fourth"],
        "only dropping after leaves an effect"
    );
    let entries: Vec<_> = fake
        .world
        .request_log()
        .entries()
        .map(|entry| (entry.status, entry.fault))
        .collect();
    assert_eq!(
        entries,
        [
            (0, Some(FaultKind::DropBefore)),
            (200, Some(FaultKind::DropAfter)),
            (503, Some(FaultKind::Status(503))),
            (200, None),
        ]
    );
    assert!(
        fake.world
            .faults()
            .iter()
            .any(|fault| fault.method == "oauth2.token")
    );
}

#[test]
fn pages_and_control_are_spared() {
    let mut fake = Fake::new();
    fake.world.add_fault(Fault {
        method: "*".to_owned(),
        kind: FaultKind::DropBefore,
        count: 9,
        ..Fault::default()
    });
    for path in ["/calendar", "/_fake/state", "/_assets/page.css"] {
        let outcome = deliver(&mut fake.world, fake.now, &Request::new("GET", path));
        assert!(
            matches!(outcome, Outcome::Answer(answer) if answer.status == 200),
            "{path}"
        );
    }
    let odd = json!([{"method": "*", "kind": {"status": 99}, "count": 1}]);
    assert_eq!(post(&mut fake, "faults", &odd).status, 400);
    let malformed = post(
        &mut fake,
        "faults",
        &json!([{"method": "*", "kind": "explode"}]),
    );
    assert_eq!(malformed.status, 400);
}

#[test]
fn a_fault_of_the_token_endpoint_speaks_its_language() {
    let mut fake = Fake::new();
    let method = "oauth2.token".to_owned();
    for (status, error) in [(503, "internal_failure"), (400, "invalid_grant")] {
        let kind = FaultKind::Status(status);
        fake.world.add_fault(Fault {
            method: method.clone(),
            kind,
            count: 1,
            ..Fault::default()
        });
        let request = Request::new("POST", "/token").with_form(&[]);
        let Outcome::Answer(answer) = deliver(&mut fake.world, fake.now, &request) else {
            panic!("an answer was planned")
        };
        assert_eq!(
            (answer.status, answer.json()["error"].as_str()),
            (status, Some(error))
        );
    }
}
