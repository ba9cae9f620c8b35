//! The civil times a rule names, period after period, from a first one on.
//!
//! A period is a day, week, month or year. Its days are filtered by the BY parts, crossed with the
//! times of day, and `BYSETPOS` picks among them. What a rule leaves open comes from the first
//! start (RFC 5545 §3.3.10).

use std::collections::VecDeque;

use jiff::Span;
use jiff::civil::{Date, DateTime, Time, Weekday};

use super::rule::{Frequency, NthDay, Rule};

/// Periods looked at in one expansion: a daily rule reaches 130 years, and one that names no day
/// that ever comes (30 February) ends.
pub(super) const PERIODS_MAX: u32 = 50_000;

/// Civil times of a rule, ascending, none before the first start.
pub(super) struct Walk<'a> {
    rule: &'a Rule,
    first: DateTime,
    /// What the rule leaves open, taken from the first start.
    months: Vec<i16>,
    month_days: Vec<i16>,
    days: Vec<NthDay>,
    times: Vec<Time>,
    /// Periods from the first one to the next one to look at, in steps of the interval.
    next: i64,
    left: u32,
    ready: VecDeque<DateTime>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(rule: &'a Rule, first: DateTime) -> Self {
        let mut walk = Self {
            rule,
            first,
            months: rule.months.clone(),
            month_days: rule.month_days.clone(),
            days: rule.days.clone(),
            times: times(rule, first.time()),
            next: 0,
            left: PERIODS_MAX,
            ready: VecDeque::new(),
        };
        walk.fill_in();
        walk
    }

    /// Passes over periods that end before `day`.
    pub(super) fn skip_to(&mut self, day: Date) {
        let (anchor, first) = (day, self.first.date());
        let periods = match self.rule.frequency {
            Frequency::Daily => days_between(first, anchor),
            Frequency::Weekly => days_between(first, anchor).div_euclid(7),
            Frequency::Monthly => months_of(anchor) - months_of(first),
            Frequency::Yearly => i64::from(anchor.year()) - i64::from(first.year()),
        };
        // One step of slack for weeks that begin elsewhere and for days of another zone.
        self.next = (periods.div_euclid(i64::from(self.rule.interval)) - 1).max(0);
    }

    fn fill_in(&mut self) {
        let (rule, first) = (self.rule, self.first);
        let names_days = !(rule.days.is_empty()
            && rule.month_days.is_empty()
            && rule.year_days.is_empty()
            && rule.weeks.is_empty());
        let this_weekday = NthDay {
            nth: None,
            day: first.weekday(),
        };
        match rule.frequency {
            Frequency::Weekly if !names_days => self.days.push(this_weekday),
            Frequency::Monthly if !names_days => self.month_days.push(first.day().into()),
            Frequency::Yearly if !names_days => {
                if rule.months.is_empty() {
                    self.months.push(first.month().into());
                }
                self.month_days.push(first.day().into());
            }
            // A bare week number means the weekday of the first start in it.
            Frequency::Yearly
                if rule.days.is_empty()
                    && rule.month_days.is_empty()
                    && rule.year_days.is_empty() =>
            {
                self.days.push(this_weekday);
            }
            _ => {}
        }
    }

    /// Days of the period that is `steps` intervals after the first; `None` past the year 9999.
    fn period(&self, steps: i64) -> Option<Vec<Date>> {
        let count = steps.checked_mul(i64::from(self.rule.interval))?;
        let first = self.first.date();
        let (from, length) = match self.rule.frequency {
            Frequency::Daily => (days_after(first, count)?, 1),
            Frequency::Weekly => {
                let week = week_of(first, self.rule.week_start)?;
                (days_after(week, count.checked_mul(7)?)?, 7)
            }
            Frequency::Monthly => {
                let month = months_of(first).checked_add(count)?;
                let year = i16::try_from(month.div_euclid(12)).ok()?;
                let month = i8::try_from(month.rem_euclid(12)).ok()? + 1;
                let from = Date::new(year, month, 1).ok()?;
                (from, i64::from(from.days_in_month()))
            }
            Frequency::Yearly => {
                let year = i16::try_from(i64::from(first.year()).checked_add(count)?).ok()?;
                let from = Date::new(year, 1, 1).ok()?;
                (from, i64::from(from.days_in_year()))
            }
        };
        let days = (0..length).map_while(|day| days_after(from, day));
        Some(days.filter(|day| self.fits(*day)).collect())
    }

    fn fits(&self, day: Date) -> bool {
        let listed = |list: &[i16], from_start: i16, length: i16| {
            let from_end = from_start - length - 1;
            list.is_empty() || list.contains(&from_start) || list.contains(&from_end)
        };
        (self.months.is_empty() || self.months.contains(&day.month().into()))
            && listed(
                &self.month_days,
                day.day().into(),
                day.days_in_month().into(),
            )
            && listed(&self.rule.year_days, day.day_of_year(), day.days_in_year())
            && self.fits_week(day)
            && (self.days.is_empty() || self.days.iter().any(|nth| self.is_nth(*nth, day)))
    }

    fn fits_week(&self, day: Date) -> bool {
        self.rule.weeks.is_empty()
            || numbered_week(day, self.rule.week_start).is_some_and(|(number, count)| {
                let from_end = number - count - 1;
                self.rule.weeks.contains(&number) || self.rule.weeks.contains(&from_end)
            })
    }

    /// A number means the month's, or the year's in a yearly rule that names no month.
    fn is_nth(&self, wanted: NthDay, day: Date) -> bool {
        if day.weekday() != wanted.day {
            return false;
        }
        let Some(nth) = wanted.nth else {
            return true;
        };
        let is_yearly = self.rule.frequency == Frequency::Yearly && self.months.is_empty();
        let (place, length) = if is_yearly {
            (day.day_of_year(), day.days_in_year())
        } else {
            (day.day().into(), day.days_in_month().into())
        };
        (place - 1) / 7 + 1 == nth || -((length - place) / 7 + 1) == nth
    }

    /// The starts of one period.
    fn starts(&self, days: &[Date]) -> Vec<DateTime> {
        let all: Vec<DateTime> = days
            .iter()
            .flat_map(|day| self.times.iter().map(|time| day.to_datetime(*time)))
            .collect();
        if self.rule.positions.is_empty() {
            return all;
        }
        let picked = |index: usize| {
            let from_start = i64::try_from(index).unwrap_or(i64::MAX) + 1;
            let from_end = from_start - i64::try_from(all.len()).unwrap_or(0) - 1;
            let mut positions = self.rule.positions.iter().map(|at| i64::from(*at));
            positions.any(|at| at == from_start || at == from_end)
        };
        let chosen = all.iter().enumerate().filter(|(index, _)| picked(*index));
        chosen.map(|(_, start)| *start).collect()
    }
}

