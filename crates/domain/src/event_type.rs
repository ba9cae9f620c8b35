//! What can be booked, and the rules for booking it.

use jiff::SignedDuration;

use crate::event_text::EventTextTemplate;
use crate::ids::{EventTypeId, HostId, OrganizationId};
use crate::schedule::Schedule;

/// What can be booked (shown to people as a *service*).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventType {
    /// Its identity.
    pub id: EventTypeId,
    /// Who offers it.
    pub organization_id: OrganizationId,
    /// Whose time it takes.
    pub host_id: HostId,
    /// Its name in URLs, unique within the organization.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// A sentence or two for people; may be empty.
    pub description: String,
    /// The rules for starts.
    pub rules: Rules,
    /// When the host works.
    pub schedule: Schedule,
    /// What the remote event will say.
    pub text: EventTextTemplate,
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
    /// Checks bounds: they keep every later computation small.
    ///
    /// # Errors
    /// [`BadRules`] when one is out of bounds.
    pub fn new(
        duration: SignedDuration,
        grid: SignedDuration,
        notice_min: SignedDuration,
        horizon: SignedDuration,
    ) -> Result<Self, BadRules> {
        let (mins, days) = (SignedDuration::from_mins, |d: i64| {
            SignedDuration::from_hours(24 * d)
        });
        let is_sound = (mins(5)..=days(7)).contains(&duration)
            && (mins(5)..=days(1)).contains(&grid)
            && (mins(0)..=days(365)).contains(&notice_min)
            && (days(1)..=days(730)).contains(&horizon);
        is_sound
            .then_some(Self {
                duration,
                grid,
                notice_min,
                horizon,
            })
            .ok_or(BadRules)
    }
}
