//! Insert, get, patch, update, delete.

use fake_google::{Request, TombstoneWrites};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::{ANA, EVENTS, Fake, event_on, event_path, instant, refusal};

fn etag_number(event: &Value) -> i64 {
    let etag = event["etag"].as_str().expect("an etag is text");
    etag.trim_matches('"')
        .parse()
        .expect("an etag is a quoted number")
}

#[test]
fn an_inserted_event_has_googles_shape() {
    let mut fake = Fake::new();
    let body = json!({
        "id": "abc0123456789v", "summary": "Haircut",
        "start": { "dateTime": "2026-03-02T10:00:00-03:00" },
        "end": { "dateTime": "2026-03-02T14:00:00Z", "timeZone": "Europe/Madrid" },
        "transparency": "opaque", "visibility": "default",
    });
    let answer = fake.call("POST", EVENTS, Some(&body));
    assert_eq!(answer.status, 200);
    let mut event = answer.json();
    // 2026-03-01T12:00:00.123456Z in microseconds, twice.
    let etag = format!("\"{}\"", fake.now.as_microsecond() * 2);
    assert_eq!(answer.header("etag"), Some(etag.as_str()));
    let link = event["htmlLink"].take();
    assert!(
        link.as_str()
            .unwrap()
            .starts_with("https://www.google.com/calendar/event?eid=YWJj")
    );
    assert_eq!(
        event,
        json!({
            "kind": "calendar#event", "etag": etag, "id": "abc0123456789v", "status": "confirmed",
            "htmlLink": null, "created": "2026-03-01T12:00:00.000Z",
            "updated": "2026-03-01T12:00:00.123Z", "summary": "Haircut",
            "creator": { "email": ANA, "self": true }, "organizer": { "email": ANA, "self": true },
            "start": { "dateTime": "2026-03-02T10:00:00-03:00", "timeZone": "America/Montevideo" },
            "end": { "dateTime": "2026-03-02T11:00:00-03:00", "timeZone": "Europe/Madrid" },
            "iCalUID": "abc0123456789v@google.com", "sequence": 0, "eventType": "default",
            "reminders": { "useDefault": true },
        })
    );
}

#[test]
fn made_ids_are_26_characters_of_base32hex() {
    let mut fake = Fake::new();
    let event = fake.insert_on(2, json!({}));
    let id = event["id"].as_str().unwrap();
    assert_eq!(id.len(), 26);
    assert!(id.chars().all(|c| matches!(c, '0'..='9' | 'a'..='v')));
    let own = fake.insert_on(3, json!({"iCalUID": "mine@lockstep"}));
    assert_eq!(own["iCalUID"], "mine@lockstep");
}

#[test]
fn the_link_shortens_well_known_domains() {
    use base64::Engine as _;
    let mut fake = Fake::new();
    fake.world
        .add_account("eva@gmail.com", "Eva", "UTC")
        .unwrap();
    fake.world
        .add_calendar(ANA, "team@group.calendar.google.com", "Team", "UTC")
        .unwrap();
    for (calendar, expected) in [
        (ANA, "abcde ana@example.com"),
        ("eva@gmail.com", "abcde eva@m"),
        ("team@group.calendar.google.com", "abcde team@g"),
    ] {
        let body = event_on(2, json!({"id": "abcde"}));
        let event = fake.world.insert_event(fake.now, calendar, &body).unwrap();
        let link = event["htmlLink"].as_str().unwrap();
        let eid = link.split_once("eid=").unwrap().1;
        let decoded = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(eid)
            .unwrap();
        assert_eq!(String::from_utf8(decoded).unwrap(), expected);
    }
}

