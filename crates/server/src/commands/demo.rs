//! `lockstep demo`: the main job, shown at once with nothing to install.
//!
//! Starts the fake Google and an installation on loopback, sets up a preset, and connects its
//! calendar through the same OAuth code a real owner goes through.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, bail};
use app::connections::Callback;
use app::limits::Limits;
use app::preset::{Administrator, install};
use app::settings::Google;
use app::{App, Settings, access, connections, event_types};
use clap::Args;
use domain::OrganizationId;
use google::Endpoints;
use google::oauth::{OAuthClient, SCOPE_EVENTS};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::net::TcpListener;
use url::Url;

use super::connect::until_shown;
use super::{init, start_logging};
use crate::installation::{Installation, Place, asked_to_stop};
use crate::{master_key, presets};

const CLIENT_ID: &str = "lockstep-demo.apps.googleusercontent.com";
const CLIENT_SECRET: &str = "demo-secret-of-a-local-stand-in";
const OWNER: &str = "owner@brightside.example";
const ADMIN: &str = "admin@brightside.example";

/// Options of `lockstep demo`.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Print one line of JSON when ready, instead of text for people.
    #[arg(long)]
    json: bool,
    /// Address of the booking pages [default: 127.0.0.1:8080, or any free port].
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Address of the fake Google [default: 127.0.0.1:8081, or any free port].
    #[arg(long)]
    google_listen: Option<SocketAddr>,
    /// Where to keep the data [default: a temporary folder, removed at the end].
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Keep the data in this PostgreSQL database [default: SQLite in the data folder].
    #[arg(long)]
    database_url: Option<String>,
    /// Which business to show [default: tutoring].
    #[arg(long)]
    preset: Option<String>,
}

/// What a demo shows when it is ready.
struct Ready {
    booking_url: Url,
    admin_url: Url,
    google_url: Url,
    api_url: Url,
    admin_password: String,
    api_key: String,
    organization: String,
    event_types: Vec<String>,
}

/// Runs the demo until asked to stop.
pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    start_logging("warn")?;
    let preset = presets::load(options.preset.as_deref().unwrap_or("tutoring"))?;
    let listener = bind(options.listen, 8080).await?;
    let google_listener = bind(options.google_listen, 8081).await?;
    let public_url = Url::parse(&format!("http://{}", listener.local_addr()?))?;
    let google_url = Url::parse(&format!("http://{}", google_listener.local_addr()?))?;
    let settings = settings(&public_url, &google_url)?;
    let zone = preset.organization.time_zone.name().to_owned();
    let google = start_google(google_listener, &settings, &preset.organization.name, &zone)?;

    let folder = Folder::make(options.data_dir)?;
    let database_url = options.database_url.unwrap_or_default().into();
    let place = Place {
        database_url: &database_url,
        data_dir: folder.path(),
        keys: master_key::Given::default(),
        connections: store::Options::default().connections,
    };
    let installation = Installation::open(place, settings).await?;
    let app = installation.app.clone();
    let admin_password = init::new_password();
    let administrator = Administrator {
        email: ADMIN.to_owned(),
        password: admin_password.clone().into(),
    };
    let organization = install(&app, &preset, &administrator).await?;
    connect(&app, organization.id)
        .await
        .context("the demo could not connect its calendar")?;
    // Before anybody looks at the calendar: the test event is gone again.
    until_shown(&app, organization.id).await?;
    let api_key = access::create_api_key(&app, organization.id, "demo").await?;
    let found = event_types::list(&app, organization.id).await?;

    print_ready(
        options.json,
        &Ready {
            booking_url: public_url.join(&organization.slug)?,
            admin_url: public_url.join("admin")?,
            api_url: public_url.join("api/v1")?,
            google_url,
            admin_password,
            api_key,
            organization: organization.slug,
            event_types: found
                .into_iter()
                .map(|event_type| event_type.slug)
                .collect(),
        },
    );
    let served = installation
        .serve(listener, Vec::new().into(), asked_to_stop())
        .await;
    google.abort();
    served
}

/// The address asked for, or else the usual one, or else any that is free.
async fn bind(asked: Option<SocketAddr>, usual_port: u16) -> anyhow::Result<TcpListener> {
    if let Some(address) = asked {
        if !address.ip().is_loopback() {
            bail!(
                "{address} is not on this machine: the demo's fake Google must not be reached from outside"
            );
        }
        let listener = TcpListener::bind(address).await;
        return listener.with_context(|| format!("{address} cannot be listened on"));
    }
    match TcpListener::bind(("127.0.0.1", usual_port)).await {
        Ok(listener) => Ok(listener),
        Err(_) => TcpListener::bind(("127.0.0.1", 0))
            .await
            .context("no port is free"),
    }
}

