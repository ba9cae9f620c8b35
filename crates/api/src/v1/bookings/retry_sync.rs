//! `POST /api/v1/bookings/{id}/retry-sync`: looks at the booking's event now (row V8).

use axum::Json;
use axum::extract::State;
use domain::booking::Cause;

use super::answers::OfOrganizationOnly;
use super::{Booking, get};
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::idempotency::Repeat;
use crate::problem::{Problem, ProblemBody};
use crate::request::PathOf;

/// Looks at the booking's event now, and asks Google once more.
///
/// What waits in the inbox to be tried again is tried; what would have been tried later is tried at once. Where
/// booking and event agree nothing changes. What comes of it is in `calendar_sync`, `problem` and `conflict` soon
/// after.
#[utoipa::path(
    post, path = "/api/v1/bookings/{id}/retry-sync", tag = "bookings", operation_id = "retry_booking_sync",
    params(
        ("id" = String, Path, description = "The booking's id."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Accepted, and not needed: trying twice is trying once."),
    ),
    security(("api_key" = [])),
    responses(
        OfOrganizationOnly,
        (status = 200, body = Booking, description = "The booking as it is now."),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`invalid_idempotency_key`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`booking_not_found`: missing, or not yours"),
    )
)]
pub(crate) async fn retry_sync(
    State(state): State<ApiState>,
    bearer: Bearer,
    _: Repeat,
    PathOf(id): PathOf<String>,
) -> Result<Json<Booking>, Problem> {
    let booking = auth::booking_by_key(&state.app, &bearer, &id)
        .await?
        .booking;
    let (organization, id) = (booking.organization_id, booking.id);
    app::conflicts::retry_booking(&state.app, organization, id, Cause::Api)
        .await
        .map_err(|error| Problem::store(&error))?;
    get::again(&state.app, &bearer, id).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::harness::harness;

    /// row V8: state, last sync, last error and a retry, over the API too.
    #[test]
    fn what_was_refused_is_tried_again_and_what_is_in_step_stays() {
        let harness = harness();
        harness.connect();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        harness.event_is_refused(&booked, "You may not.");
        let found = harness.find(&booked);
        assert_eq!(
            (
                &found["calendar_sync"],
                &found["problem"],
                &found["last_synced_at"]
            ),
            (&json!("error"), &json!("refused"), &json!(null))
        );
        for _ in 0..2 {
            let answer = harness.act(&booked, "retry-sync", &json!({}), &harness.key);
            assert_eq!(answer.status.as_u16(), 200);
            assert_eq!(answer.body["calendar_sync"], "pending");
        }
        let told = harness.timeline(&booked);
        let tried = |kind: &str| told.iter().filter(|entry| entry["kind"] == kind).count();
        assert_eq!(tried("sync_retried"), 1, "trying twice is trying once");
    }
}
