//! Finishing a consent: the browser is back from Google.

use domain::{CalendarId, ConnectionId, Instant, LinkId, OrganizationId};
use google::TokenError;
use google::identity::Identity;
use google::oauth::{self, Consent, Tokens};
use secrecy::SecretString;
use store::tables::calendars::{self, Calendar};
use store::tables::connections::{self, Connection, State};
use store::tables::{leases, links, oauth_attempts};
use store::{Lane, StoreError, Topic, Tx};
use uuid::Uuid;

use crate::bookings::link_unlinked;
use crate::secrets::{self, Place};
use crate::settings::MissingSettings;
use crate::{App, credentials, poll};

/// What Google sent the browser back with.
#[derive(Clone, Debug, Default)]
pub struct Callback {
    /// Which consent.
    pub state: Option<String>,
    /// Its fruit.
    pub code: Option<String>,
    /// Or why there is none, such as `access_denied`.
    pub error: Option<String>,
}

/// Why a consent did not lead to a connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FinishError {
    /// The consent is unknown, too old, already used, or was begun in another browser.
    #[error("this consent is no longer valid: begin again")]
    StateUnknown,
    /// The person said no.
    #[error("access was not granted")]
    Denied,
    /// A needed permission was not ticked.
    #[error("the permission to see and edit events was not granted")]
    MissingScope,
    /// Google gave no refresh token, so the connection would end within the hour.
    #[error("Google gave no refresh token")]
    NoRefreshToken,
    /// Another account is connected already.
    #[error("{connected} is connected; sign in to Google with that account")]
    OtherAccount {
        /// The account connected.
        connected: String,
    },
    /// Google is not configured.
    #[error(transparent)]
    NotConfigured(#[from] MissingSettings),
    /// Google refused.
    #[error(transparent)]
    Google(#[from] TokenError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FinishError {
    /// Google's own code for its refusal, such as `redirect_uri_mismatch`, or `unreachable` when it
    /// did not answer; `None` when it was not Google that refused.
    pub fn google_code(&self) -> Option<&str> {
        match self {
            Self::Google(TokenError::InvalidGrant(_)) => Some("invalid_grant"),
            Self::Google(TokenError::Misconfigured { code, .. }) => Some(code),
            Self::Google(TokenError::Retry(_)) => Some("unreachable"),
            Self::Google(TokenError::Bug(_)) => Some("unexpected_answer"),
            _ => None,
        }
    }
}

/// Finishes the consent begun by the browser that holds `browser`: trades the code, stores the grant
/// and lets due work begin. A reconnect of the same account keeps its calendars and links.
///
/// # Errors
/// [`FinishError`].
pub async fn finish(app: &App, callback: Callback, browser: &str) -> Result<(), FinishError> {
    let google = app.settings().google.as_ref().map_err(Clone::clone)?;
    let state = callback.state.ok_or(FinishError::StateUnknown)?;
    let (organization, consent) = use_up(app, state, browser).await?;
    let (Some(code), None) = (callback.code, callback.error) else {
        return Err(FinishError::Denied);
    };
    let now_seconds = app.now().as_micros() / 1_000_000;
    let transport = &*app.0.transport;
    let (tokens, identity) = oauth::exchange(
        transport,
        &google.endpoints,
        &google.client,
        &consent,
        &code,
        now_seconds,
    )
    .await?;
    if !tokens.covers_events() {
        return Err(FinishError::MissingScope);
    }
    let Some(refresh) = tokens.refresh.clone() else {
        return Err(FinishError::NoRefreshToken);
    };
    let grant = Grant {
        organization,
        identity,
        tokens,
        refresh,
    };
    store(app, grant, google.calendar_id.clone()).await
}

/// Where a consent's verifier is stored.
pub(super) fn verifier_place(organization: OrganizationId) -> Place {
    Place {
        table: "oauth_attempt",
        column: "verifier",
        row: Uuid::nil(),
        organization: organization.0,
    }
}

/// Uses up the consent of `state`. A wrong browser does not use it up: it is somebody else's.
async fn use_up(
    app: &App,
    state: String,
    browser: &str,
) -> Result<(OrganizationId, Consent), FinishError> {
    let (now, state_hash) = (app.now(), secrets::hash(&state));
    let browser_hash = secrets::hash(browser);
    let attempt = app
        .store()
        .unit(Lane::Interactive, "connections.use_up", move |tx| {
            let found = oauth_attempts::find(tx, &state_hash)?.filter(|attempt| {
                attempt.expires_at > now && secrets::equal(&attempt.browser_hash, &browser_hash)
            });
            if found.is_some() {
                oauth_attempts::delete(tx, &state_hash)?;
            }
            Ok::<_, StoreError>(found)
        })
        .await?
        .ok_or(FinishError::StateUnknown)?;
    let organization = attempt.organization_id;
    let verifier = app
        .0
        .vault
        .open(verifier_place(organization), &attempt.verifier)
        .map_err(|_| FinishError::StateUnknown)?;
    Ok((
        organization,
        Consent {
            state: state.into(),
            verifier,
            nonce: attempt.nonce,
        },
    ))
}

struct Grant {
    organization: OrganizationId,
    identity: Identity,
    tokens: Tokens,
    refresh: SecretString,
}

async fn store(app: &App, grant: Grant, calendar_id: String) -> Result<(), FinishError> {
    let (chance, now) = (app.chance(), app.now());
    let organization = grant.organization;
    let known = app
        .store()
        .unit(Lane::Read, "connections.known", move |tx| {
            connections::list(tx, organization)
        })
        .await?;
    if let Some(other) = known.iter().find(|c| c.account_sub != grant.identity.sub) {
        return Err(FinishError::OtherAccount {
            connected: other.account_email.clone(),
        });
    }
    let id = known
        .first()
        .map_or_else(|| ConnectionId(chance.uuid(now)), |c| c.id);
    let connection = Connection {
        id,
        organization_id: organization,
        account_sub: grant.identity.sub,
        account_email: grant.identity.email,
        scopes: grant.tokens.scopes.clone(),
        state: State::Connected,
        cause: None,
        tokens: credentials::seal(app, id, organization, &grant.tokens, &grant.refresh, now),
    };
    let calendar = Calendar {
        id: CalendarId(chance.uuid(now)),
        connection_id: id,
        name: calendar_id.clone(),
        google_id: calendar_id,
        receives: true,
        poll_at: now,
        polled_at: None,
        // Events of ours are all made from now on, so every change to one is newer than this.
        poll_from: Some(poll::position_at(now)),
        poll_page: None,
        poll_newest: None,
        failures: 0,
    };
    let link_ids: Vec<LinkId> = (0..crate::bookings::LINKED_AT_ONCE)
        .map(|_| LinkId(chance.uuid(now)))
        .collect();
    app.store()
        .unit(Lane::Interactive, "connections.store", move |tx| {
            store_in(tx, &connection, &calendar, &link_ids, now)
        })
        .await
        .map_err(FinishError::Store)
}

fn store_in(
    tx: &mut dyn Tx,
    connection: &Connection,
    calendar: &Calendar,
    link_ids: &[LinkId],
    now: Instant,
) -> Result<(), StoreError> {
    if connections::by_id(tx, connection.id)?.is_some() {
        // What is under way rests on the old grant.
        leases::revoke(tx, connection.id)?;
        connections::update(tx, connection)?;
        connections::note_grant(tx, connection.id, now)?;
    } else {
        connections::insert(tx, connection, now)?;
    }
    let known = calendars::of_connection(tx, connection.id)?;
    let receiving = match known
        .into_iter()
        .find(|c| c.google_id == calendar.google_id)
    {
        Some(mut known) => {
            known.poll_at = now;
            calendars::update(tx, &known)?;
            known.id
        }
        None => {
            calendars::insert(tx, calendar)?;
            calendar.id
        }
    };
    link_unlinked(tx, receiving, link_ids, now)?;
    links::hurry(tx, connection.id, now)?;
    tx.wake(Topic::DueWork);
    Ok(())
}
