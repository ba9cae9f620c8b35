//! Due work on a calendar: open a channel on its events, the first or the next (scenario E2).
//!
//! The new channel is live before the old one is wanted stopped. Its row is committed before the call, with an id
//! of its own for each try: an answer that is lost leaves a row by which a push names Google's half of what it
//! takes to stop the channel (§16). What changed before a channel was open nobody tells of, so each new one
//! makes one pull due.

use domain::{CalendarId, Instant};
use google::events::CalendarAt;
use google::push::{self, WatchError, Wish};
use google::{CallError, push::Channel as Opened};
use secrecy::SecretString;
use store::tables::calendars::{self, Calendar};
use store::tables::channels::{self, Channel, Opening, State};
use store::tables::connections::{self, Connection, Credential, State as ConnectionState};
use store::tables::leases::{self, Lease};
use store::{Lane, StoreError, Topic, Tx};
use url::Url;

use super::renewal::{Spread, TTL};
use super::state::Problem;
use super::warn;
use crate::connections::health;
use crate::credentials::{self, Renewal};
use crate::due::LEASE;
use crate::retry::Jitter;
use crate::{App, quota, secrets};

/// One try to open a channel, if one is due, or the renewal of the access token it needs first.
///
/// # Errors
/// [`StoreError`]: what Google answered was not kept; the row of the channel is there.
pub(crate) async fn step(app: &App, id: CalendarId) -> Result<(), StoreError> {
    let Some(address) = super::address(app) else {
        return Ok(());
    };
    let now = app.now();
    match begin(app, id, address, now).await? {
        Begun::Nothing => Ok(()),
        Begun::Renew(connection, lease) => renew(app, id, &connection, lease).await,
        Begun::Ask(asked) => {
            let answer = ask(app, &asked, address).await;
            record(app, *asked, answer).await
        }
    }
}

enum Begun {
    Nothing,
    Renew(Box<Connection>, Lease),
    Ask(Box<Asked>),
}

/// A channel that is about to be asked for.
struct Asked {
    channel: Channel,
    /// Known to us until the call is over, and to Google afterwards.
    token: SecretString,
    calendar: Calendar,
    access: SecretString,
    lease: Lease,
    /// Tries before this one that failed.
    failures: i64,
}

/// Takes the lease, if a channel is due and nobody works on the connection, and writes down which one is about
/// to be asked for. Whoever dies from here on has tried.
async fn begin(
    app: &App,
    id: CalendarId,
    address: &Url,
    now: Instant,
) -> Result<Begun, StoreError> {
    let (inner, spread) = (app.clone(), Spread::draw(app.chance()));
    let token = secrets::token(app.chance(), "channel_token");
    let row = Channel {
        id: app.chance().uuid(now).to_string(),
        calendar_id: id,
        token_hash: secrets::hash(&token).to_vec(),
        resource_id: None,
        address: address.to_string(),
        state: State::Pending,
        // The answer may be that much later, and Google counts from then.
        expires_at: now + TTL + LEASE,
        run_at: now,
        failures: 0,
        created_at: now,
    };
    app.store()
        .unit(Lane::Background, "push.begin", move |tx| {
            let Some(due) = calendars::by_id(tx, id)? else {
                return Ok(Begun::Nothing);
            };
            let Some(lease) = leases::take(tx, due.connection_id, now, now + LEASE)? else {
                return Ok(Begun::Nothing);
            };
            let mut opening = channels::opening(tx, id)?;
            let connection = connections::by_id(tx, due.connection_id)?.filter(can_watch);
            let is_due = opening.at.is_some_and(|at| at <= now);
            let (Some(calendar), Some(connection), true) =
                (calendars::by_id(tx, id)?, connection, is_due)
            else {
                leases::give_back(tx, lease)?;
                return Ok(Begun::Nothing);
            };
            let access = credentials::current(&inner, &connection, now).unwrap_or_default();
            let Some(access) = access else {
                return Ok(Begun::Renew(Box::new(connection), lease));
            };
            if let Some(at) = quota::spend(tx, &inner, &connection.account_sub, 1, now)? {
                leases::rest(tx, lease, at)?;
                return Ok(Begun::Nothing);
            }
            channels::end_unanswered(tx, id, now)?;
            channels::insert(tx, &row)?;
            let failures = opening.failures;
            opening.at = Some(spread.retry(now));
            opening.failures += 1;
            channels::set_opening(tx, id, &opening)?;
            Ok(Begun::Ask(Box::new(Asked {
                channel: row.clone(),
                token: SecretString::from(token.clone()),
                calendar,
                access,
                lease,
                failures,
            })))
        })
        .await
}