impl Iterator for Walk<'_> {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        loop {
            if let Some(start) = self.ready.pop_front() {
                return Some(start);
            }
            self.left = self.left.checked_sub(1)?;
            let days = self.period(self.next)?;
            self.next += 1;
            let starts = self.starts(&days);
            let later = starts.into_iter().filter(|start| *start >= self.first);
            self.ready.extend(later);
        }
    }
}

/// Times of day of a rule, ascending; those of the first start where it names none.
fn times(rule: &Rule, first: Time) -> Vec<Time> {
    if !rule.has_times() {
        return vec![first];
    }
    let or = |list: &[i16], of_first: i8| -> Vec<i8> {
        if list.is_empty() {
            return vec![of_first];
        }
        list.iter()
            .filter_map(|at| i8::try_from(*at).ok())
            .collect()
    };
    let mut times = Vec::new();
    for hour in or(&rule.hours, first.hour()) {
        for minute in or(&rule.minutes, first.minute()) {
            for second in or(&rule.seconds, first.second()) {
                times.extend(Time::new(hour, minute, second, 0));
            }
        }
    }
    times.sort_unstable();
    times
}

fn days_after(day: Date, count: i64) -> Option<Date> {
    day.checked_add(Span::new().try_days(count).ok()?).ok()
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

fn months_of(day: Date) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month()) - 1
}

/// First day of the week that holds `day`.
fn week_of(day: Date, week_start: Weekday) -> Option<Date> {
    days_after(day, -i64::from(day.weekday().since(week_start)))
}

/// A day's week and how many its year has; the first week has four days or more in the year.
fn numbered_week(day: Date, week_start: Weekday) -> Option<(i16, i16)> {
    let first_of = |year: i16| week_of(Date::new(year, 1, 4).ok()?, week_start);
    let week = week_of(day, week_start)?;
    // The week belongs to the year that its fourth day is in.
    let year = days_after(week, 3)?.year();
    let (first, next) = (first_of(year)?, first_of(year.checked_add(1)?)?);
    let weeks = |to: Date| i16::try_from(days_between(first, to) / 7).ok();
    Some((weeks(week)? + 1, weeks(next)?))
}
