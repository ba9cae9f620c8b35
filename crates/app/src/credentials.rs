//! Access tokens: sealed, opened, renewed before they run out.

use domain::{ConnectionId, Instant, OrganizationId};
use google::TokenError;
use google::oauth::{self, Tokens};
use google::service_account;
use jiff::SignedDuration;
use secrecy::SecretString;
use store::tables::connections::{self, Connection, Credential, ProofStage, Tokens as Sealed};
use store::tables::leases::{self, Lease};
use store::{Lane, StoreError, Tx};

use crate::App;
use crate::connections::{Cause, cause, health, service_account_sub};
use crate::secrets::{OpenError, Place};

/// A token this near its end is renewed first: a call must not outlive it.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// A grant unused for six months ends, and a client without a token request for six months is deleted (§3.5).
/// Calendars that are looked at keep theirs alive by that; this is for those that are not.
pub(crate) const KEEP_ALIVE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What became of a renewal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Renewal {
    /// There is a fresh token.
    Done,
    /// Not now; perhaps later. Why.
    Later(Cause),
    /// The grant is dead: the connection waits for its owner.
    Dead,
}

/// The access token of `connection`, unless it must be renewed first.
pub(crate) fn current(
    app: &App,
    connection: &Connection,
    now: Instant,
) -> Result<Option<SecretString>, OpenError> {
    let Some(sealed) = &connection.tokens.access else {
        return Ok(None);
    };
    if connection.tokens.access_expires_at <= now + MARGIN {
        return Ok(None);
    }
    let place = access_place(connection.id, connection.organization_id);
    app.0.vault.open(place, sealed).map(Some)
}

/// Seals the tokens of a grant for its row. Without a refresh token it is a service account's.
pub(crate) fn seal(
    app: &App,
    id: ConnectionId,
    organization: OrganizationId,
    tokens: &Tokens,
    refresh: Option<&SecretString>,
    now: Instant,
) -> (Sealed, Credential) {
    let (vault, chance) = (&app.0.vault, app.chance());
    let sealed = Sealed {
        access: Some(vault.seal(chance, access_place(id, organization), &tokens.access)),
        access_expires_at: now + tokens.expires_in,
    };
    let credential = refresh.map_or(Credential::ServiceAccount, |refresh| Credential::OAuth {
        refresh: Some(vault.seal(chance, refresh_place(id, organization), refresh)),
    });
    (sealed, credential)
}

/// Renews the access token of a connection under its lease: one call, and one unit to keep the answer.
/// Nobody else renews it meanwhile, in any process, and what is learnt after the lease was lost, by a
/// reconnect say, is not kept. The lease is given back, but for [`Renewal::Later`].
pub(crate) async fn renew(
    app: &App,
    connection: &Connection,
    lease: Lease,
) -> Result<Renewal, StoreError> {
    // Before the call, so that the token is thought to end early rather than late (scenario A4).
    let asked_at = app.now();
    match ask(app, connection, asked_at).await {
        // A grant may have been narrowed since the consent (§3.3).
        Ok(Fresh { tokens, .. }) if !tokens.scopes.is_empty() && !tokens.covers_events() => {
            mark_dead(app, lease, Cause::ScopeMissing).await
        }
        Ok(fresh) => keep(app, connection, lease, fresh, asked_at).await,
        Err(cause @ (Cause::NeedsReconnect | Cause::InvalidRapt)) => {
            mark_dead(app, lease, cause).await
        }
        Err(cause) => {
            note_cause(app, lease, cause).await?;
            Ok(Renewal::Later(cause))
        }
    }
}

/// An access token for one call on behalf of a connection that was disconnected, and whose credential has been
/// lent to it for that. Nothing is kept: a new refresh token, which Google seldom gives, least of all.
///
/// # Errors
/// Why there is none.
pub(crate) async fn draw(
    app: &App,
    connection: &Connection,
    now: Instant,
) -> Result<SecretString, Cause> {
    let fresh = ask(app, connection, now).await?;
    Ok(fresh.tokens.access)
}

/// New tokens, with the refresh token they came for.
struct Fresh {
    tokens: Tokens,
    refresh: Option<SecretString>,
}

