//! `/admin/bookings/{id}/decline`: says no to a request, and why if one wants to.

use app::bookings::{self, ApproveError, DeclineInput};
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

/// `POST /admin/bookings/{id}/decline`
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
    let input = DeclineInput {
        booking: id,
        reason: typed.get("reason").to_owned(),
        version: version(&typed),
        cause: Cause::Admin,
    };
    match bookings::decline(&state.app, input).await {
        Ok(_) => Ok(back(id, "declined")),
        Err(ApproveError::Changed) => Ok(back(id, "changed")),
        Err(ApproveError::NotOpen(_)) => Ok(back(id, "not_open")),
        Err(ApproveError::BadReason(bad)) => {
            let mut page = booking::page(&state, &visitor, &signed_in, &detail).await?;
            page.decline_problem = Some(reason_problem(page.shell.words, bad));
            typed.get("reason").clone_into(&mut page.decline_reason);
            state.show(&visitor, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(ApproveError::NotFound) => Err(visitor.failure(Problem::NotFound)),
        Err(error @ (ApproveError::Refused { .. } | ApproveError::Store(_))) => {
            Err(state.failed(&visitor, &error))
        }
    }
}
