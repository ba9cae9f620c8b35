//! PostgreSQL 13 or newer: any number of processes on one database.
//!
//! READ COMMITTED, one transaction a unit; bodies lock first, then read. Threads with a connection
//! each run the units ([`pool`]); the simulator runs them one by one ([`inline`]).
//!
//! The driver runs a runtime of its own for each connection. Everything here therefore happens on
//! plain threads: opening too, so that a caller on a runtime may do it.

mod connection;
mod fault;
pub mod inline;
pub mod pool;
mod queues;
mod server;
mod statement;
mod tls;
mod tx;
mod unit;
mod value;
mod wakes;

use crate::migrate::MigrateError;

/// Why a database cannot be opened. No message shows the password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL does not say where.
    #[error("the database URL cannot be understood: {0}")]
    Url(String),
    /// The certificates to trust cannot be read.
    #[error("the certificates to trust for the database cannot be read: {0}")]
    Certificates(String),
    /// Nothing answers there, or it lets us not in.
    #[error("the database {place} cannot be reached: {cause}")]
    Unreachable {
        /// Which server and database.
        place: String,
        /// Why not, in one line.
        cause: String,
    },
    /// It is there, and is not one we can work on.
    #[error("the database {place} cannot be used: {cause}")]
    Unfit {
        /// Which server and database.
        place: String,
        /// What it lacks.
        cause: &'static str,
    },
    /// The schema cannot be brought up to date.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
}
