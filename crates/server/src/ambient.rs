//! The real clock and the real chance.

use domain::{Chance, Clock, Instant};
use jiff::Timestamp;
use rand::TryRng;
use rand::rngs::SysRng;

/// The system's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::from_timestamp(Timestamp::now())
    }
}

/// The operating system's randomness.
pub(crate) struct SystemChance;

impl Chance for SystemChance {
    fn fill(&self, _purpose: &'static str, out: &mut [u8]) {
        SysRng
            .try_fill_bytes(out)
            .expect("the operating system gives random bytes");
    }
}
