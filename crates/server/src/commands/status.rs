//! `lockstep status`: how the calendar connections are, in words, whether the installation is served or not.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, ensure};
use app::{App, Parts, Vault, connections, organizations};
use domain::{Chance, Clock};
use secrecy::ExposeSecret;

use super::{needs_somebody, start_logging, words};
use crate::ambient::{SystemChance, SystemClock};
use crate::config::{Config, Values};
use crate::transport::HttpTransport;

/// Prints every organization's connections; the exit code tells whether one needs somebody.
pub(crate) async fn run() -> anyhow::Result<ExitCode> {
    let values = Values::read()?;
    start_logging("warn")?;
    let config = Config::from_values(&values)?;
    let app = reader(&config)?;
    let organizations = organizations::list(&app).await?;
    ensure!(
        !organizations.is_empty(),
        "nothing is set up; `lockstep init` makes an organization"
    );
    let mut is_fine = true;
    for organization in organizations {
        println!("{} ({})", organization.name, organization.slug);
        let found = connections::list(&app, organization.id).await?;
        if found.is_empty() {
            is_fine = false;
            println!("  {}", web::terminal::none(organization.locale));
        }
        for connection in &found {
            is_fine &= !connection.needs_somebody();
            for line in words::lines(organization.locale, connection) {
                println!("  {line}");
            }
        }
    }
    Ok(if is_fine {
        ExitCode::SUCCESS
    } else {
        needs_somebody()
    })
}

/// An app that looks and touches nothing: it takes neither the data folder nor the master key.
pub(super) fn reader(config: &Config) -> anyhow::Result<App> {
    let url = config.database_url.expose_secret();
    let options = store::Options {
        connections: config.connections,
    };
    let store = store::open_to_read(url, &config.data_dir, SystemClock.now(), &options)
        .context("there is nothing to look at; is this the right LOCKSTEP_DATA_DIR?")?;
    // It opens no secret, so any key will do.
    let key = (&SystemChance as &dyn Chance).bytes("status");
    Ok(App::new(Parts {
        store,
        transport: Arc::new(HttpTransport::new()?),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
        vault: Vault::new(&key),
        settings: config.settings.clone(),
    }))
}