fn can_watch(connection: &Connection) -> bool {
    // A key reads public calendars, and they have no push (§17).
    connection.state == ConnectionState::Connected && connection.credential != Credential::ApiKey
}

/// Renews the token that the call needs; the channel is still due.
async fn renew(
    app: &App,
    id: CalendarId,
    connection: &Connection,
    lease: Lease,
) -> Result<(), StoreError> {
    if let Renewal::Done | Renewal::Dead = credentials::renew(app, connection, lease).await? {
        return Ok(());
    }
    let (now, jitter) = (app.now(), Jitter::draw(app.chance()));
    app.store()
        .unit(Lane::Background, "push.put_off", move |tx| {
            if !leases::give_back(tx, lease)? {
                return Ok(());
            }
            let mut opening = channels::opening(tx, id)?;
            opening.failures += 1;
            opening.at = Some(jitter.next(now, opening.failures, None));
            opening.problem = Some(Problem::Unreachable.as_str().to_owned());
            channels::set_opening(tx, id, &opening)
        })
        .await
}

async fn ask(app: &App, asked: &Asked, address: &Url) -> Result<Opened, WatchError> {
    let not_configured = || CallError::Bug("Google is not configured".to_owned());
    let google = app.settings().google.as_ref();
    let google = google.map_err(|_| WatchError::Call(not_configured()))?;
    let at = CalendarAt {
        endpoints: &google.endpoints,
        access_token: &asked.access,
        calendar: &asked.calendar.google_id,
    };
    let wish = Wish {
        id: &asked.channel.id,
        token: &asked.token,
        address,
        ttl: TTL,
    };
    push::watch(&*app.0.transport, at, wish).await
}

/// Keeps what Google answered.
async fn record(
    app: &App,
    asked: Asked,
    answer: Result<Opened, WatchError>,
) -> Result<(), StoreError> {
    let (spread, jitter) = (Spread::draw(app.chance()), Jitter::draw(app.chance()));
    let (inner, now) = (app.clone(), app.now());
    match &answer {
        Ok(opened) => tracing::info!(
            channel.id = asked.channel.id, calendar.id = %asked.calendar.id,
            channel.expires = ?opened.expires, "a channel is open"
        ),
        Err(error) => tracing::warn!(
            channel.id = asked.channel.id, calendar.id = %asked.calendar.id, %error,
            "no channel was opened; the calendar is polled"
        ),
    }
    app.store()
        .unit(Lane::Background, "push.record", move |tx| {
            let is_held = leases::give_back(tx, asked.lease)?;
            let Some(channel) = channels::lock(tx, &asked.channel.id)? else {
                return Ok(());
            };
            match &answer {
                Ok(opened) => {
                    keep(tx, &asked, channel, (opened, is_held), spread, now)?;
                    if is_held {
                        heed(tx, &inner, &asked, Ok(()))?;
                    }
                    Ok(())
                }
                Err(error) => {
                    let refusal = Refusal::of(error, asked.failures + 1, (spread, jitter), now);
                    let_go(tx, channel, refusal.may_be_open, now)?;
                    if !is_held {
                        return Ok(());
                    }
                    note(tx, &asked, error, &refusal, now)?;
                    match error {
                        WatchError::Call(error) => {
                            let at = refusal.at.unwrap_or(now);
                            heed(tx, &inner, &asked, Err((error, at)))
                        }
                        _ => Ok(()),
                    }
                }
            }
        })
        .await
}

fn heed(
    tx: &mut dyn Tx,
    app: &App,
    asked: &Asked,
    pace: Result<(), (&CallError, Instant)>,
) -> Result<(), StoreError> {
    match connections::by_id(tx, asked.lease.connection)? {
        Some(connection) => quota::heed(tx, app, &connection.account_sub, asked.lease, pace),
        None => Ok(()),
    }
}

