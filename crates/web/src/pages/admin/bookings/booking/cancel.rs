//! `/admin/bookings/{id}/cancel`: cancels for the organization, which says why.

use app::bookings::{self, CancelError, CancelInput};
use axum::extract::{Path, State};
use axum::response::Response;
use domain::booking::Cause;
use http::StatusCode;

use crate::errors::{Failure, Problem};
use crate::pages::admin::SignedIn;
use crate::pages::admin::bookings::booking::{self, back, version};
use crate::pages::b::cancel::reason_problem;
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::state::WebState;

/// `POST /admin/bookings/{id}/cancel`
pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(id): Path<String>,
    typed: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &typed)?;
    let detail = booking::find(&state, &visitor, &signed_in, &id).await?;
    let words = signed_in.words(&visitor);
    let id = detail.booking.id;
    let problem = match typed.given("reason") {
        None => words.say("cancel-reason-missing"),
        Some(reason) => match bookings::cancel(&state.app, ending(id, reason, &typed)).await {
            Ok(_) => return Ok(back(id, "cancelled")),
            Err(CancelError::Changed) => return Ok(back(id, "changed")),
            Err(CancelError::NotOpen(_)) => return Ok(back(id, "not_open")),
            Err(CancelError::NotFound) => return Err(visitor.failure(Problem::NotFound)),
            Err(CancelError::BadReason(bad)) => reason_problem(words, bad),
            Err(error) => return Err(state.failed(&visitor, &error)),
        },
    };
    let mut page = booking::page(&state, &visitor, &signed_in, &detail).await?;
    page.cancel_problem = Some(problem);
    page.cancel_reason = typed.get("reason").to_owned();
    state.show(&visitor, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// The whole booking, by someone of the organization.
fn ending(booking: domain::BookingId, reason: &str, typed: &Fields) -> CancelInput {
    let reason = reason.to_owned();
    CancelInput {
        booking,
        seat: None,
        reason,
        version: version(typed),
        cause: Cause::Admin,
    }
}
