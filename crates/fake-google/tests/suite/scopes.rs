//! Which scope opens what, and what a caller without it is told.

use fake_google::Request;
use serde_json::json;

use crate::harness::{ANA, CLIENT, EVENTS, Fake, event_on, refusal};

#[test]
fn scopes_open_reading_and_writing() {
    for (scope, reads, writes) in [
        ("calendar", true, true),
        ("calendar.events", true, true),
        ("calendar.events.owned", true, true),
        ("calendar.readonly", true, false),
        ("calendar.events.readonly", true, false),
        ("calendar.events.owned.readonly", true, false),
        ("calendar.freebusy", false, false),
        ("calendar.calendarlist.readonly", false, false),
        ("calendar.settings.readonly", false, false),
        ("calendar.events.freebusy", true, false),
        // Ana's own calendar was made by no app and is not public.
        ("calendar.app.created", false, false),
        ("calendar.events.public.readonly", false, false),
    ] {
        let mut fake = Fake::new();
        let event = fake.insert_on(2, json!({}));
        let path = format!("{EVENTS}/{}", event["id"].as_str().unwrap());
        let url = format!("https://www.googleapis.com/auth/{scope}");
        fake.token = fake
            .world
            .grant(fake.now, ANA, CLIENT, &[&url])
            .unwrap()
            .access_token;
        let body = event_on(3, json!({}));
        for (verb, path, body, is_open) in [
            ("GET", EVENTS, None, reads),
            ("GET", &path, None, reads),
            ("POST", EVENTS, Some(&body), writes),
            ("PATCH", &path, Some(&body), writes),
            ("PUT", &path, Some(&body), writes),
            ("DELETE", &path, None, writes),
        ] {
            let answer = fake.call(verb, path, body);
            if is_open {
                assert!(answer.status < 300, "{scope} {verb}: {}", answer.text());
            } else {
                assert_eq!(
                    refusal(&answer),
                    (403, "insufficientPermissions".to_owned()),
                    "{scope} {verb}"
                );
            }
        }
    }
}

#[test]
fn a_missing_scope_is_told_in_both_shapes() {
    let mut fake = Fake::new();
    fake.token = fake
        .world
        .grant(fake.now, ANA, CLIENT, &["openid"])
        .unwrap()
        .access_token;
    let answer = fake.get(EVENTS);
    let error = &answer.json()["error"];
    assert_eq!(error["status"], "PERMISSION_DENIED");
    assert_eq!(
        error["details"][0]["reason"],
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    );
    assert_eq!(error["errors"][0]["domain"], "global");
    assert!(
        answer
            .header("www-authenticate")
            .unwrap()
            .contains("insufficient_scope")
    );
}

#[test]
fn credentials_are_asked_for_and_checked() {
    let mut fake = Fake::new();
    for (name, header, reason) in [
        ("none", None, "required"),
        ("basic", Some("Basic abc"), "required"),
        ("unknown", Some("Bearer ya29.nothing"), "authError"),
    ] {
        let mut request = Request::new("GET", EVENTS);
        if let Some(header) = header {
            request = request.with_header("Authorization", header);
        }
        let answer = fake.send(&request);
        assert_eq!(refusal(&answer), (401, reason.to_owned()), "{name}");
        let first = &answer.json()["error"]["errors"][0];
        assert_eq!(first["locationType"], "header", "{name}");
        assert_eq!(first["location"], "Authorization", "{name}");
        if reason == "authError" {
            assert_eq!(first["message"], "Invalid Credentials");
        }
    }
}

#[test]
fn other_peoples_calendars_are_not_found() {
    let mut fake = Fake::new();
    fake.world
        .add_account("leo@example.com", "Leo", "Europe/Madrid")
        .unwrap();
    for calendar in ["leo@example.com", "leo%40example.com", "nothing"] {
        let answer = fake.get(&format!("/calendar/v3/calendars/{calendar}/events"));
        assert_eq!(refusal(&answer), (404, "notFound".to_owned()), "{calendar}");
    }
}
