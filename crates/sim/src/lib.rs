//! A seeded simulator of the whole system: the real `app`, the real store on SQLite in memory, the
//! fake Google, and people, under faults.
//!
//! There is no runtime. Actors are futures polled by hand ([`machine`]); at each of the two seams of
//! `app` ([`seams`]) they wait at least once, and the seed decides who goes on, what gets lost, who
//! dies and when time jumps ([`weather`]). A seed runs in two phases ([`run`]): first anything may go
//! wrong and nothing wrong may happen; then nothing goes wrong any more and everything must come to
//! rest. [`checks`] says what wrong is. The trace of a seed is hashed: the same seed gives the same
//! hash, always.
//!
//! It deliberately does not interleave what happens inside one transaction: threaded tests of the
//! store do. To add a fault: a variant of [`network::Trouble`] or of [`machine::Fate`], and how often
//! it happens in [`weather`]. To add an actor: a file in [`actors`], an arm in
//! [`actors::Actor::live`]. To add a rule: see [`checks`]. A seed that fails goes into
//! `regressions.txt`.

pub mod actors;
pub mod bookings;
pub mod chance;
pub mod checks;
pub mod clock;
pub mod events;
pub mod failure;
pub mod machine;
pub mod mirror;
pub mod network;
pub mod quota_day;
pub mod run;
pub mod scene;
pub mod seams;
pub mod setup;
pub mod spy;
pub mod stats;
pub mod sweep;
pub mod trace;
pub mod truth;
pub mod weather;
