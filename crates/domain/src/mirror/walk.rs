//! The civil times a rule names, from the `rrule` crate.
//!
//! The crate sees no zone: a civil time goes in and comes out as if it were universal time. It is
//! told every part of the rule that the first start would otherwise supply, and begins at the first
//! day of a period, so that a series of many years need not be walked from its beginning.

use jiff::Span;
use jiff::civil::{Date, DateTime, Weekday};
use rrule::{NWeekday, RRule, RRuleSet, RRuleSetIter, Tz};

use super::ask::AskGoogle;
use super::rule::{Frequency, NthDay, Rule};

/// The calendar repeats after these years to the day and the weekday (146 097 days, 20 871 weeks).
const CYCLE_YEARS: i16 = 400;
/// The last year the crate walks in. A rule whose days never come is walked up to there, so the
/// walk is moved, by whole cycles, to where that is less than a cycle away.
const LAST_YEAR: i16 = 9_990;

/// The civil times that `rule` names in the series that starts at `first`, ascending, from the
/// beginning of the period that holds `from`, or of the first one. Those before `first` are among
/// them, those after `until` may be.
pub(super) fn civil_times(
    rule: &Rule,
    first: DateTime,
    from: Date,
    until: Date,
) -> Result<impl Iterator<Item = DateTime>, AskGoogle> {
    let anchor = anchor(rule, first.date(), from).ok_or(AskGoogle::TooFar)?;
    let cycles = (LAST_YEAR - until.year()) / CYCLE_YEARS;
    let moved_by = cycles * CYCLE_YEARS;
    let begin = to_library(anchor.to_datetime(first.time()), moved_by).ok_or(AskGoogle::TooFar)?;
    // What the library refuses, it would not expand as we read it.
    let rule = library_rule(rule, first)?
        .validate(begin)
        .map_err(|_| AskGoogle::Unusual)?;
    let set = RRuleSet::new(begin).rrule(rule).limit();
    Ok(Civil {
        starts: (&set).into_iter(),
        moved_by,
    })
}

struct Civil {
    starts: RRuleSetIter,
    moved_by: i16,
}

impl Iterator for Civil {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        from_library(self.starts.next()?, self.moved_by)
    }
}

/// First day of the last period that begins, in steps of the interval, not after `from`; of the
/// first period at the earliest.
fn anchor(rule: &Rule, first: Date, from: Date) -> Option<Date> {
    let interval = i64::from(rule.interval);
    let from = from.max(first);
    let whole = |periods: i64| periods.div_euclid(interval) * interval;
    match rule.frequency {
        Frequency::Daily => days_after(first, whole(days_between(first, from))),
        Frequency::Weekly => {
            let week = days_after(first, -i64::from(first.weekday().since(rule.week_start)))?;
            days_after(week, whole(days_between(week, from).div_euclid(7)) * 7)
        }
        Frequency::Monthly => {
            let month = months_of(first) + whole(months_of(from) - months_of(first));
            let year = i16::try_from(month.div_euclid(12)).ok()?;
            Date::new(year, i8::try_from(month.rem_euclid(12)).ok()? + 1, 1).ok()
        }
        Frequency::Yearly => {
            let years = whole(i64::from(from.year()) - i64::from(first.year()));
            let year = i16::try_from(i64::from(first.year()) + years).ok()?;
            Date::new(year, 1, 1).ok()
        }
    }
}

