//! SQLite's failures in the store's words.

use rusqlite::Error;
use rusqlite::ffi::{
    SQLITE_CANTOPEN, SQLITE_CONSTRAINT, SQLITE_CONSTRAINT_CHECK, SQLITE_CONSTRAINT_DATATYPE,
    SQLITE_CONSTRAINT_FOREIGNKEY, SQLITE_CONSTRAINT_NOTNULL, SQLITE_CONSTRAINT_PRIMARYKEY,
    SQLITE_CONSTRAINT_UNIQUE, SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY_DBMOVED,
};

use crate::error::StoreError;

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match &error {
            Error::SqliteFailure(failure, Some(message))
                if failure.extended_code & 0xff == SQLITE_CONSTRAINT
                    && failure.extended_code != SQLITE_CONSTRAINT_DATATYPE =>
            {
                Self::Constraint(constraint_name(failure.extended_code, message).into())
            }
            Error::SqliteFailure(failure, _) => match unwritable(failure.extended_code) {
                Some(cause) => Self::Unwritable(format!("{cause} ({error})").into()),
                None => Self::Database(error.to_string().into()),
            },
            _ => Self::Database(error.to_string().into()),
        }
    }
}

/// What the disk does not let us do, and what would mend it.
const fn unwritable(code: i32) -> Option<&'static str> {
    match code & 0xff {
        _ if code == SQLITE_READONLY_DBMOVED => {
            Some("its file was moved or deleted: put it back and start again")
        }
        SQLITE_FULL => Some("its disk is full: free some space"),
        SQLITE_IOERR => Some("its disk fails: see the system's log"),
        SQLITE_CANTOPEN => {
            Some("a file beside it cannot be opened: look at the folder's permissions")
        }
        _ => None,
    }
}

/// The name PostgreSQL gives, or is given in the migration, for the same refusal.
fn constraint_name(code: i32, message: &str) -> String {
    // "UNIQUE constraint failed: event_type.organization_id, event_type.slug"
    let columns = message.split_once(": ").map_or("", |(_, columns)| columns);
    match code {
        SQLITE_CONSTRAINT_UNIQUE => format!("{}_key", joined(columns)),
        SQLITE_CONSTRAINT_NOTNULL => format!("{}_not_null", joined(columns)),
        SQLITE_CONSTRAINT_PRIMARYKEY => {
            let table = columns.split('.').next().unwrap_or_default();
            format!("{table}_pkey")
        }
        SQLITE_CONSTRAINT_FOREIGNKEY => "foreign_key".to_owned(),
        SQLITE_CONSTRAINT_CHECK => "check".to_owned(),
        // A trigger that raises says the name itself.
        _ => message.to_owned(),
    }
}

/// `table_first_second` of `table.first, table.second`.
fn joined(columns: &str) -> String {
    let mut name = String::new();
    for column in columns.split(", ") {
        let (table, column) = column.split_once('.').unwrap_or(("", column));
        if name.is_empty() {
            name.push_str(table);
        }
        name.push('_');
        name.push_str(column);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_have_the_names_postgresql_gives() {
        let unique = "UNIQUE constraint failed: event_type.organization_id, event_type.slug";
        for (code, message, name) in [
            (
                SQLITE_CONSTRAINT_UNIQUE,
                unique,
                "event_type_organization_id_slug_key",
            ),
            (
                SQLITE_CONSTRAINT_PRIMARYKEY,
                "UNIQUE constraint failed: host.id",
                "host_pkey",
            ),
            (
                SQLITE_CONSTRAINT_NOTNULL,
                "NOT NULL constraint failed: host.name",
                "host_name_not_null",
            ),
            (
                SQLITE_CONSTRAINT_FOREIGNKEY,
                "FOREIGN KEY constraint failed",
                "foreign_key",
            ),
            (
                SQLITE_CONSTRAINT_CHECK,
                "CHECK constraint failed: ends_at > starts_at",
                "check",
            ),
            (1811, "claim_no_overlap", "claim_no_overlap"),
        ] {
            assert_eq!(constraint_name(code, message), name);
        }
    }
}
