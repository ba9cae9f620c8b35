//! On which day the calendar opens when no week is asked for.
//!
//! Today, as long as this week has an event left; on a Friday whose next lesson is on Monday, that
//! Monday, because an empty page looks like a broken one.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::calendars;
use crate::calendar::Calendar;
use crate::calendar::series::Span;
use crate::world::World;

/// How far ahead an event is looked for.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(366 * 24);

/// The day of the event under way or coming next in the calendars that are shown, or today.
///
/// An event of this week gives a day of this week, so the week of the answer is the one to open.
pub(super) fn day(world: &World, now: Timestamp, account: &str, zone: &TimeZone) -> Date {
    let end = now.checked_add(AHEAD_MAX).unwrap_or(Timestamp::MAX);
    let mut next = None;
    for listed in calendars::listed(world, account) {
        if listed.is_shown {
            next = first_start(listed.calendar, now, next.unwrap_or(end)).or(next);
        }
    }
    next.unwrap_or(now).to_zoned(zone.clone()).date()
}

/// When the first event that is not over begins, now at the earliest, if that is before `before`.
fn first_start(calendar: &Calendar, now: Timestamp, before: Timestamp) -> Option<Timestamp> {
    let zone = calendar.zone();
    let mut first = None;
    for event in calendar.events().filter(|event| !event.is_deleted()) {
        let span = Span {
            after: Some(now),
            before: Some(first.unwrap_or(before)),
            horizon: AHEAD_MAX,
            now,
            zone: &zone,
        };
        let start = if event.is_master() {
            let instances = event.instances(&span, |id| calendar.is_exception(id));
            instances
                .first()
                .map(|instance| instance.content.start.instant(&zone))
        } else {
            span.holds(&event.content.start, &event.content.end)
                .then(|| event.content.start.instant(&zone))
        };
        first = start.map(|start| start.max(now)).or(first);
    }
    first
}
