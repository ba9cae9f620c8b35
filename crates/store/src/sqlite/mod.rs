//! SQLite: one file in a data folder that one process owns.
//!
//! WAL with `synchronous=FULL`: an acknowledged booking survives power loss. One writer thread
//! commits units in groups ([`threaded`]); the simulator runs them one by one ([`inline`]).

pub mod backup;
mod fault;
pub mod folder;
pub mod inline;
pub mod threaded;
mod tx;

pub use crate::digest;

use std::path::Path;
use std::time::Duration;

use domain::Instant;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use self::tx::SqliteTx;
use crate::ledger::Ledger;
use crate::migrate::{self, MigrateError, Migration};
use crate::{StoreError, Tx};

/// The database's file within the data folder.
pub const FILE_NAME: &str = "lockstep.db";

/// SQLite before this has a WAL-reset race that can corrupt a database (fixed in 3.51.3).
const VERSION_MIN: i32 = 3_051_003;

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The linked SQLite is too old to be trusted with bookings.
    #[error("SQLite {0} is too old: 3.51.3 or newer is needed")]
    TooOld(String),
    /// Another process works in the data folder.
    #[error(
        "the data folder {0} is in use by another Lockstep; stop it first, or choose another folder"
    )]
    InUse(String),
    /// The data folder cannot be made or read.
    #[error("the data folder {path} cannot be used: {cause}")]
    Folder {
        /// Which folder.
        path: String,
        /// Why not.
        cause: std::io::Error,
    },
    /// The file can be read only.
    #[error("the database {0} is read-only: make it and its folder writable for this user")]
    ReadOnly(String),
    /// The schema cannot be brought up to date.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The database itself failed.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] rusqlite::Error),
}

/// The connection that writes, with the schema brought up to date.
fn open_writer(path: &Path, now: Instant) -> Result<Connection, OpenError> {
    if rusqlite::version_number() < VERSION_MIN {
        return Err(OpenError::TooOld(rusqlite::version().to_owned()));
    }
    let mut connection = Connection::open(path)?;
    // SQLite is content with reading; we are not.
    if connection.is_readonly("main")? {
        return Err(OpenError::ReadOnly(path.display().to_string()));
    }
    set_up(&connection)?;
    update(&mut connection, now)?;
    Ok(connection)
}

/// Brings the schema up to date.
fn update(connection: &mut Connection, now: Instant) -> Result<(), MigrateError> {
    apply(connection, migrate::SQLITE, now)
}

/// Applies those of `migrations` that are missing, all of them or nothing.
fn apply(
    connection: &mut Connection,
    migrations: &[Migration],
    now: Instant,
) -> Result<(), MigrateError> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(StoreError::from)?;
    let mut tx = SqliteTx::new(&transaction, Ledger::default());
    migrate::migrate(&mut tx, migrations, now)?;
    transaction.commit().map_err(StoreError::from)?;
    Ok(())
}

impl migrate::Scripts for SqliteTx<'_> {
    fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(self.connection().execute_batch(sql)?)
    }

    fn tx(&mut self) -> &mut dyn Tx {
        self
    }
}

/// A connection that cannot write.
fn open_reader(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    Ok(connection)
}

/// Only a checkpoint or a backup can hold the lock, and neither for long.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// More than the store has statements.
const STATEMENTS_CACHED: usize = 256;

fn set_up(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    // One plan per statement, whatever its parameters: otherwise SQLite, built with STAT4, prepares
    // anew whenever a bound value changes, which cost the simulator a third of its time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_micros(1);

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        update(&mut connection, NOW).unwrap();
        update(&mut connection, NOW).unwrap();
    }

    #[test]
    fn an_edited_or_unknown_migration_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        let mut applied = |migrations| apply(&mut connection, migrations, NOW);
        let two = &[
            (1, "a", "CREATE TABLE a (x)"),
            (2, "b", "CREATE TABLE b (x)"),
        ];
        applied(two).unwrap();
        let edited = &[
            (1, "a", "CREATE TABLE a (y)"),
            (2, "b", "CREATE TABLE b (x)"),
        ];
        assert!(matches!(applied(edited), Err(MigrateError::Different(1))));
        let older = &[(1, "a", "CREATE TABLE a (x)")];
        assert!(matches!(applied(older), Err(MigrateError::Different(2))));
    }

    #[test]
    fn a_failing_migration_leaves_nothing_behind() {
        let mut connection = Connection::open_in_memory().unwrap();
        let broken = &[(1, "a", "CREATE TABLE a (x)"), (2, "b", "CREATE NONSENSE")];
        let broken = apply(&mut connection, broken, NOW);
        assert!(matches!(broken, Err(MigrateError::Database(_))));
        let tables: i64 = connection
            .query_row(
                "SELECT count(*) FROM sqlite_schema WHERE name IN ('a', 'migration')",
                [],
                |r| r.get(0),
            )
            .unwrap();
        assert_eq!(tables, 0);
    }
}
