//! Due work after a disconnect: the grant is given back to Google, if nobody lives from it.
//!
//! To Google, all that an account has granted to our project is one: who gives back one token ends every
//! connection of that account, in whichever organization (`google-calendar.md` §3.6). So it is decided when
//! the request is about to be sent, under the connection's lease: the account may be connected again by then.
//! A consent that is under way may be for the same account, which Google tells only at its end. Therefore
//! nothing is given back while any consent is open, and no consent of the organization begins while a request
//! of ours may still arrive. A consent of another organization to the same account within those seconds is not
//! held up: should it lose its grant, its connection says so at once.

use domain::{ConnectionId, Instant, fault};
use google::{TokenError, oauth};
use jiff::SignedDuration;
use secrecy::SecretString;
use store::tables::connections::{self, Connection, State};
use store::tables::leases::{self, Lease};
use store::tables::revocations::{self, Revocation};
use store::tables::{channels, oauth_attempts};
use store::{Lane, StoreError, Tx};

use crate::App;
use crate::credentials::refresh_place;
use crate::due::LEASE;
use crate::retry::Jitter;
use crate::secrets::OpenError;

/// A grant that Google has not taken back by then is left to itself: nobody has its tokens any more, and one
/// that is not used ends after six months (§3.5).
const TRIED_FOR: SignedDuration = SignedDuration::from_hours(24);

/// So long it waits for the account's channels to be stopped, which takes the grant (§12.4). A Google that does not
/// answer keeps it waiting for no longer.
const STOPS_FIRST: SignedDuration = SignedDuration::from_hours(1);
/// Between two looks at whether they are.
const PAUSE: SignedDuration = SignedDuration::from_secs(1);

/// A consent that came back, maybe at its very end, is stored within this or not at all.
pub(super) const STORED_WITHIN: SignedDuration = LEASE;
/// So long after a consent was used up or ran out nothing is given back: twice as long as it takes.
pub(super) const CONSENT_SLACK: SignedDuration = SignedDuration::from_secs(LEASE.as_secs() * 2);

/// What becomes of a grant when its connection is disconnected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantFate {
    /// It is given back to Google, as soon as Google can be reached.
    Revoked,
    /// Another connection lives from it: it stays.
    Shared,
    /// There is none to be given back: service accounts and API keys have none, and what was given back, or
    /// could not be within a day, is forgotten.
    None,
}

impl GrantFate {
    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Shared => "shared",
            Self::None => "none",
        }
    }
}

/// What becomes of the grant of `connection`, as things are now.
pub(super) fn fate(tx: &mut dyn Tx, connection: &Connection) -> Result<GrantFate, StoreError> {
    let has_grant = match &connection.credential {
        connections::Credential::OAuth { refresh } => {
            refresh.is_some() || revocations::of_connection(tx, connection.id)?.is_some()
        }
        connections::Credential::ServiceAccount | connections::Credential::ApiKey => false,
    };
    Ok(if !has_grant {
        GrantFate::None
    } else if connections::is_grant_shared(tx, connection.id, &connection.account_sub)? {
        GrantFate::Shared
    } else {
        GrantFate::Revoked
    })
}

/// Wants the grant of this sealed refresh token given back, as the last thing that is done with it.
pub(super) fn want(
    tx: &mut dyn Tx,
    connection: ConnectionId,
    refresh: Vec<u8>,
    now: Instant,
) -> Result<(), StoreError> {
    let revocation = Revocation {
        connection,
        refresh,
        run_at: now,
        failures: 0,
        asked_until: now,
        expires_at: now + TRIED_FOR,
    };
    revocations::insert(tx, &revocation)
}

/// One try to give a grant back, if it is due and may be.
///
/// # Errors
/// [`StoreError`]: nothing was kept, and it is still due.
pub(crate) async fn step(app: &App, id: ConnectionId) -> Result<(), StoreError> {
    let now = app.now();
    let Some(tried) = begin(app, id, now).await? else {
        return Ok(());
    };
    let place = refresh_place(id, tried.connection.organization_id);
    let answer = match app.0.vault.open(place, &tried.revocation.refresh) {
        // Whoever stood still since must not send it: the account may be connected again.
        Ok(_) if app.now() >= tried.until => return Ok(()),
        Ok(token) => ask(app, &token).await,
        Err(OpenError::OtherKey) => Answer::Later,
        Err(OpenError::Damaged) => Answer::Over,
    };
    record(app, tried, answer, now).await
}

