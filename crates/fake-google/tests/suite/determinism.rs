//! Same seed, same calls, same bytes.

use fake_google::{Request, Response};
use serde_json::json;

use crate::harness::{ANA, EVENTS, Fake, REDIRECT, event_on, landed, value};

/// A history that draws from every source of chance.
fn history(seed: u64) -> Vec<Response> {
    let mut fake = Fake::with_seed(seed);
    let mut answers = Vec::new();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("client_id", "client"),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            (
                "scope",
                "openid email https://www.googleapis.com/auth/calendar.events",
            ),
            ("access_type", "offline"),
            ("prompt", "consent"),
        ])
        .finish();
    let back = fake.send(
        &Request::new("POST", &format!("/o/oauth2/v2/auth?{query}"))
            .with_form(&[("account", ANA), ("decision", "allow")]),
    );
    let code = value(&landed(&back), "code").expect("allowed").to_owned();
    answers.push(back);
    answers.push(fake.send(&Request::new("POST", "/token").with_form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("client_id", "client"),
        ("client_secret", "secret"),
        ("redirect_uri", REDIRECT),
    ])));
    for day in 1..4 {
        fake.pass(1);
        let body = event_on(day, json!({"summary": format!("event {day}")}));
        answers.push(fake.call("POST", EVENTS, Some(&body)));
    }
    for path in [
        EVENTS,
        "/calendar",
        "/_fake/state",
        "/_fake/requests",
        "/v1/userinfo",
    ] {
        answers.push(fake.get(path));
    }
    answers
}

#[test]
fn one_seed_is_one_history() {
    assert_eq!(history(7), history(7));
}

#[test]
fn another_seed_is_another_history() {
    assert_ne!(history(7), history(8));
}