fn settings(public_url: &Url, google_url: &Url) -> anyhow::Result<Settings> {
    Ok(Settings {
        public_url: public_url.clone(),
        google: Ok(Google {
            client: Ok(OAuthClient {
                id: CLIENT_ID.to_owned(),
                secret: CLIENT_SECRET.into(),
                redirect_uri: public_url.join("/oauth/google/callback")?.to_string(),
            }),
            service_account: None,
            api_key: None,
            endpoints: Endpoints {
                auth: google_url.join("/o/oauth2/v2/auth")?,
                token: google_url.join("/token")?,
                revoke: google_url.join("/revoke")?,
                api: google_url.join("/calendar/v3")?,
            },
            calendar_id: "primary".to_owned(),
            quota: app::quota::Quota::default(),
            login_hint: Some(OWNER.to_owned()),
        }),
        // The stand-in reaches us where people do.
        webhook_url: Some(public_url.join(app::push::PATH)?),
        // A drag in the stand-in's calendar should show at once, pushed or not; so many lists stay within its quota.
        pace: app::settings::Pace::every(SignedDuration::from_millis(500)),
        pull_size: app::settings::PullSize::default(),
        // Everybody here is at this machine, and may try to break it.
        limits: Limits::default(),
    })
}

fn start_google(
    listener: TcpListener,
    settings: &Settings,
    owner: &str,
    zone: &str,
) -> anyhow::Result<tokio::task::JoinHandle<()>> {
    let google = settings.google.as_ref().map_err(Clone::clone)?;
    let seed = Timestamp::now().as_microsecond().unsigned_abs();
    let mut world = ::fake_google::World::new(seed);
    // What our client sends must be what Google describes.
    world.rules.is_strict = true;
    // It pushes over loopback, which Google never does.
    world.rules.push.allows_http = true;
    world.add_account(OWNER, owner, zone)?;
    // Who tries the demo wants the usual case to be one click.
    world.rules.consent_boxes = ::fake_google::ConsentBoxes::Ticked;
    world.add_client(
        CLIENT_ID,
        CLIENT_SECRET,
        &[google.client()?.redirect_uri.as_str()],
    );
    let shell = ::fake_google::shell::Shell::new(::fake_google::shell::Shared::new(world));
    Ok(tokio::spawn(async move {
        let served = ::fake_google::shell::serve(listener, shell, std::future::pending()).await;
        if let Err(error) = served {
            tracing::error!(%error, "the fake Google stopped");
        }
    }))
}

/// Connects the calendar as an owner would: through the consent page and back.
async fn connect(app: &App, organization: OrganizationId) -> anyhow::Result<()> {
    let browser = "the demo's own browser";
    let consent_page = connections::start(app, organization, browser).await?;
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let answer = client
        .post(consent_page)
        .form(&[
            ("account", OWNER),
            ("decision", "allow"),
            ("scope", SCOPE_EVENTS),
        ])
        .send()
        .await?;
    let Some(location) = answer.headers().get(reqwest::header::LOCATION) else {
        bail!(
            "the fake Google answered {} instead of a redirect",
            answer.status()
        );
    };
    let back = Url::parse(location.to_str()?)?;
    let value = |name: &str| {
        back.query_pairs()
            .find(|(k, _)| k == name)
            .map(|(_, v)| v.into_owned())
    };
    let callback = Callback {
        state: value("state"),
        code: value("code"),
        error: value("error"),
    };
    Ok(connections::finish(app, callback, browser).await?)
}

fn print_ready(as_json: bool, ready: &Ready) {
    if as_json {
        let event_types: Vec<_> = ready
            .event_types
            .iter()
            .map(|slug| json!({ "slug": slug }))
            .collect();
        println!(
            "{}",
            json!({
                "booking_url": ready.booking_url.as_str(),
                "admin_url": ready.admin_url.as_str(),
                "google_url": ready.google_url.as_str(),
                "api_url": ready.api_url.as_str(),
                "admin_email": ADMIN,
                "admin_password": ready.admin_password,
                "api_key": ready.api_key,
                "organization": ready.organization,
                "event_types": event_types,
            })
        );
        return;
    }
    println!(
        "Lockstep is running, with a stand-in for Google Calendar. Nothing leaves this machine.\n"
    );
    println!("  Book a lesson      {}", ready.booking_url);
    println!("  See it in Google   {}", ready.google_url);
    println!("  Look behind it     {}", ready.admin_url);
    println!("                     {ADMIN}  {}\n", ready.admin_password);
    println!("Book one, watch it appear in the calendar, drag it there. Ctrl-C ends the demo.");
}

/// The data folder: kept when asked for by name, removed at the end when not.
enum Folder {
    Kept(PathBuf),
    Temporary(tempfile::TempDir),
}

impl Folder {
    fn make(asked: Option<PathBuf>) -> anyhow::Result<Self> {
        match asked {
            Some(path) => Ok(Self::Kept(path)),
            None => {
                let made = tempfile::Builder::new().prefix("lockstep-demo-").tempdir();
                Ok(Self::Temporary(
                    made.context("no temporary folder can be made")?,
                ))
            }
        }
    }

    fn path(&self) -> &std::path::Path {
        match self {
            Self::Kept(path) => path,
            Self::Temporary(dir) => dir.path(),
        }
    }
}
