//! Which events of a two-way calendar become bookings (design section 7), and what of one does.
//!
//! An event is taken over only where the host alone has the say over it and a booking can follow wherever it
//! goes. Everything else stays what it is: foreign, busy time, never written.

use serde::{Deserialize, Serialize};

use super::{Remote, RemoteTime};
use crate::event_text::{DESCRIPTION_CHARS_MAX, EventText, LOCATION_CHARS_MAX, TITLE_CHARS_MAX};
use crate::mirror::{EventKind, EventStatus, ForeignEvent, Response};
use crate::sync::merge::Texts;
use crate::time::{Instant, Interval};
use jiff::SignedDuration;

/// How long ago an event may have ended to be taken over: whoever turns this on sees the last weeks.
pub const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What decides beside an event's kind and time whether it may become a booking (google-calendar.md §6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its organizer is this calendar. Where Google names no organizer, it is not.
    pub is_own: bool,
    /// Its details are for those only who may see private events.
    pub is_private: bool,
    /// Its main fields cannot be changed.
    pub is_locked: bool,
    /// It carries something of a mark like ours, whole or damaged, of this installation or another.
    pub is_marked: bool,
    /// Who is invited, where exactly one person is: not its owner, not its organizer, not a room.
    pub guest: Option<Guest>,
}

/// The one person an event invites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// Their address.
    pub email: String,
    /// Their name, where Google knows it.
    pub name: Option<String>,
}

/// An event that is to become a booking, as a page showed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incoming {
    /// The event.
    pub remote: Remote,
    /// When it takes place.
    pub time: Interval,
    /// The zone its start is named in, in Google's words.
    pub zone: Option<String>,
    /// Who is invited.
    pub guest: Option<Guest>,
    /// Google's page of it.
    pub html_link: Option<String>,
}

/// Why an event stays foreign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// It is deleted.
    Cancelled,
    /// It carries a mark: it is ours, or a copy of one of ours.
    Marked,
    /// It takes place more than once, or is an instance of what does.
    Recurring,
    /// It is not of the usual kind.
    Kind,
    /// It takes no time.
    Free,
    /// Its owner said no to it.
    Declined,
    /// Somebody else has the say over it.
    NotOwn,
    /// It is private.
    Private,
    /// It cannot be changed.
    Locked,
    /// It is on whole days, or at a time that no booking can be.
    NoTime,
    /// It has no length, or is longer than a booking.
    Length,
    /// It was over too long ago.
    Past,
}

/// When an event takes place as a booking, if it becomes one. `span_max` is the longest booking.
///
/// # Errors
/// [`Foreign`]: why it does not.
pub fn importable(
    event: &ForeignEvent,
    remote: Option<&Remote>,
    standing: &Standing,
    span_max: SignedDuration,
    now: Instant,
) -> Result<Interval, Foreign> {
    let refused = [
        (
            event.status == Some(EventStatus::Cancelled),
            Foreign::Cancelled,
        ),
        (standing.is_marked || event.mark.is_some(), Foreign::Marked),
        (
            !event.recurrence.is_empty() || event.occurrence.is_some(),
            Foreign::Recurring,
        ),
        (event.kind != EventKind::Default, Foreign::Kind),
        (event.is_transparent, Foreign::Free),
        (
            event.response == Some(Response::Declined),
            Foreign::Declined,
        ),
        (!standing.is_own, Foreign::NotOwn),
        (standing.is_private, Foreign::Private),
        (standing.is_locked, Foreign::Locked),
    ];
    if let Some((_, why)) = refused.into_iter().find(|(is_so, _)| *is_so) {
        return Err(why);
    }
    let time = match remote.map(|remote| &remote.time) {
        Some(RemoteTime::Timed(time)) => *time,
        Some(RemoteTime::Recurring) => return Err(Foreign::Recurring),
        Some(RemoteTime::AllDay) | None => return Err(Foreign::NoTime),
    };
    match () {
        () if time.start >= time.end || time.span() > span_max => Err(Foreign::Length),
        () if time.end <= now - LOOK_BACK => Err(Foreign::Past),
        () => Ok(time),
    }
}

