//! The mirror: what other people's events in a connected calendar say about a host's time.
//!
//! A pull observes [`ForeignEvent`]s, masters of series and their exceptions among them, and keeps
//! them as they are. [`expand`] turns one of them, with its exceptions, into rows of [`Busy`] time.
//! Everything is a function of its arguments: how far ahead to look is a [`Horizon`], and each answer says until when it is whole.
//!
//! What is kept, and when it is made anew, is for the caller:
//!
//! * Keep masters, exceptions and single events by id, and the rows under [`ForeignEvent::series`].
//!   An exception changed: expand its series again, and replace the rows of the whole series. A
//!   tombstone of a master takes its exceptions with it; one of an exception is kept for as long as
//!   its master is (google-calendar.md §10.4).
//! * An exception whose master is not in the calendar stands alone: [`expand`] it like any event.
//! * [`AskGoogle`] is no failure of the pull: read the instances of that series by
//!   `events.instances`, and [`expand`] each, for instances are events that stand alone.
//! * A calendar is known until the earliest [`Expansion::until`] of its series. Starts beyond it are
//!   unknown, which is not free.
//!
//! Rules are expanded by the `rrule` crate in civil time without a zone; each start is then
//! resolved by the one set of zone data that we have ([`crate::time`]), so a meeting keeps its hour
//! over a change of the clocks. Nothing here trusts the text of a rule: what is long, far or read
//! differently by different calendars is asked of Google, and no rule costs more than the limits in
//! these files allow.
//!
//! To let a further kind of rule through: an arm in `rule`, and cases of it in
//! `sim`'s recurrence suite, which holds our rows against the fake Google's `singleEvents` and
//! python-dateutil.

mod ask;
mod busy;
mod event;
mod expand;
mod free_days;
mod horizon;
mod lines;
mod rule;
mod stamp;
mod starts;
mod walk;

#[cfg(test)]
mod tests;

pub use ask::AskGoogle;
pub use busy::{Busy, BusyRules, Calendar, Free};
pub use event::{
    EventKind, EventMark, EventStatus, ForeignEvent, Occurrence, Response, Start, Timing,
};
pub use expand::{Expansion, expand};
pub use free_days::free_days;
pub use horizon::{Horizon, WINDOW_MAX};
