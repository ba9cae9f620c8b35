//! Random series with exceptions: our rows are those of the fake Google's own expansion.

use std::collections::BTreeMap;

use sim::mirror::{Verdict, run};

/// Two hundred here; `cargo run --release -p sim --example mirror` runs as many as wanted and
/// hands each to python-dateutil too.
const CASES: u64 = 200;

#[test]
fn our_busy_rows_are_those_of_google_s_expansion() {
    let mut same = 0;
    let mut asked: BTreeMap<&str, u32> = BTreeMap::new();
    let mut different = Vec::new();
    for n in 0..CASES {
        match run(1, n) {
            Verdict::Same(_) => same += 1,
            Verdict::Asked(why) => *asked.entry(why.as_str()).or_default() += 1,
            Verdict::Different(how) => different.push(format!("{n}: {how}")),
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    // Asking about everything would be right, and of no use.
    assert!(same > CASES * 4 / 5, "{same} the same, asked {asked:?}");
}
