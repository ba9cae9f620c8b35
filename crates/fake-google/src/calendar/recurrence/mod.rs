//! The `recurrence` of a series: lines read, checked, and expanded into starts.
//!
//! Written for this server and sharing nothing with the product's own expander, so that each can
//! check the other; `tests/recurrence` holds cases computed by python-dateutil, a third opinion.
//!
//! Expansion happens in the series' own civil time and each start is then resolved in its zone, so
//! a meeting keeps its hour over a time change. A civil time that a change skips moves forward by
//! the gap, as all times here do; RFC 5545 would leave it out, and Google does not say.
//!
//! Every expansion is bounded: [`STARTS_MAX`] starts, `walk::PERIODS_MAX` periods looked at.

pub(crate) mod dates;
mod read;
mod rule;
mod split;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use self::rule::{Bound, Rule};
use self::walk::Walk;
use super::time::{EventTime, known_zone, resolve};

/// Starts of one expansion: more than any page shows, and a stop for `FREQ=DAILY` without end.
pub(crate) const STARTS_MAX: usize = 10_000;

/// The rules and dates of one series. The first start is the event's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recurrence {
    /// As the writer gave them, which is how they are answered.
    lines: Vec<String>,
    rules: Vec<Rule>,
    excluded_rules: Vec<Rule>,
    added: Vec<EventTime>,
    excluded: Vec<EventTime>,
}

/// Starts asked for: from `from` on and before `until`; open where absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
}

/// Where a series begins and which zone gives days their first moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin<'a> {
    pub(crate) start: &'a EventTime,
    pub(crate) calendar_zone: &'a TimeZone,
}

impl Recurrence {
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The first `most` original starts in `window`, ascending, each once; never more than
    /// [`STARTS_MAX`].
    ///
    /// The first start belongs to the series and counts towards `COUNT` even when its rule does
    /// not name it: RFC 5545 leaves that undefined and most calendars show it.
    pub(crate) fn starts(&self, origin: Origin<'_>, window: Window, most: usize) -> Vec<EventTime> {
        let frame = Frame::new(origin, window);
        let most = most.min(STARTS_MAX);
        // As many of each rule as are left when the excluded ones are gone.
        let limit = if self.excluded_rules.is_empty() {
            most.saturating_add(self.excluded.len())
        } else {
            STARTS_MAX
        };
        let mut found: BTreeMap<Timestamp, EventTime> = BTreeMap::new();
        let single = [origin.start.clone()];
        for start in single.iter().chain(&self.added) {
            if frame.holds(start) {
                found.insert(start.instant(origin.calendar_zone), start.clone());
            }
        }
        for rule in &self.rules {
            frame.expand(rule, limit, true, |at, start| {
                found.insert(at, start);
            });
        }
        let mut gone: BTreeSet<Timestamp> = BTreeSet::new();
        for rule in &self.excluded_rules {
            frame.expand(rule, STARTS_MAX, false, |at, _| {
                gone.insert(at);
            });
        }
        for start in &self.excluded {
            // A day excludes nothing from a timed series (reported of Google), nor a moment a day.
            if start.is_day() == origin.start.is_day() {
                gone.insert(start.instant(origin.calendar_zone));
            }
        }
        let left = found.into_iter().filter(|(at, _)| !gone.contains(at));
        left.map(|(_, start)| start).take(most).collect()
    }

    /// Whether `at` is one of the series' starts.
    pub(crate) fn has_start(&self, origin: Origin<'_>, at: &EventTime) -> bool {
        let from = at.instant(origin.calendar_zone);
        let until = from.checked_add(jiff::SignedDuration::from_secs(1));
        let window = Window {
            from: Some(from),
            until: until.ok(),
        };
        at.is_day() == origin.start.is_day() && !self.starts(origin, window, 1).is_empty()
    }
}

/// One expansion: the series' civil frame and the window in instants.
struct Frame<'a> {
    origin: Origin<'a>,
    window: Window,
    /// Zone of the civil times: the series' own, or the calendar's for days.
    zone: TimeZone,
    first: DateTime,
}

impl<'a> Frame<'a> {
    fn new(origin: Origin<'a>, window: Window) -> Self {
        let (zone, first) = match origin.start {
            EventTime::Day(day) => (
                origin.calendar_zone.clone(),
                day.to_datetime(Time::midnight()),
            ),
            EventTime::Moment { at, zone } => {
                let zone = known_zone(zone);
                let first = zone.to_datetime(*at);
                (zone, first)
            }
        };
        Self {
            origin,
            window,
            zone,
            first,
        }
    }

    fn holds(&self, start: &EventTime) -> bool {
        let at = start.instant(self.origin.calendar_zone);
        self.window.from.is_none_or(|from| at >= from)
            && self.window.until.is_none_or(|until| at < until)
    }

    /// Gives the first `most` starts of `rule` in the window, with their instants.
    fn expand(
        &self,
        rule: &Rule,
        most: usize,
        counts_first: bool,
        mut give: impl FnMut(Timestamp, EventTime),
    ) {
        let mut walk = Walk::new(rule, self.first);
        let mut left = match rule.bound {
            Bound::Count(count) => count,
            _ => u32::MAX,
        };
        // Only a counted rule has to be walked from its beginning.
        if !matches!(rule.bound, Bound::Count(_))
            && let Some(from) = self.window.from
        {
            walk.skip_to(self.zone.to_datetime(from).date());
        }
        let mut is_first = counts_first && matches!(rule.bound, Bound::Count(_));
        let mut given = 0;
        for civil in walk {
            if is_first && civil != self.first {
                left = left.saturating_sub(1);
            }
            is_first = false;
            if left == 0 || given == most {
                return;
            }
            left -= 1;
            let start = self.start_at(civil);
            let at = start.instant(self.origin.calendar_zone);
            if self.window.until.is_some_and(|until| at >= until) || self.is_past(rule, civil, at) {
                return;
            }
            if self.window.from.is_none_or(|from| at >= from) {
                given += 1;
                give(at, start);
            }
        }
    }

    fn start_at(&self, civil: DateTime) -> EventTime {
        match self.origin.start {
            EventTime::Day(_) => EventTime::Day(civil.date()),
            EventTime::Moment { zone, .. } => EventTime::Moment {
                at: resolve(civil, &self.zone),
                zone: zone.clone(),
            },
        }
    }

    /// Whether a start lies beyond the rule's `UNTIL`, which is inclusive.
    fn is_past(&self, rule: &Rule, civil: DateTime, at: Timestamp) -> bool {
        let is_day = self.origin.start.is_day();
        match rule.bound {
            Bound::Never | Bound::Count(_) => false,
            Bound::UntilDay(day) => civil.date() > day,
            Bound::UntilCivil(last) if is_day => civil.date() > last.date(),
            Bound::UntilCivil(last) => civil > last,
            Bound::UntilInstant(last) if is_day => civil.date() > date_in_utc(last),
            Bound::UntilInstant(last) => at > last,
        }
    }
}

fn date_in_utc(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

#[cfg(test)]
mod tests;
