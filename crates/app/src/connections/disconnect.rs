//! Disconnecting: the account is left alone from now on, and everything here is kept (row V1, scenario H1).
//!
//! Its events stay in Google as they are. The connection stays as *inactive*, without its tokens, so that its
//! history is there and the same account can come back to the same rows.

use domain::{ConnectionId, Instant, OrganizationId};
use store::tables::connections::{self, Connection, Credential, ProofStage, State};
use store::tables::{channels, links, verifications};
use store::{Lane, StoreError, Topic, Tx};

use super::revoke::{self, GrantFate};
use crate::App;
use crate::links::detached;

/// What disconnecting will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The account's address.
    pub account_email: String,
    /// Bookings that will still take place, whose events stay in Google and are no longer kept in step.
    pub events_left: u64,
    /// What will become of the grant.
    pub grant: GrantFate,
    /// Whether it is disconnected already.
    pub is_inactive: bool,
}

/// What disconnecting has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disconnected {
    /// Event links detached: none when it was disconnected before.
    pub links_detached: u64,
    /// What becomes of the grant.
    pub grant: GrantFate,
}

/// Why a connection was not disconnected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DisconnectError {
    /// There is no such connection, or it is another organization's.
    #[error("there is no such calendar connection")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What [`disconnect`] would do now. Changes nothing.
///
/// # Errors
/// [`DisconnectError`].
pub async fn preview(
    app: &App,
    organization: OrganizationId,
    id: ConnectionId,
) -> Result<Preview, DisconnectError> {
    let now = app.now();
    app.store()
        .unit(Lane::Read, "connections.preview", move |tx| {
            let connection = own(tx, organization, id)?;
            let events = links::count_upcoming(tx, id, now)?;
            Ok(Preview {
                grant: revoke::fate(tx, &connection)?,
                account_email: connection.account_email,
                events_left: u64::try_from(events).unwrap_or(0),
                is_inactive: connection.state == State::Inactive,
            })
        })
        .await
}

/// Disconnects a connection: its links are detached, what is under way for it is not kept, its channels are to be
/// stopped, its tokens go, and a grant that nobody else lives from is to be given back. Bookings keep everything but their Google ids.
/// Doing it again changes nothing.
///
/// # Errors
/// [`DisconnectError`].
pub async fn disconnect(
    app: &App,
    organization: OrganizationId,
    id: ConnectionId,
) -> Result<Disconnected, DisconnectError> {
    let now = app.now();
    app.store()
        .unit(Lane::Interactive, "connections.disconnect", move |tx| {
            let mut connection = own(tx, organization, id)?;
            let mut links_detached = 0;
            if connection.state != State::Inactive {
                // Locks it, so that what is read next is what there is.
                links_detached = detached::detach_in(tx, id, now)?;
                connection = own(tx, organization, id)?;
            }
            let grant = revoke::fate(tx, &connection)?;
            if connection.state != State::Inactive {
                take_away(tx, connection, now)?;
                // Its calendars take no time any more: what waited for them waits no longer.
                verifications::wake_of_connection(tx, id, now)?;
                tx.wake(Topic::DueWork);
            }
            Ok(Disconnected {
                links_detached,
                grant,
            })
        })
        .await
}

fn own(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    id: ConnectionId,
) -> Result<Connection, DisconnectError> {
    let found = connections::by_id(tx, id)?;
    found
        .filter(|connection| connection.organization_id == organization)
        .ok_or(DisconnectError::NotFound)
}

fn take_away(tx: &mut dyn Tx, mut connection: Connection, now: Instant) -> Result<(), StoreError> {
    if let Credential::OAuth { refresh } = &mut connection.credential
        && let Some(refresh) = refresh.take()
    {
        revoke::want(tx, connection.id, refresh, now)?;
    }
    // While there is something that lets us in: before the grant is given back.
    channels::end_of_connection(tx, connection.id, now)?;
    connection.state = State::Inactive;
    connection.cause = None;
    connection.tokens.access = None;
    connection.failures = 0;
    // A test event that may be there stays known: it is removed when the account comes back.
    if connection.proof.event.is_none() {
        connection.proof.stage = ProofStage::None;
    }
    connection.proof.problem = None;
    connections::update(tx, &connection)
}
