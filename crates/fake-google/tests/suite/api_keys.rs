//! API keys: public calendars without a user.

use fake_google::{Project, Request, Response, Role};
use serde_json::{Value, json};

use crate::harness::{ANA, Fake, event_path, refusal};

const KEY: &str = "AIza-key";
const HERS: &str = "/calendar/v3/calendars/ana%40example.com/events";

/// Ana's calendar with an event, seen by everybody in this role, and a project with a key.
fn fake(public: Option<Role>) -> (Fake, Value) {
    let mut fake = Fake::new();
    let event = fake.insert_on(2, json!({"summary": "open"}));
    let project = Project {
        api_keys: [KEY.to_owned()].into(),
        ..Project::default()
    };
    fake.world.set_project("keyed", project);
    if public.is_some() {
        let sharing = fake.world.share_calendar(fake.now, ANA, None, public);
        sharing.expect("there is a calendar");
    }
    (fake, event)
}

fn with_key(fake: &mut Fake, verb: &str, path: &str, key: &str) -> Response {
    fake.send(&Request::new(verb, &format!("{path}?key={key}")))
}

#[test]
fn a_key_reads_public_calendars_as_the_public_does() {
    for (role, sees_title) in [(Role::Reader, true), (Role::FreeBusyReader, false)] {
        let (mut fake, event) = fake(Some(role));
        let listed = with_key(&mut fake, "GET", HERS, KEY).json();
        assert_eq!(listed["accessRole"], role.word());
        let title = &listed["items"][0]["summary"];
        assert_eq!(*title == "open", sees_title, "{role:?}: {listed}");
        let path = event_path(&event["id"]).replace("primary", "ana%40example.com");
        assert_eq!(with_key(&mut fake, "GET", &path, KEY).status, 200);
        assert_eq!(
            with_key(&mut fake, "GET", "/calendar/v3/colors", KEY).status,
            200
        );
    }
}

#[test]
fn a_key_is_nobody() {
    let (mut fake, _) = fake(None);
    let primary = HERS.replace("ana%40example.com", "primary");
    for (name, verb, path, key, expected) in [
        ("private", "GET", HERS, KEY, (404, "notFound")),
        (
            "nobody's own",
            "GET",
            primary.as_str(),
            KEY,
            (404, "notFound"),
        ),
        ("a write", "POST", HERS, KEY, (401, "required")),
        (
            "a list of calendars",
            "GET",
            "/calendar/v3/users/me/calendarList",
            KEY,
            (401, "required"),
        ),
        ("of no project", "GET", HERS, "other", (400, "badRequest")),
    ] {
        let refused = refusal(&with_key(&mut fake, verb, path, key));
        assert_eq!(refused, (expected.0, expected.1.to_owned()), "{name}");
    }
    let entries = fake.world.request_log().entries();
    assert!(entries.skip(1).all(|entry| entry.account.is_none()));
}

#[test]
fn a_token_counts_before_a_key() {
    let (mut fake, _) = fake(None);
    assert_eq!(fake.get(&format!("{HERS}?key={KEY}")).status, 200);
}

#[test]
fn a_keys_project_pays() {
    let (mut fake, _) = fake(Some(Role::Reader));
    fake.world.rules.quotas.per_minute_per_project = Some(1);
    assert_eq!(with_key(&mut fake, "GET", HERS, KEY).status, 200);
    let refused = refusal(&with_key(&mut fake, "GET", HERS, KEY));
    assert_eq!(refused, (403, "rateLimitExceeded".to_owned()));
    let shown = fake.get("/_fake/quotas").json();
    let users = shown["users"].as_array().expect("a list of users");
    assert!(
        users.iter().all(|user| user["project"] != "keyed"),
        "no user pays"
    );
}
