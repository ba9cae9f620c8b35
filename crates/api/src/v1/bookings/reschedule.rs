//! `POST /api/v1/bookings/{id}/reschedule`: moving a booking.

use app::bookings::{self, RescheduleError, RescheduleInput};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answers::OfAnyChange;
use super::{Booking, get};
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::idempotency::Repeat;
use crate::problem::{Problem, ProblemBody};
use crate::request::{JsonBodyAsSent, PathOf, start};

impl From<RescheduleError> for Problem {
    fn from(error: RescheduleError) -> Self {
        match error {
            RescheduleError::NotFound => Self::no_booking(),
            RescheduleError::NotOpen(why) => Self::not_open(why),
            RescheduleError::Changed => Self::changed(),
            RescheduleError::Refused {
                refusal,
                alternatives,
            } => Self::refused(refusal, &alternatives),
            RescheduleError::KeyReused(reused) => Self::key_reused(reused),
            RescheduleError::Stale(_) => Self::stale(error),
            RescheduleError::Store(error) => Self::store(&error),
        }
    }
}

/// Where to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RescheduleRequest {
    /// One of the starts on offer, with an offset.
    #[schema(format = DateTime)]
    start: String,
    /// The booking's `version` as you know it; another one refuses.
    #[serde(default)]
    version: Option<i64>,
}

