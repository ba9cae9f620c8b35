//! The simulator's command line.

use std::num::{NonZeroU64, NonZeroUsize};
use std::ops::Range;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use sim::run::Outcome;
use sim::sweep::{Options, Swept, sweep_while};

/// Runs the whole system under seeded faults, and checks it.
#[derive(Parser)]
#[command(name = "sim")]
struct Arguments {
    /// Seeds to run, `A..B`, B excluded.
    #[arg(long, value_parser = read_range, default_value = "0..200")]
    seeds: Range<u64>,
    /// One seed alone.
    #[arg(long, conflicts_with = "seeds")]
    seed: Option<u64>,
    /// Print the trace of that seed.
    #[arg(long, requires = "seed")]
    trace: bool,
    /// Begin no further seed after so many seconds.
    #[arg(long, conflicts_with = "seed")]
    seconds: Option<u64>,
    /// Say every so many seconds, on standard error, how far it is.
    #[arg(long)]
    progress: Option<NonZeroU64>,
    /// Run each seed twice: the hashes must be equal.
    #[arg(long)]
    twice: bool,
    /// Threads to run seeds on; as many as there are processors when not given.
    #[arg(long)]
    threads: Option<NonZeroUsize>,
    /// Switch on a deliberate fault (needs the cargo feature `faults`).
    #[arg(long)]
    fault: Option<u32>,
    /// Print the deliberate faults, number and description separated by a tab.
    #[arg(long)]
    list_faults: bool,
}

fn read_range(text: &str) -> Result<Range<u64>, String> {
    let (from, until) = text.split_once("..").ok_or("A..B is expected")?;
    let number = |text: &str| text.parse::<u64>().map_err(|e| e.to_string());
    Ok(number(from)?..number(until)?)
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    if arguments.list_faults {
        list_faults();
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(number) = arguments.fault {
        switch_on(number)?;
    }
    match arguments.seed {
        Some(seed) if arguments.trace => Ok(trace(seed)),
        Some(seed) => Ok(run_all(seed..seed + 1, &arguments)),
        None => Ok(run_all(arguments.seeds.clone(), &arguments)),
    }
}

#[cfg(feature = "faults")]
fn switch_on(number: u32) -> anyhow::Result<()> {
    let is_known = domain::fault::ALL.iter().any(|(n, _)| *n == number);
    anyhow::ensure!(is_known, "there is no fault {number}");
    domain::fault::switch_on(number);
    Ok(())
}

#[cfg(not(feature = "faults"))]
fn switch_on(number: u32) -> anyhow::Result<()> {
    anyhow::bail!("fault {number} is not built in: build with --features faults")
}

#[expect(clippy::print_stdout, reason = "this is a command")]
fn list_faults() {
    for (number, what) in domain::fault::ALL {
        println!("{number}\t{what}");
    }
}

/// One seed with all its lines.
#[expect(clippy::print_stdout, reason = "this is a command")]
fn trace(seed: u64) -> ExitCode {
    let outcome = sim::run::run(seed, true);
    for line in &outcome.lines {
        println!("{line}");
    }
    println!("hash       {}", outcome.hash);
    println!("{}", outcome.stats);
    match outcome.failure {
        Some(failure) => {
            println!("FAILED     {failure}");
            ExitCode::FAILURE
        }
        None => ExitCode::SUCCESS,
    }
}

#[expect(clippy::print_stdout, reason = "this is a command")]
fn run_all(seeds: Range<u64>, arguments: &Arguments) -> ExitCode {
    let threads = arguments
        .threads
        .or_else(|| thread::available_parallelism().ok());
    let options = Options {
        threads: threads.map_or(1, NonZeroUsize::get),
        is_twice: arguments.twice,
    };
    let wanted = seeds.end.saturating_sub(seeds.start);
    let mut watch = Watch::begin(arguments, wanted);
    let swept = sweep_while(seeds, options, |done| watch.goes_on(done));
    let took = watch.begun.elapsed();
    println!("{}", swept.stats);
    println!("hash       {}", swept.hash);
    let Swept { passed, failed, .. } = swept;
    match failed {
        Some(outcome) => {
            report(&outcome, passed, arguments);
            ExitCode::FAILURE
        }
        None => {
            let seconds = took.as_secs_f64();
            #[expect(clippy::cast_precision_loss, reason = "shown to one digit")]
            let rate = passed as f64 / seconds.max(f64::EPSILON);
            println!("{passed} seeds passed in {seconds:.1} s: {rate:.0} seeds/s");
            ExitCode::SUCCESS
        }
    }
}

#[expect(clippy::print_stdout, reason = "this is a command")]
fn report(outcome: &Outcome, passed: u64, arguments: &Arguments) {
    for line in &outcome.lines {
        println!("{line}");
    }
    let (seed, what) = (outcome.seed, outcome.failure.as_ref());
    let what = what.map(ToString::to_string).unwrap_or_default();
    println!("{passed} seeds passed");
    println!("FAILED     seed {seed}: {what}");
    let fault = arguments.fault.map(|n| format!(" --fault {n}"));
    let features = if fault.is_some() {
        " --features faults"
    } else {
        ""
    };
    let fault = fault.unwrap_or_default();
    println!("reproduce  cargo run --release -p sim{features} -- --seed {seed} --trace{fault}");
}

/// How long it has taken: how fast the simulator is, is measured outside the simulation.
struct Watch {
    begun: Instant,
    wanted: u64,
    most: Option<Duration>,
    every: Option<Duration>,
    told: u32,
}

impl Watch {
    #[expect(clippy::disallowed_methods, reason = "outside the simulation")]
    fn begin(arguments: &Arguments, wanted: u64) -> Self {
        Self {
            begun: Instant::now(),
            wanted,
            most: arguments.seconds.map(Duration::from_secs),
            every: arguments.progress.map(|n| Duration::from_secs(n.get())),
            told: 0,
        }
    }

    /// Tells how far it is, now and then; gives whether there is time for more.
    #[expect(clippy::print_stderr, reason = "this is a command")]
    fn goes_on(&mut self, done: u64) -> bool {
        let took = self.begun.elapsed();
        if let Some(every) = self.every
            && took >= every.saturating_mul(self.told.saturating_add(1))
        {
            self.told = self.told.saturating_add(1);
            let (wanted, seconds) = (self.wanted, took.as_secs());
            eprintln!("{done} of {wanted} seeds, {seconds} s");
        }
        self.most.is_none_or(|most| took < most)
    }
}
