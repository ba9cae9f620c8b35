//! Units that wait for a thread.
//!
//! Interactive units and reads go first, in the order they came: somebody waits for both. Background
//! units take what is left, and never more than a share of the threads, so that a few that wait for
//! locks do not hold up everybody.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::StoreError;
use crate::unit::{Lane, Work};

/// Units one lane may hold: more than any burst we answer in time.
const QUEUE_MAX: usize = 4096;
/// Of this many threads one may run background units.
const THREADS_PER_BACKGROUND: usize = 4;

/// What waits, shared by those who bring and those who run.
pub(super) struct Queues {
    state: Mutex<State>,
    bell: Condvar,
    background_max: usize,
}

#[derive(Default)]
struct State {
    interactive: VecDeque<Waiting>,
    reads: VecDeque<Waiting>,
    background: VecDeque<Box<dyn Work>>,
    background_running: usize,
    arrived: u64,
    closed: bool,
}

struct Waiting {
    arrived: u64,
    work: Box<dyn Work>,
}

impl Queues {
    /// Queues for `threads` threads.
    pub(super) fn new(threads: usize) -> Self {
        Self {
            state: Mutex::default(),
            bell: Condvar::new(),
            background_max: (threads / THREADS_PER_BACKGROUND).max(1),
        }
    }

    pub(super) fn push(&self, lane: Lane, work: Box<dyn Work>) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.closed {
            return Err(StoreError::Closed);
        }
        let waiting = match lane {
            Lane::Interactive => state.interactive.len(),
            Lane::Background => state.background.len(),
            Lane::Read => state.reads.len(),
        };
        if waiting >= QUEUE_MAX {
            return Err(StoreError::Overloaded);
        }
        state.arrived += 1;
        let arrived = state.arrived;
        match lane {
            Lane::Interactive => state.interactive.push_back(Waiting { arrived, work }),
            Lane::Background => state.background.push_back(work),
            Lane::Read => state.reads.push_back(Waiting { arrived, work }),
        }
        self.bell.notify_one();
        Ok(())
    }

    /// The next unit to run; nothing when closed and drained. A background unit is given back with
    /// [`Queues::done`].
    pub(super) fn next(&self) -> Option<(Lane, Box<dyn Work>)> {
        let mut state = self.lock();
        loop {
            if let Some(found) = state.take(self.background_max) {
                return Some(found);
            }
            if state.closed && state.background.is_empty() {
                return None;
            }
            state = self
                .bell
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A unit of this lane has been run.
    pub(super) fn done(&self, lane: Lane) {
        if lane == Lane::Background {
            let mut state = self.lock();
            state.background_running -= 1;
            if state.closed {
                self.bell.notify_all();
            } else if !state.background.is_empty() {
                self.bell.notify_one();
            }
        }
    }

    /// Takes no more.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.bell.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The queues are whole whoever panicked: every change to them is a single push or pop.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, background_max: usize) -> Option<(Lane, Box<dyn Work>)> {
        let arrived = |queue: &VecDeque<Waiting>| queue.front().map_or(u64::MAX, |w| w.arrived);
        let (lane, queue) = if arrived(&self.reads) < arrived(&self.interactive) {
            (Lane::Read, &mut self.reads)
        } else {
            (Lane::Interactive, &mut self.interactive)
        };
        if let Some(waiting) = queue.pop_front() {
            return Some((lane, waiting.work));
        }
        if self.background_running >= background_max {
            return None;
        }
        let work = self.background.pop_front()?;
        self.background_running += 1;
        Some((Lane::Background, work))
    }
}
