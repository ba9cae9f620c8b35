//! A series and its instances: computed from the master until a write makes one an exception.
//!
//! Only exceptions are stored. An instance's id is its series' and its original start (§6), which
//! it keeps wherever it is moved; an exception is stored under the same id.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::recurrence::dates::{Stamp, read_stamp, write_day, write_instant};
use super::recurrence::{Origin, STARTS_MAX, Window};
use super::time::EventTime;
use super::{Calendar, Content, Event, Status, Touch};

/// Starts looked at to say whether a series has any in a span: more than can overlap its edge in
/// an hour.
const FIRST_STARTS: usize = 64;

/// Which occurrence of which series an event is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Occurrence {
    pub(crate) series: String,
    /// Where the series puts it, wherever it now is.
    pub(crate) original_start: EventTime,
    pub(crate) fate: Fate,
}

/// What became of an exception's place in its series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The series stands and has this start.
    Live,
    /// The series stands and no longer has this start, so the exception went.
    Dropped,
    SeriesDeleted,
}

/// Which instances are wanted: those that end after `after` and start before `before`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span<'a> {
    pub(crate) after: Option<Timestamp>,
    pub(crate) before: Option<Timestamp>,
    /// Where a series without end stops being told of, counted from now or from its own start if
    /// that is later.
    pub(crate) horizon: SignedDuration,
    pub(crate) now: Timestamp,
    /// The calendar's, in which days begin.
    pub(crate) zone: &'a TimeZone,
}

impl Span<'_> {
    fn window(&self, master: &Event) -> Window {
        let from = master.content.start.instant(self.zone).max(self.now);
        let horizon = from.checked_add(self.horizon).unwrap_or(Timestamp::MAX);
        // A day may have 25 hours, so a little more than the length; what is too early goes later.
        let length = master.content.length(self.zone);
        let reach = length.saturating_add(SignedDuration::from_hours(1));
        Window {
            from: self.after.and_then(|after| after.checked_sub(reach).ok()),
            until: Some(self.before.unwrap_or(horizon)),
        }
    }

    /// Whether something at these times is wanted.
    pub(crate) fn holds(&self, start: &EventTime, end: &EventTime) -> bool {
        self.after
            .is_none_or(|after| end.instant(self.zone) > after)
            && self
                .before
                .is_none_or(|before| start.instant(self.zone) < before)
    }
}

impl Event {
    /// Whether it is a series, told of as a whole.
    pub(crate) fn is_master(&self) -> bool {
        self.content.recurrence.is_some()
    }

    /// The occurrence that an exception stands for, while its series has it.
    pub(crate) fn live_occurrence(&self) -> Option<&Occurrence> {
        let occurrence = self.occurrence.as_ref();
        occurrence.filter(|occurrence| occurrence.fate == Fate::Live)
    }

    /// Whether it stands where its series would have an instance.
    pub(crate) fn is_exception(&self) -> bool {
        let occurrence = self.occurrence.as_ref();
        occurrence.is_some_and(|occurrence| occurrence.fate != Fate::Dropped)
    }

    /// Whether it was an exception at a start that its series has lost.
    pub(crate) fn is_dropped(&self) -> bool {
        let occurrence = self.occurrence.as_ref();
        occurrence.is_some_and(|occurrence| occurrence.fate == Fate::Dropped)
    }

    /// The instance of this series at `start`, as the series has it.
    pub(crate) fn instance(&self, start: EventTime, zone: &TimeZone) -> Event {
        let end = self.content.end_from(&start, zone);
        Event {
            id: instance_id(&self.id, &start),
            occurrence: Some(Occurrence {
                series: self.id.clone(),
                original_start: start.clone(),
                fate: if self.is_deleted() {
                    Fate::SeriesDeleted
                } else {
                    Fate::Live
                },
            }),
            content: Content {
                recurrence: None,
                start,
                end,
                ..self.content.clone()
            },
            ..self.clone()
        }
    }

    /// The instances of this series in `span`, but for those that `is_exception` knows by id:
    /// exceptions are events of their own.
    pub(crate) fn instances(
        &self,
        span: &Span<'_>,
        is_exception: impl Fn(&str) -> bool,
    ) -> Vec<Event> {
        self.starts(span, STARTS_MAX)
            .into_iter()
            .map(|start| self.instance(start, span.zone))
            .filter(|instance| span.holds(&instance.content.start, &instance.content.end))
            .filter(|instance| !is_exception(&instance.id))
            .collect()
    }

    /// Whether the event, or any instance of the series that it is, lies in `span`.
    pub(crate) fn touches(&self, span: &Span<'_>) -> bool {
        if !self.is_master() {
            return span.holds(&self.content.start, &self.content.end);
        }
        // The first few, for one may lie before the span by what `reach` allows for.
        self.starts(span, FIRST_STARTS)
            .iter()
            .any(|start| span.holds(start, &self.content.end_from(start, span.zone)))
    }

    fn starts(&self, span: &Span<'_>, most: usize) -> Vec<EventTime> {
        let origin = Origin {
            start: &self.content.start,
            calendar_zone: span.zone,
        };
        let recurrence = self.content.recurrence.as_ref();
        recurrence.map_or_else(Vec::new, |rules| {
            rules.starts(origin, span.window(self), most)
        })
    }

