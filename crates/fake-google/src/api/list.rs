//! `events.list`: filters, order and pages.
//!
//! `nextSyncToken` is already there, in Google's place, but sending it back answers 501 until the
//! issue that brings incremental sync.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::api::page_token::{self, Place};
use crate::api::parameters::Parameters;
use crate::api::{Answer, Call};
use crate::calendar::resource::View;
use crate::calendar::time::rfc3339_millis;
use crate::calendar::{Calendar, Event, is_purged};
use crate::error::ApiError;
use crate::world::{RepeatedFilters, World};

const RESULTS_DEFAULT: usize = 250;
/// A larger `maxResults` is taken as this.
const RESULTS_MAX: usize = 2500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// Unspecified by Google but stable: as inserted.
    Inserted,
    StartTime,
    Updated,
}

/// Which events a list holds.
struct Filter<'a> {
    time_min: Option<Timestamp>,
    time_max: Option<Timestamp>,
    updated_min: Option<Timestamp>,
    shows_deleted: bool,
    ical_uid: Option<&'a str>,
    words: Vec<String>,
    private: Vec<(&'a str, &'a str)>,
    shared: Vec<(&'a str, &'a str)>,
    repeated: RepeatedFilters,
    has_default_type: bool,
    zone: TimeZone,
}

pub(super) fn run(world: &World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let calendar = call.calendar(world);
    let parameters = &call.parameters;
    let filter = Filter::read(parameters, world.rules.repeated_filters, calendar.zone())?;
    let order = read_order(parameters)?;
    let seal = page_token::seal(&calendar.id, &parameters.fingerprint());
    let after = parameters
        .text("pageToken")
        .map(|token| page_token::read(&seal, token));
    let after = after.transpose()?;
    let place = |event: &Event| place_of(event, order, &filter.zone);

    let mut found: Vec<&Event> = calendar
        .events()
        .filter(|event| !is_purged(event, call.now, &world.rules) && filter.keeps(event))
        .filter(|event| after.is_none_or(|after| place(event) > after))
        .collect();
    found.sort_by_key(|event| place(event));
    let size = page_size(parameters);
    let next = (found.len() > size).then(|| page_token::write(&seal, place(found[size - 1])));
    found.truncate(size);

    let view = call.view(world)?;
    let items = found
        .iter()
        .map(|event| item(calendar, event, &filter, &view))
        .collect();
    Ok(envelope(calendar, items, next))
}

impl<'a> Filter<'a> {
    fn read(
        parameters: &'a Parameters,
        repeated: RepeatedFilters,
        zone: TimeZone,
    ) -> Result<Self, ApiError> {
        let (time_min, time_max) = (parameters.instant("timeMin"), parameters.instant("timeMax"));
        if let (Some(min), Some(max)) = (time_min, time_max)
            && max <= min
        {
            return Err(ApiError::time_range_empty().at_parameter("timeMax"));
        }
        let mut event_types = parameters.all("eventTypes").peekable();
        Ok(Self {
            time_min,
            time_max,
            updated_min: parameters.instant("updatedMin"),
            shows_deleted: parameters.flag("showDeleted") == Some(true),
            ical_uid: parameters.text("iCalUID"),
            words: words(parameters.text("q").unwrap_or_default()),
            private: properties(parameters, "privateExtendedProperty")?,
            shared: properties(parameters, "sharedExtendedProperty")?,
            repeated,
            has_default_type: event_types.peek().is_none()
                || event_types.any(|kind| kind == "default"),
            zone,
        })
    }

    fn keeps(&self, event: &Event) -> bool {
        let (start, end) = (&event.content.start, &event.content.end);
        // Deletions since `updatedMin` are always told.
        (self.shows_deleted || self.updated_min.is_some() || !event.is_deleted())
            && self.has_default_type
            && self
                .time_min
                .is_none_or(|min| end.instant(&self.zone) > min)
            && self
                .time_max
                .is_none_or(|max| start.instant(&self.zone) < max)
            && self.updated_min.is_none_or(|min| event.updated_at() >= min)
            && self.ical_uid.is_none_or(|uid| event.ical_uid == uid)
            && self.has_properties(event, "private", &self.private)
            && self.has_properties(event, "shared", &self.shared)
            && self.has_words(event)
    }

