//! Starts an attendee may choose.

use crate::event_type::{Assignment, EventType, Rules};
use crate::ids::HostId;
use crate::schedule::Schedule;
use crate::time::{Instant, Interval};

/// Most slots one answer holds: 62 days of a start every 5 minutes, around the clock.
pub const SLOTS_MAX: usize = 62 * 24 * 12;

/// Slots of `event_type` that start within `window`, ascending.
///
/// Offered = open hours on the grid − busy − starts inside the notice or beyond the horizon, at most
/// [`SLOTS_MAX`]: with one of its hosts or with all of them, as it assigns. `busy` gives what takes a
/// host's time, neither sorted nor disjoint. A slot's end may lie outside the window, never outside
/// open hours.
pub fn slots(
    event_type: &EventType,
    mut busy: impl FnMut(HostId) -> Vec<Interval>,
    window: Interval,
    now: Instant,
) -> Vec<Interval> {
    let mut combined: Option<Vec<Interval>> = None;
    for host in &event_type.hosts {
        let own = host_slots(
            &event_type.rules,
            &host.schedule,
            busy(host.id),
            window,
            now,
        );
        combined = Some(match (combined, event_type.assignment) {
            (None, _) => own,
            (Some(all), Assignment::Any) => union(all, own),
            (Some(all), Assignment::All) => all
                .into_iter()
                .filter(|s| own.binary_search(s).is_ok())
                .collect(),
        });
    }
    let mut slots = combined.unwrap_or_default();
    slots.truncate(SLOTS_MAX);
    slots
}

/// `slots` with the sessions of a group that still have seats: bookable though their time is taken.
pub fn with_sessions(slots: Vec<Interval>, sessions: Vec<Interval>) -> Vec<Interval> {
    union(slots, sessions)
}

fn union(mut all: Vec<Interval>, more: Vec<Interval>) -> Vec<Interval> {
    all.extend(more);
    all.sort_unstable();
    all.dedup();
    all
}

fn host_slots(
    rules: &Rules,
    schedule: &Schedule,
    busy: Vec<Interval>,
    window: Interval,
    now: Instant,
) -> Vec<Interval> {
    let start = window.start.max(now + rules.notice_min);
    let end = window.end.min(now + rules.horizon);
    let Some(window) = Interval::new(start, end) else {
        return Vec::new();
    };
    let reach = Interval {
        start: window.start,
        end: window.end + rules.duration,
    };
    let free = subtract(schedule.open(reach), &Interval::merge(busy));
    let mut free = free.into_iter().peekable();
    let mut slots = Vec::new();
    for start in schedule.grid_starts(window, rules.grid) {
        let slot = Interval::lasting(start, rules.duration);
        while free.next_if(|f| f.end < slot.end).is_some() {}
        if free.peek().is_some_and(|f| f.contains(&slot)) {
            slots.push(slot);
            if slots.len() == SLOTS_MAX {
                break;
            }
        }
    }
    slots
}

/// What is left of `open` without `busy`; both sorted and disjoint.
fn subtract(open: Vec<Interval>, busy: &[Interval]) -> Vec<Interval> {
    let mut left = Vec::with_capacity(open.len() + busy.len());
    let mut first = 0;
    for mut run in open {
        while busy.get(first).is_some_and(|b| b.end <= run.start) {
            first += 1;
        }
        for taken in busy[first..].iter().take_while(|b| b.start < run.end) {
            if run.start < taken.start {
                left.push(Interval {
                    start: run.start,
                    end: taken.start,
                });
            }
            run.start = run.start.max(taken.end);
        }
        if run.start < run.end {
            left.push(run);
        }
    }
    left
}

