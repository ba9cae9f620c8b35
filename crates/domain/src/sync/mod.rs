//! Keeping one booking and one remote event in step.
//!
//! A [`Link`] holds what is known: what the booking wants, the *base* (what both sides last agreed
//! on, once in our words and once in Google's), the call that may be under way, and the newest
//! observation. [`learn`](learn::learn) turns an observation into knowledge, [`plan`](plan::plan)
//! turns knowledge into the next action. Both are pure and total; `app` carries them out, one remote
//! call per step.
//!
//! Ours is compared with ours and theirs with theirs, never across, because Google rewrites text.
//! Times are the exception: an instant comes back as it was sent.
//!
//! The conflict rules here are the simple ones of the walking skeleton: a move made by the host is
//! followed, a deletion confirmed by a direct read cancels, when both sides moved ours is kept, and
//! everything else waits, parked and visible. Richer rules replace them behind the same two doors.

pub mod learn;
pub mod plan;

use serde::{Deserialize, Serialize};

use crate::booking::{Booking, Status};
use crate::event_text::EventText;
use crate::fault;
use crate::reminders::Reminders;
use crate::time::{Interval, Zone};

/// The fields of a remote event that are ours, as we ask for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFields {
    /// Title, description, location.
    pub text: EventText,
    /// Start and end.
    pub time: Interval,
    /// The zone both are named in.
    pub zone: Zone,
    /// What Google reminds its owner of.
    #[serde(default)]
    pub reminders: Reminders,
    /// Whether it is certain.
    #[serde(default)]
    pub certainty: Certainty,
}

/// Whether an event is certain: Google's `status` (§6), of an event that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// It is.
    #[default]
    Confirmed,
    /// Not yet.
    Tentative,
}

impl Certainty {
    /// What an event of a booking in `status` shows.
    const fn of(status: Status) -> Self {
        match status {
            Status::Unverified => Self::Tentative,
            _ => Self::Confirmed,
        }
    }

    /// Its name in Google's words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Tentative => "tentative",
        }
    }
}

impl EventFields {
    /// What `booking` wants in the calendar: `None` when nothing should be there.
    pub fn wanted(booking: &Booking) -> Option<Self> {
        booking.status.has_event().then(|| Self {
            text: booking.text.clone(),
            time: booking.time,
            zone: booking.zone.clone(),
            reminders: booking.reminders.clone(),
            certainty: Certainty::of(booking.status),
        })
    }

    /// What must be sent to get from `base` to `self`: only fields that differ.
    pub fn changes_from(&self, base: &Self) -> Changes {
        let differs = |a: &String, b: &String| (a != b).then(|| a.clone());
        Changes {
            title: differs(&self.text.title, &base.text.title),
            description: differs(&self.text.description, &base.text.description),
            location: differs(&self.text.location, &base.text.location),
            time: (self.time != base.time || self.zone != base.zone)
                .then(|| (self.time, self.zone.clone())),
            reminders: (self.reminders != base.reminders).then(|| self.reminders.clone()),
            certainty: (self.certainty != base.certainty).then_some(self.certainty),
        }
    }
}

/// Fields to change on a remote event; `None` leaves one alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The new title.
    pub title: Option<String>,
    /// The new description.
    pub description: Option<String>,
    /// The new location.
    pub location: Option<String>,
    /// The new start and end, and the zone they are named in.
    pub time: Option<(Interval, Zone)>,
    /// The new reminders.
    pub reminders: Option<Reminders>,
    /// Whether it is certain now.
    pub certainty: Option<Certainty>,
}

/// When a remote event takes place, as far as a booking can follow it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemoteTime {
    /// Once, from one instant to another.
    Timed(Interval),
    /// On whole days: a booking cannot.
    AllDay,
    /// More than once: a booking cannot.
    Recurring,
}

