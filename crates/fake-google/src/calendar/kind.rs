//! Event types other than the default, and what Google asks of each (§6; reference and event-types
//! guide).

use serde_json::{Map, Value, json};

use super::time::EventTime;
use crate::error::ApiError;

/// What an event is. Never changes after its creation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum EventKind {
    #[default]
    Default,
    OutOfOffice,
    FocusTime,
    WorkingLocation,
    Birthday,
}

/// Fields that belong to one kind of event each.
const OWN_FIELDS: [(&str, EventKind); 4] = [
    ("birthdayProperties", EventKind::Birthday),
    ("focusTimeProperties", EventKind::FocusTime),
    ("outOfOfficeProperties", EventKind::OutOfOffice),
    ("workingLocationProperties", EventKind::WorkingLocation),
];

impl EventKind {
    /// Google's word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::OutOfOffice => "outOfOffice",
            Self::FocusTime => "focusTime",
            Self::WorkingLocation => "workingLocation",
            Self::Birthday => "birthday",
        }
    }

    /// Reads `eventType`; `fromGmail` and what is unknown cannot be written.
    pub(super) fn read(body: &Map<String, Value>) -> Result<Self, ApiError> {
        match body.get("eventType").and_then(Value::as_str) {
            None | Some("default") => Ok(Self::Default),
            Some("outOfOffice") => Ok(Self::OutOfOffice),
            Some("focusTime") => Ok(Self::FocusTime),
            Some("workingLocation") => Ok(Self::WorkingLocation),
            Some("birthday") => Ok(Self::Birthday),
            Some("fromGmail") => Err(restricted("Events from Gmail cannot be written.")),
            Some(_) => {
                Err(ApiError::invalid("Invalid value for: eventType").at_parameter("eventType"))
            }
        }
    }

    /// Checks a body against its kind and fills in what the kind is always.
    pub(super) fn complete(
        self,
        body: &mut Map<String, Value>,
        (start, end): (&EventTime, &EventTime),
    ) -> Result<(), ApiError> {
        for (field, owner) in OWN_FIELDS {
            if body.contains_key(field) && owner != self {
                let message = format!("{field} goes with events of type {}.", owner.word());
                return Err(ApiError::invalid(message).at_parameter(field));
            }
        }
        match self {
            Self::Default => Ok(()),
            Self::OutOfOffice | Self::FocusTime => self.complete_absence(body, start),
            Self::WorkingLocation => complete_location(body),
            Self::Birthday => complete_birthday(body, start, end),
        }
    }

    /// Out of office and focus time: timed and opaque.
    fn complete_absence(
        self,
        body: &mut Map<String, Value>,
        start: &EventTime,
    ) -> Result<(), ApiError> {
        if start.is_day() {
            return Err(restricted("An event of this type cannot last whole days."));
        }
        if body
            .get("transparency")
            .is_some_and(|value| value == "transparent")
        {
            return Err(restricted("An event of this type is opaque."));
        }
        let is_focus = self == Self::FocusTime;
        let field = if is_focus {
            "focusTimeProperties"
        } else {
            "outOfOfficeProperties"
        };
        let properties = body.entry(field).or_insert_with(|| json!({}));
        let modes = [
            "declineNone",
            "declineAllConflictingInvitations",
            "declineOnlyNewConflictingInvitations",
        ];
        check_word(properties, "autoDeclineMode", &modes)?;
        if is_focus {
            check_word(properties, "chatStatus", &["available", "doNotDisturb"])?;
        }
        if properties.get("autoDeclineMode").is_none() {
            properties["autoDeclineMode"] = "declineNone".into();
        }
        Ok(())
    }
}

/// A working location is transparent and public, whoever says so.
fn complete_location(body: &mut Map<String, Value>) -> Result<(), ApiError> {
    let properties = body.get("workingLocationProperties");
    let kind = properties.and_then(|properties| properties["type"].as_str());
    if kind.is_none() {
        let message = "Missing working location type.";
        return Err(ApiError::required(message).at_parameter("workingLocationProperties.type"));
    }
    let mut properties = properties.cloned().unwrap_or_default();
    let kinds = ["homeOffice", "officeLocation", "customLocation"];
    check_word(&mut properties, "type", &kinds)?;
    fix(body, "transparency", "transparent")?;
    fix(body, "visibility", "public")
}

/// A birthday is one whole day, every year, private and transparent.
fn complete_birthday(
    body: &mut Map<String, Value>,
    start: &EventTime,
    end: &EventTime,
) -> Result<(), ApiError> {
    let (EventTime::Day(first), EventTime::Day(after)) = (start, end) else {
        return Err(restricted("A birthday is a whole day."));
    };
    if first.tomorrow().ok() != Some(*after) {
        return Err(restricted("A birthday is one day."));
    }
    let properties = body
        .entry("birthdayProperties")
        .or_insert_with(|| json!({}));
    if properties.get("type").is_none() {
        properties["type"] = "birthday".into();
    }
    if properties["type"] != "birthday" {
        return Err(restricted(
            "Only birthdays of the type birthday can be made.",
        ));
    }
    // A leap day's birthday is the last day of February.
    let rule = if (first.month(), first.day()) == (2, 29) {
        "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"
    } else {
        "RRULE:FREQ=YEARLY"
    };
    let recurrence = body.entry("recurrence").or_insert_with(|| json!([rule]));
    let lines = recurrence.as_array().map_or(&[][..], Vec::as_slice);
    let is_yearly = |line: &Value| {
        let line = line.as_str().unwrap_or_default().to_ascii_uppercase();
        line.starts_with("RRULE:") && line.contains("FREQ=YEARLY")
    };
    if lines.len() != 1 || !lines.iter().all(is_yearly) {
        return Err(restricted("A birthday recurs every year."));
    }
    fix(body, "transparency", "transparent")?;
    fix(body, "visibility", "private")
}

/// Sets what the kind decides; another value is refused.
fn fix(body: &mut Map<String, Value>, name: &str, value: &str) -> Result<(), ApiError> {
    match body.get(name) {
        Some(sent) if sent != value => {
            let message = format!("An event of this type has the {name} {value}.");
            Err(restricted(&message))
        }
        _ => {
            body.insert(name.to_owned(), value.into());
            Ok(())
        }
    }
}

fn check_word(properties: &mut Value, name: &str, words: &[&str]) -> Result<(), ApiError> {
    match properties.get(name) {
        Some(value) if !words.iter().any(|word| value == word) => {
            Err(ApiError::invalid(format!("Invalid value for: {name}")).at_parameter(name))
        }
        _ => Ok(()),
    }
}

/// Something that this type of event cannot be (§13).
pub(crate) fn restricted(message: &str) -> ApiError {
    ApiError::new(400, "eventTypeRestriction", message)
}
