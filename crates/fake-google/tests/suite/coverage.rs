//! What the printed coverage says is what calls get.

use fake_google::coverage;
use serde_json::json;

use crate::description::{description, id_of, path_of, verb_of};
use crate::harness::Fake;

#[test]
fn every_method_of_google_is_listed() {
    let mut described: Vec<&str> = description()
        .methods()
        .map(|method| id_of(method).trim_start_matches("calendar."))
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
    for method in description().methods() {
        let id = id_of(method);
        let answer = Fake::new().call(verb_of(method), &path_of(method), Some(&json!({})));
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
