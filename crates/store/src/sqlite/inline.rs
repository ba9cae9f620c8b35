//! A database run inline: in memory, or one that is only read.

use std::path::Path;
use std::sync::Mutex;

use domain::Instant;
use rusqlite::Connection;

use super::tx::SqliteTx;
use super::{FILE_NAME, OpenError, open_reader, set_up, update};
use crate::error::StoreError;
use crate::inline;
use crate::ledger::Ledger;
use crate::unit::{Backend, Lane, Verdict, Work};

pub use crate::inline::Ran;

/// A database without threads of its own.
pub struct Inline {
    connection: Mutex<Connection>,
}

impl Inline {
    /// A new, empty database in memory.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(now: Instant) -> Result<Self, OpenError> {
        let mut connection = Connection::open_in_memory()?;
        set_up(&connection)?;
        update(&mut connection, now)?;
        Ok(Self {
            connection: Mutex::new(connection),
        })
    }

    /// The database of a data folder, to read, whoever works in it: takes no lock on the folder, and every
    /// write fails.
    ///
    /// # Errors
    /// [`OpenError`], when there is none too.
    pub fn open_to_read(data_dir: &Path) -> Result<Self, OpenError> {
        let connection = open_reader(&data_dir.join(FILE_NAME))?;
        Ok(Self {
            connection: Mutex::new(connection),
        })
    }

    /// As [`inline::Inline::run`], for those who know which database it is.
    ///
    /// # Errors
    /// [`StoreError`] when the transaction could not be begun or committed.
    pub fn run(&self, work: &mut dyn Work) -> Result<Ran, StoreError> {
        let Ok(mut connection) = self.connection.lock() else {
            return Err(StoreError::Closed);
        };
        let transaction = connection.transaction()?;
        let mut tx = SqliteTx::new(&transaction, Ledger::with_digest());
        let verdict = work.run(&mut tx);
        let sound = tx.ledger.sound();
        let (wakes, digest) = tx.ledger.close();
        match verdict {
            Verdict::Keep => {
                sound?;
                transaction.commit()?;
            }
            Verdict::Undo => transaction.rollback()?,
        }
        Ok(Ran {
            verdict,
            digest,
            wakes,
        })
    }
}

impl inline::Inline for Inline {
    fn run(&self, work: &mut dyn Work) -> Result<Ran, StoreError> {
        Self::run(self, work)
    }
}

impl Backend for Inline {
    fn submit(&self, _lane: Lane, mut work: Box<dyn Work>) -> Result<(), StoreError> {
        let committed = self.run(&mut *work).map(drop);
        work.settle(committed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::OrganizationId;

    use super::*;
    use crate::sqlite::threaded::Threaded;
    use crate::tables::{connections, leases};

    #[test]
    fn a_database_in_use_can_be_read_and_not_written() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Inline::open_to_read(dir.path()).is_err(), "there is none");
        let in_use = Threaded::open(dir.path(), Instant::from_micros(1), Box::new(|_| {})).unwrap();
        let reader = Inline::open_to_read(dir.path()).unwrap();
        let mut connection = reader.connection.lock().unwrap();
        let transaction = connection.transaction().unwrap();
        let mut tx = SqliteTx::new(&transaction, Ledger::default());
        let nobody = OrganizationId(uuid::Uuid::nil());
        assert_eq!(connections::list(&mut tx, nobody).unwrap(), []);
        assert!(leases::revoke_all(&mut tx).is_err());
        drop(in_use);
    }
}
