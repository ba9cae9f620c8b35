//! What a writer may say about an event: read, checked and brought into the stored form.
//!
//! Only the fields listed here are kept; what the server owns (`etag`, `organizer`, …) and what
//! Google does not know is passed over. What Google does and we do not yet is refused with 501 by
//! name, never dropped silently. Conferences are `conference`'s affair.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use crate::calendar::kind::{EventKind, restricted};
use crate::calendar::prose::stored;
use crate::calendar::recurrence::Recurrence;
use crate::calendar::time::{Edge, EventTime, read_range};
use crate::discovery::discovery;
use crate::error::ApiError;

/// Extended property keys longer than this are dropped without a word (extended-properties guide).
const PROPERTY_KEY_MAX: usize = 44;
/// Extended property values are cut to this many characters without a word (same guide).
const PROPERTY_VALUE_MAX: usize = 1024;
/// Extended properties of one event, private and shared together (same guide).
const PROPERTIES_MAX: usize = 300;
/// Bytes of all keys and values of one event's extended properties (same guide).
const PROPERTIES_BYTES_MAX: usize = 32 * 1024;
/// Reminders beside the default (reference of the event resource).
const REMINDERS_MAX: usize = 5;
/// Four weeks (same reference).
const REMINDER_MINUTES_MAX: i64 = 40_320;

/// Fields kept as given, next to times, status and sequence which have a life of their own.
const KEPT: [&str; 18] = [
    "anyoneCanAddSelf",
    "attendees",
    "birthdayProperties",
    "colorId",
    "description",
    "extendedProperties",
    "focusTimeProperties",
    "guestsCanInviteOthers",
    "guestsCanModify",
    "guestsCanSeeOtherGuests",
    "location",
    "outOfOfficeProperties",
    "reminders",
    "source",
    "summary",
    "transparency",
    "visibility",
    "workingLocationProperties",
];

/// Values that Google leaves out of its answers.
fn is_default(name: &str, value: &Value) -> bool {
    match name {
        "transparency" => value == "opaque",
        "visibility" => value == "default",
        "guestsCanInviteOthers" | "guestsCanSeeOtherGuests" => value == true,
        "guestsCanModify" | "anyoneCanAddSelf" => value == false,
        "summary" | "description" | "location" | "colorId" => value == "",
        "attendees" => value.as_array().is_some_and(Vec::is_empty),
        "extendedProperties" => value.as_object().is_some_and(Map::is_empty),
        _ => false,
    }
}

/// Whether an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Confirmed,
    Tentative,
    Cancelled,
}

impl Status {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Tentative => "tentative",
            Self::Cancelled => "cancelled",
        }
    }

    fn read(value: Option<&Value>) -> Result<Self, ApiError> {
        match value.map(|value| value.as_str().unwrap_or_default()) {
            None | Some("confirmed") => Ok(Self::Confirmed),
            Some("tentative") => Ok(Self::Tentative),
            Some("cancelled") => Ok(Self::Cancelled),
            Some(_) => Err(ApiError::invalid("Invalid event status.")),
        }
    }
}

/// Query parameters of a write that change what the body means.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WriteOptions {
    /// `conferenceDataVersion=1`; otherwise `conferenceData` is ignored.
    pub(crate) has_conference_data: bool,
    /// `supportsAttachments=true`; otherwise `attachments` is ignored.
    pub(crate) has_attachments: bool,
    /// `eventLabelVersion=1`; otherwise `eventLabelId` is ignored.
    pub(crate) has_event_labels: bool,
}

/// The calendar that an event is read for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    /// Name of its zone.
    pub(crate) zone: &'a str,
    pub(crate) is_primary: bool,
    /// Whether texts are brought into Google's form.
    pub(crate) rewrites_text: bool,
}

/// The checked content of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) status: Status,
    pub(crate) start: EventTime,
    pub(crate) end: EventTime,
    pub(crate) kind: EventKind,
    /// What makes it a series; start and end are then the first instance's.
    pub(crate) recurrence: Option<Recurrence>,
    /// The rest, without defaults.
    pub(crate) fields: Map<String, Value>,
    /// The `sequence` the writer sent, if any.
    pub(crate) sequence: Option<i64>,
}

