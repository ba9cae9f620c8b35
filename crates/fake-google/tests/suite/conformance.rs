//! Parameters, scopes and field types are the description's, for every method that is answered.

use fake_google::{Response, coverage};
use serde_json::{Value, json};

use crate::description::{description, id_of, path_of, verb_of};
use crate::harness::{ANA, CLIENT, EVENTS, Fake, event_on, event_path, refusal};

const SCOPE_ALL: &str = "https://www.googleapis.com/auth/calendar";

/// Scopes that Google accepts for a method and that open less than all of it here; what they open
/// is told in `scopes`.
const OPENING_LESS: [&str; 3] = [
    "https://www.googleapis.com/auth/calendar.app.created",
    "https://www.googleapis.com/auth/calendar.events.freebusy",
    "https://www.googleapis.com/auth/calendar.events.public.readonly",
];

/// The methods that do not answer 501.
fn answered() -> impl Iterator<Item = &'static Value> {
    let coverage = coverage();
    description().methods().filter(move |method| {
        let is_it = |id: &str| id_of(method).trim_start_matches("calendar.") == id;
        coverage
            .methods()
            .any(|method| method.is_implemented && is_it(method.method))
    })
}

/// A fresh world's answer to a caller with one scope; the body is an empty object.
fn ask(method: &Value, scope: &str, query: &str, body: &Value) -> Response {
    let mut fake = Fake::new();
    let granted = fake.world.grant(fake.now, ANA, CLIENT, &[scope]);
    fake.token = granted.expect("account and client are there").access_token;
    let path = format!("{}{query}", path_of(method));
    fake.call(verb_of(method), &path, Some(body))
}

/// Required query parameters with something in them, ready for more.
fn required_query(method: &Value) -> String {
    let parameters = method["parameters"].as_object().into_iter().flatten();
    let required = parameters
        .filter(|(_, parameter)| parameter["location"] == "query" && parameter["required"] == true);
    required.fold("?".to_owned(), |query, (name, parameter)| {
        let value = if parameter["type"] == "boolean" {
            "true"
        } else {
            "x"
        };
        format!("{query}{name}={value}&")
    })
}

fn place_of(answer: &Response) -> Value {
    answer.json()["error"]["errors"][0]["location"].clone()
}

#[test]
fn a_method_opens_to_the_scopes_described_and_no_other() {
    for method in answered() {
        let query = required_query(method);
        for scope in description().scopes() {
            let answer = ask(method, scope, &query, &json!({}));
            let is_refused = answer.status == 403
                && answer.json()["error"]["errors"][0]["reason"] == "insufficientPermissions";
            let listed = method["scopes"]
                .as_array()
                .expect("every method has scopes");
            if !listed.iter().any(|listed| listed == scope) {
                assert!(is_refused, "{} {scope}: {}", id_of(method), answer.text());
            } else if !OPENING_LESS.contains(&scope.as_str()) {
                assert!(!is_refused, "{} {scope}", id_of(method));
            }
        }
    }
}

#[test]
fn a_parameter_of_another_form_is_refused_by_name() {
    for method in answered() {
        let parameters = method["parameters"].as_object().into_iter().flatten();
        for (name, parameter) in parameters.filter(|(_, it)| it["location"] == "query") {
            let mut wrong = match (parameter["type"].as_str(), parameter["format"].as_str()) {
                (Some("integer"), _) => vec!["many", "1.5"],
                (Some("boolean"), _) => vec!["yes", "1"],
                (_, Some("date-time")) => vec!["yesterday", "2026-03-01"],
                _ if parameter["enum"].is_array() => vec!["unheard"],
                _ => vec![],
            };
            let below = parameter["minimum"]
                .as_str()
                .and_then(|least| least.parse::<i64>().ok());
            let below = below.map(|least| (least - 1).to_string());
            wrong.extend(below.as_deref());
            for value in wrong {
                let query = format!("?{name}={value}");
                let answer = ask(method, SCOPE_ALL, &query, &json!({}));
                let id = id_of(method);
                assert_eq!(answer.status, 400, "{id}{query}: {}", answer.text());
                assert_eq!(place_of(&answer), name.as_str(), "{id}{query}");
            }
        }
    }
}

#[test]
fn a_required_parameter_that_is_missing_is_named() {
    for method in answered() {
        let parameters = method["parameters"].as_object().into_iter().flatten();
        let mut required = parameters
            .filter(|(_, it)| it["location"] == "query" && it["required"] == true)
            .map(|(name, _)| name.as_str())
            .peekable();
        if required.peek().is_some() {
            let answer = ask(method, SCOPE_ALL, "", &json!({}));
            assert_eq!(
                refusal(&answer),
                (400, "required".to_owned()),
                "{}",
                id_of(method)
            );
            assert!(
                required.any(|name| place_of(&answer) == name),
                "{}",
                id_of(method)
            );
        }
    }
}

#[test]
fn a_body_field_of_another_type_is_refused_by_name() {
    for method in answered() {
        let Some(schema) = method["request"]["$ref"].as_str() else {
            continue;
        };
        let fields = description().schema(schema)["properties"].as_object();
        for (name, field) in fields.into_iter().flatten() {
            let wrong = match field["type"].as_str() {
                Some("string" | "array" | "object") => json!(true),
                _ => json!("text"),
            };
            let is_map = field["$ref"].is_string();
            let wrong = if is_map { json!("text") } else { wrong };
            let query = required_query(method);
            let answer = ask(method, SCOPE_ALL, &query, &json!({ name.as_str(): wrong }));
            let id = id_of(method);
            assert_eq!(answer.status, 400, "{id} {name}: {}", answer.text());
            assert_eq!(place_of(&answer), name.as_str(), "{id}");
        }
    }
}

#[test]
fn a_strict_world_reports_what_google_would_pass_over() {
    let body = event_on(
        2,
        json!({"start": {"dateTime": "2026-03-02T10:00:00Z", "timezone": "UTC"}}),
    );
    for (is_strict, status) in [(true, 400), (false, 200)] {
        let mut fake = Fake::new();
        fake.world.rules.is_strict = is_strict;
        let event = fake.insert_on(3, json!({}));
        let answer = fake.get(&format!("{EVENTS}?showdeleted=true"));
        assert_eq!(answer.status, status, "{}", answer.text());
        for (verb, path) in [("POST", EVENTS), ("PUT", &event_path(&event["id"]))] {
            let written = fake.call(verb, path, Some(&body));
            assert_eq!(written.status, status, "{}", written.text());
            if is_strict {
                assert_eq!(place_of(&answer), "showdeleted");
                assert_eq!(place_of(&written), "start.timezone");
            }
        }
    }
}

#[test]
fn a_parameter_passed_over_changes_nothing() {
    let mut fake = Fake::new();
    fake.world.rules.is_strict = false;
    fake.insert_on(2, json!({}));
    let plain = fake.get(EVENTS).json();
    assert_eq!(
        fake.get(&format!("{EVENTS}?showdeleted=true")).json(),
        plain
    );
}
