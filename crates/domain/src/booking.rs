//! Bookings: when one may be made, moved or cancelled.
//!
//! The caller loads the facts inside one unit of work, these functions decide, the caller applies.

use serde::{Deserialize, Serialize};

use crate::attendee::Attendee;
use crate::event_text::EventText;
use crate::event_type::EventType;
use crate::fault;
use crate::ids::{BookingId, EventTypeId, HostId, OrganizationId};
use crate::time::{Instant, Interval, Zone};

/// The agreement between a host and an attendee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// Its identity.
    pub id: BookingId,
    /// The business it was made with.
    pub organization_id: OrganizationId,
    /// What was booked.
    pub event_type_id: EventTypeId,
    /// Whose time it takes.
    pub host_id: HostId,
    /// When it takes place.
    pub time: Interval,
    /// The zone it was agreed in; its wall-clock time there is what must hold if rules change.
    pub zone: Zone,
    /// How things stand.
    pub status: Status,
    /// Counts changes, from 1; a decision names the version it was made on.
    pub version: i64,
    /// Who booked.
    pub attendee: Attendee,
    /// What its remote event says, frozen when it was last changed.
    pub text: EventText,
    /// Why and by whom it was cancelled.
    pub cancellation: Option<Cancellation>,
    /// When it was made.
    pub created_at: Instant,
}

/// How things stand with a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It will take place: it blocks its time and has a remote event. Shown as *scheduled*.
    Confirmed,
    /// It will not: it blocks nothing and has no remote event.
    Cancelled,
}

impl Status {
    /// Its stable name in the store and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of a stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Confirmed, Self::Cancelled]
            .into_iter()
            .find(|s| s.as_str() == name)
    }
}

/// Who or what changed a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The attendee, on the page or by the manage link.
    Attendee,
    /// A program with an API key.
    Api,
    /// Someone of the organization, on the admin pages.
    Admin,
    /// The host, in Google.
    Calendar,
}

impl Cause {
    /// Its stable name in the store and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attendee => "attendee",
            Self::Api => "api",
            Self::Admin => "admin",
            Self::Calendar => "calendar",
        }
    }

    /// The cause of a stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Attendee, Self::Api, Self::Admin, Self::Calendar]
            .into_iter()
            .find(|c| c.as_str() == name)
    }
}

/// Why and by whom a booking was cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// Who or what.
    pub cause: Cause,
    /// What they said; may be empty.
    pub reason: String,
    /// When.
    pub at: Instant,
}

/// The rule a wanted start fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It has begun.
    #[error("this time is in the past")]
    InPast,
    /// It is nearer than the notice the host wants.
    #[error("this time is too soon: more notice is needed")]
    InsideNotice,
    /// It is further ahead than bookings are taken.
    #[error("this time is too far ahead: bookings are not open that far yet")]
    BeyondHorizon,
    /// The host does not work then, or not long enough.
    #[error("this time is outside the hours that can be booked")]
    OutsideHours,
    /// Not one of the starts on offer.
    #[error("bookings do not start at this minute")]
    OffGrid,
    /// Another booking has it.
    #[error("this time has just been taken")]
    Taken,
}

impl Refusal {
    /// Its stable machine code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InPast => "in_past",
            Self::InsideNotice => "inside_notice",
            Self::BeyondHorizon => "beyond_horizon",
            Self::OutsideHours => "outside_hours",
            Self::OffGrid => "off_grid",
            Self::Taken => "slot_taken",
        }
    }
}

/// The time a booking that starts at `start` would take, if the event type's rules allow it. Whether
/// it is free is another question: see [`decide`].
///
/// # Errors
/// The first [`Refusal`] that applies, never [`Refusal::Taken`].
pub fn check_start(
    event_type: &EventType,
    start: Instant,
    now: Instant,
) -> Result<Interval, Refusal> {
    let rules = &event_type.rules;
    let time = Interval::lasting(start, rules.duration);
    let is_open = || {
        event_type
            .schedule
            .open(time)
            .first()
            .is_some_and(|open| open.contains(&time))
    };
    match () {
        () if start < now => Err(Refusal::InPast),
        () if start < now + rules.notice_min => Err(Refusal::InsideNotice),
        () if start >= now + rules.horizon => Err(Refusal::BeyondHorizon),
        () if !is_open() => Err(Refusal::OutsideHours),
        () if !event_type.schedule.is_on_grid(start, rules.grid) => Err(Refusal::OffGrid),
        () => Ok(time),
    }
}

