//! What Google refuses, and what people are told of it: on the timeline, in the inbox, in messages.

use app::bookings::{Booked, CalendarSync, Entry, by_id, timeline};
use app::conflicts::{
    Item, Resolution, ResolveError, ResolveInput, There, list, resolve, retry_booking,
};
use app::connections::{self, Cause as Wrong, Connection, ConnectionState, WayOut};
use app::due::{Stepped, step};
use app::notices;
use domain::Instant;
use domain::booking::Cause;
use jiff::SignedDuration;
use serde_json::json;

use super::bookings::{booked, move_to};
use super::connections::{connect, connect_and_prove};
use super::support::{Harness, harness, now};

const START: &str = "2026-11-24T09:00:00Z";

/// Connected, with the calendar looked at once.
pub(crate) fn connected() -> Harness {
    let h = harness();
    connect_and_prove(&h);
    looks(&h);
    h
}

/// The calendar is looked at, and nothing has changed in it.
pub(crate) fn looks(h: &Harness) {
    h.google.answer(200, r#"{"items":[],"nextSyncToken":"s"}"#);
    work(h);
}

pub(crate) fn work(h: &Harness) {
    assert_eq!(now(step(&h.app)).unwrap(), Stepped::Worked);
}

/// Access has run out, and Google gives it anew.
pub(crate) fn renews(h: &Harness) {
    let tokens = json!({ "access_token": "next", "expires_in": 3599, "token_type": "Bearer" });
    h.google.answer(200, tokens.to_string());
    work(h);
}

/// Google's refusal in the shape of the Calendar API.
pub(crate) fn refuses(h: &Harness, status: u16, reason: &str) {
    let error = json!({
        "error": {
            "code": status, "message": "You may not.",
            "errors": [{ "domain": "calendar", "reason": reason, "message": "You may not." }],
        }
    });
    h.google.answer(status, error.to_string());
    work(h);
}

pub(crate) fn accepts(h: &Harness) {
    h.google.accept();
    work(h);
}

fn later(h: &Harness) {
    h.clock.advance(SignedDuration::from_secs(3));
}

/// Nothing can be done yet; gives until when.
fn waits(h: &Harness) -> Instant {
    match now(step(&h.app)).unwrap() {
        Stepped::Idle(Some(until)) if until > h.app.now() => until,
        other => panic!("{other:?}, with work that waits"),
    }
}

/// Somebody says "try now"; gives whether there was anything to try.
fn tries_now(h: &Harness, booked: &Booked) -> bool {
    now(retry_booking(
        &h.app,
        h.organization.id,
        booked.booking.id,
        Cause::Admin,
    ))
    .unwrap()
}

fn told(h: &Harness, booked: &Booked) -> Vec<Entry> {
    now(timeline(&h.app, booked.booking.id)).unwrap()
}

fn kinds(h: &Harness, booked: &Booked) -> Vec<String> {
    told(h, booked).into_iter().map(|e| e.kind).collect()
}

fn inbox(h: &Harness) -> Vec<Item> {
    now(list(&h.app, h.organization.id, None, 10))
        .unwrap()
        .items
}

fn decide(h: &Harness, item: &Item, resolution: Resolution) -> Result<Item, ResolveError> {
    let input = ResolveInput {
        conflict: item.conflict.id,
        organization: h.organization.id,
        resolution,
        version: Some(item.conflict.version),
        cause: Cause::Admin,
    };
    now(resolve(&h.app, input))
}

fn connection(h: &Harness) -> Connection {
    now(connections::list(&h.app, h.organization.id))
        .unwrap()
        .remove(0)
}

/// Kind, audience, and whether its cause has ended.
fn messages(h: &Harness) -> Vec<(&'static str, &'static str, bool)> {
    let found = now(notices::list(&h.app, h.organization.id)).unwrap();
    let mut found: Vec<_> = found
        .iter()
        .map(|m| (m.kind.as_str(), m.audience.as_str(), m.is_cleared))
        .collect();
    found.sort_unstable();
    found
}

fn sync(h: &Harness, booked: &Booked) -> (CalendarSync, Option<String>) {
    let found = now(by_id(&h.app, h.organization.id, booked.booking.id))
        .unwrap()
        .unwrap();
    (found.sync.state, found.sync.problem)
}

/// scenario D1: attempts are visible on the booking, each with its answer.
#[test]
fn every_call_is_told_with_its_answer() {
    let h = connected();
    let booked = booked(&h, START);
    refuses(&h, 500, "backendError");
    later(&h);
    refuses(&h, 404, "notFound");
    refuses(&h, 429, "rateLimitExceeded");
    later(&h);
    accepts(&h);
    assert_eq!(
        kinds(&h, &booked),
        ["booked", "calendar_call", "calendar_call", "event_created"]
    );
    let told = told(&h, &booked);
    let insert = &told[1].detail;
    assert_eq!(
        (&insert["asked"], &insert["times"], &insert["answers"]),
        (
            &json!("insert"),
            &json!(2),
            &json!({ "no_answer": 1, "rate_limited": 1 })
        )
    );
    assert_eq!(insert["reason"], "rateLimitExceeded");
    let look = &told[2].detail;
    assert_eq!(
        (&look["asked"], &look["answer"]),
        (&json!("look"), &json!("not_found"))
    );
    assert_eq!(told[3].detail, json!({ "attempt": 3 }));
    assert!(told.iter().all(|entry| entry.detail["is_waiting"] != true));
}

#[test]
fn a_long_time_without_google_is_one_line() {
    let h = connected();
    let booked = booked(&h, START);
    let mut tries = 0;
    // Not so long that access has to be renewed: that would be another call.
    for _ in 0..50 {
        h.clock.advance(SignedDuration::from_mins(1));
        let before = h.google.asked().len();
        now(step(&h.app)).unwrap();
        let asked = h.google.asked();
        tries += asked[before..]
            .iter()
            .filter(|(method, ..)| method == "POST")
            .count();
    }
    assert!(tries > 10, "{tries}");
    assert_eq!(kinds(&h, &booked), ["booked", "calendar_call"]);
    let detail = &told(&h, &booked)[1].detail;
    assert_eq!(detail["times"], tries);
    assert_eq!(detail["answers"], json!({ "not_sent": tries }));
}

/// scenario D2, row R7: out of date, in the inbox, both are told once, and retry ends it.
#[test]
fn what_google_refuses_for_good_waits_in_the_inbox_until_a_retry_succeeds() {
    let h = connected();
    let booked = booked(&h, START);
    refuses(&h, 400, "invalid");
    assert_eq!(
        sync(&h, &booked),
        (CalendarSync::Error, Some("refused".into()))
    );
    let item = inbox(&h).remove(0);
    assert_eq!(
        (item.conflict.kind.as_str(), item.is_open),
        ("refused", true)
    );
    assert_eq!(item.conflict.said, "invalid: You may not.");
    assert_eq!(item.there, There::NotMade);
    assert_eq!(
        item.here.as_ref().map(|here| here.time),
        Some(booked.booking.time)
    );
    let both = |cleared| {
        [
            ("event_refused", "operator", cleared),
            ("event_refused", "owner", cleared),
        ]
    };
    assert_eq!(messages(&h), both(false));

    // Tried again and refused again: the same conflict, one version on; nobody is told twice.
    let tried = decide(&h, &item, Resolution::Retry).unwrap();
    assert!(!tried.is_open);
    assert_eq!(decide(&h, &item, Resolution::Retry), Ok(tried));
    refuses(&h, 400, "invalid");
    assert_eq!(
        decide(&h, &item, Resolution::Retry),
        Err(ResolveError::Changed)
    );
    let again = inbox(&h).remove(0);
    assert_eq!(
        (again.conflict.id, again.conflict.version),
        (item.conflict.id, 2)
    );
    assert_eq!(messages(&h), both(false));

    decide(&h, &again, Resolution::Retry).unwrap();
    accepts(&h);
    assert_eq!(sync(&h, &booked).0, CalendarSync::Synced);
    assert_eq!(inbox(&h), []);
    assert_eq!(messages(&h), both(true));
    assert_eq!(
        decide(&h, &again, Resolution::Ignore),
        Err(ResolveError::Over)
    );
}

/// scenario D2: a new event under the next id; nothing more is asked about the old one.
#[test]
fn relinking_makes_a_new_event_and_leaves_the_old_one() {
    let h = connected();
    let before = h.google.asked().len();
    let booked = booked(&h, START);
    accepts(&h);
    move_to(&h, booked.booking.id, "2026-11-24T11:00:00Z").unwrap();
    refuses(&h, 403, "forbiddenForNonOrganizer");
    let item = inbox(&h).remove(0);
    assert!(matches!(item.there, There::Timed { time, .. } if time == booked.booking.time));
    decide(&h, &item, Resolution::Relink).unwrap();
    accepts(&h);
    assert_eq!(sync(&h, &booked).0, CalendarSync::Synced);
    let asked = &h.google.asked()[before..];
    let inserts: Vec<_> = asked
        .iter()
        .filter(|(method, _, body)| method == "POST" && body["id"].is_string())
        .map(|(_, _, body)| body["id"].clone())
        .collect();
    assert_eq!(inserts.len(), 2);
    assert_ne!(inserts[0], inserts[1]);
    assert!(asked.iter().all(|(method, ..)| method != "DELETE"));
}

#[test]
fn an_ignored_event_stays_as_it_is_until_the_booking_changes() {
    let h = connected();
    let booked = booked(&h, START);
    refuses(&h, 400, "invalid");
    let item = inbox(&h).remove(0);
    decide(&h, &item, Resolution::Ignore).unwrap();
    assert_eq!(
        sync(&h, &booked),
        (CalendarSync::Error, Some("ignored".into()))
    );
    assert_eq!(inbox(&h), []);
    assert!(matches!(now(step(&h.app)).unwrap(), Stepped::Idle(_)));
    assert!(!tries_now(&h, &booked));
    move_to(&h, booked.booking.id, "2026-11-24T11:00:00Z").unwrap();
    accepts(&h);
    assert_eq!(sync(&h, &booked).0, CalendarSync::Synced);
}

/// row V8: what waits after a failure is tried at once when somebody says so.
#[test]
fn one_may_try_now_what_waits_for_its_time() {
    let h = connected();
    let booked = booked(&h, START);
    for _ in 0..6 {
        refuses(&h, 403, "accessNotConfigured");
        assert!(waits(&h) > h.app.now());
        assert!(tries_now(&h, &booked));
    }
    accepts(&h);
    assert_eq!(sync(&h, &booked).0, CalendarSync::Synced);
}

/// Nobody can talk Google out of its rate limit: trying now waits for it, and not for longer.
#[test]
fn trying_now_heeds_a_rate_limit() {
    let h = connected();
    let booked = booked(&h, START);
    refuses(&h, 429, "rateLimitExceeded");
    let until = waits(&h);
    assert!(tries_now(&h, &booked));
    assert_eq!(waits(&h), until);
    assert_eq!(sync(&h, &booked).0, CalendarSync::Pending);
    h.clock.advance(until - h.app.now());
    accepts(&h);
    assert_eq!(sync(&h, &booked).0, CalendarSync::Synced);
}

/// scenario A1: the owner is told once, in the unit that met the cause, and it is over with the reconnect.
#[test]
fn a_dead_grant_is_told_once_and_over_after_the_reconnect() {
    let h = connected();
    h.clock.advance(SignedDuration::from_hours(2));
    booked(&h, START);
    h.google.answer(400, r#"{"error":"invalid_grant"}"#);
    work(&h);
    assert_eq!(messages(&h), [("grant_dead", "owner", false)]);
    booked(&h, "2026-11-24T11:00:00Z");
    assert_eq!(
        now(step(&h.app)).unwrap(),
        Stepped::Idle(None),
        "nothing more is asked"
    );
    let dead = connection(&h);
    assert_eq!(
        (dead.state, dead.way_out, dead.waiting),
        (ConnectionState::Error, WayOut::Reconnect, 2)
    );
    assert_eq!(dead.cause, Some(Wrong::NeedsReconnect));
    assert_eq!(dead.cause_since, Some(h.app.now()));
    connect(&h, "ada").unwrap();
    assert_eq!(messages(&h), [("grant_dead", "owner", true)]);
    assert_eq!(connection(&h).cause_since, None);
}

/// row L13: no event is to blame when the whole API is switched off; what waits follows by itself.
#[test]
fn an_api_that_is_switched_off_is_the_operators_and_parks_nothing() {
    let h = connected();
    let booked = booked(&h, START);
    refuses(&h, 403, "accessNotConfigured");
    assert_eq!(inbox(&h), []);
    assert_eq!(
        sync(&h, &booked),
        (CalendarSync::Pending, Some("api_not_enabled".into()))
    );
    let off = connection(&h);
    assert_eq!(
        (off.state, off.way_out),
        (ConnectionState::Error, WayOut::Operator)
    );
    assert_eq!(messages(&h), [("installation_refused", "operator", false)]);
    later(&h);
    accepts(&h);
    assert_eq!(
        (connection(&h).cause, messages(&h)),
        (None, vec![("installation_refused", "operator", true)])
    );
}

/// A cause that lasts is told once, however often access is renewed or refused meanwhile.
#[test]
fn a_cause_that_outlasts_a_token_is_told_once() {
    let h = connected();
    h.clock.advance(SignedDuration::from_secs(31));
    refuses(&h, 403, "accessNotConfigured");
    let since = connection(&h).cause_since;
    h.clock.advance(SignedDuration::from_hours(2));
    renews(&h);
    refuses(&h, 403, "accessNotConfigured");
    h.clock.advance(SignedDuration::from_mins(30));
    refuses(&h, 401, "authError");
    h.clock.advance(SignedDuration::from_mins(1));
    renews(&h);
    let off = connection(&h);
    assert_eq!(
        (off.cause, off.cause_since),
        (Some(Wrong::ApiNotEnabled), since)
    );
    assert_eq!(messages(&h), [("installation_refused", "operator", false)]);
    looks(&h);
    assert_eq!(connection(&h).cause, None);
}

/// rows V5, L13: each answer to a look is a cause, and the next good one ends it.
#[test]
fn what_a_look_meets_is_shown_until_a_look_succeeds() {
    for (status, reason, cause, state) in [
        (
            429,
            "rateLimitExceeded",
            Wrong::RateLimited,
            ConnectionState::Connected,
        ),
        (
            503,
            "backendError",
            Wrong::Unreachable,
            ConnectionState::Connected,
        ),
        (
            403,
            "accessNotConfigured",
            Wrong::ApiNotEnabled,
            ConnectionState::Error,
        ),
        (
            403,
            "notACalendarUser",
            Wrong::NotACalendarUser,
            ConnectionState::Error,
        ),
        (
            404,
            "notFound",
            Wrong::CalendarNotFound,
            ConnectionState::Error,
        ),
    ] {
        let h = connected();
        h.clock.advance(SignedDuration::from_secs(31));
        refuses(&h, status, reason);
        let shown = connection(&h);
        assert_eq!((shown.cause, shown.state), (Some(cause), state), "{reason}");
        later(&h);
        looks(&h);
        assert_eq!(connection(&h).cause, None, "{reason}");
    }
}

/// A calendar that may only be read any more: what is refused waits in the inbox, the page says why.
#[test]
fn a_lowered_role_is_shown_on_the_connection_until_a_write_succeeds() {
    let h = connected();
    booked(&h, START);
    refuses(&h, 403, "requiredAccessLevel");
    assert_eq!(connection(&h).cause, Some(Wrong::CalendarReadOnly));
    let item = inbox(&h).remove(0);
    h.clock.advance(SignedDuration::from_secs(31));
    looks(&h);
    assert_eq!(connection(&h).way_out, WayOut::Calendar);
    decide(&h, &item, Resolution::Retry).unwrap();
    accepts(&h);
    assert_eq!(connection(&h).cause, None);
}
