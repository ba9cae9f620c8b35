//! From a booking to its event: noted with the booking, found by our own id, with a token that lasts.

use app::bookings::{ApproveInput, BookInput, CancelInput, Forced, approve, book, cancel};
use domain::BookingId;
use domain::booking::Cause;
use jiff::SignedDuration;
use serde_json::json;
use store::tables::links::{self, State};
use store::{Lane, StoreError};

use super::bookings::{booked, input};
use super::conflicts::{accepts, connected, refuses, work};
use super::support::{Harness, now};

const START: &str = "2026-11-24T09:00:00Z";

/// The states of a booking's links.
fn noted(h: &Harness, booking: BookingId) -> Vec<State> {
    let found = h.store.unit(Lane::Read, "test.links", move |tx| {
        let found = links::of_booking(tx, booking)?;
        Ok::<_, StoreError>(found.into_iter().map(|link| link.state).collect())
    });
    now(found).unwrap()
}

/// What was last asked of Google: method, and the last part of the address.
fn asked(h: &Harness) -> (String, String) {
    let (method, address, _) = h.google.asked().pop().unwrap();
    let (path, _) = address.split_once('?').unwrap_or((&address, ""));
    let last = path.rsplit('/').next().unwrap().to_owned();
    (method, last)
}

/// scenario D6: before any worker has looked, however the booking came about.
#[test]
fn every_way_of_booking_notes_its_event_with_the_booking() {
    let h = connected();
    let by_attendee = booked(&h, START).booking.id;
    let on_top = BookInput {
        forced: Some(Forced::default()),
        cause: Cause::Admin,
        ..input("maths", START)
    };
    let by_admin = now(book(&h.app, on_top)).unwrap().booking.id;
    let asked_for = BookInput {
        cause: Cause::Api,
        ..input("first-talk", "2026-11-25T09:00:00Z")
    };
    let asked_for = now(book(&h.app, asked_for)).unwrap().booking.id;
    assert_eq!(noted(&h, asked_for), [], "a request has no event");
    let yes = ApproveInput {
        booking: asked_for,
        version: None,
        cause: Cause::Admin,
    };
    now(approve(&h.app, yes)).unwrap();
    for booking in [by_attendee, by_admin, asked_for] {
        assert_eq!(noted(&h, booking), [State::Due]);
    }
}

/// scenario D8: no answer ever told us of the event; the cancellation finds it by the id we chose.
#[test]
fn a_cancellation_finds_an_event_we_never_heard_of() {
    let h = connected();
    let made = booked(&h, START).booking.id;
    refuses(&h, 500, "backendError");
    let (_, _, sent) = h.google.asked().pop().unwrap();
    let id = sent["id"].as_str().unwrap().to_owned();
    let ended = CancelInput {
        booking: made,
        seat: None,
        reason: String::new(),
        version: None,
        cause: Cause::Attendee,
    };
    now(cancel(&h.app, ended)).unwrap();
    h.google.answer(204, "");
    work(&h);
    assert_eq!(asked(&h), ("DELETE".to_owned(), id));
    assert_eq!(noted(&h, made), [State::Closed]);
}

/// scenario A4: kept as a duration from the moment of asking, a token is renewed within a minute of its
/// end, not before, and never used after.
#[test]
fn a_token_is_renewed_before_its_end_and_not_used_beyond() {
    let h = connected();
    h.clock.advance(SignedDuration::from_secs(3599 - 60 - 1));
    booked(&h, START);
    accepts(&h);
    assert_eq!(
        asked(&h).1,
        "events",
        "good for another minute and a second"
    );
    h.clock.advance(SignedDuration::from_secs(1));
    booked(&h, "2026-11-25T09:00:00Z");
    let tokens = json!({ "access_token": "next", "expires_in": 3599, "token_type": "Bearer" });
    h.google.answer(200, tokens.to_string());
    work(&h);
    assert_eq!(asked(&h).1, "token");
    accepts(&h);
    assert_eq!(asked(&h).1, "events");
    h.clock.advance(SignedDuration::from_secs(3599 - 60 - 1));
    booked(&h, "2026-11-26T09:00:00Z");
    accepts(&h);
    assert_eq!(
        asked(&h).1,
        "events",
        "its end counts from when it was asked for"
    );
}
