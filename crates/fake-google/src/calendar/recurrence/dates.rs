//! iCalendar's compact dates and times (RFC 5545 §3.3.4, §3.3.5), as `UNTIL`, `RDATE` and `EXDATE`
//! have them and as the ids of instances do.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// One compact value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// `20260301`
    Day(Date),
    /// `20260301T100000`, on whatever clock stands beside it.
    Civil(DateTime),
    /// `20260301T100000Z`
    Instant(Timestamp),
}

pub(crate) fn read_stamp(text: &str) -> Option<Stamp> {
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    let date = |text: &str| {
        let days = text.get(..8).filter(|days| is_digits(days))?;
        let part = |from: usize, to: usize| days[from..to].parse::<i16>().ok();
        let month = i8::try_from(part(4, 6)?).ok()?;
        Date::new(part(0, 4)?, month, i8::try_from(part(6, 8)?).ok()?).ok()
    };
    let day = date(text)?;
    if text.len() == 8 {
        return Some(Stamp::Day(day));
    }
    let (clock, is_utc) = match text.len() {
        15 => (text.get(9..15)?, false),
        16 if text.ends_with('Z') => (text.get(9..15)?, true),
        _ => return None,
    };
    if text.as_bytes()[8] != b'T' || !is_digits(clock) {
        return None;
    }
    let part = |from: usize, to: usize| i8::try_from(number(from, to)?).ok();
    let time = Time::new(part(9, 11)?, part(11, 13)?, part(13, 15)?, 0).ok()?;
    let civil = day.to_datetime(time);
    if is_utc {
        TimeZone::UTC.to_timestamp(civil).ok().map(Stamp::Instant)
    } else {
        Some(Stamp::Civil(civil))
    }
}

/// `20260301`
pub(crate) fn write_day(day: Date) -> String {
    day.strftime("%Y%m%d").to_string()
}

/// `20260301T100000Z`
pub(crate) fn write_instant(at: Timestamp) -> String {
    let civil = TimeZone::UTC.to_datetime(at);
    format!("{}Z", civil.strftime("%Y%m%dT%H%M%S"))
}

/// `20260301T100000`
pub(crate) fn write_civil(civil: DateTime) -> String {
    civil.strftime("%Y%m%dT%H%M%S").to_string()
}
