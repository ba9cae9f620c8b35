//! One `RRULE` or `EXRULE` (RFC 5545 §3.3.10), read strictly: a rule this server would expand
//! differently from what its writer meant is refused.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};

use super::dates::{Stamp, read_stamp};

/// How often.
///
/// Rules by the hour and below are refused: Google's pages cannot make them, and whether its API
/// takes them is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// Where a rule ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Never,
    Count(u32),
    /// A day, its whole length included.
    UntilDay(Date),
    /// A time on the series' own clock.
    UntilCivil(DateTime),
    UntilInstant(Timestamp),
}

/// A weekday, and which one of its month or year; negative from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NthDay {
    pub(super) nth: Option<i16>,
    pub(super) day: Weekday,
}

/// A rule. Empty lists restrict nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) frequency: Frequency,
    pub(super) interval: u32,
    pub(super) bound: Bound,
    pub(super) months: Vec<i16>,
    pub(super) month_days: Vec<i16>,
    pub(super) year_days: Vec<i16>,
    pub(super) weeks: Vec<i16>,
    pub(super) days: Vec<NthDay>,
    pub(super) hours: Vec<i16>,
    pub(super) minutes: Vec<i16>,
    pub(super) seconds: Vec<i16>,
    /// Which of a period's starts, negative from the end.
    pub(super) positions: Vec<i16>,
    pub(super) week_start: Weekday,
}

/// What is wrong with a rule, in words for the one who wrote it.
pub(super) type Wrong = &'static str;

impl Rule {
    /// Reads what follows `RRULE:`.
    pub(super) fn read(text: &str) -> Result<Self, Wrong> {
        let parts = parts(text)?;
        let part = |name: &str| {
            let found = parts.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.as_str())
        };
        let list = |name: &str, range: RangeInclusive<i16>| match part(name) {
            Some(value) => numbers(value, range),
            None => Ok(Vec::new()),
        };
        let rule = Self {
            frequency: frequency(part("FREQ").ok_or("FREQ is missing.")?)?,
            interval: match part("INTERVAL") {
                Some(value) => positive(value).ok_or("INTERVAL is a number above 0.")?,
                None => 1,
            },
            bound: bound(part("COUNT"), part("UNTIL"))?,
            months: list("BYMONTH", 1..=12)?,
            month_days: list("BYMONTHDAY", -31..=31)?,
            year_days: list("BYYEARDAY", -366..=366)?,
            weeks: list("BYWEEKNO", -53..=53)?,
            days: match part("BYDAY") {
                Some(value) => value.split(',').map(nth_day).collect::<Result<_, _>>()?,
                None => Vec::new(),
            },
            hours: list("BYHOUR", 0..=23)?,
            minutes: list("BYMINUTE", 0..=59)?,
            seconds: list("BYSECOND", 0..=59)?,
            positions: list("BYSETPOS", -366..=366)?,
            week_start: part("WKST").map_or(Ok(Weekday::Monday), weekday)?,
        };
        rule.checked()
    }

    /// Combinations that RFC 5545 rules out.
    fn checked(self) -> Result<Self, Wrong> {
        let has_nth = self.days.iter().any(|day| day.nth.is_some());
        let is_short = matches!(self.frequency, Frequency::Daily | Frequency::Weekly);
        if has_nth && (is_short || !self.weeks.is_empty()) {
            return Err("BYDAY with a number needs a month or a year.");
        }
        if !self.weeks.is_empty() && self.frequency != Frequency::Yearly {
            return Err("BYWEEKNO needs FREQ=YEARLY.");
        }
        if !self.year_days.is_empty() && self.frequency != Frequency::Yearly {
            return Err("BYYEARDAY needs FREQ=YEARLY.");
        }
        if !self.month_days.is_empty() && self.frequency == Frequency::Weekly {
            return Err("BYMONTHDAY does not go with FREQ=WEEKLY.");
        }
        let others = [
            &self.months,
            &self.month_days,
            &self.year_days,
            &self.weeks,
            &self.hours,
            &self.minutes,
            &self.seconds,
        ];
        let is_lone = self.days.is_empty() && others.iter().all(|list| list.is_empty());
        if !self.positions.is_empty() && is_lone {
            return Err("BYSETPOS needs another BY part.");
        }
        Ok(self)
    }

    pub(super) fn has_times(&self) -> bool {
        !(self.hours.is_empty() && self.minutes.is_empty() && self.seconds.is_empty())
    }
}

