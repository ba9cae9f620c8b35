//! `/admin/bookings/{id}/reschedule`: moves a booking for the organization, by the same picker the
//! attendee has, in the organization's zone.

use app::bookings::Detail;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::booking::Cause;

use crate::errors::Failure;
use crate::pages::admin::SignedIn;
use crate::pages::admin::bookings::booking;
use crate::pages::b::reschedule::Mover;
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::shell::Section;
use crate::state::WebState;
use crate::urls;

fn mover<'a>(
    state: &'a WebState,
    visitor: &'a Visitor,
    signed_in: &SignedIn,
    detail: &'a Detail,
) -> Mover<'a> {
    Mover {
        state,
        visitor,
        words: signed_in.words(visitor),
        detail,
        header: signed_in.header(Section::Bookings),
        href: urls::admin_booking(detail.booking.id),
        zone: detail.organization.zone.clone(),
        csrf: Some(signed_in.session.csrf.clone()),
    }
}

/// `GET /admin/bookings/{id}/reschedule`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let detail = booking::find(&state, &visitor, &signed_in, &id).await?;
    mover(&state, &visitor, &signed_in, &detail).ask().await
}

/// `POST /admin/bookings/{id}/reschedule`
pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(id): Path<String>,
    typed: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &typed)?;
    let detail = booking::find(&state, &visitor, &signed_in, &id).await?;
    let mover = mover(&state, &visitor, &signed_in, &detail);
    let done = urls::with_query(&mover.href, &[("result", "moved")]);
    mover.answer(&typed, Cause::Admin, &done).await
}
