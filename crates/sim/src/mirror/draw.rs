//! Random series: starts, rules, ends and dates in the forms they come in.

use domain::mirror::{AskGoogle, ForeignEvent, Start};
use domain::{Instant, Interval, Zone};
use jiff::SignedDuration;
use jiff::Span;
use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};

use super::zone;
use crate::chance::Stream;

mod rule;

/// Zones of series and calendars: whole and half hours of change, changes at midnight, none.
const ZONES: [&str; 10] = [
    "Europe/Madrid",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Argentina/Buenos_Aires",
    "Asia/Kathmandu",
    "America/Havana",
    "Pacific/Auckland",
    "America/Santiago",
    "Europe/Dublin",
    "UTC",
];

/// One series, and the window to look at it through.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// Its first start on the clock of its zone; midnight for days.
    pub first: DateTime,
    /// The zone it repeats in; `None` for days.
    pub zone: Option<Zone>,
    /// How long an instance lasts: whole days for days.
    pub length: SignedDuration,
    /// Its recurrence.
    pub lines: Vec<String>,
    /// The zone of its calendar.
    pub calendar_zone: Zone,
    /// What to look at.
    pub window: Interval,
    /// Whether its rule is of a kind that may be asked of Google.
    pub is_unusual: bool,
}

/// A series.
pub fn draw(stream: &mut Stream) -> Drawn {
    let calendar_zone = zone(stream.pick(&ZONES).unwrap_or(&"UTC"));
    let is_day = stream.is_hit(250);
    let zone = (!is_day).then(|| zone(stream.pick(&ZONES).unwrap_or(&"UTC")));
    let year = if stream.is_hit(150) {
        (1996, 2019)
    } else {
        (2024, 2027)
    };
    let day = Date::new(narrow(stream.between(year.0, year.1)), 1, 1).unwrap_or_default();
    let day = after(day, stream.between(0, 364));
    let first = if is_day {
        day.at(0, 0, 0, 0)
    } else {
        day.at(hour(stream), minute(stream), 0, 0)
    };
    let length = if is_day {
        SignedDuration::from_hours(24 * stream.between(1, 4))
    } else {
        let minutes = stream.pick(&[0, 15, 30, 60, 60, 90, 480, 1500]).copied();
        SignedDuration::from_mins(minutes.unwrap_or(60))
    };
    let mut drawn = Drawn {
        first: real(first, zone.as_ref()),
        zone,
        length,
        lines: Vec::new(),
        calendar_zone,
        window: window(stream, day),
        is_unusual: false,
    };
    drawn.lines = rule::lines(stream, &mut drawn);
    drawn
}

/// A time that the clocks show: Google keeps the instant of one that they skip.
fn real(civil: DateTime, zone: Option<&Zone>) -> DateTime {
    zone.map_or(civil, |zone| zone.instant(civil).in_zone(zone))
}

/// Thirteen months or less that begin somewhere around the start, or long after an old one.
fn window(stream: &mut Stream, day: Date) -> Interval {
    let day = day.max(Date::new(2023, 6, 1).unwrap_or_default());
    let start = Zone::utc().start_of_day(after(day, stream.between(-40, 500)));
    let start = start + SignedDuration::from_mins(stream.between(0, 1440));
    Interval::lasting(
        start,
        SignedDuration::from_hours(24 * stream.between(1, 400)),
    )
}

/// Small hours more often: there the clocks change.
fn hour(stream: &mut Stream) -> i8 {
    let last = if stream.is_hit(400) { 3 } else { 23 };
    narrow_8(stream.between(0, last))
}

fn minute(stream: &mut Stream) -> i8 {
    narrow_8(15 * stream.between(0, 3))
}

impl Drawn {
    /// The body of an insert.
    pub fn body(&self) -> Value {
        let edge = |civil: DateTime| match &self.zone {
            Some(zone) => json!({ "dateTime": civil.to_string(), "timeZone": zone.name() }),
            None => json!({ "date": civil.date().to_string() }),
        };
        let end = match &self.zone {
            // With its offset: an end on the clock might be a later one, or before its start.
            Some(zone) => {
                let end = zone.instant(self.first) + self.length;
                json!({ "dateTime": end.to_rfc3339_in(zone), "timeZone": zone.name() })
            }
            None => edge(after(self.first.date(), days(self.length)).at(0, 0, 0, 0)),
        };
        json!({ "start": edge(self.first), "end": end, "recurrence": self.lines })
    }

