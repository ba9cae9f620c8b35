//! What the whole installation must remember.

use crate::{StoreError, Tx, values};

/// The known text sealed with the master key, once there is one.
///
/// # Errors
/// [`StoreError`].
pub fn key_check(tx: &mut dyn Tx) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT key_check FROM installation WHERE id = 1";
    tx.first(sql, &[])?.map(|mut row| row.take()).transpose()
}

/// Stores the known text sealed with the master key, the first time.
///
/// # Errors
/// [`StoreError::Constraint`] when there is one.
pub fn insert_key_check(tx: &mut dyn Tx, sealed: &[u8]) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO installation (id, key_check) VALUES (1, ?1)",
        values![sealed],
    )
    .map(drop)
}