/// A request that may be sent.
struct Try {
    lease: Lease,
    connection: Connection,
    /// Not after this.
    until: Instant,
    /// As it was before.
    revocation: Revocation,
}

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// There is nothing more to do.
    Over,
    /// Google did not do it; nothing is on its way.
    Later,
    /// Google has not said whether it did it.
    Unknown,
}

async fn ask(app: &App, token: &SecretString) -> Answer {
    let Ok(google) = &app.settings().google else {
        return Answer::Later;
    };
    match oauth::revoke(&*app.0.transport, &google.endpoints, token).await {
        Ok(()) => Answer::Over,
        Err(error) => {
            tracing::warn!(%error, "a grant was not given back");
            match error {
                TokenError::Retry(_) => Answer::Unknown,
                _ => Answer::Later,
            }
        }
    }
}

/// Takes the lease and decides: `None` when it is not due, somebody else is at it, it must wait, or it is not
/// wanted any more.
async fn begin(app: &App, id: ConnectionId, now: Instant) -> Result<Option<Try>, StoreError> {
    app.store()
        .unit(Lane::Background, "revocations.begin", move |tx| {
            let Some(lease) = leases::take(tx, id, now, now + LEASE)? else {
                return Ok(None);
            };
            let (connection, revocation) =
                (connections::by_id(tx, id)?, revocations::lock(tx, id)?);
            let due = revocation.filter(|revocation| revocation.run_at <= now);
            let (Some(connection), Some(mut revocation)) = (connection, due) else {
                leases::give_back(tx, lease)?;
                return Ok(None);
            };
            let is_left = connection.state == State::Inactive;
            if is_left && let Some(at) = stops_until(tx, &revocation, now)? {
                revocation.run_at = at;
                revocations::update(tx, &revocation)?;
                leases::give_back(tx, lease)?;
                return Ok(None);
            }
            let is_used = !fault!(16)
                && (connection.state != State::Inactive
                    || connections::is_grant_shared(tx, id, &connection.account_sub)?);
            let is_over = revocation.expires_at.max(revocation.asked_until) <= now;
            if is_used || is_over {
                if !is_used {
                    tracing::warn!(connection.id = %id, "a grant could not be given back to Google in time");
                }
                revocations::delete(tx, id)?;
                leases::give_back(tx, lease)?;
                return Ok(None);
            }
            if let Some(end) = oauth_attempts::last_end(tx, now - CONSENT_SLACK)? {
                revocation.run_at = end + CONSENT_SLACK;
                revocations::update(tx, &revocation)?;
                leases::give_back(tx, lease)?;
                return Ok(None);
            }
            let tried = Try {
                lease,
                connection,
                until: now + LEASE,
                revocation: revocation.clone(),
            };
            revocation.asked_until = tried.until;
            revocations::update(tx, &revocation)?;
            Ok(Some(tried))
        })
        .await
}

/// When to look again, while channels are to be stopped with this grant.
fn stops_until(
    tx: &mut dyn Tx,
    revocation: &Revocation,
    now: Instant,
) -> Result<Option<Instant>, StoreError> {
    let latest = revocation.expires_at - (TRIED_FOR - STOPS_FIRST);
    let stop = channels::stop_of_connection(tx, revocation.connection, now)?;
    Ok(stop
        .filter(|_| now < latest)
        // One that is due is tried first, by whoever looks next.
        .map(|at| at.max(now + PAUSE).min(latest)))
}

async fn record(app: &App, tried: Try, answer: Answer, now: Instant) -> Result<(), StoreError> {
    let jitter = Jitter::draw(app.chance());
    let (lease, mut revocation) = (tried.lease, tried.revocation);
    if answer == Answer::Unknown {
        revocation.asked_until = tried.until;
    }
    revocation.failures += 1;
    revocation.run_at = jitter.next(now, revocation.failures, None);
    app.store()
        .unit(Lane::Background, "revocations.record", move |tx| {
            if !leases::give_back(tx, lease)? {
                return Ok(());
            }
            match answer {
                Answer::Over => revocations::delete(tx, lease.connection),
                Answer::Later | Answer::Unknown => revocations::update(tx, &revocation),
            }
        })
        .await
}
