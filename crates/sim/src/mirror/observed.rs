//! An event of the fake as a pull would observe it. The product reads Google's JSON in `google`;
//! this reading is the suite's own, so that a mistake there is not repeated here.

use domain::mirror::{EventStatus, ForeignEvent, Occurrence, Start, Timing};
use domain::{Instant, Interval, Zone};
use serde_json::Value;

/// The event in `json`, of a calendar in `zone`.
pub fn event(json: &Value, zone: &Zone) -> ForeignEvent {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let lines = json["recurrence"].as_array();
    ForeignEvent {
        id: text(&json["id"]).unwrap_or_default(),
        ical_uid: text(&json["iCalUID"]),
        status: match json["status"].as_str() {
            Some("tentative") => Some(EventStatus::Tentative),
            Some("cancelled") => Some(EventStatus::Cancelled),
            Some(_) => Some(EventStatus::Confirmed),
            None => None,
        },
        timing: timing(json, zone),
        recurrence: lines.map_or_else(Vec::new, |lines| lines.iter().filter_map(text).collect()),
        occurrence: text(&json["recurringEventId"]).map(|series| Occurrence {
            series,
            original_start: start(&json["originalStartTime"], zone),
        }),
        is_transparent: json["transparency"] == "transparent",
        ..ForeignEvent::default()
    }
}

/// From `start` to `end` of an event, both of one kind.
fn timing(json: &Value, zone: &Zone) -> Option<Timing> {
    match (start(&json["start"], zone)?, start(&json["end"], zone)?) {
        (Start::At(from), Start::At(to)) => Some(Timing::Timed {
            time: Interval::new(from, to)?,
            zone: json["start"]["timeZone"].as_str().map(str::to_owned),
        }),
        (Start::Day(first), Start::Day(end)) => Some(Timing::AllDay { first, end }),
        _ => None,
    }
}

/// An `EventDateTime`; without an offset it is in its own zone, or `zone`.
pub fn start(json: &Value, zone: &Zone) -> Option<Start> {
    if let Some(day) = json["date"].as_str() {
        return day.parse().ok().map(Start::Day);
    }
    let text = json["dateTime"].as_str()?;
    if let Ok(at) = text.parse() {
        return Some(Start::At(Instant::from_timestamp(at)));
    }
    let named = json["timeZone"]
        .as_str()
        .and_then(|name| Zone::parse(name).ok());
    let civil = text.parse().ok()?;
    Some(Start::At(named.as_ref().unwrap_or(zone).instant(civil)))
}
