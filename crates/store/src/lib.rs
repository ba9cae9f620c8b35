//! What Lockstep remembers: units of work on the database, and the only SQL.
//!
//! A unit is a synchronous closure over a [`Tx`], handed whole to the database's own thread with
//! [`Store::unit`]. It may be run more than once, so everything it needs from outside (ids, the time,
//! chance) is drawn before and moved in. There is no policy here, and nothing async inside a unit:
//! a unit that waits for the network does not compile.
//!
//! To add a migration: a file `migrations/sqlite/NNNN_name.sql` and a row in [`migrate`]. To add a
//! table's reads and writes: a file in [`tables`].

pub mod error;
pub mod migrate;
pub mod sqlite;
pub mod tables;
pub mod tx;
pub mod unit;

pub use error::StoreError;
pub use tx::{Dialect, Row, Topic, Tx, Value, attempt};
pub use unit::{Backend, Lane, Store, Verdict, Work};
