//! The `fields` parameter: which parts of an answer the caller wants.
//!
//! Grammar of Google's performance guide: names separated by commas, `a/b` or `a(b,c)` for parts
//! of `a`, `*` for all fields at a level. A name that the answer's schema lacks is refused.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::discovery::{Method, discovery, field_schema};
use crate::error::ApiError;

/// Nesting a selector may have; the deepest resource needs four.
const DEPTH_MAX: usize = 10;

/// What to keep. No entries at all means everything below.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection(BTreeMap<String, Selection>);

impl Selection {
    /// The selection for `method`, everything when `fields` was not given.
    pub(crate) fn read(method: &Method, fields: Option<&str>) -> Result<Self, ApiError> {
        let Some(text) = fields else {
            return Ok(Self::default());
        };
        let invalid = |what: &str| {
            ApiError::new(
                400,
                "invalidParameter",
                format!("Invalid field selection {what}"),
            )
            .at_parameter("fields")
        };
        let selection = Reader { rest: text }
            .read_all()
            .ok_or_else(|| invalid(text))?;
        let schema = method
            .response
            .as_deref()
            .map_or(&Value::Null, |n| discovery().schema(n));
        match selection.unknown_in(schema) {
            Some(name) => Err(invalid(&name)),
            None => Ok(selection),
        }
    }

    /// `value` without what was not asked for.
    pub(crate) fn apply(&self, value: Value) -> Value {
        if self.0.is_empty() {
            return value;
        }
        match value {
            Value::Array(items) => items
                .into_iter()
                .map(|item| self.apply(item))
                .collect::<Vec<_>>()
                .into(),
            Value::Object(fields) => self.apply_to_fields(fields).into(),
            plain => plain,
        }
    }

    /// What to keep of the values of one field.
    pub(crate) fn below(&self, name: &str) -> Self {
        let below = self.0.get(name).or_else(|| self.0.get("*"));
        below.cloned().unwrap_or_default()
    }

    fn apply_to_fields(&self, fields: Map<String, Value>) -> Map<String, Value> {
        fields
            .into_iter()
            .filter_map(|(name, value)| {
                let below = self.0.get(&name).or_else(|| self.0.get("*"))?;
                Some((name, below.apply(value)))
            })
            .collect()
    }

    fn unknown_in(&self, schema: &Value) -> Option<String> {
        let schema = discovery().fields_of(schema);
        self.0
            .iter()
            .find_map(|(name, below)| match field_schema(schema, name) {
                Some(field) => below.unknown_in(field),
                None if name == "*" && below.0.is_empty() => None,
                None => Some(name.clone()),
            })
    }

    /// Adds a selection of the same name; the wider one wins.
    fn add(&mut self, name: String, below: Self) {
        match self.0.get_mut(&name) {
            Some(old) if old.0.is_empty() || below.0.is_empty() => *old = Self::default(),
            Some(old) => below
                .0
                .into_iter()
                .for_each(|(name, below)| old.add(name, below)),
            None => {
                self.0.insert(name, below);
            }
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn read_all(&mut self) -> Option<Selection> {
        let selection = self.read_list(0)?;
        self.rest.is_empty().then_some(selection)
    }

    fn read_list(&mut self, depth: usize) -> Option<Selection> {
        let mut selection = Selection::default();
        loop {
            let (name, below) = self.read_item(depth)?;
            selection.add(name, below);
            if !self.skip(',') {
                return Some(selection);
            }
        }
    }

    fn read_item(&mut self, depth: usize) -> Option<(String, Selection)> {
        let name = self.read_name().filter(|_| depth < DEPTH_MAX)?;
        let mut below = Selection::default();
        if self.skip('/') {
            let (inner, further) = self.read_item(depth + 1)?;
            below.add(inner, further);
        } else if self.skip('(') {
            below = self.read_list(depth + 1)?;
            if !self.skip(')') {
                return None;
            }
        }
        Some((name, below))
    }

    fn read_name(&mut self) -> Option<String> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '*' | '_' | '-' | '.');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!name.is_empty()).then(|| name.to_owned())
    }

    fn skip(&mut self, expected: char) -> bool {
        match self.rest.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn select(fields: &str) -> Result<Value, String> {
        let (method, _) = discovery().find("GET", "calendars/c/events").unwrap();
        let answer = json!({
            "kind": "calendar#events", "etag": "\"1\"",
            "items": [
                {"id": "a", "start": {"dateTime": "t", "timeZone": "z"}, "status": "confirmed"},
                {"id": "b", "extendedProperties": {"private": {"k": "1", "l": "2"}}},
            ],
        });
        Selection::read(method, Some(fields))
            .map(|selection| selection.apply(answer))
            .map_err(|error| format!("{} {}", error.reason(), error.message()))
    }

    #[test]
    fn selectors_keep_what_they_name() {
        for (fields, expected) in [
            ("kind", json!({"kind": "calendar#events"})),
            (
                "kind,items(id,status)",
                json!({"kind": "calendar#events", "items": [
                    {"id": "a", "status": "confirmed"}, {"id": "b"},
                ]}),
            ),
            (
                "items/start/dateTime",
                json!({"items": [{"start": {"dateTime": "t"}}, {}]}),
            ),
            (
                "items(id),items/status",
                json!({"items": [
                    {"id": "a", "status": "confirmed"}, {"id": "b"},
                ]}),
            ),
            (
                "items/extendedProperties/private/k",
                json!({"items": [
                    {}, {"extendedProperties": {"private": {"k": "1"}}},
                ]}),
            ),
            ("nextPageToken", json!({})),
        ] {
            assert_eq!(select(fields), Ok(expected), "{fields}");
        }
        assert_eq!(select("*").unwrap()["items"][0]["id"], "a");
    }

    #[test]
    fn selectors_that_make_no_sense_are_refused() {
        for fields in [
            "",
            "items(",
            "items(id",
            "items)",
            "id,",
            "nothing",
            "items/nothing",
            "a b",
        ] {
            let error = select(fields).unwrap_err();
            assert!(error.starts_with("invalidParameter"), "{fields}: {error}");
        }
    }
}
