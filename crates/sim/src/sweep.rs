//! Many seeds, on several threads; each seed on one.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::run::{Outcome, run};
use crate::stats::Stats;
use crate::trace::hex;

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Threads to run on.
    pub threads: usize,
    /// Whether each seed is run twice, and must give the same hash.
    pub is_twice: bool,
}

/// How a range of seeds went.
#[derive(Clone, Debug, Default)]
pub struct Swept {
    /// Seeds that passed.
    pub passed: u64,
    /// What they exercised.
    pub stats: Stats,
    /// The hash of all hashes, in the order of the seeds.
    pub hash: String,
    /// The lowest seed that failed among those run.
    pub failed: Option<Outcome>,
}

/// Runs `seeds` until one fails.
pub fn sweep(seeds: Range<u64>, options: Options) -> Swept {
    let next = AtomicU64::new(seeds.start);
    let has_failed = AtomicBool::new(false);
    let (sender, receiver) = mpsc::channel();
    let mut outcomes: Vec<Outcome> = thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            let (sender, next, has_failed) = (sender.clone(), &next, &has_failed);
            scope.spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end || has_failed.load(Ordering::Relaxed) {
                        break;
                    }
                    let outcome = checked(seed, options.is_twice);
                    has_failed.fetch_or(outcome.failure.is_some(), Ordering::Relaxed);
                    // The receiver outlives every thread of this scope.
                    drop(sender.send(outcome));
                }
            });
        }
        drop(sender);
        receiver.iter().collect()
    });
    outcomes.sort_unstable_by_key(|outcome| outcome.seed);
    let mut swept = Swept::default();
    let mut hash = Sha256::new();
    for outcome in outcomes {
        hash.update(outcome.hash.as_bytes());
        swept.stats.merge(&outcome.stats);
        if outcome.failure.is_none() {
            swept.passed += 1;
        } else if swept.failed.is_none() {
            swept.failed = Some(outcome);
        }
    }
    swept.hash = hex(&hash.finalize());
    swept
}

/// Runs one seed, or the same twice; a panic is a failure like any other.
pub fn checked(seed: u64, is_twice: bool) -> Outcome {
    let once = || caught(seed);
    let mut first = once();
    if is_twice && first.failure.is_none() {
        let second = once();
        if second.hash != first.hash {
            let message = format!("{} and {}", first.hash, second.hash);
            first.failure = Some(Failure::new("same seed, same hash", message));
        }
    }
    first
}

fn caught(seed: u64) -> Outcome {
    catch_unwind(AssertUnwindSafe(|| run(seed, false))).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Outcome {
            seed,
            hash: String::new(),
            stats: Stats::default(),
            failure: Some(Failure::new("panics", message.unwrap_or_default())),
            lines: Vec::new(),
        }
    })
}
