//! The simulator's own tests: a few hundred seeds, those that once failed, and told histories.

#![expect(
    clippy::unwrap_used,
    reason = "a history that cannot be told as meant has failed"
)]

mod conflicts;
mod every_call;
mod failures;
mod fixed_point;
mod histories;
mod losses;
mod pending;
mod quota_day;
mod seeds;
mod throughput;
mod told;
mod twins;
