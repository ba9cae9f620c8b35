//! `GET /api/v1/bookings/{id}`: one booking.

use app::App;
use axum::Json;
use axum::extract::State;
use domain::BookingId;

use super::Booking;
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::problem::{Problem, ProblemBody};
use crate::request::PathOf;

/// The booking of `id` as it is now, as the bearer may see it: whoever shares a booking sees
/// themselves on it, so it is read again by their token.
pub(super) async fn again(
    app: &App,
    bearer: &Bearer,
    id: BookingId,
) -> Result<Json<Booking>, Problem> {
    let visible = auth::booking(app, bearer, &id.to_string()).await?;
    Ok(Json(Booking::new(visible.detail, visible.viewer)))
}

/// Reads a booking.
#[utoipa::path(
    get, path = "/api/v1/bookings/{id}", tag = "bookings", operation_id = "get_booking",
    params(("id" = String, Path, description = "The booking's id.")),
    security(("api_key" = []), ("manage_token" = [])),
    responses(
        (status = 200, body = Booking, description = "The booking as it is now."),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`booking_not_found`: missing, or not yours"),
    )
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    bearer: Bearer,
    PathOf(id): PathOf<String>,
) -> Result<Json<Booking>, Problem> {
    let visible = auth::booking(&state.app, &bearer, &id).await?;
    Ok(Json(Booking::new(visible.detail, visible.viewer)))
}

#[cfg(test)]
mod tests {
    use crate::harness::{Ask, harness};

    #[test]
    fn a_booking_is_read_by_key_and_by_manage_token_alike() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let path = format!("/api/v1/bookings/{}", booked.id);
        for token in [&harness.key, &booked.manage_token] {
            let answer = harness.call(Ask::get(&path).bearer(token));
            let mut expected = booked.body.clone();
            expected.as_object_mut().unwrap().remove("manage_url");
            assert_eq!((answer.status.as_u16(), answer.body), (200, expected));
        }
    }

    #[test]
    fn an_answer_with_a_person_in_it_is_not_kept() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let path = format!("/api/v1/bookings/{}", booked.id);
        let answer = harness.call(Ask::get(&path).bearer(&harness.key));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }

    #[test]
    fn the_attendee_sees_how_the_event_stands_but_not_its_page() {
        let harness = harness();
        harness.connect();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        assert_eq!(booked.body["calendar_sync"], "pending");
        harness.event_is_written(&booked);
        let path = format!("/api/v1/bookings/{}", booked.id);
        let owner = harness.call(Ask::get(&path).bearer(&harness.key)).body;
        assert_eq!(owner["html_link"], "https://calendar.example/event?eid=1");
        assert_eq!(owner["calendar_sync"], "synced");
        assert_eq!(owner["last_synced_at"], "2026-11-23T06:00:00Z");
        let attendee = harness
            .call(Ask::get(&path).bearer(&booked.manage_token))
            .body;
        assert!(attendee["html_link"].is_null());
        assert_eq!(attendee["calendar_sync"], "synced");
    }
}
