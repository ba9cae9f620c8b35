//! Links of a connection that was taken away, and of one that came back.

use app::bookings::{Booked, CalendarSync, SyncState, by_id};
use app::due::{Stepped, step};
use app::housekeeping::FOLLOWED;
use app::links::detached::detach_of_connection;
use app::{conflicts, connections, notices};
use domain::booking::Cause;
use jiff::SignedDuration;
use serde_json::json;

use super::bookings::{booked, call_off, move_to};
use super::conflicts::{accepts, connected, looks, refuses, work};
use super::connections::{connect, connect_and_prove, prove};
use super::support::{Harness, compares_never, now};

const START: &str = "2026-11-24T09:00:00Z";
const LATER: &str = "2026-11-24T11:00:00Z";

fn detach(h: &Harness) -> u64 {
    let connection = now(connections::list(&h.app, h.organization.id))
        .unwrap()
        .remove(0);
    now(detach_of_connection(&h.app, connection.id)).unwrap()
}

fn sync(h: &Harness, booked: &Booked) -> SyncState {
    let found = now(by_id(&h.app, h.organization.id, booked.booking.id));
    found.unwrap().unwrap().sync
}

fn is_idle(h: &Harness) -> bool {
    matches!(now(step(&h.app)).unwrap(), Stepped::Idle(_))
}

/// Design section 5: ids hidden, no calls, whatever happens here or there.
#[test]
fn nothing_is_done_for_a_detached_link_and_nothing_shown() {
    let h = connected();
    let made = booked(&h, START);
    accepts(&h);
    let (_, _, mut event) = h.google.asked().pop().unwrap();
    assert_eq!(detach(&h), 1);
    assert_eq!(detach(&h), 0, "once");
    let calls = h.google.asked().len();
    move_to(&h, made.booking.id, LATER).unwrap();
    assert!(is_idle(&h), "a change here is not sent");
    let shown = sync(&h, &made);
    assert_eq!(shown.state, CalendarSync::None);
    assert_eq!((shown.html_link, shown.last_synced_at), (None, None));

    h.clock.advance(SignedDuration::from_mins(2));
    event["etag"] = "\"2\"".into();
    event["start"]["dateTime"] = "2026-11-24T14:00:00Z".into();
    event["end"]["dateTime"] = "2026-11-24T15:00:00Z".into();
    h.google
        .answer(200, json!({ "items": [event] }).to_string());
    work(&h);
    assert!(is_idle(&h), "a change there is not followed");
    assert_eq!(h.google.asked().len(), calls + 1, "that one look");
    let found = now(by_id(&h.app, h.organization.id, made.booking.id));
    let start = found.unwrap().unwrap().booking.time.start;
    assert_eq!(start.to_string(), LATER);
}

/// scenario H2: the same account comes back: its event is looked at under our id, and brought in step.
#[test]
fn a_link_whose_account_comes_back_looks_and_goes_on() {
    let h = connected();
    let made = booked(&h, START);
    accepts(&h);
    let (_, _, mut event) = h.google.asked().pop().unwrap();
    let unmade = booked(&h, "2026-11-25T09:00:00Z");
    detach(&h);
    move_to(&h, made.booking.id, LATER).unwrap();
    connect(&h, "ada").unwrap();
    let calls = h.google.asked().len();

    event["etag"] = "\"1\"".into();
    h.google.answer(200, event.to_string());
    work(&h);
    accepts(&h);
    accepts(&h);
    let asked = h.google.asked().split_off(calls);
    prove(&h);
    looks(&h);
    assert!(is_idle(&h));
    let id = event["id"].as_str().unwrap();
    let mut writes: Vec<_> = asked
        .iter()
        .filter(|(method, _, _)| method != "GET")
        .map(|(method, address, _)| (method.as_str(), address.contains(id)))
        .collect();
    writes.sort_unstable();
    assert_eq!(
        writes,
        [("PATCH", true), ("POST", false)],
        "none is made twice"
    );
    for one in [&made, &unmade] {
        assert_eq!(sync(&h, one).state, CalendarSync::Synced);
    }
}

/// What is over may still be cancelled: its link is taken up like any other, and its event goes (seed 9583).
#[test]
fn a_booking_that_was_over_when_its_account_came_back_can_be_cancelled() {
    let h = connected();
    compares_never(&h);
    let made = booked(&h, START);
    accepts(&h);
    let (_, _, mut event) = h.google.asked().pop().unwrap();
    event["etag"] = "\"1\"".into();
    detach(&h);
    h.clock
        .advance(made.booking.time.end - h.app.now() + FOLLOWED - SignedDuration::from_secs(1));
    connect(&h, "ada").unwrap();
    h.google.answer(200, event.to_string());
    work(&h);
    prove(&h);
    looks(&h);
    assert!(is_idle(&h));
    assert_eq!(sync(&h, &made).state, CalendarSync::Synced);

    call_off(&h, made.booking.id, "", Cause::Admin).unwrap();
    h.google.answer(204, "");
    work(&h);
    let (method, address, _) = h.google.asked().pop().unwrap();
    assert_eq!(method, "DELETE");
    assert!(address.contains(event["id"].as_str().unwrap()), "{address}");
}

/// Thirty days after its end nobody edits a booking's event any more (design section 5).
#[test]
fn of_what_is_long_over_nothing_is_taken_up_again() {
    let h = connected();
    let made = booked(&h, START);
    accepts(&h);
    detach(&h);
    h.clock
        .advance(made.booking.time.end - h.app.now() + FOLLOWED);
    connect_and_prove(&h);
    compares_never(&h);
    looks(&h);
    assert!(is_idle(&h));
    assert_eq!(sync(&h, &made).state, CalendarSync::Synced);
}

/// Nobody is asked to decide about an event that is left to itself.
#[test]
fn detaching_ends_what_was_to_be_decided() {
    let h = connected();
    let made = booked(&h, START);
    refuses(&h, 400, "invalid");
    assert_eq!(sync(&h, &made).state, CalendarSync::Error);
    detach(&h);
    let inbox = now(conflicts::list(&h.app, h.organization.id, None, 10)).unwrap();
    assert_eq!(inbox.items, []);
    let told = now(notices::list(&h.app, h.organization.id)).unwrap();
    assert!(!told.is_empty() && told.iter().all(|message| message.is_cleared));
}
