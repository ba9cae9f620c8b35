//! What can go wrong in the store, in words its callers can act on.
//!
//! Names of constraints are the same on both databases (see [`StoreError::Constraint`]): each
//! backend translates its own words into them.

use std::sync::Arc;

/// A failure of the store. Cheap to clone, because one failed commit answers a whole batch.
///
/// After every one of them nothing was done, with one exception: [`StoreError::Unknown`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Too many units are waiting, or wait for each other; nothing was done. Try again later.
    #[error("the store is overloaded")]
    Overloaded,
    /// The store has shut down; nothing was done.
    #[error("the store has shut down")]
    Closed,
    /// The database cannot be reached; nothing was done. Try again later: the store comes back by
    /// itself.
    #[error("the database cannot be reached")]
    Unavailable,
    /// The database cannot be written: its disk is full, failing or read-only; nothing was done.
    /// Reading goes on, and writing again as soon as somebody has mended it.
    #[error("the database cannot be written: {0}")]
    Unwritable(Arc<str>),
    /// The connection was lost while the commit was under way: the unit is done or not, and we do not
    /// know. Whoever repeats it needs a way to tell, such as an idempotency key or a version.
    #[error("the connection was lost during a commit: whether it was done is not known")]
    Unknown,
    /// A named constraint refused a change.
    ///
    /// The name is that of an exclusion (`claim_no_overlap`), `table_column_key` for a unique
    /// constraint or index, `table_pkey`, `table_column_not_null`, or plainly `foreign_key` or
    /// `check`, which SQLite does not name.
    #[error("constraint violated: {0}")]
    Constraint(Arc<str>),
    /// A value no database of ours keeps: a caller passed on what it should have refused.
    #[error("a value that cannot be stored: {0}")]
    Unstorable(&'static str),
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

    /// The name of the constraint that refused, if one did.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Constraint(name) => Some(name),
            _ => None,
        }
    }
}
