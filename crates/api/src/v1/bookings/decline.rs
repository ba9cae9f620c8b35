//! `POST /api/v1/bookings/{id}/decline`: saying no to a request.

use app::bookings::{self, DeclineInput};
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
use crate::problem::{Problem, ProblemBody};
use crate::request::{JsonBodyOrNone, PathOf};

/// Why not.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeclineRequest {
    /// For the attendee to read. At most 500 characters; may be left out.
    #[serde(default)]
    reason: Option<String>,
    /// The booking's `version` as you know it; another one refuses.
    #[serde(default)]
    version: Option<i64>,
}

/// Says no to a request.
///
/// Declining again changes nothing, whatever the version sent, with or without an `Idempotency-Key`. The
/// body may be left out.
#[utoipa::path(
    post, path = "/api/v1/bookings/{id}/decline", tag = "bookings", operation_id = "decline_booking",
    params(
        ("id" = String, Path, description = "The booking's id."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Accepted, and not needed: declining again changes nothing."),
    ),
    request_body = Option<DeclineRequest>,
    security(("api_key" = [])),
    responses(
        OfAnyChange,
        OfOrganizationOnly,
        (status = 200, body = Booking, description = "The booking as it is now."),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`booking_changed`, `not_requested`"),
    )
)]
pub(crate) async fn decline(
    State(state): State<ApiState>,
    bearer: Bearer,
    _: Repeat,
    PathOf(id): PathOf<String>,
    JsonBodyOrNone(request): JsonBodyOrNone<DeclineRequest>,
) -> Result<Json<Booking>, Problem> {
    let detail = auth::booking_by_key(&state.app, &bearer, &id).await?;
    let id = detail.booking.id;
    let input = DeclineInput {
        booking: id,
        reason: request.reason.unwrap_or_default(),
        version: request.version,
        cause: Cause::Api,
    };
    bookings::decline(&state.app, input).await?;
    get::again(&state.app, &bearer, id).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::harness::{Ask, harness};

    #[test]
    fn a_declined_request_says_why() {
        let harness = harness();
        let asked = harness.book("first-talk", "2026-11-24T09:00:00Z");
        let reason = json!({ "reason": " No\u{202E} room " });
        let answer = harness.act(&asked, "decline", &reason, &harness.key);
        assert_eq!(
            (answer.status.as_u16(), &answer.body["status"]),
            (200, &json!("declined"))
        );
        let said = json!({ "cause": "api", "reason": "No room", "at": "2026-11-23T06:00:00Z" });
        assert_eq!(answer.body["cancellation"], said);
        let path = format!("/api/v1/bookings/{}", asked.id);
        let attendee = harness.call(Ask::get(&path).bearer(&asked.manage_token));
        assert_eq!(attendee.body["status"], "declined");
    }

    #[test]
    fn declining_again_changes_nothing() {
        let harness = harness();
        let asked = harness.book("first-talk", "2026-11-24T09:00:00Z");
        let path = format!("/api/v1/bookings/{}/decline", asked.id);
        let first = harness.call(Ask::new("POST", &path).bearer(&harness.key));
        let again = harness.act(&asked, "decline", &json!({ "reason": "x" }), &harness.key);
        assert_eq!((again.status.as_u16(), again.body), (200, first.body));
        assert_eq!(harness.timeline(&asked).len(), 2);
        let moved = json!({ "start": "2026-11-24T10:00:00Z" });
        let moved = harness.act(&asked, "reschedule", &moved, &asked.manage_token);
        assert_eq!(
            (moved.status.as_u16(), moved.code()),
            (409, "booking_declined")
        );
    }

    /// Approved and declined at once: one of the two, never both.
    #[test]
    fn yes_and_no_at_once_is_one_of_them() {
        let harness = harness();
        for time in ["08:00", "09:00", "10:00", "11:00"] {
            let asked = harness.book("first-talk", &format!("2026-11-24T{time}:00Z"));
            let mut statuses: Vec<_> = std::thread::scope(|scope| {
                let (harness, asked) = (&harness, &asked);
                let clients = ["approve", "decline"].map(|what| {
                    scope.spawn(move || harness.act(asked, what, &json!({}), &harness.key))
                });
                let answers = clients.map(|c| c.join().unwrap());
                answers.map(|a| a.status.as_u16()).to_vec()
            });
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 409]);
        }
    }

    #[test]
    fn what_is_no_request_cannot_be_declined() {
        let harness = harness();
        let plain = harness.book("maths", "2026-11-24T14:00:00Z");
        let answer = harness.act(&plain, "decline", &json!({}), &harness.key);
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (409, "not_requested")
        );
        assert_eq!(harness.find(&plain)["status"], "confirmed");
    }

    #[test]
    fn a_reason_that_cannot_be_kept_is_refused() {
        let harness = harness();
        let asked = harness.book("first-talk", "2026-11-24T09:00:00Z");
        for (body, field) in [
            (json!({ "reason": "x".repeat(501) }), "reason"),
            (json!({ "reason": 1 }), "reason"),
            (json!({ "raeson": "x" }), "raeson"),
        ] {
            let answer = harness.act(&asked, "decline", &body, &harness.key);
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (422, "invalid_body"),
                "{body}"
            );
            assert_eq!(answer.body["fields"][0]["field"], field, "{body}");
        }
        assert_eq!(harness.find(&asked)["status"], "pending");
    }

    #[test]
    fn an_old_version_declines_nothing() {
        let harness = harness();
        let asked = harness.book("first-talk", "2026-11-24T09:00:00Z");
        let act = |version: i64| {
            harness.act(
                &asked,
                "decline",
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
        assert_eq!(act(1).status, 200, "declining again changes nothing");
    }
}
