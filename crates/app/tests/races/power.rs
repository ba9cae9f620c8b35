//! The power goes, again and again, in the middle of a race on SQLite: whatever was acknowledged is on
//! the disk. With SQLite told to sync less, the same check sees losses, so it can see.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use power_loss::Synchronous;
use store::Store;
use store::sqlite::threaded::Threaded;

use crate::check::Found;
use crate::history::{History, Recorder};
use crate::scene::Scene;
use crate::time::{RaceClock, morning};

const CALLERS: usize = 16;
/// Answers between one cut and the next: they fall into all phases of commits and checkpoints.
const ANSWERS_BETWEEN: usize = 40;
/// Cuts in one database: enough for several checkpoints, and small enough to look at all of it.
const CUTS_EACH: usize = 50;

/// Cuts the power `cuts` times during races; gives what was found lost each time.
pub(crate) fn losses(synchronous: Synchronous, cuts: u64) -> Vec<Option<String>> {
    power_loss::install();
    let seeds: Vec<u64> = (0..cuts).collect();
    let races = seeds.chunks(CUTS_EACH);
    races.flat_map(|seeds| race(synchronous, seeds)).collect()
}

/// One race, cut once for each of `seeds`.
fn race(synchronous: Synchronous, seeds: &[u64]) -> Vec<Option<String>> {
    let dir = tempfile::tempdir().unwrap();
    let scene = |dir: &Path| {
        let (clock, recorder) = (RaceClock::by_hand(), Recorder::memory());
        Scene::new(open(dir).unwrap(), clock, recorder, 1)
    };
    // Founded, closed and on disk before anything can be lost.
    scene(dir.path()).found();
    power_loss::watch(dir.path(), synchronous);
    let scene = scene(dir.path());

    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let seed = seeds[0];
        let (scene, is_over) = (&scene, &is_over);
        scope.spawn(move || scene.run(CALLERS, seed, |_| !is_over.load(Ordering::Relaxed)));
        // Whatever happens here, the callers are told to stop.
        let _stop = OnDrop(|| is_over.store(true, Ordering::Relaxed));
        let mut answers = 0;
        seeds
            .iter()
            .map(|&seed| {
                while scene.recorder.answers() < answers + ANSWERS_BETWEEN {
                    std::thread::yield_now();
                }
                let told = scene.recorder.so_far();
                answers = told.answers();
                let survived = tempfile::tempdir().unwrap();
                power_loss::cut(dir.path(), survived.path(), seed).unwrap();
                lost(survived.path(), &told)
            })
            .collect()
    })
}

/// What of `told` is not in the database that survived in `dir`.
fn lost(dir: &Path, told: &History) -> Option<String> {
    let file = dir.join(store::sqlite::FILE_NAME);
    if let Err(unsound) = store::sqlite::backup::check(&file) {
        return Some(unsound.to_string());
    }
    let found = open(dir).and_then(|store| Ok(Found::read(&store)?));
    match found {
        Ok(found) => {
            found.is_consistent();
            found.lost(told)
        }
        Err(unreadable) => Some(unreadable.to_string()),
    }
}

fn open(dir: &Path) -> Result<Store, Box<dyn std::error::Error>> {
    let backend = Threaded::open(dir, morning(), Box::new(|_| {}))?;
    Ok(Store::new(Arc::new(backend)))
}

struct OnDrop<F: Fn()>(F);

impl<F: Fn()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
