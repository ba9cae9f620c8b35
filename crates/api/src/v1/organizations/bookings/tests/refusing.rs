//! Bookings that are not made, with the rule or the field that fails.

use std::num::NonZeroU32;

use app::limits::Limits;
use domain::freshness::OnStale;
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;

use super::post;
use crate::harness::{Ask, booking, harness, harness_within};

/// scenario B5: the same start again, by whomever, is taken, and what is near is offered.
#[test]
fn a_start_just_taken_is_refused_with_alternatives() {
    let harness = harness();
    let wish = booking("maths", "2026-11-24T09:00:00Z");
    assert_eq!(harness.call(post(&wish)).status, StatusCode::CREATED);
    for ask in [post(&wish), post(&wish).bearer(&harness.key)] {
        let answer = harness.call(ask);
        assert_eq!((answer.status.as_u16(), answer.code()), (409, "slot_taken"));
        let alternatives = answer.body["alternatives"].as_array().unwrap();
        let starts: Vec<_> = alternatives
            .iter()
            .map(|a| a["start"].as_str().unwrap())
            .collect();
        let nearest = ["08:00", "10:00", "10:30", "11:00", "14:00"];
        assert_eq!(starts, nearest.map(|time| format!("2026-11-24T{time}:00Z")));
        assert_eq!(alternatives[0]["end"], "2026-11-24T09:00:00Z");
    }
    harness.book("maths", "2026-11-24T10:00:00Z");
}

/// scenario B3: overlapping but not identical, of two event types of one host; touching is fine,
/// and another host is another matter.
#[test]
fn overlapping_bookings_of_one_host_are_refused() {
    let harness = harness();
    harness.book("maths", "2026-11-24T09:00:00Z");
    for (name, event_type, start, status) in [
        ("the same", "maths", "2026-11-24T09:00:00Z", 409),
        ("ends inside", "maths", "2026-11-24T08:30:00Z", 409),
        ("begins inside", "maths", "2026-11-24T09:30:00Z", 409),
        (
            "another type around it",
            "maths-exam",
            "2026-11-24T08:30:00Z",
            409,
        ),
        (
            "another type into it",
            "maths-exam",
            "2026-11-24T09:30:00Z",
            409,
        ),
        ("touches its end", "maths-exam", "2026-11-24T10:00:00Z", 201),
        ("touches its start", "maths", "2026-11-24T08:00:00Z", 201),
        ("another host", "english", "2026-11-24T14:00:00Z", 201),
    ] {
        let answer = harness.call(post(&booking(event_type, start)));
        assert_eq!(answer.status, status, "{name}");
    }
}

/// scenario B1: fifty threads, one slot, one winner. (Two hundred over HTTP: `server`'s tests.)
#[test]
fn one_of_many_at_once_wins() {
    let harness = harness();
    let wish = booking("maths", "2026-11-24T09:00:00Z");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let (harness, wish) = (&harness, &wish);
        let clients: Vec<_> = (0..50)
            .map(|_| scope.spawn(move || harness.call(post(wish)).status.as_u16()))
            .collect();
        clients.into_iter().map(|c| c.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|s| **s == 201).count(), 1);
    assert_eq!(statuses.iter().filter(|s| **s == 409).count(), 49);
}

/// scenario B6: a start nobody offered is refused with the rule it fails, key or no key.
#[test]
fn a_start_that_breaks_a_rule_is_refused_with_the_rule() {
    let harness = harness();
    for (start, code) in [
        ("2026-11-20T09:00:00Z", "in_past"),
        ("1970-01-01T00:00:00Z", "in_past"),
        ("2026-11-23T07:59:59Z", "inside_notice"),
        ("2027-02-23T09:00:00Z", "beyond_horizon"),
        ("2199-12-31T09:00:00Z", "beyond_horizon"),
        ("2026-11-24T02:00:00Z", "outside_hours"),
        ("2026-11-24T11:30:00Z", "outside_hours"),
        ("2026-11-28T09:00:00Z", "outside_hours"),
        ("2026-11-24T09:10:00Z", "off_grid"),
        ("2026-11-24T09:00:00.000001Z", "off_grid"),
    ] {
        let ask = post(&booking("maths", start));
        for ask in [ask.clone(), ask.bearer(&harness.key)] {
            let answer = harness.call(ask);
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (422, code),
                "{start}"
            );
            assert!(answer.body["alternatives"].is_array(), "{start}");
        }
    }
    let near = harness.call(post(&booking("maths", "2026-11-24T09:10:00Z")));
    assert_eq!(near.body["alternatives"].as_array().unwrap().len(), 5);
}

