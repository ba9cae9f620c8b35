//! `lockstep backup`: a checked copy of the database, taken while it is in use.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use secrecy::ExposeSecret;
use store::sqlite::backup::backup;

use crate::config::{Config, Values};

/// Options of `lockstep backup`.
#[derive(Args)]
pub(crate) struct Options {
    /// The file to write; it must not exist yet.
    target: PathBuf,
}

/// Makes the copy and says what it holds.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let config = Config::from_values(&Values::read()?)?;
    if !config.database_url.expose_secret().is_empty() {
        bail!(
            "this copies SQLite only: for PostgreSQL use pg_dump, which copies a database in use"
        );
    }
    let made = backup(&config.data_dir, &options.target)?;
    println!(
        "{}: {} bytes, {} bookings, checked. Keep {} with it: without the key its calendars must be reconnected.",
        options.target.display(),
        made.bytes,
        made.bookings,
        config.data_dir.join("master.key").display()
    );
    Ok(())
}