    fn has_properties(&self, event: &Event, kind: &str, wanted: &[(&str, &str)]) -> bool {
        let properties = event
            .content
            .fields
            .get("extendedProperties")
            .map(|maps| &maps[kind]);
        let has = |(name, value): &(&str, &str)| {
            properties
                .and_then(|map| map.get(*name))
                .is_some_and(|found| found == *value)
        };
        match self.repeated {
            RepeatedFilters::All => wanted.iter().all(has),
            RepeatedFilters::Any => wanted.is_empty() || wanted.iter().any(has),
        }
    }

    /// Whether each word of `q` is part of some text of the event.
    fn has_words(&self, event: &Event) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let mut text = String::new();
        let fields = &event.content.fields;
        for name in ["summary", "description", "location"] {
            text.push_str(fields.get(name).and_then(Value::as_str).unwrap_or_default());
            text.push('\n');
        }
        for attendee in fields
            .get("attendees")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            for name in ["displayName", "email"] {
                text.push_str(attendee[name].as_str().unwrap_or_default());
                text.push('\n');
            }
        }
        let text = text.to_lowercase();
        self.words.iter().all(|word| text.contains(word))
    }
}

fn words(query: &str) -> Vec<String> {
    query.split_whitespace().map(str::to_lowercase).collect()
}

fn properties<'a>(
    parameters: &'a Parameters,
    name: &'a str,
) -> Result<Vec<(&'a str, &'a str)>, ApiError> {
    let split = |pair: &'a str| {
        pair.split_once('=')
            .filter(|(key, _)| !key.is_empty())
            .ok_or_else(|| {
                ApiError::invalid(format!("Invalid value for {name}: {pair}")).at_parameter(name)
            })
    };
    parameters.all(name).map(split).collect()
}

fn read_order(parameters: &Parameters) -> Result<Order, ApiError> {
    match parameters.text("orderBy") {
        Some("startTime") if parameters.flag("singleEvents") != Some(true) => {
            let message = "The requested ordering is not available for the particular query.";
            Err(ApiError::bad_request(message).at_parameter("orderBy"))
        }
        Some("startTime") => Ok(Order::StartTime),
        Some(_) => Ok(Order::Updated),
        None => Ok(Order::Inserted),
    }
}

fn place_of(event: &Event, order: Order, zone: &TimeZone) -> Place {
    let key = match order {
        Order::Inserted => 0,
        Order::StartTime => event.content.start.instant(zone).as_second(),
        Order::Updated => event.updated,
    };
    (key, event.ordinal)
}

fn page_size(parameters: &Parameters) -> usize {
    let asked = parameters
        .integer("maxResults")
        .and_then(|size| usize::try_from(size).ok());
    asked.unwrap_or(RESULTS_DEFAULT).clamp(1, RESULTS_MAX)
}

/// With `showDeleted` a deleted event keeps its details, without only its going is told.
fn item(calendar: &Calendar, event: &Event, filter: &Filter<'_>, view: &View<'_>) -> Value {
    if event.is_deleted() && !filter.shows_deleted {
        Calendar::stub(event)
    } else {
        calendar.resource(event, view)
    }
}

fn envelope(calendar: &Calendar, items: Vec<Value>, next_page: Option<String>) -> Answer {
    let etag = collection_etag(calendar);
    let default_reminders = if calendar.is_primary {
        json!([{ "method": "popup", "minutes": 30 }])
    } else {
        json!([])
    };
    let mut body = json!({
        "kind": "calendar#events",
        "etag": etag,
        "summary": calendar.summary,
        "description": "",
        "updated": rfc3339_millis(calendar.updated_at()),
        "timeZone": calendar.time_zone,
        "accessRole": "owner",
        "defaultReminders": default_reminders,
        "items": items,
    });
    match next_page {
        Some(token) => body["nextPageToken"] = token.into(),
        None => body["nextSyncToken"] = placeholder_sync_token(calendar).into(),
    }
    Answer::Resource { body, etag }
}

/// Changes with anything in the calendar, and says nothing else.
fn collection_etag(calendar: &Calendar) -> String {
    let hash = Sha256::digest(format!("{} {}", calendar.id, calendar.version()).as_bytes());
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(&hash[..12]))
}

fn placeholder_sync_token(calendar: &Calendar) -> String {
    URL_SAFE_NO_PAD.encode(format!("placeholder {}", calendar.version()))
}
