//! The migrator: numbered SQL files, applied once each, in order.
//!
//! Until the first release migrations may be rewritten; a database made by another development
//! version is then refused with what to do, never half understood.

use domain::Instant;
use rusqlite::{Connection, TransactionBehavior};

/// A migration: its number, its name, its SQL.
pub type Migration = (i64, &'static str, &'static str);

/// All migrations for SQLite, ascending.
pub const SQLITE: &[Migration] = &[(
    1,
    "init",
    include_str!("../migrations/sqlite/0001_init.sql"),
)];

/// Why a database cannot be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// It was made or changed by another version.
    #[error(
        "this database was made by a different version of Lockstep (migration {0} differs); use that version, or start with another data folder"
    )]
    Different(i64),
    /// The database itself failed.
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
}

/// Applies what is missing, all of it or nothing.
///
/// # Errors
/// [`MigrateError`].
pub fn migrate(
    connection: &mut Connection,
    migrations: &[Migration],
    now: Instant,
) -> Result<(), MigrateError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(
        "CREATE TABLE IF NOT EXISTS migration (
           number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum INTEGER NOT NULL,
           applied_at INTEGER NOT NULL
         ) STRICT",
    )?;
    let applied = tx
        .prepare("SELECT number, checksum FROM migration ORDER BY number")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(i64, i64)>, _>>()?;
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
        tx.execute_batch(sql)?;
        tx.execute(
            "INSERT INTO migration (number, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)",
            (number, name, fingerprint(sql), now.as_micros()),
        )?;
    }
    tx.commit()?;
    Ok(())
}

/// FNV-1a, 64 bits: tells edits apart, needs no secrecy.
fn fingerprint(sql: &str) -> i64 {
    crate::sqlite::digest::Digest::default()
        .with(sql.as_bytes())
        .as_i64()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_micros(1);

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, SQLITE, NOW).unwrap();
        migrate(&mut connection, SQLITE, NOW).unwrap();
    }

    #[test]
    fn an_edited_or_unknown_migration_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(
            &mut connection,
            &[
                (1, "a", "CREATE TABLE a (x)"),
                (2, "b", "CREATE TABLE b (x)"),
            ],
            NOW,
        )
        .unwrap();
        let edited = migrate(
            &mut connection,
            &[
                (1, "a", "CREATE TABLE a (y)"),
                (2, "b", "CREATE TABLE b (x)"),
            ],
            NOW,
        );
        assert!(matches!(edited, Err(MigrateError::Different(1))));
        let older = migrate(&mut connection, &[(1, "a", "CREATE TABLE a (x)")], NOW);
        assert!(matches!(older, Err(MigrateError::Different(2))));
    }

    #[test]
    fn a_failing_migration_leaves_nothing_behind() {
        let mut connection = Connection::open_in_memory().unwrap();
        let broken = migrate(
            &mut connection,
            &[(1, "a", "CREATE TABLE a (x)"), (2, "b", "CREATE NONSENSE")],
            NOW,
        );
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
