//! Seeds that CI always runs.

use sim::sweep::{Options, sweep};

const OPTIONS: Options = Options {
    threads: 2,
    is_twice: false,
};

/// Seeds that once failed, one a line; what follows a `#` says why.
fn regressions() -> Vec<u64> {
    include_str!("../../regressions.txt")
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty())
        .map(|line| line.parse().expect("a seed at the start of the line"))
        .collect()
}

fn expect_to_pass(seeds: std::ops::Range<u64>, options: Options) {
    let swept = sweep(seeds, options);
    if let Some(outcome) = swept.failed {
        let failure = outcome.failure.map(|failure| failure.to_string());
        panic!(
            "seed {}: {}\n{}",
            outcome.seed,
            failure.unwrap_or_default(),
            outcome.lines.join("\n")
        );
    }
}

#[test]
fn a_few_hundred_seeds_pass() {
    expect_to_pass(0..200, OPTIONS);
}

#[test]
fn the_same_seed_gives_the_same_hash() {
    let twice = Options {
        is_twice: true,
        ..OPTIONS
    };
    expect_to_pass(1_000..1_020, twice);
}

#[test]
fn different_seeds_give_different_hashes() {
    let hash = |seed| sim::run::run(seed, false).hash;
    assert_ne!(hash(1), hash(2));
}

#[test]
fn seeds_that_once_failed_pass() {
    let seeds = regressions();
    assert!(!seeds.is_empty());
    for seed in seeds {
        expect_to_pass(seed..seed + 1, OPTIONS);
    }
}
