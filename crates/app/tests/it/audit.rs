//! The weekly comparison with Google's own expansion (design section 7).

use std::collections::BTreeMap;

use app::due::{Stepped, step};
use domain::Instant;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::Lane;
use store::tables::calendars::{self, Calendar};
use store::tables::mirror::Part;
use store::tables::{audits, busy};

use super::calendars::named;
use super::pull::{asked_for, event, hour, read, shows, taken, worked};
use super::support::{Harness, now};

fn row(h: &Harness) -> Calendar {
    let id = named(h, "primary").id;
    let found = h.store.unit(Lane::Read, "test.calendar", move |tx| {
        calendars::by_id(tx, id)
    });
    now(found).unwrap().unwrap()
}

/// It is time to compare, and no time to look for changes.
fn is_due(h: &Harness) {
    let mut calendar = row(h);
    calendar.audit.at = h.app.now();
    calendar.pull_at = h.app.now() + SignedDuration::from_hours(1);
    let set = h.store.unit(Lane::Background, "test.due", move |tx| {
        calendars::update(tx, &calendar)?;
        audits::put(tx, calendar.id, &calendar.audit)
    });
    now(set).unwrap();
}

/// Google's own expansion, and what has changed since the last pull.
fn compared(h: &Harness, expanded: &[Value], changes: &[Value]) {
    is_due(h);
    let page = |items: &[Value], token: &str| {
        json!({ "timeZone": "Europe/Madrid", "items": items, "nextSyncToken": token }).to_string()
    };
    h.google.answer(200, page(expanded, "x"));
    h.google.answer(200, page(changes, "s9"));
    worked(&h.app);
}

/// The instance of `id` on the day `n` after the first.
fn instance(id: &str, from: i64, n: i64) -> Value {
    let mut instance = event(&format!("{id}_{n}"), from + 24 * n);
    instance["recurringEventId"] = id.into();
    instance["originalStartTime"] = instance["start"].clone();
    instance
}

fn series(id: &str, from: i64) -> Value {
    let mut series = event(id, from);
    series["recurrence"] = json!(["RRULE:FREQ=DAILY;COUNT=3"]);
    series
}

fn audit(h: &Harness) -> (bool, u64) {
    let calendar = named(h, "primary");
    (calendar.audited_at.is_some(), calendar.audit_differences)
}

/// Nothing but the time of the comparison changes; the position is not moved by it.
#[test]
fn a_calendar_that_is_as_google_says_is_left_alone() {
    let h = read(&[series("a", 9), event("b", 30)]);
    let expanded: Vec<Value> = (0..3).map(|n| instance("a", 9, n)).collect();
    assert_eq!(audit(&h), (false, 0));
    compared(&h, &[expanded, vec![event("b", 30)]].concat(), &[]);
    assert_eq!(asked_for(&h, "syncToken").as_deref(), Some("s1"));
    assert_eq!(audit(&h), (true, 0));
    let row = row(&h);
    assert_eq!(row.position.sync_token.as_deref(), Some("s1"));
    let week = SignedDuration::from_hours(24 * 7);
    let (next, day) = (row.audit.at, week / 7);
    let due = h.app.now() + week;
    assert!(next > due - day && next < due + day, "{next}");
    let asked: Vec<_> = h
        .google
        .asked()
        .into_iter()
        .map(|(_, address, _)| address)
        .collect();
    let compared = &asked[asked.len() - 2];
    assert!(compared.contains("singleEvents=true"), "{compared}");
    assert!(compared.contains("timeMin=") && compared.contains("timeMax="));
    assert!(
        !compared.contains("description"),
        "when, and nothing else: {compared}"
    );
}

/// row V3: what is wrong here is found, counted, and mended by listing everything anew.
#[test]
fn what_google_says_otherwise_is_found_and_mended() {
    let h = read(&[series("a", 9)]);
    let right = taken(&h);
    // An expansion gone wrong: the second instance is lost and another one stands where none is.
    let calendar = row(&h);
    let part = Part {
        calendar: calendar.id,
        generation: calendar.position.generation,
    };
    let wrong = move |time| domain::mirror::Busy {
        event_id: "a".to_owned(),
        original_start: None,
        time,
        link: None,
    };
    let spoil = h.store.unit(Lane::Background, "test.spoil", move |tx| {
        let all = vec![wrong(hour(9)), wrong(hour(40)), wrong(hour(57))];
        busy::replace(tx, part, &BTreeMap::from([("a", all)]))
    });
    now(spoil).unwrap();
    assert_ne!(taken(&h), right);
    let expanded: Vec<Value> = (0..3).map(|n| instance("a", 9, n)).collect();
    compared(&h, &expanded, &[]);
    assert_eq!(audit(&h), (true, 2));
    shows(&h, &[series("a", 9)], "nextSyncToken", "s2");
    assert_eq!(asked_for(&h, "syncToken"), None, "listed anew");
    assert_eq!(taken(&h), right);
    let soon = h.app.now() + SignedDuration::from_hours(1);
    let at = row(&h).audit.at;
    assert!(at <= soon, "it is looked whether it helped");
    compared(&h, &expanded, &[]);
    assert_eq!(audit(&h), (true, 2));
}

/// Both sides must be of one state: what has changed since the last pull is no difference.
#[test]
fn a_change_in_between_is_no_difference() {
    let h = read(&[event("a", 9)]);
    compared(&h, &[event("a", 11)], &[event("a", 11)]);
    assert_eq!(audit(&h), (false, 0));
    assert_eq!(taken(&h), [hour(9)]);
    let again: Instant = row(&h).audit.at;
    assert!(again > h.app.now() && again < h.app.now() + SignedDuration::from_hours(1));
    assert!(matches!(now(step(&h.app)).unwrap(), Stepped::Idle(_)));
}

/// What cannot be read says nothing, and nobody answering neither.
#[test]
fn what_is_not_read_whole_is_not_compared() {
    let h = read(&[event("a", 9)]);
    let mut bad = event("b", 11);
    bad["start"] = json!({ "dateTime": ["no", "time"] });
    is_due(&h);
    let page =
        json!({ "timeZone": "Europe/Madrid", "items": [event("a", 9), bad], "nextSyncToken": "x" });
    h.google.answer(200, page.to_string());
    worked(&h.app);
    assert_eq!(audit(&h), (false, 0));
    is_due(&h);
    h.google.answer(503, "{}");
    worked(&h.app);
    assert_eq!(audit(&h), (false, 0));
    is_due(&h);
    for page in 0..8 {
        let next = format!("p{page}");
        let page = json!({ "timeZone": "Europe/Madrid", "items": [], "nextPageToken": next });
        h.google.answer(200, page.to_string());
    }
    let before = h.google.asked().len();
    worked(&h.app);
    assert_eq!(h.google.asked().len(), before + 8, "bounded");
    assert_eq!(audit(&h), (false, 0));
}
