//! Event types other than the default, and texts as they are stored.

use serde_json::{Value, json};

use crate::harness::{ANA, EVENTS, Fake, event_on, event_path, refusal};

fn days(first: &str, end: &str, more: &Value) -> Value {
    let mut event = json!({"start": {"date": first}, "end": {"date": end}});
    let more = more.as_object().expect("more fields are an object").clone();
    event
        .as_object_mut()
        .expect("written as an object")
        .extend(more);
    event
}

#[test]
fn each_kind_has_what_google_asks_of_it() {
    let mut fake = Fake::new();
    let away = fake.insert(&event_on(2, json!({"eventType": "outOfOffice"})));
    assert_eq!(
        away["outOfOfficeProperties"]["autoDeclineMode"],
        "declineNone"
    );
    let focus =
        json!({"eventType": "focusTime", "focusTimeProperties": {"chatStatus": "doNotDisturb"}});
    let focus = fake.insert(&event_on(3, focus));
    assert_eq!(focus["focusTimeProperties"]["chatStatus"], "doNotDisturb");
    let place = json!({
        "eventType": "workingLocation",
        "workingLocationProperties": {"type": "homeOffice", "homeOffice": {}},
    });
    let place = fake.insert(&days("2026-03-04", "2026-03-05", &place));
    assert_eq!(place["transparency"], "transparent");
    assert_eq!(place["visibility"], "public");
    let birthday = json!({"eventType": "birthday", "summary": "Leo"});
    let birthday = fake.insert(&days("2024-02-29", "2024-03-01", &birthday));
    assert_eq!(
        birthday["recurrence"],
        json!(["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"])
    );
    assert_eq!(birthday["visibility"], "private");
    let list = fake
        .get(&format!(
            "{EVENTS}?eventTypes=focusTime&eventTypes=birthday"
        ))
        .json();
    let items = list["items"].as_array().unwrap();
    let kinds: Vec<&Value> = items.iter().map(|item| &item["eventType"]).collect();
    assert_eq!(kinds, ["focusTime", "birthday"]);
    // A kind stays, whether a write names it or not.
    let patch = json!({"summary": "Away"});
    let path = event_path(&away["id"]);
    let kept = fake.call("PATCH", &path, Some(&patch)).json();
    assert_eq!(kept["eventType"], "outOfOffice");
    let kept = fake
        .call("PUT", &path, Some(&event_on(5, json!({}))))
        .json();
    assert_eq!(kept["eventType"], "outOfOffice");
    let other = fake.call("PATCH", &path, Some(&json!({"eventType": "default"})));
    assert_eq!(other.status, 400);
}

#[test]
fn what_a_kind_cannot_be_is_refused() {
    let mut fake = Fake::new();
    let home = json!({"type": "homeOffice"});
    for (name, body, expected) in [
        (
            "from mail",
            event_on(2, json!({"eventType": "fromGmail"})),
            "eventTypeRestriction",
        ),
        (
            "unknown",
            event_on(2, json!({"eventType": "nap"})),
            "invalid",
        ),
        (
            "days out of office",
            days(
                "2026-03-02",
                "2026-03-03",
                &json!({"eventType": "outOfOffice"}),
            ),
            "eventTypeRestriction",
        ),
        (
            "free focus",
            event_on(
                2,
                json!({"eventType": "focusTime", "transparency": "transparent"}),
            ),
            "eventTypeRestriction",
        ),
        (
            "a strange mode",
            event_on(
                2,
                json!({"eventType": "outOfOffice", "outOfOfficeProperties": {"autoDeclineMode": "shout"}}),
            ),
            "invalid",
        ),
        (
            "no place",
            event_on(2, json!({"eventType": "workingLocation"})),
            "required",
        ),
        (
            "an opaque place",
            event_on(
                2,
                json!({"eventType": "workingLocation", "workingLocationProperties": home, "transparency": "opaque"}),
            ),
            "eventTypeRestriction",
        ),
        (
            "a timed birthday",
            event_on(2, json!({"eventType": "birthday"})),
            "eventTypeRestriction",
        ),
        (
            "a long birthday",
            days(
                "2026-03-02",
                "2026-03-04",
                &json!({"eventType": "birthday"}),
            ),
            "eventTypeRestriction",
        ),
        (
            "a monthly birthday",
            days(
                "2026-03-02",
                "2026-03-03",
                &json!({"eventType": "birthday", "recurrence": ["RRULE:FREQ=MONTHLY"]}),
            ),
            "eventTypeRestriction",
        ),
        (
            "another's properties",
            event_on(2, json!({"workingLocationProperties": home})),
            "invalid",
        ),
    ] {
        let (code, reason) = refusal(&fake.call("POST", EVENTS, Some(&body)));
        assert_eq!((code, reason.as_str()), (400, expected), "{name}");
    }
    fake.world
        .add_calendar(ANA, "second", "Second", "UTC")
        .unwrap();
    let now = fake.now;
    let away = event_on(2, json!({"eventType": "outOfOffice"}));
    let error = fake.world.insert_event(now, "second", &away).unwrap_err();
    assert_eq!(error.reason(), "eventTypeRestriction");
}

#[test]
fn texts_come_back_in_a_form_of_the_servers_own() {
    let mut fake = Fake::new();
    let texts = json!({
        "summary": "  Lesson \n",
        "description": "<div>Bring <b class=x>books</b></div><script>x()</script>\r\nThanks",
    });
    let event = fake.insert_on(2, texts.clone());
    assert_eq!(event["summary"], "Lesson");
    assert_eq!(event["description"], "Bring <b>books</b>\nThanks");
    fake.world.rules.rewrites_text = false;
    let event = fake.insert_on(2, texts.clone());
    assert_eq!(event["description"], texts["description"]);
    let long = fake.call(
        "POST",
        EVENTS,
        Some(&event_on(2, json!({"summary": "x".repeat(1025)}))),
    );
    assert_eq!(refusal(&long), (400, "invalid".to_owned()));
}
