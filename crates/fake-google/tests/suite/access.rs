//! Calendars shared between accounts: what each role sees and may do, and public calendars.

use fake_google::{Request, Response, Role};
use serde_json::{Value, json};

use crate::harness::{ANA, CLIENT, EVENTS, Fake, event_on, refusal};

const LEO: &str = "leo@example.com";
const ALL: &str = "https://www.googleapis.com/auth/calendar";
/// Ana's calendar, as Leo names it.
const HERS: &str = "/calendar/v3/calendars/ana%40example.com";

/// Ana's calendar with an open and a private event, and Leo, whose calls come next.
fn shared(role: Option<Role>) -> Fake {
    let mut fake = Fake::new();
    fake.insert_on(2, json!({ "summary": "open", "location": "here" }));
    fake.insert_on(
        3,
        json!({
            "summary": "secret", "location": "there", "visibility": "private",
            "attendees": [{ "email": "x@example.com" }],
            "extendedProperties": { "private": { "k": "1" } },
        }),
    );
    let added = fake.world.add_account(LEO, "Leo", "Europe/Madrid");
    added.expect("a first account of that name");
    if role.is_some() {
        let sharing = fake.world.share_calendar(fake.now, ANA, Some(LEO), role);
        sharing.expect("there is a calendar");
    }
    become_account(&mut fake, LEO, ALL);
    fake
}

fn become_account(fake: &mut Fake, email: &str, scope: &str) {
    let tokens = fake.world.grant(fake.now, email, CLIENT, &[scope]);
    fake.token = tokens.expect("account and client are there").access_token;
}

fn items(answer: &Response) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let items = answer.json()["items"].take();
    serde_json::from_value(items).expect("a list has items")
}

#[test]
fn each_role_sees_what_it_may() {
    for (role, sees_open, sees_secret) in [
        (Role::FreeBusyReader, false, false),
        (Role::Reader, true, false),
        (Role::WriterWithoutPrivateAccess, true, false),
        (Role::Writer, true, true),
        (Role::Owner, true, true),
    ] {
        let mut fake = shared(Some(role));
        let list = fake.get(&format!("{HERS}/events"));
        assert_eq!(list.json()["accessRole"], role.word());
        let found = items(&list);
        assert_eq!(found.len(), 2, "{role:?}: times are always there");
        for (item, sees) in found.iter().zip([sees_open, sees_secret]) {
            assert_eq!(item.get("summary").is_some(), sees, "{role:?}");
            assert_eq!(item.get("location").is_some(), sees, "{role:?}");
            assert!(item["start"]["dateTime"].is_string());
            assert!(sees || item.get("attendees").is_none());
            assert!(sees || item.get("extendedProperties").is_none());
            let id = item["id"].as_str().unwrap();
            let one = fake.get(&format!("{HERS}/events/{id}")).json();
            assert_eq!(&one, item, "{role:?}");
        }
        for query in ["q=secret", "privateExtendedProperty=k%3D1"] {
            let found = items(&fake.get(&format!("{HERS}/events?{query}")));
            assert_eq!(!found.is_empty(), sees_secret, "{role:?} {query}");
        }
    }
}

#[test]
fn each_role_does_what_it_may() {
    let body = event_on(5, json!({}));
    let title = json!({ "summary": "renamed" });
    for (role, writes, writes_secret, owns) in [
        (Role::FreeBusyReader, false, false, false),
        (Role::Reader, false, false, false),
        (Role::WriterWithoutPrivateAccess, true, false, false),
        (Role::Writer, true, true, false),
        (Role::Owner, true, true, true),
    ] {
        let mut fake = shared(Some(role));
        let found = items(&fake.get(&format!("{HERS}/events")));
        let path = |index: usize| format!("{HERS}/events/{}", found[index]["id"].as_str().unwrap());
        for (verb, path, body, may) in [
            ("POST", format!("{HERS}/events"), Some(&body), writes),
            ("PATCH", path(0), Some(&title), writes),
            ("PATCH", path(1), Some(&title), writes_secret),
            ("DELETE", path(1), None, writes_secret),
            ("PATCH", HERS.to_owned(), Some(&title), owns),
            ("GET", HERS.to_owned(), None, true),
            ("GET", format!("{HERS}/acl"), None, writes_secret),
        ] {
            let answer = fake.call(verb, &path, body);
            if may {
                assert!(answer.status < 300, "{role:?} {verb}: {}", answer.text());
            } else {
                let expected = (403, "requiredAccessLevel".to_owned());
                assert_eq!(refusal(&answer), expected, "{role:?} {verb} {path}");
            }
        }
    }
}

#[test]
fn a_calendar_that_is_not_shared_is_not_found() {
    let mut fake = shared(None);
    for path in [
        HERS.to_owned(),
        format!("{HERS}/events"),
        format!("{HERS}/acl"),
    ] {
        assert_eq!(refusal(&fake.get(&path)), (404, "notFound".to_owned()));
    }
}

#[test]
fn sharing_kills_the_sync_tokens_of_the_calendar() {
    let mut fake = shared(Some(Role::Reader));
    let token = fake.get(&format!("{HERS}/events")).json()["nextSyncToken"].clone();
    let path = format!("{HERS}/events?syncToken={}", token.as_str().unwrap());
    assert_eq!(fake.get(&path).status, 200);
    let body = json!({ "calendar": ANA, "account": LEO, "role": "writer" });
    let request = Request::new("POST", "/_fake/share").with_json(&body);
    assert_eq!(fake.send(&request).status, 204);
    let expected = (410, "fullSyncRequired".to_owned());
    assert_eq!(refusal(&fake.get(&path)), expected);
}

