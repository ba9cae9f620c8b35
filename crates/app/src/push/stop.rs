//! Due work on a channel: stop it, so that Google does not push for nothing until it ends (§12.4, row V4).
//!
//! Only who opened a channel can stop it. After a disconnect its tokens are gone from the connection, but its
//! sealed refresh token waits beside it to be given back, and that waits for the stops: a token is drawn for one
//! stop and not kept.

use domain::Instant;
use google::{CallError, push};
use secrecy::SecretString;
use store::tables::channels::{self, Channel, State, Stop};
use store::tables::connections::{self, Connection, Credential, State as ConnectionState};
use store::tables::leases::{self, Lease};
use store::tables::revocations;
use store::{Lane, StoreError, Tx};

use crate::connections::{Cause, health};
use crate::credentials::{self, Renewal};
use crate::due::LEASE;
use crate::retry::Jitter;
use crate::{App, quota};

/// One try to stop a channel, if it is due, or the renewal of the access token it needs first.
///
/// # Errors
/// [`StoreError`]: what Google answered was not kept; it is still due.
pub(crate) async fn step(app: &App, stop: Stop) -> Result<(), StoreError> {
    let now = app.now();
    match begin(app, stop, now).await? {
        Begun::Nothing => Ok(()),
        Begun::Renew(connection, channel, lease) => {
            match credentials::renew(app, &connection, lease).await? {
                Renewal::Done | Renewal::Dead => Ok(()),
                Renewal::Later(_) => record(app, *channel, lease, Answer::Later, None).await,
            }
        }
        Begun::Draw(connection, channel, lease) => {
            match credentials::draw(app, &connection, now).await {
                Ok(token) => ask(app, *channel, lease, &token).await,
                Err(Cause::NeedsReconnect | Cause::InvalidRapt) => {
                    record(app, *channel, lease, Answer::Dead, None).await
                }
                Err(_) => record(app, *channel, lease, Answer::Later, None).await,
            }
        }
        Begun::Ask(token, channel, lease) => ask(app, *channel, lease, &token).await,
    }
}

enum Begun {
    Nothing,
    /// The connection's own token must be renewed first.
    Renew(Box<Connection>, Box<Channel>, Lease),
    /// Of a disconnected connection: a token for this one call.
    Draw(Box<Connection>, Box<Channel>, Lease),
    Ask(SecretString, Box<Channel>, Lease),
}

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// It is stopped, or never will be by us.
    Over,
    /// Not now.
    Later,
    /// The token was refused.
    TokenRefused,
    /// Nothing lets us in any more: no channel of the connection can be stopped.
    Dead,
}

async fn begin(app: &App, stop: Stop, now: Instant) -> Result<Begun, StoreError> {
    let inner = app.clone();
    app.store()
        .unit(Lane::Background, "push.begin_stop", move |tx| {
            let Some(lease) = leases::take(tx, stop.connection, now, now + LEASE)? else {
                return Ok(Begun::Nothing);
            };
            let connection = connections::by_id(tx, stop.connection)?;
            let due = channels::lock(tx, &stop.channel)?.filter(|channel| is_due(channel, now));
            let (Some(mut connection), Some(mut channel)) = (connection, due) else {
                leases::give_back(tx, lease)?;
                return Ok(Begun::Nothing);
            };
            if channel.expires_at <= now {
                channel.state = State::Stopped;
                channels::update(tx, &channel)?;
                leases::give_back(tx, lease)?;
                return Ok(Begun::Nothing);
            }
            if let Some(at) = quota::spend(tx, &inner, &connection.account_sub, 1, now)? {
                leases::rest(tx, lease, at)?;
                return Ok(Begun::Nothing);
            }
            let channel = Box::new(channel);
            match connection.state {
                ConnectionState::Connected => {
                    let token = credentials::current(&inner, &connection, now).unwrap_or_default();
                    Ok(match token {
                        Some(token) => Begun::Ask(token, channel, lease),
                        None => Begun::Renew(Box::new(connection), channel, lease),
                    })
                }
                ConnectionState::Inactive => {
                    if let Credential::OAuth { refresh } = &mut connection.credential {
                        let waiting = revocations::of_connection(tx, stop.connection)?;
                        *refresh = waiting.map(|revocation| revocation.refresh);
                    }
                    Ok(Begun::Draw(Box::new(connection), channel, lease))
                }
                // Its owner has to let us in first.
                ConnectionState::Error => {
                    leases::give_back(tx, lease)?;
                    Ok(Begun::Nothing)
                }
            }
        })
        .await
}

