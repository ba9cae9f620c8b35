//! Grants to be given back to Google after their connection was disconnected: at most one of a connection,
//! kept with its sealed refresh token until Google has taken it back or its time is over.
//!
//! Whether a grant may be given back is decided when it is tried, not here: it may be in use again.

use domain::{ConnectionId, Instant, OrganizationId};

use crate::{Row, StoreError, Tx, values};

/// A grant to be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Of which connection.
    pub connection: ConnectionId,
    /// Its refresh token, encrypted as it was in the connection's row.
    pub refresh: Vec<u8>,
    /// When to try.
    pub run_at: Instant,
    /// Tries that failed in a row.
    pub failures: i64,
    /// Until when a request that was sent may still arrive at Google.
    pub asked_until: Instant,
    /// Given up after this.
    pub expires_at: Instant,
}

fn read(mut row: Row) -> Result<Revocation, StoreError> {
    Ok(Revocation {
        connection: row.take()?,
        refresh: row.take()?,
        run_at: row.take()?,
        failures: row.take()?,
        asked_until: row.take()?,
        expires_at: row.take()?,
    })
}

/// Adds one, in the place of the one there may be.
///
/// # Errors
/// [`StoreError`].
pub fn insert(tx: &mut dyn Tx, revocation: &Revocation) -> Result<(), StoreError> {
    let r = revocation;
    delete(tx, r.connection)?;
    tx.execute(
        "INSERT INTO revocation (connection_id, refresh_token, run_at, failures, asked_until, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        values![
            r.connection,
            r.refresh.as_slice(),
            r.run_at,
            r.failures,
            r.asked_until,
            r.expires_at
        ],
    )
    .map(drop)
}

/// Stores when to try again, and how it went so far.
///
/// # Errors
/// [`StoreError`].
pub fn update(tx: &mut dyn Tx, revocation: &Revocation) -> Result<(), StoreError> {
    let r = revocation;
    tx.execute(
        "UPDATE revocation SET run_at = ?2, failures = ?3, asked_until = ?4 WHERE connection_id = ?1",
        values![r.connection, r.run_at, r.failures, r.asked_until],
    )
    .map(drop)
}

/// Forgets it: it is done, or not wanted any more.
///
/// # Errors
/// [`StoreError`].
pub fn delete(tx: &mut dyn Tx, connection: ConnectionId) -> Result<(), StoreError> {
    let sql = "DELETE FROM revocation WHERE connection_id = ?1";
    tx.execute(sql, values![connection]).map(drop)
}

/// That of a connection.
///
/// # Errors
/// [`StoreError`].
pub fn of_connection(
    tx: &mut dyn Tx,
    connection: ConnectionId,
) -> Result<Option<Revocation>, StoreError> {
    let sql = "SELECT connection_id, refresh_token, run_at, failures, asked_until, expires_at
               FROM revocation WHERE connection_id = ?1";
    tx.first(sql, values![connection])?.map(read).transpose()
}

/// [`of_connection`], locked until the unit ends: after its connection, before anything else.
///
/// # Errors
/// [`StoreError`].
pub fn lock(tx: &mut dyn Tx, connection: ConnectionId) -> Result<Option<Revocation>, StoreError> {
    let sql = "UPDATE revocation SET run_at = run_at WHERE connection_id = ?1";
    tx.execute(sql, values![connection])?;
    of_connection(tx, connection)
}

/// The one to try first, of those whose connection nobody works on at `now`, with when.
///
/// # Errors
/// [`StoreError`].
pub fn next_due(
    tx: &mut dyn Tx,
    now: Instant,
) -> Result<Option<(ConnectionId, Instant)>, StoreError> {
    let sql = "SELECT r.connection_id, r.run_at FROM revocation r
               JOIN connection n ON n.id = r.connection_id
               WHERE n.lease_until <= ?1 ORDER BY r.run_at, r.connection_id LIMIT 1";
    tx.first(sql, values![now])?
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .transpose()
}

/// Whether a request for one of the organization's grants may still arrive at Google after `now`. Locks
/// them, so that none is sent before the unit ends.
///
/// # Errors
/// [`StoreError`].
pub fn is_under_way(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    now: Instant,
) -> Result<bool, StoreError> {
    let sql = "UPDATE revocation SET run_at = run_at WHERE connection_id IN
                 (SELECT id FROM connection WHERE organization_id = ?1)";
    tx.execute(sql, values![organization])?;
    let sql = "SELECT 1 FROM revocation r JOIN connection n ON n.id = r.connection_id
               WHERE n.organization_id = ?1 AND r.asked_until > ?2 LIMIT 1";
    Ok(tx.first(sql, values![organization, now])?.is_some())
}
