//! An event's start or end: a day, or an instant with the zone it was meant in.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Span, Timestamp};
use serde_json::{Map, Value, json};

use crate::error::ApiError;

/// When an event starts or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EventTime {
    /// A whole day, read in the calendar's zone.
    Day(Date),
    /// An instant, to the second, and the zone name kept beside it.
    Moment {
        /// The instant.
        at: Timestamp,
        /// What `timeZone` answers.
        zone: String,
    },
}

/// Which of the two, for the words of a refusal.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Edge {
    Start,
    End,
}

impl Edge {
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
        }
    }
}

impl EventTime {
    /// Reads an `EventDateTime`. Without an offset, `timeZone` decides; without either, the
    /// calendar's zone.
    ///
    /// A civil time that a DST change skips moves forward by the gap, one that happens twice is
    /// the first: Google documents neither.
    pub(crate) fn read(value: &Value, edge: Edge, calendar_zone: &str) -> Result<Self, ApiError> {
        let invalid = || ApiError::invalid(format!("Invalid {} time.", edge.field()));
        let zone = match value["timeZone"].as_str() {
            Some(name) => zone(name).map(|_| name).ok_or_else(|| {
                let edge = edge.field();
                ApiError::invalid(format!("Invalid time zone definition for {edge} time."))
            })?,
            None => calendar_zone,
        };
        match (value["date"].as_str(), value["dateTime"].as_str()) {
            (Some(day), None) => read_day(day).map(Self::Day).ok_or_else(invalid),
            (None, Some(moment)) => {
                let at = read_moment(moment, zone).ok_or_else(invalid)?;
                Ok(Self::Moment {
                    at,
                    zone: zone.to_owned(),
                })
            }
            (None, None) => Err(ApiError::required(format!(
                "Missing {} time.",
                edge.field()
            ))),
            (Some(_), Some(_)) => Err(invalid()),
        }
    }

    /// The `EventDateTime`, its offset taken from `shown_in`.
    pub(crate) fn resource(&self, shown_in: &TimeZone) -> Value {
        match self {
            Self::Day(day) => json!({ "date": day.to_string() }),
            Self::Moment { at, zone } => {
                json!({ "dateTime": rfc3339(*at, shown_in), "timeZone": zone })
            }
        }
    }

    /// The instant, a day being its first moment in `calendar_zone`.
    pub(crate) fn instant(&self, calendar_zone: &TimeZone) -> Timestamp {
        match self {
            Self::Day(day) => resolve(
                day.to_datetime(jiff::civil::Time::midnight()),
                calendar_zone,
            ),
            Self::Moment { at, .. } => *at,
        }
    }

    pub(crate) fn is_day(&self) -> bool {
        matches!(self, Self::Day(_))
    }
}

/// Both ends, or the refusal Google gives: kinds must agree and the end must not come first.
///
/// A timed event may last no time at all, a day event must last a day.
pub(crate) fn read_range(
    body: &Map<String, Value>,
    calendar_zone: &str,
) -> Result<(EventTime, EventTime), ApiError> {
    let read = |edge: Edge| {
        let value = body.get(edge.field()).unwrap_or(&Value::Null);
        EventTime::read(value, edge, calendar_zone)
    };
    let (start, end) = (read(Edge::Start)?, read(Edge::End)?);
    let is_empty = match (&start, &end) {
        (EventTime::Day(start), EventTime::Day(end)) => end <= start,
        (EventTime::Moment { at: start, .. }, EventTime::Moment { at: end, .. }) => end < start,
        _ => {
            return Err(ApiError::invalid(
                "Start and end times must either both be date or both be dateTime.",
            ));
        }
    };
    if is_empty {
        Err(ApiError::time_range_empty())
    } else {
        Ok((start, end))
    }
}

/// The zone of that name in the bundled data. Never the system's: a seed must mean one history.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    BUNDLED.get(name).ok()
}

/// The zone of a name that was checked when it came in.
pub(crate) fn known_zone(name: &str) -> TimeZone {
    zone(name).expect("zone names are checked before they are stored")
}

/// RFC 3339 with an offset, as Google prints it: whole seconds, `Z` for none.
pub(crate) fn rfc3339(at: Timestamp, zone: &TimeZone) -> String {
    let zoned = at.to_zoned(zone.clone());
    let format = if zoned.offset().is_zero() {
        "%Y-%m-%dT%H:%M:%SZ"
    } else {
        "%Y-%m-%dT%H:%M:%S%:z"
    };
    zoned.strftime(format).to_string()
}

