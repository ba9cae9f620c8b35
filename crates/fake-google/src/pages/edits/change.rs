//! What an edit changes, laid over one instance, the rest of its series, or all of it.

use jiff::SignedDuration;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::times::date_of;
use super::{Edit, Refusal, Target, core};
use crate::calendar::Event;
use crate::calendar::time::{EventTime, moved};
use crate::pages::repeat;
use crate::pages::scope::Scope;
use crate::text::Word;
use crate::world::World;

/// A start and an end.
pub(super) type Times = (EventTime, EventTime);

/// Fields, as a PATCH has them, and the new times of the event that was edited.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    pub(super) patch: Map<String, Value>,
    pub(super) times: Option<Times>,
}

impl Change {
    pub(super) fn is_empty(&self) -> bool {
        self.patch.is_empty() && self.times.is_none()
    }
}

impl Edit<'_> {
    /// Writes the change to as much of the series as `scope` says.
    pub(super) fn apply(
        &self,
        world: &mut World,
        target: &Target,
        scope: Scope,
        change: Change,
    ) -> Result<(), Refusal> {
        let (now, calendar) = (self.now, &self.calendar);
        let Target { event, series } = target;
        let mut patch = change.patch;
        let days = change
            .times
            .as_ref()
            .map_or(0, |(start, _)| self.days_moved(event, start));
        match (&event.occurrence, scope) {
            (Some(_), Scope::This) => {
                if patch.contains_key("recurrence") {
                    return Err(self.notice(Word::RepeatIsOfSeries));
                }
                self.put_times(&mut patch, change.times);
                core::patch(world, now, calendar, &event.id, &patch)?;
            }
            (Some(_), Scope::Following) => {
                let is_new_rule = patch.contains_key("recurrence");
                self.put_times(&mut patch, change.times);
                let id = core::split_series(world, now, calendar, &event.id, &patch)?;
                if !is_new_rule {
                    self.move_rule(world, &id, days)?;
                }
            }
            (Some(_), Scope::All) => {
                let times = change.times;
                let times = times.map(|times| self.shifted(event, series, &times));
                let times = match times {
                    Some(None) => return Err(self.notice(Word::CannotRead)),
                    Some(times) => times,
                    None => None,
                };
                self.put_times(&mut patch, times);
                put_rule(&mut patch, series, days);
                core::patch(world, now, calendar, &series.id, &patch)?;
            }
            (None, _) => {
                self.put_times(&mut patch, change.times);
                put_rule(&mut patch, event, days);
                core::patch(world, now, calendar, &event.id, &patch)?;
            }
        }
        Ok(())
    }

    /// Lets the weekdays of a series' rule go with it.
    fn move_rule(&self, world: &mut World, series: &str, days: i64) -> Result<(), Refusal> {
        let calendar = world.calendars.get(&self.calendar).ok_or(Refusal::Gone)?;
        let event = calendar.event(series, self.now, &world.rules);
        let mut patch = Map::new();
        put_rule(&mut patch, event.as_deref().ok_or(Refusal::Gone)?, days);
        if !patch.is_empty() {
            core::patch(world, self.now, &self.calendar, series, &patch)?;
        }
        Ok(())
    }

    /// The series' own times, moved as its instance was, and as long as that now is.
    fn shifted(&self, event: &Event, series: &Event, (start, end): &Times) -> Option<Times> {
        let zone = &self.place.zone;
        let minutes = self.minutes_moved(event, start);
        let days = self.days_moved(event, start);
        let (first, last) = (&series.content.start, &series.content.end);
        let (first, _) = moved(first, last, days, minutes, zone)?;
        let last = match (&first, start, end) {
            (EventTime::Day(first), EventTime::Day(start), EventTime::Day(end)) => {
                EventTime::Day(first.checked_add(end.since(*start).ok()?).ok()?)
            }
            (EventTime::Moment { at, zone }, _, _) => {
                let length: SignedDuration = end
                    .instant(&self.place.zone)
                    .duration_since(start.instant(&self.place.zone));
                EventTime::Moment {
                    at: at.checked_add(length).ok()?,
                    zone: zone.clone(),
                }
            }
            _ => return None,
        };
        Some((first, last))
    }

    /// Days between where an event was and `start`, by the calendar on the wall.
    fn days_moved(&self, event: &Event, start: &EventTime) -> i64 {
        let (from, to): (Date, Date) = (
            date_of(&event.content.start, &self.place),
            date_of(start, &self.place),
        );
        from.until(to).map_or(0, |span| i64::from(span.get_days()))
    }

    /// Minutes by which the hour on the wall changed.
    fn minutes_moved(&self, event: &Event, start: &EventTime) -> i64 {
        let minute = |time: &EventTime| match time {
            EventTime::Day(_) => 0,
            EventTime::Moment { at, .. } => {
                let local = at.to_zoned(self.place.zone.clone());
                i64::from(local.hour()) * 60 + i64::from(local.minute())
            }
        };
        minute(start) - minute(&event.content.start)
    }

    /// Times without a zone of their own: a patch leaves the event's as it is.
    fn put_times(&self, patch: &mut Map<String, Value>, times: Option<Times>) {
        let Some((start, end)) = times else {
            return;
        };
        for (name, time) in [("start", start), ("end", end)] {
            let mut resource = time.resource(&self.place.zone);
            if let Some(fields) = resource.as_object_mut() {
                fields.remove("timeZone");
            }
            patch.insert(name.to_owned(), resource);
        }
    }
}

/// Adds the rule of a series that moves by some days, unless the patch has another.
fn put_rule(patch: &mut Map<String, Value>, series: &Event, days: i64) {
    let recurrence = series.content.recurrence.as_ref();
    let lines = recurrence.and_then(|recurrence| repeat::moved(recurrence.lines(), days));
    if let Some(lines) = lines {
        patch.entry("recurrence").or_insert_with(|| json!(lines));
    }
}
