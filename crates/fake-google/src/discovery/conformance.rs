//! Whether a JSON body is what Google's description says it is.
//!
//! Requests are judged kindly, as Google does: `null` is absence, and a 64-bit number may come
//! bare (the push guide's own sample does it, §5). Answers are judged by the letter: any unknown
//! field or wrong form is a mistake of this server.

use serde_json::Value;

use super::{Discovery, field_schema, join};

/// Whether a value breaks its schema; no schema means that the field is unknown.
type Judge = fn(Option<&Value>, &Value) -> bool;

impl Discovery {
    /// The first place where `value`, sent to us, is of another type than `schema` says, as a
    /// dotted path. Unknown fields pass.
    pub(crate) fn mistyped(&self, schema: &Value, value: &Value) -> Option<String> {
        let judge: Judge = |schema, value| {
            schema.is_some_and(|schema| !value.is_null() && !is_sent(schema, value))
        };
        self.first(schema, value, String::new(), judge)
    }

    /// The first field of `value` that `schema` does not have, as a dotted path.
    pub(crate) fn unknown_field(&self, schema: &Value, value: &Value) -> Option<String> {
        self.first(schema, value, String::new(), |schema, _| schema.is_none())
    }

    /// The first place where `value`, answered by us, is not what `schema` says, as a dotted path.
    pub(crate) fn misfit(&self, schema: &Value, value: &Value) -> Option<String> {
        let judge: Judge = |schema, value| {
            schema.is_none_or(|schema| !is_of_type(schema, value) || !is_of_format(schema, value))
        };
        self.first(schema, value, String::new(), judge)
    }

    fn first(&self, schema: &Value, value: &Value, at: String, judge: Judge) -> Option<String> {
        if let Some(name) = schema["$ref"].as_str() {
            return self.first(self.schema(name), value, at, judge);
        }
        if judge(Some(schema), value) {
            return Some(at);
        }
        match (schema["type"].as_str(), value) {
            (Some("array"), Value::Array(items)) => items
                .iter()
                .find_map(|item| self.first(&schema["items"], item, at.clone(), judge)),
            (Some("object"), Value::Object(fields)) => fields.iter().find_map(|(name, field)| {
                let at = join(&at, name);
                match field_schema(schema, name) {
                    Some(schema) => self.first(schema, field, at, judge),
                    None => judge(None, field).then_some(at),
                }
            }),
            _ => None,
        }
    }
}

fn is_sent(schema: &Value, value: &Value) -> bool {
    is_of_type(schema, value) || (schema["format"] == "int64" && value.is_i64())
}

fn is_of_type(schema: &Value, value: &Value) -> bool {
    match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => true,
    }
}

fn is_of_format(schema: &Value, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    match schema["format"].as_str() {
        Some("date-time") => text.parse::<jiff::Timestamp>().is_ok(),
        Some("date") => text.parse::<jiff::civil::Date>().is_ok(),
        Some("int64") => text.parse::<i64>().is_ok(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::discovery::discovery;

    #[test]
    fn mistyped_fields_are_named() {
        let event = discovery().schema("Event");
        for (body, place) in [
            (json!({"summary": "x", "unheard": 1}), None),
            (json!({"summary": null}), None),
            (json!({"summary": 1}), Some("summary")),
            (json!({"start": {"dateTime": 5}}), Some("start.dateTime")),
            (
                json!({"attendees": [{"email": true}]}),
                Some("attendees.email"),
            ),
            (
                json!({"extendedProperties": {"private": {"k": 1}}}),
                Some("extendedProperties.private.k"),
            ),
        ] {
            assert_eq!(discovery().mistyped(event, &body).as_deref(), place);
        }
        let channel = discovery().schema("Channel");
        for expiration in [json!("1"), json!(1)] {
            let body = json!({ "expiration": expiration });
            assert_eq!(discovery().mistyped(channel, &body), None);
        }
    }

    #[test]
    fn unknown_fields_are_named() {
        let event = discovery().schema("Event");
        for (body, place) in [
            (json!({"summary": 1}), None),
            (json!({"unheard": null}), Some("unheard")),
            (json!({"start": {"datetime": "x"}}), Some("start.datetime")),
            (
                json!({"attendees": [{}, {"mail": "x"}]}),
                Some("attendees.mail"),
            ),
            (
                json!({"extendedProperties": {"private": {"any": "x"}}}),
                None,
            ),
        ] {
            assert_eq!(discovery().unknown_field(event, &body).as_deref(), place);
        }
    }

    #[test]
    fn answers_are_judged_by_the_letter() {
        for (schema, body, place) in [
            (
                "Event",
                json!({"updated": "2026-03-01T00:00:00.000Z"}),
                None,
            ),
            ("Event", json!({"updated": "yesterday"}), Some("updated")),
            ("Event", json!({"summary": null}), Some("summary")),
            ("Event", json!({"bookingId": "1"}), Some("bookingId")),
            (
                "Event",
                json!({"start": {"date": "1.3.2026"}}),
                Some("start.date"),
            ),
            ("Channel", json!({"expiration": 5}), Some("expiration")),
            ("Channel", json!({"expiration": "5"}), None),
        ] {
            let schema = discovery().schema(schema);
            assert_eq!(discovery().misfit(schema, &body).as_deref(), place);
        }
    }
}
