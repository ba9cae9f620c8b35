//! A running installation: store, app, worker and pages, joined.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use app::{App, Parts, Settings, Vault};
use domain::Clock;
use secrecy::SecretString;
use store::sqlite::threaded::Threaded;
use store::{Store, Topic};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::ambient::{SystemChance, SystemClock};
use crate::transport::HttpTransport;
use crate::{http, master_key, worker};

/// An app on its database, ready to be served.
pub(crate) struct Installation {
    /// The use cases.
    pub(crate) app: App,
    wake: Arc<Notify>,
}

impl Installation {
    /// Opens the database in `data_dir` and checks that it can be worked on.
    pub(crate) async fn open(
        data_dir: &Path,
        given_key: Option<&SecretString>,
        settings: Settings,
    ) -> anyhow::Result<Self> {
        std::fs::create_dir_all(data_dir)
            .with_context(|| format!("the data folder {} cannot be made", data_dir.display()))?;
        let vault = Vault::new(&master_key::load(given_key, data_dir)?);
        let wake = Arc::new(Notify::new());
        let bell = Arc::clone(&wake);
        let backend = Threaded::open(
            data_dir,
            SystemClock.now(),
            Box::new(move |wakes| {
                if wakes.contains(&Topic::DueWork) {
                    bell.notify_one();
                }
            }),
        )?;
        let app = App::new(Parts {
            store: Store::new(Arc::new(backend)),
            transport: Arc::new(HttpTransport::new()?),
            clock: Arc::new(SystemClock),
            chance: Arc::new(SystemChance),
            vault,
            settings,
        });
        app::start::check_key(&app).await?;
        Ok(Self { app, wake })
    }

    /// Serves pages and API on `listener` and does due work, until `stop`. Requests under way are
    /// finished.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let worker = tokio::spawn({
            let app = self.app.clone();
            async move { worker::run(app, &self.wake).await }
        });
        let served = axum::serve(listener, http::router(self.app))
            .with_graceful_shutdown(stop)
            .await;
        // Stopping due work anywhere is safe: that is what the simulator is for.
        worker.abort();
        served.context("serving failed")
    }
}

/// Resolves when the process is asked to end, by Ctrl-C or by its supervisor.
pub(crate) async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
