//! Requests sent again: under a key they are decided once.

use http::StatusCode;
use serde_json::{Value, json};

use super::{PATH, post};
use crate::harness::{Ask, booking, harness};

/// scenario M2: whoever repeats a request gets the first result, not a second booking.
#[test]
fn a_repeat_under_the_same_key_gets_the_same_booking() {
    let harness = harness();
    for (event_type, start) in [
        ("maths", "2026-11-24T09:00:00Z"),
        ("english", "2026-11-24T14:00:00Z"),
    ] {
        let ask = post(&booking(event_type, start)).header("idempotency-key", event_type);
        // The public's key and the organization's are two: the second finds the time taken.
        for (ask, status) in [(ask.clone(), 201), (ask.bearer(&harness.key), 409)] {
            let first = harness.call(ask.clone());
            let again = harness.call(ask);
            assert_eq!(
                (first.status, again.status.as_u16()),
                (again.status, status)
            );
            assert_eq!(again.body, first.body);
            assert_eq!(again.body["manage_url"].is_string(), status == 201);
            assert_eq!(again.header("location"), first.header("location"));
        }
    }
    let answer = harness.call(Ask::get("/api/v1/bookings").bearer(&harness.key));
    assert_eq!(answer.body["bookings"].as_array().unwrap().len(), 2);
}

/// scenario M2: the repeat of a booking that was cancelled meanwhile says so, and books nothing.
#[test]
fn a_repeat_answers_with_the_booking_as_it_is_now() {
    let harness = harness();
    let wish = post(&booking("maths", "2026-11-24T09:00:00Z"));
    let wish = wish.header("idempotency-key", "a");
    let first = harness.booked(wish.clone());
    harness.cancel(&first);
    let again = harness.booked(wish);
    assert_eq!(
        (&again.id, &again.manage_token),
        (&first.id, &first.manage_token)
    );
    assert_eq!(again.body["status"], "cancelled");
}

/// scenario M2: a refusal is a decision too.
#[test]
fn a_refusal_is_repeated_under_its_key() {
    let harness = harness();
    let taken = harness.book("maths", "2026-11-24T09:00:00Z");
    let wish = post(&booking("maths", "2026-11-24T09:00:00Z"));
    let keyed = wish.clone().header("idempotency-key", "a");
    let first = harness.call(keyed.clone());
    harness.cancel(&taken);
    let again = harness.call(keyed);
    for answer in [first, again] {
        assert_eq!((answer.status.as_u16(), answer.code()), (409, "slot_taken"));
        assert!(answer.body["alternatives"].is_array());
    }
    let other = wish.clone().header("idempotency-key", "b");
    assert_eq!(harness.call(other).status, StatusCode::CREATED);
}

#[test]
fn a_key_serves_one_wish_at_one_address() {
    let harness = harness();
    let wish = booking("maths", "2026-11-24T09:00:00Z");
    let keyed = |ask: Ask| ask.header("idempotency-key", "a");
    assert_eq!(harness.call(keyed(post(&wish))).status, StatusCode::CREATED);
    let other = booking("maths", "2026-11-24T11:00:00Z");
    let spaced = Ask::new("POST", PATH).header("content-type", "application/json");
    for ask in [post(&other), spaced.text(format!(" {wish}"))] {
        let answer = harness.call(keyed(ask));
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (422, "idempotency_key_reused")
        );
    }
    let elsewhere = Ask::new("POST", "/api/v1/organizations/elsewhere/bookings");
    let there = booking("maths-exam", "2026-11-24T09:00:00Z");
    assert_eq!(
        harness.call(keyed(elsewhere.json(&there))).status,
        StatusCode::CREATED
    );
}

/// What was never decided is not remembered.
#[test]
fn a_wish_that_could_not_be_read_leaves_its_key_free() {
    let harness = harness();
    let keyed = |body: &Value| harness.call(post(body).header("idempotency-key", "a"));
    let sound = booking("maths", "2026-11-24T09:00:00Z");
    for (field, value, code) in [
        ("event_type", "nothing", "event_type_not_found"),
        ("start", "tomorrow", "invalid_body"),
        ("host", "x", "invalid_body"),
        ("hold", "x", "unknown_hold"),
    ] {
        let mut body = sound.clone();
        body[field] = json!(value);
        assert_eq!(keyed(&body).code(), code, "{field}");
    }
    assert_eq!(keyed(&sound).status, StatusCode::CREATED);
}

/// scenario M2: twenty at once under one key are one booking.
#[test]
fn repeats_at_once_get_the_same_booking() {
    let harness = harness();
    for (event_type, key) in [("maths", None), ("class", Some(&harness.key))] {
        let ask = post(&booking(event_type, "2026-11-24T09:00:00Z"));
        let ask = ask.header("idempotency-key", "a");
        let ask = key.map_or(ask.clone(), |key| ask.bearer(key));
        let answers: Vec<_> = std::thread::scope(|scope| {
            let (harness, ask) = (&harness, &ask);
            let clients: Vec<_> = (0..20)
                .map(|_| scope.spawn(move || harness.call(ask.clone())))
                .collect();
            clients.into_iter().map(|c| c.join().unwrap()).collect()
        });
        for answer in &answers {
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
            assert_eq!(answer.body, answers[0].body);
        }
    }
}
