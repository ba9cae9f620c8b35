//! Units of work: synchronous closures, handed whole to wherever the database lives.

use std::sync::Arc;
use std::thread::JoinHandle;

use futures_channel::oneshot;

use crate::error::StoreError;
use crate::tx::{Tx, Wakes};

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    backend: Arc<dyn Backend>,
}

/// Which queue a unit waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Somebody waits for the answer: goes first.
    Interactive,
    /// Due work: bounded to about 5 ms a unit, goes when nobody waits.
    Background,
    /// Changes nothing: runs beside the writer, on the last committed state.
    Read,
}

/// Where units are run: a writer thread, a pool of threads, or the simulator.
pub trait Backend: Send + Sync {
    /// Takes `work` to be run, committed and settled, once, at some time.
    ///
    /// # Errors
    /// [`StoreError::Overloaded`] and [`StoreError::Closed`]: the work was not taken.
    fn submit(&self, lane: Lane, work: Box<dyn Work>) -> Result<(), StoreError>;

    /// As [`Store::is_pressed`]. Only where there is one writer for all.
    fn is_pressed(&self) -> bool {
        false
    }
}

/// Called with what a commit woke, after the commit and before its answers.
pub type OnCommit = Box<dyn Fn(&Wakes) + Send + Sync>;

/// A unit of work with its type erased. A backend calls [`run`](Work::run), once or more often,
/// inside a transaction, then [`settle`](Work::settle) once, after the commit.
pub trait Work: Send {
    /// What it is called in traces and metrics, such as `bookings.book`.
    fn name(&self) -> &'static str;

    /// Runs the closure. A second run forgets the first.
    fn run(&mut self, tx: &mut dyn Tx) -> Verdict;

    /// Answers the caller: with the closure's result if the commit stood, else with its error.
    fn settle(&mut self, commit: Result<(), StoreError>);
}

/// What is to become of a unit's changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The closure gave `Ok`: keep them.
    Keep,
    /// The closure gave `Err`: a refusal leaves no trace.
    Undo,
}

/// Waits for a backend's thread to end. The last one who has the store may be a unit on that very
/// thread; then it ends by itself.
pub(crate) fn join(thread: JoinHandle<()>) {
    if thread.thread().id() != std::thread::current().id() {
        // A thread that panicked has nothing left to finish.
        drop(thread.join());
    }
}

impl Store {
    /// A store on `backend`.
    pub fn new(backend: Arc<dyn Backend>) -> Self {
        Self { backend }
    }

    /// Whether interactive units came of late and have to wait for background units: those that come next
    /// had better be short. A hint only.
    pub fn is_pressed(&self) -> bool {
        self.backend.is_pressed()
    }

    /// Runs `body` in one transaction and answers after its commit. `Ok` keeps its changes, `Err`
    /// undoes them. `body` may be run more than once. Dropping the future does not stop the unit.
    ///
    /// # Errors
    /// What `body` gives, or the [`StoreError`] that kept it from being committed.
    pub async fn unit<T, E, F>(&self, lane: Lane, name: &'static str, body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let unit = Unit {
            name,
            body,
            outcome: None,
            answer: Some(sender),
        };
        self.backend.submit(lane, Box::new(unit))?;
        match receiver.await {
            Ok(answer) => answer,
            Err(oneshot::Canceled) => Err(StoreError::Closed.into()),
        }
    }
}

struct Unit<T, E, F> {
    name: &'static str,
    body: F,
    outcome: Option<Result<T, E>>,
    answer: Option<oneshot::Sender<Result<T, E>>>,
}

impl<T, E, F> Work for Unit<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnMut(&mut dyn Tx) -> Result<T, E> + Send,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&mut self, tx: &mut dyn Tx) -> Verdict {
        // Set only when the closure returns: a panic leaves nothing to answer with.
        self.outcome = None;
        let outcome = (self.body)(tx);
        let verdict = if outcome.is_ok() {
            Verdict::Keep
        } else {
            Verdict::Undo
        };
        self.outcome = Some(outcome);
        verdict
    }

    fn settle(&mut self, commit: Result<(), StoreError>) {
        let Some(answer) = self.answer.take() else {
            return;
        };
        let outcome = match (commit, self.outcome.take()) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(StoreError::Panicked(self.name).into()),
            (Err(error), _) => Err(error.into()),
        };
        // The caller may have gone away; the unit stands all the same.
        drop(answer.send(outcome));
    }
}
