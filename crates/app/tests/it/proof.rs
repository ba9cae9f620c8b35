//! Proving a connection: a test event is written and removed, whatever happens between (row R6).

use app::connections::{Cause, Proof, prove_again};
use jiff::SignedDuration;

use super::connections::{connect, prove};
use super::credentials::{connection, row, worked};
use super::support::{Harness, harness, now};

const EVENTS: &str = "/calendar/v3/calendars/primary/events";

fn connected() -> Harness {
    let h = harness();
    connect(&h, "ada").unwrap();
    assert_eq!(connection(&h).proof, Proof::Pending);
    h
}

fn late(h: &Harness) {
    h.clock.advance(SignedDuration::from_mins(1));
}

#[test]
fn a_test_event_is_written_and_removed() {
    let h = connected();
    let id = {
        h.google.answer(409, "");
        worked(&h);
        row(&h).proof.event.unwrap()
    };
    h.google.answer(204, "");
    worked(&h);
    assert!(matches!(connection(&h).proof, Proof::Proven(_)));
    assert_eq!(row(&h).proof.event, None);
    let asked = h.google.paths();
    assert_eq!(
        asked[1..],
        [format!("POST {EVENTS}"), format!("DELETE {EVENTS}/{id}")]
    );
    let body = h.google.body(1);
    assert_eq!(body["id"], id.as_str());
    assert_eq!(
        body["transparency"], "transparent",
        "it blocks nobody's time"
    );
}

/// The id is stored before the call, and every attempt uses it: one event at most, and it is removed.
#[test]
fn lost_answers_leave_nothing_behind() {
    let h = connected();
    // Three attempts without an answer, then the id is taken: one of them did it.
    for _ in 0..3 {
        h.google.answer(503, "<html>");
        worked(&h);
        assert_eq!(connection(&h).proof, Proof::Failed(Cause::Unreachable));
        late(&h);
    }
    h.google.answer(409, "");
    worked(&h);
    // Nor is the removal believed before Google says it.
    h.google.answer(500, "");
    worked(&h);
    late(&h);
    h.google.answer(410, "");
    worked(&h);
    assert!(matches!(connection(&h).proof, Proof::Proven(_)));
    let mut ids: Vec<String> = (1..=4)
        .map(|n| h.google.body(n)["id"].to_string())
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

/// §13: what was written a moment ago may not be found yet.
#[test]
fn an_event_not_found_yet_is_looked_for_again() {
    let h = connected();
    h.google.answer(409, "");
    worked(&h);
    for _ in 0..3 {
        h.google.answer(404, "");
        worked(&h);
        assert_eq!(connection(&h).proof, Proof::Pending);
        late(&h);
    }
    h.google.answer(404, "");
    worked(&h);
    assert!(
        matches!(connection(&h).proof, Proof::Proven(_)),
        "somebody removed it"
    );
}

/// row L13: what is in the way is said, and found mended later.
#[test]
fn a_refusal_says_what_is_in_the_way() {
    let reason = |reason: &str| {
        format!(r#"{{"error":{{"code":403,"message":"m","errors":[{{"reason":"{reason}"}}]}}}}"#)
    };
    for (status, body, cause) in [
        (403, reason("accessNotConfigured"), Cause::ApiNotEnabled),
        (403, reason("SERVICE_DISABLED"), Cause::ApiNotEnabled),
        (403, reason("forbidden"), Cause::CalendarReadOnly),
        (403, reason("requiredAccessLevel"), Cause::CalendarReadOnly),
        (404, reason("notFound"), Cause::CalendarNotFound),
        (403, reason("notACalendarUser"), Cause::NotACalendarUser),
        (403, reason("insufficientPermissions"), Cause::ScopeMissing),
        (403, reason("rateLimitExceeded"), Cause::RateLimited),
    ] {
        let h = connected();
        h.google.answer(status, body);
        worked(&h);
        let failed = Proof::Failed(cause);
        let found = connection(&h);
        assert_eq!(found.proof, failed, "{cause:?}");
        // What stops bookings too is a cause of the connection, so that somebody is told.
        let is_told = !cause.is_passing();
        assert_eq!(found.cause, is_told.then_some(cause), "{cause:?}");
        if cause == Cause::ScopeMissing {
            continue;
        }
        now(prove_again(&h.app, h.organization.id)).unwrap();
        assert_eq!(connection(&h).proof, Proof::Pending);
        // Long enough for a slowed account to have its units back.
        late(&h);
        prove(&h);
        let proven = connection(&h);
        assert!(matches!(proven.proof, Proof::Proven(_)), "{cause:?}");
        assert_eq!(proven.cause, None, "{cause:?}: a write was accepted");
    }
}

/// A reconnect in the middle still removes what the old grant wrote.
#[test]
fn a_reconnect_goes_on_with_a_test_event_left_behind() {
    let h = connected();
    h.google.answer(409, "");
    worked(&h);
    let left = row(&h).proof.event.unwrap();
    connect(&h, "ada").unwrap();
    h.google.answer(204, "");
    worked(&h);
    let asked = h.google.paths();
    assert_eq!(asked.last().unwrap(), &format!("DELETE {EVENTS}/{left}"));
    assert!(matches!(connection(&h).proof, Proof::Proven(_)));
}
