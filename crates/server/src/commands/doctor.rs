//! `lockstep doctor`: what an installation rests on, looked at one by one, each with what to do.
//!
//! It changes nothing, takes no lock and needs no secret, so it can be run beside a server that is in trouble.

mod finding;
mod google;
mod here;

use std::process::ExitCode;

use self::finding::{Finding, Verdict};
use super::{needs_somebody, start_logging, status};
use crate::config::{Config, Values};
use crate::transport::HttpTransport;

/// Prints what was found; the exit code tells whether something needs somebody.
pub(crate) async fn run() -> anyhow::Result<ExitCode> {
    let values = Values::read()?;
    start_logging("error")?;
    let config = Config::from_values(&values)?;
    let transport = HttpTransport::new()?;
    let mut found = vec![here::time_zones()];
    match status::reader(&config) {
        Ok(app) => {
            found.push(here::store(&app, &config).await);
            found.extend(google::connections(&app).await);
        }
        Err(error) => found.push(Finding::bad(
            "store",
            error.to_string(),
            "Set LOCKSTEP_DATA_DIR or LOCKSTEP_DATABASE_URL, or make an installation with `lockstep init`.",
        )),
    }
    found.extend(google::asked(&transport, &config).await);
    found.push(google::redirect(&transport, &config).await);
    found.push(google::webhook(&transport, &config).await);
    for finding in &found {
        print!("{finding}");
    }
    let is_bad = found.iter().any(|found| found.verdict == Verdict::Bad);
    Ok(if is_bad {
        needs_somebody()
    } else {
        ExitCode::SUCCESS
    })
}
