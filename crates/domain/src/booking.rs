//! Bookings: when one may be made, moved or cancelled.
//!
//! The caller loads the facts inside one unit of work, these functions decide, the caller applies.

use serde::{Deserialize, Serialize};

use crate::attendee::Attendee;
use crate::event_text::EventText;
use crate::event_type::{Assignment, EventType, Rules};
use crate::fault;
use crate::ids::{BookingId, EventTypeId, HostId, OrganizationId};
use crate::reminders::Reminders;
use crate::schedule::Schedule;
use crate::sync::merge::Texts;
use crate::sync::policy::Origin;
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
    /// Whose time it takes; of several hosts the first.
    pub host_id: HostId,
    /// When it takes place.
    pub time: Interval,
    /// The zone it was agreed in; its wall-clock time there is what must hold if rules change.
    pub zone: Zone,
    /// How things stand.
    pub status: Status,
    /// Counts changes, from 1; a decision names the version it was made on.
    pub version: i64,
    /// Where it was born.
    pub origin: Origin,
    /// Whether it was placed on top of others on purpose (scenario B7).
    pub forced: bool,
    /// Seats, of which the attendee below has one.
    pub capacity: i64,
    /// Who made it.
    pub attendee: Attendee,
    /// What its remote event says, frozen when it was last changed.
    pub text: EventText,
    /// Which of it somebody edited by hand.
    pub edited: Texts,
    /// What Google reminds the calendar's owner of, frozen likewise.
    pub reminders: Reminders,
    /// Why and by whom it was cancelled or declined.
    pub cancellation: Option<Cancellation>,
    /// When it was made.
    pub created_at: Instant,
}

/// How things stand with a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Someone of the organization must say yes. It blocks nothing (scenario B4).
    Requested,
    /// Taken while the calendar could not be asked; confirms itself or goes to the inbox.
    Unverified,
    /// It will take place. Shown as *scheduled*.
    Confirmed,
    /// It took place.
    Completed,
    /// The attendee did not come.
    NoShow,
    /// It will not take place.
    Cancelled,
    /// The organization said no to the request.
    Declined,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Requested,
        Self::Unverified,
        Self::Confirmed,
        Self::Completed,
        Self::NoShow,
        Self::Cancelled,
        Self::Declined,
    ];

    /// Its stable name in the store and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Unverified => "unverified",
            Self::Confirmed => "confirmed",
            Self::Completed => "completed",
            Self::NoShow => "no_show",
            Self::Cancelled => "cancelled",
            Self::Declined => "declined",
        }
    }

    /// The status of a stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == name)
    }

    /// Whether a booking so standing takes its hosts' time.
    pub const fn blocks_time(self) -> bool {
        matches!(
            self,
            Self::Unverified | Self::Confirmed | Self::Completed | Self::NoShow
        )
    }

    /// Whether it has an event in the calendar.
    pub const fn has_event(self) -> bool {
        self.blocks_time()
    }

    /// Whether it may still come to pass.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::Unverified | Self::Confirmed)
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
    /// Every seat is taken.
    #[error("every seat has been taken")]
    Full,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::InPast,
        Self::InsideNotice,
        Self::BeyondHorizon,
        Self::OutsideHours,
        Self::OffGrid,
        Self::Taken,
        Self::Full,
    ];

    /// The refusal of a stable machine code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.code() == code)
    }

    /// Its stable machine code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InPast => "in_past",
            Self::InsideNotice => "inside_notice",
            Self::BeyondHorizon => "beyond_horizon",
            Self::OutsideHours => "outside_hours",
            Self::OffGrid => "off_grid",
            Self::Taken => "slot_taken",
            Self::Full => "no_seats",
        }
    }
}

/// The time a booking of `host` that starts at `start` would take, if the rules and the host's hours
/// allow it. Whether it is free is another question: see [`decide`].
///
/// # Errors
/// The first [`Refusal`] that applies, never [`Refusal::Taken`].
pub fn check_start_with(
    rules: &Rules,
    schedule: &Schedule,
    start: Instant,
    now: Instant,
) -> Result<Interval, Refusal> {
    let time = Interval::lasting(start, rules.duration);
    let is_open = || {
        schedule
            .open(time)
            .first()
            .is_some_and(|open| open.contains(&time))
    };
    match () {
        () if start < now => Err(Refusal::InPast),
        () if start < now + rules.notice_min => Err(Refusal::InsideNotice),
        () if start >= now + rules.horizon => Err(Refusal::BeyondHorizon),
        () if !is_open() => Err(Refusal::OutsideHours),
        () if !schedule.is_on_grid(start, rules.grid) => Err(Refusal::OffGrid),
        () => Ok(time),
    }
}

/// [`check_start_with`] the hosts of `event_type`: with one of them, or with all, as it assigns.
///
/// # Errors
/// The [`Refusal`] of the host who comes nearest to a yes; never [`Refusal::Taken`].
pub fn check_start(
    event_type: &EventType,
    start: Instant,
    now: Instant,
) -> Result<Interval, Refusal> {
    let mut checked = event_type
        .hosts
        .iter()
        .map(|host| check_start_with(&event_type.rules, &host.schedule, start, now));
    let first = checked.next().unwrap_or(Err(Refusal::OutsideHours));
    match event_type.assignment {
        Assignment::Any => checked.fold(first, |best, next| match (&best, &next) {
            // Off the grid of open hours is nearer than outside them.
            (Err(Refusal::OutsideHours), _) | (Err(_), Ok(_)) => next,
            _ => best,
        }),
        Assignment::All => checked.fold(first, Result::and),
    }
}

