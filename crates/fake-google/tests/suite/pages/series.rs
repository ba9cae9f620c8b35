//! Recurring events: chosen from a short list, shown expanded, changed in part.

use serde_json::{Value, json};

use super::{event_page, look, post};
use crate::harness::{ANA, Fake};

/// Mondays in March 2026 from 09:00 to 10:00 in Montevideo, made with the form.
fn weekly() -> (Fake, String) {
    let mut fake = Fake::new();
    let form = [
        ("title", "Lesson"),
        ("start", "2026-03-02T09:00"),
        ("end", "2026-03-02T10:00"),
        ("repeat", "weekly"),
        ("until", "2026-03-30"),
    ];
    let answer = post(&mut fake, "create", &form);
    assert_eq!(answer.status, 303, "{}", answer.text());
    let id = fake.world.events(ANA)[0]["id"]
        .as_str()
        .expect("good in a test")
        .to_owned();
    (fake, id)
}

/// The id of the instance on a Monday at 09:00.
fn instance(series: &str, day: i8) -> String {
    format!("{series}_202603{day:02}T120000Z")
}

/// Start and title of what is shown from 2 March on, by start.
fn shown(fake: &mut Fake) -> Vec<(String, String)> {
    let page = look(fake, "/calendar?view=list&week=2026-03-02").text();
    let mut shown = Vec::new();
    for event in page.split("data-start=\"").skip(1) {
        let title = event
            .split("class=\"title\">")
            .nth(1)
            .expect("good in a test");
        shown.push((
            event[5..16].to_owned(),
            title.split('<').next().expect("good in a test").to_owned(),
        ));
    }
    shown
}

fn expect(fake: &mut Fake, expected: &[(&str, &str)]) {
    let expected: Vec<(String, String)> = expected
        .iter()
        .map(|(start, title)| ((*start).to_owned(), (*title).to_owned()))
        .collect();
    assert_eq!(shown(fake), expected);
}

