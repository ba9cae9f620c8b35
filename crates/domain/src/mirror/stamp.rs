//! iCalendar's compact dates and times (RFC 5545 §3.3.4, §3.3.5), as they stand in recurrence lines.

use jiff::civil::{Date, DateTime, Time};

use crate::time::{Instant, Zone};

/// One compact value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamp {
    /// `20260301`
    Day(Date),
    /// `20260301T100000`: on the clock of whatever zone stands beside it.
    Civil(DateTime),
    /// `20260301T100000Z`
    At(Instant),
}

impl Stamp {
    /// `None` where the text is no such value. A leap second is the second before it.
    pub(super) fn read(text: &str) -> Option<Self> {
        let is_compact = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_compact || text.len() < 8 {
            return None;
        }
        let (day, rest) = text.split_at(8);
        let day = Date::new(
            i16::try_from(digits(&day[..4])?).ok()?,
            small(&day[4..6])?,
            small(&day[6..])?,
        )
        .ok()?;
        if rest.is_empty() {
            return Some(Self::Day(day));
        }
        let clock = rest.strip_prefix(['T', 't'])?;
        let (clock, is_utc) = match clock.strip_suffix(['Z', 'z']) {
            Some(clock) => (clock, true),
            None => (clock, false),
        };
        if clock.len() != 6 {
            return None;
        }
        let second = small(&clock[4..])?;
        let second = if second == 60 { 59 } else { second };
        let time = Time::new(small(&clock[..2])?, small(&clock[2..4])?, second, 0).ok()?;
        let civil = day.to_datetime(time);
        Some(if is_utc {
            Self::At(Zone::utc().instant(civil))
        } else {
            Self::Civil(civil)
        })
    }
}

fn digits(text: &str) -> Option<u16> {
    let are_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| text.parse().ok())?
}

fn small(text: &str) -> Option<i8> {
    i8::try_from(digits(text)?).ok()
}
