//! One RRULE (RFC 5545 §3.3.10), read into parts, and only if it is of a kind that we expand as
//! others do.
//!
//! What is let through here is what `sim`'s recurrence suite holds against two other expanders. The
//! rest is asked of Google: rules that expanders disagree about (BYSETPOS in a week, BYWEEKNO at
//! the ends of a year or without days, numbered and plain days together) and those by the hour.

use std::ops::RangeInclusive;

use jiff::civil::Weekday;

use super::ask::AskGoogle;
use super::stamp::Stamp;

/// Times of day that one rule may name.
const TIMES_MAX: usize = 24;

/// How often, in what periods.
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
    /// Inclusive; resolved where the series' zone and kind are known.
    Until(Stamp),
}

/// A weekday; of which one of its month or year, counted from the end if negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NthDay {
    pub(super) nth: Option<i16>,
    pub(super) day: Weekday,
}

/// A rule. Empty lists restrict nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) frequency: Frequency,
    pub(super) interval: u16,
    pub(super) bound: Bound,
    pub(super) months: Vec<i16>,
    pub(super) month_days: Vec<i16>,
    pub(super) year_days: Vec<i16>,
    pub(super) weeks: Vec<i16>,
    pub(super) days: Vec<NthDay>,
    pub(super) hours: Vec<i16>,
    pub(super) minutes: Vec<i16>,
    pub(super) seconds: Vec<i16>,
    pub(super) positions: Vec<i16>,
    pub(super) week_start: Weekday,
}

impl Rule {
    /// Reads what follows `RRULE:`.
    pub(super) fn read(text: &str) -> Result<Self, AskGoogle> {
        let parts = Parts::read(text)?;
        let rule = Self {
            frequency: frequency(parts.get("FREQ").ok_or(AskGoogle::Unreadable)?)?,
            interval: match parts.get("INTERVAL") {
                Some(value) => interval(value)?,
                None => 1,
            },
            bound: bound(parts.get("COUNT"), parts.get("UNTIL"))?,
            months: parts.numbers("BYMONTH", 1..=12)?,
            month_days: parts.numbers("BYMONTHDAY", -31..=31)?,
            year_days: parts.numbers("BYYEARDAY", -366..=366)?,
            weeks: parts.numbers("BYWEEKNO", -53..=53)?,
            days: match parts.get("BYDAY") {
                Some(value) => value.split(',').map(nth_day).collect::<Result<_, _>>()?,
                None => Vec::new(),
            },
            hours: parts.numbers("BYHOUR", 0..=23)?,
            minutes: parts.numbers("BYMINUTE", 0..=59)?,
            seconds: parts.numbers("BYSECOND", 0..=59)?,
            positions: parts.numbers("BYSETPOS", -366..=366)?,
            week_start: match parts.get("WKST") {
                Some(value) => weekday(value)?,
                None => Weekday::Monday,
            },
        };
        if rule.is_usual() {
            Ok(rule)
        } else {
            Err(AskGoogle::Unusual)
        }
    }

    /// Whether it names days of its period at all; if not, the first start says which.
    pub(super) fn names_days(&self) -> bool {
        !(self.days.is_empty()
            && self.month_days.is_empty()
            && self.year_days.is_empty()
            && self.weeks.is_empty())
    }

    /// Whether it names times of day; if not, the first start says when.
    pub(super) fn names_times(&self) -> bool {
        !(self.hours.is_empty() && self.minutes.is_empty() && self.seconds.is_empty())
    }

    /// Whether RFC 5545 allows its combination of parts, and all expanders agree about it.
    fn is_usual(&self) -> bool {
        let is_yearly = self.frequency == Frequency::Yearly;
        let has_months = is_yearly || self.frequency == Frequency::Monthly;
        self.has_usual_days(is_yearly, has_months)
            && self.has_usual_weeks(is_yearly)
            && (self.year_days.is_empty() || is_yearly)
            && (self.month_days.is_empty() || self.frequency != Frequency::Weekly)
            && self.has_usual_positions(has_months)
            && times(&self.hours) * times(&self.minutes) * times(&self.seconds) <= TIMES_MAX
    }

    fn has_usual_days(&self, is_yearly: bool, has_months: bool) -> bool {
        let numbered = self.days.iter().filter_map(|day| day.nth);
        let count = numbered.clone().count();
        // A month has five of each weekday at most.
        let nth_max = if is_yearly && self.months.is_empty() {
            53
        } else {
            5
        };
        let is_in_range = numbered.clone().all(|nth| nth.abs() <= nth_max);
        count == 0 || (has_months && count == self.days.len() && is_in_range)
    }

    fn has_usual_weeks(&self, is_yearly: bool) -> bool {
        let is_plain = self.days.iter().all(|day| day.nth.is_none());
        // The first and the last week of a year share days with its neighbours.
        let is_inside = self.weeks.iter().all(|week| (2..=51).contains(&week.abs()));
        self.weeks.is_empty() || (is_yearly && is_plain && !self.days.is_empty() && is_inside)
    }

