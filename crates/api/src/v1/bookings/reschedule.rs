//! `POST /api/v1/bookings/{id}/reschedule`: moving a booking.

use app::bookings::{self, RescheduleError};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Booking, get};
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::problem::{Problem, ProblemBody};
use crate::request::{JsonBody, PathOf, start};

impl From<RescheduleError> for Problem {
    fn from(error: RescheduleError) -> Self {
        match error {
            RescheduleError::NotFound => Self::no_booking(),
            RescheduleError::NotOpen(why) => Self::not_open(why),
            RescheduleError::Refused {
                refusal,
                alternatives,
            } => Self::refused(refusal, &alternatives),
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
}

/// Moves a booking.
///
/// The rules of the event type apply as for a new booking. Moving it to where it is changes nothing,
/// so the same request can safely be sent again.
#[utoipa::path(
    post, path = "/api/v1/bookings/{id}/reschedule", tag = "bookings",
    operation_id = "reschedule_booking",
    params(("id" = String, Path, description = "The booking's id.")),
    request_body = RescheduleRequest,
    security(("api_key" = []), ("manage_token" = [])),
    responses(
        (status = 200, body = Booking, description = "The booking as it is now."),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`malformed_json`, `malformed_body`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`booking_not_found`: missing, or not yours"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`slot_taken` with `alternatives`, `booking_cancelled`, `booking_begun`"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json",
            description = "`too_large`"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json",
            description = "`unsupported_media_type`"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json",
            description = "A rule fails: `in_past`, `inside_notice`, `beyond_horizon`, `outside_hours`, \
                `off_grid`, with `alternatives`; or the body does: `invalid_body` with `fields`"),
    )
)]
pub(crate) async fn reschedule(
    State(state): State<ApiState>,
    bearer: Bearer,
    PathOf(id): PathOf<String>,
    JsonBody(request): JsonBody<RescheduleRequest>,
) -> Result<Json<Booking>, Problem> {
    let start =
        start(&request.start).map_err(|bad| Problem::invalid_fields("invalid_body", vec![bad]))?;
    let visible = auth::booking(&state.app, &bearer, &id).await?;
    let (id, viewer) = (visible.detail.booking.id, visible.viewer);
    bookings::reschedule(&state.app, id, start, viewer.cause()).await?;
    get::again(&state.app, id, viewer).await
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
