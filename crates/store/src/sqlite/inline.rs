//! Units run on the caller's own thread, one transaction each: for the simulator and small tests.

use std::sync::Mutex;

use domain::Instant;
use rusqlite::Connection;

use super::digest::Digest;
use super::tx::SqliteTx;
use super::{OpenError, set_up};
use crate::error::StoreError;
use crate::migrate;
use crate::tx::Wakes;
use crate::unit::{Backend, Lane, Verdict, Work};

/// A database in memory.
pub struct Inline {
    connection: Mutex<Connection>,
}

/// What a unit did, for a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Whether its changes were kept.
    pub verdict: Verdict,
    /// Fingerprint of every statement, its parameters and what it gave.
    pub digest: Digest,
    /// What it woke.
    pub wakes: Wakes,
}

impl Inline {
    /// A new, empty database in memory.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(now: Instant) -> Result<Self, OpenError> {
        let mut connection = Connection::open_in_memory()?;
        set_up(&connection)?;
        migrate::migrate(&mut connection, migrate::SQLITE, now)?;
        Ok(Self {
            connection: Mutex::new(connection),
        })
    }

    /// Runs `work` in a transaction of its own and commits it, without answering its caller: that is
    /// [`Work::settle`], and the simulator may crash before it.
    ///
    /// # Errors
    /// [`StoreError`] when the transaction could not be begun or committed.
    pub fn run(&self, work: &mut dyn Work) -> Result<Ran, StoreError> {
        let Ok(mut connection) = self.connection.lock() else {
            return Err(StoreError::Closed);
        };
        let transaction = connection.transaction()?;
        let mut tx = SqliteTx::new(&transaction);
        tx.digest = Some(Digest::default());
        let verdict = work.run(&mut tx);
        let SqliteTx { wakes, digest, .. } = tx;
        match verdict {
            Verdict::Keep => transaction.commit()?,
            Verdict::Undo => transaction.rollback()?,
        }
        Ok(Ran {
            verdict,
            digest: digest.unwrap_or_default(),
            wakes,
        })
    }
}

impl Backend for Inline {
    fn submit(&self, _lane: Lane, mut work: Box<dyn Work>) -> Result<(), StoreError> {
        let committed = self.run(&mut *work).map(drop);
        work.settle(committed);
        Ok(())
    }
}
