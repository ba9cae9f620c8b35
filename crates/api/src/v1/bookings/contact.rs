//! `POST /api/v1/bookings/{id}/contact`: who a booking is for that was born in Google.

use app::bookings::{self, ContactError, ContactInput};
use axum::Json;
use axum::extract::State;
use domain::attendee::AttendeeForm;
use domain::booking::Cause;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answers::{OfAnyChange, OfOrganizationOnly};
use super::{Booking, get};
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::idempotency::Repeat;
use crate::problem::{FieldProblem, Problem, ProblemBody};
use crate::request::{JsonBody, PathOf};

impl From<ContactError> for Problem {
    fn from(error: ContactError) -> Self {
        match error {
            ContactError::NotFound => Self::no_booking(),
            ContactError::NotOpen(why) => Self::not_open(why),
            ContactError::Changed => Self::changed(),
            ContactError::Known => {
                Self::new(StatusCode::CONFLICT, "contact_known", error.to_string())
            }
            ContactError::BadAttendee(bad) => {
                let wrong = bad
                    .iter()
                    .map(|bad| FieldProblem::new(bad.field, bad.problem));
                Self::invalid_fields("invalid_body", wrong.collect())
            }
            ContactError::Store(error) => Self::store(&error),
        }
    }
}

/// Who it is for; an address or a phone number at least.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactRequest {
    /// Their name.
    name: String,
    /// Their e-mail address.
    #[serde(default)]
    email: Option<String>,
    /// Their phone number.
    #[serde(default)]
    phone: Option<String>,
    /// The booking's `version` as you know it; another one refuses.
    #[serde(default)]
    version: Option<i64>,
}

/// Says who a booking is for.
///
/// Only for one that was born in Google without a guest, once. Its event stays as the host wrote it, and nobody
/// is told. Naming the same contact again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/bookings/{id}/contact", tag = "bookings", operation_id = "link_contact",
    params(
        ("id" = String, Path, description = "The booking's id."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Accepted, and not needed: naming the same contact again changes nothing."),
    ),
    request_body = ContactRequest,
    security(("api_key" = [])),
    responses(
        OfAnyChange,
        OfOrganizationOnly,
        (status = 200, body = Booking, description = "The booking as it is now."),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`contact_known`, `booking_changed`, `booking_cancelled`, `booking_declined`, \
                `booking_begun`, `booking_over`"),
    )
)]
pub(crate) async fn contact(
    State(state): State<ApiState>,
    bearer: Bearer,
    _: Repeat,
    PathOf(id): PathOf<String>,
    JsonBody(request): JsonBody<ContactRequest>,
) -> Result<Json<Booking>, Problem> {
    let detail = auth::booking_by_key(&state.app, &bearer, &id).await?;
    let id = detail.booking.id;
    let input = ContactInput {
        booking: id,
        contact: AttendeeForm {
            name: request.name,
            email: request.email,
            phone: request.phone,
            ..AttendeeForm::default()
        },
        version: request.version,
        cause: Cause::Api,
    };
    bookings::link_contact(&state.app, input).await?;
    get::again(&state.app, &bearer, id).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::harness::{Ask, booking, harness};

    /// row V6: whoever booked is known; the rest is shown by `app`'s tests, where events become bookings.
    #[test]
    fn a_booking_that_somebody_made_has_its_contact() {
        let harness = harness();
        let wish = booking("maths", "2026-11-24T09:00:00Z");
        let path = "/api/v1/organizations/tutoring/bookings";
        let booked = harness.booked(Ask::new("POST", path).json(&wish));
        assert_eq!(booked.body["origin"], "here");
        let zoe = json!({ "name": "Zoe", "email": "zoe@example.org" });
        for (name, body, key, status, code) in [
            ("known", &zoe, &harness.key, 409, "contact_known"),
            (
                "nobody",
                &json!({ "name": "Zoe" }),
                &harness.key,
                422,
                "invalid_body",
            ),
            (
                "foreign",
                &zoe,
                &harness.foreign_key,
                404,
                "booking_not_found",
            ),
        ] {
            let answer = harness.act(&booked, "contact", body, key);
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (status, code),
                "{name}"
            );
        }
    }
}
