//! A running installation: store, app, worker and pages, joined.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use app::{App, Parts, Settings, Vault};
use domain::Clock;
use secrecy::{ExposeSecret, SecretString};
use store::Topic;
use store::tx::Wakes;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::ambient::{SystemChance, SystemClock};
use crate::network::Trusted;
use crate::patience::Patient;
use crate::transport::HttpTransport;
use crate::{http, master_key, worker};

/// Where an installation keeps what it knows.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// A PostgreSQL URL, or nothing for SQLite in `data_dir`.
    pub(crate) database_url: &'a SecretString,
    /// The folder of the SQLite database and the key file.
    pub(crate) data_dir: &'a Path,
    /// Connections to PostgreSQL that run units.
    pub(crate) connections: usize,
    /// The keys that seal and open tokens, as far as they are given.
    pub(crate) keys: master_key::Given<'a>,
}

/// An app on its database, ready to be served.
pub(crate) struct Installation {
    /// The use cases.
    pub(crate) app: App,
    wake: Arc<Notify>,
    reads: Arc<Notify>,
}

impl Installation {
    /// Opens the database `place` names and checks that it can be worked on.
    pub(crate) async fn open(place: Place<'_>, settings: Settings) -> anyhow::Result<Self> {
        let data_dir = place.data_dir;
        std::fs::create_dir_all(data_dir)
            .with_context(|| format!("the data folder {} cannot be made", data_dir.display()))?;
        let keys = master_key::load(place.keys, data_dir)?;
        let mut vault = Vault::new(&keys.present);
        if let Some(previous) = &keys.previous {
            vault = vault.with_previous(previous);
        }
        let wake = Arc::new(Notify::new());
        let bell = Arc::clone(&wake);
        let reads = Arc::new(Notify::new());
        let read_bell = Arc::clone(&reads);
        let on_commit = Box::new(move |wakes: &Wakes| {
            if wakes.contains(&Topic::CalendarRead) {
                read_bell.notify_waiters();
            }
            if wakes.contains(&Topic::DueWork) {
                bell.notify_one();
            }
        });
        let url = place.database_url.expose_secret();
        let store = store::open(
            url,
            data_dir,
            SystemClock.now(),
            on_commit,
            &store::Options {
                connections: place.connections,
            },
        )?;
        let app = App::new(Parts {
            store,
            transport: Arc::new(HttpTransport::new()?),
            clock: Arc::new(SystemClock),
            chance: Arc::new(SystemChance),
            vault,
            settings,
        });
        app::start::begin(&app).await?;
        Ok(Self { app, wake, reads })
    }

    /// Serves pages and API on `listener` and does due work, until `stop`. `trusted` are the proxies
    /// believed about who asks. Requests under way are
    /// finished.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        trusted: Trusted,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let worker = tokio::spawn({
            let app = self.app.clone();
            async move { worker::run(app, self.wake).await }
        });
        let patience = Arc::new(Patient::new(self.app.clone(), self.reads));
        let service = http::router(self.app, patience, trusted);
        let service = service.into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(listener, service)
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