/// Moves a booking.
///
/// The rules of the event type apply as for a new booking. Moving it to where it is changes nothing.
/// With an `Idempotency-Key` the same request can safely be sent again, whatever happened meanwhile: it
/// is decided once, and a repeat answers with the booking as it is now, or with the same refusal.
#[utoipa::path(
    post, path = "/api/v1/bookings/{id}/reschedule", tag = "bookings",
    operation_id = "reschedule_booking",
    params(
        ("id" = String, Path, description = "The booking's id."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Of your choice, one for each wish: see above."),
    ),
    request_body = RescheduleRequest,
    security(("api_key" = []), ("manage_token" = [])),
    responses(
        OfAnyChange,
        (status = 200, body = Booking, description = "The booking as it is now."),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`slot_taken` with `alternatives`, `booking_changed`, `booking_cancelled`, \
                `booking_declined`, `booking_begun`, `booking_over`, `booking_shared`"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json",
            description = "A rule fails: `in_past`, `inside_notice`, `beyond_horizon`, `outside_hours`, \
                `off_grid`, with `alternatives`; `idempotency_key_reused`; or the body does: \
                `invalid_body` with `fields`"),
    )
)]
pub(crate) async fn reschedule(
    State(state): State<ApiState>,
    bearer: Bearer,
    repeat: Repeat,
    PathOf(id): PathOf<String>,
    JsonBodyAsSent(request, sent): JsonBodyAsSent<RescheduleRequest>,
) -> Result<Json<Booking>, Problem> {
    let start =
        start(&request.start).map_err(|bad| Problem::invalid_fields("invalid_body", vec![bad]))?;
    let visible = auth::booking(&state.app, &bearer, &id).await?;
    let id = visible.detail.booking.id;
    let input = RescheduleInput {
        booking: id,
        seat: visible.detail.seat.as_ref().map(|seat| seat.id),
        start,
        version: request.version,
        cause: visible.viewer.cause(),
        idempotency_key: repeat.key(visible.caller(), &sent),
    };
    bookings::reschedule(&state.app, input).await?;
    get::again(&state.app, &bearer, id).await
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use crate::harness::{Answer, Ask, Booked, Harness, harness};

    fn ask(harness: &Harness, booked: &Booked, start: &str) -> Answer {
        let path = format!("/api/v1/bookings/{}/reschedule", booked.id);
        let ask = Ask::new("POST", &path).json(&json!({ "start": start }));
        harness.call(ask.bearer(&booked.manage_token))
    }

    #[test]
    fn a_booking_is_moved_and_its_time_is_free_again() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let moved = ask(&harness, &booked, "2026-11-25T10:30:00+01:00");
        assert_eq!(moved.status, 200);
        assert_eq!(moved.body["start"], "2026-11-25T09:30:00Z");
        assert_eq!(moved.body["end"], "2026-11-25T10:30:00Z");
        assert!(moved.body.get("manage_url").is_none());
        harness.book("maths", "2026-11-24T09:00:00Z");
    }

    #[test]
    fn a_booking_may_be_moved_onto_itself_and_over_itself() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        for (start, entries) in [
            ("2026-11-24T09:00:00Z", 1),
            ("2026-11-24T09:30:00Z", 2),
            ("2026-11-24T09:30:00Z", 2),
        ] {
            let answer = ask(&harness, &booked, start);
            assert_eq!(
                (answer.status.as_u16(), &answer.body["start"]),
                (200, &json!(start))
            );
            assert_eq!(harness.timeline(&booked).len(), entries, "{start}");
        }
    }

    /// scenario B3, scenario B6: a move is held to the same rules as a booking.
    #[test]
    fn a_move_that_cannot_be_had_is_refused_and_changes_nothing() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        harness.book("maths", "2026-11-24T11:00:00Z");
        for (start, status, code) in [
            ("2026-11-24T11:00:00Z", 409, "slot_taken"),
            ("2026-11-24T10:30:00Z", 409, "slot_taken"),
            ("2026-11-20T09:00:00Z", 422, "in_past"),
            ("2026-11-23T07:30:00Z", 422, "inside_notice"),
            ("2027-11-24T09:00:00Z", 422, "beyond_horizon"),
            ("2026-11-24T03:00:00Z", 422, "outside_hours"),
            ("2026-11-24T09:10:00Z", 422, "off_grid"),
        ] {
            let answer = ask(&harness, &booked, start);
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (status, code),
                "{start}"
            );
            assert!(answer.body["alternatives"].is_array(), "{start}");
        }
        let taken = ask(&harness, &booked, "2026-11-24T11:00:00Z");
        let alternatives = taken.body["alternatives"].as_array().unwrap();
        assert_eq!(alternatives.len(), 5);
        assert_eq!(harness.find(&booked)["start"], "2026-11-24T09:00:00Z");
        assert_eq!(harness.timeline(&booked).len(), 1);
    }

    #[test]
    fn what_is_cancelled_or_begun_stays_where_it_is() {
        let harness = harness();
        let cancelled = harness.book("maths", "2026-11-24T11:00:00Z");
        harness.cancel(&cancelled);
        let begun = harness.book("maths", "2026-11-24T09:00:00Z");
        harness.clock.advance(SignedDuration::from_hours(27));
        for (booked, code) in [(&cancelled, "booking_cancelled"), (&begun, "booking_begun")] {
            let answer = ask(&harness, booked, "2026-11-25T09:00:00Z");
            assert_eq!((answer.status.as_u16(), answer.code()), (409, code));
        }
    }

    #[test]
    fn a_version_that_is_no_longer_refuses() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        for (start, version, status, code) in [
            ("2026-11-24T10:00:00Z", 2, 409, "booking_changed"),
            ("2026-11-24T10:00:00Z", 1, 200, ""),
            ("2026-11-24T11:00:00Z", 1, 409, "booking_changed"),
            ("2026-11-24T10:00:00Z", 1, 409, "booking_changed"),
            ("2026-11-24T10:00:00Z", 2, 200, ""),
        ] {
            let body = json!({ "start": start, "version": version });
            let answer = harness.act(&booked, "reschedule", &body, &booked.manage_token);
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (status, code),
                "{body}"
            );
        }
        assert_eq!(harness.find(&booked)["version"], 2);
        assert_eq!(harness.find(&booked)["start"], "2026-11-24T10:00:00Z");
    }

    #[test]
    fn of_two_moves_from_one_version_one_is_made() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let mut statuses: Vec<_> = std::thread::scope(|scope| {
            let (harness, booked) = (&harness, &booked);
            let clients = ["08:00", "10:00", "11:00", "14:00"].map(|time| {
                let start = format!("2026-11-24T{time}:00Z");
                let body = json!({ "start": start, "version": 1 });
                scope.spawn(move || harness.act(booked, "reschedule", &body, &harness.key))
            });
            clients.map(|c| c.join().unwrap().status.as_u16()).to_vec()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409, 409]);
    }

    /// scenario M2: a repeat is not a second move, not even after the booking was moved on.
    #[test]
    fn a_repeat_under_the_same_key_moves_nothing() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let path = format!("/api/v1/bookings/{}/reschedule", booked.id);
        let send = |key: &str, start: &str, token: &str| {
            let body = json!({ "start": start, "version": null });
            let ask = Ask::new("POST", &path).json(&body).bearer(token);
            harness.call(ask.header("idempotency-key", key))
        };
        let (token, ten, eleven) = (
            booked.manage_token.as_str(),
            "2026-11-24T10:00:00Z",
            "2026-11-24T11:00:00Z",
        );
        let first = send("a", ten, token);
        let again = send("a", ten, token);
        assert_eq!((again.status.as_u16(), &again.body), (200, &first.body));
        send("b", eleven, token);
        assert_eq!(send("a", ten, token).body["start"], eleven);
        let reused = send("a", eleven, token);
        assert_eq!(
            (reused.status.as_u16(), reused.code()),
            (422, "idempotency_key_reused")
        );
        // The same key of another caller is another key.
        assert_eq!(send("a", ten, &harness.key).body["start"], ten);
        assert_eq!(harness.timeline(&booked).len(), 4);
    }

    /// scenario M2: a refusal is a decision too.
    #[test]
    fn a_refused_move_stays_refused_under_its_key() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let other = harness.book("maths", "2026-11-24T11:00:00Z");
        let path = format!("/api/v1/bookings/{}/reschedule", booked.id);
        let send = || {
            let body = json!({ "start": "2026-11-24T11:00:00Z" });
            let ask = Ask::new("POST", &path).json(&body).bearer(&harness.key);
            harness.call(ask.header("idempotency-key", "a"))
        };
        assert_eq!(send().code(), "slot_taken");
        harness.cancel(&other);
        assert_eq!(send().code(), "slot_taken");
        let body = json!({ "start": "2026-11-24T11:00:00Z" });
        assert_eq!(
            harness
                .act(&booked, "reschedule", &body, &harness.key)
                .status,
            200
        );
    }

    #[test]
    fn what_is_shared_is_moved_by_its_organization_only() {
        let harness = harness();
        let start = "2026-11-24T09:00:00Z";
        let [first, second] = [(); 2].map(|()| harness.book("class", start));
        let shared = ask(&harness, &second, "2026-11-24T10:00:00Z");
        assert_eq!(
            (shared.status.as_u16(), shared.code()),
            (409, "booking_shared")
        );
        harness.cancel(&first);
        // Whoever left has no say any more; whoever is alone has.
        let left = ask(&harness, &first, "2026-11-24T10:00:00Z");
        assert_eq!(
            (left.status.as_u16(), left.code()),
            (409, "booking_cancelled")
        );
        assert_eq!(ask(&harness, &second, "2026-11-24T10:00:00Z").status, 200);
    }

    #[test]
    fn a_start_that_is_none_is_refused() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let path = format!("/api/v1/bookings/{}/reschedule", booked.id);
        for (body, field) in [
            (json!({}), "start"),
            (json!({ "start": "tomorrow" }), "start"),
            (json!({ "start": null }), "start"),
            (
                json!({ "start": "2026-11-25T09:00:00Z", "host": "x" }),
                "host",
            ),
        ] {
            let answer = harness.call(Ask::new("POST", &path).json(&body).bearer(&harness.key));
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (422, "invalid_body"),
                "{body}"
            );
            assert_eq!(answer.body["fields"][0]["field"], field, "{body}");
        }
    }
}
