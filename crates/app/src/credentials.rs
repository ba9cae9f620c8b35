//! Access tokens: sealed, opened, renewed before they run out.

use domain::{ConnectionId, Instant, OrganizationId};
use google::TokenError;
use google::oauth::{self, Tokens};
use jiff::SignedDuration;
use secrecy::SecretString;
use store::tables::connections::{self, Connection, State, Tokens as Sealed};
use store::tables::leases::{self, Lease};
use store::{Lane, StoreError, Tx};

use crate::App;
use crate::connections::health;
use crate::secrets::{OpenError, Place};

/// A token this near its end is renewed first: a call must not outlive it.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// What became of a renewal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Renewal {
    /// There is a fresh token.
    Done,
    /// Not now; perhaps later. Why, as a stable code.
    Later(&'static str),
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

/// Seals the tokens of a grant for its row.
pub(crate) fn seal(
    app: &App,
    id: ConnectionId,
    organization: OrganizationId,
    tokens: &Tokens,
    refresh: &SecretString,
    now: Instant,
) -> Sealed {
    let (vault, chance) = (&app.0.vault, app.chance());
    Sealed {
        access: Some(vault.seal(chance, access_place(id, organization), &tokens.access)),
        access_expires_at: now + tokens.expires_in,
        refresh: vault.seal(chance, refresh_place(id, organization), refresh),
    }
}

/// Renews the access token of a connection under its lease: one call, and one unit to keep the answer.
/// Nobody else renews it meanwhile, in any process, and what is learnt after the lease was lost, by a
/// reconnect say, is not kept. The lease is given back, but for [`Renewal::Later`].
pub(crate) async fn renew(
    app: &App,
    connection: &Connection,
    lease: Lease,
) -> Result<Renewal, StoreError> {
    let Ok(google) = &app.settings().google else {
        return Ok(Renewal::Later("not_configured"));
    };
    let place = refresh_place(connection.id, connection.organization_id);
    let Ok(refresh) = app.0.vault.open(place, &connection.tokens.refresh) else {
        // A damaged secret cannot heal; the owner must grant anew.
        return mark_dead(app, lease, "needs_reconnect").await;
    };
    // Before the call, so that the token is thought to end early rather than late (scenario A4).
    let asked_at = app.now();
    let answer = oauth::refresh(
        &*app.0.transport,
        &google.endpoints,
        &google.client,
        &refresh,
    )
    .await;
    match answer {
        Ok(tokens) => keep(app, connection, lease, (tokens, refresh), asked_at).await,
        Err(TokenError::InvalidGrant(reason)) => {
            tracing::warn!(connection.id = %connection.id, reason, "the grant is dead");
            mark_dead(app, lease, "needs_reconnect").await
        }
        Err(TokenError::Misconfigured { code, description }) => {
            tracing::error!(code, description, "Google refuses this installation");
            note_cause(app, lease, "misconfigured").await?;
            Ok(Renewal::Later("misconfigured"))
        }
        Err(TokenError::Retry(reason)) => {
            tracing::info!(connection.id = %connection.id, reason, "the token could not be renewed");
            Ok(Renewal::Later("unreachable"))
        }
        Err(TokenError::Bug(reason)) => {
            tracing::error!(connection.id = %connection.id, reason, "unexpected token answer");
            Ok(Renewal::Later("unexpected_answer"))
        }
    }
}

async fn keep(
    app: &App,
    connection: &Connection,
    lease: Lease,
    (tokens, refresh): (Tokens, SecretString),
    asked_at: Instant,
) -> Result<Renewal, StoreError> {
    let (id, organization) = (connection.id, connection.organization_id);
    // Google seldom gives a new refresh token with a renewal; when it does, the old one may be dead.
    let refresh = tokens.refresh.clone().unwrap_or(refresh);
    let sealed = seal(app, id, organization, &tokens, &refresh, asked_at);
    finish(app, "credentials.keep", lease, move |connection| {
        connection.tokens = sealed.clone();
        health::renewed(connection);
    })
    .await?;
    Ok(Renewal::Done)
}

async fn mark_dead(app: &App, lease: Lease, cause: &'static str) -> Result<Renewal, StoreError> {
    finish(app, "credentials.mark_dead", lease, move |connection| {
        fail(connection, cause);
    })
    .await?;
    Ok(Renewal::Dead)
}

async fn note_cause(app: &App, lease: Lease, cause: &'static str) -> Result<(), StoreError> {
    app.store()
        .unit(Lane::Background, "credentials.note_cause", move |tx| {
            if !leases::is_held(tx, lease)? {
                return Ok(());
            }
            change(tx, lease.connection, |connection| {
                connection.cause = Some(cause.to_owned());
            })
        })
        .await
}

/// Puts `connection` in error: nothing is asked of Google for it until its owner reconnects.
pub(crate) fn fail(connection: &mut Connection, cause: &str) {
    connection.state = State::Error;
    connection.cause = Some(cause.to_owned());
    connection.tokens.access = None;
}

/// Changes the connection and gives the lease back; does nothing without the lease.
async fn finish(
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

fn change(
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

fn access_place(id: ConnectionId, organization: OrganizationId) -> Place {
    Place {
        table: "connection",
        column: "access_token",
        row: id.0,
        organization: organization.0,
    }
}

fn refresh_place(id: ConnectionId, organization: OrganizationId) -> Place {
    Place {
        table: "connection",
        column: "refresh_token",
        row: id.0,
        organization: organization.0,
    }
}
