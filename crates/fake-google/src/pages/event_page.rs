//! An event on a page of its own: its form, or what of it may be read. With JavaScript it opens as
//! a dialog over the calendar.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::civil::DateTime;
use jiff::{Span, Timestamp};

use super::calendars::{self, Listed};
use super::draft::{Draft, local_field};
use super::event_form::{Form, Subject, form_page};
use super::place::Place;
use super::shown::Shown;
use super::{event_details, problem};
use crate::calendar::{Calendar, Event};
use crate::http::{Fields, Response};
use crate::text::Word;
use crate::world::World;

/// Length a new event is offered with.
const LENGTH_DEFAULT_MINUTES: i64 = 60;

/// An event to be made: at the time asked for, or the next full hour.
pub(super) fn blank(world: &World, now: Timestamp, place: &Place, query: &Fields) -> Response {
    let asked: Option<DateTime> = query.get("start").and_then(|text| text.parse().ok());
    let start = asked.unwrap_or_else(|| {
        let local = now.to_zoned(place.zone.clone()).datetime();
        let hour = local.date().at(local.hour(), 0, 0, 0);
        hour.saturating_add(Span::new().hours(1))
    });
    let end = start.saturating_add(Span::new().minutes(LENGTH_DEFAULT_MINUTES));
    let draft = Draft {
        start: local_field(start),
        end: local_field(end),
        ..Draft::default()
    };
    let form = Form {
        status: 200,
        notice: None,
        subject: None,
        draft,
        calendar: query.get("calendar").map(str::to_owned),
    };
    form_page(world, place, &form)
}

/// An event that exists, found by its ids or by the `eid` of its `htmlLink`: its form if the
/// account may change it, else what the account may see.
pub(super) fn existing(world: &World, now: Timestamp, place: &Place, query: &Fields) -> Response {
    let ids = match query.get("eid") {
        Some(eid) => ids_of(eid),
        None => {
            let text = |name: &str| query.get(name).unwrap_or_default().to_owned();
            Some((text("calendar"), text("event")))
        }
    };
    let gone = || problem(404, place.language, Word::NoSuchEvent);
    let Some((calendar, event)) = ids else {
        return gone();
    };
    // A link from somewhere else says whose it is by its calendar alone.
    let place = match world.calendars.get(&calendar) {
        Some(found)
            if query.get("account").is_none() && world.accounts.contains_key(&found.owner) =>
        {
            place.for_account(world, &found.owner)
        }
        _ => place.clone(),
    };
    let Some((listed, event)) = found(world, now, &place, &calendar, &event) else {
        return gone();
    };
    let series = series_of(listed.calendar, &event).into_owned();
    let shown = Shown {
        listed: &listed,
        event,
    };
    if !shown.is_editable() {
        return event_details::response(&place, &shown);
    }
    let draft = Draft::of(&shown.event, &series, &place);
    let form = Form {
        status: 200,
        notice: None,
        subject: Some(Subject {
            shown: &shown,
            series: &series,
        }),
        draft,
        calendar: None,
    };
    form_page(world, &place, &form)
}

/// An event that is there, in a calendar that the account has access to.
pub(super) fn found<'w>(
    world: &'w World,
    now: Timestamp,
    place: &Place,
    calendar: &str,
    event: &str,
) -> Option<(Listed<'w>, Cow<'w, Event>)> {
    let listed = calendars::found(world, &place.account, calendar)?;
    let event = listed.calendar.event(event, now, &world.rules)?;
    (!event.is_deleted()).then_some((listed, event))
}

/// The series that an event belongs to, or the event itself.
pub(super) fn series_of<'a>(calendar: &'a Calendar, event: &'a Event) -> Cow<'a, Event> {
    let occurrence = event.occurrence.as_ref();
    let series = occurrence.and_then(|occurrence| calendar.events.get(&occurrence.series));
    Cow::Borrowed(series.unwrap_or(event))
}

/// Calendar and event id of an `htmlLink`.
fn ids_of(eid: &str) -> Option<(String, String)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(eid).ok()?).ok()?;
    let (event, calendar) = text.split_once(' ')?;
    let calendar = match calendar.rsplit_once('@') {
        Some((name, "m")) => format!("{name}@gmail.com"),
        Some((name, "g")) => format!("{name}@group.calendar.google.com"),
        _ => calendar.to_owned(),
    };
    Some((calendar, event.to_owned()))
}
