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
//! What becomes of a conflict is decided per field in [`merge`], by what the connection's owner chose
//! ([`policy`]); what nobody can decide waits, parked and visible. Many losses at once are held back by
//! [`guard`].

pub mod guard;
pub mod import;
pub mod learn;
pub mod merge;
pub mod plan;
pub mod policy;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use self::merge::Texts;
use self::policy::Side;
use crate::booking::{Booking, Status};
use crate::event_text::EventText;
use crate::fault;
use crate::reminders::Reminders;
use crate::time::{Instant, Interval, Zone};

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
    /// The calendar's owner is a guest of it and said no.
    #[serde(default)]
    pub declined: bool,
    /// When it was last changed, as Google says; not by every change.
    #[serde(default)]
    pub updated: Option<Instant>,
    /// Whether it is certain.
    #[serde(default)]
    pub certainty: Certainty,
}

/// One look at the remote event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// It is there and ours: it carries our mark, or it was made in Google and became a booking.
    Live(Remote),
    /// It is there and ours, and the calendar's owner, a guest of it, said no.
    Declined {
        /// The event.
        remote: Remote,
        /// Whether a direct read said so.
        confirmed: bool,
    },
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

impl Seen {
    /// The event, where it is there and ours.
    pub const fn remote(&self) -> Option<&Remote> {
        match self {
            Self::Live(remote) | Self::Declined { remote, .. } => Some(remote),
            Self::Deleted { .. } | Self::Absent | Self::Foreign | Self::Outdated => None,
        }
    }

    /// [`remote`](Self::remote), taken out.
    pub fn into_remote(self) -> Option<Remote> {
        match self {
            Self::Live(remote) | Self::Declined { remote, .. } => Some(remote),
            Self::Deleted { .. } | Self::Absent | Self::Foreign | Self::Outdated => None,
        }
    }
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
    /// Which texts are the event's own.
    pub own: Texts,
    /// What a person decided about what was seen; until it is carried out.
    pub decided: Option<Side>,
    /// Counts writes, from 0.
    pub attempt: i64,
    /// Counts event ids used up, from 0.
    pub generation: i64,
}

impl Link {
    /// What the calendar should show: `fields`, but for texts that are the event's own.
    pub fn want(&mut self, fields: Option<EventFields>) {
        self.wanted = fields.map(|mut fields| {
            if let Some(ours) = &self.ours {
                let own = self.own;
                let keep = |is_own: bool, field: &mut String, base: &String| {
                    if is_own {
                        field.clone_from(base);
                    }
                };
                keep(own.title, &mut fields.text.title, &ours.text.title);
                keep(
                    own.description,
                    &mut fields.text.description,
                    &ours.text.description,
                );
                keep(own.location, &mut fields.text.location, &ours.text.location);
            }
            fields
        });
    }

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
            Seen::Live(remote) | Seen::Declined { remote, .. } => {
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

    /// This link after its event was found in another calendar: both bases stand, and a look there tells the
    /// rest. What a person decided was about an event that was thought gone.
    pub fn moved_along(self) -> Self {
        Self {
            seen: Some(Seen::Outdated),
            decided: None,
            ..self
        }
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
    /// The host moved it, and the owner wants to be asked.
    MovedThere,
    /// The host deleted it, and the owner wants to be asked.
    DeletedThere,
    /// The host said no to it, and the owner wants to be asked.
    DeclinedThere,
    /// One of several hosts moved his copy of it.
    MovedByOneOfSeveral,
    /// One of several hosts deleted his copy of it, or said no to it.
    DeletedByOneOfSeveral,
    /// The event of a booking that is over came back, and cannot simply be taken up.
    Restored,
}

impl ParkReason {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::MovedOntoBooking,
        Self::MovedIntoPast,
        Self::MadeAllDay,
        Self::MadeRecurring,
        Self::UnusableLength,
        Self::NotFound,
        Self::TooManyGenerations,
        Self::Refused,
        Self::MovedThere,
        Self::DeletedThere,
        Self::DeclinedThere,
        Self::MovedByOneOfSeveral,
        Self::DeletedByOneOfSeveral,
        Self::Restored,
    ];

    /// The one of a stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }

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
            Self::MovedThere => "moved_there",
            Self::DeletedThere => "deleted_there",
            Self::DeclinedThere => "declined_there",
            Self::MovedByOneOfSeveral => "moved_by_one_of_several",
            Self::DeletedByOneOfSeveral => "deleted_by_one_of_several",
            Self::Restored => "restored",
        }
    }
}
