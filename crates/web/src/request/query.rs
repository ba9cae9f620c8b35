//! Query values: months, days, instants and zones that may say anything at all.

use domain::{Instant, Zone};
use jiff::civil::{self, Date};

use crate::request::fields::Fields;

/// What a page with a calendar was asked for. What cannot be read is `None`, so that the page falls
/// back to its default; `bad_zone` keeps a zone somebody meant but we do not know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CalendarQuery {
    /// The first day of the month asked for.
    pub(crate) month: Option<Date>,
    /// The day asked for.
    pub(crate) day: Option<Date>,
    /// The start asked for.
    pub(crate) start: Option<Instant>,
}

impl CalendarQuery {
    /// Reads `month=YYYY-MM`, `day=YYYY-MM-DD` and `start=RFC 3339`.
    pub(crate) fn read(fields: &Fields) -> Self {
        Self {
            month: fields.given("month").and_then(month),
            day: fields.given("day").and_then(day),
            start: fields
                .given("start")
                .and_then(|text| Instant::parse(text).ok()),
        }
    }
}

/// `YYYY-MM-DD` between 1970 and 2199, the years [`Instant::parse`] accepts.
fn day(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let mut number = |digits: usize| {
        let part = parts.next()?;
        let is_number = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| part.parse::<i16>().ok()).flatten()
    };
    let (year, month, day) = (number(4)?, number(2)?, number(2)?);
    let is_near = (1970..2200).contains(&year);
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    is_near.then(|| Date::new(year, month, day).ok()).flatten()
}

/// `YYYY-MM`, as its first day.
fn month(text: &str) -> Option<Date> {
    day(&format!("{text}-01"))
}

/// `HH:MM`, with seconds or without, as browsers send a time.
pub(crate) fn clock(text: &str) -> Option<civil::Time> {
    let is_near = text.len() <= "00:00:00".len() && text.contains(':');
    is_near.then(|| text.parse().ok()).flatten()
}

/// `2026-11`.
pub(crate) fn month_param(date: Date) -> String {
    format!("{:04}-{:02}", date.year(), date.month())
}

/// `2026-11-24`.
pub(crate) fn day_param(date: Date) -> String {
    date.to_string()
}

/// The zone a person asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ZoneAsked {
    /// None was named.
    No,
    /// A zone we know.
    Known(Zone),
    /// A name we do not know.
    Unknown,
}

/// Reads `tz=` by its IANA name.
pub(crate) fn zone(name: Option<&str>) -> ZoneAsked {
    match name.map(Zone::parse) {
        None => ZoneAsked::No,
        Some(Ok(zone)) => ZoneAsked::Known(zone),
        Some(Err(_)) => ZoneAsked::Unknown,
    }
}

/// The first day of the month after `date`'s.
pub(crate) fn next_month(date: Date) -> Date {
    let (year, month) = match date.month() {
        12 => (date.year() + 1, 1),
        month => (date.year(), month + 1),
    };
    civil::date(year, month, 1)
}

/// The first day of the month before `date`'s.
pub(crate) fn previous_month(date: Date) -> Date {
    let (year, month) = match date.month() {
        1 => (date.year() - 1, 12),
        month => (date.year(), month - 1),
    };
    civil::date(year, month, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_days_are_read_strictly() {
        for (query, expected_month, expected_day) in [
            (
                "month=2026-11&day=2026-11-24",
                Some((2026, 11, 1)),
                Some((2026, 11, 24)),
            ),
            ("month=2026-02&day=2026-02-29", Some((2026, 2, 1)), None),
            ("month=2026-13&day=2026-00-10", None, None),
            ("month=2026-1&day=24", None, None),
            ("month=+026-11&day=2026-11--1", None, None),
            ("month=9999-12&day=1900-01-01", None, None),
            ("month=2026-11-24&day=2026-11-24T10:00", None, None),
            ("month=&day=", None, None),
            ("month=%00&day=%F0%9F%92%A9", None, None),
            ("", None, None),
        ] {
            let date = |d: Option<(i16, i8, i8)>| d.map(|(y, m, d)| civil::date(y, m, d));
            let read = CalendarQuery::read(&Fields::parse(query.as_bytes()));
            assert_eq!(read.month, date(expected_month), "{query}");
            assert_eq!(read.day, date(expected_day), "{query}");
        }
    }

    #[test]
    fn starts_need_an_offset() {
        for (query, is_read) in [
            ("start=2026-11-24T09:00:00Z", true),
            ("start=2026-11-24T10:00:00%2B01:00", true),
            ("start=2026-11-24T10:00:00", false),
            ("start=tomorrow", false),
            ("start=", false),
        ] {
            let read = CalendarQuery::read(&Fields::parse(query.as_bytes()));
            assert_eq!(read.start.is_some(), is_read, "{query}");
        }
    }

    #[test]
    fn months_turn_over_the_year() {
        assert_eq!(
            next_month(civil::date(2026, 12, 31)),
            civil::date(2027, 1, 1)
        );
        assert_eq!(
            previous_month(civil::date(2027, 1, 9)),
            civil::date(2026, 12, 1)
        );
    }

    #[test]
    fn a_zone_we_do_not_know_is_not_mistaken_for_none() {
        assert_eq!(zone(None), ZoneAsked::No);
        assert_eq!(zone(Some("Mars/Base")), ZoneAsked::Unknown);
        assert_eq!(zone(Some("")), ZoneAsked::Unknown);
        assert!(matches!(zone(Some("Europe/Madrid")), ZoneAsked::Known(_)));
    }
}
