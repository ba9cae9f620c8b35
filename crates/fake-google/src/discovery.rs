//! Google's own description of Calendar v3, read once: routes, parameters, scopes and schemas.
//!
//! The description decides which paths exist, which parameters a method takes and of what type,
//! which scopes open it and which fields its answer may have, so none of that is written here by
//! hand. It does not describe errors, ids or etags; those live with the methods. A newer
//! description is taken by replacing `discovery/calendar.v3.json`.

mod conformance;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::http::decode_segment;

static DESCRIPTION: LazyLock<Discovery> = LazyLock::new(|| {
    let text = include_str!("../discovery/calendar.v3.json");
    Discovery::read(&serde_json::from_str(text).expect("the embedded description is JSON"))
});

/// The parsed description.
pub(crate) fn discovery() -> &'static Discovery {
    &DESCRIPTION
}

#[derive(Debug)]
pub(crate) struct Discovery {
    methods: Vec<Method>,
    /// Parameters that every method takes.
    pub(crate) common: BTreeMap<String, Parameter>,
    schemas: Value,
    scopes: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Method {
    /// E.g. `calendar.events.insert`.
    pub(crate) id: String,
    verb: String,
    segments: Vec<Segment>,
    pub(crate) scopes: Vec<String>,
    pub(crate) parameters: BTreeMap<String, Parameter>,
    /// Name of the schema of the body asked for, when there is one.
    pub(crate) request: Option<String>,
    /// Name of the schema answered, when there is a body.
    pub(crate) response: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Fixed(String),
    Named(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParameterKind {
    Text,
    Instant,
    Integer,
    Flag,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) kind: ParameterKind,
    pub(crate) is_repeated: bool,
    pub(crate) is_required: bool,
    pub(crate) choices: Vec<String>,
    pub(crate) minimum: Option<i64>,
    pub(crate) maximum: Option<i64>,
    is_in_query: bool,
}

impl Discovery {
    fn read(document: &Value) -> Self {
        let mut methods = Vec::new();
        collect_methods(document, &mut methods);
        Self {
            methods,
            common: parameters_of(&document["parameters"]),
            schemas: document["schemas"].clone(),
            scopes: keys(&document["auth"]["oauth2"]["scopes"]),
        }
    }

    /// The method at `path` (relative to `/calendar/v3/`), with its decoded path parameters.
    pub(crate) fn find(&self, verb: &str, path: &str) -> Option<(&Method, Vec<String>)> {
        let given: Vec<&str> = path.split('/').collect();
        // `events/import` and `events/quickAdd` also fit `events/{eventId}`; a fixed word wins.
        self.methods
            .iter()
            .filter(|method| method.verb == verb)
            .filter_map(|method| Some((method, method.captures(&given)?)))
            .min_by_key(|(_, captured)| captured.len())
    }

    /// Every method there is, in the description's order.
    pub(crate) fn methods(&self) -> &[Method] {
        &self.methods
    }

    /// The schema of that name.
    pub(crate) fn schema(&self, name: &str) -> &Value {
        &self.schemas[name]
    }

    /// The ids of all methods.
    pub(crate) fn method_ids(&self) -> impl Iterator<Item = &str> {
        self.methods.iter().map(|method| method.id.as_str())
    }

    /// Every Calendar scope there is, as a URL.
    pub(crate) fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// Follows a reference and the items of an array, to where the fields are.
    pub(crate) fn fields_of<'a>(&'a self, mut schema: &'a Value) -> &'a Value {
        loop {
            if let Some(name) = schema["$ref"].as_str() {
                schema = self.schema(name);
            } else if schema["type"] == "array" {
                schema = &schema["items"];
            } else {
                return schema;
            }
        }
    }
}

/// The schema of one field of an object, whether it is listed or the object is a map.
pub(crate) fn field_schema<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    schema["properties"]
        .get(name)
        .or_else(|| schema.get("additionalProperties"))
}

impl Method {
    /// The word of this method after `calendar.`, e.g. `events.insert`.
    pub(crate) fn short_id(&self) -> &str {
        self.id.strip_prefix("calendar.").unwrap_or(&self.id)
    }