fn is_due(channel: &Channel, now: Instant) -> bool {
    channel.state == State::Stopping && channel.resource_id.is_some() && channel.run_at <= now
}

async fn ask(
    app: &App,
    channel: Channel,
    lease: Lease,
    token: &SecretString,
) -> Result<(), StoreError> {
    let (Ok(google), Some(resource)) = (&app.settings().google, &channel.resource_id) else {
        return record(app, channel, lease, Answer::Later, None).await;
    };
    let transport = &*app.0.transport;
    let stopped = push::stop(transport, &google.endpoints, token, &channel.id, resource).await;
    let answer = match &stopped {
        Ok(()) => Answer::Over,
        Err(CallError::Retry { .. }) => Answer::Later,
        Err(CallError::TokenRefused) => Answer::TokenRefused,
        // It ends by itself.
        Err(error) => {
            tracing::warn!(channel.id = channel.id, %error, "a channel cannot be stopped");
            Answer::Over
        }
    };
    record(app, channel, lease, answer, stopped.err()).await
}

async fn record(
    app: &App,
    channel: Channel,
    lease: Lease,
    answer: Answer,
    error: Option<CallError>,
) -> Result<(), StoreError> {
    let (inner, now, jitter) = (app.clone(), app.now(), Jitter::draw(app.chance()));
    tracing::info!(channel.id = channel.id, answer = ?answer, "a channel is being stopped");
    app.store()
        .unit(Lane::Background, "push.record_stop", move |tx| {
            let is_held = leases::give_back(tx, lease)?;
            let (Some(connection), Some(mut channel)) = (
                connections::by_id(tx, lease.connection)?,
                channels::lock(tx, &channel.id)?,
            ) else {
                return Ok(());
            };
            if answer == Answer::Over {
                // True whoever has the lease.
                channel.state = State::Stopped;
                channels::update(tx, &channel)?;
            }
            if !is_held {
                return Ok(());
            }
            put_off(tx, &connection, &mut channel, answer, (jitter, &error), now)?;
            let pace = match &error {
                Some(error) => Err((error, channel.run_at)),
                None => Ok(()),
            };
            quota::heed(tx, &inner, &connection.account_sub, lease, pace)
        })
        .await
}

fn put_off(
    tx: &mut dyn Tx,
    connection: &Connection,
    channel: &mut Channel,
    answer: Answer,
    (jitter, error): (Jitter, &Option<CallError>),
    now: Instant,
) -> Result<(), StoreError> {
    let is_left = connection.state == ConnectionState::Inactive;
    match answer {
        Answer::Over => return Ok(()),
        // A fresh one, drawn for this: no other will do better.
        Answer::Dead | Answer::TokenRefused if is_left => {
            return channels::give_up(tx, connection.id).map(drop);
        }
        Answer::TokenRefused => credentials::change(tx, connection.id, |connection| {
            health::looked(connection, error.as_ref());
        })?,
        Answer::Later | Answer::Dead => {}
    }
    let after = match error {
        Some(CallError::Retry { after, .. }) => *after,
        _ => None,
    };
    channel.failures += 1;
    channel.run_at = jitter.next(now, channel.failures, after);
    channels::update(tx, channel)
}