impl Content {
    /// Reads a whole event, as insert and update send it and as patch makes it by merging.
    pub(crate) fn read(
        mut body: Map<String, Value>,
        options: WriteOptions,
        target: Target<'_>,
    ) -> Result<Self, ApiError> {
        drop_nulls(&mut body);
        let whole = Value::Object(body.clone());
        if let Some(place) = discovery().mistyped(discovery().schema("Event"), &whole) {
            return Err(ApiError::parse_error().at_parameter(&place));
        }
        refuse_unsupported(&body, options)?;
        let (start, end) = read_range(&body, target.zone)?;
        let kind = EventKind::read(&body)?;
        if kind != EventKind::Default && !target.is_primary {
            return Err(restricted(
                "Only primary calendars have events of this type.",
            ));
        }
        kind.complete(&mut body, (&start, &end))?;
        let recurrence = read_recurrence(&body, &start)?;
        let mut fields = Map::new();
        for name in KEPT {
            if let Some(value) = body.remove(name) {
                let value = checked(name, value, target)?;
                if !is_default(name, &value) {
                    fields.insert(name.to_owned(), value);
                }
            }
        }
        Ok(Self {
            status: Status::read(body.get("status"))?,
            start,
            end,
            kind,
            recurrence,
            fields,
            sequence: body.get("sequence").and_then(Value::as_i64),
        })
    }

    /// How long it lasts; of days, those of the first instance.
    pub(crate) fn length(&self, calendar_zone: &TimeZone) -> SignedDuration {
        let end = self.end.instant(calendar_zone);
        end.duration_since(self.start.instant(calendar_zone))
    }

    /// The end of an instance that starts at `start`: as long as the first one, in days or exactly
    /// (RFC 5545 §3.8.5.3).
    pub(crate) fn end_from(&self, start: &EventTime, calendar_zone: &TimeZone) -> EventTime {
        match (&self.start, &self.end, start) {
            (EventTime::Day(first), EventTime::Day(end), EventTime::Day(start)) => {
                let length = first.until(*end).unwrap_or_default();
                EventTime::Day(start.saturating_add(length))
            }
            (_, end, start) => {
                let at = start.instant(calendar_zone);
                let at = at.saturating_add(self.length(calendar_zone));
                let zone = match end {
                    EventTime::Moment { zone, .. } => zone.clone(),
                    EventTime::Day(_) => "UTC".to_owned(),
                };
                EventTime::Moment {
                    at: at.unwrap_or(Timestamp::MAX),
                    zone,
                }
            }
        }
    }
}

/// A series; none where `recurrence` is absent or empty.
///
/// A timed series says its zone, in which it is expanded, once for both ends (reference of
/// `EventDateTime`; §6).
fn read_recurrence(
    body: &Map<String, Value>,
    start: &EventTime,
) -> Result<Option<Recurrence>, ApiError> {
    let lines = body.get("recurrence").and_then(Value::as_array);
    let lines: Vec<String> = lines
        .into_iter()
        .flatten()
        .filter_map(|line| line.as_str().map(str::to_owned))
        .collect();
    if lines.is_empty() {
        return Ok(None);
    }
    if !start.is_day() {
        let zone_of = |edge: Edge| body[edge.field()]["timeZone"].as_str();
        let Some(zone) = zone_of(Edge::Start) else {
            let message = "Missing time zone definition for start time.";
            return Err(ApiError::required(message).at_parameter("start.timeZone"));
        };
        if zone_of(Edge::End).is_some_and(|end| end != zone) {
            let message = "A recurring event has one time zone for start and end.";
            return Err(ApiError::invalid(message).at_parameter("end.timeZone"));
        }
    }
    Recurrence::read(lines, start).map(Some)
}

/// Lays a patch over an event: absent stays, `null` deletes, arrays are replaced, and objects
/// (start, extended property maps, …) merge key by key.
pub(crate) fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, change) in patch {
        match (target.get_mut(name), change) {
            (_, Value::Null) => {
                target.remove(name);
            }
            (Some(Value::Object(inner)), Value::Object(change)) => merge(inner, change),
            _ => {
                target.insert(name.clone(), change.clone());
            }
        }
    }
}

fn drop_nulls(fields: &mut Map<String, Value>) {
    fields.retain(|_, value| !value.is_null());
    for value in fields.values_mut() {
        if let Value::Object(inner) = value {
            drop_nulls(inner);
        }
    }
}

fn refuse_unsupported(body: &Map<String, Value>, options: WriteOptions) -> Result<(), ApiError> {
    let is_given = |name: &str| {
        body.get(name)
            .is_some_and(|value| value.as_array().is_none_or(|list| !list.is_empty()))
    };
    let asked = [
        ("attachments", options.has_attachments),
        ("eventLabelId", options.has_event_labels),
    ];
    let asked = asked.into_iter().filter(|(_, applies)| *applies);
    match asked.map(|(name, _)| name).find(|name| is_given(name)) {
        Some(name) => Err(ApiError::not_implemented(&format!(
            "the event field {name}"
        ))),
        None => Ok(()),
    }
}

