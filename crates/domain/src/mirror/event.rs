//! A foreign event as a pull observes it: everything but its id may be missing, as tombstones have
//! little else (google-calendar.md §10.4).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::LinkId;
use crate::time::{Instant, Interval, Zone};

/// One event of a connected calendar: a single one, the master of a series, or an exception.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ForeignEvent {
    /// Google's id, unique in its calendar.
    pub id: String,
    /// The id that all copies of the event share, in whatever calendar.
    pub ical_uid: Option<String>,
    /// What became of it. Confirmed where absent (§6).
    pub status: Option<EventStatus>,
    /// When it takes place; of a master, its first instance. Absent also where it cannot be read.
    pub timing: Option<Timing>,
    /// The lines of a master, as Google gives them; empty for anything else.
    pub recurrence: Vec<String>,
    /// Of which series it is an exception.
    pub occurrence: Option<Occurrence>,
    /// Whether its owner lets it take no time (`transparency=transparent`).
    pub is_transparent: bool,
    /// What kind of event it is.
    pub kind: EventKind,
    /// What the owner of the calendar answered, when invited.
    pub response: Option<Response>,
    /// Our mark, if it carries one.
    pub mark: Option<EventMark>,
}

/// `status` of an event (§10.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// It takes place.
    Confirmed,
    /// It may take place.
    Tentative,
    /// It is deleted; or, of an exception, its series has no instance there.
    Cancelled,
}

/// When an event takes place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// From one instant to another.
    Timed {
        /// From start to end.
        time: Interval,
        /// `start.timeZone` as Google names it: the zone a series repeats in. Where absent, the
        /// calendar's.
        zone: Option<String>,
    },
    /// On whole days of the calendar's zone.
    AllDay {
        /// The first day.
        first: Date,
        /// The day after the last.
        end: Date,
    },
}

/// Where an instance starts, or once started: how a series knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// At an instant.
    At(Instant),
    /// With a day.
    Day(Date),
}

impl Start {
    /// Its instant, days beginning as in `zone`.
    pub fn instant(self, zone: &Zone) -> Instant {
        match self {
            Self::At(at) => at,
            Self::Day(day) => zone.start_of_day(day),
        }
    }
}

/// Which instance of which series an exception stands for; neither ever changes (§6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// `recurringEventId`: the id of the master.
    pub series: String,
    /// `originalStartTime`: where the series puts it, wherever it now is.
    pub original_start: Option<Start>,
}

/// `eventType` of an event (§6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A usual one, or one of a kind we do not know.
    #[default]
    Default,
    /// The owner is away.
    OutOfOffice,
    /// The owner works alone.
    FocusTime,
    /// Where the owner works.
    WorkingLocation,
    /// Somebody's birthday.
    Birthday,
    /// Made from a mail.
    FromGmail,
}

/// The owner's answer to an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// None yet.
    NeedsAction,
    /// No.
    Declined,
    /// Perhaps.
    Tentative,
    /// Yes.
    Accepted,
}

/// What our private properties say: the link that made an event, and the event it made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventMark {
    /// The event link.
    pub link: LinkId,
    /// The id of the event that the link made. People copy events, marks included.
    pub event_id: String,
}

impl ForeignEvent {
    /// Whether it is deleted, or takes an instance out of its series.
    pub fn is_cancelled(&self) -> bool {
        self.status == Some(EventStatus::Cancelled)
    }

    /// Under which id its rows are kept: those of a series are made anew together, whichever of its
    /// events changed.
    pub fn series(&self) -> &str {
        let occurrence = self.occurrence.as_ref();
        occurrence.map_or(&self.id, |occurrence| &occurrence.series)
    }

    /// Whether it is the master of a series.
    pub fn is_master(&self) -> bool {
        !self.recurrence.is_empty()
    }

    /// Whether it is on whole days and its owner shows it as free, for no other reason than that: it takes no
    /// time, and people may have meant it to (scenario F1).
    pub fn is_free_day(&self) -> bool {
        let is_all_day = matches!(self.timing, Some(Timing::AllDay { .. }));
        let is_meant = matches!(self.kind, EventKind::WorkingLocation | EventKind::Birthday);
        is_all_day && self.is_transparent && !self.is_cancelled() && !is_meant
    }

    /// The link that made this very event. A mark counts only with the id it names.
    pub fn own_link(&self) -> Option<LinkId> {
        let mark = self.mark.as_ref()?;
        (mark.event_id == self.id).then_some(mark.link)
    }
}
