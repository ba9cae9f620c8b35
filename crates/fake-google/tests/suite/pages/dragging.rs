//! Moves and resizes.

use serde_json::json;

use super::{only_event, post, with_event};
use crate::harness::{ANA, Fake};

#[test]
fn drags_move_and_resize() {
    for (name, action, fields, start, end) in [
        (
            "later",
            "move",
            vec![("minutes", "15")],
            "2026-03-02T07:15:00-03:00",
            "08:15",
        ),
        (
            "another day and earlier",
            "move",
            vec![("days", "2"), ("minutes", "-90")],
            "2026-03-04T05:30:00-03:00",
            "06:30",
        ),
        (
            "longer",
            "resize",
            vec![("minutes", "45")],
            "2026-03-02T07:00:00-03:00",
            "08:45",
        ),
    ] {
        let mut fake = with_event();
        fake.pass(5);
        let mut form = vec![
            ("calendar", ANA),
            ("event", "event"),
            ("week", "2026-03-02"),
        ];
        form.extend(fields);
        let answer = post(&mut fake, action, &form);
        assert_eq!(answer.status, 303, "{name}: {}", answer.text());
        assert!(
            answer
                .header("location")
                .unwrap()
                .contains("week=2026-03-02"),
            "{name}"
        );
        let event = only_event(&fake);
        assert_eq!(event["start"]["dateTime"], start, "{name}");
        assert!(
            event["end"]["dateTime"].as_str().unwrap().contains(end),
            "{name}"
        );
        assert_eq!(event["updated"], "2026-03-01T12:00:05.123Z", "{name}");
        assert_eq!(
            fake.world
                .request_log()
                .count(&format!("page.events.{action}")),
            1,
            "{name}"
        );
    }
}

#[test]
fn a_day_event_moves_by_days() {
    let mut fake = Fake::new();
    let body =
        json!({"id": "event", "start": {"date": "2026-03-02"}, "end": {"date": "2026-03-04"}});
    fake.world.insert_event(fake.now, ANA, &body).unwrap();
    let form = [
        ("calendar", ANA),
        ("event", "event"),
        ("days", "-1"),
        ("minutes", "30"),
    ];
    assert_eq!(post(&mut fake, "move", &form).status, 303);
    let event = only_event(&fake);
    assert_eq!(
        (&event["start"]["date"], &event["end"]["date"]),
        (&json!("2026-03-01"), &json!("2026-03-03"))
    );
}

#[test]
fn impossible_drags_change_nothing() {
    for (name, action, fields, status) in [
        ("end before start", "resize", vec![("minutes", "-61")], 400),
        ("not a number", "move", vec![("minutes", "soon")], 400),
        ("too far", "move", vec![("days", "99999999999")], 400),
        ("no such event", "move", vec![("event", "other")], 404),
        ("no such calendar", "move", vec![("calendar", "other")], 404),
        ("no such action", "fly", vec![], 404),
    ] {
        let mut fake = with_event();
        let before = only_event(&fake);
        let mut form = fields;
        form.extend([("calendar", ANA), ("event", "event")]);
        assert_eq!(post(&mut fake, action, &form).status, status, "{name}");
        assert_eq!(only_event(&fake), before, "{name}");
    }
}
