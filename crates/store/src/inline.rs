//! Units run on the caller's own thread, one transaction each: for the simulator and small tests.

use crate::digest::Digest;
use crate::error::StoreError;
use crate::tx::Wakes;
use crate::unit::{Backend, Verdict, Work};

/// What a unit did, for a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Whether its changes were kept.
    pub verdict: Verdict,
    /// Fingerprint of every statement, its parameters and what it gave: the same on every database.
    pub digest: Digest,
    /// What it woke.
    pub wakes: Wakes,
}

/// A backend without threads of its own.
pub trait Inline: Backend {
    /// Runs `work` in a transaction of its own and commits it, without answering its caller: that is
    /// [`Work::settle`], and the simulator may crash before it.
    ///
    /// # Errors
    /// [`StoreError`] when the transaction could not be begun or committed.
    fn run(&self, work: &mut dyn Work) -> Result<Ran, StoreError>;
}
