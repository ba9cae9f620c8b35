//! What was decided for requests that may be repeated.

use domain::{Instant, OrganizationId};
use jiff::SignedDuration;

use crate::{StoreError, Tx, values};

/// How long a decision is remembered: longer than any caller keeps trying.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A repeated request, as the first one left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Hash of what the first request asked.
    pub request_hash: Vec<u8>,
    /// What was decided, sealed.
    pub decision: Option<Vec<u8>>,
}

/// Takes the key for this unit, or gives what an earlier one left under it. A unit that took the key
/// [`decide`]s before it ends, or is undone with the key. On PostgreSQL this waits for a unit that
/// holds the same key.
///
/// # Errors
/// [`StoreError`].
pub fn take(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    key_hash: &[u8],
    request_hash: &[u8],
    now: Instant,
) -> Result<Option<Remembered>, StoreError> {
    let taken = tx.execute(
        "INSERT INTO idempotency_key (organization_id, key_hash, request_hash, created_at)
         VALUES (?1, ?2, ?3, ?4) ON CONFLICT (organization_id, key_hash) DO NOTHING",
        values![organization, key_hash, request_hash, now],
    )?;
    if taken == 1 {
        return Ok(None);
    }
    let sql = "SELECT request_hash, decision FROM idempotency_key
               WHERE organization_id = ?1 AND key_hash = ?2";
    tx.first(sql, values![organization, key_hash])?
        .map(|mut row| {
            Ok(Remembered {
                request_hash: row.take()?,
                decision: row.take()?,
            })
        })
        .transpose()
}

/// Stores what was decided under a key this unit took.
///
/// # Errors
/// [`StoreError`].
pub fn decide(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    key_hash: &[u8],
    decision: &[u8],
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE idempotency_key SET decision = ?3 WHERE organization_id = ?1 AND key_hash = ?2",
        values![organization, key_hash, decision],
    )
    .map(drop)
}

/// Forgets decisions old enough.
///
/// # Errors
/// [`StoreError`].
pub fn forget_old(tx: &mut dyn Tx, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM idempotency_key WHERE created_at < ?1",
        values![now - REMEMBERED],
    )
}
