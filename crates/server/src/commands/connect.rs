//! `lockstep connect`: a calendar connected from the terminal, and proven.
//!
//! A service account needs nobody. Else a person consents: the address to open is printed, and Google's way
//! back is waited for on this machine. Where that way leads to another machine, or to the one that serves
//! already, the running installation is the one to connect by.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use app::App;
use app::connections::{self, Callback, Connection, Proof};
use app::due::{Stepped, step};
use app::organizations::{self, Organization};
use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use clap::Args;
use domain::{Chance, Locale, OrganizationId};
use google::endpoints::is_loopback;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use url::Url;

use super::{needs_somebody, start_logging};
use crate::ambient::SystemChance;
use crate::config::{Config, Values};
use crate::installation::Installation;

/// As long as a consent is good for.
const CONSENT_WAIT: Duration = Duration::from_secs(600);
/// A proof is two calls; each may be tried again a few times.
const PROOF_WAIT: Duration = Duration::from_secs(60);
/// Between two looks at what is due.
const PAUSE: Duration = Duration::from_millis(100);

/// Options of `lockstep connect`.
#[derive(Args)]
pub(crate) struct Options {
    /// Whose calendar, by the name in its address [default: the only one there is].
    #[arg(long)]
    organization: Option<String>,
    /// Connect this public calendar instead, to be read with CALENDAR_API_KEY.
    #[arg(long, value_name = "CALENDAR_ID")]
    public: Option<String>,
}

/// Connects, proves, and says what was seen.
pub(crate) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let values = Values::read()?;
    start_logging("warn")?;
    let config = Config::from_values(&values)?;
    let page = config.settings.public_url.join("admin/connection")?;
    let opened = Installation::open(config.place(), config.settings.clone()).await;
    let app = opened
        .with_context(|| format!("connect in the running installation, at {page}"))?
        .app;
    let Organization {
        id: organization,
        locale,
        ..
    } = organization(&app, options.organization.as_deref()).await?;
    if let Some(calendar) = &options.public {
        connections::connect_public(&app, organization, calendar).await?;
        println!("{calendar} is connected, to be read.");
        return Ok(ExitCode::SUCCESS);
    }
    let google = config.settings.google.as_ref().map_err(Clone::clone)?;
    if let Some(account) = &google.service_account {
        println!("Connecting by the service account {} …", account.email);
        let connected = connections::connect_service_account(&app, organization).await;
        connected.map_err(|error| in_words(locale, error))?;
    } else {
        consent(&app, organization, &google.client()?.redirect_uri, &page).await?;
    }
    prove(&app, organization, locale).await
}

fn in_words(locale: Locale, error: connections::ServiceAccountError) -> anyhow::Error {
    match error {
        connections::ServiceAccountError::Google(cause) => {
            anyhow!(web::terminal::sentence(locale, cause))
        }
        error => error.into(),
    }
}

async fn organization(app: &App, slug: Option<&str>) -> anyhow::Result<Organization> {
    let mut found = organizations::list(app).await?;
    if let Some(slug) = slug {
        found.retain(|organization| organization.slug == slug);
    }
    match (found.as_slice(), slug) {
        ([only], _) => Ok(only.clone()),
        ([], Some(slug)) => bail!("there is no organization {slug}"),
        ([], None) => bail!("nothing is set up; `lockstep init` makes an organization"),
        _ => bail!("there are several organizations; name one with --organization"),
    }
}

/// Sends a person to Google and waits for the way back.
async fn consent(
    app: &App,
    organization: OrganizationId,
    redirect_uri: &str,
    page: &Url,
) -> anyhow::Result<()> {
    let way_back = Url::parse(redirect_uri)?;
    if !is_loopback(&way_back) {
        bail!(
            "Google's way back leads to {redirect_uri}: connect in the running installation, at {page}"
        );
    }
    let port = way_back.port_or_known_default().unwrap_or(80);
    let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("{address}, where Google's way back leads, is taken: connect in the running installation, at {page}")
    })?;
    // Only this process holds it, as a browser holds its cookie.
    let browser: [u8; 24] = (&SystemChance as &dyn Chance).bytes("browser");
    let browser: String = browser.iter().map(|byte| format!("{byte:02x}")).collect();
    let google = connections::start(app, organization, &browser).await?;
    println!("Open this address and consent:\n\n  {google}\n\nWaiting …");
    let (said, mut heard) = mpsc::channel(1);
    let service = Router::new()
        .fallback(returned)
        .with_state(Arc::new((way_back.path().to_owned(), said)));
    let serving = tokio::spawn(async move { axum::serve(listener, service).await });
    let callback = timeout(CONSENT_WAIT, heard.recv()).await;
    let callback = callback
        .ok()
        .flatten()
        .context("nobody consented in ten minutes; begin again")?;
    let finished = connections::finish(app, callback, &browser).await;
    serving.abort();
    Ok(finished?)
}

type Waiting = Arc<(String, mpsc::Sender<Callback>)>;

/// Google's way back. Whatever else asks here is not answered.
async fn returned(
    State(waiting): State<Waiting>,
    Query(pairs): Query<Vec<(String, String)>>,
    request: Request,
) -> (StatusCode, &'static str) {
    let (path, said) = &*waiting;
    let value = |name: &str| {
        let pair = pairs.iter().find(|(n, _)| n == name);
        pair.map(|(_, value)| value.clone())
    };
    let callback = Callback {
        state: value("state"),
        code: value("code"),
        error: value("error"),
    };
    if request.uri().path() != path || callback.state.is_none() {
        return (StatusCode::NOT_FOUND, "Nothing is here.\n");
    }
    // A second one finds the first waiting or used.
    drop(said.try_send(callback));
    (
        StatusCode::OK,
        "Back to the terminal; this page can be closed.\n",
    )
}

/// Does due work until the test event has shown something.
async fn prove(
    app: &App,
    organization: OrganizationId,
    locale: Locale,
) -> anyhow::Result<ExitCode> {
    println!("Connected. Writing and removing a test event …");
    let connection = until_shown(app, organization).await?;
    println!(
        "{}: {}",
        connection.account_email,
        web::terminal::proof(locale, &connection)
    );
    Ok(if connection.needs_somebody() {
        needs_somebody()
    } else {
        ExitCode::SUCCESS
    })
}

/// Does due work until the test event of the organization's connection has shown something; the connection.
pub(super) async fn until_shown(
    app: &App,
    organization: OrganizationId,
) -> anyhow::Result<Connection> {
    let seen = timeout(PROOF_WAIT, async {
        loop {
            let stepped = step(app).await?;
            let found = connections::list(app, organization).await?;
            let shown = found.into_iter().find(|c| c.proof != Proof::None);
            let shown = shown.filter(is_shown);
            if let Some(connection) = shown {
                return Ok::<Connection, anyhow::Error>(connection);
            }
            if stepped != Stepped::Worked {
                sleep(PAUSE).await;
            }
        }
    });
    let Ok(seen) = seen.await else {
        bail!(
            "the test event has shown nothing within a minute; `lockstep status` says more once served"
        );
    };
    seen
}

fn is_shown(connection: &Connection) -> bool {
    matches!(connection.proof, Proof::Proven(_)) || connection.needs_somebody()
}