fn checked(name: &str, value: Value, target: Target<'_>) -> Result<Value, ApiError> {
    match name {
        "summary" | "description" | "location" => {
            let text = value.as_str().unwrap_or_default();
            stored(name, text, target.rewrites_text).map(Value::String)
        }
        "transparency" => one_of(name, value, &["opaque", "transparent"]),
        "visibility" => one_of(
            name,
            value,
            &["default", "public", "private", "confidential"],
        ),
        "attendees" => attendees(value),
        "extendedProperties" => extended_properties(&value),
        "reminders" => reminders(value),
        "source" => source(value),
        _ => Ok(value),
    }
}

fn one_of(name: &str, value: Value, choices: &[&str]) -> Result<Value, ApiError> {
    if choices.iter().any(|choice| value == *choice) {
        Ok(value)
    } else {
        Err(ApiError::invalid(format!("Invalid value for: {name}")))
    }
}

/// Attendees are kept and answered, and go nowhere: copies on their calendars are a later issue.
fn attendees(mut list: Value) -> Result<Value, ApiError> {
    let statuses = ["needsAction", "declined", "tentative", "accepted"];
    for attendee in list.as_array_mut().into_iter().flatten() {
        match attendee["email"].as_str() {
            None => return Err(ApiError::required("Missing attendee email.")),
            Some(email) if !email.contains('@') => {
                return Err(ApiError::invalid("Invalid attendee email."));
            }
            Some(_) => {}
        }
        let fields = attendee
            .as_object_mut()
            .expect("the schema says attendees are objects");
        for server_owned in ["self", "organizer", "id"] {
            fields.remove(server_owned);
        }
        fields.retain(|name, value| !(value.is_null() || name == "optional" && *value == false));
        let status = fields
            .entry("responseStatus")
            .or_insert_with(|| "needsAction".into());
        one_of("responseStatus", status.take(), &statuses).map(|checked| *status = checked)?;
    }
    Ok(list)
}

fn extended_properties(given: &Value) -> Result<Value, ApiError> {
    let mut kept = Map::new();
    let (mut count, mut bytes) = (0, 0);
    for kind in ["private", "shared"] {
        let mut properties = Map::new();
        for (key, value) in given[kind].as_object().into_iter().flatten() {
            if key.chars().count() > PROPERTY_KEY_MAX {
                continue;
            }
            let value = value.as_str().unwrap_or_default();
            let value: String = value.chars().take(PROPERTY_VALUE_MAX).collect();
            count += 1;
            bytes += key.len() + value.len();
            properties.insert(key.clone(), value.into());
        }
        if !properties.is_empty() {
            kept.insert(kind.to_owned(), properties.into());
        }
    }
    if count > PROPERTIES_MAX || bytes > PROPERTIES_BYTES_MAX {
        return Err(ApiError::too_large());
    }
    Ok(kept.into())
}

fn reminders(given: Value) -> Result<Value, ApiError> {
    let uses_default = given["useDefault"] == true;
    let Some(overrides) = given["overrides"].as_array() else {
        return Ok(json!({ "useDefault": uses_default }));
    };
    if uses_default && !overrides.is_empty() {
        let reason = "cannotUseDefaultRemindersAndSpecifyOverride";
        return Err(ApiError::new(
            400,
            reason,
            "Cannot specify both default reminders and overrides at the same time.",
        ));
    }
    check_reminders(overrides)?;
    Ok(json!({ "useDefault": uses_default, "overrides": overrides }))
}

fn check_reminders(overrides: &[Value]) -> Result<(), ApiError> {
    if overrides.len() > REMINDERS_MAX {
        return Err(ApiError::invalid("Too many override reminders."));
    }
    for reminder in overrides {
        let minutes = reminder["minutes"].as_i64();
        if !["email", "popup"]
            .iter()
            .any(|method| reminder["method"] == *method)
            || !minutes.is_some_and(|minutes| (0..=REMINDER_MINUTES_MAX).contains(&minutes))
        {
            return Err(ApiError::invalid("Invalid reminder."));
        }
    }
    Ok(())
}

/// The default reminders of a calendar on somebody's list, which obey the same limits.
pub(crate) fn reminder_list(list: Value) -> Result<Value, ApiError> {
    check_reminders(list.as_array().map_or(&[], Vec::as_slice))?;
    Ok(list)
}

