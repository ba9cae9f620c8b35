//! `/admin/bookings/{id}/reassign`: gives a booking to another host (scenario D4).

use app::bookings::{self, ReassignError, ReassignInput};
use axum::extract::{Path, State};
use axum::response::Response;
use domain::booking::Cause;

use crate::errors::{Failure, Problem};
use crate::pages::admin::SignedIn;
use crate::pages::admin::bookings::booking::{self, back, version};
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::state::WebState;

/// `POST /admin/bookings/{id}/reassign`
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
    let Ok(host) = typed.get("host").parse() else {
        return Ok(back(id, "host_busy"));
    };
    let input = ReassignInput {
        booking: id,
        host,
        version: version(&typed),
        cause: Cause::Admin,
    };
    match bookings::reassign(&state.app, input).await {
        Ok(_) => Ok(back(id, "reassigned")),
        Err(ReassignError::Changed) => Ok(back(id, "changed")),
        Err(ReassignError::NotOpen(_)) => Ok(back(id, "not_open")),
        Err(
            ReassignError::Refused(_) | ReassignError::UnknownHost | ReassignError::NotOfOneHost,
        ) => Ok(back(id, "host_busy")),
        Err(ReassignError::NotFound) => Err(visitor.failure(Problem::NotFound)),
        Err(error @ ReassignError::Store(_)) => Err(state.failed(&visitor, &error)),
    }
}
