//! Answers hold only fields that Google describes, of the types it describes.

use serde_json::{Value, json};

use crate::harness::{ANA, EVENTS, Fake, event_path};

/// Google's description, read apart from the fake's own reading of it.
struct Description(Value);

impl Description {
    fn new() -> Self {
        let text = include_str!("../../discovery/calendar.v3.json");
        Self(serde_json::from_str(text).expect("the description is JSON"))
    }

    /// Panics at the first field that is unknown or of another type.
    fn check(&self, schema: &Value, value: &Value, at: &str) {
        if let Some(name) = schema["$ref"].as_str() {
            return self.check(&self.0["schemas"][name], value, at);
        }
        let kind = schema["type"].as_str().unwrap_or("any");
        let fits = match kind {
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => true,
        };
        assert!(fits, "{at} is not {kind}: {value}");
        match schema["format"].as_str() {
            Some("date-time") => {
                let text = value.as_str().expect("checked above");
                assert!(text.parse::<jiff::Timestamp>().is_ok(), "{at}: {text}");
            }
            Some("date") => {
                let text = value.as_str().expect("checked above");
                assert!(text.parse::<jiff::civil::Date>().is_ok(), "{at}: {text}");
            }
            _ => {}
        }
        for item in value.as_array().into_iter().flatten() {
            self.check(&schema["items"], item, at);
        }
        for (name, field) in value.as_object().into_iter().flatten() {
            let described = schema["properties"].get(name);
            let described = described.or_else(|| schema.get("additionalProperties"));
            let described = described.unwrap_or_else(|| panic!("{at} has an unknown field {name}"));
            self.check(described, field, &format!("{at}.{name}"));
        }
    }

    fn check_named(&self, schema: &str, value: &Value) {
        self.check(&self.0["schemas"][schema], value, schema);
    }
}

#[test]
fn answers_fit_the_description() {
    let description = Description::new();
    let mut fake = Fake::new();
    let timed = fake.insert_on(
        2,
        json!({
            "summary": "a", "description": "b", "location": "c", "colorId": "3",
            "transparency": "transparent", "visibility": "private", "status": "tentative",
            "attendees": [{"email": ANA, "optional": true}, {"email": "x@example.com"}],
            "extendedProperties": {"private": {"k": "1"}, "shared": {"s": "2"}},
            "reminders": {"useDefault": false, "overrides": [{"method": "email", "minutes": 9}]},
            "source": {"title": "t", "url": "https://example.com"},
            "guestsCanModify": true, "guestsCanInviteOthers": false, "anyoneCanAddSelf": true,
        }),
    );
    description.check_named("Event", &timed);
    assert_eq!(
        timed["source"]["title"], "t",
        "kept, so the check means something"
    );
    let day = fake.insert(&json!({"start": {"date": "2026-03-03"}, "end": {"date": "2026-03-04"}}));
    description.check_named("Event", &day);
    let patched = fake.call(
        "PATCH",
        &event_path(&day["id"]),
        Some(&json!({"summary": "x"})),
    );
    description.check_named("Event", &patched.json());
    fake.call("DELETE", &event_path(&day["id"]), None);
    description.check_named("Event", &fake.get(&event_path(&day["id"])).json());
    for query in [
        "",
        "?maxResults=1",
        "?showDeleted=true",
        "?updatedMin=2026-01-01T00:00:00Z",
        "?maxAttendees=1",
    ] {
        description.check_named("Events", &fake.get(&format!("{EVENTS}{query}")).json());
    }
    let scope = "https://www.googleapis.com/auth/calendar";
    fake.token = fake
        .world
        .grant(fake.now, ANA, "client", &[scope])
        .unwrap()
        .access_token;
    description.check_named(
        "Calendar",
        &fake.get("/calendar/v3/calendars/primary").json(),
    );
}

#[test]
#[should_panic(expected = "unknown field")]
fn the_check_notices_a_field_of_our_own() {
    Description::new().check_named("Event", &json!({"bookingId": "1"}));
}
