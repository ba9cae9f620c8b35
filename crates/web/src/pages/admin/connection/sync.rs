//! `POST /admin/connection/sync`: the calendars of a connection are read now (row V5).

use app::connections::{self, Connection, ConnectionState};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ConnectionId;

use super::Outcome;
use crate::errors::{Failure, Problem};
use crate::pages::admin::SignedIn;
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::state::WebState;

/// Whether there is something to read.
pub(super) fn can_be(connection: &Connection) -> bool {
    let works = matches!(
        connection.state,
        ConnectionState::Connected | ConnectionState::Syncing
    );
    works && !connection.calendars.is_empty()
}

pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    typed: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &typed)?;
    let missing = || visitor.failure(Problem::NotFound);
    let id: ConnectionId = typed.get("connection").parse().map_err(|_| missing())?;
    let organization = signed_in.session.organization.id;
    let asked = connections::sync_now(&state.app, organization, id)
        .await
        .map_err(|e| state.failed(&visitor, &e))?
        .ok_or_else(missing)?;
    if let Some(look) = asked.look() {
        state.wait(look).await;
    }
    let synced = connections::synced(&state.app, &asked)
        .await
        .map_err(|e| state.failed(&visitor, &e))?;
    let outcome = if synced.is_complete {
        Outcome::Synced(synced.events)
    } else {
        Outcome::SyncWaits
    };
    Ok(Redirect::to(&outcome.href()).into_response())
}
