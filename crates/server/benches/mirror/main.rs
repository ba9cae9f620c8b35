//! What reading calendars costs: a page of 2,500 events beside the least it could cost, a first listing of
//! 50,000 and the bookings made meanwhile, and bookings and slots of hosts with 5,000 events each.
//! `cargo bench -p server --bench mirror` prints medians; `-- page`, `-- first-listing` or `-- month` one part.
//!
//! Google is a canned transport in this process: what it takes to draw up its answers is not counted.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot be made has failed"
)]
#![expect(clippy::print_stdout, reason = "the figures are what this is for")]

mod first_listing;
mod google;
mod installation;
mod month;
mod page;

use std::time::{Duration, Instant};

fn main() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let parts: [(&str, fn()); 3] = [
        ("page", page::run),
        ("first-listing", first_listing::run),
        ("month", month::run),
    ];
    let is_named = |name: &str| wanted.iter().any(|word| word == name);
    let is_any_named = parts.iter().any(|(name, _)| is_named(name));
    for (name, run) in parts {
        if is_named(name) || !is_any_named {
            run();
        }
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

fn median<T: PartialOrd + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap());
    values[values.len() / 2]
}

fn percentile(taken: &mut [Duration], percent: usize) -> Duration {
    taken.sort_unstable();
    taken[(taken.len() - 1) * percent / 100]
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
