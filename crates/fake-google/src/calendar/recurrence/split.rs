//! A series cut in two: "this and following" as Google's own page does it.

use jiff::civil::Time;
use jiff::{Span, Timestamp};

use super::super::time::{EventTime, known_zone, resolve};
use super::dates::{write_day, write_instant};
use super::rule::Bound;
use super::{Origin, Recurrence, STARTS_MAX, Window};
use crate::error::ApiError;

impl Recurrence {
    /// The lines of this series up to before `at`, and those of the series that begins there.
    ///
    /// The first gets an `UNTIL`: the day before, or its last second in the series' zone, as
    /// Google's page writes it. A `COUNT` goes on in the second with what is left of it.
    ///
    /// # Errors
    /// 400 when a time lies outside of the calendar.
    pub(crate) fn split(
        &self,
        origin: Origin<'_>,
        at: &EventTime,
    ) -> Result<(Vec<String>, Vec<String>), ApiError> {
        let cut = at.instant(origin.calendar_zone);
        let until = until_before(at, self.rules.iter().any(super::rule::Rule::has_times))
            .ok_or_else(|| ApiError::invalid("Invalid start time."))?;
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let mut rules = self.rules.iter();
        for line in &self.lines {
            let Some((name, rule)) = rule_line(line) else {
                continue;
            };
            if name != "RRULE" {
                before.push(line.clone());
                after.push(line.clone());
                continue;
            }
            let parts = unbounded(rule);
            before.push(format!("RRULE:{parts};UNTIL={until}"));
            let parsed = rules.next();
            match parsed.map(|rule| rule.bound) {
                Some(Bound::Count(count)) => {
                    let alone = Self {
                        rules: parsed.cloned().into_iter().collect(),
                        ..self.clone().bare()
                    };
                    let window = Window {
                        from: None,
                        until: Some(cut),
                    };
                    let gone = alone.starts(origin, window, STARTS_MAX).len();
                    let left = count.saturating_sub(u32::try_from(gone).unwrap_or(u32::MAX));
                    if left > 0 {
                        after.push(format!("RRULE:{parts};COUNT={left}"));
                    }
                }
                _ => after.push(format!("RRULE:{rule}")),
            }
        }
        for (name, dates) in [("RDATE", &self.added), ("EXDATE", &self.excluded)] {
            let (early, late): (Vec<_>, Vec<_>) = dates
                .iter()
                .partition(|date| date.instant(origin.calendar_zone) < cut);
            before.extend(dates_line(name, &early));
            after.extend(dates_line(name, &late));
        }
        Ok((before, after))
    }

    fn bare(self) -> Self {
        Self {
            rules: Vec::new(),
            excluded_rules: Vec::new(),
            added: Vec::new(),
            excluded: Vec::new(),
            ..self
        }
    }
}

/// The value of the last `UNTIL` before `at`. A rule with several times a day ends a second before.
fn until_before(at: &EventTime, has_times: bool) -> Option<String> {
    let day_before = Span::new().try_days(-1).ok()?;
    match at {
        EventTime::Day(day) => Some(write_day(day.checked_add(day_before).ok()?)),
        EventTime::Moment { at, .. } if has_times => {
            let before = Timestamp::from_second(at.as_second().checked_sub(1)?).ok()?;
            Some(write_instant(before))
        }
        EventTime::Moment { at, zone } => {
            let zone = known_zone(zone);
            let day = zone.to_datetime(*at).date().checked_add(day_before).ok()?;
            let last = day.to_datetime(Time::new(23, 59, 59, 0).ok()?);
            Some(write_instant(resolve(last, &zone)))
        }
    }
}

/// Name and value of an `RRULE` or `EXRULE` line.
fn rule_line(line: &str) -> Option<(String, &str)> {
    let (head, value) = line.split_once(':')?;
    let name = head.split(';').next()?.trim().to_ascii_uppercase();
    (name == "RRULE" || name == "EXRULE").then_some((name, value))
}

/// A rule without its end.
fn unbounded(rule: &str) -> String {
    let is_bound = |part: &&str| {
        let name = part.split('=').next().unwrap_or_default().trim();
        name.eq_ignore_ascii_case("COUNT") || name.eq_ignore_ascii_case("UNTIL")
    };
    let parts: Vec<&str> = rule
        .trim_end_matches(';')
        .split(';')
        .filter(|part| !is_bound(part))
        .collect();
    parts.join(";")
}

fn dates_line(name: &str, dates: &[&EventTime]) -> Option<String> {
    let (days, moments): (Vec<_>, Vec<_>) = dates.iter().partition(|date| date.is_day());
    let text = |date: &&&EventTime| match date {
        EventTime::Day(day) => write_day(*day),
        EventTime::Moment { at, .. } => write_instant(*at),
    };
    let list = |dates: &[&&EventTime]| dates.iter().map(text).collect::<Vec<_>>().join(",");
    match (days.is_empty(), moments.is_empty()) {
        (true, true) => None,
        (false, _) => Some(format!("{name};VALUE=DATE:{}", list(&days))),
        (true, false) => Some(format!("{name}:{}", list(&moments))),
    }
}
