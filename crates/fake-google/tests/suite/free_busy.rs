//! `freebusy.query`.

use fake_google::{Response, Role};
use serde_json::{Value, json};

use crate::harness::{ANA, CLIENT, Fake, SCOPE_EVENTS, event_on, event_path, refusal};

const PATH: &str = "/calendar/v3/freeBusy";

/// Ana with the scope that the method takes.
fn ana() -> Fake {
    let mut fake = Fake::new();
    let scope = "https://www.googleapis.com/auth/calendar";
    let tokens = fake.world.grant(fake.now, ANA, CLIENT, &[scope]);
    fake.token = tokens.expect("account and client are there").access_token;
    fake
}

fn ask(fake: &mut Fake, more: Value) -> Response {
    let mut body = json!({
        "timeMin": "2026-03-02T00:00:00Z",
        "timeMax": "2026-03-09T00:00:00Z",
        "items": [{ "id": "primary" }],
    });
    let fields = body.as_object_mut().expect("written as an object");
    fields.extend(more.as_object().cloned().expect("more is an object"));
    fake.call("POST", PATH, Some(&body))
}

/// Busy times as `start/end`, of the calendar asked for.
fn busy(answer: &Response, id: &str) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    let busy = body["calendars"][id]["busy"].as_array();
    let text = |value: &Value| value.as_str().expect("a time is text").to_owned();
    busy.expect("a calendar has busy times")
        .iter()
        .map(|interval| format!("{}/{}", text(&interval["start"]), text(&interval["end"])))
        .collect()
}

fn from_to(fake: &mut Fake, start: &str, end: &str, more: Value) -> Value {
    let mut event = json!({
        "start": { "dateTime": format!("2026-03-{start}:00Z"), "timeZone": "UTC" },
        "end": { "dateTime": format!("2026-03-{end}:00Z"), "timeZone": "UTC" },
    });
    let fields = event.as_object_mut().expect("written as an object");
    fields.extend(more.as_object().cloned().expect("more is an object"));
    fake.insert(&event)
}

#[test]
fn busy_times_are_merged_and_cut_to_the_time_asked_for() {
    let mut fake = ana();
    for (start, end) in [
        ("03T10:00", "03T11:00"),
        ("03T10:30", "03T12:00"),
        ("03T12:00", "03T13:00"),
        ("04T10:00", "04T11:00"),
        ("01T20:00", "02T05:00"),
        ("05T10:00", "05T10:00"),
        ("09T00:00", "09T01:00"),
    ] {
        from_to(&mut fake, start, end, json!({}));
    }
    let answer = ask(&mut fake, json!({}));
    let expected = [
        "2026-03-02T00:00:00Z/2026-03-02T05:00:00Z",
        "2026-03-03T10:00:00Z/2026-03-03T13:00:00Z",
        "2026-03-04T10:00:00Z/2026-03-04T11:00:00Z",
    ];
    assert_eq!(busy(&answer, "primary"), expected);
    assert_eq!(answer.json()["timeMin"], "2026-03-02T00:00:00.000Z");
}

#[test]
fn free_declined_and_deleted_events_take_no_time() {
    let mut fake = ana();
    let of_ana =
        |answer: &str| json!({ "attendees": [{ "email": ANA, "responseStatus": answer }] });
    for (day, more) in [
        ("02", json!({ "transparency": "transparent" })),
        ("03", of_ana("declined")),
        ("04", of_ana("tentative")),
        ("05", json!({ "visibility": "private" })),
    ] {
        from_to(
            &mut fake,
            &format!("{day}T10:00"),
            &format!("{day}T11:00"),
            more,
        );
    }
    let gone = from_to(&mut fake, "06T10:00", "06T11:00", json!({}));
    fake.call("DELETE", &event_path(&gone["id"]), None);
    let expected = [
        "2026-03-04T10:00:00Z/2026-03-04T11:00:00Z",
        "2026-03-05T10:00:00Z/2026-03-05T11:00:00Z",
    ];
    assert_eq!(busy(&ask(&mut fake, json!({})), "primary"), expected);
}

#[test]
fn series_and_days_are_busy_too() {
    let mut fake = ana();
    let daily = json!({ "recurrence": ["RRULE:FREQ=DAILY;COUNT=3"] });
    let series = from_to(&mut fake, "03T10:00", "03T11:00", daily);
    let second = format!("{}_20260304T100000Z", series["id"].as_str().unwrap());
    let moved = event_on(7, json!({}));
    fake.call("PATCH", &event_path(&json!(second)), Some(&moved));
    fake.insert(&json!({ "start": { "date": "2026-03-08" }, "end": { "date": "2026-03-09" } }));
    let expected = [
        "2026-03-03T10:00:00Z/2026-03-03T11:00:00Z",
        "2026-03-05T10:00:00Z/2026-03-05T11:00:00Z",
        "2026-03-07T10:00:00Z/2026-03-07T11:00:00Z",
        // A day begins in the calendar's zone.
        "2026-03-08T03:00:00Z/2026-03-09T00:00:00Z",
    ];
    assert_eq!(busy(&ask(&mut fake, json!({})), "primary"), expected);
}

