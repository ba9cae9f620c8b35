//! Events made, changed and deleted in forms.

use serde_json::{Value, json};

use super::{event_page, look, only_event, post, with_event};
use crate::harness::{ANA, Fake};

#[test]
fn the_form_makes_changes_and_deletes_events() {
    let mut fake = Fake::new();
    let blank = look(&mut fake, "/calendar/new?start=2026-03-05T09:30").text();
    assert!(blank.contains(r#"value="2026-03-05T09:30""#));
    assert!(blank.contains(r#"value="2026-03-05T10:30""#));
    let made = post(
        &mut fake,
        "create",
        &[
            ("title", "Cut & colour"),
            ("start", "2026-03-05T09:30"),
            ("end", "2026-03-05T10:00"),
            ("location", "Here"),
            ("description", "two\r\nlines"),
        ],
    );
    assert_eq!(made.status, 303);
    assert!(
        made.header("location").unwrap().contains("week=2026-03-02"),
        "shows its week"
    );
    let event = only_event(&fake);
    assert_eq!(event["summary"], "Cut & colour");
    assert_eq!(event["description"], "two\nlines");
    assert_eq!(event["start"]["dateTime"], "2026-03-05T09:30:00-03:00");

    let id = event["id"].as_str().unwrap();
    let page = look(
        &mut fake,
        &format!("/calendar/event?calendar={ANA}&event={id}"),
    )
    .text();
    assert!(page.contains("Cut &amp; colour") && page.contains(r#"value="2026-03-05T09:30""#));

    let etag = event["etag"].as_str().unwrap();
    let changes = [
        ("calendar", ANA),
        ("event", id),
        ("etag", etag),
        ("title", "Cut"),
        ("start", "2026-03-05T09:30"),
        ("end", "2026-03-05T10:15"),
        ("location", ""),
        ("description", "two\r\nlines"),
    ];
    assert_eq!(post(&mut fake, "save", &changes).status, 303);
    let saved = only_event(&fake);
    assert_eq!(saved["summary"], "Cut");
    assert!(saved.get("location").is_none());
    assert_eq!(saved["sequence"], 0, "the start did not move");
    assert_eq!(saved["end"]["dateTime"], "2026-03-05T10:15:00-03:00");

    let stale = post(&mut fake, "save", &changes);
    assert_eq!(stale.status, 409);
    assert!(stale.text().contains(r#"role="alert""#));

    assert_eq!(
        post(&mut fake, "delete", &[("calendar", ANA), ("event", id)]).status,
        303
    );
    assert_eq!(only_event(&fake)["status"], "cancelled");
    assert_eq!(
        post(&mut fake, "delete", &[("calendar", ANA), ("event", id)]).status,
        404
    );
}

#[test]
fn saving_without_a_change_writes_nothing() {
    let mut fake = with_event();
    let before = only_event(&fake);
    let form = [
        ("calendar", ANA),
        ("event", "event"),
        ("title", "Haircut"),
        ("location", "Room"),
        ("start", "2026-03-02T07:00"),
        ("end", "2026-03-02T08:00"),
    ];
    assert_eq!(post(&mut fake, "save", &form).status, 303);
    assert_eq!(only_event(&fake), before);
}

#[test]
fn a_whole_day_is_entered_by_its_last_day() {
    let mut fake = Fake::new();
    let form = [
        ("title", "Away"),
        ("start", "2026-03-05T09:00"),
        ("end", "2026-03-06T10:00"),
        ("all_day", "on"),
    ];
    assert_eq!(post(&mut fake, "create", &form).status, 303);
    let event = only_event(&fake);
    assert_eq!(event["start"], json!({"date": "2026-03-05"}));
    assert_eq!(event["end"], json!({"date": "2026-03-07"}));
    let id = event["id"].as_str().unwrap();
    let page = look(
        &mut fake,
        &format!("/calendar/event?calendar={ANA}&event={id}"),
    )
    .text();
    assert!(page.contains(r#"type="date" name="end" value="2026-03-06""#));
}

#[test]
fn a_form_that_makes_no_sense_comes_back_with_what_was_typed() {
    let mut fake = Fake::new();
    for (name, start, end) in [
        ("end first", "2026-03-05T10:00", "2026-03-05T09:00"),
        ("no time", "soon", "2026-03-05T09:00"),
        ("nothing", "", ""),
    ] {
        let answer = post(
            &mut fake,
            "create",
            &[("title", "Kept <>"), ("start", start), ("end", end)],
        );
        assert_eq!(answer.status, 400, "{name}");
        assert!(answer.text().contains("Kept &lt;&gt;"), "{name}");
    }
    assert!(fake.world.events(ANA).is_empty());
}

#[test]
fn the_link_of_an_event_opens_its_form() {
    let mut fake = with_event();
    let link = only_event(&fake)["htmlLink"].as_str().unwrap().to_owned();
    let path = link.strip_prefix("https://www.google.com").unwrap();
    assert!(look(&mut fake, path).text().contains("Haircut"));
    assert_eq!(look(&mut fake, "/calendar/event?eid=garbage").status, 404);
}

#[test]
fn guests_are_added_and_keep_what_they_said() {
    let mut fake = Fake::new();
    let form = [
        ("start", "2026-03-05T09:00"),
        ("end", "2026-03-05T10:00"),
        ("guests", "bo@example.com, eve@example.com"),
    ];
    assert_eq!(post(&mut fake, "create", &form).status, 303);
    let guests = |fake: &Fake| -> Vec<(String, String)> {
        let event = only_event(fake);
        let attendees = event["attendees"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        attendees
            .iter()
            .map(|one| (text(&one["email"]), text(&one["responseStatus"])))
            .collect()
    };
    let said = |email: &str, answer: &str| (email.to_owned(), answer.to_owned());
    assert_eq!(
        guests(&fake),
        [
            said("bo@example.com", "needsAction"),
            said("eve@example.com", "needsAction")
        ]
    );
    let id = only_event(&fake)["id"].as_str().unwrap().to_owned();
    let accepted = json!({"attendees": [
        {"email": "bo@example.com", "responseStatus": "accepted"}, {"email": "eve@example.com"}]});
    fake.world
        .edit_event(fake.now, ANA, &id, &accepted)
        .unwrap();
    let page = event_page(&mut fake, &id);
    assert!(page.contains("bo@example.com\neve@example.com</textarea>"));
    let form = [
        ("calendar", ANA),
        ("event", &id),
        ("start", "2026-03-05T09:00"),
        ("end", "2026-03-05T10:00"),
        ("guests", "bo@example.com\r\nada@example.com"),
    ];
    assert_eq!(post(&mut fake, "save", &form).status, 303);
    assert_eq!(
        guests(&fake),
        [
            said("bo@example.com", "accepted"),
            said("ada@example.com", "needsAction")
        ]
    );
    let wrong = [
        ("calendar", ANA),
        ("event", id.as_str()),
        ("start", "2026-03-05T09:00"),
        ("end", "2026-03-05T10:00"),
        ("guests", "nobody"),
    ];
    let answer = post(&mut fake, "save", &wrong);
    assert_eq!(answer.status, 400, "the core refuses an address without @");
    assert!(answer.text().contains("nobody</textarea>"));
}

#[test]
fn a_link_from_outside_opens_the_form_in_its_owners_zone() {
    let mut fake = Fake::new();
    let bo = "bo@example.com";
    fake.world.add_account(bo, "Bo", "Europe/Madrid").unwrap();
    let body = json!({"id": "event", "start": {"dateTime": "2026-03-05T10:00:00+01:00"},
        "end": {"dateTime": "2026-03-05T11:00:00+01:00"}});
    let event = fake.world.insert_event(fake.now, bo, &body).unwrap();
    let link = event["htmlLink"].as_str().unwrap().to_owned();
    let path = link.strip_prefix("https://www.google.com").unwrap();
    // Ana, in Montevideo, is the first account.
    let page = look(&mut fake, path).text();
    assert!(page.contains(r#"name="account" value="bo@example.com""#));
    assert!(page.contains(r#"name="start" value="2026-03-05T10:00""#));
}

#[test]
fn nonsense_in_a_form_is_refused_and_breaks_nothing() {
    let values = [
        "",
        "0",
        "-1",
        "9223372036854775807",
        "-9999-01-01T00:00",
        "0000-01-01T00:00",
        "9999-12-31T23:59",
        "2026-03-02T09:00",
        "99999-12-31",
        "2026-02-30",
        "ñandú\r\n\u{0}",
    ];
    let fields = [
        "start", "end", "until", "repeat", "scope", "days", "minutes", "guests", "week", "lang",
        "view", "account", "calendar", "answer",
    ];
    for action in ["create", "save", "delete", "move", "resize", "respond"] {
        for field in fields {
            for value in values {
                let mut fake = with_event();
                let mut form = vec![(field, value)];
                form.extend([
                    ("calendar", ANA),
                    ("event", "event"),
                    ("start", "2026-03-02T07:00"),
                    ("end", "9999-12-31T23:00"),
                    ("repeat", "weekly"),
                    ("all_day", "on"),
                ]);
                let answer = post(&mut fake, action, &form);
                let known = [200, 303, 400, 404].contains(&answer.status);
                assert!(known, "{action} {field}={value}: {}", answer.status);
                assert_eq!(look(&mut fake, "/calendar?week=9000-12-31").status, 200);
            }
        }
    }
}
