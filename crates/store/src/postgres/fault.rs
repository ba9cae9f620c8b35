//! PostgreSQL's failures in the store's words, and what each means for the unit it befell.

use std::error::Error as _;

use ::postgres::Error;
use ::postgres::error::{DbError, Severity, SqlState};

use super::value::Mismatch;
use crate::error::StoreError;

/// What a failure means for the transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The connection is gone, and the transaction with it.
    Lost(String),
    /// Another transaction was in the way: the same unit may well succeed when run again.
    Again(String),
    /// The statement failed.
    Failed(StoreError),
}

impl Fault {
    pub(super) fn of(error: &Error) -> Self {
        match error.as_db_error() {
            Some(fault) if is_fatal(fault) => Self::Lost(one_line(error)),
            Some(fault) if is_passing(fault) => Self::Again(one_line(error)),
            Some(fault) => Self::Failed(of_statement(fault)),
            None => Self::of_driver(error),
        }
    }

    fn of_driver(error: &Error) -> Self {
        let ours = error.source().and_then(|e| e.downcast_ref::<Mismatch>());
        match ours {
            Some(mismatch) => Self::Failed(StoreError::Database(mismatch.to_string().into())),
            // Whatever else the driver says, its connection is not to be trusted any more.
            None => Self::Lost(one_line(error)),
        }
    }

    /// For the body that made the statement. It is not the last word: the pool may run the unit again.
    pub(super) fn for_body(&self) -> StoreError {
        match self {
            Self::Lost(_) => StoreError::Unavailable,
            Self::Again(text) => StoreError::Database(text.as_str().into()),
            Self::Failed(error) => error.clone(),
        }
    }
}

fn is_fatal(fault: &DbError) -> bool {
    matches!(
        fault.parsed_severity(),
        Some(Severity::Fatal | Severity::Panic)
    )
}

/// Deadlocks, serialization failures, and plans made stale by a migration of another process.
fn is_passing(fault: &DbError) -> bool {
    let code = fault.code();
    *code == SqlState::T_R_DEADLOCK_DETECTED
        || *code == SqlState::T_R_SERIALIZATION_FAILURE
        || (*code == SqlState::FEATURE_NOT_SUPPORTED
            && fault.routine() == Some("RevalidateCachedQuery"))
}

fn of_statement(fault: &DbError) -> StoreError {
    let code = fault.code();
    let constraint = fault.constraint().unwrap_or_default();
    let name = if *code == SqlState::NOT_NULL_VIOLATION {
        let (table, column) = (fault.table(), fault.column());
        format!(
            "{}_{}_not_null",
            table.unwrap_or_default(),
            column.unwrap_or_default()
        )
    } else if *code == SqlState::FOREIGN_KEY_VIOLATION {
        "foreign_key".to_owned()
    } else if *code == SqlState::CHECK_VIOLATION {
        "check".to_owned()
    } else if *code == SqlState::UNIQUE_VIOLATION || *code == SqlState::EXCLUSION_VIOLATION {
        constraint.to_owned()
    } else if *code == SqlState::LOCK_NOT_AVAILABLE || *code == SqlState::QUERY_CANCELED {
        // Our own limits on waiting, set when connecting.
        return StoreError::Overloaded;
    } else {
        let said = format!("{} ({})", fault.message(), code.code());
        return match unwritable(code) {
            Some(cause) => StoreError::Unwritable(format!("{cause} ({said})").into()),
            None => StoreError::Database(said.into()),
        };
    };
    tracing::debug!(constraint, message = fault.message(), "refused");
    StoreError::Constraint(name.into())
}

/// What its disk or its role does not let us do, and what would mend it.
fn unwritable(code: &SqlState) -> Option<&'static str> {
    if *code == SqlState::DISK_FULL {
        Some("its server's disk is full: free some space")
    } else if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        Some("it takes no writes: it is a standby now, or set to read-only")
    } else if *code == SqlState::IO_ERROR {
        Some("its server's disk fails: see the server's log")
    } else {
        None
    }
}

/// The error and its causes in one line. The driver's errors hold no password.
pub(super) fn one_line(error: &Error) -> String {
    if let Some(fault) = error.as_db_error() {
        return format!("{} ({})", fault.message(), fault.code().code());
    }
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        // The driver's own text often ends with its cause already.
        if !line.ends_with(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        cause = error.source();
    }
    line.replace('\n', " ")
}
