//! Many seeds, on several threads; each seed on one.

use std::collections::BTreeMap;
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
    sweep_while(seeds, options, |_| true)
}

/// [`sweep`], which asks `goes_on` after each seed, with how many have been run; those begun are finished.
/// The hash counts the seeds that were run.
pub fn sweep_while(
    seeds: Range<u64>,
    options: Options,
    mut goes_on: impl FnMut(u64) -> bool,
) -> Swept {
    let next = AtomicU64::new(seeds.start);
    let is_over = AtomicBool::new(false);
    let (sender, receiver) = mpsc::channel();
    let mut swept = Swept::default();
    // Of a seed that passed only this is kept: there may be a million.
    let mut hashes = BTreeMap::new();
    thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            let (sender, next, is_over) = (sender.clone(), &next, &is_over);
            scope.spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end || is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    let outcome = checked(seed, options.is_twice);
                    is_over.fetch_or(outcome.failure.is_some(), Ordering::Relaxed);
                    // The receiver outlives every thread of this scope.
                    drop(sender.send(outcome));
                }
            });
        }
        drop(sender);
        for outcome in receiver {
            hashes.insert(outcome.seed, outcome.hash.clone());
            swept.stats.merge(&outcome.stats);
            let lowest = swept.failed.as_ref().map_or(u64::MAX, |failed| failed.seed);
            if outcome.failure.is_none() {
                swept.passed += 1;
            } else if outcome.seed < lowest {
                swept.failed = Some(outcome);
            }
            if !goes_on(u64::try_from(hashes.len()).unwrap_or(u64::MAX)) {
                is_over.store(true, Ordering::Relaxed);
            }
        }
    });
    let mut hash = Sha256::new();
    for one in hashes.values() {
        hash.update(one.as_bytes());
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
