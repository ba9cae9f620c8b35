//! Leases on connections: one worker at a time, whichever process it is in.
//!
//! Taking a lease gives a number that no other taking of this connection ever had (its epoch). Whoever
//! lost the lease meanwhile, because its time ran out or the connection was granted anew, is known by
//! an old number, and what it brings is not kept.

use domain::{ConnectionId, Instant};

use crate::{StoreError, Tx, values};

/// The right to work on one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// On what.
    pub connection: ConnectionId,
    /// Which taking of it this is.
    pub epoch: i64,
}

/// Takes the lease of a connection until `until`, unless somebody has it at `now`. Locks the connection
/// until the unit ends: before any host, booking or link.
///
/// # Errors
/// [`StoreError`].
pub fn take(
    tx: &mut dyn Tx,
    connection: ConnectionId,
    now: Instant,
    until: Instant,
) -> Result<Option<Lease>, StoreError> {
    let sql =
        "UPDATE connection SET lease_until = ?3, lease_epoch = lease_epoch + 1, worked_at = ?2
               WHERE id = ?1 AND lease_until <= ?2 RETURNING lease_epoch";
    tx.first(sql, values![connection, now, until])?
        .map(|mut row| {
            let epoch = row.take()?;
            Ok(Lease { connection, epoch })
        })
        .transpose()
}

/// Gives a lease back; `false` when it was lost before, and nothing that rests on it may be kept. Locks
/// as [`take`] does.
///
/// # Errors
/// [`StoreError`].
pub fn give_back(tx: &mut dyn Tx, lease: Lease) -> Result<bool, StoreError> {
    let sql = "UPDATE connection SET lease_until = 0 WHERE id = ?1 AND lease_epoch = ?2";
    let changed = tx.execute(sql, values![lease.connection, lease.epoch])?;
    Ok(changed == 1)
}

/// Gives a lease back, but so that nobody has the connection before `until`; `false` as
/// [`give_back`].
///
/// # Errors
/// [`StoreError`].
pub fn rest(tx: &mut dyn Tx, lease: Lease, until: Instant) -> Result<bool, StoreError> {
    let sql = "UPDATE connection SET lease_until = ?3, lease_epoch = lease_epoch + 1
               WHERE id = ?1 AND lease_epoch = ?2";
    let changed = tx.execute(sql, values![lease.connection, lease.epoch, until])?;
    Ok(changed == 1)
}

/// Whether a lease has not been lost. Locks as [`take`] does.
///
/// # Errors
/// [`StoreError`].
pub fn is_held(tx: &mut dyn Tx, lease: Lease) -> Result<bool, StoreError> {
    let sql = "UPDATE connection SET lease_epoch = lease_epoch WHERE id = ?1 AND lease_epoch = ?2";
    let changed = tx.execute(sql, values![lease.connection, lease.epoch])?;
    Ok(changed == 1)
}

/// Keeps workers from bringing anything about a connection until the unit ends: who decides on its
/// links, and is no worker, calls this first. Locks as [`take`] does.
///
/// # Errors
/// [`StoreError`].
pub fn hold_off(tx: &mut dyn Tx, connection: ConnectionId) -> Result<(), StoreError> {
    let sql = "UPDATE connection SET lease_epoch = lease_epoch WHERE id = ?1";
    tx.execute(sql, values![connection]).map(drop)
}

/// Ends whatever lease a connection is under: what is under way for it must not be kept.
///
/// # Errors
/// [`StoreError`].
pub fn revoke(tx: &mut dyn Tx, connection: ConnectionId) -> Result<(), StoreError> {
    let sql = "UPDATE connection SET lease_until = 0, lease_epoch = lease_epoch + 1 WHERE id = ?1";
    tx.execute(sql, values![connection]).map(drop)
}

/// Ends all leases: for a process that knows it is alone and has just begun.
///
/// # Errors
/// [`StoreError`].
pub fn revoke_all(tx: &mut dyn Tx) -> Result<(), StoreError> {
    let sql = "UPDATE connection SET lease_until = 0, lease_epoch = lease_epoch + 1
               WHERE lease_until > 0";
    tx.execute(sql, &[]).map(drop)
}

/// When the next lease that is held at `now` runs out.
///
/// # Errors
/// [`StoreError`].
pub fn next_end(tx: &mut dyn Tx, now: Instant) -> Result<Option<Instant>, StoreError> {
    let sql = "SELECT lease_until FROM connection WHERE lease_until > ?1
               ORDER BY lease_until LIMIT 1";
    tx.first(sql, values![now])?
        .map(|mut row| row.take())
        .transpose()
}
