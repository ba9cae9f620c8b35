//! Answers to invitations.

use serde_json::{Value, json};

use super::{event_page, look, only_event, post};
use crate::harness::{ANA, Fake, event_on};

/// An event of Ana's calendar to which she is invited and has not answered.
fn invited(more: Value) -> Fake {
    let mut fake = Fake::new();
    let mut body = event_on(2, json!({"id": "event", "summary": "Party"}));
    body["attendees"] = json!([{"email": "bo@example.com", "responseStatus": "accepted"},
        {"email": ANA, "comment": "late"}]);
    let fields = body.as_object_mut().expect("good in a test");
    fields.extend(more.as_object().cloned().expect("good in a test"));
    fake.world
        .insert_event(fake.now, ANA, &body)
        .expect("good in a test");
    fake
}

fn answer_of(event: &Value) -> &str {
    event["attendees"][1]["responseStatus"]
        .as_str()
        .expect("good in a test")
}

#[test]
fn an_invitation_is_answered() {
    for answer in ["accepted", "tentative", "declined"] {
        let mut fake = invited(json!({}));
        let page = event_page(&mut fake, "event");
        assert!(page.contains(&format!(r#"name="answer" value="{answer}">"#)));
        let form = [("calendar", ANA), ("event", "event"), ("answer", answer)];
        assert_eq!(post(&mut fake, "respond", &form).status, 303, "{answer}");
        let event = only_event(&fake);
        assert_eq!(answer_of(&event), answer);
        assert_eq!(event["attendees"][1]["comment"], "late");
        assert_eq!(event["attendees"][0]["responseStatus"], "accepted", "Bo's");
        let pressed = format!(r#"value="{answer}" aria-pressed="true""#);
        assert!(event_page(&mut fake, "event").contains(&pressed));
    }
}

#[test]
fn an_answer_goes_back_to_who_invited() {
    const BO: &str = "bo@example.com";
    let mut fake = Fake::new();
    fake.world.add_account(BO, "Bo", "Europe/Madrid").unwrap();
    let form = [
        ("title", "Planning"),
        ("start", "2026-03-05T09:00"),
        ("end", "2026-03-05T10:00"),
        ("guests", BO),
    ];
    assert_eq!(post(&mut fake, "create", &form).status, 303);
    let id = only_event(&fake)["id"].as_str().unwrap().to_owned();
    let week = "/calendar?account=bo@example.com&week=2026-03-02";
    assert!(look(&mut fake, week).text().contains("confirmed invited"));
    let copy = format!("/calendar/event?account={BO}&calendar={BO}&event={id}");
    let page = look(&mut fake, &copy).text();
    assert!(page.contains("Invited by ana@example.com."));
    assert!(page.contains("stays on your calendar"));
    let answer = [
        ("account", BO),
        ("calendar", BO),
        ("event", &id),
        ("answer", "tentative"),
    ];
    assert_eq!(post(&mut fake, "respond", &answer).status, 303);
    let event = only_event(&fake);
    assert_eq!(event["attendees"][0]["responseStatus"], "tentative");
    assert!(event_page(&mut fake, &id).contains("may come"));
}

#[test]
fn the_week_tells_what_waits_and_what_was_declined() {
    let mut fake = invited(json!({}));
    let week = "/calendar?week=2026-03-02";
    assert!(look(&mut fake, week).text().contains("confirmed invited"));
    let form = [
        ("calendar", ANA),
        ("event", "event"),
        ("answer", "declined"),
    ];
    post(&mut fake, "respond", &form);
    let page = look(&mut fake, week).text();
    assert!(page.contains("confirmed declined") && page.contains("(does not come)"));
}

#[test]
fn one_of_a_series_or_all_are_answered() {
    let series = json!({"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"],
        "start": {"dateTime": "2026-03-02T10:00:00Z", "timeZone": "UTC"},
        "end": {"dateTime": "2026-03-02T11:00:00Z", "timeZone": "UTC"}});
    for (scope, of_series) in [("this", "needsAction"), ("all", "accepted")] {
        let mut fake = invited(series.clone());
        let id = "event_20260309T100000Z";
        let form = [
            ("calendar", ANA),
            ("event", id),
            ("answer", "accepted"),
            ("scope", scope),
        ];
        assert_eq!(post(&mut fake, "respond", &form).status, 303, "{scope}");
        let whole = fake.world.event(ANA, "event").unwrap();
        assert_eq!(answer_of(&whole), of_series, "{scope}");
        let pressed = r#"value="accepted" aria-pressed="true""#;
        assert!(event_page(&mut fake, id).contains(pressed), "{scope}");
    }
}

#[test]
fn who_is_not_invited_has_nothing_to_answer() {
    let mut fake = Fake::new();
    let body = event_on(
        2,
        json!({"id": "event", "attendees": [{"email": "bo@example.com"}]}),
    );
    fake.world.insert_event(fake.now, ANA, &body).unwrap();
    let before = only_event(&fake);
    assert!(!event_page(&mut fake, "event").contains(r#"name="answer""#));
    let form = [
        ("calendar", ANA),
        ("event", "event"),
        ("answer", "accepted"),
    ];
    assert_eq!(post(&mut fake, "respond", &form).status, 404);
    assert_eq!(only_event(&fake), before);
    let mut fake = invited(json!({}));
    let form = [("calendar", ANA), ("event", "event"), ("answer", "perhaps")];
    assert_eq!(post(&mut fake, "respond", &form).status, 400);
}
