//! `/admin/bookings/{id}/retry`: looks at the booking's event now, and asks Google once more (row V8).

use axum::extract::{Path, State};
use axum::response::Response;
use domain::booking::Cause;

use crate::errors::Failure;
use crate::pages::admin::SignedIn;
use crate::pages::admin::bookings::booking::{self, back};
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::state::WebState;

/// `POST /admin/bookings/{id}/retry`
pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(id): Path<String>,
    typed: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &typed)?;
    let detail = booking::find(&state, &visitor, &signed_in, &id).await?;
    let (organization, id) = (detail.organization.id, detail.booking.id);
    app::conflicts::retry_booking(&state.app, organization, id, Cause::Admin)
        .await
        .map_err(|e| state.failed(&visitor, &e))?;
    Ok(back(id, "retried"))
}
