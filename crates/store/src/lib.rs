//! What Lockstep remembers: units of work on the database, and the only SQL.
//!
//! A unit is a synchronous closure over a [`Tx`], handed whole to the database's own thread with
//! [`Store::unit`]. It may be run more than once, so everything it needs from outside (ids, the time,
//! chance) is drawn before and moved in. There is no policy here, and nothing async inside a unit:
//! a unit that waits for the network does not compile.
//!
//! [`open()`] chooses the database by its URL: [`sqlite`] or [`postgres`]. Bodies are the same on both.
//!
//! To add a migration: a file `migrations/sqlite/NNNN_name.sql`, one of the same name in
//! `migrations/postgres`, and a row for each in [`migrate`]. To add a table's reads and writes: a file
//! in [`tables`], and every function of it in the contract suite, `tests/contract`.

pub mod digest;
pub mod error;
pub mod inline;
mod ledger;
pub mod migrate;
mod open;
pub mod postgres;
pub mod sqlite;
pub mod tables;
pub mod transfer;
pub mod tx;
pub mod unit;

pub use error::StoreError;
pub use open::{OpenError, Options, open, open_to_read};
pub use tx::{Dialect, Row, Topic, Tx, Value, attempt};
pub use unit::{Backend, Lane, OnCommit, Store, Verdict, Work};