/// What a booking says that was made of an event with `text`, and which of it is too long for one: that stays
/// the event's own, and is never written.
pub fn taken_over(text: &EventText) -> (EventText, Texts) {
    let cut =
        |text: &str, max: usize| (text.chars().take(max).collect(), text.chars().count() > max);
    let (title, is_title_long) = cut(&text.title, TITLE_CHARS_MAX);
    let (description, is_description_long) = cut(&text.description, DESCRIPTION_CHARS_MAX);
    let (location, is_location_long) = cut(&text.location, LOCATION_CHARS_MAX);
    let text = EventText {
        title,
        description,
        location,
    };
    let own = Texts {
        title: is_title_long,
        description: is_description_long,
        location: is_location_long,
    };
    (text, own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LinkId;
    use crate::mirror::{EventMark, Occurrence};
    use crate::reminders::Reminders;
    use crate::sync::Certainty;

    const DAY: SignedDuration = SignedDuration::from_hours(24);

    fn now() -> Instant {
        Instant::parse("2026-11-20T09:00:00Z").unwrap()
    }

    fn remote(time: RemoteTime) -> Remote {
        Remote {
            etag: "\"1\"".into(),
            rev: None,
            time,
            text: EventText::default(),
            reminders: Reminders::default(),
            declined: false,
            updated: None,
            certainty: Certainty::Confirmed,
        }
    }

    fn soon() -> Interval {
        Interval::lasting(now() + DAY, SignedDuration::from_hours(1))
    }

    fn own() -> Standing {
        Standing {
            is_own: true,
            ..Standing::default()
        }
    }

    fn judged(
        event: &ForeignEvent,
        time: RemoteTime,
        standing: &Standing,
    ) -> Result<Interval, Foreign> {
        importable(event, Some(&remote(time)), standing, DAY * 7, now())
    }

    /// row V2, design 7: single, timed, usual, the host's own, neither private nor locked.
    #[test]
    fn an_event_of_the_host_alone_becomes_a_booking() {
        let event = ForeignEvent::default();
        let judged = judged(&event, RemoteTime::Timed(soon()), &own());
        assert_eq!(judged, Ok(soon()));
    }

    /// row V3: each reason alone is enough.
    #[test]
    fn each_reason_alone_leaves_an_event_foreign() {
        let timed = || RemoteTime::Timed(soon());
        let event = ForeignEvent::default();
        let mark = EventMark {
            link: LinkId(uuid::Uuid::nil()),
            event_id: "other".into(),
        };
        let occurrence = Occurrence {
            series: "s".into(),
            original_start: None,
        };
        for (event, why) in [
            (
                ForeignEvent {
                    status: Some(EventStatus::Cancelled),
                    ..event.clone()
                },
                Foreign::Cancelled,
            ),
            (
                ForeignEvent {
                    mark: Some(mark),
                    ..event.clone()
                },
                Foreign::Marked,
            ),
            (
                ForeignEvent {
                    recurrence: vec!["RRULE:FREQ=DAILY".into()],
                    ..event.clone()
                },
                Foreign::Recurring,
            ),
            (
                ForeignEvent {
                    occurrence: Some(occurrence),
                    ..event.clone()
                },
                Foreign::Recurring,
            ),
            (
                ForeignEvent {
                    kind: EventKind::FocusTime,
                    ..event.clone()
                },
                Foreign::Kind,
            ),
            (
                ForeignEvent {
                    kind: EventKind::FromGmail,
                    ..event.clone()
                },
                Foreign::Kind,
            ),
            (
                ForeignEvent {
                    is_transparent: true,
                    ..event.clone()
                },
                Foreign::Free,
            ),
            (
                ForeignEvent {
                    response: Some(Response::Declined),
                    ..event.clone()
                },
                Foreign::Declined,
            ),
        ] {
            assert_eq!(judged(&event, timed(), &own()), Err(why), "{event:?}");
        }
        for (standing, why) in [
            (Standing::default(), Foreign::NotOwn),
            (
                Standing {
                    is_private: true,
                    ..own()
                },
                Foreign::Private,
            ),
            (
                Standing {
                    is_locked: true,
                    ..own()
                },
                Foreign::Locked,
            ),
            (
                Standing {
                    is_marked: true,
                    ..own()
                },
                Foreign::Marked,
            ),
        ] {
            assert_eq!(judged(&event, timed(), &standing), Err(why), "{standing:?}");
        }
        let lasting = |start, span| RemoteTime::Timed(Interval::lasting(start, span));
        for (time, why) in [
            (RemoteTime::AllDay, Foreign::NoTime),
            (RemoteTime::Recurring, Foreign::Recurring),
            (lasting(now(), SignedDuration::ZERO), Foreign::Length),
            (lasting(now(), DAY * 8), Foreign::Length),
            (lasting(now() - DAY * 31, DAY), Foreign::Past),
        ] {
            assert_eq!(judged(&event, time, &own()), Err(why));
        }
        assert_eq!(
            importable(&event, None, &own(), DAY, now()),
            Err(Foreign::NoTime)
        );
        assert!(judged(&event, lasting(now() - DAY * 30, DAY), &own()).is_ok());
    }

    #[test]
    fn what_a_booking_cannot_say_stays_the_events_own() {
        let long = EventText {
            title: "é".repeat(TITLE_CHARS_MAX + 1),
            description: "d".into(),
            location: "l".into(),
        };
        let (text, own) = taken_over(&long);
        assert_eq!(text.title.chars().count(), TITLE_CHARS_MAX);
        assert_eq!((text.description, text.location), ("d".into(), "l".into()));
        assert_eq!(
            (own.title, own.description, own.location),
            (true, false, false)
        );
    }
}