    /// Positions count among the days of a month or a year. A week is not always read as begun
    /// before its first start, and one time of day has no position worth the name.
    fn has_usual_positions(&self, has_months: bool) -> bool {
        let has_set = self.names_days() || !self.months.is_empty();
        let most = if self.frequency == Frequency::Yearly {
            366
        } else {
            31
        };
        let is_in_range = self.positions.iter().all(|at| at.abs() <= most);
        self.positions.is_empty() || (has_months && has_set && is_in_range)
    }
}

fn times(list: &[i16]) -> usize {
    list.len().max(1)
}

const NAMES: [&str; 14] = [
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

/// The parts of a rule in capitals, each once.
struct Parts(Vec<(String, String)>);

impl Parts {
    fn read(text: &str) -> Result<Self, AskGoogle> {
        let mut parts: Vec<(String, String)> = Vec::new();
        for part in text
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let (name, value) = part.split_once('=').ok_or(AskGoogle::Unreadable)?;
            let name = name.trim().to_ascii_uppercase();
            if !NAMES.contains(&name.as_str()) {
                // RSCALE, SKIP and what is yet to be invented change what the rest means.
                return Err(AskGoogle::Unusual);
            }
            if parts.iter().any(|(known, _)| *known == name) {
                return Err(AskGoogle::Unreadable);
            }
            parts.push((name, value.trim().to_ascii_uppercase()));
        }
        Ok(Self(parts))
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A list of numbers, ascending, each once. Zero is one only where the range starts there.
    fn numbers(&self, name: &str, range: RangeInclusive<i16>) -> Result<Vec<i16>, AskGoogle> {
        let Some(value) = self.get(name) else {
            return Ok(Vec::new());
        };
        let mut numbers = Vec::new();
        for item in value.split(',') {
            numbers.push(number(item, &range)?);
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }
}

fn number(item: &str, range: &RangeInclusive<i16>) -> Result<i16, AskGoogle> {
    let number: i16 = item.trim().parse().map_err(|_| AskGoogle::Unreadable)?;
    let is_meant = number != 0 || *range.start() == 0;
    if range.contains(&number) && is_meant {
        Ok(number)
    } else {
        Err(AskGoogle::Unreadable)
    }
}

fn frequency(word: &str) -> Result<Frequency, AskGoogle> {
    match word {
        "DAILY" => Ok(Frequency::Daily),
        "WEEKLY" => Ok(Frequency::Weekly),
        "MONTHLY" => Ok(Frequency::Monthly),
        "YEARLY" => Ok(Frequency::Yearly),
        "HOURLY" | "MINUTELY" | "SECONDLY" => Err(AskGoogle::SubDaily),
        _ => Err(AskGoogle::Unreadable),
    }
}

/// Intervals beyond what two bytes hold are years in any unit: legal, and nobody's.
fn interval(value: &str) -> Result<u16, AskGoogle> {
    match value.parse::<u64>() {
        Ok(0) | Err(_) => Err(AskGoogle::Unreadable),
        Ok(interval) => u16::try_from(interval).map_err(|_| AskGoogle::Unusual),
    }
}

fn bound(count: Option<&str>, until: Option<&str>) -> Result<Bound, AskGoogle> {
    match (count, until) {
        (None, None) => Ok(Bound::Never),
        (Some(_), Some(_)) => Err(AskGoogle::Unreadable),
        (Some(count), None) => match count.parse::<u32>() {
            Ok(0) | Err(_) => Err(AskGoogle::Unreadable),
            Ok(count) => Ok(Bound::Count(count)),
        },
        (None, Some(until)) => match Stamp::read(until) {
            Some(until) => Ok(Bound::Until(until)),
            None => Err(AskGoogle::Unreadable),
        },
    }
}

fn nth_day(item: &str) -> Result<NthDay, AskGoogle> {
    let item = item.trim();
    let split = item.len().checked_sub(2).ok_or(AskGoogle::Unreadable)?;
    let (nth, day) = item.split_at_checked(split).ok_or(AskGoogle::Unreadable)?;
    let nth = match nth {
        "" => None,
        nth => Some(number(nth, &(-53..=53))?),
    };
    Ok(NthDay {
        nth,
        day: weekday(day)?,
    })
}

fn weekday(word: &str) -> Result<Weekday, AskGoogle> {
    match word {
        "MO" => Ok(Weekday::Monday),
        "TU" => Ok(Weekday::Tuesday),
        "WE" => Ok(Weekday::Wednesday),
        "TH" => Ok(Weekday::Thursday),
        "FR" => Ok(Weekday::Friday),
        "SA" => Ok(Weekday::Saturday),
        "SU" => Ok(Weekday::Sunday),
        _ => Err(AskGoogle::Unreadable),
    }
}