/// Decides a new booking, or a new time for one: the rules of the event type, then `claimed`, the
/// times of the host's *other* live bookings near it.
///
/// # Errors
/// The [`Refusal`] that applies.
pub fn decide(
    event_type: &EventType,
    start: Instant,
    claimed: &[Interval],
    now: Instant,
) -> Result<Interval, Refusal> {
    let time = check_start(event_type, start, now)?;
    if is_taken(time, claimed) {
        Err(Refusal::Taken)
    } else {
        Ok(time)
    }
}

/// Whether `time` overlaps one of `claimed`. All that is asked of a move made by the host in Google:
/// the host may place a booking outside hours, never on top of another.
pub fn is_taken(time: Interval, claimed: &[Interval]) -> bool {
    !fault!(5) && claimed.iter().any(|claim| claim.overlaps(&time))
}

/// Why a booking cannot be moved or cancelled any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOpen {
    /// It was cancelled before.
    #[error("this booking has been cancelled")]
    Cancelled,
    /// It has begun.
    #[error("this booking has already begun")]
    Begun,
}

/// Whether an attendee may still move or cancel `booking`.
///
/// # Errors
/// [`NotOpen`] says why not.
pub fn check_open(booking: &Booking, now: Instant) -> Result<(), NotOpen> {
    match booking.status {
        Status::Cancelled => Err(NotOpen::Cancelled),
        Status::Confirmed if booking.time.start <= now => Err(NotOpen::Begun),
        Status::Confirmed => Ok(()),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use jiff::SignedDuration;
    use uuid::Uuid;

    use super::*;
    use crate::event_text::EventTextTemplate;
    use crate::event_type::Rules;
    use crate::ids::{EventTypeId, HostId, OrganizationId};
    use crate::schedule::{Hours, Schedule, WeeklyHours};

    /// Open 09:00 to 13:00 and 14:00 to 18:00 every day; an hour's notice, 60 days ahead.
    pub(crate) fn event_type(zone: &str, duration: i64, grid: i64) -> EventType {
        let day = vec![
            Hours::new(540, 780).unwrap(),
            Hours::new(840, 1080).unwrap(),
        ];
        EventType {
            id: EventTypeId(Uuid::nil()),
            organization_id: OrganizationId(Uuid::nil()),
            host_id: HostId(Uuid::nil()),
            slug: "maths".into(),
            name: "Maths".into(),
            description: String::new(),
            rules: Rules::new(duration, grid, 60, 60).unwrap(),
            schedule: Schedule {
                zone: Zone::parse(zone).unwrap(),
                hours: WeeklyHours {
                    monday: day.clone(),
                    tuesday: day.clone(),
                    wednesday: day.clone(),
                    thursday: day.clone(),
                    friday: day.clone(),
                    saturday: day.clone(),
                    sunday: day,
                },
            },
            text: EventTextTemplate {
                title: "{attendee}".into(),
                description: String::new(),
                location: String::new(),
            },
        }
    }

    /// scenario B6: a start is refused with the rule it fails.
    #[test]
    fn a_start_is_refused_with_the_rule_it_fails() {
        let event_type = event_type("Europe/Madrid", 60, 30);
        let now = Instant::parse("2026-11-20T08:10:00Z").unwrap();
        for (name, start, expected) in [
            ("yesterday", "2026-11-19T09:00:00Z", Err(Refusal::InPast)),
            (
                "in half an hour",
                "2026-11-20T08:30:00Z",
                Err(Refusal::InsideNotice),
            ),
            (
                "in three months",
                "2027-02-20T09:00:00Z",
                Err(Refusal::BeyondHorizon),
            ),
            (
                "at night",
                "2026-11-21T02:00:00Z",
                Err(Refusal::OutsideHours),
            ),
            (
                "into the lunch break",
                "2026-11-21T11:30:00Z",
                Err(Refusal::OutsideHours),
            ),
            ("ten past", "2026-11-21T09:10:00Z", Err(Refusal::OffGrid)),
            (
                "a second past",
                "2026-11-21T09:00:01Z",
                Err(Refusal::OffGrid),
            ),
            (
                "on an existing booking",
                "2026-11-21T10:30:00Z",
                Err(Refusal::Taken),
            ),
            ("right after it", "2026-11-21T11:00:00Z", Ok(())),
        ] {
            let taken = Interval::lasting(
                Instant::parse("2026-11-21T10:00:00Z").unwrap(),
                SignedDuration::from_mins(60),
            );
            let decided = decide(&event_type, Instant::parse(start).unwrap(), &[taken], now);
            assert_eq!(decided.map(drop), expected, "{name}");
        }
    }
}
