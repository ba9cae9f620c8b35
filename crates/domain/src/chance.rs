//! Where chance comes from: passed in, so that a seed replays.

use uuid::Uuid;

use crate::time::Instant;

/// Gives random bytes. `server` asks the operating system; the simulator a seeded generator.
pub trait Chance: Send + Sync {
    /// Fills `out` with unpredictable bytes. `purpose` names the stream, so that in the simulator
    /// one more draw for one purpose does not shift every other.
    fn fill(&self, purpose: &'static str, out: &mut [u8]);
}

impl dyn Chance + '_ {
    /// `N` random bytes; 16 or more make a secret.
    pub fn bytes<const N: usize>(&self, purpose: &'static str) -> [u8; N] {
        let mut out = [0; N];
        self.fill(purpose, &mut out);
        out
    }

    /// A time-ordered identifier (UUID version 7). It leaks its creation time: never a secret.
    pub fn uuid(&self, now: Instant) -> Uuid {
        let millis = u64::try_from(now.as_micros() / 1000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes("id")).into_uuid()
    }
}
