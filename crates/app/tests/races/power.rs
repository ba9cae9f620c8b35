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

/// Cuts the power `cuts` times during a race; gives what was found lost each time.
pub(crate) fn losses(synchronous: Synchronous, cuts: u64) -> Vec<Option<String>> {
    power_loss::install();
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
        scope.spawn(|| scene.run(CALLERS, 1, |_| !is_over.load(Ordering::Relaxed)));
        // Whatever happens here, the callers are told to stop.
        let _stop = OnDrop(|| is_over.store(true, Ordering::Relaxed));
        let mut answers = 0;
        (0..cuts)
            .map(|seed| {
                let told = loop {
                    let told = scene.recorder.so_far();
                    if told.answers() >= answers + ANSWERS_BETWEEN {
                        break told;
                    }
                    std::thread::yield_now();
                };
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
