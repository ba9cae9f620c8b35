//! Simulated time: it passes when nobody can run, a little with each event, and in jumps.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::{Clock, Instant};
use jiff::SignedDuration;

/// A clock that is turned by hand, and never back.
#[derive(Debug)]
pub struct SimClock(AtomicI64);

impl SimClock {
    /// A clock that stands at `start`.
    pub fn new(start: Instant) -> Self {
        Self(AtomicI64::new(start.as_micros()))
    }

    /// Lets `span` pass.
    pub fn advance(&self, span: SignedDuration) {
        self.advance_to(self.now() + span);
    }

    /// Lets time pass until `at`, if that is still to come.
    pub fn advance_to(&self, at: Instant) {
        self.0.fetch_max(at.as_micros(), Ordering::Relaxed);
    }
}

impl Clock for SimClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::Relaxed))
    }
}
