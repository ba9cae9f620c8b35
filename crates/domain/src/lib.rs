//! What Lockstep decides: time, schedules, slots, bookings, the mirror and the sync planner.
//!
//! Everything here is a pure function of its arguments. There is no I/O, no async, no ambient clock
//! or chance, no SQL and nothing of Google's JSON; a rule that needs one of those belongs in `app`,
//! and passes in what it learnt.
//!
//! To add a booking rule: add an arm to [`booking::Refusal`], check it in [`booking::check_start`],
//! and add a row to that module's table test.

pub mod attendee;
pub mod booking;
pub mod chance;
pub mod clock;
pub mod connection;
pub mod event_text;
pub mod event_type;
pub mod fault;
pub mod freshness;
pub mod ids;
pub mod locale;
pub mod mirror;
pub mod notice;
pub mod reminders;
pub mod schedule;
pub mod slots;
pub mod sync;
pub mod text;
pub mod time;

pub use chance::Chance;
pub use clock::Clock;
pub use ids::{
    ApiKeyId, AttendeeId, BookingId, CalendarId, ClaimId, ConflictId, ConnectionId, EventTypeId,
    HoldId, HostId, LinkId, MessageId, OrganizationId, ScheduleId, TimelineId, UserId,
};
pub use locale::Locale;
pub use time::{Instant, Interval, Zone};
