//! [`Tx`] on one PostgreSQL connection.

use ::postgres::Error;

use super::connection::Connection;
use super::fault::Fault;
use crate::error::StoreError;
use crate::ledger::Ledger;
use crate::migrate::Scripts;
use crate::tx::{Dialect, Row, Topic, Tx, Value};
use crate::unit::Verdict;

/// A transaction that somebody else begins and ends.
pub(super) struct PostgresTx<'c> {
    connection: &'c mut Connection,
    pub(super) ledger: Ledger,
    /// The first failure that makes the whole transaction void, whatever its body made of it.
    pub(super) void: Option<Fault>,
}

impl<'c> PostgresTx<'c> {
    pub(super) const fn new(connection: &'c mut Connection, ledger: Ledger) -> Self {
        Self {
            connection,
            ledger,
            void: None,
        }
    }

    fn judge<T>(&mut self, outcome: Result<T, Error>) -> Result<T, StoreError> {
        outcome.map_err(|error| {
            let fault = Fault::of(&error);
            let said = fault.for_body();
            if !matches!(fault, Fault::Failed(_)) {
                self.void.get_or_insert(fault);
            }
            said
        })
    }
}

impl Tx for PostgresTx<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        self.ledger.begin_statement(sql, params)?;
        let outcome = self.connection.execute(sql, params);
        let outcome = self.judge(outcome);
        self.ledger.changed(outcome)
    }

    fn rows(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.ledger.begin_statement(sql, params)?;
        let outcome = self.connection.rows(sql, params);
        let outcome = self.judge(outcome);
        self.ledger.found(outcome)
    }

    fn begin_savepoint(&mut self) -> Result<(), StoreError> {
        self.ledger.begin_savepoint()?;
        // PostgreSQL lets savepoints of one name nest: the newest is meant.
        let outcome = self.connection.script("SAVEPOINT attempt");
        self.judge(outcome)
    }

    fn end_savepoint(&mut self, verdict: Verdict) -> Result<(), StoreError> {
        let (verdict, said) = self.ledger.end_savepoint(verdict);
        let outcome = self.connection.script(match verdict {
            Verdict::Keep => "RELEASE attempt",
            Verdict::Undo => "ROLLBACK TO attempt; RELEASE attempt",
        });
        self.judge(outcome)?;
        said
    }

    fn wake(&mut self, topic: Topic) {
        self.ledger.wake(topic);
    }
}

impl Scripts for PostgresTx<'_> {
    fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        let outcome = self.connection.script(sql);
        self.judge(outcome)
    }

    fn tx(&mut self) -> &mut dyn Tx {
        self
    }
}