/// A remote event, as Google showed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remote {
    /// Google's version of it; opaque.
    pub etag: String,
    /// The attempt of ours whose writing it carries; edits by people leave it in place.
    pub rev: Option<i64>,
    /// When it takes place.
    pub time: RemoteTime,
    /// What it says, in Google's words.
    pub text: EventText,
    /// What it reminds us of; others have their own.
    #[serde(default)]
    pub reminders: Reminders,
    /// The organizer's calendar calls it tentative, or the calendar's owner declined it.
    #[serde(default)]
    pub declined: bool,
    /// Whether it is certain.
    #[serde(default)]
    pub certainty: Certainty,
}

/// One look at the remote event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// It is there, and carries our mark.
    Live(Remote),
    /// It is marked as deleted. `confirmed` when a direct read said so, not only a list.
    Deleted {
        /// Whether a direct read said so.
        confirmed: bool,
    },
    /// A direct read found nothing under its id.
    Absent,
    /// Something else lives under its id: no mark of ours, or a mark that names another id.
    Foreign,
    /// What was seen counts no more: a person says that it may have changed.
    Outdated,
}

/// A kind of remote write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Make the event.
    Insert,
    /// Change some of its fields.
    Patch,
    /// Remove it.
    Delete,
}

/// A write we are about to make, stored before it is made, so that no answer can be ambiguous.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Counts the writes of one link, from 1; stamped on the event as its `rev`.
    pub attempt: i64,
    /// What kind of write.
    pub op: Op,
    /// What the event should say afterwards; `None` for a deletion.
    pub fields: Option<EventFields>,
}

/// Most [`Link::unanswered`] writes that are remembered; the oldest are forgotten first.
pub const UNANSWERED_MAX: usize = 16;

/// What is known about one booking's event in one calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// What the booking wants; `None` when nothing should be there.
    pub wanted: Option<EventFields>,
    /// The base in our words: last asked for and known to have landed.
    pub ours: Option<EventFields>,
    /// The base in Google's words: the event as last merged.
    pub theirs: Option<Remote>,
    /// The write whose answer has not been seen.
    pub inflight: Option<Intent>,
    /// Earlier writes that had not landed when the event was looked at, oldest first. Their requests
    /// may still be on the way: until a later write is known to have landed, each may yet show up.
    pub unanswered: Vec<Intent>,
    /// The newest observation that is not yet part of the base.
    pub seen: Option<Seen>,
    /// Counts writes, from 0.
    pub attempt: i64,
    /// Counts event ids used up, from 0.
    pub generation: i64,
}

impl Link {
    /// Decides on a write: gives it the next number and remembers it as the one in flight. A deletion
    /// may take the place of a write whose answer was lost; that one may still land.
    pub fn intend(&mut self, op: Op, fields: Option<EventFields>) -> Intent {
        self.attempt += 1;
        let intent = Intent {
            attempt: self.attempt,
            op,
            fields,
        };
        if let Some(before) = self.inflight.replace(intent.clone()) {
            self.remember(before);
        }
        intent
    }

    /// Keeps a write that may still land, so that it is recognised if it does.
    pub(crate) fn remember(&mut self, unanswered: Intent) {
        if unanswered.op == Op::Delete || fault!(8) {
            return;
        }
        if self.unanswered.len() >= UNANSWERED_MAX {
            self.unanswered.remove(0);
        }
        self.unanswered.push(unanswered);
    }

    /// Whether what was `seen` says that a link whose work was over has work again: a write that was
    /// thought lost has made the event after all.
    pub fn may_be_undone_by(&self, seen: &Seen) -> bool {
        match seen {
            Seen::Live(remote) => {
                let late = |intent: &Intent| remote.rev == Some(intent.attempt);
                self.unanswered.iter().any(late)
            }
            // What a list calls deleted was made; whether it is gone, only a direct call can tell.
            Seen::Deleted { confirmed: false } => !self.unanswered.is_empty(),
            Seen::Deleted { confirmed: true } | Seen::Absent | Seen::Foreign | Seen::Outdated => {
                false
            }
        }
    }