#[test]
fn a_public_calendar_is_read_by_everybody_and_written_by_nobody() {
    let mut fake = Fake::new();
    let id = "en.uy#holiday@group.v.calendar.google.com";
    let body = json!({ "id": id, "summary": "Holidays", "time_zone": "America/Montevideo" });
    let request = Request::new("POST", "/_fake/calendars").with_json(&body);
    assert_eq!(fake.send(&request).status, 204);
    let day = json!({
        "summary": "New Year", "start": { "date": "2026-01-01" }, "end": { "date": "2026-01-02" },
    });
    fake.world.insert_event(fake.now, id, &day).unwrap();
    let path = "/calendar/v3/calendars/en.uy%23holiday%40group.v.calendar.google.com/events";
    let list = fake.get(path);
    assert_eq!(list.json()["accessRole"], "reader");
    assert_eq!(items(&list)[0]["summary"], "New Year");
    let answer = fake.call("POST", path, Some(&event_on(2, json!({}))));
    assert_eq!(refusal(&answer).0, 403);
    become_account(
        &mut fake,
        ANA,
        "https://www.googleapis.com/auth/calendar.events.public.readonly",
    );
    assert_eq!(items(&fake.get(path)).len(), 1);
    let own = fake.get(EVENTS);
    assert_eq!(refusal(&own), (403, "insufficientPermissions".to_owned()));
}

#[test]
fn scopes_narrow_what_a_role_opens() {
    let url = |scope: &str| format!("https://www.googleapis.com/auth/{scope}");
    let mut fake = shared(Some(Role::Writer));
    become_account(&mut fake, LEO, &url("calendar.events.owned"));
    let hers = fake.get(&format!("{HERS}/events"));
    assert_eq!(refusal(&hers), (403, "insufficientPermissions".to_owned()));
    assert_eq!(fake.get(EVENTS).status, 200, "his own");
    become_account(&mut fake, LEO, &url("calendar.events.freebusy"));
    let found = items(&fake.get(&format!("{HERS}/events")));
    assert!(found[0].get("summary").is_none(), "times only");
    become_account(&mut fake, LEO, &url("calendar.app.created"));
    assert_eq!(refusal(&fake.get(EVENTS)).0, 403);
    let made = fake.call(
        "POST",
        "/calendar/v3/calendars",
        Some(&json!({ "summary": "App" })),
    );
    let id = made.json()["id"].as_str().unwrap().replace('@', "%40");
    assert_eq!(
        fake.get(&format!("/calendar/v3/calendars/{id}/events"))
            .status,
        200
    );
}

#[test]
fn an_access_list_is_kept_by_its_owner() {
    let mut fake = shared(None);
    become_account(&mut fake, ANA, ALL);
    let path = "/calendar/v3/calendars/primary/acl";
    let rules = fake.get(path);
    assert_eq!(items(&rules).len(), 1);
    let token = rules.json()["nextSyncToken"].as_str().unwrap().to_owned();

    let rule = json!({ "scope": { "type": "user", "value": LEO }, "role": "reader" });
    let made = fake.call("POST", path, Some(&rule));
    assert_eq!(made.json()["id"], "user:leo@example.com", "{}", made.text());
    let one = format!("{path}/user%3Aleo%40example.com");
    let changed = fake.call("PATCH", &one, Some(&json!({ "role": "writer" })));
    assert_eq!(changed.json()["role"], "writer");
    assert_eq!(fake.get(&one).json(), changed.json());
    let increment = fake.get(&format!("{path}?syncToken={token}"));
    assert_eq!(items(&increment)[0]["role"], "writer");

    assert_eq!(fake.call("DELETE", &one, None).status, 204);
    assert_eq!(refusal(&fake.get(&one)).0, 404);
    assert_eq!(items(&fake.get(path)).len(), 1);
    let all = items(&fake.get(&format!("{path}?showDeleted=true")));
    assert_eq!(all[1]["role"], "none");
    let increment = fake.get(&format!("{path}?syncToken={token}"));
    assert_eq!(items(&increment)[0]["role"], "none");
}

#[test]
fn access_lists_are_refused_by_reason() {
    let mut fake = shared(None);
    become_account(&mut fake, ANA, ALL);
    let path = "/calendar/v3/calendars/primary/acl";
    let rule = |kind: &str, value: &str, role: &str| json!({ "scope": { "type": kind, "value": value }, "role": role });
    for (name, body, expected) in [
        ("role", rule("user", LEO, "king"), (400, "invalid")),
        ("kind", rule("planet", "mars", "reader"), (400, "invalid")),
        ("no name", rule("user", "", "reader"), (400, "invalid")),
        ("no scope", json!({ "role": "reader" }), (400, "required")),
        (
            "no role",
            json!({ "scope": { "type": "default" } }),
            (400, "required"),
        ),
        (
            "public writers",
            rule("default", "", "writer"),
            (400, "invalid"),
        ),
        (
            "the owner",
            rule("user", ANA, "reader"),
            (403, "cannotChangeOwnerAcl"),
        ),
    ] {
        let answer = fake.call("POST", path, Some(&body));
        assert_eq!(
            refusal(&answer),
            (expected.0, expected.1.to_owned()),
            "{name}"
        );
    }
}
