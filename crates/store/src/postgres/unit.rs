//! One unit, one transaction: begun, run, ended, and its end named.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::connection::Connection;
use super::fault::Fault;
use super::tx::PostgresTx;
use crate::error::StoreError;
use crate::inline::Ran;
use crate::ledger::Ledger;
use crate::unit::{Lane, Verdict, Work};

/// Why a unit was not committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The connection is gone and nothing was done: run it on another.
    Lost(String),
    /// Another transaction was in the way and nothing was done: run it again.
    Again(String),
    /// It failed and nothing was done.
    Failed(StoreError),
    /// The connection is gone since the commit was sent: done or not, we do not know.
    Unknown,
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Lost(text) => Self::Lost(text),
            Fault::Again(text) => Self::Again(text),
            Fault::Failed(error) => Self::Failed(error),
        }
    }
}

impl Trouble {
    /// Whether the connection can be used again.
    pub(super) const fn leaves_connection(&self) -> bool {
        matches!(self, Self::Again(_) | Self::Failed(_))
    }
}

impl From<Trouble> for StoreError {
    /// For those who do not run the unit again.
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Lost(_) => Self::Unavailable,
            Trouble::Again(_) => Self::Overloaded,
            Trouble::Failed(error) => error,
            Trouble::Unknown => Self::Unknown,
        }
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        Trouble::from(fault).into()
    }
}

/// A reading unit sees one snapshot, as on SQLite.
const fn begin(lane: Lane) -> &'static str {
    match lane {
        Lane::Interactive | Lane::Background => "BEGIN ISOLATION LEVEL READ COMMITTED",
        Lane::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    }
}

/// Runs `work` in a transaction and commits it, or undoes it when it gives `Err` or panics. `Ok`
/// means that its own outcome stands.
pub(super) fn run(
    connection: &mut Connection,
    lane: Lane,
    work: &mut dyn Work,
    ledger: Ledger,
) -> Result<Ran, Trouble> {
    let fault = |e: ::postgres::Error| Trouble::from(Fault::of(&e));
    connection.script(begin(lane)).map_err(fault)?;
    let mut tx = PostgresTx::new(connection, ledger);
    let verdict = catch_unwind(AssertUnwindSafe(|| work.run(&mut tx))).unwrap_or(Verdict::Undo);
    let PostgresTx { ledger, void, .. } = tx;
    let sound = ledger.sound();
    let (wakes, digest) = ledger.close();
    let ran = Ran {
        verdict,
        digest,
        wakes,
    };
    if let Some(fault) = void {
        rollback(connection, &fault);
        return Err(fault.into());
    }
    match (verdict, sound) {
        (Verdict::Keep, Ok(())) => commit(connection, lane).map(|()| ran),
        (Verdict::Keep, Err(error)) => {
            undo(connection)?;
            Err(Trouble::Failed(error))
        }
        (Verdict::Undo, _) => undo(connection).map(|()| ran),
    }
}

fn commit(connection: &mut Connection, lane: Lane) -> Result<(), Trouble> {
    connection
        .script("COMMIT")
        .map_err(|e| match Fault::of(&e) {
            // What only read may be read again.
            Fault::Lost(_) if lane != Lane::Read => Trouble::Unknown,
            fault => fault.into(),
        })
}

/// A refusal may rest on nothing but committed rows, and without its connection the transaction is
/// gone as well; it is run again all the same, so that no connection in doubt is kept.
fn undo(connection: &mut Connection) -> Result<(), Trouble> {
    connection
        .script("ROLLBACK")
        .map_err(|e| match Fault::of(&e) {
            Fault::Failed(error) => Trouble::Lost(error.to_string()),
            fault => fault.into(),
        })
}

fn rollback(connection: &mut Connection, fault: &Fault) {
    connection.forget_statements();
    if matches!(fault, Fault::Again(_)) {
        // If this fails the connection is gone, and the next BEGIN says so.
        drop(connection.script("ROLLBACK"));
    }
}
