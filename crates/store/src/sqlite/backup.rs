//! A copy of a database taken while it is in use, checked before it counts as one.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::FILE_NAME;

/// A copy that can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Its size in bytes.
    pub bytes: u64,
    /// How many bookings it holds.
    pub bookings: u64,
}

/// Why there is no copy; what was begun has been removed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is no database to copy.
    #[error("there is no database in {0}")]
    NoDatabase(String),
    /// Something is in the way.
    #[error("{0} exists already; name another file")]
    Exists(String),
    /// The copy, or the database itself, is not sound.
    #[error("the copy is not sound: {0}")]
    Unsound(String),
    /// The file cannot be written.
    #[error("{path} cannot be written: {cause}")]
    File {
        /// Which.
        path: String,
        /// Why not.
        cause: std::io::Error,
    },
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
}

/// Copies the database in `data_dir` to the file `target`: one consistent moment of it, whoever is
/// writing meanwhile. The copy is checked, then given its name.
///
/// # Errors
/// [`BackupError`].
pub fn backup(data_dir: &Path, target: &Path) -> Result<Backup, BackupError> {
    let source = data_dir.join(FILE_NAME);
    if !source.exists() {
        return Err(BackupError::NoDatabase(data_dir.display().to_string()));
    }
    if target.exists() {
        return Err(BackupError::Exists(target.display().to_string()));
    }
    let begun = target.with_extension("partial");
    let refused = |cause| BackupError::File {
        path: begun.display().to_string(),
        cause,
    };
    if begun.exists() {
        // Left by a backup that was killed.
        fs::remove_file(&begun).map_err(refused)?;
    }
    let made = copy(&source, &begun).and_then(|()| check(&begun));
    let made = made.and_then(|backup| {
        fs::rename(&begun, target).map_err(refused)?;
        Ok(backup)
    });
    if made.is_err() {
        // Nothing half-made stays; that it is gone already is as good.
        drop(fs::remove_file(&begun));
    }
    made
}

fn copy(source: &Path, target: &Path) -> Result<(), BackupError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(source, flags)?;
    connection.busy_timeout(super::BUSY_TIMEOUT)?;
    connection.execute("VACUUM INTO ?1", [target.display().to_string()])?;
    let file = fs::File::open(target);
    let synced = file.and_then(|file| file.sync_all());
    synced.map_err(|cause| BackupError::File {
        path: target.display().to_string(),
        cause,
    })
}

/// Whether the database in `file` is sound: its pages, its indexes, its references.
///
/// # Errors
/// [`BackupError::Unsound`] with what SQLite found first.
pub fn check(file: &Path) -> Result<Backup, BackupError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    let unsound = |error: rusqlite::Error| BackupError::Unsound(error.to_string());
    let said: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(unsound)?;
    if said != "ok" {
        return Err(BackupError::Unsound(said));
    }
    let dangling: i64 = connection
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
            row.get(0)
        })
        .map_err(unsound)?;
    if dangling > 0 {
        return Err(BackupError::Unsound(format!(
            "{dangling} references lead nowhere"
        )));
    }
    let bookings: i64 = connection
        .query_row("SELECT count(*) FROM booking", [], |row| row.get(0))
        .map_err(unsound)?;
    let bytes = fs::metadata(file).map_or(0, |metadata| metadata.len());
    Ok(Backup {
        bytes,
        bookings: u64::try_from(bookings).unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, SeekFrom, Write};

    use domain::Instant;

    use super::*;
    use crate::sqlite::threaded::Threaded;

    fn open(dir: &Path) -> Threaded {
        Threaded::open(dir, Instant::from_micros(1), Box::new(|_| {})).unwrap()
    }

    #[test]
    fn a_database_in_use_is_copied_and_the_copy_can_be_opened() {
        let (dir, restored) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let in_use = open(dir.path());
        let target = restored.path().join(FILE_NAME);
        assert_eq!(backup(dir.path(), &target).unwrap().bookings, 0);
        assert!(matches!(
            backup(dir.path(), &target),
            Err(BackupError::Exists(_))
        ));
        drop(in_use);
        drop(open(restored.path()));
        assert!(check(&target).is_ok());
    }

    #[test]
    fn without_a_database_there_is_no_backup() {
        let dir = tempfile::tempdir().unwrap();
        let made = backup(dir.path(), &dir.path().join("copy.db"));
        assert!(matches!(made, Err(BackupError::NoDatabase(_))));
    }

    #[test]
    fn damage_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        drop(open(dir.path()));
        let copy = dir.path().join("copy.db");
        backup(dir.path(), &copy).unwrap();
        let mut file = fs::File::options().write(true).open(&copy).unwrap();
        file.seek(SeekFrom::Start(4096 * 3)).unwrap();
        file.write_all(&[0xAB; 8192]).unwrap();
        assert!(matches!(check(&copy), Err(BackupError::Unsound(_))));
    }

    #[test]
    fn a_backup_that_was_killed_is_begun_anew() {
        let dir = tempfile::tempdir().unwrap();
        drop(open(dir.path()));
        fs::write(dir.path().join("copy.partial"), "half").unwrap();
        assert!(backup(dir.path(), &dir.path().join("copy.db")).is_ok());
        assert!(!dir.path().join("copy.partial").exists());
    }
}
