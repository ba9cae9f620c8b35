//! `lockstep serve`: the installation itself.

use anyhow::Context;
use tokio::net::TcpListener;

use super::start_logging;
use crate::config::{Config, Values};
use crate::installation::{Installation, asked_to_stop};

/// Serves until asked to stop.
pub(crate) async fn run() -> anyhow::Result<()> {
    let values = Values::read()?;
    start_logging(
        values
            .get("LOCKSTEP_LOG")
            .map_or("info", |(value, _)| value),
    )?;
    let config = Config::from_values(&values)?;
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!(
            "{} cannot be listened on; set LOCKSTEP_LISTEN",
            config.listen
        )
    })?;
    let installation = Installation::open(config.place(), config.settings.clone()).await?;
    tracing::info!(address = %listener.local_addr()?, url = %installation.app.public_url(), "serving");
    let trusted = config.trusted_proxies.clone().into();
    installation.serve(listener, trusted, asked_to_stop()).await
}
