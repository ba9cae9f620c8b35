//! Slots and bookings of 50 hosts with 5,000 mirrored events each (scenario K1), beside those of hosts with
//! none; Google is never asked.

use std::sync::Arc;
use std::time::Duration;

use app::availability::slots;
use domain::mirror::{Busy, ForeignEvent};
use domain::{CalendarId, Clock, HostId, Interval};
use jiff::SignedDuration;
use store::tables::busy;
use store::tables::calendars::{self, Calendar};
use store::tables::mirror::{self, Part};
use uuid::Uuid;

use crate::google::{Canned, Mix};
use crate::installation::{Installation, System, book_forced, wait};
use crate::{ms, percentile, timed};

const HOSTS: usize = 50;
const EVENTS: usize = 5_000;
/// Over which they are spread, from two months ago on.
const DAYS: usize = 460;
const CALLS: usize = 300;

pub(crate) fn run() {
    println!("{HOSTS} hosts, SQLite, each commit on disk, medians of {CALLS} calls in turn:");
    let google = Arc::new(Canned::new(Mix::Singles, 25));
    let (empty, full) = (
        Installation::new(HOSTS, google.clone()),
        Installation::new(HOSTS, google.clone()),
    );
    for (installation, events) in [(&empty, 0), (&full, EVENTS)] {
        installation.connect();
        installation.work();
        fill(installation, events);
    }
    let asked = google.asked();
    let mut taken: [Vec<Duration>; 4] = Default::default();
    for n in 0..CALLS {
        for (i, installation) in [&empty, &full].into_iter().enumerate() {
            taken[i].push(slots_of(installation, n % HOSTS));
            taken[2 + i].push(booking_with(installation, n));
        }
    }
    assert_eq!(google.asked(), asked, "Google is not asked");
    for (name, [empty, full]) in [("slots of a month", [0, 1]), ("a booking", [2, 3])] {
        let mut p50 = |n: usize| ms(percentile(&mut taken[n], 50));
        let (empty, full) = (p50(empty), p50(full));
        println!("  {name}: {empty:.3} ms with no events, {full:.3} ms with {EVENTS} each");
    }
}

/// A calendar for each host, an hour long event at even distances in each.
fn fill(installation: &Installation, events: usize) {
    let first = installation.calendar();
    let hosts: Vec<HostId> = installation.unit(|tx| {
        let rows = tx.rows("SELECT id FROM host ORDER BY id LIMIT 1000", &[])?;
        rows.into_iter().map(|mut row| row.take()).collect()
    });
    assert_eq!(hosts.len(), HOSTS);
    for (n, host) in hosts.into_iter().enumerate() {
        let id = CalendarId(Uuid::from_u128(n as u128 + 1));
        installation.unit(move |tx| {
            let known = calendars::by_id(tx, first)?.expect("it is connected");
            let mut calendar = Calendar::new(
                id,
                known.connection_id,
                &n.to_string(),
                calendars::Mode::Busy,
                known.pull_at,
            );
            calendar.position.as_of = known.position.as_of;
            calendars::insert(tx, &calendar)?;
            busy::set_blocks(tx, host, first, false)?;
            busy::set_blocks(tx, host, id, true)?;
            let part = Part {
                calendar: id,
                generation: 0,
            };
            let (mut rows, mut series) = (Vec::new(), Vec::new());
            for event in 0..events {
                let minutes = i64::try_from(event * DAYS * 1_440 / events).unwrap();
                let start = System.now() + SignedDuration::from_mins(minutes - 60 * 1_440);
                let event_id = format!("abcdefghijklmnop{event:010}");
                if event % 10 == 0 {
                    series.push(ForeignEvent {
                        id: event_id.clone(),
                        ..ForeignEvent::default()
                    });
                }
                let time = Interval::lasting(start, SignedDuration::from_mins(30));
                rows.push(Busy {
                    event_id,
                    original_start: None,
                    time,
                    link: None,
                });
            }
            busy::add(
                tx,
                part,
                rows.iter().map(|row| (row.event_id.as_str(), row)),
            )?;
            let until = System.now() + SignedDuration::from_hours(24 * 400);
            mirror::put(tx, part, series.iter().map(|event| (event, Some(until))))
        });
    }
}

fn slots_of(installation: &Installation, host: usize) -> Duration {
    let from = System.now();
    let month = Interval::lasting(from, SignedDuration::from_hours(24 * 31));
    let lesson = format!("lesson-{host}");
    let (found, took) = timed(|| wait(slots(&installation.app, "school", &lesson, month)).unwrap());
    assert!(!found.slots.is_empty());
    took
}

fn booking_with(installation: &Installation, n: usize) -> Duration {
    let today = System.now().as_micros() / 86_400_000_000 * 86_400_000_000;
    let hours = SignedDuration::from_hours(i64::try_from(72 + n / HOSTS).unwrap());
    let start = domain::Instant::from_micros(today) + hours;
    let (booked, took) = timed(|| book_forced(&installation.app, n % HOSTS, start));
    booked.unwrap();
    took
}
