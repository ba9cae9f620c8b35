//! What the printed coverage says is what calls get.

use fake_google::coverage;
use serde_json::{Value, json};

use crate::harness::Fake;

/// Google's description, read apart from the fake's own reading of it.
fn described_methods() -> Vec<Value> {
    let text = include_str!("../../discovery/calendar.v3.json");
    let document: Value = serde_json::from_str(text).expect("the description is JSON");
    let resources = document["resources"].as_object().cloned();
    let methods = resources.into_iter().flatten().flat_map(|(_, resource)| {
        let methods = resource["methods"].as_object().cloned();
        methods.into_iter().flatten().map(|(_, method)| method)
    });
    methods.collect()
}

/// A path of that shape, with something in each place.
fn path_of(method: &Value) -> String {
    let path = method["path"].as_str().expect("every method has a path");
    let filled = path
        .replace("{calendarId}", "primary")
        .replace("{eventId}", "someevent")
        .replace("{ruleId}", "somerule")
        .replace("{setting}", "locale");
    format!("/calendar/v3/{filled}")
}

#[test]
fn every_method_of_google_is_listed() {
    let mut described: Vec<String> = described_methods()
        .iter()
        .map(|method| method["id"].as_str().expect("every method has an id"))
        .map(|id| id.trim_start_matches("calendar.").to_owned())
        .collect();
    described.sort_unstable();
    let coverage = coverage();
    let listed: Vec<&str> = coverage.methods().map(|method| method.method).collect();
    assert_eq!(listed, described);
}

#[test]
fn a_method_answers_501_with_its_name_exactly_when_it_is_listed_as_missing() {
    let missing: Vec<String> = coverage()
        .methods()
        .filter(|method| !method.is_implemented)
        .map(|method| format!("calendar.{}", method.method))
        .collect();
    for method in described_methods() {
        let id = method["id"].as_str().expect("every method has an id");
        let verb = method["httpMethod"].as_str().expect("and a verb");
        let answer = Fake::new().call(verb, &path_of(&method), Some(&json!({})));
        let is_missing = missing.iter().any(|missing| missing == id);
        assert_eq!(answer.status == 501, is_missing, "{id}: {}", answer.text());
        if is_missing {
            let message = answer.json()["error"]["message"].clone();
            assert_eq!(message, format!("fake-google does not implement {id}"));
        }
    }
}

#[test]
fn the_table_has_a_line_for_each_resource_and_a_sum() {
    let table = coverage().to_string();
    for resource in [
        "acl",
        "calendarList",
        "calendars",
        "channels",
        "colors",
        "events",
        "freebusy",
        "settings",
        "all",
    ] {
        let line = table.lines().find(|line| line.starts_with(resource));
        assert!(line.is_some(), "{resource}\n{table}");
    }
}
