//! `/admin/connection/disconnect`: what disconnecting will do, and the button that does it (rows V1, R6).

use app::connections::{self, DisconnectError, GrantFate, Preview};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ConnectionId;
use http::StatusCode;

use super::Outcome;
use crate::errors::{Failure, Problem};
use crate::i18n::{Key, key};
use crate::pages::admin::SignedIn;
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::shell::{Section, Shell};
use crate::state::WebState;
use crate::urls;

/// The page's address.
const PATH: &str = "/admin/connection/disconnect";

#[derive(Template)]
#[template(path = "admin/connection/disconnect.html")]
pub(crate) struct Page {
    pub(crate) shell: Shell,
    csrf: String,
    /// Which connection, as the form sends it back.
    connection: String,
    account: String,
    /// What becomes of bookings and events.
    events: String,
    /// What becomes of the access.
    grant: Key,
}

impl Page {
    pub(crate) fn new(shell: Shell, csrf: String, connection: String, preview: Preview) -> Self {
        Self {
            events: shell
                .words
                .count("disconnect-events", preview.events_left, &[]),
            shell,
            csrf,
            connection,
            account: preview.account_email,
            grant: match preview.grant {
                GrantFate::Revoked => key("disconnect-revoked"),
                GrantFate::Shared => key("disconnect-shared"),
                GrantFate::None => key("disconnect-nothing"),
            },
        }
    }
}

/// The page that asks whether to disconnect `id`.
pub(crate) fn href(id: ConnectionId) -> String {
    urls::with_query(PATH, &[("connection", &id.to_string())])
}

fn refused(state: &WebState, visitor: &Visitor, error: &DisconnectError) -> Failure {
    match error {
        DisconnectError::NotFound => visitor.failure(Problem::NotFound),
        DisconnectError::Store(error) => state.failed(visitor, error),
    }
}

fn read(visitor: &Visitor, fields: &Fields) -> Result<ConnectionId, Failure> {
    let id = fields.get("connection").parse();
    id.map_err(|_| visitor.failure(Problem::NotFound))
}

/// `GET /admin/connection/disconnect?connection=…`: changes nothing.
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
) -> Result<Response, Failure> {
    let id = read(&visitor, &visitor.query)?;
    let preview = connections::preview(&state.app, signed_in.session.organization.id, id)
        .await
        .map_err(|error| refused(&state, &visitor, &error))?;
    if preview.is_inactive {
        return Ok(Redirect::to(&Outcome::Disconnected.href()).into_response());
    }
    let heading = signed_in.words(&visitor).say("disconnect-heading");
    let shell = signed_in.shell(&visitor, &heading, Section::Connection);
    let csrf = signed_in.session.csrf.clone();
    let page = Page::new(shell, csrf, id.to_string(), preview);
    state.show(&visitor, StatusCode::OK, &page)
}

/// `POST /admin/connection/disconnect`: once or twice is the same.
pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    typed: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &typed)?;
    let id = read(&visitor, &typed)?;
    connections::disconnect(&state.app, signed_in.session.organization.id, id)
        .await
        .map_err(|error| refused(&state, &visitor, &error))?;
    Ok(Redirect::to(&Outcome::Disconnected.href()).into_response())
}
