//! How a connection's owner wants conflicts decided (design section 6).

use domain::sync::policy::Policy;
use domain::{ConnectionId, OrganizationId};
use store::tables::{connections, leases};
use store::{Lane, StoreError, Tx};

use crate::App;

/// What was chosen; `None` where the organization has no such connection.
///
/// # Errors
/// [`StoreError`].
pub async fn policy(
    app: &App,
    organization: OrganizationId,
    connection: ConnectionId,
) -> Result<Option<Policy>, StoreError> {
    app.store()
        .unit(Lane::Read, "connections.policy", move |tx| {
            if is_theirs(tx, organization, connection)? {
                connections::policy(tx, connection).map(Some)
            } else {
                Ok(None)
            }
        })
        .await
}

/// Chooses: what is decided from now on follows it, what waits in the inbox stays there. Gives whether the
/// organization has such a connection.
///
/// # Errors
/// [`StoreError`].
pub async fn choose_policy(
    app: &App,
    organization: OrganizationId,
    connection: ConnectionId,
    policy: Policy,
) -> Result<bool, StoreError> {
    app.store()
        .unit(Lane::Interactive, "connections.choose_policy", move |tx| {
            leases::hold_off(tx, connection)?;
            if !is_theirs(tx, organization, connection)? {
                return Ok(false);
            }
            connections::set_policy(tx, connection, &policy)?;
            Ok(true)
        })
        .await
}

fn is_theirs(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    connection: ConnectionId,
) -> Result<bool, StoreError> {
    let found = connections::by_id(tx, connection)?;
    Ok(found.is_some_and(|found| found.organization_id == organization))
}
