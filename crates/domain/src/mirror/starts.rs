//! Where the instances of a series start, before any exception.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};

use super::ask::AskGoogle;
use super::event::Start;
use super::lines::{Dates, Recurrence};
use super::rule::{Bound, Rule};
use super::stamp::Stamp;
use super::walk::{civil_times, days_after};
use crate::time::{Instant, Interval, Zone};

/// Starts kept of one series: one a day for more than the longest window.
const STARTS_MAX: usize = 1_000;
/// Starts looked at to get there. A rule that counts has to be counted from its beginning: 27 years
/// of every day.
const WALK_MAX: usize = 10_000;

/// A series, as its starts depend on it.
pub(super) struct Series<'a> {
    pub(super) recurrence: &'a Recurrence,
    /// The master's own start: always the first instance.
    pub(super) first: Start,
    /// The zone it repeats in; of days, the calendar's.
    pub(super) zone: &'a Zone,
}

/// Original starts in a window, ascending by instant, and until when there are no others.
pub(super) struct Starts {
    pub(super) list: Vec<Start>,
    pub(super) until: Instant,
}

impl Series<'_> {
    /// The starts in `window`, each once. Whole up to [`Starts::until`]: the window's end, or
    /// beyond all time where the series ends, or before the start that was one too many.
    ///
    /// The first start belongs to the series whatever its rule says (RFC 5545 leaves that open): a
    /// time too many blocked is seen, one too few is a double booking.
    pub(super) fn starts(&self, window: Interval) -> Result<Starts, AskGoogle> {
        let mut found = Found::new(window);
        found.add(self.first, self.zone);
        for start in self.added()? {
            found.add(start, self.zone);
        }
        if let Some(rule) = &self.recurrence.rule {
            found.has_more |= self.walk(rule, &mut found)?;
        }
        let excluded = self.excluded();
        let (starts, has_ended) = (found.starts, !found.has_more);
        let mut left = starts
            .into_iter()
            .filter(|(_, start)| !excluded.contains(start));
        let list: Vec<Start> = left
            .by_ref()
            .take(STARTS_MAX)
            .map(|(_, start)| start)
            .collect();
        let until = match left.next() {
            Some((at, _)) => at,
            None if has_ended => Instant::MAX,
            None => window.end,
        };
        Ok(Starts { list, until })
    }

    fn is_day(&self) -> bool {
        matches!(self.first, Start::Day(_))
    }

    /// RDATE is of the same kind as the start; what Google makes of another is not said.
    fn added(&self) -> Result<Vec<Start>, AskGoogle> {
        let Dates { instants, days } = &self.recurrence.added;
        let others_are_empty = if self.is_day() {
            instants.is_empty()
        } else {
            days.is_empty()
        };
        if others_are_empty {
            Ok(named(&self.recurrence.added).collect())
        } else {
            Err(AskGoogle::Unusual)
        }
    }

    /// EXDATE of another kind than the start excludes nothing (reported of Google, §18).
    fn excluded(&self) -> BTreeSet<Start> {
        named(&self.recurrence.excluded).collect()
    }

    /// Adds what `rule` names; gives whether it may name more after the window.
    fn walk(&self, rule: &Rule, found: &mut Found) -> Result<bool, AskGoogle> {
        if self.is_day() && rule.names_times() {
            return Err(AskGoogle::Unusual);
        }
        let first = self.first_civil();
        let (from, until) = found.days(self.zone);
        let last = self
            .last_day(rule.bound)
            .map_or(until, |last| last.min(until));
        let (from, mut left) = match rule.bound {
            Bound::Count(count) => (first.date(), Some(count)),
            _ => (from, None),
        };
        let times = civil_times(rule, first, from, until)?;
        let times = times.skip_while(|civil| *civil < first);
        for (steps, civil) in times.enumerate() {
            if steps >= WALK_MAX {
                return Err(AskGoogle::TooFar);
            }
            if let Some(left) = &mut left {
                // Whether a first start that its rule does not name counts, nobody says.
                if steps == 0 && civil != first {
                    return Err(AskGoogle::CountUnclear);
                }
                if *left == 0 {
                    return Ok(false);
                }
                *left -= 1;
            }
            if civil.date() > last {
                break;
            }
            let start = self.resolve(civil, first);
            if left.is_some() && self.is_skipped(civil) {
                return Err(AskGoogle::CountUnclear);
            }
            if !self.is_past(rule.bound, civil, start) {
                found.add(start, self.zone);
            }
        }
        // Where the library finds no more days, they are centuries away, and not promised either.
        Ok(last == until)
    }

    /// The first start on the clock of the zone, in whole seconds.
    fn first_civil(&self) -> DateTime {
        let civil = match self.first {
            Start::At(at) => at.in_zone(self.zone),
            Start::Day(day) => day.at(0, 0, 0, 0),
        };
        civil.with().subsec_nanosecond(0).build().unwrap_or(civil)
    }

    /// The instant of a civil time, or its day. What the clocks skip comes later by as much, what
    /// they show twice is the first (icalendar.md §3); Google tells neither. The first start is
    /// wherever it is.
    fn resolve(&self, civil: DateTime, first: DateTime) -> Start {
        match self.first {
            _ if civil == first => self.first,
            Start::At(_) => Start::At(self.zone.instant(civil)),
            Start::Day(_) => Start::Day(civil.date()),
        }
    }

    /// Whether the clocks never show this time. RFC 5545 §3.3.10 would leave it out and not count
    /// it, others move it: where it is counted, the end of the series depends on which.
    fn is_skipped(&self, civil: DateTime) -> bool {
        !self.is_day() && self.zone.instant(civil).in_zone(self.zone) != civil
    }

    /// Whether a start lies beyond UNTIL, which is inclusive. A day with a timed series includes
    /// that whole day; an instant with days includes its day in universal time.
    fn is_past(&self, bound: Bound, civil: DateTime, start: Start) -> bool {
        let Bound::Until(until) = bound else {
            return false;
        };
        match (start, until) {
            (Start::At(at), Stamp::At(last)) => at > last,
            (Start::At(at), Stamp::Civil(last)) => at > self.zone.instant(last),
            (Start::At(_), Stamp::Day(last)) => civil.date() > last,
            (Start::Day(day), until) => day > day_of(until, &Zone::utc()),
        }
    }

    /// A day after which no start can be within UNTIL, however the clocks change.
    fn last_day(&self, bound: Bound) -> Option<Date> {
        match bound {
            Bound::Until(until) => days_after(day_of(until, self.zone), 2),
            Bound::Never | Bound::Count(_) => None,
        }
    }
}

