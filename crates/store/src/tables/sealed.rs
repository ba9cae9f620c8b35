//! Sealed values, wherever they are: what replacing the master key has to find.
//!
//! A sealed value carries the id of its key in bytes 2 to 5 (`app::secrets`). A new column that holds
//! sealed values is added to [`Column`]; a test that replaces the key looks for the old one's id in
//! everything the database holds.

use domain::{ConnectionId, Instant, OrganizationId};

use crate::{Row, StoreError, Tx, Value, values};

/// Values read at once: a unit must not hold the database for long.
const PAGE: i64 = 100;

/// A column of sealed values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Access tokens of connections.
    AccessToken,
    /// Refresh tokens of connections.
    RefreshToken,
    /// Refresh tokens of grants to be given back.
    Revocation,
    /// PKCE verifiers of consents under way.
    Verifier,
    /// Decisions remembered for repeated requests.
    Decision,
    /// The known text that tells a wrong master key. Last: once it is sealed anew, all are.
    KeyCheck,
}

impl Column {
    /// All of them, in the order in which they are sealed anew.
    pub const ALL: [Self; 6] = [
        Self::AccessToken,
        // A token that moves from one to the next while the key is replaced is met there.
        Self::RefreshToken,
        Self::Revocation,
        Self::Verifier,
        Self::Decision,
        Self::KeyCheck,
    ];
}

/// A sealed value with where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Its row's key, or the part of it that is one value.
    key: Value,
    /// Whose it is; none for the installation's own.
    pub organization: Option<OrganizationId>,
    /// Of a connection's token: the connection.
    pub connection: Option<ConnectionId>,
    /// The value.
    pub value: Vec<u8>,
}

fn read(column: Column, mut row: Row) -> Result<Sealed, StoreError> {
    let (key, organization, value) = (row.take()?, row.take()?, row.take()?);
    let is_token = matches!(
        column,
        Column::AccessToken | Column::RefreshToken | Column::Revocation
    );
    let connection = if is_token {
        let Value::Bytes(id) = &key else {
            return Err(StoreError::decode("a connection's id is bytes"));
        };
        let id = uuid::Uuid::from_slice(id).map_err(|e| StoreError::decode(e.to_string()))?;
        Some(ConnectionId(id))
    } else {
        None
    };
    Ok(Sealed {
        key,
        organization,
        connection,
        value,
    })
}

/// The next hundred values of `column` that another key than `key_id` sealed, leaving out the first
/// `skipped` of them.
///
/// # Errors
/// [`StoreError`].
pub fn others(
    tx: &mut dyn Tx,
    column: Column,
    key_id: &[u8],
    skipped: i64,
) -> Result<Vec<Sealed>, StoreError> {
    let sql = match column {
        Column::AccessToken => {
            "SELECT id, organization_id, access_token FROM connection
             WHERE access_token IS NOT NULL AND substr(access_token, 2, 4) <> ?1
             ORDER BY id LIMIT ?2 OFFSET ?3"
        }
        Column::RefreshToken => {
            "SELECT id, organization_id, refresh_token FROM connection
             WHERE refresh_token IS NOT NULL AND substr(refresh_token, 2, 4) <> ?1
             ORDER BY id LIMIT ?2 OFFSET ?3"
        }
        Column::Revocation => {
            "SELECT r.connection_id, n.organization_id, r.refresh_token FROM revocation r
             JOIN connection n ON n.id = r.connection_id
             WHERE substr(r.refresh_token, 2, 4) <> ?1
             ORDER BY r.connection_id LIMIT ?2 OFFSET ?3"
        }
        Column::Verifier => {
            "SELECT state_hash, organization_id, verifier FROM oauth_attempt
             WHERE substr(verifier, 2, 4) <> ?1 ORDER BY state_hash LIMIT ?2 OFFSET ?3"
        }
        Column::Decision => {
            "SELECT key_hash, organization_id, decision FROM idempotency_key
             WHERE decision IS NOT NULL AND substr(decision, 2, 4) <> ?1
             ORDER BY organization_id, key_hash LIMIT ?2 OFFSET ?3"
        }
        Column::KeyCheck => {
            "SELECT id, NULL, key_check FROM installation
             WHERE substr(key_check, 2, 4) <> ?1 ORDER BY id LIMIT ?2 OFFSET ?3"
        }
    };
    tx.rows(sql, values![key_id, PAGE, skipped])?
        .into_iter()
        .map(|row| read(column, row))
        .collect()
}

/// Values of `column` in order, from the `skipped`-th: for looking at every one.
///
/// # Errors
/// [`StoreError`].
pub fn all(tx: &mut dyn Tx, column: Column, skipped: i64) -> Result<Vec<Sealed>, StoreError> {
    // No key has this id, for ids have four bytes.
    others(tx, column, &[], skipped)
}

/// Puts `value` in the place of `old`, if that is still there and, for a token, nobody works on its
/// connection at `now`: a worker that has read the old value could otherwise bring it back.
///
/// # Errors
/// [`StoreError`].
pub fn replace(
    tx: &mut dyn Tx,
    column: Column,
    old: &Sealed,
    value: &[u8],
    now: Instant,
) -> Result<bool, StoreError> {
    let (key, from) = (old.key.clone(), old.value.as_slice());
    let changed = match column {
        // The next epoch: whoever let its lease run out and still works has lost it now.
        Column::AccessToken => tx.execute(
            "UPDATE connection SET access_token = ?3, lease_epoch = lease_epoch + 1
             WHERE id = ?1 AND access_token = ?2 AND lease_until <= ?4",
            values![key, from, value, now],
        )?,
        Column::RefreshToken => tx.execute(
            "UPDATE connection SET refresh_token = ?3, lease_epoch = lease_epoch + 1
             WHERE id = ?1 AND refresh_token = ?2 AND lease_until <= ?4",
            values![key, from, value, now],
        )?,
        Column::Revocation => tx.execute(
            "UPDATE revocation SET refresh_token = ?3
             WHERE connection_id = ?1 AND refresh_token = ?2",
            values![key, from, value],
        )?,
        Column::Verifier => tx.execute(
            "UPDATE oauth_attempt SET verifier = ?3 WHERE state_hash = ?1 AND verifier = ?2",
            values![key, from, value],
        )?,
        Column::Decision => tx.execute(
            "UPDATE idempotency_key SET decision = ?3
             WHERE key_hash = ?1 AND decision = ?2 AND organization_id = ?4",
            values![key, from, value, old.organization],
        )?,
        Column::KeyCheck => tx.execute(
            "UPDATE installation SET key_check = ?3 WHERE id = ?1 AND key_check = ?2",
            values![key, from, value],
        )?,
    };
    Ok(changed == 1)
}
