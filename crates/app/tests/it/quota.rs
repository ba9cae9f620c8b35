//! Google is asked no faster than it allows, and not at all for a while when it says so.

use app::bookings::{BookInput, Forced, book};
use app::due::{Stepped, step};
use app::limits::Asker;
use domain::Instant;
use domain::attendee::AttendeeForm;
use domain::booking::Cause;

use super::connections::{connect, connect_and_prove};
use super::support::{Harness, at, harness, now};

/// Connected, with the calendar looked at once.
fn connected() -> Harness {
    let h = harness();
    connect_and_prove(&h);
    works(&h, 200, r#"{"items":[],"nextSyncToken":"s"}"#);
    h
}

fn books(h: &Harness) {
    let input = BookInput {
        organization: "tutoring".into(),
        event_type: "maths".into(),
        start: at("2026-11-24T09:00:00Z"),
        attendee: AttendeeForm {
            name: "Ana".into(),
            email: Some("ana@example.org".into()),
            ..AttendeeForm::default()
        },
        host: None,
        hold: None,
        // On top of each other: only how many there are matters here.
        forced: Some(Forced::default()),
        asker: Asker::Organization,
        cause: Cause::Api,
        idempotency_key: None,
    };
    now(book(&h.app, input)).unwrap();
}

fn works(h: &Harness, status: u16, answer: &str) {
    h.google.answer(status, answer);
    assert_eq!(now(step(&h.app)).unwrap(), Stepped::Worked);
}

fn rests(h: &Harness) -> Instant {
    match now(step(&h.app)).unwrap() {
        Stepped::Idle(Some(until)) if until > h.app.now() => until,
        other => panic!("{other:?}, with work that is due"),
    }
}

#[test]
fn after_a_rate_limit_the_whole_connection_rests() {
    let h = connected();
    books(&h);
    books(&h);
    works(&h, 429, "{}");
    let until = rests(&h);
    h.clock.advance(until - h.app.now());
    works(&h, 400, "{}");
}

#[test]
fn an_account_is_asked_no_more_than_its_budget_allows() {
    let h = connected();
    for _ in 0..70 {
        books(&h);
    }
    // A tenth of 600 units a minute at once; the test event and the first look
    // have had three.
    for _ in 0..57 {
        works(&h, 400, "{}");
    }
    // It finds that there is none left.
    works(&h, 400, "{}");
    let until = rests(&h);
    h.clock.advance(until - h.app.now());
    works(&h, 400, "{}");
}

/// The test event is one more thing an account is asked, and one more that may be asked too often.
#[test]
fn a_test_event_is_paid_for_and_makes_the_connection_rest() {
    let h = harness();
    connect(&h, "ada").unwrap();
    works(&h, 429, "{}");
    let until = rests(&h);
    h.clock.advance(until - h.app.now());
    h.google.accept();
    assert_eq!(now(step(&h.app)).unwrap(), Stepped::Worked);
    // Slowed by the refusal, the account has no unit left for the removal.
    assert_eq!(now(step(&h.app)).unwrap(), Stepped::Worked);
    assert_eq!(h.google.paths().len(), 3, "consent, refusal, test event");
    let until = rests(&h);
    h.clock.advance(until - h.app.now());
    works(&h, 204, "");
    assert_eq!(h.google.paths().len(), 4);
}