fn day_of(stamp: Stamp, zone: &Zone) -> Date {
    match stamp {
        Stamp::Day(day) => day,
        Stamp::Civil(civil) => civil.date(),
        Stamp::At(at) => at.in_zone(zone).date(),
    }
}

fn named(dates: &Dates) -> impl Iterator<Item = Start> {
    let instants = dates.instants.iter().map(|at| Start::At(*at));
    instants.chain(dates.days.iter().map(|day| Start::Day(*day)))
}

/// Starts found in a window so far, by instant.
struct Found {
    window: Interval,
    starts: BTreeMap<Instant, Start>,
    /// Whether there may be starts after the window.
    has_more: bool,
}

impl Found {
    fn new(window: Interval) -> Self {
        Self {
            window,
            starts: BTreeMap::new(),
            has_more: false,
        }
    }

    fn add(&mut self, start: Start, zone: &Zone) {
        let at = start.instant(zone);
        if at >= self.window.end {
            self.has_more = true;
        } else if at >= self.window.start {
            self.starts.insert(at, start);
        }
    }

    /// The days of the window in `zone`, with one more on either side for what the clocks do.
    fn days(&self, zone: &Zone) -> (Date, Date) {
        let day = |at: Instant, more: i64| {
            let day = at.in_zone(zone).date();
            days_after(day, more).unwrap_or(day)
        };
        (day(self.window.start, -1), day(self.window.end, 1))
    }
}
