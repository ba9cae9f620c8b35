//! `POST /api/v1/bookings/{id}/approve`: saying yes to a request.

use app::bookings::{self, ApproveError, ApproveInput};
use axum::Json;
use axum::extract::State;
use domain::booking::Cause;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answers::{OfAnyChange, OfOrganizationOnly};
use super::{Booking, get};
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::idempotency::Repeat;
use crate::problem::{FieldProblem, Problem, ProblemBody};
use crate::request::{JsonBodyOrNone, PathOf};

impl From<ApproveError> for Problem {
    fn from(error: ApproveError) -> Self {
        match error {
            ApproveError::NotFound => Self::no_booking(),
            ApproveError::NotOpen(why) => Self::not_open(why),
            ApproveError::Changed => Self::changed(),
            ApproveError::Refused {
                refusal,
                alternatives,
            } => Self::refused(refusal, &alternatives),
            ApproveError::BadReason(bad) => {
                Self::invalid_fields("invalid_body", vec![FieldProblem::new("reason", bad)])
            }
            ApproveError::Store(error) => Self::store(&error),
        }
    }
}

/// What is known of it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproveRequest {
    /// The booking's `version` as you know it; another one refuses.
    #[serde(default)]
    version: Option<i64>,
}

/// Says yes to a request.
///
/// From then on the booking takes its time. Of several requests for one time only one can be approved;
/// the others get 409 with times to offer instead. Approving again changes nothing, whatever the version
/// sent, with or without an `Idempotency-Key`. The body may be left out.
#[utoipa::path(
    post, path = "/api/v1/bookings/{id}/approve", tag = "bookings", operation_id = "approve_booking",
    params(
        ("id" = String, Path, description = "The booking's id."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Accepted, and not needed: approving again changes nothing."),
    ),
    request_body = Option<ApproveRequest>,
    security(("api_key" = [])),
    responses(
        OfAnyChange,
        OfOrganizationOnly,
        (status = 200, body = Booking, description = "The booking as it is now."),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`slot_taken` with `alternatives`, `booking_changed`, `not_requested`, \
                `booking_begun`"),
    )
)]
pub(crate) async fn approve(
    State(state): State<ApiState>,
    bearer: Bearer,
    _: Repeat,
    PathOf(id): PathOf<String>,
    JsonBodyOrNone(request): JsonBodyOrNone<ApproveRequest>,
) -> Result<Json<Booking>, Problem> {
    let id = auth::booking_by_key(&state.app, &bearer, &id)
        .await?
        .booking
        .id;
    let input = ApproveInput {
        booking: id,
        version: request.version,
        cause: Cause::Api,
    };
    bookings::approve(&state.app, input).await?;
    get::again(&state.app, &bearer, id).await
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use crate::harness::{Ask, harness};

    #[test]
    fn a_request_counts_once_it_is_approved() {
        let harness = harness();
        let asked = harness.book("first-talk", "2026-11-24T09:00:00Z");
        assert_eq!(
            (&asked.body["status"], &asked.body["pending"]),
            (&json!("pending"), &json!("approval"))
        );
        let answer = harness.act(&asked, "approve", &json!({}), &harness.key);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body["status"], "confirmed");
        assert_eq!(answer.body["pending"], json!(null));
        assert_eq!(answer.body["version"], 2);
        let timeline = harness.timeline(&asked);
        assert_eq!(
            (&timeline[1]["kind"], &timeline[1]["cause"]),
            (&json!("approved"), &json!("api"))
        );
    }

    #[test]
    fn approving_again_changes_nothing() {
        let harness = harness();
        let asked = harness.book("first-talk", "2026-11-24T09:00:00Z");
        let path = format!("/api/v1/bookings/{}/approve", asked.id);
        let ask = Ask::new("POST", &path).bearer(&harness.key);
        let answers: Vec<_> = std::thread::scope(|scope| {
            let (harness, ask) = (&harness, &ask);
            let clients: Vec<_> = (0..10)
                .map(|_| scope.spawn(move || harness.call(ask.clone())))
                .collect();
            clients.into_iter().map(|c| c.join().unwrap()).collect()
        });
        for answer in &answers {
            assert_eq!(
                (answer.status.as_u16(), &answer.body),
                (200, &answers[0].body)
            );
        }
        assert_eq!(harness.timeline(&asked).len(), 2);
    }

    /// scenario B4: of two requests for one time, approved at once, one is confirmed and the other is
    /// refused with times to offer instead.
    #[test]
    fn of_two_requests_for_one_time_one_is_approved() {
        let harness = harness();
        let start = "2026-11-24T09:00:00Z";
        let asked = [(); 2].map(|()| harness.book("first-talk", start));
        let mut answers: Vec<_> = std::thread::scope(|scope| {
            let harness = &harness;
            let clients: Vec<_> = asked
                .iter()
                .map(|b| scope.spawn(move || harness.act(b, "approve", &json!({}), &harness.key)))
                .collect();
            clients.into_iter().map(|c| c.join().unwrap()).collect()
        });
        answers.sort_by_key(|answer| answer.status);
        assert_eq!(answers[0].body["status"], "confirmed");
        assert_eq!(
            (answers[1].status.as_u16(), answers[1].code()),
            (409, "slot_taken")
        );
        let alternatives = answers[1].body["alternatives"].as_array().unwrap();
        assert_eq!(alternatives.len(), 5);
        let mut told = asked.map(|b| harness.find(&b)["status"].to_string());
        told.sort();
        assert_eq!(told, ["\"confirmed\"", "\"pending\""]);
    }

    #[test]
    fn what_was_never_asked_for_or_is_settled_cannot_be_approved() {
        let harness = harness();
        let plain = harness.book("maths", "2026-11-24T14:00:00Z");
        let [declined, approved_and_cancelled, begun] = ["08:00", "09:00", "10:00"]
            .map(|time| harness.book("first-talk", &format!("2026-11-24T{time}:00Z")));
        harness.act(&declined, "decline", &json!({}), &harness.key);
        harness.act(&approved_and_cancelled, "approve", &json!({}), &harness.key);
        harness.cancel(&approved_and_cancelled);
        for (booked, hours, code) in [
            (&plain, 0, "not_requested"),
            (&declined, 0, "not_requested"),
            (&approved_and_cancelled, 0, "not_requested"),
            (&begun, 48, "booking_begun"),
        ] {
            harness.clock.advance(SignedDuration::from_hours(hours));
            let answer = harness.act(booked, "approve", &json!({}), &harness.key);
            assert_eq!((answer.status.as_u16(), answer.code()), (409, code));
        }
    }

    #[test]
    fn a_body_says_no_more_than_the_version() {
        let harness = harness();
        let asked = harness.book("first-talk", "2026-11-24T09:00:00Z");
        let answer = harness.act(&asked, "approve", &json!({ "host": "x" }), &harness.key);
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (422, "invalid_body")
        );
        assert_eq!(harness.find(&asked)["status"], "pending");
    }

    #[test]
    fn an_old_version_approves_nothing() {
        let harness = harness();
        let asked = harness.book("first-talk", "2026-11-24T09:00:00Z");
        let act = |version: i64| {
            harness.act(
                &asked,
                "approve",
                &json!({ "version": version }),
                &harness.key,
            )
        };
        let stale = act(2);
        assert_eq!(
            (stale.status.as_u16(), stale.code()),
            (409, "booking_changed")
        );
        assert_eq!(harness.find(&asked)["status"], "pending");
        assert_eq!(act(1).status, 200);
        assert_eq!(act(1).status, 200, "approving again changes nothing");
    }
}
