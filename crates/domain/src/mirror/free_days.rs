//! All-day events that are marked as free: they block nothing, and people may have meant them to
//! (scenario F1). Google marks new all-day events so by itself.

use std::collections::{BTreeMap, BTreeSet};

use super::busy::{BusyRules, Calendar};
use super::event::ForeignEvent;
use super::expand::expand;
use crate::time::{Interval, Zone};

/// How often one of `events` takes place within `window`, days beginning as in `zone`. Only those count that
/// are all-day and free for no other reason ([`ForeignEvent::is_free_day`]). A hint: instances of a series that
/// were changed one by one are counted once, where the series is.
pub fn free_days(events: &[ForeignEvent], window: Interval, zone: &Zone) -> usize {
    let copies = BTreeMap::new();
    let calendar = Calendar {
        zone,
        rules: BusyRules::default(),
        copies: &copies,
    };
    let masters: BTreeSet<&str> = events
        .iter()
        .filter(|event| event.is_master())
        .map(|event| event.id.as_str())
        .collect();
    let is_counted = |event: &&ForeignEvent| {
        event.is_free_day() && (event.is_master() || !masters.contains(event.series()))
    };
    let instances = |event: &ForeignEvent| {
        let as_busy = ForeignEvent {
            is_transparent: false,
            ..event.clone()
        };
        // One that Google would have to be asked about is one at least.
        expand(&as_busy, &[], window, &calendar).map_or(1, |expansion| {
            let rows = expansion.busy.iter();
            rows.filter(|row| row.time.overlaps(&window)).count()
        })
    };
    events.iter().filter(is_counted).map(instances).sum()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::mirror::{EventKind, Timing};
    use crate::time::Instant;

    fn day(id: &str, day: i8) -> ForeignEvent {
        ForeignEvent {
            id: id.to_owned(),
            timing: Some(Timing::AllDay {
                first: date(2026, 12, day),
                end: date(2026, 12, day + 1),
            }),
            is_transparent: true,
            ..ForeignEvent::default()
        }
    }

    /// scenario F1.
    #[test]
    fn only_what_may_have_been_meant_to_block_is_counted() {
        let window = Interval {
            start: Instant::parse("2026-12-01T12:00:00Z").unwrap(),
            end: Instant::parse("2026-12-11T12:00:00Z").unwrap(),
        };
        let count = |events: &[ForeignEvent]| free_days(events, window, &Zone::utc());
        let busy = ForeignEvent {
            is_transparent: false,
            ..day("busy", 3)
        };
        let home = ForeignEvent {
            kind: EventKind::WorkingLocation,
            ..day("home", 3)
        };
        let series = ForeignEvent {
            recurrence: vec!["RRULE:FREQ=DAILY;COUNT=3".to_owned()],
            ..day("series", 5)
        };
        for (name, events, expected) in [
            ("none", vec![], 0),
            ("today", vec![day("a", 1)], 1),
            ("two", vec![day("a", 2), day("b", 3)], 2),
            ("beyond", vec![day("a", 20)], 0),
            ("not free, or meant to be", vec![busy, home], 0),
            ("a series", vec![series], 3),
        ] {
            assert_eq!(count(&events), expected, "{name}");
        }
    }
}
