//! `/admin/bookings/{id}/approve`: says yes to a request.

use app::bookings::{self, ApproveError, ApproveInput};
use axum::extract::{Path, State};
use axum::response::Response;
use domain::booking::Cause;

use crate::errors::{Failure, Problem};
use crate::pages::admin::SignedIn;
use crate::pages::admin::bookings::booking::{self, back, version};
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::state::WebState;

/// `POST /admin/bookings/{id}/approve`
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
    let input = ApproveInput {
        booking: id,
        version: version(&typed),
        cause: Cause::Admin,
    };
    match bookings::approve(&state.app, input).await {
        Ok(_) => Ok(back(id, "approved")),
        Err(ApproveError::Changed) => Ok(back(id, "changed")),
        // Its page offers another time (scenario B4).
        Err(ApproveError::Refused { .. }) => Ok(back(id, "taken")),
        Err(ApproveError::NotOpen(_)) => Ok(back(id, "not_open")),
        Err(ApproveError::NotFound) => Err(visitor.failure(Problem::NotFound)),
        Err(error @ (ApproveError::BadReason(_) | ApproveError::Store(_))) => {
            Err(state.failed(&visitor, &error))
        }
    }
}
