//! Hosts: made, and locked while their time is decided on.

use domain::{HostId, OrganizationId};

use crate::{Dialect, StoreError, Tx, values};

/// More hosts than one organization has.
pub(super) const LIST_MAX: i64 = 1000;

/// Adds a host.
///
/// # Errors
/// [`StoreError`].
pub fn insert(
    tx: &mut dyn Tx,
    id: HostId,
    organization: OrganizationId,
    name: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO host (id, organization_id, name) VALUES (?1, ?2, ?3)",
        values![id, organization, name],
    )
    .map(drop)
}

/// The hosts of an organization with their names, by name.
///
/// # Errors
/// [`StoreError`].
pub fn list(
    tx: &mut dyn Tx,
    organization: OrganizationId,
) -> Result<Vec<(HostId, String)>, StoreError> {
    let sql = "SELECT id, name FROM host WHERE organization_id = ?1 ORDER BY name, id LIMIT ?2";
    tx.rows(sql, values![organization, LIST_MAX])?
        .into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

/// Keeps everyone else from deciding on `host`'s time until the transaction ends, or the savepoint it
/// was locked in is undone. Several hosts are locked ascending by id, so that nobody waits in a
/// circle.
///
/// # Errors
/// [`StoreError`].
pub fn lock(tx: &mut dyn Tx, host: HostId) -> Result<(), StoreError> {
    let sql = match tx.dialect() {
        // One writer: nothing to lock. It looks all the same, so that both databases leave one trace.
        Dialect::Sqlite => "SELECT id FROM host WHERE id = ?1",
        Dialect::Postgres => "SELECT id FROM host WHERE id = ?1 FOR NO KEY UPDATE",
    };
    tx.rows(sql, values![host]).map(drop)
}