    /// The instance of this series that `start` belongs to, if the series stands and has it.
    pub(crate) fn instance_at(&self, start: &EventTime, zone: &TimeZone) -> Option<Event> {
        (!self.is_deleted() && self.has_start(start, zone))
            .then(|| self.instance(start.clone(), zone))
    }

    fn has_start(&self, start: &EventTime, zone: &TimeZone) -> bool {
        let origin = Origin {
            start: &self.content.start,
            calendar_zone: zone,
        };
        let recurrence = self.content.recurrence.as_ref();
        recurrence.is_some_and(|rules| rules.has_start(origin, start))
    }
}

/// `<series>_<original start>`, in UTC or as a day (§6).
pub(crate) fn instance_id(series: &str, original_start: &EventTime) -> String {
    match original_start {
        EventTime::Day(day) => format!("{series}_{}", write_day(*day)),
        EventTime::Moment { at, .. } => format!("{series}_{}", write_instant(*at)),
    }
}

impl Calendar {
    /// The instance that `id` names, if there is such a series and it has such a start.
    pub(super) fn computed_instance(&self, id: &str) -> Option<Event> {
        let (series, stamp) = id.rsplit_once('_')?;
        let master = self.events.get(series)?;
        let start = match (read_stamp(stamp)?, &master.content.start) {
            (Stamp::Day(day), EventTime::Day(_)) => EventTime::Day(day),
            (Stamp::Instant(at), EventTime::Moment { zone, .. }) => EventTime::Moment {
                at,
                zone: zone.clone(),
            },
            _ => return None,
        };
        let zone = self.zone();
        master
            .has_start(&start, &zone)
            .then(|| master.instance(start, &zone))
    }

    /// The instance that an exception was before it was one.
    pub(crate) fn instance_before(&self, exception: &Event) -> Option<Event> {
        let occurrence = exception.occurrence.as_ref()?;
        let master = self.events.get(&occurrence.series)?;
        Some(master.instance(occurrence.original_start.clone(), &self.zone()))
    }

    /// Whether `id` is an exception in the place of an instance.
    pub(crate) fn is_exception(&self, id: &str) -> bool {
        self.events.get(id).is_some_and(Event::is_exception)
    }

    /// The exceptions of a series, dropped ones too, by id.
    pub(crate) fn exceptions<'c>(&'c self, series: &'c str) -> impl Iterator<Item = &'c Event> {
        self.events.values().filter(move |event| {
            let occurrence = event.occurrence.as_ref();
            occurrence.is_some_and(|occurrence| occurrence.series == series)
        })
    }

    /// Brings the exceptions of a series into line after its master changed from `old`.
    ///
    /// Google does not say what happens to them. Here: with the series they go; with their start
    /// they are dropped; else they keep their ids, and what they did not change follows.
    pub(super) fn settle_exceptions(&mut self, now: Timestamp, old: &Event) {
        let Some(master) = self.events.get(&old.id).cloned() else {
            return;
        };
        let zone = self.zone();
        let exceptions: Vec<Event> = self.exceptions(&old.id).cloned().collect();
        for exception in exceptions {
            let settled = settled(&exception, old, &master, &zone);
            if settled != exception {
                self.put(now, settled, Touch::MainData);
            }
        }
    }
}

fn settled(exception: &Event, old: &Event, master: &Event, zone: &TimeZone) -> Event {
    let mut settled = exception.clone();
    let Some(occurrence) = settled.occurrence.as_mut() else {
        return settled;
    };
    let has_place = !master.is_deleted() && master.has_start(&occurrence.original_start, zone);
    if has_place && occurrence.fate != Fate::Live {
        // Clients were told that it is cancelled and keep that for the life of the series (§10.4),
        // so it must be told again, as the series now has it.
        return Event {
            ordinal: exception.ordinal,
            created: exception.created,
            ..master.instance(occurrence.original_start.clone(), zone)
        };
    } else if occurrence.fate == Fate::Dropped {
        return settled;
    } else if master.is_deleted() {
        occurrence.fate = Fate::SeriesDeleted;
        settled.content.status = Status::Cancelled;
    } else if !has_place {
        occurrence.fate = Fate::Dropped;
        settled.content.status = Status::Cancelled;
    } else {
        let start = occurrence.original_start.clone();
        follow(&mut settled.content, start, &old.content, master, zone);
    }
    settled
}

/// What an exception did not change of its instance becomes as the series now has it.
fn follow(
    content: &mut Content,
    original_start: EventTime,
    old: &Content,
    master: &Event,
    zone: &TimeZone,
) {
    let new = &master.content;
    content.follow_guests(old, new);
    let names = old.fields.keys().chain(new.fields.keys());
    for name in names.filter(|name| *name != "attendees") {
        if content.fields.get(name) == old.fields.get(name) {
            match new.fields.get(name) {
                Some(value) => content.fields.insert(name.clone(), value.clone()),
                None => content.fields.remove(name),
            };
        }
    }
    if content.status == old.status {
        content.status = new.status;
    }
    let is_in_place = content.start == original_start;
    if is_in_place && content.end == old.end_from(&original_start, zone) {
        content.end = new.end_from(&original_start, zone);
    }
}