#[test]
fn inserts_are_refused_by_reason() {
    let mut fake = Fake::new();
    fake.insert_on(2, json!({"id": "taken"}));
    let deleted = fake.insert_on(2, json!({"id": "buried"}));
    fake.call("DELETE", &event_path(&deleted["id"]), None);
    for (name, body, expected) in [
        (
            "duplicate",
            event_on(2, json!({"id": "taken"})),
            (409, "duplicate"),
        ),
        (
            "duplicate of a tombstone",
            event_on(2, json!({"id": "buried"})),
            (409, "duplicate"),
        ),
        (
            "id too short",
            event_on(2, json!({"id": "abcd"})),
            (400, "invalid"),
        ),
        (
            "id too long",
            event_on(2, json!({"id": "a".repeat(1025)})),
            (400, "invalid"),
        ),
        (
            "id beyond v",
            event_on(2, json!({"id": "abcdw"})),
            (400, "invalid"),
        ),
        (
            "id in capitals",
            event_on(2, json!({"id": "ABCDE"})),
            (400, "invalid"),
        ),
        (
            "id with hyphen",
            event_on(2, json!({"id": "ab-cd"})),
            (400, "invalid"),
        ),
        (
            "both ids",
            event_on(2, json!({"id": "abcde", "iCalUID": "x"})),
            (400, "invalid"),
        ),
        ("no times", json!({}), (400, "required")),
        (
            "no end",
            event_on(2, json!({"end": null})),
            (400, "required"),
        ),
        (
            "end first",
            event_on(2, json!({"end": {"dateTime": "2026-03-02T09:59:59Z"}})),
            (400, "timeRangeEmpty"),
        ),
        (
            "kinds differ",
            event_on(2, json!({"end": {"date": "2026-03-03"}})),
            (400, "invalid"),
        ),
        (
            "no day at all",
            json!({"start": {"date": "2026-03-02"}, "end": {"date": "2026-03-02"}}),
            (400, "timeRangeEmpty"),
        ),
        (
            "unknown zone",
            event_on(
                2,
                json!({"start": {"dateTime": "2026-03-02T10:00:00", "timeZone": "No/Where"}}),
            ),
            (400, "invalid"),
        ),
        (
            "cancelled",
            event_on(2, json!({"status": "cancelled"})),
            (400, "invalid"),
        ),
        (
            "mistyped",
            event_on(2, json!({"summary": 1})),
            (400, "parseError"),
        ),
    ] {
        let answer = fake.call("POST", EVENTS, Some(&body));
        assert_eq!(
            refusal(&answer),
            (expected.0, expected.1.to_owned()),
            "{name}"
        );
    }
    let request = Request::new("POST", EVENTS).with_bearer(&fake.token.clone());
    for body in ["", "{", "[]"] {
        let request = Request {
            body: body.as_bytes().to_vec(),
            ..request.clone()
        };
        assert_eq!(
            refusal(&fake.send(&request)),
            (400, "parseError".to_owned()),
            "{body}"
        );
    }
    assert_eq!(fake.world.events(ANA).len(), 2, "nothing refused was kept");
}

#[test]
fn the_longest_and_the_shortest_id_are_taken() {
    let mut fake = Fake::new();
    fake.insert_on(2, json!({"id": "a".repeat(1024)}));
    fake.insert_on(2, json!({"id": "0123v"}));
    let zero_length = fake.insert(&json!({
        "start": {"dateTime": "2026-03-02T10:00:00Z"}, "end": {"dateTime": "2026-03-02T10:00:00Z"},
    }));
    assert_eq!(zero_length["status"], "confirmed");
}

#[test]
fn what_is_not_there_is_not_found() {
    let mut fake = Fake::new();
    let path = format!("{EVENTS}/nothing");
    let body = event_on(2, json!({}));
    for verb in ["GET", "PATCH", "PUT", "DELETE"] {
        let answer = fake.call(verb, &path, Some(&body));
        assert_eq!(refusal(&answer), (404, "notFound".to_owned()), "{verb}");
    }
}

#[test]
fn deleting_leaves_a_tombstone() {
    let mut fake = Fake::new();
    let event = fake.insert_on(2, json!({"summary": "Haircut"}));
    let path = event_path(&event["id"]);
    let first = fake.call("DELETE", &path, None);
    assert_eq!((first.status, first.body.len()), (204, 0));
    assert_eq!(
        refusal(&fake.call("DELETE", &path, None)),
        (410, "deleted".to_owned())
    );

    let tombstone = fake.get(&path).json();
    assert_eq!(tombstone["status"], "cancelled");
    assert_eq!(tombstone["summary"], "Haircut");
    assert!(etag_number(&tombstone) > etag_number(&event));

    fake.now += SignedDuration::from_hours(24 * 31);
    fake.token = fake
        .world
        .grant(
            fake.now,
            ANA,
            "client",
            &["https://www.googleapis.com/auth/calendar"],
        )
        .unwrap()
        .access_token;
    assert_eq!(fake.get(&path).status, 404, "purged");
    let body = event_on(2, json!({"id": event["id"]}));
    assert_eq!(
        fake.call("POST", EVENTS, Some(&body)).status,
        409,
        "the id stays taken"
    );
}