/// The `count` slots nearest to `wanted`, ascending: what to offer instead of a start just taken.
pub fn nearest(slots: &[Interval], wanted: Instant, count: usize) -> Vec<Interval> {
    let mut by_distance: Vec<_> = slots.to_vec();
    by_distance.sort_by_key(|slot| {
        (
            (slot.start.as_micros() - wanted.as_micros()).abs(),
            slot.start,
        )
    });
    by_distance.truncate(count);
    by_distance.sort_unstable();
    by_distance
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;
    use crate::booking::{check_start, tests::event_type};

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn minutes(m: i64) -> SignedDuration {
        SignedDuration::from_mins(m)
    }

    #[test]
    fn nearest_slots_surround_the_wanted_start() {
        let base = at("2026-11-20T09:00:00Z");
        let slots: Vec<_> = (0..10)
            .map(|h| Interval::lasting(base + minutes(60 * h), minutes(60)))
            .collect();
        let near = nearest(&slots, base + minutes(60 * 4 + 10), 3);
        assert_eq!(
            near.iter()
                .map(|s| (s.start - base).as_mins() / 60)
                .collect::<Vec<_>>(),
            [3, 4, 5]
        );
    }

    #[test]
    fn any_host_offers_either_time_and_all_hosts_only_the_common() {
        let mut event_type = event_type("Europe/Madrid", 60, 60);
        let mut second = event_type.hosts[0].clone();
        second.id = HostId(uuid::Uuid::max());
        event_type.hosts.push(second);
        let base = at("2026-11-23T00:00:00Z");
        let window = Interval {
            start: base,
            end: base + minutes(24 * 60),
        };
        let hour = |h: i64| Interval::lasting(base + minutes(60 * h), minutes(60));
        let busy = |id: HostId| {
            if id.0.is_nil() {
                vec![hour(8)]
            } else {
                vec![hour(9)]
            }
        };
        let starts = |slots: Vec<Interval>| {
            slots
                .iter()
                .map(|s| (s.start - base).as_hours())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            starts(slots(&event_type, busy, window, base - minutes(999))),
            [8, 9, 10, 11, 13, 14, 15, 16]
        );
        event_type.assignment = Assignment::All;
        assert_eq!(
            starts(slots(&event_type, busy, window, base - minutes(999))),
            [10, 11, 13, 14, 15, 16]
        );
    }

    proptest! {
        /// scenario F2: offered slots equal what a brute-force check of every minute offers.
        #[test]
        fn slots_equal_a_brute_force_oracle(
            busy in prop::collection::vec((0_i64..2 * 24 * 60, 0_i64..300), 0..40),
            duration in prop::sample::select(vec![15_i64, 30, 45, 60, 90]),
            grid in prop::sample::select(vec![15_i64, 20, 30, 60]),
            now in -600_i64..1500,
            zone in prop::sample::select(vec!["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
            day in prop::sample::select(vec!["2026-10-24T00:00:00Z", "2026-03-28T12:00:00Z", "2026-10-03T10:00:00Z", "2026-06-01T00:00:00Z"]),
        ) {
            let base = at(day);
            let event_type = event_type(zone, duration, grid);
            let busy: Vec<_> = busy.iter().map(|(s, l)| Interval::lasting(base + minutes(*s), minutes(*l))).collect();
            let window = Interval { start: base, end: base + minutes(2 * 24 * 60) };
            let now = base + minutes(now);
            let oracle: Vec<_> = (0..2 * 24 * 60)
                .map(|m| base + minutes(m))
                .filter(|start| check_start(&event_type, *start, now).is_ok())
                .map(|start| Interval::lasting(start, minutes(duration)))
                .filter(|slot| busy.iter().all(|b| !b.overlaps(slot)))
                .collect();
            prop_assert_eq!(slots(&event_type, |_| busy.clone(), window, now), oracle);
        }

        /// scenario G2: whoever asks, from whatever zone, the same instants are offered. The asker's
        /// zone only decides where the window begins and ends.
        #[test]
        fn a_window_cut_in_two_offers_the_same_instants(cut in 1_i64..2 * 24 * 60) {
            let base = at("2026-10-24T00:00:00Z");
            let event_type = event_type("Europe/Madrid", 60, 30);
            let window = |a: i64, b: i64| Interval { start: base + minutes(a), end: base + minutes(b) };
            let all = slots(&event_type, |_| vec![], window(0, 2 * 24 * 60), base);
            let mut parts = slots(&event_type, |_| vec![], window(0, cut), base);
            parts.extend(slots(&event_type, |_| vec![], window(cut, 2 * 24 * 60), base));
            prop_assert_eq!(all, parts);
        }
    }
}
