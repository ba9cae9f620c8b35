//! `/oauth/google/callback`: where Google sends a browser back to. The address holds a code, so the
//! answer is always another page, whose address holds nothing.

use app::connections::{Callback, FinishError};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use crate::errors::Failure;
use crate::pages::admin::SignedIn;
use crate::pages::admin::connection::Outcome;
use crate::request::visitor::Visitor;
use crate::state::WebState;
use crate::urls;

/// `GET /oauth/google/callback`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: Result<SignedIn, Failure>,
) -> Result<Response, Failure> {
    let Ok(signed_in) = signed_in else {
        // The session has ended meanwhile, and with it the consent it began.
        let next = ("next", "/admin/connection");
        return Err(Failure::go_to(&urls::with_query("/admin/sign-in", &[next])));
    };
    let given = |name| visitor.query.given(name).map(str::to_owned);
    let callback = Callback {
        state: given("state"),
        code: given("code"),
        error: given("error"),
    };
    let outcome = match app::connections::finish(&state.app, callback, &signed_in.token).await {
        Ok(()) => Outcome::Connected,
        Err(error @ FinishError::Store(_)) => return Err(state.failed(&visitor, &error)),
        Err(error) => {
            tracing::warn!(%error, "a consent did not lead to a connection");
            Outcome::from(&error)
        }
    };
    Ok(Redirect::to(&outcome.href()).into_response())
}
