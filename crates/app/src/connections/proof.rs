//! Proving a connection: a test event is written and removed, and what was seen is kept (row R6).
//!
//! Its id is chosen and stored before it is written. Until Google has said what became of it, it is written
//! again under the same id, so that however often an answer is lost or the process dies there is one at
//! most; then it is removed, until Google says that it is gone.

use domain::{ConnectionId, Instant, Interval, OrganizationId};
use google::CallError;
use google::events::{self, CalendarAt};
use jiff::SignedDuration;
use secrecy::SecretString;
use store::tables::calendars;
use store::tables::connections::{self, Connection, Credential, ProofStage, State};
use store::tables::leases::{self, Lease};
use store::{Lane, StoreError, Topic, Tx};

use super::{Cause, cause, health};
use crate::credentials::KEEP_ALIVE;
use crate::retry::Jitter;
use crate::{App, quota};

/// The test event lies this far ahead, where it is in nobody's way.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// How long it is.
const LENGTH: SignedDuration = SignedDuration::from_mins(15);
/// Once refused, writing is tried again after this: whoever mends it sees that it is mended.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);
/// "Not found" for an event just written may mean "not yet" (§13): so often it is looked again.
const LAG_LOOKS_MAX: i64 = 3;

/// Proves the organization's connections anew: somebody has mended something, or wants to know.
///
/// # Errors
/// [`StoreError`].
pub async fn prove_again(app: &App, organization: OrganizationId) -> Result<(), StoreError> {
    let now = app.now();
    app.store()
        .unit(Lane::Interactive, "connections.prove_again", move |tx| {
            for connection in connections::list(tx, organization)? {
                want(tx, connection.id, now)?;
            }
            Ok(())
        })
        .await
}

/// Proves one connection anew; `false` when the organization has none of this id. One that was disconnected
/// or can only be read is left as it is.
///
/// # Errors
/// [`StoreError`].
pub async fn prove_one_again(
    app: &App,
    organization: OrganizationId,
    id: ConnectionId,
) -> Result<bool, StoreError> {
    let now = app.now();
    app.store()
        .unit(
            Lane::Interactive,
            "connections.prove_one_again",
            move |tx| {
                let found = connections::by_id(tx, id)?;
                if found.is_none_or(|connection| connection.organization_id != organization) {
                    return Ok(false);
                }
                want(tx, id, now)?;
                Ok(true)
            },
        )
        .await
}

fn want(tx: &mut dyn Tx, id: ConnectionId, now: Instant) -> Result<(), StoreError> {
    let can_be = |connection: &Connection| {
        connection.credential != Credential::ApiKey && connection.state != State::Inactive
    };
    if !connections::by_id(tx, id)?.is_some_and(|connection| can_be(&connection)) {
        return Ok(());
    }
    // Locked before it is read again: what is under way was begun before this, and would undo it.
    leases::revoke(tx, id)?;
    let Some(mut connection) = connections::by_id(tx, id)?.filter(can_be) else {
        return Ok(());
    };
    if connection.proof.stage == ProofStage::None {
        connection.proof.stage = ProofStage::Wanted;
    }
    connection.proof.problem = None;
    connection.run_at = now;
    connection.failures = 0;
    connections::update(tx, &connection)?;
    tx.wake(Topic::DueWork);
    Ok(())
}

/// The next call of a proof.
pub(super) async fn step(
    app: &App,
    connection: Connection,
    lease: Lease,
    token: SecretString,
) -> Result<(), StoreError> {
    let now = app.now();
    let answer = call(app, &connection, &token, now).await?;
    let jitter = Jitter::draw(app.chance());
    if let Err(error) = &answer {
        tracing::info!(connection.id = %connection.id, %error, "the test event");
    }
    let inner = app.clone();
    app.store()
        .unit(Lane::Background, "connections.prove", move |tx| {
            if !leases::give_back(tx, lease)? {
                return Ok(());
            }
            let Some(mut connection) = connections::by_id(tx, lease.connection)? else {
                return Ok(());
            };
            learn(&mut connection, &answer, jitter, now);
            connections::update(tx, &connection)?;
            let pace = match &answer {
                Ok(()) => Ok(()),
                Err(error) => Err((error, connection.run_at)),
            };
            quota::heed(tx, &inner, &connection.account_sub, lease, pace)
        })
        .await
}

async fn call(
    app: &App,
    connection: &Connection,
    token: &SecretString,
    now: Instant,
) -> Result<Result<(), CallError>, StoreError> {
    let id = connection.id;
    let calendars = app
        .store()
        .unit(Lane::Read, "connections.receiving", move |tx| {
            calendars::of_connection(tx, id)
        })
        .await?;
    let receiving = calendars
        .into_iter()
        .find(|calendar| calendar.mode.is_written());
    let (Some(calendar), Some(event), Ok(google)) =
        (receiving, &connection.proof.event, &app.settings().google)
    else {
        return Ok(Err(CallError::NotFound));
    };
    let transport = &*app.0.transport;
    let at = CalendarAt {
        endpoints: &google.endpoints,
        access_token: token,
        calendar: &calendar.google_id,
    };
    Ok(if connection.proof.stage == ProofStage::Written {
        events::delete(transport, at, event).await
    } else {
        let start = now + AHEAD;
        let end = start + LENGTH;
        events::insert_test(transport, at, event, Interval { start, end }).await
    })
}

/// What the answer says about the test event and the connection.
fn learn(
    connection: &mut Connection,
    answer: &Result<(), CallError>,
    jitter: Jitter,
    now: Instant,
) {
    let was_written = connection.proof.stage == ProofStage::Written;
    match answer {
        Err(CallError::NotFound) if was_written && connection.failures < LAG_LOOKS_MAX => {
            put_off(connection, None, jitter, now);
        }
        Ok(()) | Err(CallError::NotFound | CallError::Gone(_)) if was_written => {
            removed(connection, now);
        }
        Ok(()) | Err(CallError::Duplicate) => {
            connection.proof.stage = ProofStage::Written;
            health::wrote(connection);
            connection.failures = 0;
            connection.run_at = now;
        }
        Err(CallError::TokenRefused) => {
            connection.tokens.access = None;
            put_off(connection, None, jitter, now);
        }
        Err(CallError::ScopeMissing(_)) => {
            connection.proof.problem = Some(Cause::ScopeMissing);
            health::fail(connection, Cause::ScopeMissing);
        }
        Err(error @ CallError::Retry { after, .. }) => {
            connection.proof.problem = Some(cause::of_call(error));
            put_off(connection, *after, jitter, now);
        }
        Err(error) => {
            let cause = cause::of_call(error);
            connection.proof.problem = Some(cause);
            if cause.is_of_calendar() {
                // No booking can be written either.
                health::note(connection, cause);
            }
            // What an earlier attempt may have written stays known; else the next one begins afresh.
            if !was_written && connection.failures == 0 {
                connection.proof.event = None;
                connection.proof.stage = ProofStage::Wanted;
            }
            connection.run_at = now + AGAIN;
        }
    }
}

fn put_off(
    connection: &mut Connection,
    after: Option<SignedDuration>,
    jitter: Jitter,
    now: Instant,
) {
    connection.failures += 1;
    connection.run_at = jitter.next(now, connection.failures, after);
}

/// Written and removed: that is the proof.
fn removed(connection: &mut Connection, now: Instant) {
    connection.proof = connections::Proof {
        stage: ProofStage::None,
        event: None,
        problem: None,
        proven_at: Some(now),
    };
    connection.failures = 0;
    connection.run_at = now + KEEP_ALIVE;
}
