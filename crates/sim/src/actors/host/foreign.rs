//! The host's own events: single ones and series, at a time and on whole days, busy and free.

use domain::Interval;
use fake_google::ApiError;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{at, failed, note};
use crate::actors::Actor;
use crate::chance::Stream;
use crate::scene::Scene;
use crate::setup::CALENDAR;
use crate::truth;

/// Rules of series: with and without an end, on one day of the week and several; the last is one that
/// Google is asked about.
const RULES: [&str; 7] = [
    "RRULE:FREQ=DAILY;COUNT=5",
    "RRULE:FREQ=DAILY;INTERVAL=3",
    "RRULE:FREQ=WEEKLY",
    "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4",
    "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "RRULE:FREQ=MONTHLY",
    "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=2,4",
];
/// How far ahead instances are edited.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 15);

/// An event of the host's own, of one kind or another.
pub(super) fn insert_foreign(scene: &mut Scene) {
    let now = scene.now();
    let stream = scene.stream(Actor::Host, "own");
    let start = now + SignedDuration::from_mins(15 * stream.between(0, 200));
    let minutes = SignedDuration::from_mins(stream.pick(&[45, 45, 30, 120]).copied().unwrap_or(45));
    let mut body = if stream.is_hit(200) {
        days(stream, &start.to_string()[..10])
    } else {
        at(Interval::lasting(start, minutes))
    };
    body["summary"] = "Private".into();
    if stream.is_hit(100) {
        body["transparency"] = "transparent".into();
    }
    let is_series = stream.is_hit(300);
    if is_series {
        body["recurrence"] = json!([stream.pick(&RULES).copied().unwrap_or(RULES[0])]);
    }
    let name = match (is_series, body["start"]["date"].is_string()) {
        (true, _) => "host.made-series",
        (false, true) => "host.made-days",
        (false, false) => "host.made-own",
    };
    put_foreign(scene, &body, name);
}

/// One to three whole days from `first`.
fn days(stream: &mut Stream, first: &str) -> Value {
    let first: jiff::civil::Date = first.parse().unwrap_or_default();
    let end = first.saturating_add(jiff::Span::new().days(stream.between(1, 3)));
    json!({
        "start": { "date": first.to_string(), "dateTime": null },
        "end": { "date": end.to_string(), "dateTime": null },
    })
}

/// Adds an event of the host's own.
pub fn put_foreign(scene: &mut Scene, body: &Value, name: &'static str) {
    let now = scene.timestamp();
    let inserted = scene.google.insert_event(now, CALENDAR, body);
    done(scene, name, inserted);
}

/// Changes or deletes one of the host's own events, or one instance of a series.
pub(super) fn edit_foreign(scene: &mut Scene) {
    let foreign: Vec<String> = scene.events.foreign.keys().cloned().collect();
    let Some(id) = scene.stream(Actor::Host, "acts").pick(&foreign).cloned() else {
        return insert_foreign(scene);
    };
    let found = scene.google.event(CALENDAR, &id);
    let Some(event) = found.filter(|event| event["status"] != "cancelled") else {
        return insert_foreign(scene);
    };
    let is_series = event["recurrence"].is_array();
    let stream = scene.stream(Actor::Host, "own");
    match (stream.below(10), is_series) {
        (0..7, true) => edit_instance(scene, &id),
        (0..3, _) => delete(scene, &id),
        (3..5, _) => {
            let is_free = event["transparency"] == "transparent";
            let other = if is_free { "opaque" } else { "transparent" };
            let patched = json!({ "transparency": other });
            patch(scene, &id, &patched, "host.freed-own");
        }
        (5..8, false) => shift(scene, &event),
        (number, _) => {
            let patched = json!({ "summary": format!("Private {number}") });
            patch(scene, &id, &patched, "host.edited-own");
        }
    }
}

/// One instance of a series, or it and all that follow.
fn edit_instance(scene: &mut Scene, series: &str) {
    let window = Interval::lasting(scene.now(), AHEAD);
    let mut instances = truth::expanded(scene, window);
    instances.retain(|instance| instance["recurringEventId"] == series);
    let stream = scene.stream(Actor::Host, "own");
    let Some(instance) = stream.pick(&instances).cloned() else {
        return delete(scene, series);
    };
    let id = instance["id"].as_str().unwrap_or_default().to_owned();
    match scene.stream(Actor::Host, "own").below(8) {
        0..3 => shift(scene, &instance),
        3..5 => delete(scene, &id),
        5 => {
            let patched = json!({ "transparency": "transparent" });
            patch(scene, &id, &patched, "host.freed-own");
        }
        6 => {
            let (now, changed) = (scene.timestamp(), json!({ "summary": "Private since" }));
            let split = scene.google.split_series(now, CALENDAR, &id, &changed);
            remember(scene, series);
            done(scene, "host.split-series", split);
        }
        _ => {
            let patched = json!({ "summary": "Private once" });
            patch(scene, &id, &patched, "host.edited-own");
        }
    }
}

/// To another time, or to other days.
fn shift(scene: &mut Scene, event: &Value) {
    let id = event["id"].as_str().unwrap_or_default();
    let stream = scene.stream(Actor::Host, "own");
    let shifted = match event["start"]["date"].as_str() {
        Some(first) => days(stream, first),
        None => {
            let by = SignedDuration::from_mins(15 * stream.between(-20, 100));
            let Some(time) = truth::time_of(event) else {
                return;
            };
            at(Interval::lasting(time.start + by, time.span()))
        }
    };
    patch(scene, id, &shifted, "host.moved-own");
}

fn patch(scene: &mut Scene, id: &str, patch: &Value, name: &'static str) {
    let now = scene.timestamp();
    let edited = scene.google.edit_event(now, CALENDAR, id, patch);
    done(scene, name, edited);
}

fn delete(scene: &mut Scene, id: &str) {
    let now = scene.timestamp();
    let deleted = scene.google.delete_event(now, CALENDAR, id);
    let left = deleted.map(|()| scene.google.event(CALENDAR, id).unwrap_or_default());
    done(scene, "host.deleted-own", left);
}

fn done(scene: &mut Scene, name: &'static str, result: Result<Value, ApiError>) {
    scene.truth.is_old();
    match result {
        Ok(resource) => {
            note(scene, name, &resource);
            let id = resource["recurringEventId"]
                .as_str()
                .or(resource["id"].as_str());
            remember(scene, id.unwrap_or_default());
        }
        Err(error) => failed(scene, name, &error),
    }
}

/// Notes how the host left an event, and every instance of it that is an event of its own.
fn remember(scene: &mut Scene, series: &str) {
    for resource in scene.google.events(CALENDAR) {
        if resource["id"] == series || resource["recurringEventId"] == series {
            let text = |name: &str| resource[name].as_str().unwrap_or_default().to_owned();
            scene.events.foreign.insert(text("id"), text("etag"));
        }
    }
}
