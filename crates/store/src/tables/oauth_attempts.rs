//! Consents under way: each good for one return, by the browser that began it.

use domain::{Instant, OrganizationId};

use crate::{StoreError, Tx, values};

/// A consent under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthAttempt {
    /// For whom the calendar is connected.
    pub organization_id: OrganizationId,
    /// Hash of the secret in the browser's cookie.
    pub browser_hash: Vec<u8>,
    /// The PKCE verifier, encrypted.
    pub verifier: Vec<u8>,
    /// Must come back in the id token.
    pub nonce: String,
    /// Too late after this.
    pub expires_at: Instant,
}

/// Adds one under the hash of its state, and forgets those that ran out before `forgotten`.
///
/// # Errors
/// [`StoreError`].
pub fn insert(
    tx: &mut dyn Tx,
    state_hash: &[u8],
    attempt: &OAuthAttempt,
    forgotten: Instant,
) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM oauth_attempt WHERE expires_at <= ?1",
        values![forgotten],
    )?;
    tx.execute(
        "INSERT INTO oauth_attempt (state_hash, organization_id, browser_hash, verifier, nonce, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        values![
            state_hash,
            attempt.organization_id,
            attempt.browser_hash.as_slice(),
            attempt.verifier.as_slice(),
            &attempt.nonce,
            attempt.expires_at
        ],
    )
    .map(drop)
}

/// The attempt of this state, without using it up.
///
/// # Errors
/// [`StoreError`].
pub fn find(tx: &mut dyn Tx, state_hash: &[u8]) -> Result<Option<OAuthAttempt>, StoreError> {
    let sql = "SELECT organization_id, browser_hash, verifier, nonce, expires_at
               FROM oauth_attempt WHERE state_hash = ?1";
    tx.first(sql, values![state_hash])?
        .map(|mut row| {
            Ok(OAuthAttempt {
                organization_id: row.take()?,
                browser_hash: row.take()?,
                verifier: row.take()?,
                nonce: row.take()?,
                expires_at: row.take()?,
            })
        })
        .transpose()
}

/// Uses the attempt of this state up at `now`: it has run out from then on, and is forgotten with those.
///
/// # Errors
/// [`StoreError`].
pub fn use_up(tx: &mut dyn Tx, state_hash: &[u8], now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE oauth_attempt SET expires_at = ?2 WHERE state_hash = ?1",
        values![state_hash, now],
    )
    .map(drop)
}

/// Forgets the attempt of this state.
///
/// # Errors
/// [`StoreError`].
pub fn forget(tx: &mut dyn Tx, state_hash: &[u8]) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM oauth_attempt WHERE state_hash = ?1",
        values![state_hash],
    )
    .map(drop)
}

/// When the last of all attempts ran out or will, of those after `since`; `None` when there is none.
///
/// # Errors
/// [`StoreError`].
pub fn last_end(tx: &mut dyn Tx, since: Instant) -> Result<Option<Instant>, StoreError> {
    let sql = "SELECT max(expires_at) FROM oauth_attempt WHERE expires_at > ?1";
    match tx.first(sql, values![since])? {
        Some(mut row) => row.take(),
        None => Ok(None),
    }
}
