//! A schema of its own in a PostgreSQL database, run inline: for the simulator and tests.

use std::sync::Mutex;

use domain::Instant;

use super::OpenError;
use super::connection::Connection;
use super::fault::{Fault, one_line};
use super::pool::prepare;
use super::server::Server;
use super::unit;
use crate::error::StoreError;
use crate::inline::{self, Ran};
use crate::ledger::Ledger;
use crate::tx::Row;
use crate::unit::{Backend, Lane, Work};

/// A schema, emptied for whoever opens it.
///
/// It runs units where it is called, so it must not be called on a thread with a runtime.
pub struct Inline {
    connection: Mutex<Connection>,
}

impl Inline {
    /// The schema `schema` of the database at `url`, made if it is missing, brought up to date and
    /// emptied. Two at once on one schema disturb each other.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(url: &str, schema: &str, now: Instant) -> Result<Self, OpenError> {
        let server = Server::parse(url)?.in_schema(schema);
        let unreachable = |e: ::postgres::Error| OpenError::Unreachable {
            place: server.place(),
            cause: one_line(&e),
        };
        let quoted = schema.replace('"', "\"\"");
        let make = format!("CREATE SCHEMA IF NOT EXISTS \"{quoted}\"");
        let mut client = server.raw().map_err(unreachable)?;
        client.batch_execute(&make).map_err(unreachable)?;
        drop(client);
        prepare(&server, now)?;
        let this = Self {
            connection: Mutex::new(server.connect().map_err(unreachable)?),
        };
        this.reset()
            .map_err(|e| OpenError::Migrate(e.into()))
            .map(|()| this)
    }

    /// Forgets every row but those of the migrations.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn reset(&self) -> Result<(), StoreError> {
        let Ok(mut connection) = self.connection.lock() else {
            return Err(StoreError::Closed);
        };
        let fault = |e: ::postgres::Error| StoreError::from(Fault::of(&e));
        let tables: Result<Vec<String>, StoreError> = connection
            .rows(
                "SELECT quote_ident(tablename) FROM pg_tables
                 WHERE schemaname = current_schema() AND tablename <> 'migration' ORDER BY 1",
                &[],
            )
            .map_err(fault)?
            .iter_mut()
            .map(Row::take)
            .collect();
        let truncate = format!("TRUNCATE {}", tables?.join(", "));
        connection.script(&truncate).map_err(fault)
    }

    /// As [`inline::Inline::run`], for those who know which database it is.
    ///
    /// # Errors
    /// [`StoreError`] when the transaction could not be begun or committed.
    pub fn run(&self, work: &mut dyn Work) -> Result<Ran, StoreError> {
        let Ok(mut connection) = self.connection.lock() else {
            return Err(StoreError::Closed);
        };
        let ledger = Ledger::with_digest();
        Ok(unit::run(&mut connection, Lane::Interactive, work, ledger)?)
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
