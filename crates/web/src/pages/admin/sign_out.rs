//! `/admin/sign-out`: ends the session, here and in the store.

use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use http::header::SET_COOKIE;

use crate::errors::Failure;
use crate::pages::admin::SignedIn;
use crate::request::cookies::Cookie;
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::state::WebState;

/// `POST /admin/sign-out`
pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    typed: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &typed)?;
    app::sign_in::sign_out(&state.app, &signed_in.token)
        .await
        .map_err(|e| state.failed(&visitor, &e))?;
    let cleared = Cookie::Session.clear(state.is_https);
    let cookies = AppendHeaders(cleared.map(|cookie| (SET_COOKIE, cookie)));
    Ok((cookies, Redirect::to("/admin/sign-in?out=1")).into_response())
}
