//! `POST /api/v1/bookings/{id}/approve`: saying yes to a request.

use app::App;
use app::bookings::{self, ApproveError};
use axum::Json;
use axum::extract::State;
use domain::BookingId;
use domain::booking::{Cause, NotOpen};
use serde::Deserialize;
use utoipa::ToSchema;

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

/// Nothing, so far.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproveRequest {}

/// Says yes to a request.
///
/// From then on the booking takes its time. Of several requests for one time only one can be approved;
/// the others get 409 with times to offer instead. Approving again changes nothing, with or without an
/// `Idempotency-Key`. The body may be left out.
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
        (status = 200, body = Booking, description = "The booking as it is now."),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`malformed_json`, `malformed_body`, `invalid_idempotency_key`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json",
            description = "`forbidden`: a manage token does not do"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`booking_not_found`: missing, or not yours"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`slot_taken` with `alternatives`, `not_requested`, `booking_begun`"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json",
            description = "`too_large`"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json",
            description = "`unsupported_media_type`"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json",
            description = "`invalid_body` with `fields`"),
    )
)]
pub(crate) async fn approve(
    State(state): State<ApiState>,
    bearer: Bearer,
    _: Repeat,
    PathOf(id): PathOf<String>,
    JsonBodyOrNone(ApproveRequest {}): JsonBodyOrNone<ApproveRequest>,
) -> Result<Json<Booking>, Problem> {
    let id = auth::booking_by_key(&state.app, &bearer, &id)
        .await?
        .booking
        .id;
    match bookings::approve(&state.app, id, Cause::Api).await {
        Err(ApproveError::NotOpen(NotOpen::NotRequested))
            if stands_approved(&state.app, id).await? => {}
        approved => drop(approved?),
    }
    get::again(&state.app, &bearer, id).await
}

/// Whether the booking stands because someone said yes to it: saying so again is not a mistake.
async fn stands_approved(app: &App, id: BookingId) -> Result<bool, Problem> {
    let failed = |error| Problem::store(&error);
    let entries = bookings::timeline(app, id).await.map_err(failed)?;
    if !entries.iter().any(|entry| entry.kind == "approved") {
        return Ok(false);
    }
    let found = bookings::find(app, id).await.map_err(failed)?;
    Ok(found.is_some_and(|detail| detail.booking.status.blocks_time()))
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
    fn a_body_says_nothing() {
        let harness = harness();
        let asked = harness.book("first-talk", "2026-11-24T09:00:00Z");
        let answer = harness.act(&asked, "approve", &json!({ "host": "x" }), &harness.key);
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (422, "invalid_body")
        );
        assert_eq!(harness.find(&asked)["status"], "pending");
    }
}
