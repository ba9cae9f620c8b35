//! Links whose connection was taken away: their events are left to themselves, ids and pages are hidden,
//! and nothing is asked of Google for them, until the same account comes back (design section 5).

use domain::{ConnectionId, Instant};
use store::tables::{conflicts, leases, links, outgoing_messages};
use store::{Lane, StoreError, Tx};

use crate::App;

/// Detaches every open link of a connection, and ends what was to be decided about them. What is under
/// way is not kept. Gives how many there were.
///
/// # Errors
/// [`StoreError`]; nothing was detached.
pub async fn detach_of_connection(app: &App, connection: ConnectionId) -> Result<u64, StoreError> {
    let now = app.now();
    app.store()
        .unit(Lane::Interactive, "links.detach", move |tx| {
            detach_in(tx, connection, now)
        })
        .await
}

/// [`detach_of_connection`], as part of what takes the connection away.
pub(crate) fn detach_in(
    tx: &mut dyn Tx,
    connection: ConnectionId,
    now: Instant,
) -> Result<u64, StoreError> {
    // An answer that is still on its way would make its link due again.
    leases::revoke(tx, connection)?;
    conflicts::close_of_connection(tx, connection, now)?;
    outgoing_messages::clear_with_events_of(tx, connection)?;
    links::detach_of_connection(tx, connection)
}