/// RFC 3339 in UTC with milliseconds, as `created` and `updated` have it.
pub(crate) fn rfc3339_millis(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// An instant that must carry its offset. Fractions are dropped.
pub(crate) fn read_instant(text: &str) -> Option<Timestamp> {
    if !has_shape(text) || !has_offset(text) {
        return None;
    }
    let at: Timestamp = text.parse().ok()?;
    Timestamp::from_second(at.as_second()).ok()
}

pub(crate) fn read_day(text: &str) -> Option<Date> {
    if text.len() == 10 {
        text.parse().ok()
    } else {
        None
    }
}

fn read_moment(text: &str, zone_name: &str) -> Option<Timestamp> {
    if has_offset(text) {
        return read_instant(text);
    }
    if !has_shape(text) {
        return None;
    }
    let civil: DateTime = text.parse().ok()?;
    Some(resolve(
        civil.with().subsec_nanosecond(0).build().ok()?,
        &zone(zone_name)?,
    ))
}

/// `yyyy-mm-ddThh:mm:ss…`: jiff reads more forms than Google does.
fn has_shape(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 19
        && matches!(bytes[10], b'T' | b't')
        && bytes[13] == b':'
        && bytes[16] == b':'
        && !text.contains('[')
}

fn has_offset(text: &str) -> bool {
    let after_time = text.get(19..).unwrap_or_default();
    after_time.ends_with(['Z', 'z']) || after_time.contains(['+', '-'])
}

/// The instant of a civil time; see [`EventTime::read`] for gaps and folds.
pub(crate) fn resolve(civil: DateTime, zone: &TimeZone) -> Timestamp {
    zone.to_timestamp(civil).unwrap_or(Timestamp::MAX)
}

/// Moves a range by whole civil days and minutes in `shown_in`, the way a drag on the page means
/// it. A timed event keeps its exact length.
pub(crate) fn moved(
    start: &EventTime,
    end: &EventTime,
    days: i64,
    minutes: i64,
    shown_in: &TimeZone,
) -> Option<(EventTime, EventTime)> {
    match (start, end) {
        (EventTime::Day(first), EventTime::Day(last)) => {
            let by = Span::new().try_days(days).ok()?;
            Some((
                EventTime::Day(first.checked_add(by).ok()?),
                EventTime::Day(last.checked_add(by).ok()?),
            ))
        }
        (
            EventTime::Moment { at: from, zone },
            EventTime::Moment {
                at: to,
                zone: end_zone,
            },
        ) => {
            let civil = from.to_zoned(shown_in.clone()).datetime();
            // One after the other: a span has one sign for all its units.
            let civil = civil.checked_add(Span::new().try_days(days).ok()?).ok()?;
            let civil = civil
                .checked_add(Span::new().try_minutes(minutes).ok()?)
                .ok()?;
            let at = shown_in.to_timestamp(civil).ok()?;
            let end = at.checked_add(to.duration_since(*from)).ok()?;
            Some((
                EventTime::Moment {
                    at,
                    zone: zone.clone(),
                },
                EventTime::Moment {
                    at: end,
                    zone: end_zone.clone(),
                },
            ))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &str = "America/Montevideo";

    fn shown(value: Value) -> Result<Value, String> {
        EventTime::read(&value, Edge::Start, ZONE)
            .map(|time| time.resource(&known_zone(ZONE)))
            .map_err(|error| format!("{} {}", error.reason(), error.message()))
    }

    #[test]
    fn times_are_shown_in_the_calendars_offset() {
        let moment = |at: &str, zone: &str| json!({ "dateTime": at, "timeZone": zone });
        for (name, given, expected) in [
            (
                "a day",
                json!({"date": "2026-03-01"}),
                json!({"date": "2026-03-01"}),
            ),
            (
                "offset only",
                json!({"dateTime": "2026-03-01T13:00:00Z"}),
                moment("2026-03-01T10:00:00-03:00", ZONE),
            ),
            (
                "zone only",
                json!({"dateTime": "2026-03-01T10:00:00", "timeZone": "Europe/Madrid"}),
                moment("2026-03-01T06:00:00-03:00", "Europe/Madrid"),
            ),
            (
                "neither",
                json!({"dateTime": "2026-03-01T10:00:00"}),
                moment("2026-03-01T10:00:00-03:00", ZONE),
            ),
            (
                "fraction",
                json!({"dateTime": "2026-03-01T10:00:00.999-03:00"}),
                moment("2026-03-01T10:00:00-03:00", ZONE),
            ),
        ] {
            assert_eq!(shown(given), Ok(expected), "{name}");
        }
    }

    #[test]
    fn wrong_times_are_refused() {
        for (name, given, reason) in [
            ("nothing", json!({}), "required"),
            (
                "both",
                json!({"date": "2026-03-01", "dateTime": "2026-03-01T10:00:00Z"}),
                "invalid",
            ),
            ("no such day", json!({"date": "2026-02-30"}), "invalid"),
            (
                "time as date",
                json!({"date": "2026-02-01T00:00:00Z"}),
                "invalid",
            ),
            ("date as time", json!({"dateTime": "2026-02-01"}), "invalid"),
            (
                "space",
                json!({"dateTime": "2026-02-01 10:00:00Z"}),
                "invalid",
            ),
            (
                "unknown zone",
                json!({"dateTime": "2026-02-01T10:00:00", "timeZone": "Mars/Base"}),
                "invalid",
            ),
        ] {
            let refusal = shown(given).unwrap_err();
            assert!(refusal.starts_with(reason), "{name}: {refusal}");
        }
    }

    #[test]
    fn a_moved_event_keeps_its_wall_clock_over_a_time_change() {
        let madrid = known_zone("Europe/Madrid");
        let at = |text: &str| EventTime::Moment {
            at: text.parse().unwrap(),
            zone: "Europe/Madrid".to_owned(),
        };
        // Clocks go forward on 29 March 2026.
        let (start, end) = moved(
            &at("2026-03-28T09:00:00Z"),
            &at("2026-03-28T10:00:00Z"),
            1,
            15,
            &madrid,
        )
        .unwrap();
        assert_eq!(
            start.resource(&madrid)["dateTime"],
            "2026-03-29T10:15:00+02:00"
        );
        assert_eq!(
            end.resource(&madrid)["dateTime"],
            "2026-03-29T11:15:00+02:00"
        );
    }

    #[test]
    fn filter_times_need_an_offset() {
        assert!(read_instant("2026-03-01T10:00:00").is_none());
        assert_eq!(
            read_instant("2026-03-01T10:00:00.75-03:00"),
            Some("2026-03-01T13:00:00Z".parse().unwrap())
        );
    }
}
