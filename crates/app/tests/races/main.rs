//! Many callers at once on a real database: whatever the interleaving, no overlap, nothing lost, no
//! trace of what was refused.
//!
//! `LOCKSTEP_RACE_ATTEMPTS=100000 cargo test --release -p app --test races -- --nocapture` is the full
//! run (`scripts/races`); without it a small one.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]
#![expect(clippy::print_stdout, reason = "the full run says what it saw")]

mod check;
mod history;
mod postgres;
mod scene;

use std::sync::Arc;

use store::Store;
use store::sqlite::threaded::Threaded;

use history::History;
use scene::{CALLERS, Scene, morning};

/// Attempts of a small run: enough for every operation to meet every other.
const ATTEMPTS: usize = 4_000;

#[expect(
    clippy::disallowed_methods,
    reason = "a test may be told how long to run"
)]
fn attempts() -> usize {
    let asked = std::env::var("LOCKSTEP_RACE_ATTEMPTS").ok();
    asked.map_or(ATTEMPTS, |text| text.parse().unwrap())
}

/// scenarios B1 to B4, B7, I2, J1, M2 at once: bookings of unequal lengths, any host and all hosts,
/// seats, holds and their expiry, moves (also swaps), cancellations, forced ones, repeats.
#[test]
fn on_sqlite_nothing_overlaps_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let backend = Threaded::open(dir.path(), morning(), Box::new(|_| {})).unwrap();
    race(Store::new(Arc::new(backend)));
}

/// The same on PostgreSQL, where many transactions really run at once: no deadlock either.
#[test]
fn on_postgresql_nothing_overlaps_and_nothing_is_lost() {
    let url = postgres::fresh_database("races");
    let folder = tempfile::tempdir().unwrap();
    let options = store::Options::default();
    let store = store::open(&url, folder.path(), morning(), Box::new(|_| {}), &options).unwrap();
    race(store);
}

fn race(store: Store) {
    let scene = Arc::new(Scene::new(store));
    let each = attempts().div_ceil(CALLERS);
    let callers: Vec<_> = (0..CALLERS)
        .map(|n| {
            let scene = scene.clone();
            std::thread::spawn(move || scene.caller(n).run(each))
        })
        .collect();
    let mut history = History::default();
    for caller in callers {
        history.extend(caller.join().unwrap());
    }
    let found = check::check(&scene, &history);
    println!("{history}\n{found}");
}
