//! What can go wrong in the store, in words its callers can act on.

use std::sync::Arc;

/// A failure of the store. Cheap to clone, because one failed commit answers a whole batch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Too many units are waiting; nothing was done. Try again later.
    #[error("the store is overloaded")]
    Overloaded,
    /// The store has shut down; nothing was done.
    #[error("the store has shut down")]
    Closed,
    /// A named constraint refused a change, such as `claim_no_overlap`.
    #[error("constraint violated: {0}")]
    Constraint(Arc<str>),
    /// The database refused or failed; nothing was done.
    #[error("database: {0}")]
    Database(Arc<str>),
    /// A stored value does not have the form it must have: a bug, or a damaged database.
    #[error("unreadable value in the database: {0}")]
    Decode(Arc<str>),
    /// The unit itself failed: a bug; nothing was done.
    #[error("a unit of work panicked: {0}")]
    Panicked(&'static str),
}

impl StoreError {
    /// A value that could not be read.
    pub fn decode(what: impl AsRef<str>) -> Self {
        Self::Decode(what.as_ref().into())
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(failure, message)
                if failure.code == rusqlite::ErrorCode::ConstraintViolation =>
            {
                Self::Constraint(message.as_deref().unwrap_or("unnamed").into())
            }
            _ => Self::Database(error.to_string().into()),
        }
    }
}
