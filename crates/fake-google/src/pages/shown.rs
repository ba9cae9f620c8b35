//! What the calendars on the page have in a range of days, as the account may see it.

use std::borrow::Cow;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde_json::Value;

use super::calendars::Listed;
use super::place::Place;
use crate::calendar::Event;
use crate::calendar::series::Span;
use crate::calendar::time::{EventTime, resolve};
use crate::text::Word;
use crate::world::World;

/// An event on the page.
#[derive(Clone, Debug)]
pub(super) struct Shown<'w> {
    pub(super) listed: &'w Listed<'w>,
    pub(super) event: Cow<'w, Event>,
}

impl Shown<'_> {
    /// Whether the account sees only when it is.
    pub(super) fn is_hidden(&self) -> bool {
        self.listed.detail().hides(&self.event.content.fields)
    }

    /// Whether the account may change it.
    pub(super) fn is_editable(&self) -> bool {
        self.listed.is_writable() && !self.is_hidden()
    }

    /// What is written on it.
    pub(super) fn title(&self, place: &Place) -> &str {
        if self.is_hidden() {
            return Word::Busy.in_language(place.language);
        }
        self.text("summary")
            .unwrap_or(Word::Untitled.in_language(place.language))
    }

    /// A text field, where the account may see it.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let value = self.event.content.fields.get(name)?;
        value.as_str().filter(|_| !self.is_hidden())
    }

    /// What the calendar's own attendee has answered, if it is invited.
    pub(super) fn answer(&self) -> Option<&str> {
        let own = own_attendee(&self.event, &self.listed.calendar.id)?;
        own["responseStatus"].as_str()
    }

    /// Whether any part of it lies on this day.
    pub(super) fn is_on(&self, date: Date, place: &Place) -> bool {
        match (&self.event.content.start, &self.event.content.end) {
            (EventTime::Day(first), EventTime::Day(end)) => *first <= date && date < *end,
            (start, end) => {
                let (start, end) = (start.instant(&place.zone), end.instant(&place.zone));
                touches((start, end), date, place)
            }
        }
    }
}

/// The attendee that is this calendar, in an event of it.
pub(super) fn own_attendee<'e>(event: &'e Event, calendar: &str) -> Option<&'e Value> {
    let attendees = event.content.fields.get("attendees")?.as_array()?;
    attendees.iter().find(|attendee| {
        let email = attendee["email"].as_str();
        email.is_some_and(|email| email.eq_ignore_ascii_case(calendar))
    })
}

/// Whether a range of instants touches a day. One without length is on the day it starts.
pub(super) fn touches((start, end): (Timestamp, Timestamp), date: Date, place: &Place) -> bool {
    let (day_start, day_end) = (
        midnight(date, place),
        midnight(date.saturating_add(1.day()), place),
    );
    start < day_end && (end > day_start || (start == end && start == day_start))
}

/// When a day begins in the zone of the page.
pub(super) fn midnight(date: Date, place: &Place) -> Timestamp {
    resolve(date.at(0, 0, 0, 0), &place.zone)
}

/// Events, and instances of series, that may touch the days of `place`, in the order they begin.
pub(super) fn events<'w>(
    world: &World,
    now: Timestamp,
    place: &Place,
    calendars: &'w [Listed<'w>],
) -> Vec<Shown<'w>> {
    let mut shown = Vec::new();
    for listed in calendars.iter().filter(|listed| listed.is_shown) {
        let zone = listed.calendar.zone();
        // A day wider on both sides: days begin elsewhere in the calendar's zone.
        let span = Span {
            after: Some(midnight(place.monday.saturating_sub(1.day()), place)),
            before: Some(midnight(place.last_day().saturating_add(2.days()), place)),
            horizon: world.rules.expansion_horizon,
            now,
            zone: &zone,
        };
        for event in listed.calendar.events().filter(|event| !event.is_deleted()) {
            let mut keep = |event| shown.push(Shown { listed, event });
            if event.is_master() {
                let instances = event.instances(&span, |id| listed.calendar.is_exception(id));
                instances.into_iter().map(Cow::Owned).for_each(&mut keep);
            } else if span.holds(&event.content.start, &event.content.end) {
                keep(Cow::Borrowed(event));
            }
        }
    }
    shown.sort_by_key(|shown| shown.event.content.start.instant(&place.zone));
    shown
}
