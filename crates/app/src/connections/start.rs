//! Beginning a consent: where to send the browser.

use domain::OrganizationId;
use google::oauth::{self, Consent};
use jiff::SignedDuration;
use store::tables::oauth_attempts::{self, OAuthAttempt};
use store::tables::revocations;
use store::{Lane, StoreError};
use url::Url;

use super::revoke;
use crate::settings::MissingSettings;
use crate::{App, secrets};

/// A consent takes a person a minute or two; an abandoned one must not stay open.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Why a consent cannot begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// Google is not configured.
    #[error(transparent)]
    NotConfigured(#[from] MissingSettings),
    /// A grant of the organization is being given back this minute, and would take a new one with it.
    #[error("access is just being given back: try again in a minute or two")]
    Revoking,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Begins a consent for `organization` by the browser that holds the secret `browser`, and gives the
/// page of Google's to send it to.
///
/// # Errors
/// [`StartError`].
pub async fn start(
    app: &App,
    organization: OrganizationId,
    browser: &str,
) -> Result<Url, StartError> {
    let google = app.settings().google.as_ref().map_err(Clone::clone)?;
    let client = google.client()?;
    let (chance, now) = (app.chance(), app.now());
    let state = secrets::token(chance, "oauth_state");
    // 48 bytes are 64 characters: RFC 7636 wants 43 to 128.
    let verifier =
        secrets::token(chance, "oauth_verifier") + &secrets::token(chance, "oauth_verifier");
    let nonce = secrets::token(chance, "oauth_nonce");
    let state_hash = secrets::hash(&state);
    let consent = Consent {
        state: state.into(),
        verifier: verifier.into(),
        nonce,
    };
    let attempt = OAuthAttempt {
        organization_id: organization,
        browser_hash: secrets::hash(browser).to_vec(),
        verifier: app.0.vault.seal(
            chance,
            super::finish::verifier_place(organization),
            &consent.verifier,
        ),
        nonce: consent.nonce.clone(),
        expires_at: now + LIFE,
    };
    app.store()
        .unit(Lane::Interactive, "connections.start", move |tx| {
            if revocations::is_under_way(tx, organization, now)? {
                return Err(StartError::Revoking);
            }
            let forgotten = now - revoke::CONSENT_SLACK;
            Ok(oauth_attempts::insert(
                tx,
                &state_hash,
                &attempt,
                forgotten,
            )?)
        })
        .await?;
    Ok(oauth::consent_url(
        &google.endpoints,
        client,
        &consent,
        google.login_hint.as_deref(),
    ))
}
