//! Reminders on the event: sent when it is made and when they change, and left alone otherwise.

use app::bookings::{Booked, book};
use app::due::{Stepped, step};
use serde_json::{Value, json};
use store::{Lane, values};

use super::bookings::{input, move_to};
use super::conflicts::{accepts, connected, work};
use super::support::{Harness, now};

fn exam(h: &Harness) -> Booked {
    now(book(&h.app, input("maths-exam", "2026-11-26T09:00:00Z"))).unwrap()
}

/// What was last asked of Google.
fn asked(h: &Harness) -> (String, Value) {
    let (method, _, body) = h.google.asked().pop().unwrap();
    (method, body)
}

fn offer(h: &Harness, reminders: &'static str) {
    now(h.store.unit(Lane::Background, "test.offer", move |tx| {
        tx.execute("UPDATE event_type SET reminders = ?1", values![reminders])
    }))
    .unwrap();
}

fn is_idle(h: &Harness) -> bool {
    matches!(now(step(&h.app)).unwrap(), Stepped::Idle(Some(_)))
}

/// Row "event reminders": what the event type says, on the event that is made; the calendar's default
/// where it says nothing.
#[test]
fn an_event_is_made_with_the_reminders_of_its_event_type() {
    let h = connected();
    exam(&h);
    accepts(&h);
    let expected = json!({ "useDefault": false, "overrides": [
        { "minutes": 30, "method": "popup" }, { "minutes": 1440, "method": "email" } ] });
    assert_eq!(asked(&h).1["reminders"], expected);
    now(book(&h.app, input("maths", "2026-11-24T09:00:00Z"))).unwrap();
    accepts(&h);
    let default = json!({ "useDefault": true, "overrides": null });
    assert_eq!(asked(&h).1["reminders"], default);
}

/// Wanted does not drift: an event type's new reminders reach a booking with its next change.
#[test]
fn reminders_are_frozen_with_the_text_and_sent_when_they_differ() {
    let h = connected();
    let made = exam(&h);
    accepts(&h);
    offer(&h, "\"calendar\"");
    assert!(is_idle(&h), "nothing follows the event type by itself");
    move_to(&h, made.booking.id, "2026-11-26T10:00:00Z").unwrap();
    accepts(&h);
    let (method, body) = asked(&h);
    assert_eq!(method, "PATCH");
    let default = json!({ "useDefault": true, "overrides": null });
    assert_eq!(body["reminders"], default);
    assert_eq!(body.get("summary"), None, "what is the same is not sent");
    move_to(&h, made.booking.id, "2026-11-26T09:00:00Z").unwrap();
    accepts(&h);
    let (method, body) = asked(&h);
    assert_eq!(method, "PATCH");
    assert_eq!(body.get("reminders"), None, "nor are they, when the same");
}

/// scenario E5: Google's own order, or what the owner chose for themselves, is no work for us.
#[test]
fn reminders_that_changed_in_google_are_left_alone() {
    let h = connected();
    exam(&h);
    accepts(&h);
    let (_, mut event) = asked(&h);
    for (etag, overrides) in [
        (
            "\"2\"",
            json!([{ "method": "email", "minutes": 1440 }, { "method": "popup", "minutes": 30 }]),
        ),
        ("\"3\"", json!([{ "method": "popup", "minutes": 5 }])),
    ] {
        h.clock.advance(jiff::SignedDuration::from_mins(2));
        event["etag"] = etag.into();
        event["reminders"]["overrides"] = overrides;
        let page = json!({ "items": [event], "nextSyncToken": "s" });
        h.google.answer(200, page.to_string());
        work(&h);
        let calls = h.google.asked().len();
        work(&h);
        assert!(is_idle(&h));
        assert_eq!(h.google.asked().len(), calls, "looking again asks nothing");
    }
}
