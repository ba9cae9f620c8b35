//! `POST /api/v1/bookings/{id}/cancel`: cancelling a booking.

use app::bookings::{self, CancelError, CancelInput};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answers::OfAnyChange;
use super::{Booking, get};
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::idempotency::Repeat;
use crate::problem::{FieldProblem, Problem, ProblemBody};
use crate::request::{JsonBodyOrNone, PathOf};

impl From<CancelError> for Problem {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::NotFound => Self::no_booking(),
            CancelError::NotOpen(why) => Self::not_open(why),
            CancelError::Changed => Self::changed(),
            CancelError::BadReason(bad) => {
                let fields = vec![FieldProblem::new("reason", bad)];
                Self::invalid_fields("invalid_body", fields)
            }
            CancelError::Store(error) => Self::store(&error),
        }
    }
}

/// Why.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelRequest {
    /// For the other side to read. At most 500 characters; may be left out.
    #[serde(default)]
    reason: Option<String>,
    /// The booking's `version` as you know it; another one refuses.
    #[serde(default)]
    version: Option<i64>,
}

/// Cancels a booking.
///
/// The attendee can until it begins, an API key at any time. With a manage token only the attendee's
/// own seat is given up: where others have seats too, the booking stays for them. Cancelling again
/// changes nothing, with or without an `Idempotency-Key`. The body may be left out.
#[utoipa::path(
    post, path = "/api/v1/bookings/{id}/cancel", tag = "bookings", operation_id = "cancel_booking",
    params(
        ("id" = String, Path, description = "The booking's id."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Accepted, and not needed: cancelling again changes nothing."),
    ),
    request_body = Option<CancelRequest>,
    security(("api_key" = []), ("manage_token" = [])),
    responses(
        OfAnyChange,
        (status = 200, body = Booking, description = "The booking as it is now."),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`booking_changed`, `booking_begun`, `booking_over`"),
    )
)]
pub(crate) async fn cancel(
    State(state): State<ApiState>,
    bearer: Bearer,
    _: Repeat,
    PathOf(id): PathOf<String>,
    JsonBodyOrNone(request): JsonBodyOrNone<CancelRequest>,
) -> Result<Json<Booking>, Problem> {
    let visible = auth::booking(&state.app, &bearer, &id).await?;
    let id = visible.detail.booking.id;
    let input = CancelInput {
        booking: id,
        seat: visible.detail.seat.map(|seat| seat.id),
        reason: request.reason.unwrap_or_default(),
        version: request.version,
        cause: visible.viewer.cause(),
    };
    bookings::cancel(&state.app, input).await?;
    get::again(&state.app, &bearer, id).await
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::{Value, json};

    use crate::harness::{Ask, Booked, harness};

    fn ask(booked: &Booked) -> Ask {
        Ask::new("POST", &format!("/api/v1/bookings/{}/cancel", booked.id))
    }

    #[test]
    fn a_cancelled_booking_says_by_whom_and_why_and_frees_its_time() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let body = json!({ "reason": "  Ill\u{202E}ness " });
        let answer = harness.call(ask(&booked).json(&body).bearer(&booked.manage_token));
        assert_eq!(
            (answer.status.as_u16(), &answer.body["status"]),
            (200, &json!("cancelled"))
        );
        let said =
            json!({ "cause": "attendee", "reason": "Illness", "at": "2026-11-23T06:00:00Z" });
        assert_eq!(answer.body["cancellation"], said);
        harness.book("maths", "2026-11-24T09:00:00Z");
    }

    #[test]
    fn cancelling_twice_changes_nothing_more() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let first = harness.call(ask(&booked).bearer(&booked.manage_token));
        harness.clock.advance(SignedDuration::from_hours(48));
        let second = ask(&booked).json(&json!({ "reason": "again" }));
        let second = harness.call(second.bearer(&harness.key));
        assert_eq!((second.status.as_u16(), second.body), (200, first.body));
        assert_eq!(harness.timeline(&booked).len(), 2);
    }

    #[test]
    fn a_reason_need_not_be_given() {
        let harness = harness();
        for (hour, body) in [
            ("08", Some("{}")),
            ("09", Some(r#"{"reason":null}"#)),
            ("10", Some(r#"{"reason":""}"#)),
            ("11", Some("null")),
            ("14", None),
        ] {
            let booked = harness.book("maths", &format!("2026-11-24T{hour}:00:00Z"));
            let ask = ask(&booked).bearer(&harness.key);
            let ask = match body {
                Some(body) => ask.header("content-type", "application/json").text(body),
                None => ask,
            };
            let answer = harness.call(ask);
            assert_eq!(answer.body["cancellation"]["reason"], "", "{body:?}");
            assert_eq!(answer.body["cancellation"]["cause"], "api", "{body:?}");
        }
    }

    #[test]
    fn a_reason_that_cannot_be_kept_is_refused() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        for (body, field) in [
            (json!({ "reason": "x".repeat(501) }), "reason"),
            (json!({ "reason": 1 }), "reason"),
            (json!({ "raeson": "x" }), "raeson"),
            (json!({ "version": "1" }), "version"),
            (json!({ "version": 1.5 }), "version"),
        ] {
            let answer = harness.call(ask(&booked).json(&body).bearer(&harness.key));
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (422, "invalid_body"),
                "{body}"
            );
            assert_eq!(answer.body["fields"][0]["field"], field, "{body}");
        }
        let form = ask(&booked).text("reason=x").bearer(&harness.key);
        assert_eq!(harness.call(form).code(), "unsupported_media_type");
        assert_eq!(harness.find(&booked)["cancellation"], Value::Null);
    }

    #[test]
    fn a_version_that_is_no_longer_refuses() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let to = json!({ "start": "2026-11-24T11:00:00Z" });
        harness.act(&booked, "reschedule", &to, &harness.key);
        for token in [&booked.manage_token, &harness.key] {
            for version in [1, 3, -1, i64::MAX] {
                let body = json!({ "version": version });
                let answer = harness.act(&booked, "cancel", &body, token);
                assert_eq!(
                    (answer.status.as_u16(), answer.code()),
                    (409, "booking_changed"),
                    "{version}"
                );
            }
        }
        let known = json!({ "version": 2 });
        for _ in 0..2 {
            let answer = harness.act(&booked, "cancel", &known, &booked.manage_token);
            assert_eq!(answer.body["status"], "cancelled");
            assert_eq!(answer.body["version"], 3);
        }
    }

    /// scenario J3: the class stays for the others, and the seat can be had again.
    #[test]
    fn an_attendee_gives_up_their_own_seat_only() {
        let harness = harness();
        let start = "2026-11-24T09:00:00Z";
        let seats: Vec<_> = (0..8).map(|_| harness.book("class", start)).collect();
        let answer = harness.call(ask(&seats[0]).bearer(&seats[0].manage_token));
        let gone = json!({ "cause": "attendee", "reason": "", "at": "2026-11-23T06:00:00Z" });
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body["status"], "cancelled");
        assert_eq!(answer.body["cancellation"], gone);
        let again = harness.call(ask(&seats[0]).bearer(&seats[0].manage_token));
        assert_eq!((again.status.as_u16(), again.body), (200, answer.body));
        assert_eq!(harness.find(&seats[1])["status"], "confirmed");
        let path = format!("/api/v1/bookings/{}", seats[1].id);
        let other = harness.call(Ask::get(&path).bearer(&seats[1].manage_token));
        assert_eq!(other.body["cancellation"], Value::Null);
        harness.book("class", start);
    }

    #[test]
    fn an_api_key_cancels_for_all_and_the_last_seat_is_all() {
        let harness = harness();
        let [first, second] = ["10:00", "11:00"].map(|time| {
            let start = format!("2026-11-24T{time}:00Z");
            [(); 2].map(|()| harness.book("class", &start))
        });
        harness.call(ask(&first[0]).bearer(&harness.key));
        for seat in &second {
            harness.cancel(seat);
        }
        for seat in first.iter().chain(&second) {
            let path = format!("/api/v1/bookings/{}", seat.id);
            let told = harness.call(Ask::get(&path).bearer(&seat.manage_token));
            assert_eq!(told.body["status"], "cancelled");
            assert_eq!(harness.find(seat)["status"], "cancelled");
        }
    }

    #[test]
    fn once_begun_only_the_organization_can_cancel() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        harness.clock.advance(SignedDuration::from_hours(27));
        let attendee = harness.call(ask(&booked).bearer(&booked.manage_token));
        assert_eq!(
            (attendee.status.as_u16(), attendee.code()),
            (409, "booking_begun")
        );
        assert_eq!(harness.call(ask(&booked).bearer(&harness.key)).status, 200);
    }
}