    /// Whether the path names a calendar, always first.
    pub(crate) fn is_about_a_calendar(&self) -> bool {
        self.has_segment("calendarId")
    }

    /// Whether the path names an event, always second.
    pub(crate) fn is_about_an_event(&self) -> bool {
        self.has_segment("eventId")
    }

    fn has_segment(&self, name: &str) -> bool {
        self.segments
            .iter()
            .any(|segment| matches!(segment, Segment::Named(named) if named == name))
    }

    fn captures(&self, given: &[&str]) -> Option<Vec<String>> {
        if given.len() != self.segments.len() {
            return None;
        }
        let mut captured = Vec::new();
        for (segment, given) in self.segments.iter().zip(given) {
            match segment {
                Segment::Fixed(word) if word == given => {}
                Segment::Named(_) if !given.is_empty() => captured.push(decode_segment(given)),
                _ => return None,
            }
        }
        Some(captured)
    }
}

fn collect_methods(node: &Value, into: &mut Vec<Method>) {
    for method in node["methods"]
        .as_object()
        .into_iter()
        .flat_map(|map| map.values())
    {
        into.push(Method {
            id: text(&method["id"]),
            verb: text(&method["httpMethod"]),
            segments: text(&method["path"]).split('/').map(segment).collect(),
            scopes: method["scopes"]
                .as_array()
                .into_iter()
                .flatten()
                .map(text)
                .collect(),
            parameters: parameters_of(&method["parameters"]),
            request: method["request"]["$ref"].as_str().map(str::to_owned),
            response: method["response"]["$ref"].as_str().map(str::to_owned),
        });
    }
    for resource in node["resources"]
        .as_object()
        .into_iter()
        .flat_map(|map| map.values())
    {
        collect_methods(resource, into);
    }
}

fn segment(pattern: &str) -> Segment {
    match pattern
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    {
        Some(name) => Segment::Named(name.to_owned()),
        None => Segment::Fixed(pattern.to_owned()),
    }
}

/// The query parameters among those described.
fn parameters_of(described: &Value) -> BTreeMap<String, Parameter> {
    let described = described.as_object().into_iter().flatten();
    described
        .map(|(name, value)| (name.clone(), parameter(value)))
        .filter(|(_, parameter)| parameter.is_in_query)
        .collect()
}

fn parameter(described: &Value) -> Parameter {
    let kind = match (described["type"].as_str(), described["format"].as_str()) {
        (Some("integer"), _) => ParameterKind::Integer,
        (Some("boolean"), _) => ParameterKind::Flag,
        (_, Some("date-time")) => ParameterKind::Instant,
        _ => ParameterKind::Text,
    };
    let bound = |name: &str| described[name].as_str().and_then(|text| text.parse().ok());
    Parameter {
        kind,
        is_repeated: described["repeated"] == true,
        is_required: described["required"] == true,
        choices: described["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .map(text)
            .collect(),
        minimum: bound("minimum"),
        maximum: bound("maximum"),
        is_in_query: described["location"] == "query",
    }
}

fn keys(map: &Value) -> Vec<String> {
    map.as_object()
        .into_iter()
        .flat_map(|map| map.keys())
        .cloned()
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() {
        name.to_owned()
    } else {
        format!("{at}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_find_their_methods() {
        for (verb, path, id, captured) in [
            (
                "GET",
                "calendars/a%40b/events",
                "calendar.events.list",
                vec!["a@b"],
            ),
            (
                "POST",
                "calendars/a/events/import",
                "calendar.events.import",
                vec!["a"],
            ),
            (
                "POST",
                "calendars/a/events/e/move",
                "calendar.events.move",
                vec!["a", "e"],
            ),
            (
                "PATCH",
                "calendars/a/events/e",
                "calendar.events.patch",
                vec!["a", "e"],
            ),
            ("POST", "freeBusy", "calendar.freebusy.query", vec![]),
        ] {
            let (method, parameters) = discovery().find(verb, path).unwrap();
            assert_eq!(method.id, id);
            assert_eq!(parameters, captured);
        }
        assert!(discovery().find("GET", "nothing").is_none());
        assert!(discovery().find("GET", "calendars//events").is_none());
    }
}
