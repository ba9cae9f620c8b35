//! Rules against python-dateutil, and the corners by hand.

use serde_json::Value;

use super::super::time::{Edge, rfc3339};
use super::*;
use crate::error::ApiError;

const MADRID: &str = "Europe/Madrid";

fn start_in(zone: Option<&str>, civil: &str) -> EventTime {
    let value = match zone {
        Some(zone) => serde_json::json!({ "dateTime": civil, "timeZone": zone }),
        None => serde_json::json!({ "date": civil }),
    };
    EventTime::read(&value, Edge::Start, "UTC").unwrap()
}

fn read(start: &EventTime, lines: &[&str]) -> Result<Recurrence, ApiError> {
    let lines = lines.iter().map(|&line| line.to_owned()).collect();
    Recurrence::read(lines, start)
}

fn shown(start: &EventTime) -> String {
    match start {
        EventTime::Day(day) => day.to_string(),
        EventTime::Moment { at, .. } => rfc3339(*at, &TimeZone::UTC),
    }
}

fn starts_of(start: &EventTime, lines: &[&str], window: Window) -> Vec<String> {
    let origin = Origin {
        start,
        calendar_zone: &TimeZone::UTC,
    };
    let starts = read(start, lines)
        .unwrap()
        .starts(origin, window, STARTS_MAX);
    starts.iter().map(shown).collect()
}

/// Beyond what any row holds.
fn far(start: &EventTime) -> Timestamp {
    start.instant(&TimeZone::UTC) + jiff::SignedDuration::from_hours(24 * 366 * 200)
}

fn starts(start: &EventTime, lines: &[&str], most: usize) -> Vec<String> {
    let window = Window {
        from: None,
        until: Some(far(start)),
    };
    let mut all = starts_of(start, lines, window);
    all.truncate(most);
    all
}

#[test]
fn starts_are_those_of_python_dateutil() {
    let text = include_str!("../../../tests/recurrence/golden.json");
    let rows: Vec<Value> = serde_json::from_str(text).unwrap();
    assert!(rows.len() >= 400);
    for row in rows {
        let strings = |value: &Value| -> Vec<String> {
            let texts = value.as_array().unwrap().iter();
            texts
                .map(|text| text.as_str().unwrap().to_owned())
                .collect()
        };
        let start = start_in(row[1].as_str(), row[0].as_str().unwrap());
        let (lines, expected) = (strings(&row[2]), strings(&row[3]));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let moment = |text: &String| -> Timestamp {
            let is_day = text.len() == 10;
            let text = if is_day {
                format!("{text}T00:00:00Z")
            } else {
                text.clone()
            };
            text.parse().unwrap()
        };
        // The rows hold the first 24 of a rule without end, and the whole of any other.
        let until = match expected.get(23) {
            Some(last) => moment(last) + jiff::SignedDuration::from_secs(1),
            None => far(&start),
        };
        let whole = Window {
            from: None,
            until: Some(until),
        };
        assert_eq!(starts_of(&start, &lines, whole), expected, "{row}");
        // From the middle on, the same starts: skipping periods loses none.
        let rest = &expected[expected.len() / 2..];
        let later = Window {
            from: Some(moment(&rest[0])),
            ..whole
        };
        assert_eq!(starts_of(&start, &lines, later), *rest, "{row}");
    }
}

#[test]
fn a_meeting_keeps_its_hour_over_time_changes() {
    let start = start_in(Some(MADRID), "2026-03-28T09:00:00");
    assert_eq!(
        starts(&start, &["RRULE:FREQ=DAILY;COUNT=2"], 9),
        ["2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z"]
    );
    // 02:30 is skipped on 29 March and is there twice on 25 October.
    let gap = start_in(Some(MADRID), "2026-03-28T02:30:00");
    assert_eq!(
        starts(&gap, &["RRULE:FREQ=DAILY;COUNT=3"], 9),
        [
            "2026-03-28T01:30:00Z",
            "2026-03-29T01:30:00Z",
            "2026-03-30T00:30:00Z"
        ]
    );
    let fold = start_in(Some(MADRID), "2026-10-24T02:30:00");
    assert_eq!(
        starts(&fold, &["RRULE:FREQ=DAILY;COUNT=2"], 9),
        ["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z"]
    );
}

