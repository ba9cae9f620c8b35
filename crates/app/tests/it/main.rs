//! The use cases on a real database in memory, with Google scripted answer by answer.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod audit;
mod bookings;
mod calendars;
mod claims;
mod conflicts;
mod connections;
mod credentials;
mod delivery;
mod detached;
mod disconnect;
mod event_text;
mod freshness;
mod limits;
mod moved;
mod preset;
mod proof;
mod pull;
mod push;
mod quota;
mod reminders;
mod rotation;
mod shrinking;
mod sign_in;
mod start;
mod support;
mod sync_now;
mod told;
mod town;
mod two_way;