#[test]
fn a_choice_becomes_a_rule_and_is_shown_expanded() {
    let (mut fake, id) = weekly();
    let event = fake.world.event(ANA, &id).unwrap();
    // The end of 30 March in Montevideo.
    assert_eq!(
        event["recurrence"],
        json!(["RRULE:FREQ=WEEKLY;UNTIL=20260331T025959Z"])
    );
    assert_eq!(event["start"]["timeZone"], "America/Montevideo");
    expect(
        &mut fake,
        &[
            ("03-02T09:00", "Lesson"),
            ("03-09T09:00", "Lesson"),
            ("03-16T09:00", "Lesson"),
            ("03-23T09:00", "Lesson"),
        ],
    );
    let page = event_page(&mut fake, &instance(&id, 9));
    assert!(page.contains(r#"<option value="weekly" selected>"#));
    assert!(page.contains(r#"name="until" value="2026-03-30""#));
    for scope in ["this", "following", "all"] {
        assert!(page.contains(&format!(r#"name="scope" value="{scope}""#)));
    }
}

#[test]
fn every_choice_of_the_list_is_read_back() {
    for choice in ["daily", "weekly", "weekdays", "monthly", "yearly"] {
        for (until, all_day) in [("", false), ("2026-12-31", false), ("2026-12-31", true)] {
            let mut fake = Fake::new();
            let mut form = vec![
                ("start", "2026-03-02T23:00"),
                ("end", "2026-03-02T23:30"),
                ("repeat", choice),
                ("until", until),
            ];
            if all_day {
                form.push(("all_day", "on"));
            }
            assert_eq!(post(&mut fake, "create", &form).status, 303, "{choice}");
            let id = fake.world.events(ANA)[0]["id"].as_str().unwrap().to_owned();
            let page = event_page(&mut fake, &id);
            assert!(
                page.contains(&format!(r#"<option value="{choice}" selected>"#)),
                "{choice}"
            );
            assert!(
                page.contains(&format!(r#"name="until" value="{until}""#)),
                "{choice} {until} {all_day}"
            );
        }
    }
}

#[test]
fn a_rule_that_the_list_cannot_say_is_kept() {
    let mut fake = Fake::new();
    let rule = "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3";
    let zone = "America/Montevideo";
    let body = json!({"id": "event", "recurrence": [rule],
        "start": {"dateTime": "2026-03-02T09:00:00-03:00", "timeZone": zone},
        "end": {"dateTime": "2026-03-02T10:00:00-03:00", "timeZone": zone}});
    fake.world.insert_event(fake.now, ANA, &body).unwrap();
    let page = event_page(&mut fake, "event");
    assert!(page.contains(r#"<option value="keep" selected>"#) && page.contains(rule));
    let form = [
        ("calendar", ANA),
        ("event", "event"),
        ("title", "New"),
        ("start", "2026-03-02T09:00"),
        ("end", "2026-03-02T10:00"),
        ("repeat", "keep"),
        ("until", ""),
    ];
    assert_eq!(post(&mut fake, "save", &form).status, 303);
    let event = fake.world.event(ANA, "event").unwrap();
    assert_eq!(
        (&event["summary"], &event["recurrence"]),
        (&json!("New"), &json!([rule]))
    );
}

/// Saves a title and times for the instance on 9 March.
fn save(fake: &mut Fake, id: &str, scope: &str, title: &str, start: &str) {
    let end = start.replace("T09:", "T10:").replace("T11:", "T12:");
    let form = [
        ("calendar", ANA),
        ("event", id),
        ("title", title),
        ("start", start),
        ("end", &end),
        ("repeat", "weekly"),
        ("until", "2026-03-30"),
        ("scope", scope),
    ];
    let answer = post(fake, "save", &form);
    assert_eq!(answer.status, 303, "{}", answer.text());
}

#[test]
fn an_edit_is_for_one_for_the_rest_or_for_all() {
    for (scope, expected) in [
        (
            "this",
            [
                ("03-02T09:00", "Lesson"),
                ("03-10T11:00", "New"),
                ("03-16T09:00", "Lesson"),
                ("03-23T09:00", "Lesson"),
            ],
        ),
        (
            "following",
            [
                ("03-02T09:00", "Lesson"),
                ("03-10T11:00", "New"),
                ("03-17T11:00", "New"),
                ("03-24T11:00", "New"),
            ],
        ),
        (
            "all",
            [
                ("03-03T11:00", "New"),
                ("03-10T11:00", "New"),
                ("03-17T11:00", "New"),
                ("03-24T11:00", "New"),
            ],
        ),
    ] {
        let (mut fake, id) = weekly();
        save(
            &mut fake,
            &instance(&id, 9),
            scope,
            "New",
            "2026-03-10T11:00",
        );
        assert_eq!(shown(&mut fake).len(), expected.len(), "{scope}");
        expect(&mut fake, &expected);
    }
}

#[test]
fn the_weekday_of_a_rule_moves_with_its_series() {
    for (scope, index) in [("all", 0), ("following", 1)] {
        let mut fake = Fake::new();
        let zone = "America/Montevideo";
        let body = json!({"id": "event", "recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=MO"],
            "start": {"dateTime": "2026-03-02T09:00:00-03:00", "timeZone": zone},
            "end": {"dateTime": "2026-03-02T10:00:00-03:00", "timeZone": zone}});
        fake.world.insert_event(fake.now, ANA, &body).unwrap();
        let id = instance("event", 9);
        let form = [
            ("calendar", ANA),
            ("event", id.as_str()),
            ("days", "2"),
            ("scope", scope),
        ];
        assert_eq!(post(&mut fake, "move", &form).status, 303);
        let series = &fake.world.events(ANA)[index];
        assert_eq!(
            series["recurrence"],
            json!(["RRULE:FREQ=WEEKLY;BYDAY=WE"]),
            "{scope}"
        );
    }
}

#[test]
fn a_drag_of_one_of_many_asks_first() {
    let (mut fake, id) = weekly();
    let before = fake.world.events(ANA);
    let instance = instance(&id, 9);
    for (action, amounts) in [
        ("move", vec![("days", "1"), ("minutes", "30")]),
        ("resize", vec![("minutes", "30")]),
    ] {
        let mut form = vec![("calendar", ANA), ("event", instance.as_str())];
        form.extend(amounts.clone());
        let question = post(&mut fake, action, &form);
        assert_eq!(question.status, 200, "{action}");
        let page = question.text();
        assert!(page.contains(&format!(r#"action="/calendar/events/{action}""#)));
        for (name, value) in &form {
            let field = format!(r#"name="{name}" value="{value}""#);
            assert!(page.contains(&field), "{action}: {field}");
        }
        assert_eq!(fake.world.events(ANA), before, "{action} changes nothing");
        assert_eq!(
            fake.world
                .request_log()
                .count(&format!("page.events.{action}")),
            0,
            "a question is no edit"
        );
    }
    let form = [
        ("calendar", ANA),
        ("event", instance.as_str()),
        ("minutes", "30"),
        ("scope", "all"),
    ];
    assert_eq!(post(&mut fake, "resize", &form).status, 303);
    let series = fake.world.event(ANA, &id).unwrap();
    assert_eq!(series["end"]["dateTime"], "2026-03-02T10:30:00-03:00");
    assert_eq!(series["start"]["dateTime"], "2026-03-02T09:00:00-03:00");
}

#[test]
fn one_the_rest_or_all_can_be_deleted() {
    let lessons = |starts: &[&'static str]| -> Vec<(&'static str, &'static str)> {
        starts.iter().map(|start| (*start, "Lesson")).collect()
    };
    for (scope, left) in [
        (
            "this",
            lessons(&["03-02T09:00", "03-16T09:00", "03-23T09:00"]),
        ),
        ("following", lessons(&["03-02T09:00"])),
        ("all", vec![]),
    ] {
        let (mut fake, id) = weekly();
        let form = [
            ("calendar", ANA),
            ("event", &instance(&id, 9)),
            ("scope", scope),
        ];
        assert_eq!(post(&mut fake, "delete", &form).status, 303, "{scope}");
        expect(&mut fake, &left);
    }
    let (mut fake, id) = weekly();
    let first = [
        ("calendar", ANA),
        ("event", &instance(&id, 2)),
        ("scope", "following"),
    ];
    assert_eq!(post(&mut fake, "delete", &first).status, 303);
    let event: Value = fake.world.event(ANA, &id).unwrap();
    assert_eq!(event["status"], "cancelled", "nothing is left to end");
}

#[test]
fn how_it_repeats_cannot_change_for_one() {
    let (mut fake, id) = weekly();
    let instance = instance(&id, 9);
    let form = |scope: &'static str, repeat: &'static str| {
        vec![
            ("calendar", ANA),
            ("title", "Lesson"),
            ("start", "2026-03-09T09:00"),
            ("end", "2026-03-09T10:00"),
            ("repeat", repeat),
            ("scope", scope),
        ]
    };
    let mut one = form("this", "daily");
    one.push(("event", &instance));
    let refused = post(&mut fake, "save", &one);
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("for this and following"));
    let mut rest = form("following", "none");
    rest.push(("event", &instance));
    assert_eq!(post(&mut fake, "save", &rest).status, 303);
    expect(
        &mut fake,
        &[("03-02T09:00", "Lesson"), ("03-09T09:00", "Lesson")],
    );
}
