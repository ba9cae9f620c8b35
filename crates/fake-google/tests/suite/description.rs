//! Google's description of its API, read apart from the fake's own reading of it, and the check
//! that every answer of the suite goes through.

use std::sync::LazyLock;

use fake_google::{Request, Response};
use serde_json::Value;

static DESCRIPTION: LazyLock<Description> = LazyLock::new(|| {
    let text = include_str!("../../discovery/calendar.v3.json");
    Description(serde_json::from_str(text).expect("the description is JSON"))
});

/// The description's document.
pub(crate) struct Description(Value);

pub(crate) fn description() -> &'static Description {
    &DESCRIPTION
}

impl Description {
    /// Every method, as described.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &Value> {
        let resources = self.0["resources"]
            .as_object()
            .expect("there are resources");
        resources
            .values()
            .filter_map(|resource| resource["methods"].as_object())
            .flat_map(|methods| methods.values())
    }

    /// Every Calendar scope.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &String> {
        let scopes = self.0["auth"]["oauth2"]["scopes"].as_object();
        scopes.expect("there are scopes").keys()
    }

    pub(crate) fn schema(&self, name: &str) -> &Value {
        &self.0["schemas"][name]
    }

    /// Panics at the first field that is unknown or of another type.
    pub(crate) fn check(&self, schema: &Value, value: &Value, at: &str) {
        if let Some(name) = schema["$ref"].as_str() {
            return self.check(self.schema(name), value, at);
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
        let text = value.as_str().unwrap_or_default();
        let is_formed = match schema["format"].as_str() {
            Some("date-time") => text.parse::<jiff::Timestamp>().is_ok(),
            Some("date") => text.parse::<jiff::civil::Date>().is_ok(),
            Some("int64") => text.parse::<i64>().is_ok(),
            _ => true,
        };
        assert!(is_formed, "{at} has another form: {value}");
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

    pub(crate) fn check_named(&self, schema: &str, value: &Value) {
        self.check(self.schema(schema), value, schema);
    }

    /// Panics when a success of the Calendar API is not what the description says of its method.
    pub(crate) fn check_answer(&self, request: &Request, response: &Response) {
        let path = request.path.split('?').next().unwrap_or_default();
        let Some(path) = path.strip_prefix("/calendar/v3/") else {
            return;
        };
        let verb = request
            .header("x-http-method-override")
            .unwrap_or(&request.method);
        let is_success = matches!(response.status, 200..300);
        match self.method(verb, path) {
            Some(method) if is_success => match method["response"]["$ref"].as_str() {
                Some(schema) => self.check_named(schema, &response.json()),
                None => assert_eq!(response.body, b"", "{verb} {path} answers a body"),
            },
            Some(_) => {}
            None => assert!(!is_success, "{verb} {path} is no method of Google"),
        }
    }

    /// The method at a path, the one with most fixed words first.
    fn method(&self, verb: &str, path: &str) -> Option<&Value> {
        let given: Vec<&str> = path.split('/').collect();
        let fits = |method: &&Value| {
            let words: Vec<&str> = words(method).collect();
            method["httpMethod"] == verb
                && words.len() == given.len()
                && words
                    .iter()
                    .zip(&given)
                    .all(|(word, given)| word.starts_with('{') || word == given)
        };
        self.methods()
            .filter(fits)
            .min_by_key(|method| words(method).filter(|word| word.starts_with('{')).count())
    }
}

fn words(method: &Value) -> impl Iterator<Item = &str> {
    method["path"].as_str().unwrap_or_default().split('/')
}

/// A path of a method, with something in each place.
pub(crate) fn path_of(method: &Value) -> String {
    let fill = |word: &str| {
        match word {
            "{calendarId}" => "primary",
            "{eventId}" => "someevent",
            "{ruleId}" => "somerule",
            "{setting}" => "locale",
            fixed => fixed,
        }
        .to_owned()
    };
    let words: Vec<String> = words(method).map(fill).collect();
    format!("/calendar/v3/{}", words.join("/"))
}

pub(crate) fn id_of(method: &Value) -> &str {
    method["id"].as_str().expect("every method has an id")
}

pub(crate) fn verb_of(method: &Value) -> &str {
    method["httpMethod"]
        .as_str()
        .expect("every method has a verb")
}
