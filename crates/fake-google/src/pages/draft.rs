//! What stands in the fields of an event's form.

use jiff::Span;
use jiff::civil::DateTime;
use serde_json::Value;

use super::place::Place;
use super::repeat::Repeat;
use crate::calendar::Event;
use crate::calendar::time::EventTime;
use crate::http::Fields;

/// The fields as people read and type them, in the zone of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) title: String,
    /// As a `datetime-local` or, for a day event, a `date` field has it.
    pub(super) start: String,
    /// For a day event the last day, not the day after.
    pub(super) end: String,
    pub(super) is_all_day: bool,
    pub(super) location: String,
    pub(super) description: String,
    /// One address a line.
    pub(super) guests: String,
    pub(super) repeat: Repeat,
}

impl Draft {
    /// The fields of an event that exists. `series` is the one that it belongs to, or itself.
    pub(super) fn of(event: &Event, series: &Event, place: &Place) -> Self {
        let text = |name: &str| {
            let value = event
                .content
                .fields
                .get(name)
                .and_then(|value| value.as_str());
            value.unwrap_or_default().to_owned()
        };
        let last = match &event.content.end {
            EventTime::Day(end) => EventTime::Day(end.saturating_sub(Span::new().days(1))),
            moment => moment.clone(),
        };
        Self {
            title: text("summary"),
            start: field(&event.content.start, place),
            end: field(&last, place),
            is_all_day: event.content.start.is_day(),
            location: text("location"),
            description: text("description"),
            guests: addresses(event).join("\n"),
            repeat: Repeat::of(series, place),
        }
    }

    /// The fields as a form sent them.
    pub(super) fn sent(form: &Fields) -> Self {
        let text = |name: &str| form.get(name).unwrap_or_default().replace("\r\n", "\n");
        let guests: Vec<String> = text("guests")
            .split(|c: char| c.is_whitespace() || c == ',' || c == ';')
            .filter(|address| !address.is_empty())
            .map(str::to_owned)
            .collect();
        Self {
            title: text("title"),
            start: text("start"),
            end: text("end"),
            is_all_day: form.get("all_day").is_some(),
            location: text("location"),
            description: text("description"),
            guests: guests.join("\n"),
            repeat: Repeat::sent(form),
        }
    }

    /// The plain texts under the names that an event has for them.
    pub(super) fn texts(&self) -> [(&'static str, &str); 3] {
        [
            ("summary", &self.title),
            ("location", &self.location),
            ("description", &self.description),
        ]
    }

    /// The guests' addresses.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &str> {
        self.guests.lines()
    }
}

/// The addresses of an event's attendees.
fn addresses(event: &Event) -> Vec<&str> {
    let attendees = event.content.fields.get("attendees");
    let attendees = attendees.and_then(Value::as_array);
    let attendees = attendees.map_or(&[][..], Vec::as_slice);
    attendees
        .iter()
        .filter_map(|attendee| attendee["email"].as_str())
        .collect()
}

/// A time as a form field has it.
fn field(time: &EventTime, place: &Place) -> String {
    match time {
        EventTime::Day(day) => day.to_string(),
        EventTime::Moment { at, .. } => local_field(at.to_zoned(place.zone.clone()).datetime()),
    }
}

/// A civil time as a `datetime-local` field has it.
pub(super) fn local_field(local: DateTime) -> String {
    local.strftime("%Y-%m-%dT%H:%M").to_string()
}
