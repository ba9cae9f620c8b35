//! `lockstep export` and `import`: everything, from one kind of database to the other.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::Args;
use domain::Clock;
use secrecy::ExposeSecret;
use store::transfer::{self, TransferError};
use store::{Lane, Store};

use crate::ambient::SystemClock;
use crate::config::{Config, Values};

/// The file that is written or read.
#[derive(Args)]
pub(crate) struct Options {
    /// The file.
    file: PathBuf,
}

fn open(config: &Config) -> anyhow::Result<Store> {
    let url = config.database_url.expose_secret();
    let options = store::Options::default();
    let now = SystemClock.now();
    Ok(store::open(
        url,
        &config.data_dir,
        now,
        Box::new(|_| {}),
        &options,
    )?)
}

/// Writes everything the configured database holds to a new file.
pub(crate) async fn export(options: Options) -> anyhow::Result<()> {
    let config = Config::from_values(&Values::read()?)?;
    if options.file.exists() {
        bail!(
            "{} exists already; name another file",
            options.file.display()
        );
    }
    let store = open(&config)?;
    let rows = write_to(&store, &options.file).await?;
    println!(
        "{}: {rows} rows. It holds people's data: keep it safe. Sealed tokens in it open with the same master key only.",
        options.file.display()
    );
    Ok(())
}

/// Fills the configured database, which must be empty, and checks it against the file.
pub(crate) async fn import(options: Options) -> anyhow::Result<()> {
    let config = Config::from_values(&Values::read()?)?;
    ensure!(
        options.file.exists(),
        "there is no file {}",
        options.file.display()
    );
    let store = open(&config)?;
    let file = options.file.clone();
    let rows = store
        .unit(Lane::Interactive, "transfer.import", move |tx| {
            transfer::import(tx, &mut BufReader::new(File::open(&file)?))
        })
        .await?;
    // What was read back must be what was given, byte for byte.
    let copy = options.file.with_extension("check");
    let checked = write_to(&store, &copy).await;
    let same = checked.is_ok() && std::fs::read(&copy)? == std::fs::read(&options.file)?;
    drop(std::fs::remove_file(&copy));
    checked?;
    ensure!(
        same,
        "the database does not hold what the file says; drop it and try again"
    );
    println!(
        "{rows} rows, equal to {}. Bring the master key along.",
        options.file.display()
    );
    Ok(())
}

async fn write_to(store: &Store, file: &Path) -> anyhow::Result<u64> {
    let path = file.to_owned();
    let rows = store
        .unit(Lane::Read, "transfer.export", move |tx| {
            // Begun anew each time the unit is run.
            let mut out = BufWriter::new(File::create(&path)?);
            let rows = transfer::export(tx, &mut out)?;
            out.flush()?;
            Ok::<_, TransferError>(rows)
        })
        .await;
    rows.with_context(|| format!("{} was not written", file.display()))
}