#[test]
fn until_comes_in_several_forms_and_is_inclusive() {
    let timed = start_in(Some(MADRID), "2026-03-01T09:00:00");
    let days = start_in(None, "2026-03-01");
    for (name, start, until, count) in [
        ("its own instant", &timed, "20260303T080000Z", 3),
        ("a second before", &timed, "20260303T075959Z", 2),
        ("its own clock", &timed, "20260303T090000", 3),
        ("a whole day", &timed, "20260303", 3),
        ("a day", &days, "20260303", 3),
        ("an instant on a day", &days, "20260303T000000Z", 3),
        ("before the start", &timed, "20260101", 1),
    ] {
        let line = format!("RRULE:FREQ=DAILY;UNTIL={until}");
        assert_eq!(starts(start, &[&line], 99).len(), count, "{name}");
    }
}

#[test]
fn dates_alone_make_a_series_and_other_kinds_exclude_nothing() {
    let timed = start_in(Some(MADRID), "2026-03-01T09:00:00");
    assert_eq!(
        starts(
            &timed,
            &[
                "RDATE;TZID=Europe/Madrid:20260305T090000,20260303T090000",
                "RDATE:20260303T080000Z",
                "EXDATE;VALUE=DATE:20260305",
            ],
            9
        ),
        [
            "2026-03-01T08:00:00Z",
            "2026-03-03T08:00:00Z",
            "2026-03-05T08:00:00Z"
        ]
    );
}

#[test]
fn expansion_ends() {
    let start = start_in(Some(MADRID), "2026-03-01T09:00:00");
    let open = |lines: &[&str]| starts_of(&start, lines, Window::default()).len();
    assert_eq!(open(&["RRULE:FREQ=DAILY"]), STARTS_MAX);
    // Less what a skipped hour makes the same: 02:00 and 03:00, once a year.
    let often = open(&["RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5;COUNT=99999999"]);
    assert!((STARTS_MAX - 10..=STARTS_MAX).contains(&often), "{often}");
    // A week number beyond what its year has.
    let week = start_in(None, "2021-12-28");
    let weeks = starts(&week, &["RRULE:FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU"], 2);
    assert_eq!(weeks, ["2021-12-28", "2027-01-03"]);
    // Days that never come.
    assert_eq!(open(&["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"]), 1);
    assert_eq!(open(&["RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"]), 1);
    assert_eq!(open(&["RRULE:FREQ=YEARLY;INTERVAL=4294967295"]), 1);
    let late = start_in(None, "9999-12-30");
    let days = starts_of(&late, &["RRULE:FREQ=DAILY"], Window::default());
    assert_eq!(days, ["9999-12-30", "9999-12-31"]);
    // An old endless series is not walked from its beginning.
    let old = start_in(Some("UTC"), "0001-01-01T09:00:00");
    let window = Window {
        from: Some("2026-03-01T00:00:00Z".parse().unwrap()),
        until: Some("2026-03-03T00:00:00Z".parse().unwrap()),
    };
    let found = starts_of(&old, &["RRULE:FREQ=DAILY"], window);
    assert_eq!(found, ["2026-03-01T09:00:00Z", "2026-03-02T09:00:00Z"]);
}