/// Google has opened it: the others are not needed any more. If somebody has decided otherwise meanwhile, by a
/// disconnect say, it is stopped.
fn keep(
    tx: &mut dyn Tx,
    asked: &Asked,
    mut channel: Channel,
    (opened, is_held): (&Opened, bool),
    spread: Spread,
    now: Instant,
) -> Result<(), StoreError> {
    let asked_at = channel.created_at;
    channel.resource_id = Some(opened.resource_id.clone());
    // Where Google does not say, it is what we asked for at most.
    channel.expires_at = opened.expires.unwrap_or(asked_at + TTL);
    tx.wake(Topic::DueWork);
    if !is_held || channel.state != State::Pending {
        channel.state = State::Stopping;
        channel.run_at = now;
        return channels::update(tx, &channel);
    }
    channel.state = State::Live;
    channels::update(tx, &channel)?;
    channels::end_others(tx, channel.calendar_id, &channel.id, now)?;
    let opening = Opening {
        at: Some(spread.renewal(asked_at, channel.expires_at)),
        failures: 0,
        problem: None,
    };
    channels::set_opening(tx, asked.calendar.id, &opening)?;
    warn::over(tx, asked.calendar.id)?;
    calendars::mark_dirty(tx, asked.calendar.id).map(drop)
}

/// What becomes of a channel that was not opened: one of which Google may think otherwise stays, so that a push
/// on it says how to stop it.
fn let_go(
    tx: &mut dyn Tx,
    mut channel: Channel,
    may_be_open: bool,
    now: Instant,
) -> Result<(), StoreError> {
    if !may_be_open && channel.resource_id.is_none() {
        return channels::delete(tx, &channel.id);
    }
    if channel.state == State::Pending {
        channel.state = State::Stopping;
        channel.run_at = now;
        channels::update(tx, &channel)?;
        tx.wake(Topic::DueWork);
    }
    Ok(())
}

/// What follows from a channel that was not opened.
struct Refusal {
    /// Whether Google may have opened it all the same.
    may_be_open: bool,
    /// When to try again; `None` for never.
    at: Option<Instant>,
    problem: Problem,
}

impl Refusal {
    /// What `error`, the `failures`-th in a row, says. §12.1.
    fn of(
        error: &WatchError,
        failures: i64,
        (spread, jitter): (Spread, Jitter),
        now: Instant,
    ) -> Self {
        let (may_be_open, at, problem) = match error {
            WatchError::NotSupported => (false, None, Problem::NotSupported),
            WatchError::AddressUnauthorized => {
                (false, Some(spread.rare(now)), Problem::AddressUnauthorized)
            }
            WatchError::AddressNotHttps => {
                (false, Some(spread.rare(now)), Problem::AddressNotHttps)
            }
            // Drawn anew for each try: somebody took it between us and Google, and it may be open.
            WatchError::IdUsed => (true, Some(spread.retry(now)), Problem::Refused),
            WatchError::Call(error) => match error {
                CallError::TokenRefused => (
                    false,
                    Some(jitter.next(now, failures, None)),
                    Problem::Unreachable,
                ),
                CallError::Retry {
                    may_have_landed: false,
                    after,
                    ..
                } => (
                    false,
                    Some(jitter.next(now, failures, *after)),
                    Problem::Unreachable,
                ),
                // Each may be a channel that nobody knows how to stop: seldom.
                CallError::Retry { .. } => (true, Some(spread.retry(now)), Problem::Unreachable),
                CallError::Bug(_) => (true, Some(spread.rare(now)), Problem::Refused),
                CallError::NotFound | CallError::Gone(_) => {
                    (false, Some(spread.rare(now)), Problem::CalendarNotFound)
                }
                CallError::ScopeMissing(_)
                | CallError::Duplicate
                | CallError::Stale
                | CallError::Refused { .. } => (false, Some(spread.rare(now)), Problem::Refused),
            },
        };
        Self {
            may_be_open,
            at,
            problem,
        }
    }
}

/// Notes why there is no channel, and when to try again. What a look at the calendar would say of the
/// connection is left to the looks, but for a token that is no longer good.
fn note(
    tx: &mut dyn Tx,
    asked: &Asked,
    error: &WatchError,
    refusal: &Refusal,
    now: Instant,
) -> Result<(), StoreError> {
    let opening = Opening {
        at: refusal.at,
        failures: asked.failures + 1,
        problem: Some(refusal.problem.as_str().to_owned()),
    };
    channels::set_opening(tx, asked.calendar.id, &opening)?;
    match error {
        WatchError::NotSupported => warn::over(tx, asked.calendar.id),
        WatchError::Call(error @ CallError::TokenRefused) => {
            credentials::change(tx, asked.lease.connection, |connection| {
                health::looked(connection, Some(error));
            })
        }
        // There is nothing left to be told of.
        WatchError::Call(CallError::NotFound | CallError::Gone(_)) => {
            channels::end_others(tx, asked.calendar.id, "", now).map(drop)
        }
        _ => warn::failed(tx, &asked.calendar, refusal.problem, now),
    }
}
