//! The migrator: numbered SQL files, applied once each, in order.
//!
//! Until the first release migrations may be rewritten; a database made by another development
//! version is then refused with what to do, never half understood.

use domain::Instant;

use crate::digest::Digest;
use crate::{Dialect, StoreError, Tx, values};

/// A migration: its number, its name, its SQL.
pub type Migration = (i64, &'static str, &'static str);

/// All migrations for SQLite, ascending.
pub const SQLITE: &[Migration] = &[(
    1,
    "init",
    include_str!("../migrations/sqlite/0001_init.sql"),
)];

/// All migrations for PostgreSQL: the same numbers and names.
pub const POSTGRES: &[Migration] = &[(
    1,
    "init",
    include_str!("../migrations/postgres/0001_init.sql"),
)];

/// Why a database cannot be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// It was made or changed by another version.
    #[error(
        "this database was made by a different version of Lockstep (migration {0} differs); use that version, or start with another data folder or database"
    )]
    Different(i64),
    /// PostgreSQL's `btree_gist` is missing and we may not install it.
    #[error(
        "the extension btree_gist is needed and cannot be installed ({0}): run `CREATE EXTENSION btree_gist` in this database once, as its owner or a superuser"
    )]
    Extension(String),
    /// The database itself failed.
    #[error(transparent)]
    Database(#[from] StoreError),
}

/// A transaction that can also run whole scripts.
pub(crate) trait Scripts {
    /// Runs every statement of `sql`.
    fn script(&mut self, sql: &str) -> Result<(), StoreError>;

    /// The transaction.
    fn tx(&mut self) -> &mut dyn Tx;
}

/// Applies what is missing, within a transaction that its caller commits, or rolls back on error.
///
/// # Errors
/// [`MigrateError`].
pub(crate) fn migrate(
    database: &mut dyn Scripts,
    migrations: &[Migration],
    now: Instant,
) -> Result<(), MigrateError> {
    let table = match database.tx().dialect() {
        Dialect::Sqlite => SQLITE_TABLE,
        Dialect::Postgres => POSTGRES_TABLE,
    };
    database.script(table)?;
    let applied = applied(database.tx())?;
    for (number, checksum) in &applied {
        let known = migrations.iter().find(|(n, _, _)| n == number);
        if known.is_none_or(|(_, _, sql)| fingerprint(sql) != *checksum) {
            return Err(MigrateError::Different(*number));
        }
    }
    for (number, name, sql) in migrations
        .iter()
        .filter(|(n, _, _)| !applied.iter().any(|(a, _)| a == n))
    {
        database.script(sql)?;
        database.tx().execute(
            "INSERT INTO migration (number, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)",
            values![*number, *name, fingerprint(sql), now],
        )?;
    }
    Ok(())
}

const SQLITE_TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (
  number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum INTEGER NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT";

// Only made when missing: a role that may not make tables can run a database that is up to date.
const POSTGRES_TABLE: &str = r#"DO $$ BEGIN
  IF to_regclass('migration') IS NULL THEN
    CREATE TABLE migration (
      number BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL, checksum BIGINT NOT NULL,
      applied_at BIGINT NOT NULL
    );
  END IF;
END $$"#;

/// Numbers and checksums of what was applied, ascending.
fn applied(tx: &mut dyn Tx) -> Result<Vec<(i64, i64)>, StoreError> {
    tx.rows(
        "SELECT number, checksum FROM migration ORDER BY number",
        &[],
    )?
    .into_iter()
    .map(|mut row| Ok((row.take()?, row.take()?)))
    .collect()
}

/// FNV-1a, 64 bits: tells edits apart, needs no secrecy.
fn fingerprint(sql: &str) -> i64 {
    Digest::default().with(sql.as_bytes()).as_i64()
}