#[test]
fn writes_to_a_tombstone_follow_the_rule() {
    let confirmed = json!({"status": "confirmed"});
    let silent = json!({"summary": "x"});
    let whole = event_on(2, json!({}));
    for (name, rule, verb, body, status) in [
        (
            "patch, forbidden",
            TombstoneWrites::Forbidden,
            "PATCH",
            &confirmed,
            403,
        ),
        (
            "put, forbidden",
            TombstoneWrites::Forbidden,
            "PUT",
            &whole,
            403,
        ),
        (
            "patch, gone",
            TombstoneWrites::Gone,
            "PATCH",
            &confirmed,
            410,
        ),
        ("put, gone", TombstoneWrites::Gone, "PUT", &whole, 410),
        (
            "patch, revived",
            TombstoneWrites::Revive,
            "PATCH",
            &confirmed,
            200,
        ),
        ("put, revived", TombstoneWrites::Revive, "PUT", &whole, 200),
        (
            "patch without status",
            TombstoneWrites::Revive,
            "PATCH",
            &silent,
            403,
        ),
    ] {
        let mut fake = Fake::new();
        fake.world.rules.tombstone_writes = rule;
        let event = fake.insert_on(2, json!({}));
        let path = event_path(&event["id"]);
        fake.call("DELETE", &path, None);
        let answer = fake.call(verb, &path, Some(body));
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
        let expected = if status == 200 {
            "confirmed"
        } else {
            "cancelled"
        };
        assert_eq!(fake.get(&path).json()["status"], expected, "{name}");
    }
}

#[test]
fn cancelling_by_patch_is_deleting() {
    let mut fake = Fake::new();
    let event = fake.insert_on(2, json!({}));
    let path = event_path(&event["id"]);
    let answer = fake.call("PATCH", &path, Some(&json!({"status": "cancelled"})));
    assert_eq!(answer.json()["status"], "cancelled");
    assert_eq!(fake.call("DELETE", &path, None).status, 410);
}

#[test]
fn a_patch_touches_what_it_names() {
    let mut fake = Fake::new();
    let event = fake.insert_on(
        2,
        json!({
            "summary": "a", "location": "b", "description": "c", "transparency": "transparent",
            "attendees": [{"email": "x@example.com"}, {"email": "y@example.com"}],
            "extendedProperties": {"private": {"k": "1", "l": "2"}, "shared": {"s": "3"}},
            "reminders": {"useDefault": false, "overrides": [{"method": "popup", "minutes": 5}]},
        }),
    );
    let path = event_path(&event["id"]);
    for (name, patch, pointer, expected) in [
        (
            "absent stays",
            json!({"summary": "z"}),
            "/location",
            json!("b"),
        ),
        (
            "named changes",
            json!({"summary": "z"}),
            "/summary",
            json!("z"),
        ),
        (
            "null deletes",
            json!({"location": null}),
            "/location",
            Value::Null,
        ),
        (
            "arrays are replaced",
            json!({"attendees": [{"email": "z@example.com"}]}),
            "/attendees",
            json!([{"email": "z@example.com", "responseStatus": "needsAction"}]),
        ),
        (
            "maps merge",
            json!({"extendedProperties": {"private": {"k": "9", "m": "4", "l": null}}}),
            "/extendedProperties",
            json!({"private": {"k": "9", "m": "4"}, "shared": {"s": "3"}}),
        ),
        (
            "null map",
            json!({"extendedProperties": null}),
            "/extendedProperties",
            Value::Null,
        ),
        (
            "back to default",
            json!({"transparency": "opaque"}),
            "/transparency",
            Value::Null,
        ),
        (
            "reminders stay",
            json!({}),
            "/reminders/overrides/0/minutes",
            json!(5),
        ),
        (
            "only the start",
            json!({"start": {"dateTime": "2026-03-02T10:30:00Z"}}),
            "/end/dateTime",
            json!("2026-03-02T08:00:00-03:00"),
        ),
        (
            "to a day event",
            json!({
                "start": {"date": "2026-03-02", "dateTime": null, "timeZone": null},
                "end": {"date": "2026-03-03", "dateTime": null},
            }),
            "/start",
            json!({"date": "2026-03-02"}),
        ),
    ] {
        let mut branch = Fake {
            world: fake.world.clone(),
            now: fake.now,
            token: fake.token.clone(),
        };
        let answer = branch.call("PATCH", &path, Some(&patch));
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        let got = answer.json().pointer(pointer).cloned().unwrap_or_default();
        assert_eq!(got, expected, "{name}");
    }
    let mixed = json!({"start": {"date": "2026-03-02"}});
    assert_eq!(
        refusal(&fake.call("PATCH", &path, Some(&mixed))),
        (400, "invalid".to_owned())
    );
}