/// The rule without its end, which is found by the instants, and with what it leaves to `first`.
fn library_rule(rule: &Rule, first: DateTime) -> Result<RRule<rrule::Unvalidated>, AskGoogle> {
    let mut months = rule.months.clone();
    let mut month_days = rule.month_days.clone();
    let mut days = rule.days.clone();
    if !rule.names_days() {
        match rule.frequency {
            Frequency::Daily => {}
            Frequency::Weekly => days.push(NthDay {
                nth: None,
                day: first.weekday(),
            }),
            Frequency::Monthly => month_days.push(first.day().into()),
            Frequency::Yearly => {
                month_days.push(first.day().into());
                if months.is_empty() {
                    months.push(first.month().into());
                }
            }
        }
    }
    let months: Vec<chrono::Month> = months.iter().copied().filter_map(month).collect();
    Ok(RRule::new(frequency(rule.frequency))
        .interval(rule.interval)
        .week_start(weekday(rule.week_start))
        .by_month(&months)
        .by_month_day(narrow(&month_days)?)
        .by_year_day(rule.year_days.clone())
        .by_week_no(narrow(&rule.weeks)?)
        .by_weekday(days.into_iter().map(nth_weekday).collect())
        .by_hour(narrow(&or_of(&rule.hours, first.hour()))?)
        .by_minute(narrow(&or_of(&rule.minutes, first.minute()))?)
        .by_second(narrow(&or_of(&rule.seconds, first.second()))?)
        .by_set_pos(rule.positions.iter().map(|at| i32::from(*at)).collect()))
}

fn or_of(list: &[i16], of_first: i8) -> Vec<i16> {
    if list.is_empty() {
        vec![of_first.into()]
    } else {
        list.to_vec()
    }
}

/// The same numbers in the library's smaller types; their ranges were checked when they were read.
fn narrow<N: TryFrom<i16>>(list: &[i16]) -> Result<Vec<N>, AskGoogle> {
    let narrowed = list.iter().map(|number| N::try_from(*number));
    narrowed
        .collect::<Result<_, _>>()
        .map_err(|_| AskGoogle::Unreadable)
}

fn to_library(civil: DateTime, moved_by: i16) -> Option<chrono::DateTime<Tz>> {
    let year = civil.year().checked_add(moved_by)?;
    let day = chrono::NaiveDate::from_ymd_opt(
        year.into(),
        u32::try_from(civil.month()).ok()?,
        u32::try_from(civil.day()).ok()?,
    )?;
    let part = |part: i8| u32::try_from(part).ok();
    let at = day.and_hms_opt(
        part(civil.hour())?,
        part(civil.minute())?,
        part(civil.second())?,
    )?;
    Some(at.and_utc().with_timezone(&Tz::UTC))
}

fn from_library(at: chrono::DateTime<Tz>, moved_by: i16) -> Option<DateTime> {
    use chrono::{Datelike, Timelike};
    let part = |part: u32| i8::try_from(part).ok();
    let year = i16::try_from(at.year()).ok()?.checked_sub(moved_by)?;
    DateTime::new(
        year,
        part(at.month())?,
        part(at.day())?,
        part(at.hour())?,
        part(at.minute())?,
        part(at.second())?,
        0,
    )
    .ok()
}

fn frequency(frequency: Frequency) -> rrule::Frequency {
    match frequency {
        Frequency::Daily => rrule::Frequency::Daily,
        Frequency::Weekly => rrule::Frequency::Weekly,
        Frequency::Monthly => rrule::Frequency::Monthly,
        Frequency::Yearly => rrule::Frequency::Yearly,
    }
}

fn month(number: i16) -> Option<chrono::Month> {
    chrono::Month::try_from(u8::try_from(number).ok()?).ok()
}

fn nth_weekday(nth: NthDay) -> NWeekday {
    NWeekday::new(nth.nth, weekday(nth.day))
}

fn weekday(day: Weekday) -> chrono::Weekday {
    match day {
        Weekday::Monday => chrono::Weekday::Mon,
        Weekday::Tuesday => chrono::Weekday::Tue,
        Weekday::Wednesday => chrono::Weekday::Wed,
        Weekday::Thursday => chrono::Weekday::Thu,
        Weekday::Friday => chrono::Weekday::Fri,
        Weekday::Saturday => chrono::Weekday::Sat,
        Weekday::Sunday => chrono::Weekday::Sun,
    }
}

/// `day` moved by `count` days; `None` beyond the years that dates have.
pub(super) fn days_after(day: Date, count: i64) -> Option<Date> {
    day.checked_add(Span::new().try_days(count).ok()?).ok()
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

fn months_of(day: Date) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month()) - 1
}