/// Decides a new booking with one host, or a new time for one: the rules, then `taken`, what else
/// takes the host's time near it.
///
/// # Errors
/// The [`Refusal`] that applies.
pub fn decide(
    rules: &Rules,
    schedule: &Schedule,
    start: Instant,
    taken: &[Interval],
    now: Instant,
) -> Result<Interval, Refusal> {
    let time = check_start_with(rules, schedule, start, now)?;
    if is_taken(time, taken) {
        Err(Refusal::Taken)
    } else {
        Ok(time)
    }
}

/// Whether `time` overlaps one of `taken`. All that is asked of a move made by the host in Google:
/// the host may place a booking outside hours, never on top of another.
pub fn is_taken(time: Interval, taken: &[Interval]) -> bool {
    !fault!(5) && taken.iter().any(|claim| claim.overlaps(&time))
}

/// Why a booking cannot be changed so any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOpen {
    /// It was cancelled before.
    #[error("this booking has been cancelled")]
    Cancelled,
    /// The request was declined.
    #[error("this request has been declined")]
    Declined,
    /// It has begun.
    #[error("this booking has already begun")]
    Begun,
    /// It is over.
    #[error("this booking is over")]
    Over,
    /// Others have seats on it.
    #[error("others attend this booking too: only the organization can move it")]
    Shared,
    /// It does not wait for approval.
    #[error("this booking does not wait for approval")]
    NotRequested,
}

impl NotOpen {
    /// Its stable machine code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cancelled => "booking_cancelled",
            Self::Declined => "booking_declined",
            Self::Begun => "booking_begun",
            Self::Over => "booking_over",
            Self::Shared => "booking_shared",
            Self::NotRequested => "not_requested",
        }
    }
}

/// Whether `booking` may still be moved, or be cancelled by its attendee.
///
/// # Errors
/// [`NotOpen`] says why not.
pub fn check_open(booking: &Booking, now: Instant) -> Result<(), NotOpen> {
    match booking.status {
        Status::Cancelled => Err(NotOpen::Cancelled),
        Status::Declined => Err(NotOpen::Declined),
        Status::Completed | Status::NoShow => Err(NotOpen::Over),
        _ if booking.time.start <= now => Err(NotOpen::Begun),
        Status::Requested | Status::Unverified | Status::Confirmed => Ok(()),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use jiff::SignedDuration;
    use uuid::Uuid;

    use super::*;
    use crate::event_text::EventTextTemplate;
    use crate::event_type::{Host, Rules};
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
            slug: "maths".into(),
            name: "Maths".into(),
            description: String::new(),
            rules: Rules::new(duration, grid, 60, 60).unwrap(),
            hosts: vec![Host {
                id: HostId(Uuid::nil()),
                name: "Marta".into(),
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
            }],
            assignment: Assignment::Any,
            capacity: 1,
            needs_approval: false,
            reminders: Reminders::default(),
            text: EventTextTemplate {
                title: "{attendee}".into(),
                description: String::new(),
                location: String::new(),
            },
        }
    }

    #[test]
    fn each_status_says_what_it_blocks_and_whether_it_has_an_event() {
        for status in Status::ALL {
            let blocks = matches!(
                status,
                Status::Unverified | Status::Confirmed | Status::Completed | Status::NoShow
            );
            assert_eq!(
                (status.blocks_time(), status.has_event()),
                (blocks, blocks),
                "{status:?}"
            );
            assert_eq!(Status::from_name(status.as_str()), Some(status));
        }
    }

    /// The nearest yes of several hosts speaks for any, the first no for all.
    #[test]
    fn a_start_is_checked_with_one_host_or_with_all() {
        let mut event_type = event_type("Europe/Madrid", 60, 30);
        let mut second = event_type.hosts[0].clone();
        second.schedule.hours = WeeklyHours {
            tuesday: vec![Hours::new(1200, 1320).unwrap()],
            ..WeeklyHours::default()
        };
        event_type.hosts.push(second);
        let now = Instant::parse("2026-11-23T06:00:00Z").unwrap();
        for (start, any, all) in [
            ("2026-11-24T19:00:00Z", Ok(()), Err(Refusal::OutsideHours)),
            ("2026-11-24T09:00:00Z", Ok(()), Err(Refusal::OutsideHours)),
            (
                "2026-11-24T19:10:00Z",
                Err(Refusal::OffGrid),
                Err(Refusal::OutsideHours),
            ),
            (
                "2026-11-24T09:05:00Z",
                Err(Refusal::OffGrid),
                Err(Refusal::OffGrid),
            ),
        ] {
            let start_at = Instant::parse(start).unwrap();
            event_type.assignment = Assignment::Any;
            let with_any = check_start(&event_type, start_at, now).map(drop);
            event_type.assignment = Assignment::All;
            let with_all = check_start(&event_type, start_at, now).map(drop);
            assert_eq!((with_any, with_all), (any, all), "{start}");
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
            let (rules, schedule) = (&event_type.rules, &event_type.hosts[0].schedule);
            let start = Instant::parse(start).unwrap();
            let decided = decide(rules, schedule, start, &[taken], now);
            assert_eq!(decided.map(drop), expected, "{name}");
        }
    }
}
