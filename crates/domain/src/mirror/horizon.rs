//! How far ahead the mirror looks, and when it looks further.

use jiff::SignedDuration;

use crate::time::{Instant, Interval};

/// The longest window one expansion covers; a longer one is answered up to here. Two years.
pub const WINDOW_MAX: SignedDuration = SignedDuration::from_hours(24 * 731);

/// The rolling window of a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// How long what is over stays in the mirror.
    pub behind: SignedDuration,
    /// How far ahead the mirror always knows.
    pub ahead: SignedDuration,
    /// How much further it looks each time, so that rolling is rare.
    pub step: SignedDuration,
}

impl Default for Horizon {
    fn default() -> Self {
        Self {
            behind: SignedDuration::from_hours(24 * 60),
            ahead: SignedDuration::from_hours(24 * 400),
            step: SignedDuration::from_hours(24 * 30),
        }
    }
}

impl Horizon {
    /// The window to expand at `now`. `jitter` is the calendar's own share of a step, within
    /// `0..1000` thousandths, so that calendars do not roll all at once.
    pub fn window(&self, now: Instant, jitter: u32) -> Interval {
        let share = self.step * i32::try_from(jitter.min(1000)).unwrap_or(1000) / 1000;
        let end = now + self.ahead + self.step + share;
        Interval {
            start: now - self.behind,
            end,
        }
    }
}
