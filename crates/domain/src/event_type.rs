//! What can be booked, and the rules for booking it.

use jiff::SignedDuration;

use crate::event_text::EventTextTemplate;
use crate::ids::{EventTypeId, HostId, OrganizationId};
use crate::reminders::Reminders;
use crate::schedule::Schedule;
use crate::time::Zone;

/// What can be booked (shown to people as a *service*).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventType {
    /// Its identity.
    pub id: EventTypeId,
    /// Who offers it.
    pub organization_id: OrganizationId,
    /// Its name in URLs, unique within the organization.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// A sentence or two for people; may be empty.
    pub description: String,
    /// The rules for starts.
    pub rules: Rules,
    /// Whose time it takes, in the organization's order; never empty.
    pub hosts: Vec<Host>,
    /// Which of them a booking takes.
    pub assignment: Assignment,
    /// Seats on one booking; 1 unless it is a group's.
    pub capacity: i64,
    /// Whether someone of the organization must say yes first.
    pub needs_approval: bool,
    /// What the remote event will say.
    pub text: EventTextTemplate,
    /// What Google will remind the calendar's owner of.
    pub reminders: Reminders,
}

/// A person or resource whose time is booked, as one event type binds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Their identity.
    pub id: HostId,
    /// Their name for people.
    pub name: String,
    /// When they work.
    pub schedule: Schedule,
}

/// Which of its hosts a booking of an event type takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Assignment {
    /// One who is free.
    #[default]
    Any,
    /// All of them together.
    All,
}

impl Assignment {
    /// Its stable name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
        }
    }

    /// The assignment of a stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Any, Self::All]
            .into_iter()
            .find(|a| a.as_str() == name)
    }
}

impl EventType {
    /// The zone bookings are agreed in: the first host's.
    pub fn zone(&self) -> Zone {
        self.hosts
            .first()
            .map_or_else(Zone::utc, |host| host.schedule.zone.clone())
    }

    /// The names of its hosts, for people.
    pub fn host_names(&self) -> String {
        self.hosts
            .iter()
            .map(|host| host.name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// One of its hosts.
    pub fn host(&self, id: HostId) -> Option<&Host> {
        self.hosts.iter().find(|host| host.id == id)
    }

    /// Whether several attendees share one booking.
    pub const fn is_group(&self) -> bool {
        self.capacity > 1
    }
}

/// The rules for starts of one event type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How long a booking lasts; positive.
    pub duration: SignedDuration,
    /// Starts lie this far apart on the wall clock; positive.
    pub grid: SignedDuration,
    /// A start must be at least this far ahead.
    pub notice_min: SignedDuration,
    /// A start must be at most this far ahead.
    pub horizon: SignedDuration,
}

/// Rules that cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "duration must be 5 minutes to 7 days, grid 5 minutes to 1 day, notice 0 to 365 days, horizon 1 to 730 days"
)]
pub struct BadRules;

impl Rules {
    /// Rules of so many minutes and days. Bounds keep every later computation small, and are checked
    /// on the numbers, before any of them can overflow a duration.
    ///
    /// # Errors
    /// [`BadRules`] when one is out of bounds.
    pub fn new(
        duration_minutes: i64,
        grid_minutes: i64,
        notice_minutes: i64,
        horizon_days: i64,
    ) -> Result<Self, BadRules> {
        const DAY: i64 = 24 * 60;
        let is_sound = (5..=7 * DAY).contains(&duration_minutes)
            && (5..=DAY).contains(&grid_minutes)
            && (0..=365 * DAY).contains(&notice_minutes)
            && (1..=730).contains(&horizon_days);
        let rules = || Self {
            duration: SignedDuration::from_mins(duration_minutes),
            grid: SignedDuration::from_mins(grid_minutes),
            notice_min: SignedDuration::from_mins(notice_minutes),
            horizon: SignedDuration::from_hours(24 * horizon_days),
        };
        is_sound.then(rules).ok_or(BadRules)
    }
}
