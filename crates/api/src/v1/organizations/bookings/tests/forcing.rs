//! Bookings made over rules and other bookings, the organization's own right.

use http::StatusCode;
use serde_json::json;

use super::post;
use crate::harness::{Ask, booking, harness};

/// scenario B7: forced on purpose, said so, and by whom; what is forced may itself be booked over
/// only by force.
#[test]
fn a_key_may_force_a_booking() {
    let harness = harness();
    let taken = harness.book("maths", "2026-11-24T09:00:00Z");
    for start in [
        "2026-11-24T09:00:00Z",
        "2026-11-24T09:10:00Z",
        "2026-11-24T03:00:00Z",
    ] {
        let mut body = booking("maths", start);
        body["forced"] = json!(true);
        let answer = harness.call(post(&body).bearer(&harness.key));
        assert_eq!(
            answer.status,
            StatusCode::CREATED,
            "{start}: {}",
            answer.text
        );
        assert_eq!(answer.body["forced"], true);
        assert_eq!(answer.body["start"], start);
        let path = format!(
            "/api/v1/bookings/{}/timeline",
            answer.body["id"].as_str().unwrap()
        );
        let timeline = harness.call(Ask::get(&path).bearer(&harness.key)).body;
        assert_eq!(timeline["entries"][0]["kind"], "forced");
        assert_eq!(timeline["entries"][0]["cause"], "api");
    }
    assert_eq!(harness.find(&taken)["status"], "confirmed");
    let mut why = booking("maths", "2026-11-24T09:00:00Z");
    why["forced"] = json!(true);
    why["reason"] = json!("An emergency");
    let made = harness.booked(post(&why).bearer(&harness.key));
    let entry = &harness.timeline(&made)[0];
    assert_eq!(entry["detail"]["reason"], "An emergency");
    why["reason"] = json!("x".repeat(501));
    let long = harness.call(post(&why).bearer(&harness.key));
    assert_eq!(long.body["fields"][0]["field"], "reason");
    let mut past = booking("maths", "2026-11-20T09:00:00Z");
    past["forced"] = json!(true);
    assert_eq!(
        harness.call(post(&past).bearer(&harness.key)).code(),
        "in_past"
    );
    let night = harness.call(post(&booking("maths", "2026-11-24T03:30:00Z")));
    assert_eq!(night.code(), "outside_hours");
}

#[test]
fn without_its_key_nobody_forces_anything() {
    let harness = harness();
    let booked = harness.book("maths", "2026-11-24T09:00:00Z");
    let mut body = booking("maths", "2026-11-24T11:00:00Z");
    body["forced"] = json!(true);
    for (token, status, code) in [
        (None, 403, "forbidden"),
        (Some(&harness.foreign_key), 403, "wrong_organization"),
        (Some(&booked.manage_token), 401, "invalid_token"),
    ] {
        let ask = token.map_or(post(&body), |token| post(&body).bearer(token));
        let answer = harness.call(ask);
        assert_eq!((answer.status.as_u16(), answer.code()), (status, code));
    }
    body["forced"] = json!("yes");
    assert_eq!(
        harness.call(post(&body)).body["fields"][0]["field"],
        "forced"
    );
    body["forced"] = json!(false);
    assert_eq!(harness.call(post(&body)).status, StatusCode::CREATED);
}
