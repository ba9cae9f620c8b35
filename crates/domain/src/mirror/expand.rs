//! One event, or one series with its exceptions, as rows of busy time.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::ask::AskGoogle;
use super::busy::{Busy, Calendar};
use super::event::{ForeignEvent, Occurrence, Start, Timing};
use super::horizon::WINDOW_MAX;
use super::lines::{Recurrence, known_zone};
use super::starts::Series;
use super::walk::days_after;
use crate::time::{Instant, Interval, Zone};

/// The longest instance of a series that is expanded here; each start as far back as that may still
/// reach into a window.
const LENGTH_MAX: SignedDuration = SignedDuration::from_hours(24 * 366);

/// What one event takes of its calendar's time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expansion {
    /// Rows that end after the window's start, ascending. Exceptions and single events are here
    /// wherever they lie; computed instances if they start before [`until`](Self::until).
    pub busy: Vec<Busy>,
    /// Until when the rows are all there is: no other instance starts earlier. [`Instant::MAX`]
    /// when there are no others at all, so that the event need not be looked at again.
    pub until: Instant,
}

/// The busy time of `event` from `window.start` on: of a single event, an exception without its
/// master, or a master with all its `exceptions`, cancelled ones too.
///
/// Instances are computed up to `window.end`, or for [`WINDOW_MAX`] if that is sooner. An exception
/// takes the place of the instance that its `original_start` names as an instant (or day); one that
/// names none of the master's instances stands for itself. A cancelled master takes its exceptions
/// with it. Zero-length events take no time.
///
/// # Errors
/// [`AskGoogle`] when the instances do not follow from what is known at a bounded cost. The rows
/// then come from `events.instances`; exceptions are among those.
pub fn expand(
    event: &ForeignEvent,
    exceptions: &[ForeignEvent],
    window: Interval,
    calendar: &Calendar<'_>,
) -> Result<Expansion, AskGoogle> {
    let window = Interval {
        start: window.start,
        end: window.end.min(window.start + WINDOW_MAX),
    };
    let mut rows = Rows::new(window.start, calendar);
    let mut until = Instant::MAX;
    if event.is_cancelled() {
        // The series and all that was made of it.
    } else if event.is_master() {
        let mine = exceptions.iter().filter(|e| is_exception_of(e, event));
        let replaced = rows.add_exceptions(mine);
        if calendar.rules.why_free(event).is_none() {
            until = rows.add_instances(event, &replaced, window)?;
        }
    } else if !rows.add_alone(event) {
        return Err(AskGoogle::NoTime);
    }
    Ok(Expansion {
        busy: rows.sorted(),
        until,
    })
}

fn is_exception_of(exception: &ForeignEvent, master: &ForeignEvent) -> bool {
    let occurrence = exception.occurrence.as_ref();
    occurrence.is_some_and(|occurrence| occurrence.series == master.id)
}

struct Rows<'a> {
    from: Instant,
    calendar: &'a Calendar<'a>,
    rows: Vec<Busy>,
}

impl<'a> Rows<'a> {
    fn new(from: Instant, calendar: &'a Calendar<'a>) -> Self {
        Self {
            from,
            calendar,
            rows: Vec::new(),
        }
    }

    fn add(&mut self, event: &ForeignEvent, original_start: Option<Start>, time: Interval) {
        if time.start < time.end && time.end > self.from {
            self.rows.push(Busy {
                event_id: event.id.clone(),
                original_start,
                time,
                link: self.calendar.link_of(event),
            });
        }
    }

    /// Adds an event by its own time. `false` if it blocks and does not say when.
    fn add_alone(&mut self, event: &ForeignEvent) -> bool {
        if self.calendar.rules.why_free(event).is_some() {
            return true;
        }
        let Some(timing) = &event.timing else {
            return false;
        };
        let original_start = event.occurrence.as_ref().and_then(|o| o.original_start);
        self.add(event, original_start, self.calendar.time_of(timing));
        true
    }

    /// Adds exceptions; gives the starts whose instances they take the place of. One that blocks
    /// and does not say when leaves the instance where it is.
    fn add_exceptions<'e>(
        &mut self,
        exceptions: impl Iterator<Item = &'e ForeignEvent>,
    ) -> BTreeSet<Start> {
        let mut replaced = BTreeSet::new();
        for exception in exceptions {
            if self.add_alone(exception)
                && let Some(Occurrence {
                    original_start: Some(start),
                    ..
                }) = exception.occurrence
            {
                replaced.insert(start);
            }
        }
        replaced
    }

    /// Adds the instances of `master` that start before `window.end` and are not `replaced`; gives
    /// until when they are all.
    fn add_instances(
        &mut self,
        master: &ForeignEvent,
        replaced: &BTreeSet<Start>,
        window: Interval,
    ) -> Result<Instant, AskGoogle> {
        let timing = master.timing.as_ref().ok_or(AskGoogle::NoTime)?;
        let shape = Shape::new(timing, self.calendar)?;
        let recurrence = Recurrence::read(&master.recurrence, &shape.zone)?;
        let series = Series {
            recurrence: &recurrence,
            first: shape.first,
            zone: &shape.zone,
        };
        let starts = series.starts(Interval {
            start: window.start - shape.reach,
            end: window.end,
        })?;
        let left = starts.list.iter().filter(|start| !replaced.contains(start));
        for (number, start) in left.enumerate() {
            if number == 1 && crate::fault!(21) {
                continue;
            }
            self.add(master, Some(*start), shape.time_from(*start));
        }
        Ok(starts.until)
    }

    fn sorted(mut self) -> Vec<Busy> {
        let key = |row: &Busy| (row.time, row.original_start);
        self.rows.sort_by(|a, b| {
            key(a)
                .cmp(&key(b))
                .then_with(|| a.event_id.cmp(&b.event_id))
        });
        self.rows
    }
}

/// What all instances of a series have in common: days, or an exact length (RFC 5545 §3.8.5.3).
struct Shape {
    first: Start,
    zone: Zone,
    days: i64,
    span: SignedDuration,
    /// How long before a window an instance may start and still be in it.
    reach: SignedDuration,
}

impl Shape {
    fn new(timing: &Timing, calendar: &Calendar<'_>) -> Result<Self, AskGoogle> {
        let time = calendar.time_of(timing);
        let span = time.span();
        if span > LENGTH_MAX {
            return Err(AskGoogle::TooFar);
        }
        // A day may have an hour more than another.
        let reach = span + SignedDuration::from_hours(2);
        Ok(match timing {
            Timing::Timed { zone, .. } => Self {
                first: Start::At(time.start),
                zone: match zone {
                    Some(name) => known_zone(name).ok_or(AskGoogle::UnknownZone)?,
                    None => calendar.zone.clone(),
                },
                days: 0,
                span,
                reach,
            },
            Timing::AllDay { first, end } => Self {
                first: Start::Day(*first),
                zone: calendar.zone.clone(),
                days: first.until(*end).map_or(0, |days| days.get_days().into()),
                span,
                reach,
            },
        })
    }

    fn time_from(&self, start: Start) -> Interval {
        match start {
            Start::At(at) => Interval::lasting(at, self.span),
            Start::Day(day) => {
                let end = days_after(day, self.days).unwrap_or(day);
                let start = self.zone.start_of_day(day);
                Interval {
                    start,
                    end: self.zone.start_of_day(end).max(start),
                }
            }
        }
    }
}