#[test]
fn wrong_lines_are_refused() {
    let timed = start_in(Some(MADRID), "2026-03-01T09:00:00");
    for line in [
        "FREQ=DAILY",
        "RRULE:",
        "RRULE:INTERVAL=2",
        "RRULE:FREQ=HOURLY",
        "RRULE:FREQ=FORTNIGHTLY",
        "RRULE:FREQ=DAILY;COUNT=2;UNTIL=20260303",
        "RRULE:FREQ=DAILY;COUNT=0",
        "RRULE:FREQ=DAILY;COUNT=-1",
        "RRULE:FREQ=DAILY;INTERVAL=0",
        "RRULE:FREQ=DAILY;FREQ=DAILY",
        "RRULE:FREQ=DAILY;UNTIL=tomorrow",
        "RRULE:FREQ=DAILY;UNTIL=20260231",
        "RRULE:FREQ=DAILY;BYDAY=2MO",
        "RRULE:FREQ=DAILY;BYSETPOS=1",
        "RRULE:FREQ=WEEKLY;BYMONTHDAY=1",
        "RRULE:FREQ=WEEKLY;BYDAY=XX",
        "RRULE:FREQ=WEEKLY;BYDAY=é",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=0",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=32",
        "RRULE:FREQ=MONTHLY;BYWEEKNO=3",
        "RRULE:FREQ=YEARLY;BYEASTER=0",
        "DTSTART:20260301T090000Z",
        "DTEND:20260301T090000Z",
        "SUMMARY:x",
        "RDATE:soon",
        "RDATE;VALUE=DATE:20260303",
        "RDATE;VALUE=PERIOD:20260303T090000Z/PT1H",
        "RDATE;TZID=Mars/Base:20260303T090000",
        "EXDATE:20260303T090000Z",
    ] {
        let error = read(&timed, &[line]).unwrap_err();
        assert_eq!((error.status(), error.reason()), (400, "invalid"), "{line}");
    }
    let many: Vec<String> = (0..2_000).map(|_| "20260303T090000Z".to_owned()).collect();
    let line = format!("EXDATE:{}", many.join(","));
    let error = read(&timed, &["RRULE:FREQ=DAILY", &line]).unwrap_err();
    assert_eq!(error.status(), 400);
    assert!(error.message().contains("size limit"), "{error}");
}

#[test]
fn a_cut_series_and_its_rest_are_the_series() {
    let madrid = |civil: &str| start_in(Some(MADRID), civil);
    let days = start_in(None, "2026-03-02");
    for (name, start, lines, at, first_line) in [
        (
            "without end",
            madrid("2026-03-02T09:00:00"),
            vec!["RRULE:FREQ=WEEKLY"],
            4,
            "RRULE:FREQ=WEEKLY;UNTIL=20260329T215959Z",
        ),
        (
            "counted, with dates",
            madrid("2026-03-02T09:00:00"),
            vec![
                "RRULE:COUNT=9;FREQ=DAILY",
                "EXDATE:20260303T080000Z,20260308T080000Z",
                "RDATE;TZID=Europe/Madrid:20260302T120000,20260401T120000",
            ],
            4,
            "RRULE:FREQ=DAILY;UNTIL=20260305T225959Z",
        ),
        (
            "days",
            days.clone(),
            vec!["RRULE:FREQ=DAILY;UNTIL=20260320;INTERVAL=2"],
            3,
            "RRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20260307",
        ),
        (
            "twice a day",
            madrid("2026-03-02T09:00:00"),
            vec!["RRULE:FREQ=DAILY;BYHOUR=9,15;COUNT=8"],
            3,
            "RRULE:FREQ=DAILY;BYHOUR=9,15;UNTIL=20260303T135959Z",
        ),
    ] {
        let origin = Origin {
            start: &start,
            calendar_zone: &TimeZone::UTC,
        };
        let window = Window {
            from: None,
            until: Some("2027-01-01T00:00:00Z".parse().unwrap()),
        };
        let whole = read(&start, &lines).unwrap();
        let all = whole.starts(origin, window, STARTS_MAX);
        let (before, after) = whole.split(origin, &all[at]).unwrap();
        assert_eq!(before[0], first_line, "{name}");
        let early = Recurrence::read(before, &start).unwrap();
        let late = Recurrence::read(after, &all[at]).unwrap();
        let late_origin = Origin {
            start: &all[at],
            ..origin
        };
        assert_eq!(
            early.starts(origin, window, STARTS_MAX),
            all[..at],
            "{name}"
        );
        assert_eq!(
            late.starts(late_origin, window, STARTS_MAX),
            all[at..],
            "{name}"
        );
    }
}
