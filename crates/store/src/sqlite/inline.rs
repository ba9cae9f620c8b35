//! A database in memory, run inline.

use std::sync::Mutex;

use domain::Instant;
use rusqlite::Connection;

use super::tx::SqliteTx;
use super::{OpenError, set_up, update};
use crate::error::StoreError;
use crate::inline;
use crate::ledger::Ledger;
use crate::unit::{Backend, Lane, Verdict, Work};

pub use crate::inline::Ran;

/// A database in memory.
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
