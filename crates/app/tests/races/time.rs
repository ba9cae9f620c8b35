//! Time for a race: it passes quickly, so that holds run out, and for all processes alike.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::{Clock, Instant};
use jiff::{SignedDuration, Timestamp};

/// Monday.
pub(crate) fn morning() -> Instant {
    Instant::parse("2026-11-23T00:00:00Z").unwrap()
}

/// A day at most: what callers want stays ahead.
fn evening() -> Instant {
    morning() + SignedDuration::from_hours(24)
}

pub(crate) enum RaceClock {
    /// Moved by callers.
    Hand(AtomicI64),
    /// Ten minutes pass in a second; it was morning at this moment of the machine's own clock.
    Shared(Timestamp),
}

impl RaceClock {
    pub(crate) fn by_hand() -> Self {
        Self::Hand(AtomicI64::new(morning().as_micros()))
    }

    pub(crate) fn advance(&self, span: SignedDuration) {
        if let Self::Hand(now) = self {
            let later = Instant::from_micros(now.load(Ordering::Relaxed)) + span;
            now.store(later.min(evening()).as_micros(), Ordering::Relaxed);
        }
    }
}

impl Clock for RaceClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "processes share no other clock than the machine's"
    )]
    fn now(&self) -> Instant {
        match self {
            Self::Hand(now) => Instant::from_micros(now.load(Ordering::Relaxed)),
            Self::Shared(began) => {
                let passed = Timestamp::now().duration_since(*began) * 600;
                (morning() + passed).min(evening())
            }
        }
    }
}