    /// This link after a person asked to try again: whatever a look had shown is looked at anew, and
    /// what Google refused without a look is asked for again.
    pub fn look_again(mut self) -> Self {
        self.seen = self.seen.map(|_| Seen::Outdated);
        self
    }

    /// This link without its event, which is left to itself: the next event is made under the next id.
    /// Attempts go on counting, so that no two writes of one link carry the same number.
    pub fn let_go(self) -> Self {
        Self {
            wanted: self.wanted,
            generation: self.generation + 1,
            attempt: self.attempt,
            ..Self::default()
        }
    }
}

/// Why a link waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkReason {
    /// The host moved the event onto another booking.
    MovedOntoBooking,
    /// The host moved it into the past.
    MovedIntoPast,
    /// The host made it an all-day event.
    MadeAllDay,
    /// The host made it recurring.
    MadeRecurring,
    /// The host made it longer than a booking can be, or gave it no length.
    UnusableLength,
    /// Google no longer finds it, without calling it deleted.
    NotFound,
    /// Too many event ids were used up.
    TooManyGenerations,
    /// Google refuses the change for good.
    Refused,
}

impl ParkReason {
    /// Its stable name in the store and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MovedOntoBooking => "moved_onto_booking",
            Self::MovedIntoPast => "moved_into_past",
            Self::MadeAllDay => "made_all_day",
            Self::MadeRecurring => "made_recurring",
            Self::UnusableLength => "unusable_length",
            Self::NotFound => "not_found",
            Self::TooManyGenerations => "too_many_generations",
            Self::Refused => "refused",
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;
    use crate::reminders::{Method, Reminder};
    use crate::time::Instant;

    prop_compose! {
        /// From few values, so that two often share some.
        fn fields()(text in prop::array::uniform3(0..2_u8), hour in 0..2_i64, zone in 0..2_usize, minutes in 0..3_i64, is_tentative: bool)
            -> EventFields
        {
            let [title, description, location] = text.map(|n| n.to_string());
            let start = Instant::from_micros(0) + SignedDuration::from_hours(hour);
            let one = Reminder { minutes, method: Method::Popup };
            EventFields {
                text: EventText { title, description, location },
                time: Interval::lasting(start, SignedDuration::from_hours(1)),
                zone: Zone::parse(["UTC", "Europe/Madrid"][zone]).unwrap(),
                reminders: if minutes == 0 { Reminders::Calendar } else { Reminders::Only(vec![one]) },
                certainty: if is_tentative { Certainty::Tentative } else { Certainty::Confirmed },
            }
        }
    }

    /// What Google makes of a patch.
    fn patched(base: &EventFields, changes: Changes) -> EventFields {
        let base = base.clone();
        let (time, zone) = changes.time.unwrap_or((base.time, base.zone));
        EventFields {
            text: EventText {
                title: changes.title.unwrap_or(base.text.title),
                description: changes.description.unwrap_or(base.text.description),
                location: changes.location.unwrap_or(base.text.location),
            },
            time,
            zone,
            reminders: changes.reminders.unwrap_or(base.reminders),
            certainty: changes.certainty.unwrap_or(base.certainty),
        }
    }

    proptest! {
        #[test]
        fn a_patch_sends_only_what_differs_and_all_of_it(base in fields(), wanted in fields()) {
            let changes = wanted.changes_from(&base);
            prop_assert_eq!(changes.title.is_some(), wanted.text.title != base.text.title);
            prop_assert_eq!(changes.description.is_some(), wanted.text.description != base.text.description);
            prop_assert_eq!(changes.location.is_some(), wanted.text.location != base.text.location);
            prop_assert_eq!(changes.time.is_some(), (wanted.time, &wanted.zone) != (base.time, &base.zone));
            prop_assert_eq!(changes.reminders.is_some(), wanted.reminders != base.reminders);
            prop_assert_eq!(changes.certainty.is_some(), wanted.certainty != base.certainty);
            prop_assert_eq!(patched(&base, changes), wanted);
        }
    }
}
