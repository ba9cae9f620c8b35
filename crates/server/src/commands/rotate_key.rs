//! `lockstep rotate-key`: a new master key, and every secret sealed with it.
//!
//! With the key in a file, the new one is made beside it and takes its place at the end. With the key in
//! the environment, whoever sets it gives both. Killed anywhere, it is run again.

use std::time::Duration;

use anyhow::{bail, ensure};
use app::App;
use app::rotation::{self, Progress};
use tokio::time::sleep;

use super::start_logging;
use crate::config::{Config, Values};
use crate::installation::Installation;
use crate::master_key;

/// How often it looks again for connections that were worked on: a lease lasts 90 seconds at most.
const ROUNDS_MAX: u32 = 200;
/// Between two rounds.
const PAUSE: Duration = Duration::from_secs(1);
/// How often it says how far it is, in values.
const PROGRESS_EVERY: u64 = 1000;

/// Replaces the key, or says how to begin.
pub(crate) async fn run() -> anyhow::Result<()> {
    let values = Values::read()?;
    start_logging("warn")?;
    let config = Config::from_values(&values)?;
    let is_in_file = config.master_key.is_none();
    if is_in_file {
        ensure!(
            config.master_key_previous.is_none(),
            "LOCKSTEP_MASTER_KEY_PREVIOUS goes with LOCKSTEP_MASTER_KEY; a key file needs neither"
        );
        // Makes the folder and its first key too, where there is none.
        drop(Installation::open(config.place(), config.settings.clone()).await?);
        master_key::begin_replacing(&config.data_dir)?;
    } else if config.master_key_previous.is_none() {
        bail!(
            "set LOCKSTEP_MASTER_KEY to a new key and LOCKSTEP_MASTER_KEY_PREVIOUS to the present one, for every process of this installation; restart them; then run this again"
        );
    }
    let installation = Installation::open(config.place(), config.settings.clone()).await?;
    let resealed = reseal(&installation.app).await?;
    let checked = rotation::check(&installation.app).await?;
    ensure!(
        checked.other_key == 0,
        "{} secrets are still sealed with another key; run this again, and see that every process has both keys",
        checked.other_key
    );
    println!(
        "{resealed} secrets sealed anew; {} checked, all of them with the new key.",
        checked.good
    );
    if checked.damaged > 0 {
        println!(
            "{} do not open with any key and did not before: reconnect what `lockstep status` names.",
            checked.damaged
        );
    }
    if is_in_file {
        master_key::finish_replacing(&config.data_dir)?;
        println!(
            "{0}/master.key is the new key. Backups from before need {0}/master.key.previous; delete it when you keep none.",
            config.data_dir.display()
        );
    } else {
        println!(
            "Take LOCKSTEP_MASTER_KEY_PREVIOUS away from every process. Backups from before need that key."
        );
    }
    Ok(())
}

/// Rounds until none of the values is left but what no key opens.
async fn reseal(app: &App) -> anyhow::Result<u64> {
    let mut total = 0;
    for _ in 0..ROUNDS_MAX {
        let mut progress = Progress::default();
        let mut said = total / PROGRESS_EVERY;
        while !progress.is_done {
            progress = rotation::step(app, progress).await?;
            let now = (total + progress.resealed) / PROGRESS_EVERY;
            if std::mem::replace(&mut said, now) != now {
                println!("{} secrets sealed anew …", total + progress.resealed);
            }
        }
        total += progress.resealed;
        if progress.busy == 0 {
            return Ok(total);
        }
        println!("{} are in use; looking again …", progress.busy);
        sleep(PAUSE).await;
    }
    bail!("some secrets were in use all the time; run this again")
}
