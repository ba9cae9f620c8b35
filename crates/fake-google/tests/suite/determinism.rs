//! Same seed, same calls, same bytes.

use fake_google::{Outcome, Request, Response, deliver};
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
    answers.extend(late_history(&mut fake));
    answers
}

/// Signatures, assertions, quotas, faults and compression.
fn late_history(fake: &mut Fake) -> Vec<Response> {
    let mut answers = Vec::new();
    for (name, body) in [
        ("service-accounts", json!({"email": "robot@example.com"})),
        ("accounts", json!({"email": "leo@example.com"})),
        (
            "grants",
            json!({"account": ANA, "client": "client", "scopes": ["openid"]}),
        ),
        ("rules", json!({"quotas": {"per_minute_per_user": 12}})),
        (
            "faults",
            json!([{
                "method": "calendar.*", "kind": {"status": 503}, "probability": 0.5,
                "count": "always",
            }]),
        ),
    ] {
        let request = Request::new("POST", &format!("/_fake/{name}"));
        answers.push(fake.send(&request.with_json(&body)));
    }
    for _ in 0..20 {
        let request = Request::new("GET", EVENTS)
            .with_bearer(&fake.token)
            .with_header("accept-encoding", "gzip")
            .with_header("user-agent", "a client (gzip)");
        answers.extend(match deliver(&mut fake.world, fake.now, &request) {
            Outcome::Answer(answer) => Some(answer),
            Outcome::Drop | Outcome::Late(..) => None,
        });
    }
    for path in [
        "/oauth2/v3/certs",
        "/_fake/state",
        "/_fake/quotas",
        "/_fake/rules",
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
