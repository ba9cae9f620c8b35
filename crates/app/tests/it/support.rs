//! An app under test: its clock is turned by hand, its chance counts, its Google is a script.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use app::organizations::Organization;
use app::preset::{Administrator, Preset, install};
use app::settings::Google;
use app::{App, Parts, Settings, Vault};
use bytes::Bytes;
use domain::{Chance, Clock, Instant};
use google::oauth::OAuthClient;
use google::transport::Sending;
use google::{Endpoints, Transport, TransportError};
use jiff::SignedDuration;
use store::Store;
use store::sqlite::inline::Inline;

/// Everything a test needs.
pub(crate) struct Harness {
    pub(crate) app: App,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) google: Arc<Script>,
    pub(crate) organization: Organization,
}

pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const ADMIN: &str = "owner@brightside.example";

/// Monday.
pub(crate) fn morning() -> Instant {
    Instant::parse("2026-11-23T06:00:00Z").unwrap()
}

pub(crate) fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// Runs a future that only ever waits for the inline store and the script: it never pends.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing here should wait"),
    }
}

pub(crate) fn preset() -> Preset {
    toml::from_str(include_str!("../../../../presets/tutoring.toml")).unwrap()
}

pub(crate) fn harness() -> Harness {
    let clock = Arc::new(HandClock(AtomicI64::new(morning().as_micros())));
    let google = Arc::new(Script::default());
    let backend = Arc::new(Inline::open(morning()).unwrap());
    let app = app_on(Store::new(backend), &clock, &google, [7; 32]);
    let administrator = Administrator {
        email: ADMIN.into(),
        password: PASSWORD.into(),
    };
    let organization = now(install(&app, &preset(), &administrator)).unwrap();
    Harness {
        app,
        clock,
        google,
        organization,
    }
}

pub(crate) fn app_on(
    store: Store,
    clock: &Arc<HandClock>,
    google: &Arc<Script>,
    key: [u8; 32],
) -> App {
    App::new(Parts {
        store,
        transport: google.clone(),
        clock: clock.clone(),
        chance: Arc::new(CountingChance::default()),
        vault: Vault::new(&key),
        settings: Settings {
            public_url: "http://127.0.0.1:8080".parse().unwrap(),
            google: Ok(Google {
                client: OAuthClient {
                    id: "client".into(),
                    secret: "secret".into(),
                    redirect_uri: "http://127.0.0.1:8080/oauth/google/callback".into(),
                },
                endpoints: Endpoints::google(),
                calendar_id: "primary".into(),
                login_hint: None,
            }),
            poll_interval: SignedDuration::from_secs(30),
        },
    })
}

pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn advance(&self, span: SignedDuration) {
        self.0
            .fetch_add(i64::try_from(span.as_micros()).unwrap(), Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::Relaxed))
    }
}

#[derive(Default)]
struct CountingChance(AtomicU64);

impl Chance for CountingChance {
    fn fill(&self, _purpose: &'static str, out: &mut [u8]) {
        let draw = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        for (i, byte) in out.iter_mut().rev().enumerate() {
            *byte = draw.iter().rev().nth(i % 8).copied().unwrap_or(0);
        }
    }
}

/// Google as a list of answers; a request beyond it finds nobody there.
#[derive(Default)]
pub(crate) struct Script {
    answers: Mutex<VecDeque<(u16, String)>>,
    asked: Mutex<Vec<http::Request<Bytes>>>,
}

impl Script {
    pub(crate) fn answer(&self, status: u16, body: impl Into<String>) {
        self.answers
            .lock()
            .unwrap()
            .push_back((status, body.into()));
    }

    /// The form of the `n`-th request.
    pub(crate) fn form(&self, n: usize) -> BTreeMap<String, String> {
        let asked = self.asked.lock().unwrap();
        url::form_urlencoded::parse(asked[n].body())
            .into_owned()
            .collect()
    }
}

impl Transport for Script {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        self.asked.lock().unwrap().push(request);
        let answer = self.answers.lock().unwrap().pop_front();
        Box::pin(std::future::ready(match answer {
            None => Err(TransportError::NotSent("nobody there".into())),
            Some((status, body)) => Ok(http::Response::builder()
                .status(status)
                .body(Bytes::from(body))
                .unwrap()),
        }))
    }
}
