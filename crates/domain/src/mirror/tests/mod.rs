//! The mirror's rules one by one. Random series against two other expanders are in `sim`.

mod bounds;
mod busy;
mod clocks;
mod lines;
mod series;

use std::collections::BTreeMap;

use super::{
    AskGoogle, BusyRules, Calendar, EventStatus, Expansion, ForeignEvent, Occurrence, Start,
    Timing, expand,
};
use crate::time::{Instant, Interval, Zone};

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap()
}

/// From and until, as `2026-03-01T09:00:00Z/2026-03-01T10:00:00Z`.
fn interval(text: &str) -> Interval {
    let (start, end) = text.split_once('/').unwrap();
    Interval::new(at(start), at(end)).unwrap()
}

/// A timed event of an hour in Madrid.
fn timed(start: &str) -> ForeignEvent {
    hour_in("Europe/Madrid", start)
}

/// An hour that starts at a wall-clock time.
fn hour_in(name: &str, civil: &str) -> ForeignEvent {
    let start = zone(name).instant(civil.parse().unwrap());
    ForeignEvent {
        id: "master".to_owned(),
        timing: Some(Timing::Timed {
            time: Interval::lasting(start, jiff::SignedDuration::from_hours(1)),
            zone: Some(name.to_owned()),
        }),
        ..ForeignEvent::default()
    }
}

fn all_day(first: &str, end: &str) -> ForeignEvent {
    ForeignEvent {
        id: "master".to_owned(),
        timing: Some(Timing::AllDay {
            first: first.parse().unwrap(),
            end: end.parse().unwrap(),
        }),
        ..ForeignEvent::default()
    }
}

fn repeating(event: ForeignEvent, lines: &[&str]) -> ForeignEvent {
    ForeignEvent {
        recurrence: lines.iter().map(|&line| line.to_owned()).collect(),
        ..event
    }
}

/// `event` as an exception of the master, once at `original`.
fn exception(id: &str, original: Option<Start>, event: ForeignEvent) -> ForeignEvent {
    ForeignEvent {
        id: id.to_owned(),
        occurrence: Some(Occurrence {
            series: "master".to_owned(),
            original_start: original,
        }),
        ..event
    }
}

fn cancelled(original: Start) -> ForeignEvent {
    let status = Some(EventStatus::Cancelled);
    let tombstone = ForeignEvent {
        status,
        ..ForeignEvent::default()
    };
    exception("gone", Some(original), tombstone)
}

/// 2026, in a calendar of Madrid.
fn expanded(event: &ForeignEvent, exceptions: &[ForeignEvent]) -> Result<Expansion, AskGoogle> {
    expanded_in("Europe/Madrid", event, exceptions, YEAR)
}

const YEAR: &str = "2026-01-01T00:00:00Z/2027-01-01T00:00:00Z";

fn expanded_in(
    calendar: &str,
    event: &ForeignEvent,
    exceptions: &[ForeignEvent],
    window: &str,
) -> Result<Expansion, AskGoogle> {
    let (zone, copies) = (zone(calendar), BTreeMap::new());
    let calendar = Calendar {
        zone: &zone,
        rules: BusyRules::default(),
        copies: &copies,
    };
    expand(event, exceptions, interval(window), &calendar)
}

/// Starts of the rows, in UTC without the `:00Z`.
fn starts(expansion: &Expansion) -> Vec<String> {
    let texts = expansion.busy.iter().map(|row| row.time.start.to_string());
    texts
        .map(|text| text.trim_end_matches(":00Z").to_owned())
        .collect()
}
