//! Finishing a consent: the browser is back from Google.

use domain::{Instant, OrganizationId};
use google::TokenError;
use google::oauth::{self, Consent, OAuthClient};
use store::tables::oauth_attempts;
use store::{Lane, StoreError};
use uuid::Uuid;

use super::keep::{Granted, NotStored, store};
use super::revoke::STORED_WITHIN;
use super::{Cause, cause};
use crate::App;
use crate::secrets::{self, Place};
use crate::settings::{self, MissingSettings};

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

impl From<NotStored> for FinishError {
    fn from(error: NotStored) -> Self {
        match error {
            NotStored::OtherAccount { connected } => Self::OtherAccount { connected },
            NotStored::Revoking => Self::StateUnknown,
            NotStored::Store(error) => Self::Store(error),
        }
    }
}

impl FinishError {
    /// What Google's refusal means; `None` when it was not Google that refused.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::Google(error) => Some(cause::of_token(error)),
            _ => None,
        }
    }
}

/// What Google sent back in the place of a code. Anybody can write such an address, so only a plain name is
/// kept of it.
fn refused_by_google(mut code: String) -> FinishError {
    const CODE_CHARS_MAX: usize = 64;
    code.retain(|c| c.is_ascii_lowercase() || c == '_');
    code.truncate(CODE_CHARS_MAX);
    FinishError::Google(TokenError::Misconfigured {
        code,
        description: "on the way back from the consent".to_owned(),
    })
}

/// Finishes the consent begun by the browser that holds `browser`: trades the code, stores the grant
/// and lets due work begin. A reconnect of the same account keeps its calendars and links.
///
/// # Errors
/// [`FinishError`].
pub async fn finish(app: &App, callback: Callback, browser: &str) -> Result<(), FinishError> {
    let google = app.settings().google.as_ref().map_err(Clone::clone)?;
    let client = google.client()?;
    let state = callback.state.clone().ok_or(FinishError::StateUnknown)?;
    // Before it is used up: the time until it is stored counts from there.
    let begun = app.now();
    let state_hash = secrets::hash(&state);
    let (organization, consent) = use_up(app, state, browser).await?;
    let finished = trade(
        app,
        google,
        client,
        callback,
        (organization, consent),
        begun,
    )
    .await;
    // However it ended, it holds up nothing any more.
    app.store()
        .unit(Lane::Interactive, "connections.forget_consent", move |tx| {
            oauth_attempts::forget(tx, &state_hash)
        })
        .await?;
    finished
}

/// Trades the code of a consent that was used up, and stores what it gives.
async fn trade(
    app: &App,
    google: &settings::Google,
    client: &OAuthClient,
    callback: Callback,
    (organization, consent): (OrganizationId, Consent),
    begun: Instant,
) -> Result<(), FinishError> {
    let code = match (callback.code, callback.error) {
        (Some(code), None) => code,
        (_, Some(code)) if code != "access_denied" => return Err(refused_by_google(code)),
        _ => return Err(FinishError::Denied),
    };
    let now_seconds = app.now().as_micros() / 1_000_000;
    let transport = &*app.0.transport;
    let (tokens, identity) = oauth::exchange(
        transport,
        &google.endpoints,
        client,
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
    // After this another connection's grant may be given back, and this one with it.
    if app.now() >= begun + STORED_WITHIN {
        return Err(FinishError::StateUnknown);
    }
    let grant = Granted {
        organization,
        account_sub: identity.sub,
        account_email: identity.email,
        tokens,
        refresh: Some(refresh),
    };
    store(app, grant, google.calendar_id.clone())
        .await
        .map_err(FinishError::from)
}

/// Where a consent's verifier is stored.
pub(crate) fn verifier_place(organization: OrganizationId) -> Place {
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
                oauth_attempts::use_up(tx, &state_hash, now)?;
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
