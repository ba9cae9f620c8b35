//! Setting up a world over the control interface, as a test in another language does.

use fake_google::{ConsentBoxes, Request, Response};
use serde_json::{Value, json};

use crate::harness::{ANA, CLIENT, EVENTS, Fake, SCOPE_EVENTS};

fn post(fake: &mut Fake, name: &str, body: &Value) -> Response {
    fake.send(&Request::new("POST", &format!("/_fake/{name}")).with_json(body))
}

#[test]
fn an_account_a_client_and_a_grant_are_enough_to_call() {
    let mut fake = Fake::new();
    let account = json!({"email": "leo@example.com", "name": "Leo", "time_zone": "Europe/Madrid"});
    assert_eq!(post(&mut fake, "accounts", &account).json()["name"], "Leo");
    let client =
        json!({"id": "c2", "secret": "s2", "redirect_uris": ["http://x/y"], "project": "p2"});
    assert_eq!(
        post(&mut fake, "clients", &client).json()["standing"],
        "live"
    );
    let grant = json!({"account": "leo@example.com", "client": "c2", "scopes": [SCOPE_EVENTS]});
    let tokens = post(&mut fake, "grants", &grant).json();
    fake.token = tokens["access_token"].as_str().unwrap().to_owned();
    assert_eq!(fake.get(EVENTS).json()["timeZone"], "Europe/Madrid");
    let state = fake.get("/_fake/state").json();
    assert!(state["projects"]["p2"].is_object());
}

#[test]
fn what_is_not_said_stays() {
    let mut fake = Fake::new();
    post(
        &mut fake,
        "accounts",
        &json!({"email": ANA, "hosted_domain": "example.com"}),
    );
    let account = post(
        &mut fake,
        "accounts",
        &json!({"email": ANA, "standing": "needs_reauth"}),
    );
    assert_eq!(account.json()["hosted_domain"], "example.com");
    assert_eq!(account.json()["name"], "Ana");
    let client = post(
        &mut fake,
        "clients",
        &json!({"id": CLIENT, "standing": "deleted"}),
    )
    .json();
    assert_eq!(client["redirect_uris"][0], "http://localhost:8080/callback");
    assert_eq!(client["standing"], "deleted");
    let testing = json!({"id": "fake-project", "publishing": "testing"});
    post(&mut fake, "projects", &testing);
    let more = json!({"id": "fake-project", "access_ttl_seconds": 60});
    let project = post(&mut fake, "projects", &more).json();
    assert_eq!(project["settings"]["publishing"], "testing");
    assert_eq!(project["settings"]["access_ttl_seconds"], 60);
}

#[test]
fn a_service_account_comes_with_its_key_file() {
    let mut fake = Fake::new();
    let robot = json!({
        "email": "robot@p.iam.gserviceaccount.com",
        "delegations": {"example.com": [SCOPE_EVENTS]},
    });
    let key = post(&mut fake, "service-accounts", &robot).json();
    assert_eq!(key["type"], "service_account");
    assert!(
        key["private_key"]
            .as_str()
            .unwrap()
            .starts_with("-----BEGIN PRIVATE KEY-----")
    );
    assert_eq!(
        post(&mut fake, "service-accounts", &robot).json(),
        key,
        "the same twice"
    );
}

#[test]
fn rules_are_seen_and_changed() {
    let mut fake = Fake::new();
    let patch = json!({"consent_boxes": "ticked", "quotas": {"per_minute_per_user": 7}});
    let rules = post(&mut fake, "rules", &patch).json();
    assert_eq!(rules["quotas"]["per_minute_per_project"], 10_000);
    assert_eq!(fake.world.rules.consent_boxes, ConsentBoxes::Ticked);
    assert_eq!(fake.world.rules.quotas.per_minute_per_user, Some(7));
    assert_eq!(fake.get("/_fake/rules").json(), rules);
}

#[test]
fn setups_that_make_no_sense_say_why_and_change_nothing() {
    let mut fake = Fake::new();
    let before = fake.get("/_fake/state").json();
    let rules = fake.world.rules.clone();
    for (name, body, word) in [
        ("accounts", json!({}), "email"),
        (
            "accounts",
            json!({"email": "x@y", "time_zone": "Mars/Base"}),
            "Mars/Base",
        ),
        (
            "accounts",
            json!({"email": ANA, "time_zone": "UTC"}),
            "new account",
        ),
        (
            "accounts",
            json!({"email": ANA, "standing": "asleep"}),
            "disabled",
        ),
        ("accounts", json!({"email": ANA, "age": 7}), "age"),
        ("clients", json!({"id": "new"}), "secret"),
        (
            "clients",
            json!({"id": "new", "secret": "s"}),
            "redirect_uris",
        ),
        (
            "clients",
            json!({"id": CLIENT, "standing": "asleep"}),
            "deleted",
        ),
        ("projects", json!({"publishing": "testing"}), "id"),
        (
            "projects",
            json!({"id": "p", "publishing": "secret"}),
            "testing",
        ),
        ("projects", json!({"id": "p", "colour": "red"}), "colour"),
        ("projects", json!(7), "id"),
        ("service-accounts", json!({"email": ANA}), "exists"),
        (
            "grants",
            json!({"account": "nobody", "client": CLIENT, "scopes": []}),
            "nobody",
        ),
        (
            "grants",
            json!({"account": ANA, "client": "none", "scopes": []}),
            "none",
        ),
        ("rules", json!({"is_polite": true}), "is_polite"),
        ("rules", json!([]), "object"),
        ("revoke", json!({"account": ANA, "project": "none"}), "none"),
    ] {
        let refused = post(&mut fake, name, &body);
        let why = refused.json()["error"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert_eq!(refused.status, 400, "{name} {body}");
        assert!(why.contains(word), "{name} {body}: {why}");
    }
    assert_eq!(fake.get("/_fake/state").json(), before);
    assert_eq!(fake.world.rules, rules);
}
