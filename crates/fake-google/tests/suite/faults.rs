//! Planned faults: each kind, on which calls it strikes, how often.

use fake_google::{
    ALWAYS, ErrorName, Fault, FaultKind, Moment, Outcome, Request, Response, deliver,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::{ANA, EVENTS, Fake, event_on, event_path, refusal};

fn plan(fake: &mut Fake, faults: &Value) -> Response {
    fake.send(&Request::new("POST", "/_fake/faults").with_json(faults))
}

fn outcome(fake: &mut Fake, verb: &str, path: &str, body: &Value) -> Outcome {
    let request = Request::new(verb, path)
        .with_bearer(&fake.token)
        .with_json(body);
    deliver(&mut fake.world, fake.now, &request)
}

fn answer(fake: &mut Fake, verb: &str, path: &str, body: &Value) -> Response {
    match outcome(fake, verb, path, body) {
        Outcome::Answer(response) => response,
        other => panic!("an answer was planned, not {other:?}"),
    }
}

#[test]
fn an_error_may_come_after_the_effect() {
    for (name, when, kept) in [("before", Moment::Before, 0), ("after", Moment::After, 1)] {
        let mut fake = Fake::new();
        let mut fault = Fault::once("calendar.events.insert", FaultKind::Status(503));
        fault.when = when;
        fake.world.add_fault(fault);
        let refused = answer(&mut fake, "POST", EVENTS, &event_on(2, json!({})));
        assert_eq!(
            refusal(&refused),
            (503, "backendError".to_owned()),
            "{name}"
        );
        assert_eq!(fake.world.events(ANA).len(), kept, "{name}");
    }
}

#[test]
fn a_front_end_answers_in_html() {
    let mut fake = Fake::new();
    fake.world
        .add_fault(Fault::once("calendar.events.list", FaultKind::Html(502)));
    let response = answer(&mut fake, "GET", EVENTS, &json!({}));
    assert_eq!(response.status, 502);
    assert_eq!(
        response.header("content-type"),
        Some("text/html; charset=UTF-8")
    );
    assert_eq!(response.json(), Value::Null, "no JSON in it");
}

#[test]
fn a_truncated_answer_promises_more_than_it_has() {
    let mut fake = Fake::new();
    let whole = fake.get(EVENTS).body.len();
    fake.world
        .add_fault(Fault::once("calendar.events.list", FaultKind::Truncated));
    let response = answer(&mut fake, "GET", EVENTS, &json!({}));
    assert_eq!(response.status, 200);
    assert_eq!(response.body.len(), whole / 2);
    assert_eq!(
        response.header("content-length"),
        Some(whole.to_string().as_str())
    );
}

#[test]
fn a_delay_goes_with_any_kind() {
    let mut fake = Fake::new();
    let slow = |kind| Fault {
        delay_ms: 30_000,
        ..Fault::once("calendar.events.insert", kind)
    };
    fake.world.add_fault(slow(FaultKind::Delay));
    fake.world.add_fault(slow(FaultKind::DropAfter));
    let body = event_on(2, json!({}));
    let Outcome::Late(delay, first) = outcome(&mut fake, "POST", EVENTS, &body) else {
        panic!("a delay was planned")
    };
    assert_eq!(delay, SignedDuration::from_secs(30));
    assert!(matches!(*first, Outcome::Answer(response) if response.status == 200));
    let second = outcome(&mut fake, "POST", EVENTS, &body);
    assert_eq!(second, Outcome::Late(delay, Box::new(Outcome::Drop)));
    assert_eq!(
        fake.world.events(ANA).len(),
        2,
        "the effect is there at once"
    );
}

#[test]
fn a_copy_that_lags_does_not_know_young_events() {
    let mut fake = Fake::new();
    let event = fake.insert_on(2, json!({}));
    let path = event_path(&event["id"]);
    let lag = json!([{
        "method": "calendar.events.get", "kind": {"replication_lag": 3}, "count": "always",
    }]);
    assert_eq!(plan(&mut fake, &lag).status, 200);
    for (wait, status) in [(0, 404), (2, 404), (1, 200), (60, 200)] {
        fake.pass(wait);
        assert_eq!(
            answer(&mut fake, "GET", &path, &json!({})).status,
            status,
            "{wait}"
        );
    }
    let listed = answer(&mut fake, "GET", EVENTS, &json!({}));
    assert_eq!(listed.status, 200, "a list names no event");
}

#[test]
fn a_credential_can_fail_once() {
    let mut fake = Fake::new();
    fake.world
        .add_fault(Fault::once("calendar.*", FaultKind::Status(401)));
    let first = answer(&mut fake, "GET", EVENTS, &json!({}));
    assert_eq!(refusal(&first), (401, "authError".to_owned()));
    assert_eq!(answer(&mut fake, "GET", EVENTS, &json!({})).status, 200);
}

#[test]
fn every_error_can_be_had_by_name() {
    for name in ErrorName::all() {
        let mut fake = Fake::new();
        let kind = FaultKind::Error(name);
        fake.world.add_fault(Fault::once("*", kind));
        let calendar = answer(&mut fake, "GET", EVENTS, &json!({}));
        let token = Request::new("POST", "/token").with_form(&[]);
        let Outcome::Answer(token) = deliver(&mut fake.world, fake.now, &token) else {
            panic!("an answer was planned")
        };
        if calendar.status == 200 {
            assert!(
                token.json()["error"].is_string(),
                "{name:?}: {}",
                token.text()
            );
            assert!(token.status >= 400);
        } else {
            let (status, reason) = refusal(&calendar);
            assert!(status >= 400 && !reason.is_empty(), "{name:?}");
        }
        assert!(
            fake.world.faults().iter().all(|fault| fault.count == 0),
            "{name:?} struck once"
        );
    }
    let rapt = ErrorName::named("invalid_rapt").unwrap();
    let mut fake = Fake::new();
    fake.world
        .add_fault(Fault::once("oauth2.token", FaultKind::Error(rapt)));
    let body = answer(&mut fake, "POST", "/token", &json!({})).json();
    assert_eq!(body["error"], "invalid_grant");
    assert_eq!(body["error_subtype"], "invalid_rapt");
    let page = ErrorName::named("disallowed_useragent").unwrap();
    fake.world
        .add_fault(Fault::once("oauth2.authorize", FaultKind::Error(page)));
    let page = answer(&mut fake, "GET", "/o/oauth2/v2/auth", &json!({}));
    assert_eq!(page.status, 403);
    assert!(page.text().contains("disallowed_useragent"));
}

#[test]
fn a_fault_may_be_for_one_account() {
    let mut fake = Fake::new();
    fake.world
        .add_account("leo@example.com", "Leo", "UTC")
        .unwrap();
    let scope = ["https://www.googleapis.com/auth/calendar"];
    let leo = fake
        .world
        .grant(fake.now, "leo@example.com", "client", &scope)
        .unwrap();
    let fault = json!([{
        "method": "*", "kind": {"status": 500}, "account": "leo@example.com", "count": 2,
    }]);
    assert_eq!(plan(&mut fake, &fault).status, 200);
    assert_eq!(answer(&mut fake, "GET", EVENTS, &json!({})).status, 200);
    fake.token = leo.access_token;
    assert_eq!(answer(&mut fake, "GET", EVENTS, &json!({})).status, 500);
    let refresh =
        Request::new("POST", "/token").with_form(&[("refresh_token", &leo.refresh_token)]);
    let Outcome::Answer(refresh) = deliver(&mut fake.world, fake.now, &refresh) else {
        panic!("an answer was planned")
    };
    assert_eq!(refresh.status, 500, "its refresh token is its too");
}

#[test]
fn an_uncertain_fault_strikes_about_as_often_as_said_and_changes_no_id() {
    let history = |faults: bool| {
        let mut fake = Fake::new();
        fake.world.rules.quotas.per_minute_per_user = None;
        if faults {
            fake.world.add_fault(Fault {
                probability: 0.25,
                count: ALWAYS,
                ..Fault::once("calendar.events.list", FaultKind::Status(500))
            });
        }
        let statuses: Vec<u16> = (0..1000)
            .map(|_| answer(&mut fake, "GET", EVENTS, &json!({})).status)
            .collect();
        (statuses, fake.insert_on(2, json!({}))["id"].clone())
    };
    let (statuses, id) = history(true);
    let struck = statuses.iter().filter(|status| **status == 500).count();
    assert!((200..300).contains(&struck), "{struck} of 1000");
    assert_eq!(
        history(true),
        (statuses, id.clone()),
        "same seed, same faults"
    );
    assert_eq!(history(false).1, id);
}

#[test]
fn plans_that_make_no_sense_say_why_and_change_nothing() {
    let mut fake = Fake::new();
    let kept = json!([{"method": "calendar.events.get", "kind": "drop_after", "count": "always"}]);
    assert_eq!(
        plan(&mut fake, &kept).json()["faults"][0]["count"],
        "always"
    );
    for (fault, word) in [
        (
            json!({"method": "calendar.events.grab", "kind": "drop_after"}),
            "no method",
        ),
        (json!({"method": "*", "kind": "explode"}), "explode"),
        (
            json!({"method": "*", "kind": {"status": 200}}),
            "400 to 599",
        ),
        (json!({"method": "*", "kind": {"html": 600}}), "400 to 599"),
        (
            json!({"method": "*", "kind": {"error": "out_of_coffee"}}),
            "invalid_rapt",
        ),
        (
            json!({"method": "oauth2.token", "kind": {"error": "duplicate"}}),
            "never answers",
        ),
        (json!({"method": "*"}), "delay_ms"),
        (
            json!({"method": "*", "kind": "drop_after", "probability": 2.0}),
            "0 to 1",
        ),
        (
            json!({"method": "*", "kind": "drop_after", "count": "often"}),
            "always",
        ),
        (
            json!({"method": "*", "kind": "drop_after", "delay_ms": 600_001}),
            "at most",
        ),
        (
            json!({"method": "*", "kind": "drop_after", "account": "nobody"}),
            "no account",
        ),
        (
            json!({"method": "*", "kind": "drop_after", "chance": 1}),
            "unknown field",
        ),
    ] {
        let refused = plan(&mut fake, &json!([fault]));
        let why = refused.json()["error"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert_eq!(refused.status, 400, "{fault}");
        assert!(why.contains(word), "{fault}: {why}");
        assert_eq!(fake.world.faults().len(), 1);
    }
}
