//! One item of a page, read once for the mirror and the link work.
//!
//! Everything but the id may be missing or null (§10.4). Words that are short-lived stay in the
//! page's bytes until they are read.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::event_text::EventText;
use domain::mirror::{
    EventKind, EventMark, EventStatus, ForeignEvent, Occurrence, Response, Start, Timing,
};
use domain::sync::{Certainty, Remote, RemoteTime};
use domain::{Instant, Interval, LinkId, Zone};
use jiff::Timestamp;
use jiff::civil;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Detail, Guest, Item, Standing, Unread};
use crate::events::json::read_reminders;
use crate::events::{Mark, RemoteEvent};

/// A word that is copied only if it is kept, or written with escapes.
#[derive(Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// An event as Google writes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Raw<'a> {
    id: String,
    #[serde(rename = "iCalUID")]
    ical_uid: Option<String>,
    #[serde(borrow)]
    status: Option<Text<'a>>,
    #[serde(borrow)]
    start: Option<Moment<'a>>,
    #[serde(borrow)]
    end: Option<Moment<'a>>,
    recurrence: Option<Vec<String>>,
    recurring_event_id: Option<String>,
    #[serde(borrow)]
    original_start_time: Option<Moment<'a>>,
    #[serde(borrow)]
    transparency: Option<Text<'a>>,
    #[serde(borrow)]
    event_type: Option<Text<'a>>,
    #[serde(borrow)]
    attendees: Option<Vec<Attendee<'a>>>,
    #[serde(borrow)]
    extended_properties: Option<Properties<'a>>,
    etag: Option<String>,
    updated: Option<String>,
    html_link: Option<String>,
    summary: Option<String>,
    description: Option<String>,
    location: Option<String>,
    reminders: Option<serde_json::Value>,
    organizer: Option<Organizer>,
    #[serde(borrow)]
    visibility: Option<Text<'a>>,
    locked: Option<bool>,
}

/// Its fields by name, to say which of them cannot be read.
pub(super) const FIELDS: [&str; 20] = [
    "iCalUID",
    "status",
    "start",
    "end",
    "recurrence",
    "recurringEventId",
    "originalStartTime",
    "transparency",
    "eventType",
    "attendees",
    "extendedProperties",
    "etag",
    "updated",
    "htmlLink",
    "summary",
    "description",
    "location",
    "organizer",
    "visibility",
    "locked",
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Moment<'a> {
    #[serde(borrow)]
    date: Option<Text<'a>>,
    #[serde(borrow)]
    date_time: Option<Text<'a>>,
    #[serde(borrow)]
    time_zone: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attendee<'a> {
    #[serde(rename = "self")]
    is_self: Option<bool>,
    organizer: Option<bool>,
    resource: Option<bool>,
    email: Option<String>,
    display_name: Option<String>,
    #[serde(borrow)]
    response_status: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Properties<'a> {
    #[serde(borrow)]
    private: Option<Private<'a>>,
}

/// Our mark; other people's properties are passed over.
#[derive(Deserialize)]
struct Private<'a> {
    #[serde(borrow, rename = "lockstepLink")]
    link: Option<Text<'a>>,
    #[serde(rename = "lockstepEvent")]
    event: Option<String>,
    #[serde(borrow, rename = "lockstepRev")]
    rev: Option<Text<'a>>,
}

impl Private<'_> {
    fn is_marked(&self) -> bool {
        self.link.is_some() || self.event.is_some() || self.rev.is_some()
    }
}

#[derive(Deserialize)]
struct Organizer {
    #[serde(rename = "self")]
    is_self: Option<bool>,
}

/// Why an item cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// It is no JSON object, or not one that makes sense as a whole.
    #[error("it is no event")]
    NoEvent,
    /// It has no id.
    #[error("it has no id")]
    NoId,
    /// One of its fields is not of the form that Google gives it.
    #[error("its {0} cannot be read")]
    Field(&'static str),
}

/// One item by itself.
pub(super) fn read(raw: &RawValue) -> Result<Raw<'_>, Unread> {
    serde_json::from_str(raw.get()).map_err(|_| unread(raw))
}

