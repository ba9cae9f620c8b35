//! Which events a list holds (§8.1).

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::api::parameters::Parameters;
use crate::calendar::Event;
use crate::calendar::redact::Detail;
use crate::calendar::series::Span;
use crate::error::ApiError;
use crate::world::{RepeatedFilters, Rules};

/// Filters that an increment must not repeat and that its token remembers (§10.1).
pub(super) const REMEMBERED: [&str; 7] = [
    "iCalUID",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMax",
    "timeMin",
    "updatedMin",
];

/// Which events a list holds.
pub(super) struct Filter<'a> {
    time_min: Option<Timestamp>,
    time_max: Option<Timestamp>,
    updated_min: Option<Timestamp>,
    pub(super) shows_deleted: bool,
    /// `singleEvents`: instances instead of series.
    pub(super) is_single: bool,
    ical_uid: Option<&'a str>,
    words: Vec<String>,
    private: Vec<(&'a str, &'a str)>,
    shared: Vec<(&'a str, &'a str)>,
    repeated: RepeatedFilters,
    kinds: Vec<&'a str>,
    pub(super) zone: TimeZone,
    now: Timestamp,
    horizon: SignedDuration,
    /// What the caller may not see it may not search either.
    detail: Detail,
}

impl<'a> Filter<'a> {
    pub(super) fn read(
        parameters: &'a Parameters,
        now: Timestamp,
        rules: &Rules,
        zone: TimeZone,
        detail: Detail,
    ) -> Result<Self, ApiError> {
        let (time_min, time_max) = (parameters.instant("timeMin"), parameters.instant("timeMax"));
        if let (Some(min), Some(max)) = (time_min, time_max)
            && max <= min
        {
            return Err(ApiError::time_range_empty().at_parameter("timeMax"));
        }
        Ok(Self {
            time_min,
            time_max,
            updated_min: parameters.instant("updatedMin"),
            shows_deleted: parameters.flag("showDeleted") == Some(true),
            is_single: parameters.flag("singleEvents") == Some(true),
            ical_uid: parameters.text("iCalUID"),
            words: words(parameters.text("q").unwrap_or_default()),
            private: properties(parameters, "privateExtendedProperty")?,
            shared: properties(parameters, "sharedExtendedProperty")?,
            repeated: rules.repeated_filters,
            kinds: parameters.all("eventTypes").collect(),
            zone,
            now,
            horizon: rules.expansion_horizon,
            detail,
        })
    }

    /// The times asked for.
    pub(super) fn span(&self) -> Span<'_> {
        Span {
            after: self.time_min,
            before: self.time_max,
            horizon: self.horizon,
            now: self.now,
            zone: &self.zone,
        }
    }

    /// Whether a full listing holds the event.
    pub(super) fn keeps(&self, event: &Event) -> bool {
        // Deletions since `updatedMin` are always told. Where a series is one line, its cancelled
        // instances are always told, or they would be taken for held (§8.1, §10.4).
        let is_missing_instance = !self.is_single && event.live_occurrence().is_some();
        (self.shows_deleted
            || self.updated_min.is_some()
            || !event.is_deleted()
            || is_missing_instance)
            && self.fits(event)
    }

    /// Whether the event, deleted or not, is one of those asked for.
    pub(super) fn fits(&self, event: &Event) -> bool {
        let is_open = self.time_min.is_none() && self.time_max.is_none();
        (self.kinds.is_empty() || self.kinds.contains(&event.content.kind.word()))
            && (is_open || event.touches(&self.span()))
            && self.updated_min.is_none_or(|min| event.updated_at() >= min)
            && self.ical_uid.is_none_or(|uid| event.ical_uid == uid)
            && (self.has_no_search() || !self.detail.hides(&event.content.fields))
            && self.has_properties(event, "private", &self.private)
            && self.has_properties(event, "shared", &self.shared)
            && self.has_words(event)
    }

    fn has_no_search(&self) -> bool {
        self.words.is_empty() && self.private.is_empty() && self.shared.is_empty()
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
