//! One seed, two databases: the same history, line by line.
//!
//! `LOCKSTEP_TWIN_SEEDS=200 cargo test --release -p sim --test it twins -- --nocapture` is the full run.

use std::process::Command;
use std::sync::Arc;

use domain::Instant;
use sim::run::{run, run_on};
use store::postgres;

const SEEDS: u64 = 8;

#[expect(
    clippy::disallowed_methods,
    reason = "a test may be told how long to run"
)]
fn seeds() -> u64 {
    std::env::var("LOCKSTEP_TWIN_SEEDS").map_or(SEEDS, |text| text.parse().unwrap())
}

/// Design section 12: the trace's hash is equal on SQLite and PostgreSQL, which tests the two dialects
/// against each other.
#[test]
fn a_seed_has_one_history_on_both_databases() {
    let url = cluster();
    let schema = format!("twins_{}", std::process::id());
    let database = postgres::inline::Inline::open(&url, &schema, Instant::from_micros(1)).unwrap();
    let database = Arc::new(database);
    for seed in 0..seeds() {
        database.reset().unwrap();
        let (here, there) = (run(seed, true), run_on(database.clone(), seed, true));
        let differs = here.lines.iter().zip(&there.lines).find(|(a, b)| a != b);
        assert_eq!(differs, None, "seed {seed}: SQLite, then PostgreSQL");
        assert_eq!(here.hash, there.hash, "seed {seed}");
        assert!(there.failure.is_none(), "seed {seed}: {:?}", there.failure);
    }
}

/// The URL of the private cluster of `scripts/postgres`.
fn cluster() -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/postgres");
    let pid = std::process::id().to_string();
    let output = Command::new(script)
        .args(["start", "--until", &pid])
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .last()
        .unwrap()
        .trim()
        .to_owned()
}
