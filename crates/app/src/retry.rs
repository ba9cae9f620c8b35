//! When to try again: exponential backoff with full jitter, as data.

use domain::{Chance, Instant};
use jiff::SignedDuration;

/// First pause, doubled with each failure.
const BASE_SECONDS: i64 = 1;
/// Longest pause: what broke for long is still looked at four times an hour.
const CAP_SECONDS: i64 = 15 * 60;

/// A pause drawn for the next failure, before the unit that may need it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jitter(u32);

impl Jitter {
    pub(crate) fn draw(chance: &dyn Chance) -> Self {
        Self(u32::from_le_bytes(chance.bytes("jitter")))
    }

    /// `pause`, drawn up to `percent` shorter or longer.
    pub(crate) fn around(self, pause: SignedDuration, percent: u8) -> SignedDuration {
        let reach = pause.saturating_mul(i32::from(percent)) / 100;
        // In thousandths: no product of micros can overflow.
        let permille = i32::try_from(i64::from(self.0) * 2000 / i64::from(u32::MAX)).unwrap_or(0);
        pause - reach + reach.saturating_mul(permille) / 1000
    }

    /// One that was drawn.
    #[cfg(test)]
    pub(crate) const fn of(draw: u32) -> Self {
        Self(draw)
    }

    /// When to try again after `failures` in a row (at least 1), not before `after` if Google said so.
    pub(crate) fn next(
        self,
        now: Instant,
        failures: i64,
        after: Option<SignedDuration>,
    ) -> Instant {
        let doublings = u32::try_from(failures - 1).unwrap_or(0).min(20);
        let ceiling = BASE_SECONDS.saturating_mul(1 << doublings).min(CAP_SECONDS) * 1_000_000;
        // Anywhere up to the ceiling, so that many that failed together do not return together.
        let drawn = i64::from(self.0) * (ceiling / 1000) / i64::from(u32::MAX) * 1000;
        now + SignedDuration::from_micros(drawn).max(after.unwrap_or(SignedDuration::ZERO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_cap_and_honour_google() {
        let now = Instant::from_micros(0);
        let pause = |draw, failures, after: Option<i64>| {
            (Jitter(draw).next(now, failures, after.map(SignedDuration::from_secs)) - now).as_secs()
        };
        assert_eq!(pause(u32::MAX, 1, None), 1);
        assert_eq!(pause(u32::MAX, 5, None), 16);
        assert_eq!(pause(u32::MAX, 1000, None), CAP_SECONDS);
        assert_eq!(pause(0, 5, None), 0);
        assert_eq!(pause(0, 1, Some(120)), 120);
    }
}