#[test]
fn an_update_clears_what_it_omits() {
    let mut fake = Fake::new();
    let full = json!({
        "summary": "a", "location": "b", "extendedProperties": {"private": {"k": "1"}},
        "status": "tentative", "colorId": "5",
        "reminders": {"useDefault": false, "overrides": []},
    });
    let event = fake.insert_on(2, full);
    let path = event_path(&event["id"]);
    let updated = fake
        .call("PUT", &path, Some(&event_on(2, json!({"summary": "z"}))))
        .json();
    assert_eq!(updated["summary"], "z");
    assert_eq!(updated["status"], "confirmed");
    assert_eq!(updated["reminders"], json!({"useDefault": true}));
    for cleared in ["location", "extendedProperties", "colorId"] {
        assert!(updated.get(cleared).is_none(), "{cleared}");
    }
    for kept in ["id", "iCalUID", "created", "htmlLink"] {
        assert_eq!(updated[kept], event[kept], "{kept}");
    }
    let no_end = json!({"start": {"date": "2026-03-02"}});
    assert_eq!(
        refusal(&fake.call("PUT", &path, Some(&no_end))),
        (400, "required".to_owned())
    );
    let other_id = event_on(2, json!({"id": "someother"}));
    assert_eq!(
        refusal(&fake.call("PUT", &path, Some(&other_id))),
        (400, "invalid".to_owned())
    );
    // What a client got, it may send back.
    let mut echoed = updated.clone();
    echoed["summary"] = "echo".into();
    assert_eq!(
        fake.call("PUT", &path, Some(&echoed)).json()["summary"],
        "echo"
    );
}

#[test]
fn sequence_goes_up_when_the_start_moves() {
    let mut fake = Fake::new();
    let event = fake.insert_on(2, json!({}));
    let path = event_path(&event["id"]);
    for (name, patch, expected) in [
        ("title", json!({"summary": "x"}), 0),
        (
            "end",
            json!({"end": {"dateTime": "2026-03-02T12:00:00Z"}}),
            0,
        ),
        (
            "same start, other offset",
            json!({"start": {"dateTime": "2026-03-02T07:00:00-03:00"}}),
            0,
        ),
        (
            "start",
            json!({"start": {"dateTime": "2026-03-02T10:15:00Z"}}),
            1,
        ),
        (
            "attendees",
            json!({"attendees": [{"email": "x@example.com"}]}),
            1,
        ),
        (
            "start again",
            json!({"start": {"dateTime": "2026-03-02T10:30:00Z"}}),
            2,
        ),
        ("raised by the writer", json!({"sequence": 7}), 7),
    ] {
        let answer = fake.call("PATCH", &path, Some(&patch));
        assert_eq!(answer.json()["sequence"], expected, "{name}");
    }
    let lower = fake.call("PATCH", &path, Some(&json!({"sequence": 6})));
    assert_eq!(refusal(&lower), (400, "invalid".to_owned()));
}

#[test]
fn etags_rise_though_the_clock_stands_still() {
    let mut fake = Fake::new();
    let event = fake.insert_on(2, json!({}));
    let path = event_path(&event["id"]);
    let mut last = etag_number(&event);
    for n in 0..5 {
        let answer = fake.call("PATCH", &path, Some(&json!({"summary": n.to_string()})));
        let now = etag_number(&answer.json());
        assert!(now > last);
        last = now;
    }
    let other = fake.insert_on(3, json!({}));
    assert!(etag_number(&other) > last, "per calendar, not per event");
    fake.now = instant("2026-02-01T00:00:00Z");
    let back = fake.call("PATCH", &path, Some(&json!({"summary": "past"})));
    assert!(
        etag_number(&back.json()) > etag_number(&other),
        "also when the clock goes back"
    );
}

