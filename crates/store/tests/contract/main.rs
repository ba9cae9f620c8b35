//! What every store does, whichever database is underneath: SQLite on its threads, SQLite inline,
//! PostgreSQL through its pool, PostgreSQL inline. Then what only one of them can get wrong.
//!
//! A case is written once with [`on_every_database!`] and becomes four tests. PostgreSQL is the one at
//! `LOCKSTEP_TEST_POSTGRES_URL`, or a private one that `scripts/postgres` starts; without either the
//! tests fail and say so.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod answers;
mod away;
mod coverage;
mod limits;
mod open;
mod plans;
mod races;
mod schema;
mod statements;
mod support;
mod tables;
mod threads;
mod tls;
mod twins;