#[test]
fn every_wrong_field_is_named() {
    let harness = harness();
    let long = "x".repeat(2001);
    for (name, pointer, value, fields) in [
        (
            "no name",
            "/attendee",
            json!({ "email": "a@b.cd" }),
            "attendee.name",
        ),
        (
            "everything",
            "/attendee",
            json!({ "email": "x", "phone": "call me", "time_zone": "Mars/Base" }),
            "attendee.name attendee.email attendee.phone attendee.time_zone",
        ),
        (
            "no way to reach",
            "/attendee",
            json!({ "name": "Ana" }),
            "attendee.email",
        ),
        (
            "a link",
            "/attendee/name",
            json!("see www.spam.example"),
            "attendee.name",
        ),
        (
            "name of the wrong type",
            "/attendee/name",
            json!(7),
            "attendee.name",
        ),
        ("no attendee", "/attendee", json!(null), "attendee"),
        (
            "long notes",
            "/answers",
            json!({ "notes": long }),
            "answers.notes",
        ),
        (
            "notes of the wrong type",
            "/answers",
            json!({ "notes": 1 }),
            "answers.notes",
        ),
        (
            "unknown answers",
            "/answers",
            json!({ "notes": "x", "size": [1], "colour": {} }),
            "answers.colour answers.size",
        ),
        (
            "a start without offset",
            "/start",
            json!("2026-11-24T09:00:00"),
            "start",
        ),
        ("no start", "/start", json!(""), "start"),
        ("an epoch", "/start", json!(1_764_000_000), "start"),
        ("no event type", "/event_type", json!(null), "event_type"),
    ] {
        let mut body = booking("maths", "2026-11-24T09:00:00Z");
        body["answers"] = json!({});
        *body.pointer_mut(pointer).unwrap() = value;
        let answer = harness.call(post(&body));
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (422, "invalid_body"),
            "{name}"
        );
        let named = answer.body["fields"].as_array().unwrap().iter();
        let named: Vec<_> = named.map(|f| f["field"].as_str().unwrap()).collect();
        assert_eq!(named.join(" "), fields, "{name}");
    }
}

#[test]
fn what_is_not_offered_cannot_be_booked() {
    let harness = harness();
    let wish = booking("maths", "2026-11-24T09:00:00Z");
    let mut nothing = wish.clone();
    nothing["event_type"] = json!("nothing");
    let mut odd = wish.clone();
    odd["event_type"] = json!("\u{0}' OR 1=1");
    let nobody = "/api/v1/organizations/nobody/bookings";
    for ask in [
        post(&nothing),
        post(&odd),
        Ask::new("POST", nobody).json(&wish),
        Ask::new("POST", nobody).json(&wish).bearer(&harness.key),
    ] {
        let answer = harness.call(ask);
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (404, "event_type_not_found")
        );
    }
}

#[test]
fn a_key_of_another_organization_may_not_book_here() {
    let harness = harness();
    let wish = booking("maths", "2026-11-24T09:00:00Z");
    for (key, status, code) in [
        (harness.foreign_key.as_str(), 403, "wrong_organization"),
        ("lk_unknown", 401, "invalid_token"),
        ("unknown", 401, "invalid_token"),
    ] {
        let answer = harness.call(post(&wish).bearer(key));
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (status, code),
            "{key}"
        );
    }
    assert_eq!(harness.call(post(&wish)).status, StatusCode::CREATED);
}

#[test]
fn a_store_that_takes_nothing_asks_for_patience() {
    let harness = crate::harness::failing(store::StoreError::Overloaded);
    let answer = harness.call(post(&booking("maths", "2026-11-24T09:00:00Z")));
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (503, "unavailable")
    );
    assert_eq!(answer.header("retry-after"), Some("1"));
}

#[test]
fn one_caller_books_so_often_in_an_hour() {
    let harness = harness_within(Limits {
        bookings_hourly: NonZeroU32::new(2),
        ..Limits::default()
    });
    let harness = harness.from("2001:db8::7");
    let wish = |n: usize| {
        let mut wish = booking("maths", &format!("2026-11-24T{:02}:00:00Z", 8 + n));
        wish["attendee"]["email"] = json!(format!("{n}@example.org"));
        post(&wish)
    };
    for n in 0..2 {
        assert_eq!(harness.call(wish(n)).status, 201);
    }
    let refused = harness.call(wish(2));
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (429, "too_many_bookings")
    );
    assert_eq!(refused.header("retry-after"), Some("1800"));
    assert_eq!(harness.call(wish(2).bearer(&harness.key)).status, 201);
    harness.clock.advance(SignedDuration::from_mins(30));
    assert_eq!(harness.call(wish(3)).status, 201);
}

/// scenario D5: on a calendar that was never read a booking is refused, taken for the time being, or taken,
/// as the organization wants; and each answer says so.
#[test]
fn a_booking_on_a_calendar_not_read_is_answered_as_the_organization_wants() {
    let wish = booking("maths", "2026-11-24T09:00:00Z");
    for (on_stale, status, told) in [
        (OnStale::Refuse, 409, json!("calendar_stale")),
        (
            OnStale::Tentative,
            201,
            json!(["pending", "verification", { "as_of": null }]),
        ),
        (
            OnStale::Allow,
            201,
            json!(["confirmed", null, { "as_of": null }]),
        ),
    ] {
        let harness = harness();
        harness.connect();
        harness.block_all();
        harness.wants(on_stale);
        let keyed = || post(&wish).header("Idempotency-Key", "k");
        let answer = harness.call(keyed());
        let body = &answer.body;
        let said = match status {
            409 => body["code"].clone(),
            _ => json!([body["status"], body["pending"], body["stale"]]),
        };
        assert_eq!(
            (answer.status.as_u16(), said),
            (status, told),
            "{on_stale:?}"
        );
        // The same wish is granted once the calendar was read: a refusal is not remembered.
        harness.calendar_is_read();
        assert_eq!(harness.call(keyed()).status, StatusCode::CREATED);
    }
}