#[test]
fn reminders_change_the_etag_and_not_updated() {
    let mut fake = Fake::new();
    let event = fake.insert_on(2, json!({}));
    let path = event_path(&event["id"]);
    fake.pass(60);
    let reminders = json!({"reminders": {"useDefault": false}});
    let after = fake.call("PATCH", &path, Some(&reminders)).json();
    assert_ne!(after["etag"], event["etag"]);
    assert_eq!(after["updated"], event["updated"]);
    fake.pass(60);
    let after = fake
        .call("PATCH", &path, Some(&json!({"summary": "x"})))
        .json();
    assert_eq!(after["updated"], "2026-03-01T12:02:00.123Z");
    assert_eq!(after["created"], event["created"]);
}

#[test]
fn writes_may_be_conditional() {
    for (verb, body, success) in [
        ("PATCH", Some(json!({"summary": "x"})), 200),
        ("PUT", Some(event_on(2, json!({}))), 200),
        ("DELETE", None, 204),
    ] {
        for (name, header, expected) in [
            ("current", None, success),
            ("weakened", Some("W/current"), success),
            ("any", Some("*"), success),
            ("stale", Some("\"1\""), 412),
        ] {
            let mut fake = Fake::new();
            let event = fake.insert_on(2, json!({}));
            let current = event["etag"].as_str().unwrap();
            let header = header.unwrap_or(current).replace("current", current);
            let mut request = Request::new(verb, &event_path(&event["id"]))
                .with_bearer(&fake.token)
                .with_header("If-Match", &header);
            if let Some(body) = &body {
                request = request.with_json(body);
            }
            let answer = fake.send(&request);
            assert_eq!(answer.status, expected, "{verb} {name}");
            if expected == 412 {
                assert_eq!(refusal(&answer).1, "conditionNotMet");
                assert_eq!(answer.json()["error"]["errors"][0]["location"], "If-Match");
                assert_eq!(
                    fake.get(&event_path(&event["id"])).json(),
                    event,
                    "unchanged"
                );
            }
        }
    }
}

#[test]
fn reads_may_be_conditional() {
    let mut fake = Fake::new();
    let event = fake.insert_on(2, json!({}));
    let path = event_path(&event["id"]);
    for path in [path.as_str(), EVENTS] {
        let etag = fake.get(path).header("etag").unwrap().to_owned();
        let conditional = |etag: &str| {
            Request::new("GET", path)
                .with_bearer(&fake.token)
                .with_header("If-None-Match", etag)
        };
        let (same, other) = (conditional(&etag), conditional("\"1\""));
        let answer = fake.send(&same);
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{path}");
        assert_eq!(fake.send(&other).status, 200, "{path}");
    }
    let old = fake.get(EVENTS).header("etag").unwrap().to_owned();
    fake.insert_on(3, json!({}));
    assert_ne!(fake.get(EVENTS).header("etag"), Some(old.as_str()));
}

