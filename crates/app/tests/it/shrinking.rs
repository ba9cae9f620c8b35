//! Links of bookings long over: little is kept of them, and what still happens to their events is left
//! alone.

use app::bookings::{CalendarSync, by_id};
use app::due::{Stepped, step};
use app::housekeeping::{self, FOLLOWED};
use domain::sync::Link;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::tables::links::{self, EventLink, State};
use store::{Lane, StoreError};

use super::bookings::booked;
use super::conflicts::{accepts, connected, renews, work};
use super::support::{Harness, compares_never, now};

const START: &str = "2026-11-24T09:00:00Z";

fn link(h: &Harness, booking: domain::BookingId) -> EventLink {
    let found = h.store.unit(Lane::Read, "test.link", move |tx| {
        Ok::<_, StoreError>(links::of_booking(tx, booking)?.remove(0))
    });
    now(found).unwrap()
}

/// One look at the calendar that finds this event.
fn sees(h: &Harness, event: &Value) {
    renews(h);
    h.google
        .answer(200, json!({ "items": [event] }).to_string());
    work(h);
}

/// Design section 5: 30 days after the end the bases are dropped; not before, and nothing follows an
/// event after that.
#[test]
fn thirty_days_after_its_booking_an_event_is_followed_no_more() {
    let h = connected();
    let made = booked(&h, START).booking;
    accepts(&h);
    let (_, _, mut event) = h.google.asked().pop().unwrap();
    let whole = link(&h, made.id);
    assert_eq!(whole.state, State::Settled);

    compares_never(&h);
    h.clock.advance(made.time.end - h.app.now() + FOLLOWED);
    now(housekeeping::run(&h.app)).unwrap();
    assert_eq!(link(&h, made.id), whole, "until then it is kept");
    h.clock.advance(SignedDuration::from_secs(1));
    now(housekeeping::run(&h.app)).unwrap();
    let shrunk = link(&h, made.id);
    let counts = Link {
        attempt: 1,
        ..Link::default()
    };
    assert_eq!((shrunk.state, &shrunk.link), (State::Closed, &counts));
    assert_eq!(shrunk.event_id, whole.event_id);

    let moved = json!({ "dateTime": "2027-03-01T09:00:00Z" });
    let later = json!({ "dateTime": "2027-03-01T10:00:00Z" });
    event["etag"] = "\"9\"".into();
    (event["start"], event["end"]) = (moved, later);
    sees(&h, &event);
    let calls = h.google.asked().len();
    assert!(matches!(now(step(&h.app)).unwrap(), Stepped::Idle(Some(_))));
    assert_eq!(h.google.asked().len(), calls, "no call");
    let gone = json!({ "id": event["id"], "status": "cancelled" });
    h.clock.advance(SignedDuration::from_hours(2));
    sees(&h, &gone);
    assert_eq!(link(&h, made.id), shrunk, "nor a trace");
    let detail = now(by_id(&h.app, h.organization.id, made.id))
        .unwrap()
        .unwrap();
    assert_eq!(detail.booking, made);
    assert_eq!(detail.sync.state, CalendarSync::Synced);
}
