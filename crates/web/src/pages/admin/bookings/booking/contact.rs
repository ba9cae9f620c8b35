//! `/admin/bookings/{id}/contact`: who a booking is for that was born in Google (row V6).

use app::bookings::{self, ContactError, ContactInput};
use axum::extract::{Path, State};
use axum::response::Response;
use domain::attendee::AttendeeForm;
use domain::booking::Cause;

use crate::errors::{Failure, Problem};
use crate::pages::admin::SignedIn;
use crate::pages::admin::bookings::booking::{self, back, version};
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::state::WebState;

/// `POST /admin/bookings/{id}/contact`
pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(id): Path<String>,
    typed: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &typed)?;
    let detail = booking::find(&state, &visitor, &signed_in, &id).await?;
    let id = detail.booking.id;
    let input = ContactInput {
        booking: id,
        contact: AttendeeForm {
            name: typed.get("name").to_owned(),
            email: Some(typed.get("email").to_owned()),
            phone: Some(typed.get("phone").to_owned()),
            ..AttendeeForm::default()
        },
        version: version(&typed),
        cause: Cause::Admin,
    };
    match bookings::link_contact(&state.app, input).await {
        Ok(_) => Ok(back(id, "contact")),
        Err(ContactError::BadAttendee(_)) => Ok(back(id, "contact_bad")),
        Err(ContactError::Changed | ContactError::Known) => Ok(back(id, "changed")),
        Err(ContactError::NotOpen(_)) => Ok(back(id, "not_open")),
        Err(ContactError::NotFound) => Err(visitor.failure(Problem::NotFound)),
        Err(error @ ContactError::Store(_)) => Err(state.failed(&visitor, &error)),
    }
}