    /// The case in a line, for whoever has to look at it.
    pub fn name(&self) -> String {
        let zone = self.zone.as_ref().map_or("days", Zone::name);
        format!(
            "{} {zone} ({}) {:?} in {:?}",
            self.first, self.calendar_zone, self.lines, self.window
        )
    }

    /// Whether asking Google is right: for reasons that stand in the rule.
    pub fn may_be_asked(&self, why: AskGoogle) -> bool {
        let text = self.lines.join("\n").to_uppercase();
        match why {
            AskGoogle::Unusual => self.is_unusual,
            AskGoogle::SubDaily => text.contains("HOURLY"),
            AskGoogle::CountUnclear | AskGoogle::TooFar => text.contains("COUNT="),
            AskGoogle::NoTime
            | AskGoogle::UnknownZone
            | AskGoogle::Unreadable
            | AskGoogle::TooLong => false,
        }
    }

    /// What a third expander needs, and what both others said.
    pub fn for_python(
        &self,
        window: Interval,
        exceptions: &[ForeignEvent],
        blocks: &[Interval],
    ) -> Value {
        let exceptions: Vec<Value> = exceptions
            .iter()
            .filter_map(|exception| {
                let start = exception.occurrence.as_ref()?.original_start?;
                let busy = (!exception.is_cancelled() && !exception.is_transparent)
                    .then(|| exception_time(exception, &self.calendar_zone));
                Some(json!({ "original": written(start), "busy": busy }))
            })
            .collect();
        json!({
            "first": self.first.to_string(),
            "zone": self.zone.as_ref().map(Zone::name),
            "seconds": self.length.as_secs(),
            "calendar_zone": self.calendar_zone.name(),
            "lines": self.lines,
            "window": pair(window),
            "exceptions": exceptions,
            "blocks": blocks.iter().map(|block| pair(*block)).collect::<Vec<_>>(),
        })
    }
}

fn exception_time(exception: &ForeignEvent, zone: &Zone) -> Value {
    match &exception.timing {
        Some(domain::mirror::Timing::Timed { time, .. }) => pair(*time),
        Some(domain::mirror::Timing::AllDay { first, end }) => {
            json!([
                zone.start_of_day(*first).to_string(),
                zone.start_of_day(*end).to_string()
            ])
        }
        None => Value::Null,
    }
}

fn pair(time: Interval) -> Value {
    json!([time.start.to_string(), time.end.to_string()])
}

fn written(start: Start) -> String {
    match start {
        Start::At(at) => at.to_string(),
        Start::Day(day) => day.to_string(),
    }
}

/// Another time for an instance: some days and hours away, of another length.
pub fn moved(stream: &mut Stream, instance: &Value) -> Value {
    let by = stream.between(-12, 12);
    if let Some(day) = instance["start"]["date"].as_str() {
        let first = after(day.parse().unwrap_or_default(), by);
        let end = after(first, stream.between(1, 3));
        return json!({
            "start": { "date": first.to_string() }, "end": { "date": end.to_string() },
        });
    }
    let start = instance["start"]["dateTime"].as_str().unwrap_or_default();
    let start: jiff::Timestamp = start.parse().unwrap_or_default();
    let start = Instant::from_timestamp(start) + SignedDuration::from_hours(by * 7);
    let end = start + SignedDuration::from_mins(stream.between(1, 300));
    json!({
        "start": { "dateTime": start.to_string() }, "end": { "dateTime": end.to_string() },
    })
}

fn after(day: Date, count: i64) -> Date {
    day.saturating_add(Span::new().days(count))
}

fn days(length: SignedDuration) -> i64 {
    length.as_hours() / 24
}

fn narrow(number: i64) -> i16 {
    i16::try_from(number).unwrap_or(2026)
}

fn narrow_8(number: i64) -> i8 {
    i8::try_from(number).unwrap_or(0)
}