/// Why `raw` is no event. Never in the words of the decoder, which quote what they stumble on.
fn unread(raw: &RawValue) -> Unread {
    let fields: Result<BTreeMap<Cow<'_, str>, &RawValue>, _> = serde_json::from_str(raw.get());
    let Ok(fields) = fields else {
        return Unread {
            id: None,
            why: Why::NoEvent,
        };
    };
    let id = fields.get("id");
    let id: Option<String> = id.and_then(|id| serde_json::from_str(id.get()).ok());
    let is_bad = |name: &&&str| {
        let alone = |value: &&RawValue| format!(r#"{{"id":"-","{name}":{value}}}"#);
        let alone = fields.get(**name).map(alone);
        alone.is_some_and(|text| serde_json::from_str::<Raw<'_>>(&text).is_err())
    };
    let why = match FIELDS.iter().find(is_bad) {
        _ if id.is_none() => Why::NoId,
        Some(name) => Why::Field(name),
        None => Why::NoEvent,
    };
    Unread { id, why }
}

impl Raw<'_> {
    /// The event; days and times without an offset are in its own zone, or else in `zone`, the
    /// calendar's.
    pub(super) fn into_item(self, detail: Detail, zone: Option<&Zone>) -> Result<Item, Unread> {
        if self.id.is_empty() {
            return Err(Unread {
                id: None,
                why: Why::NoId,
            });
        }
        let start = self.start.as_ref().and_then(|start| start.read(zone));
        let end = self.end.as_ref().and_then(|end| end.read(zone));
        let remote_time = self.remote_time(start, end);
        let mark = self.mark();
        let response = self.response();
        let standing = (detail == Detail::TwoWay).then(|| self.standing());
        let status = self.status.as_ref().and_then(|word| status(word.as_str()));
        let timing = self.timing(start, end);
        let original_start = self.original_start_time.as_ref();
        let original_start = original_start.and_then(|moment| moment.read(zone));
        let remote = (detail != Detail::Busy).then(|| RemoteEvent {
            id: self.id.clone(),
            is_deleted: status == Some(EventStatus::Cancelled),
            remote: remote_time.map(|time| Remote {
                etag: self.etag.unwrap_or_default(),
                rev: mark.as_ref().map(|(mark, _)| mark.rev),
                time,
                text: EventText {
                    title: self.summary.unwrap_or_default(),
                    description: self.description.unwrap_or_default(),
                    location: self.location.unwrap_or_default(),
                },
                reminders: read_reminders(self.reminders),
                declined: response == Some(Response::Declined),
                updated: self
                    .updated
                    .as_deref()
                    .and_then(|at| Instant::parse(at).ok()),
                certainty: match status {
                    Some(EventStatus::Tentative) => Certainty::Tentative,
                    _ => Certainty::Confirmed,
                },
            }),
            mark: mark.clone(),
            html_link: self.html_link.filter(|link| link.starts_with("http")),
            updated: self.updated,
        });
        let foreign = ForeignEvent {
            id: self.id,
            ical_uid: self.ical_uid,
            status,
            timing,
            recurrence: self.recurrence.unwrap_or_default(),
            occurrence: self.recurring_event_id.map(|series| Occurrence {
                series,
                original_start,
            }),
            is_transparent: is(self.transparency.as_ref(), &["transparent"]),
            kind: self
                .event_type
                .map_or(EventKind::Default, |word| kind(&word)),
            response,
            mark: mark.map(|(mark, event_id)| EventMark {
                link: mark.link,
                event_id,
            }),
        };
        Ok(Item {
            foreign,
            remote,
            standing,
        })
    }

    /// From start to end, both of one kind.
    fn timing(&self, start: Option<Start>, end: Option<Start>) -> Option<Timing> {
        match (start?, end?) {
            (Start::At(from), Start::At(to)) => {
                let zone = self.start.as_ref()?.time_zone.as_ref();
                Some(Timing::Timed {
                    time: Interval::new(from, to)?,
                    zone: zone.map(|zone| zone.as_str().to_owned()),
                })
            }
            (Start::Day(first), Start::Day(end)) => Some(Timing::AllDay { first, end }),
            _ => None,
        }
    }

    /// The same as the link work knows it, see [`crate::events`].
    fn remote_time(&self, start: Option<Start>, end: Option<Start>) -> Option<RemoteTime> {
        let (from, _) = (self.start.as_ref()?, self.end.as_ref()?);
        if self
            .recurrence
            .as_ref()
            .is_some_and(|lines| !lines.is_empty())
        {
            return Some(RemoteTime::Recurring);
        }
        if from.date.is_some() {
            return Some(RemoteTime::AllDay);
        }
        let (Start::At(from), Start::At(to)) = (start?, end?) else {
            return None;
        };
        if !(is_bookable(from) && is_bookable(to)) {
            return None;
        }
        Interval::new(from, to).map(RemoteTime::Timed)
    }

    fn mark(&self) -> Option<(Mark, String)> {
        let private = self.extended_properties.as_ref()?.private.as_ref()?;
        let link: LinkId = private.link.as_ref()?.as_str().parse().ok()?;
        let rev = private.rev.as_ref()?.as_str().parse().ok()?;
        Some((Mark { link, rev }, private.event.clone()?))
    }

    /// What the owner of the calendar answered.
    fn response(&self) -> Option<Response> {
        let mut attendees = self.attendees.iter().flatten();
        let own = attendees.find(|attendee| attendee.is_self == Some(true))?;
        Some(match own.response_status.as_ref()?.as_str() {
            "needsAction" => Response::NeedsAction,
            "declined" => Response::Declined,
            "tentative" => Response::Tentative,
            "accepted" => Response::Accepted,
            _ => return None,
        })
    }

    fn standing(&self) -> Standing {
        let organizer = self.organizer.as_ref();
        Standing {
            is_own: organizer.is_some_and(|organizer| organizer.is_self == Some(true)),
            is_private: is(self.visibility.as_ref(), &["private", "confidential"]),
            is_locked: self.locked == Some(true),
            is_marked: self
                .extended_properties
                .as_ref()
                .and_then(|properties| properties.private.as_ref())
                .is_some_and(Private::is_marked),
            guest: self.guest(),
        }
    }

    /// Who is invited, where exactly one person with an address is.
    fn guest(&self) -> Option<Guest> {
        let is_person = |guest: &&Attendee<'_>| {
            let is_other = [guest.is_self, guest.organizer, guest.resource];
            !is_other.contains(&Some(true)) && guest.email.is_some()
        };
        let mut people = self.attendees.iter().flatten().filter(is_person);
        let (only, more) = (people.next()?, people.next());
        let guest = Guest {
            email: only.email.clone()?,
            name: only.display_name.clone(),
        };
        more.is_none().then_some(guest)
    }
}

