//! Runs random series through the mirror and the fake Google, and prints what both agree on, a
//! case a line, for `tests/recurrence/check.py` to hold against python-dateutil; `scripts/recurrence`
//! runs both. A line on standard error says how many, and what Google would be asked about.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::Parser;
use sim::mirror::{Verdict, run};

#[derive(Parser)]
struct Arguments {
    /// How many cases.
    #[arg(long, default_value_t = 1000)]
    cases: u64,
    /// Which cases.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One case alone.
    #[arg(long)]
    only: Option<u64>,
}

#[expect(clippy::print_stderr, reason = "this is a command")]
fn main() -> io::Result<ExitCode> {
    let arguments = Arguments::parse();
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(
        out,
        r#"{{"zone_data":"{}"}}"#,
        domain::time::zone_rules_version()
    )?;
    let mut same = 0;
    let mut different = 0;
    let mut asked: BTreeMap<&str, u32> = BTreeMap::new();
    let cases = match arguments.only {
        Some(n) => n..n + 1,
        None => 0..arguments.cases,
    };
    for n in cases {
        match run(arguments.seed, n) {
            Verdict::Same(case) => {
                same += 1;
                writeln!(out, "{case}")?;
            }
            Verdict::Asked(why) => *asked.entry(why.as_str()).or_default() += 1,
            Verdict::Different(how) => {
                different += 1;
                eprintln!("case {n} of seed {}: {how}", arguments.seed);
            }
        }
    }
    out.flush()?;
    eprintln!("{same} the same, {different} different; Google would be asked about {asked:?}");
    Ok(if different == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
