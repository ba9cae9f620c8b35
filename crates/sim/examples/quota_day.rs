//! A day of 200 connected calendars with 50 changes each, and what it takes of Google's quotas:
//! `cargo run --release -p sim --example quota_day`. Minutes of computing for the whole day.

use std::io::{self, Write};

use app::settings::Pace;
use clap::Parser;
use jiff::SignedDuration;
use sim::quota_day::{Day, live};

#[derive(Parser)]
struct Arguments {
    /// Google accounts.
    #[arg(long, default_value_t = 20)]
    accounts: usize,
    /// Connected calendars of each.
    #[arg(long, default_value_t = 10)]
    calendars: usize,
    /// Changes in each calendar in a day.
    #[arg(long, default_value_t = 50)]
    changes: usize,
    /// How long.
    #[arg(long, default_value_t = 24)]
    hours: i64,
    /// How often each is looked at while somebody looks for a time, as `LOCKSTEP_POLL_SECONDS`; otherwise
    /// less often, in proportion.
    #[arg(long, default_value_t = 30)]
    poll_seconds: i64,
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let day = Day {
        accounts: arguments.accounts,
        calendars_each: arguments.calendars,
        changes_each: arguments.changes,
        hours: arguments.hours,
        pace: Pace::from_base(SignedDuration::from_secs(arguments.poll_seconds)),
    };
    let spent = live(day);
    let mut out = io::stdout();
    writeln!(out, "{day:?}")?;
    writeln!(
        out,
        "changes: {} by hosts in Google, {} bookings here",
        spent.foreign, spent.booked
    )?;
    writeln!(
        out,
        "calls: {}, refused as too many: {}",
        spent.calls, spent.refused
    )?;
    writeln!(
        out,
        "most units in a minute: {} of 600 by one account, {} of 10000 by all",
        spent.account_minute_max, spent.project_minute_max
    )?;
    writeln!(
        out,
        "units in all: {} of the 1000000 a day beyond which Google means to charge",
        spent.units
    )
}