const PARTS: [&str; 14] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "BYMONTH",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYDAY",
    "BYHOUR",
    "BYMINUTE",
    "BYSECOND",
    "BYSETPOS",
    "WKST",
];

/// The parts by name, in capitals; a closing semicolon is let pass.
fn parts(text: &str) -> Result<Vec<(String, String)>, Wrong> {
    let mut parts: Vec<(String, String)> = Vec::new();
    for part in text.trim_end_matches(';').split(';') {
        let (name, value) = part.split_once('=').ok_or("A part is NAME=value.")?;
        let name = name.trim().to_ascii_uppercase();
        if !PARTS.contains(&name.as_str()) {
            return Err("Unknown part.");
        }
        if parts.iter().any(|(known, _)| *known == name) {
            return Err("A part stands once.");
        }
        parts.push((name, value.trim().to_ascii_uppercase()));
    }
    Ok(parts)
}

fn frequency(word: &str) -> Result<Frequency, Wrong> {
    match word {
        "DAILY" => Ok(Frequency::Daily),
        "WEEKLY" => Ok(Frequency::Weekly),
        "MONTHLY" => Ok(Frequency::Monthly),
        "YEARLY" => Ok(Frequency::Yearly),
        _ => Err("FREQ is DAILY, WEEKLY, MONTHLY or YEARLY."),
    }
}

fn bound(count: Option<&str>, until: Option<&str>) -> Result<Bound, Wrong> {
    match (count, until) {
        (None, None) => Ok(Bound::Never),
        (Some(_), Some(_)) => Err("COUNT and UNTIL exclude each other."),
        (Some(count), None) => {
            let count = positive(count).ok_or("COUNT is a number above 0.")?;
            Ok(Bound::Count(count))
        }
        (None, Some(until)) => match read_stamp(until) {
            Some(Stamp::Day(day)) => Ok(Bound::UntilDay(day)),
            Some(Stamp::Civil(last)) => Ok(Bound::UntilCivil(last)),
            Some(Stamp::Instant(last)) => Ok(Bound::UntilInstant(last)),
            None => Err("UNTIL is a date or a time."),
        },
    }
}

fn positive(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| *number > 0)
}

/// Numbers in `range`; zero is one only where the range starts there.
fn numbers(text: &str, range: RangeInclusive<i16>) -> Result<Vec<i16>, Wrong> {
    let mut numbers = Vec::new();
    for item in text.split(',') {
        let number: i16 = item
            .trim_start_matches('+')
            .parse()
            .map_err(|_| "A BY part is a list of numbers.")?;
        let is_zero_meant = *range.start() == 0;
        if !range.contains(&number) || (number == 0 && !is_zero_meant) {
            return Err("A BY part is out of range.");
        }
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    Ok(numbers)
}

fn nth_day(item: &str) -> Result<NthDay, Wrong> {
    let split = item
        .len()
        .checked_sub(2)
        .filter(|at| item.is_char_boundary(*at));
    let (nth, day) = item.split_at(split.ok_or("BYDAY lists days like MO or -1FR.")?);
    let nth = match nth {
        "" => None,
        nth => Some(*numbers(nth, -53..=53)?.first().ok_or("BYDAY is empty.")?),
    };
    Ok(NthDay {
        nth,
        day: weekday(day)?,
    })
}

fn weekday(word: &str) -> Result<Weekday, Wrong> {
    match word {
        "MO" => Ok(Weekday::Monday),
        "TU" => Ok(Weekday::Tuesday),
        "WE" => Ok(Weekday::Wednesday),
        "TH" => Ok(Weekday::Thursday),
        "FR" => Ok(Weekday::Friday),
        "SA" => Ok(Weekday::Saturday),
        "SU" => Ok(Weekday::Sunday),
        _ => Err("A weekday is MO, TU, WE, TH, FR, SA or SU."),
    }
}
