//! Many callers at once on a real database: whatever the interleaving, no overlap, nothing lost, no
//! trace of what was refused. From several processes, with one killed; and with the power cut.
//!
//! `LOCKSTEP_RACE_ATTEMPTS=100000 LOCKSTEP_POWER_CUTS=400 cargo test --release -p app --test races --
//! --nocapture` is the full run (`scripts/races`); without them a small one.
//!
//! A program of its own rather than the standard harness, because it is also the processes it starts.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]
#![expect(clippy::print_stdout, reason = "the full run says what it saw")]

mod caller;
mod check;
mod history;
mod postgres;
mod power;
mod processes;
mod scene;
mod time;

use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use power_loss::Synchronous;
use store::Store;
use store::sqlite::threaded::Threaded;

use crate::history::Recorder;
use crate::scene::Scene;
use crate::time::{RaceClock, morning};

/// Callers at once.
const CALLERS: usize = 64;

/// What the environment asks for, or what is enough for every operation to meet every other.
#[expect(
    clippy::disallowed_methods,
    reason = "a test may be told how long to run"
)]
fn asked(name: &str, usually: usize) -> usize {
    std::env::var(name).map_or(usually, |text| text.parse().unwrap())
}

fn attempts() -> usize {
    asked("LOCKSTEP_RACE_ATTEMPTS", 4_000)
}

fn cuts() -> u64 {
    asked("LOCKSTEP_POWER_CUTS", 60) as u64
}

#[expect(
    clippy::disallowed_methods,
    reason = "how a process of a race is told its part"
)]
fn main() {
    if let Ok(orders) = std::env::var(processes::ORDERS) {
        return processes::take_part(&orders);
    }
    let test = |name: &str, run: fn()| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    let tests = vec![
        test(
            "on_sqlite_nothing_overlaps_and_nothing_is_lost",
            on_sqlite_nothing_overlaps_and_nothing_is_lost,
        ),
        test(
            "on_postgresql_nothing_overlaps_and_nothing_is_lost",
            on_postgresql_nothing_overlaps_and_nothing_is_lost,
        ),
        test(
            "from_three_processes_one_killed_nothing_overlaps_and_nothing_is_lost",
            || processes::three_processes_one_killed(attempts()),
        ),
        test(
            "what_was_acknowledged_survives_a_power_loss",
            what_was_acknowledged_survives_a_power_loss,
        ),
        test("syncing_less_loses_what_was_acknowledged", || {
            syncing_less_loses_what_was_acknowledged();
        }),
    ];
    libtest_mimic::run(&Arguments::from_args(), tests).exit();
}

/// scenarios B1 to B4, B7, I2, J1, M2 at once: bookings of unequal lengths, any host and all hosts,
/// seats, holds and their expiry, moves, swaps, cancellations, forced ones, repeats.
fn on_sqlite_nothing_overlaps_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let backend = Threaded::open(dir.path(), morning(), Box::new(|_| {})).unwrap();
    race(Store::new(Arc::new(backend)));
}

/// The same on PostgreSQL, where many transactions really run at once: no deadlock either.
fn on_postgresql_nothing_overlaps_and_nothing_is_lost() {
    let url = postgres::fresh_database("races");
    let folder = tempfile::tempdir().unwrap();
    let options = store::Options::default();
    let store = store::open(&url, folder.path(), morning(), Box::new(|_| {}), &options).unwrap();
    race(store);
    assert_eq!(
        postgres::deadlocks(&url),
        "0",
        "units that waited in a circle"
    );
}

fn race(store: Store) {
    let scene = Scene::new(store, RaceClock::by_hand(), Recorder::memory(), 1);
    scene.found();
    let each = attempts().div_ceil(CALLERS);
    scene.run(CALLERS, 17, |attempts| attempts < each);
    let history = scene.recorder.so_far();
    let found = check::check(&scene.store, &history);
    println!("{history}\n{found}");
}

/// Design section 3: acknowledged means on disk.
fn what_was_acknowledged_survives_a_power_loss() {
    let lost = power::losses(Synchronous::AsAsked, cuts());
    let first = lost.iter().flatten().next();
    assert_eq!(first, None, "of {} cuts", lost.len());
    println!("{} power losses, nothing acknowledged lost", lost.len());
}

/// The check above can see: with SQLite's other settings it finds losses.
fn syncing_less_loses_what_was_acknowledged() {
    for synchronous in [Synchronous::Off, Synchronous::Normal] {
        let lost = power::losses(synchronous, 16);
        let count = lost.iter().flatten().count();
        println!(
            "{synchronous:?}: losses after {count} of {} cuts",
            lost.len()
        );
        assert!(
            count > 0,
            "{synchronous:?} loses nothing: the check is blind"
        );
    }
}