#[test]
fn parameters_shape_the_answer_or_are_refused() {
    let mut fake = Fake::new();
    let attendees = json!([{"email": ANA}, {"email": "x@example.com"}]);
    let event = fake.insert_on(2, json!({"attendees": attendees}));
    let path = event_path(&event["id"]);
    let with = |query: &str| format!("{path}?{query}");

    let compact = fake.get(&with("prettyPrint=false&fields=id,status")).text();
    let id = event["id"].as_str().unwrap();
    assert_eq!(compact, format!(r#"{{"id":"{id}","status":"confirmed"}}"#));
    assert!(fake.get(&path).text().starts_with("{\n \""));

    let madrid = fake.get(&with("timeZone=Europe/Madrid")).json();
    assert_eq!(madrid["start"]["dateTime"], "2026-03-02T11:00:00+01:00");
    assert_eq!(madrid["start"]["timeZone"], "America/Montevideo");
    let few = fake.get(&with("maxAttendees=1")).json();
    assert_eq!(few["attendeesOmitted"], true);
    assert_eq!(few["attendees"].as_array().unwrap().len(), 1);
    assert_eq!(few["attendees"][0]["self"], true);

    for (query, expected) in [
        ("nothing=1", (400, "badRequest")),
        ("prettyPrint=yes", (400, "invalid")),
        ("maxAttendees=0", (400, "invalid")),
        ("maxAttendees=1&maxAttendees=2", (400, "badRequest")),
        ("timeZone=No/Where", (400, "invalid")),
        ("fields=nothing", (400, "invalidParameter")),
        ("fields=id(", (400, "invalidParameter")),
        ("alt=media", (400, "invalid")),
        ("access_token=x", (501, "notImplemented")),
    ] {
        assert_eq!(
            refusal(&fake.get(&with(query))),
            (expected.0, expected.1.to_owned()),
            "{query}"
        );
    }
    for query in [
        "sendUpdates=all",
        "sendUpdates=none",
        "conferenceDataVersion=0",
    ] {
        let answer = fake.call("PATCH", &with(query), Some(&json!({"summary": "x"})));
        assert_eq!(answer.status, 200, "{query}");
    }
    let odd = fake.call(
        "PATCH",
        &with("sendUpdates=some"),
        Some(&json!({"summary": "x"})),
    );
    assert_eq!(odd.status, 400);
    let meet = json!({"conferenceData": {"createRequest": {"requestId": "1"}}});
    assert_eq!(
        fake.call("PATCH", &path, Some(&meet)).status,
        200,
        "ignored at version 0"
    );
    assert!(fake.get(&path).json().get("conferenceData").is_none());
}

#[test]
fn patch_may_hide_in_a_post() {
    let mut fake = Fake::new();
    let event = fake.insert_on(2, json!({}));
    let request = Request::new("POST", &event_path(&event["id"]))
        .with_bearer(&fake.token)
        .with_header("X-HTTP-Method-Override", "PATCH")
        .with_json(&json!({"summary": "hidden"}));
    assert_eq!(fake.send(&request).json()["summary"], "hidden");
}

#[test]
fn unknown_paths_and_missing_methods_are_told_apart() {
    let mut fake = Fake::new();
    for (verb, path, status, words) in [
        ("GET", "/calendar/v3/nothing", 404, "Not Found"),
        ("PUT", EVENTS, 404, "Not Found"),
        ("GET", "/elsewhere", 404, "Not Found"),
        (
            "POST",
            "/calendar/v3/calendars/primary/events/quickAdd",
            501,
            "calendar.events.quickAdd",
        ),
        ("POST", "/batch/calendar/v3", 501, "calendar.batch"),
    ] {
        let answer = fake.call(verb, path, None);
        assert_eq!(answer.status, status, "{verb} {path}");
        assert!(
            answer.text().contains(words),
            "{verb} {path}: {}",
            answer.text()
        );
    }
}

#[test]
fn the_host_edits_by_hand() {
    let mut fake = Fake::new();
    let event = fake.insert_on(2, json!({"summary": "a"}));
    let id = event["id"].as_str().unwrap();
    fake.pass(5);
    let edited = fake
        .world
        .edit_event(fake.now, ANA, id, &json!({"summary": "b"}))
        .unwrap();
    assert_eq!(edited["summary"], "b");
    assert!(etag_number(&edited) > etag_number(&event));
    fake.world.delete_event(fake.now, ANA, id).unwrap();
    assert_eq!(fake.world.event(ANA, id).unwrap()["status"], "cancelled");
    let again = fake.world.delete_event(fake.now, ANA, id).unwrap_err();
    assert_eq!((again.status(), again.reason()), (410, "deleted"));
    let nowhere = fake.world.delete_event(fake.now, "nobody", id).unwrap_err();
    assert_eq!(nowhere.status(), 404);
}

#[test]
fn calendars_can_be_read_with_their_scope() {
    let mut fake = Fake::new();
    let scope = "https://www.googleapis.com/auth/calendar.readonly";
    fake.token = fake
        .world
        .grant(fake.now, ANA, "client", &[scope])
        .unwrap()
        .access_token;
    let calendar = fake.get("/calendar/v3/calendars/primary").json();
    assert_eq!(calendar["id"], ANA);
    assert_eq!(calendar["timeZone"], "America/Montevideo");
}
