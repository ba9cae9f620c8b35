//! What an attendee is told of their booking, and when (design section 6, first row).
//!
//! A message is the difference between what its attendee last heard and what is now, so that a move away and
//! back is nobody's news. What is changed here is told at once. What the host changes in Google waits until it
//! has been quiet for [`QUIET`], because hands drag an event more than once, and whatever happens meanwhile
//! takes its place. What counts as heard is what was due; a message that still waits was not heard.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::booking::{Booking, Cause, Status};
use crate::fault;
use crate::ids::HostId;
use crate::time::{Instant, Interval};

/// How long nothing may have changed in Google before its host's changes are told (design section 6).
pub const QUIET: SignedDuration = SignedDuration::from_secs(60);

/// The longest a change made in Google waits, however often it is followed by another: somebody may be on
/// their way. Ours to choose, the design does not say.
pub const QUIET_MAX: SignedDuration = SignedDuration::from_mins(10);

/// What a message tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A request has arrived; someone must say yes.
    Requested,
    /// The time is taken, while the calendar cannot be asked.
    Unverified,
    /// It will take place.
    Confirmed,
    /// It takes place at another time.
    Moved,
    /// Its place or its host has changed, not its time.
    Changed,
    /// It does not take place.
    Cancelled,
    /// It takes place after all.
    Restored,
    /// The request was refused.
    Declined,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Requested,
        Self::Unverified,
        Self::Confirmed,
        Self::Moved,
        Self::Changed,
        Self::Cancelled,
        Self::Restored,
        Self::Declined,
    ];

    /// Its stable name in the store and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "booking_requested",
            Self::Unverified => "booking_unverified",
            Self::Confirmed => "booking_confirmed",
            Self::Moved => "booking_moved",
            Self::Changed => "booking_changed",
            Self::Cancelled => "booking_cancelled",
            Self::Restored => "booking_restored",
            Self::Declined => "booking_declined",
        }
    }

    /// The one of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What an attendee knows of their booking: all that a message is made of, and nothing else changes one.
/// Title and description of its event are the host's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// How it stands.
    pub status: Status,
    /// When it takes place.
    pub time: Interval,
    /// Where, at most [`LOCATION_CHARS_MAX`](crate::event_text::LOCATION_CHARS_MAX) characters; may be empty.
    pub place: String,
    /// With whom; of several hosts the first.
    pub host: HostId,
}

impl Standing {
    /// How things stand for those who have a seat on `booking`.
    pub fn of(booking: &Booking) -> Self {
        Self {
            status: booking.status,
            time: booking.time,
            place: booking.text.location.clone(),
            host: booking.host_id,
        }
    }

    /// Whether nobody need come any more, nor know: it has ended, or its time is over at `at`.
    fn is_past(&self, at: Instant) -> bool {
        !self.status.is_open() || self.time.end <= at
    }
}

/// All that a message says: it can be written out later without asking how things stand by then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// What its attendee heard before; `None` of the first message.
    pub before: Option<Standing>,
    /// How things stand.
    pub standing: Standing,
    /// Who or what changed it, where somebody did.
    pub cause: Option<Cause>,
    /// Why it was cancelled or declined, as they said; may be empty.
    pub reason: String,
    /// Since when it waits, with those it took the place of.
    pub since: Instant,
}

/// A message that is not due yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What it tells.
    pub standing: Standing,
    /// When the first of those it took the place of was written.
    pub since: Instant,
}

/// What a change means for one attendee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Nothing new: whatever waits goes on waiting.
    Keep,
    /// There is nothing to tell any more: whatever waits is dropped.
    Silent,
    /// This is told, in the place of whatever waits.
    Tell {
        /// What happened, since the attendee last heard.
        kind: Kind,
        /// From when on it may be sent.
        due_at: Instant,
        /// Since when it waits, with those it takes the place of.
        since: Instant,
    },
}

/// What is to be told to somebody who `heard` that, for whom a message may be `waiting`, after a change by
/// `cause` at `at` (nobody, where a look at the calendar brought it) made it so that things stand as `new`.
pub fn settle(
    heard: Option<&Standing>,
    waiting: Option<&Waiting>,
    new: &Standing,
    (cause, at): (Option<Cause>, Instant),
) -> Settled {
    // Who waits for it or expects it somewhen else must know; of what is over for both nobody need.
    if new.time.end <= at && heard.is_none_or(|heard| heard.is_past(at)) {
        return Settled::Silent;
    }
    let Some(kind) = kind_of(heard, new) else {
        return Settled::Silent;
    };
    if waiting.is_some_and(|waiting| kind_of(Some(&waiting.standing), new).is_none()) {
        return Settled::Keep;
    }
    if fault!(36) && kind == Kind::Cancelled {
        return Settled::Silent;
    }
    let since = waiting.map_or(at, |waiting| waiting.since);
    let due_at = match cause {
        Some(Cause::Calendar) => (at + QUIET).min(since + QUIET_MAX).max(at),
        Some(Cause::Attendee | Cause::Api | Cause::Admin) | None => at,
    };
    Settled::Tell {
        kind,
        due_at,
        since,
    }
}

/// What somebody who `heard` that is to hear, now that things stand as `new`; `None` if it is no news.
fn kind_of(heard: Option<&Standing>, new: &Standing) -> Option<Kind> {
    let arrived = match new.status {
        Status::Requested => Kind::Requested,
        Status::Unverified => Kind::Unverified,
        Status::Confirmed => Kind::Confirmed,
        Status::Cancelled => Kind::Cancelled,
        Status::Declined => Kind::Declined,
        // It ended by itself.
        Status::Completed | Status::NoShow => return None,
    };
    let Some(heard) = heard else {
        return Some(arrived);
    };
    let is_same = heard.status == new.status;
    match (heard.status.is_open(), new.status.is_open()) {
        (false, true) => Some(Kind::Restored),
        (_, false) => (!is_same).then_some(arrived),
        (true, true) if heard.time != new.time => Some(Kind::Moved),
        (true, true) if !is_same => Some(arrived),
        (true, true) if heard.place != new.place || heard.host != new.host => Some(Kind::Changed),
        (true, true) => None,
    }
}

#[cfg(test)]
mod tests;