impl Moment<'_> {
    /// An `EventDateTime` (§6). Google writes an offset; where there is none, a zone says it.
    fn read(&self, calendar_zone: Option<&Zone>) -> Option<Start> {
        if let Some(day) = &self.date {
            return day.as_str().parse().ok().map(Start::Day);
        }
        let text = self.date_time.as_ref()?.as_str().trim();
        if let Ok(at) = text.parse::<Timestamp>() {
            return Some(Start::At(Instant::from_timestamp(at)));
        }
        let civil: civil::DateTime = text.parse().ok()?;
        let at = match &self.time_zone {
            Some(name) => Zone::parse(name.as_str()).ok()?.instant(civil),
            None => calendar_zone?.instant(civil),
        };
        Some(Start::At(at))
    }
}

impl Text<'_> {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn into_owned(self) -> String {
        self.0.into_owned()
    }
}

fn is(word: Option<&Text<'_>>, words: &[&str]) -> bool {
    word.is_some_and(|word| words.contains(&word.as_str()))
}

/// Words that are not known here leave the event as if there were none: confirmed, usual.
fn status(word: &str) -> Option<EventStatus> {
    Some(match word {
        "confirmed" => EventStatus::Confirmed,
        "tentative" => EventStatus::Tentative,
        "cancelled" => EventStatus::Cancelled,
        _ => return None,
    })
}

fn kind(word: &Text<'_>) -> EventKind {
    match word.as_str() {
        "outOfOffice" => EventKind::OutOfOffice,
        "focusTime" => EventKind::FocusTime,
        "workingLocation" => EventKind::WorkingLocation,
        "birthday" => EventKind::Birthday,
        "fromGmail" => EventKind::FromGmail,
        _ => EventKind::Default,
    }
}

/// Whether a booking could be then: the years that [`Instant::parse`] takes, as for the link work's
/// own reads. Masters of series may begin earlier.
fn is_bookable(at: Instant) -> bool {
    const YEAR_2200: Instant = Instant::from_micros(7_258_118_400_000_000);
    (Instant::from_micros(0)..YEAR_2200).contains(&at)
}