#[test]
fn times_are_written_in_the_zone_asked_for() {
    let mut fake = ana();
    fake.insert_on(3, json!({}));
    let answer = ask(&mut fake, json!({ "timeZone": "Europe/Madrid" }));
    assert_eq!(
        busy(&answer, "primary"),
        ["2026-03-03T11:00:00+01:00/2026-03-03T12:00:00+01:00"]
    );
}

#[test]
fn each_calendar_answers_under_the_id_asked_for_and_fails_for_itself() {
    let mut fake = ana();
    for name in ["open", "closed"] {
        let email = format!("{name}@example.com");
        fake.world.add_account(&email, name, "UTC").unwrap();
        let body = event_on(3, json!({}));
        fake.world.insert_event(fake.now, &email, &body).unwrap();
    }
    let role = Some(Role::FreeBusyReader);
    let shared = fake
        .world
        .share_calendar(fake.now, "open@example.com", Some(ANA), role);
    shared.unwrap();
    let ids = [
        "primary",
        ANA,
        "open@example.com",
        "closed@example.com",
        "nothing",
    ];
    let items: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
    let answer = ask(&mut fake, json!({ "items": items }));
    assert_eq!(busy(&answer, "primary").len(), 0);
    assert_eq!(busy(&answer, ANA).len(), 0);
    assert_eq!(busy(&answer, "open@example.com").len(), 1);
    for id in ["closed@example.com", "nothing"] {
        let error = &answer.json()["calendars"][id]["errors"][0];
        assert_eq!(error["reason"], "notFound", "{id}");
        assert_eq!(error["domain"], "global");
    }
}

#[test]
fn too_many_calendars_are_told_one_by_one() {
    let mut fake = ana();
    let items: Vec<Value> = (0..51).map(|n| json!({ "id": format!("c{n}") })).collect();
    let answer = ask(&mut fake, json!({ "items": items })).json();
    assert_eq!(
        answer["calendars"]["c49"]["errors"][0]["reason"],
        "notFound"
    );
    let reason = &answer["calendars"]["c50"]["errors"][0]["reason"];
    assert_eq!(reason, "tooManyCalendarsRequested");
    let two = json!({ "items": [{ "id": "primary" }, { "id": ANA }], "calendarExpansionMax": 1 });
    let answer = ask(&mut fake, two).json();
    assert!(answer["calendars"]["primary"].get("errors").is_none());
    let reason = &answer["calendars"][ANA]["errors"][0]["reason"];
    assert_eq!(reason, "tooManyCalendarsRequested");
}

#[test]
fn queries_are_refused_by_reason() {
    let mut fake = ana();
    for (name, more, reason) in [
        (
            "no offset",
            json!({ "timeMin": "2026-03-02T00:00:00" }),
            "badRequest",
        ),
        ("no end", json!({ "timeMax": null }), "badRequest"),
        (
            "empty",
            json!({ "timeMax": "2026-03-02T00:00:00Z" }),
            "timeRangeEmpty",
        ),
        (
            "long",
            json!({ "timeMax": "2026-05-31T00:00:01Z" }),
            "timeRangeTooLong",
        ),
        ("zone", json!({ "timeZone": "Mars/Base" }), "invalid"),
        (
            "calendars",
            json!({ "calendarExpansionMax": 51 }),
            "invalid",
        ),
        ("groups", json!({ "groupExpansionMax": 101 }), "invalid"),
        ("no id", json!({ "items": [{}] }), "required"),
    ] {
        let answer = ask(&mut fake, more);
        assert_eq!(refusal(&answer), (400, reason.to_owned()), "{name}");
    }
    assert_eq!(
        ask(&mut fake, json!({ "timeMax": "2026-05-31T00:00:00Z" })).status,
        200
    );
    let tokens = fake.world.grant(fake.now, ANA, CLIENT, &[SCOPE_EVENTS]);
    fake.token = tokens.unwrap().access_token;
    let answer = ask(&mut fake, json!({}));
    assert_eq!(
        refusal(&answer),
        (403, "insufficientPermissions".to_owned())
    );
}
