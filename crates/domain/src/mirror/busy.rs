//! What makes an event busy time, and the rows that say so (google-calendar.md §9).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::{EventKind, ForeignEvent, Response, Start, Timing};
use crate::ids::LinkId;
use crate::time::{Interval, Zone};

/// What a calendar's owner lets count. The default is the safe side: all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BusyRules {
    /// Whether an invitation that was not answered blocks.
    pub unanswered_blocks: bool,
    /// Whether one that was answered with "perhaps" blocks.
    pub maybe_blocks: bool,
    /// Whether focus time blocks.
    pub focus_time_blocks: bool,
}

impl Default for BusyRules {
    fn default() -> Self {
        Self {
            unanswered_blocks: true,
            maybe_blocks: true,
            focus_time_blocks: true,
        }
    }
}

/// Why an event takes nobody's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Free {
    /// It is deleted, or its instance is.
    Cancelled,
    /// Its owner shows it as free.
    Transparent,
    /// The calendar's owner declined.
    Declined,
    /// The owner has not answered, and that does not block.
    Unanswered,
    /// The owner answered "perhaps", and that does not block.
    Maybe,
    /// It says where the owner works.
    WorkingLocation,
    /// It is a birthday.
    Birthday,
    /// It is focus time, and that does not block.
    FocusTime,
}

impl BusyRules {
    /// Why `event` takes no time, if it takes none. Whatever is not known counts as busy.
    pub fn why_free(&self, event: &ForeignEvent) -> Option<Free> {
        let by_kind = match event.kind {
            EventKind::WorkingLocation => Some(Free::WorkingLocation),
            EventKind::Birthday => Some(Free::Birthday),
            EventKind::FocusTime if !self.focus_time_blocks => Some(Free::FocusTime),
            _ => None,
        };
        let by_response = match event.response {
            Some(Response::Declined) => Some(Free::Declined),
            Some(Response::NeedsAction) if !self.unanswered_blocks => Some(Free::Unanswered),
            Some(Response::Tentative) if !self.maybe_blocks => Some(Free::Maybe),
            _ => None,
        };
        let cancelled = event.is_cancelled().then_some(Free::Cancelled);
        let transparent = event.is_transparent.then_some(Free::Transparent);
        cancelled.or(transparent).or(by_response).or(by_kind)
    }
}

/// The connected calendar an event is in, as far as its busy time depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Calendar<'a> {
    /// The zone in which its days begin.
    pub zone: &'a Zone,
    /// What counts as busy in it.
    pub rules: BusyRules,
    /// Links whose event may have copies here, by `iCalUID`: an invited host has a copy of the
    /// event that another host's link made.
    pub copies: &'a BTreeMap<String, LinkId>,
}

impl Calendar<'_> {
    /// The link whose booking `event` shows: it made the event, or one that this is a copy of.
    pub fn link_of(&self, event: &ForeignEvent) -> Option<LinkId> {
        let copied = || self.copies.get(event.ical_uid.as_deref()?).copied();
        event.own_link().or_else(copied)
    }

    /// When an event with this timing takes place. All-day: the local days, of whatever length.
    pub(super) fn time_of(&self, timing: &Timing) -> Interval {
        match timing {
            Timing::Timed { time, .. } => *time,
            Timing::AllDay { first, end } => {
                let (start, end) = (self.zone.start_of_day(*first), self.zone.start_of_day(*end));
                Interval {
                    start,
                    end: end.max(start),
                }
            }
        }
    }
}

/// One row of the mirror: a stretch of time in which an event keeps its calendar's owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Busy {
    /// The event: a single one, an exception, or the master that this instance was computed from.
    pub event_id: String,
    /// Where the series puts the instance; `None` when the event does not repeat.
    pub original_start: Option<Start>,
    /// From when to when, never empty.
    pub time: Interval,
    /// The link whose booking the event shows, if it is one of ours.
    pub link: Option<LinkId>,
}
