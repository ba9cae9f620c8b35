//! Due work on a connection itself: to prove it after it was connected, and to keep its grant alive.

use domain::{ConnectionId, Instant};
use google::event_id::event_id;
use secrecy::SecretString;
use store::tables::connections::{self, Connection, Credential, ProofStage, State};
use store::tables::leases::{self, Lease};
use store::{Lane, StoreError};

use super::proof;
use crate::credentials::{self, KEEP_ALIVE, Renewal};
use crate::due::LEASE;
use crate::retry::Jitter;
use crate::{App, quota};

/// What a step has to do outside.
enum Begun {
    /// Nothing: it was not due, somebody else has it, or it waits for its quota.
    Nothing,
    /// A token is needed, to prove it or to keep the grant alive.
    Renew(Box<Connection>, Lease),
    /// The next call of its proof, which is paid for.
    Prove(Box<Connection>, Lease, SecretString),
}

/// One call for a connection, if it is due: a renewal, or the next of its proof.
///
/// # Errors
/// [`StoreError`]: nothing was kept, and the connection is still due.
pub(crate) async fn step(app: &App, id: ConnectionId) -> Result<(), StoreError> {
    let now = app.now();
    match begin(app, id, now).await? {
        Begun::Nothing => Ok(()),
        Begun::Prove(connection, lease, token) => proof::step(app, *connection, lease, token).await,
        Begun::Renew(connection, lease) => {
            match credentials::renew(app, &connection, lease).await? {
                Renewal::Done | Renewal::Dead => Ok(()),
                Renewal::Later(_) => {
                    let jitter = Jitter::draw(app.chance());
                    credentials::finish(app, "connections.put_off", lease, move |connection| {
                        connection.failures += 1;
                        connection.run_at = jitter.next(now, connection.failures, None);
                    })
                    .await
                }
            }
        }
    }
}

/// Takes the lease, if the connection is due and nobody works on it, and writes down which test event is about
/// to be written: after a crash it is known what to remove.
async fn begin(app: &App, id: ConnectionId, now: Instant) -> Result<Begun, StoreError> {
    let draw: [u8; 16] = app.chance().bytes("proof_event");
    let inner = app.clone();
    app.store()
        .unit(Lane::Background, "connections.begin", move |tx| {
            let Some(lease) = leases::take(tx, id, now, now + LEASE)? else {
                return Ok(Begun::Nothing);
            };
            let due = connections::by_id(tx, id)?
                .filter(|connection| connection.state == State::Connected)
                .filter(|connection| connection.run_at <= now);
            let Some(mut connection) = due else {
                leases::give_back(tx, lease)?;
                return Ok(Begun::Nothing);
            };
            if connection.credential == Credential::ApiKey {
                // A key is good for as long as it is set; there is nothing to write with it.
                connection.proof = connections::Proof::default();
                connection.run_at = now + KEEP_ALIVE;
                connections::update(tx, &connection)?;
                leases::give_back(tx, lease)?;
                return Ok(Begun::Nothing);
            }
            // A token that does not open is as good as none.
            let token = credentials::current(&inner, &connection, now).unwrap_or_default();
            let Some(token) = token.filter(|_| connection.proof.stage != ProofStage::None) else {
                return Ok(Begun::Renew(Box::new(connection), lease));
            };
            // Writing and removing an event are one unit each, as for bookings.
            if let Some(at) = quota::spend(tx, &inner, &connection.account_sub, 1, now)? {
                leases::rest(tx, lease, at)?;
                return Ok(Begun::Nothing);
            }
            if connection.proof.stage == ProofStage::Wanted {
                connection.proof.stage = ProofStage::Writing;
                connection.proof.event = Some(event_id(
                    &connection.account_sub,
                    "connection test",
                    &draw,
                    0,
                ));
                connections::update(tx, &connection)?;
            }
            Ok(Begun::Prove(Box::new(connection), lease, token))
        })
        .await
}
