//! The days that the calendar opens on.

use serde_json::{Value, json};

use super::look;
use crate::harness::{ANA, Fake, event_on};

/// The Monday of the first day shown by `path`.
fn opens_on(fake: &mut Fake, path: &str) -> String {
    let page = look(fake, path).text();
    let days = page.split("data-date=\"").nth(1).expect("a day");
    days[..10].to_owned()
}

#[test]
fn the_calendar_opens_on_the_week_of_the_next_event() {
    // Now is Sunday 1 March 2026, 09:00 in Montevideo.
    let weekly = "RRULE:FREQ=WEEKLY";
    for (name, events, monday) in [
        ("nothing at all", vec![], "2026-02-23"),
        ("next week", vec![event_on(5, json!({}))], "2026-03-02"),
        (
            "the first of two",
            vec![event_on(25, json!({})), event_on(12, json!({}))],
            "2026-03-09",
        ),
        (
            "later today",
            vec![timed("2026-03-01T20:00:00Z"), event_on(5, json!({}))],
            "2026-02-23",
        ),
        (
            "under way",
            vec![timed("2026-03-01T11:30:00Z"), event_on(5, json!({}))],
            "2026-02-23",
        ),
        (
            "over today",
            vec![timed("2026-03-01T05:00:00Z"), event_on(5, json!({}))],
            "2026-03-02",
        ),
        (
            "all day today",
            vec![json!({"start": {"date": "2026-03-01"}, "end": {"date": "2026-03-02"}})],
            "2026-02-23",
        ),
        (
            "a series",
            vec![json!({"recurrence": [weekly],
                "start": {"dateTime": "2026-02-03T10:00:00-03:00", "timeZone": "America/Montevideo"},
                "end": {"dateTime": "2026-02-03T11:00:00-03:00", "timeZone": "America/Montevideo"}})],
            "2026-03-02",
        ),
        (
            "in two years",
            vec![timed("2028-03-01T05:00:00Z")],
            "2026-02-23",
        ),
    ] {
        let mut fake = Fake::new();
        for event in events {
            fake.world.insert_event(fake.now, ANA, &event).unwrap();
        }
        assert_eq!(opens_on(&mut fake, "/calendar"), monday, "{name}");
        let asked = opens_on(&mut fake, "/calendar?week=2026-05-06");
        assert_eq!(asked, "2026-05-04", "{name}: a week that is asked for");
    }
}

fn timed(start: &str) -> Value {
    let start: jiff::Timestamp = start.parse().expect("a time in a test");
    let end = start + jiff::SignedDuration::from_hours(1);
    json!({"start": {"dateTime": start.to_string()}, "end": {"dateTime": end.to_string()}})
}

#[test]
fn a_page_that_was_not_asked_for_a_week_goes_with_the_events() {
    let mut fake = Fake::new();
    let page = look(&mut fake, "/calendar").text();
    assert!(page.contains(r#"data-address="/calendar?account=ana%40example.com""#));
    let version = |fake: &mut Fake| look(fake, "/calendar/version").json()["version"].clone();
    let before = version(&mut fake);
    let body = event_on(5, json!({}));
    fake.world.insert_event(fake.now, ANA, &body).unwrap();
    assert_ne!(version(&mut fake), before);
    assert_eq!(opens_on(&mut fake, "/calendar"), "2026-03-02");
}

#[test]
fn the_list_has_four_weeks_and_only_days_with_something() {
    let mut fake = Fake::new();
    for day in [3, 17, 31] {
        let body = event_on(day, json!({}));
        fake.world.insert_event(fake.now, ANA, &body).unwrap();
    }
    let page = look(&mut fake, "/calendar?view=list&week=2026-03-02").text();
    assert!(page.contains("2 – 29 March 2026"));
    let days: Vec<&str> = page
        .split("data-date=\"")
        .skip(1)
        .map(|day| &day[..10])
        .collect();
    assert_eq!(days, ["2026-03-03", "2026-03-17"]);
    assert!(page.contains("week=2026-03-30&amp;view=list"), "later");
    let empty = look(&mut fake, "/calendar?view=list&week=2026-06-01").text();
    assert!(empty.contains("Nothing in these four weeks."));
}