fn source(given: Value) -> Result<Value, ApiError> {
    let link = given["url"].as_str().unwrap_or_default();
    if link.starts_with("https://") || link.starts_with("http://") {
        Ok(given)
    } else {
        Err(ApiError::invalid("Invalid source URL."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(extra: Value) -> Result<Content, ApiError> {
        let mut body = json!({
            "start": {"dateTime": "2026-03-02T10:00:00Z"},
            "end": {"dateTime": "2026-03-02T11:00:00Z"},
        });
        let body = body.as_object_mut().unwrap();
        body.extend(extra.as_object().unwrap().clone());
        let target = Target {
            zone: "UTC",
            is_primary: true,
            rewrites_text: true,
        };
        Content::read(body.clone(), WriteOptions::default(), target)
    }

    #[test]
    fn bodies_are_refused_by_reason() {
        let moment = |at: &str| json!({ "dateTime": at });
        for (name, extra, code, reason) in [
            ("mistyped", json!({"summary": 5}), 400, "parseError"),
            ("status", json!({"status": "maybe"}), 400, "invalid"),
            (
                "transparency",
                json!({"transparency": "glass"}),
                400,
                "invalid",
            ),
            (
                "end first",
                json!({"end": moment("2026-03-02T09:00:00Z")}),
                400,
                "timeRangeEmpty",
            ),
            (
                "kinds differ",
                json!({"end": {"date": "2026-03-03"}}),
                400,
                "invalid",
            ),
            ("no end", json!({"end": null}), 400, "required"),
            (
                "attendee",
                json!({"attendees": [{"displayName": "A"}]}),
                400,
                "required",
            ),
            (
                "source",
                json!({"source": {"url": "javascript:1"}}),
                400,
                "invalid",
            ),
            (
                "reminders",
                json!({"reminders": {"useDefault": true, "overrides": [{"method": "popup", "minutes": 1}]}}),
                400,
                "cannotUseDefaultRemindersAndSpecifyOverride",
            ),
            (
                "reminder method",
                json!({"reminders": {"overrides": [{"method": "sms", "minutes": 1}]}}),
                400,
                "invalid",
            ),
            (
                "series without a zone",
                json!({"recurrence": ["RRULE:FREQ=DAILY"]}),
                400,
                "required",
            ),
            (
                "event type",
                json!({"eventType": "fromGmail"}),
                400,
                "eventTypeRestriction",
            ),
        ] {
            let error = read(extra).unwrap_err();
            assert_eq!((error.status(), error.reason()), (code, reason), "{name}");
        }
    }

    #[test]
    fn defaults_and_unknown_fields_are_not_kept() {
        let content = read(json!({
            "transparency": "opaque", "visibility": "default", "guestsCanModify": false,
            "summary": "", "etag": "\"1\"", "conferenceData": {}, "recurrence": [], "unheard": 1,
        }));
        assert_eq!(content.unwrap().fields, Map::new());
    }

    #[test]
    fn long_property_keys_go_and_long_values_are_cut() {
        let content = read(json!({"extendedProperties": {"private": {
            "k".repeat(44): "v".repeat(1025), "k".repeat(45): "gone",
        }}}));
        let kept = content.unwrap().fields;
        let private = kept["extendedProperties"]["private"].as_object().unwrap();
        assert_eq!(private.len(), 1);
        assert_eq!(private[&"k".repeat(44)].as_str().unwrap().len(), 1024);
    }

    #[test]
    fn too_many_properties_are_refused() {
        let many: Map<String, Value> = (0..301).map(|n| (format!("k{n}"), "v".into())).collect();
        let error = read(json!({"extendedProperties": {"shared": many}})).unwrap_err();
        assert_eq!(error.reason(), "invalid");
    }

    #[test]
    fn patches_merge_deeply_and_replace_arrays() {
        let mut target = json!({
            "summary": "a", "location": "b", "attendees": [{"email": "a@b"}],
            "extendedProperties": {"private": {"k": "1", "l": "2"}},
        });
        let patch = json!({
            "location": null, "attendees": [],
            "extendedProperties": {"private": {"k": "3", "m": "4", "l": null}},
        });
        merge(target.as_object_mut().unwrap(), patch.as_object().unwrap());
        assert_eq!(
            target,
            json!({
                "summary": "a", "attendees": [],
                "extendedProperties": {"private": {"k": "3", "m": "4"}},
            })
        );
    }
}