/// Asks for a token in the way of the connection's credential.
async fn ask(app: &App, connection: &Connection, now: Instant) -> Result<Fresh, Cause> {
    let google = app.settings().google.as_ref();
    let google = google.map_err(|_| Cause::NotConfigured)?;
    let (transport, endpoints) = (&*app.0.transport, &google.endpoints);
    let told = |cause: Cause, error: &TokenError| {
        tracing::warn!(connection.id = %connection.id, cause = cause.as_str(), %error, "no token");
        cause
    };
    match &connection.credential {
        Credential::OAuth { refresh } => {
            let client = google.client().map_err(|_| Cause::NotConfigured)?;
            let place = refresh_place(connection.id, connection.organization_id);
            // Only of a disconnected one there is none.
            let refresh = refresh.as_deref().ok_or(Cause::NeedsReconnect)?;
            let refresh = app
                .0
                .vault
                .open(place, refresh)
                .map_err(|error| match error {
                    // Another process seals with a new master key, and this one has not been told of it yet.
                    // The grant is as good as ever.
                    OpenError::OtherKey => Cause::OtherMasterKey,
                    // A damaged secret cannot heal; the owner must grant anew.
                    OpenError::Damaged => Cause::NeedsReconnect,
                })?;
            let tokens = oauth::refresh(transport, endpoints, client, &refresh)
                .await
                .map_err(|error| told(cause::of_token(&error), &error))?;
            let refresh = Some(refresh);
            Ok(Fresh { tokens, refresh })
        }
        Credential::ServiceAccount => {
            let configured = google.service_account.as_ref();
            let account = configured
                .filter(|account| service_account_sub(account) == connection.account_sub)
                .ok_or(Cause::NotConfigured)?;
            let now_seconds = now.as_micros() / 1_000_000;
            let tokens = service_account::token(transport, endpoints, account, now_seconds)
                .await
                .map_err(|error| told(cause::of_assertion(&error), &error))?;
            let refresh = None;
            Ok(Fresh { tokens, refresh })
        }
        // There is nothing to renew: whoever asks has taken a public calendar for one to write to.
        Credential::ApiKey => Err(Cause::Refused),
    }
}

async fn keep(
    app: &App,
    connection: &Connection,
    lease: Lease,
    fresh: Fresh,
    asked_at: Instant,
) -> Result<Renewal, StoreError> {
    let (id, organization) = (connection.id, connection.organization_id);
    // Google seldom gives a new refresh token with a renewal; when it does, the old one may be dead.
    let refresh = match &fresh.tokens.refresh {
        Some(new) if fresh.refresh.is_some() => Some(new),
        _ => fresh.refresh.as_ref(),
    };
    let sealed = seal(app, id, organization, &fresh.tokens, refresh, asked_at);
    finish(app, "credentials.keep", lease, move |connection| {
        (connection.tokens, connection.credential) = sealed.clone();
        health::renewed(connection);
        connection.grant.used_at = asked_at;
        if connection.proof.stage == ProofStage::None {
            connection.run_at = asked_at + KEEP_ALIVE;
        }
    })
    .await?;
    Ok(Renewal::Done)
}

async fn mark_dead(app: &App, lease: Lease, cause: Cause) -> Result<Renewal, StoreError> {
    let now = app.now();
    finish(app, "credentials.mark_dead", lease, move |connection| {
        let grant = &mut connection.grant;
        let cause = if cause == Cause::NeedsReconnect {
            let (cause, short) =
                domain::connection::of_death(grant.at, grant.used_at, grant.short_before, now);
            grant.short_before = short;
            cause
        } else {
            cause
        };
        health::fail(connection, cause);
    })
    .await?;
    Ok(Renewal::Dead)
}

async fn note_cause(app: &App, lease: Lease, cause: Cause) -> Result<(), StoreError> {
    app.store()
        .unit(Lane::Background, "credentials.note_cause", move |tx| {
            if !leases::is_held(tx, lease)? {
                return Ok(());
            }
            change(tx, lease.connection, |connection| {
                health::note(connection, cause);
            })
        })
        .await
}

/// Changes the connection and gives the lease back; does nothing without the lease.
pub(crate) async fn finish(
    app: &App,
    name: &'static str,
    lease: Lease,
    mut how: impl FnMut(&mut Connection) + Send + 'static,
) -> Result<(), StoreError> {
    app.store()
        .unit(Lane::Background, name, move |tx| {
            if !leases::give_back(tx, lease)? {
                return Ok(());
            }
            change(tx, lease.connection, &mut how)
        })
        .await
}

pub(crate) fn change(
    tx: &mut dyn Tx,
    id: ConnectionId,
    how: impl FnOnce(&mut Connection),
) -> Result<(), StoreError> {
    if let Some(mut connection) = connections::by_id(tx, id)? {
        how(&mut connection);
        connections::update(tx, &connection)?;
    }
    Ok(())
}

pub(crate) fn access_place(id: ConnectionId, organization: OrganizationId) -> Place {
    Place {
        table: "connection",
        column: "access_token",
        row: id.0,
        organization: organization.0,
    }
}

pub(crate) fn refresh_place(id: ConnectionId, organization: OrganizationId) -> Place {
    Place {
        table: "connection",
        column: "refresh_token",
        row: id.0,
        organization: organization.0,
    }
}
