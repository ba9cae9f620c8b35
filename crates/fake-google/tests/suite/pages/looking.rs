//! What a visitor sees, and in which words.

use fake_google::Request;
use serde_json::json;

use super::{WEEK, look, with_event};
use crate::harness::{ANA, Fake, event_on};

#[test]
fn the_root_leads_to_the_calendar() {
    let mut fake = Fake::new();
    assert_eq!(look(&mut fake, "/").header("location"), Some("/calendar"));
    let week = look(&mut fake, "/?week=2026-12-18");
    assert_eq!(week.header("location"), Some("/calendar?week=2026-12-18"));
    assert_eq!(look(&mut fake, "/calendar").status, 200);
    assert_eq!(look(&mut fake, "/calendar/nothing").status, 404);
}

#[test]
fn an_event_is_a_block_with_its_hooks() {
    let mut fake = with_event();
    let page = look(&mut fake, WEEK).text();
    for hook in [
        r#"data-event-id="event""#,
        r#"data-calendar-id="ana@example.com""#,
        r#"data-start="2026-03-02T07:00:00-03:00""#,
        r#"data-end="2026-03-02T08:00:00-03:00""#,
        // 07:00 is row 84 of five minutes, an hour is twelve.
        "at-84 for-12 lane-0 of-1",
        "Haircut",
    ] {
        assert!(page.contains(hook), "{hook}");
    }
    let other_week = look(&mut fake, "/calendar?week=2026-03-09").text();
    assert!(!other_week.contains("data-event-id"));
    fake.world.delete_event(fake.now, ANA, "event").unwrap();
    assert!(!look(&mut fake, WEEK).text().contains("data-event-id"));
}

#[test]
fn events_that_overlap_share_the_width() {
    let mut fake = with_event();
    for id in ["overlap", "again"] {
        fake.world
            .insert_event(fake.now, ANA, &event_on(2, json!({"id": id})))
            .unwrap();
    }
    let page = look(&mut fake, WEEK).text();
    for lane in ["lane-0 of-3", "lane-1 of-3", "lane-2 of-3"] {
        assert!(page.contains(lane), "{lane}");
    }
}

#[test]
fn an_event_over_midnight_shows_on_both_days() {
    let mut fake = Fake::new();
    let body = json!({
        "start": {"dateTime": "2026-03-02T22:00:00-03:00"},
        "end": {"dateTime": "2026-03-03T02:00:00-03:00"},
    });
    fake.world.insert_event(fake.now, ANA, &body).unwrap();
    let page = look(&mut fake, WEEK).text();
    assert!(page.contains("at-264 for-24") && page.contains("at-0 for-24"));
    assert_eq!(
        page.matches(r#"class="handle""#).count(),
        1,
        "one end, one handle"
    );
}

#[test]
fn the_version_changes_with_the_calendar() {
    let mut fake = with_event();
    let version = |fake: &mut Fake| look(fake, "/calendar/version").json()["version"].clone();
    let before = version(&mut fake);
    assert_eq!(version(&mut fake), before);
    let page = look(&mut fake, "/calendar").text();
    assert!(page.contains(&format!(r#"data-version="{}""#, before.as_str().unwrap())));
    fake.world
        .edit_event(fake.now, ANA, "event", &json!({"summary": "x"}))
        .unwrap();
    assert_ne!(version(&mut fake), before);
}

#[test]
fn languages_are_asked_for_and_kept_in_links() {
    let mut fake = Fake::new();
    let spanish = look(&mut fake, "/calendar?week=2026-03-02&lang=es").text();
    assert!(spanish.contains("2 – 8 de marzo de 2026") && spanish.contains(r#"lang="es""#));
    assert!(spanish.contains("lang=es\">"));
    let request = Request::new("GET", WEEK).with_header("accept-language", "es-UY,es;q=0.9");
    assert!(fake.send(&request).text().contains("Nuevo evento"));
    assert!(look(&mut fake, WEEK).text().contains("2 – 8 March 2026"));
}

#[test]
fn far_weeks_and_empty_worlds_are_shown() {
    let mut fake = Fake::new();
    for week in [
        "1000-01-01",
        "9000-12-31",
        "0001-01-01",
        "9999-12-31",
        "never",
    ] {
        assert_eq!(
            look(&mut fake, &format!("/calendar?week={week}")).status,
            200,
            "{week}"
        );
    }
    fake.world = fake_google::World::new(1);
    assert!(look(&mut fake, "/calendar").text().contains("no account"));
}
