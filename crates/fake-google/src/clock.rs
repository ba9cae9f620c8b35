//! The clock of a world: the caller's, shifted; or standing still until told to move (§20, "virtual
//! clock").
//!
//! The core never reads a machine's clock. Whoever has one says what it shows
//! ([`World::time`](crate::World::time)) and is told what the world believes.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::world::World;

/// Whether time passes by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockMode {
    /// As the outside clock does.
    #[default]
    Running,
    /// Only when told to.
    Frozen,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct WorldClock {
    offset: SignedDuration,
    frozen_at: Option<Timestamp>,
    /// What the outside clock showed last. Unknown where the caller passes the world's time itself.
    outside: Option<Timestamp>,
    /// Commands so far, so that a shell can tell that somebody moved the clock.
    commands: u64,
}

impl WorldClock {
    /// The world's time while the outside clock shows `outside`.
    pub(crate) fn read(&mut self, outside: Timestamp) -> Timestamp {
        self.outside = Some(outside);
        self.frozen_at
            .unwrap_or_else(|| outside.checked_add(self.offset).unwrap_or(Timestamp::MAX))
    }

    pub(crate) fn mode(&self) -> ClockMode {
        match self.frozen_at {
            Some(_) => ClockMode::Frozen,
            None => ClockMode::Running,
        }
    }

    /// How far ahead of the outside clock. Of a clock that stands still: when it was last read.
    pub(crate) fn offset(&self) -> SignedDuration {
        match (self.frozen_at, self.outside) {
            (Some(at), Some(outside)) => at.duration_since(outside),
            _ => self.offset,
        }
    }

    pub(crate) fn commands(&self) -> u64 {
        self.commands
    }

    pub(crate) fn advance(&mut self, by: SignedDuration) {
        self.commands += 1;
        self.offset = self.offset.saturating_add(by);
        self.frozen_at = self
            .frozen_at
            .map(|at| at.checked_add(by).unwrap_or(Timestamp::MAX));
    }

    /// Makes it show `to` where it showed `now`.
    pub(crate) fn set(&mut self, now: Timestamp, to: Timestamp) {
        self.advance(to.duration_since(now));
    }

    pub(crate) fn freeze(&mut self, now: Timestamp) {
        self.commands += 1;
        self.frozen_at.get_or_insert(now);
    }

    /// Goes on from where it stood.
    pub(crate) fn run(&mut self) {
        self.commands += 1;
        self.offset = self.offset();
        self.frozen_at = None;
    }
}

impl World {
    /// The time this world believes in while the caller's clock shows `outside`. The core never
    /// asks: whoever passes `now` does, if the world's clock is to be adjustable.
    pub fn time(&mut self, outside: Timestamp) -> Timestamp {
        self.clock.read(outside)
    }

    /// Whether time passes by itself.
    #[must_use]
    pub fn clock_mode(&self) -> ClockMode {
        self.clock.mode()
    }

    /// How far this world's clock is ahead of the caller's; see [`World::time`].
    #[must_use]
    pub fn clock_offset(&self) -> SignedDuration {
        self.clock.offset()
    }

    /// Moves this world's clock, running or frozen.
    pub fn advance_clock(&mut self, by: SignedDuration) {
        self.clock.advance(by);
    }

    /// Lets this world's clock show `to` where it showed `now`.
    pub fn set_clock(&mut self, now: Timestamp, to: Timestamp) {
        self.clock.set(now, to);
    }

    /// Stops this world's clock at `now`.
    pub fn freeze_clock(&mut self, now: Timestamp) {
        self.clock.freeze(now);
    }

    /// Lets a frozen clock go on from where it stood.
    pub fn run_clock(&mut self) {
        self.clock.run();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn it_runs_shifted_stands_and_goes_on_from_there() {
        let mut clock = WorldClock::default();
        clock.advance(SignedDuration::from_secs(10));
        assert_eq!(clock.read(at(100)), at(110));
        clock.freeze(at(110));
        assert_eq!(clock.read(at(150)), at(110));
        assert_eq!(clock.mode(), ClockMode::Frozen);
        clock.advance(SignedDuration::from_secs(5));
        assert_eq!(clock.read(at(160)), at(115));
        clock.run();
        assert_eq!(clock.read(at(161)), at(116));
        clock.set(at(116), at(1000));
        assert_eq!(clock.read(at(162)), at(1001));
        assert_eq!(clock.offset().as_secs(), 839);
    }
}
