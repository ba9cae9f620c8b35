//! An app under test: its clock is turned by hand, its chance counts, its Google is a script.

use std::collections::{BTreeMap, VecDeque};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use app::limits::Limits;
use app::organizations::Organization;
use app::preset::{Administrator, Preset, install};
use app::settings::Google;
use app::{App, Parts, Settings, Vault};
use bytes::Bytes;
use domain::{Chance, Clock, Instant};
use google::oauth::OAuthClient;
use google::transport::Sending;
use google::{Endpoints, ServiceAccount, Transport, TransportError};
use jiff::SignedDuration;
use store::sqlite::inline::Inline;
use store::{Backend, Dialect, Lane, Row, Store, StoreError, Topic, Tx, Value, Verdict, Work};

/// Everything a test needs.
pub(crate) struct Harness {
    pub(crate) app: App,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) google: Arc<Script>,
    pub(crate) organization: Organization,
    pub(crate) store: Store,
    /// Statements of the last unit.
    pub(crate) statements: Arc<AtomicU64>,
    /// What the last unit asked.
    pub(crate) asked: Asked,
    /// Statements of all units, by their name.
    pub(crate) by_unit: Arc<Mutex<BTreeMap<&'static str, u64>>>,
    /// Whether background units had better be short.
    pub(crate) is_pressed: Arc<AtomicBool>,
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
    harness_with(&preset())
}

pub(crate) fn harness_with(preset: &Preset) -> Harness {
    let clock = Arc::new(HandClock(AtomicI64::new(morning().as_micros())));
    let google = Arc::new(Script::default());
    let statements = Arc::new(AtomicU64::new(0));
    let inline = Inline::open(morning()).unwrap();
    let by_unit = Arc::<Mutex<BTreeMap<&'static str, u64>>>::default();
    let asked = Asked::default();
    let is_pressed = Arc::<AtomicBool>::default();
    let backend = Counted {
        inline,
        asked: asked.clone(),
        statements: statements.clone(),
        by_unit: by_unit.clone(),
        is_pressed: is_pressed.clone(),
    };
    let store = Store::new(Arc::new(backend));
    let app = app_on(store.clone(), &clock, &google, [7; 32]);
    let administrator = Administrator {
        email: ADMIN.into(),
        password: PASSWORD.into(),
    };
    let organization = now(install(&app, preset, &administrator)).unwrap();
    Harness {
        app,
        clock,
        google,
        organization,
        store,
        statements,
        asked,
        by_unit,
        is_pressed,
    }
}

/// Its calendars are not compared with Google's expansion: that is due somewhen within a week.
pub(crate) fn compares_never(h: &Harness) {
    let put_off = h.store.unit(Lane::Background, "test.compare_never", |tx| {
        let never = morning() + SignedDuration::from_hours(24 * 3650);
        tx.execute("UPDATE calendar SET audit_at = ?1", &[never.into()])
            .map(drop)
    });
    now(put_off).unwrap();
}

/// Another app on what `h` has, with limits.
pub(crate) fn app_limited(h: &Harness, limits: Limits) -> App {
    let (clock, google) = (&h.clock, &h.google);
    // Its chance starts anew: far from what the first one drew.
    let chance = CountingChance(AtomicU64::new(1 << 32));
    let vault = Vault::new(&[7; 32]);
    app_with(h.store.clone(), clock, google, vault, chance, limits)
}

/// Another app on what `h` has, whose pushes go to `address`. Its settings are else those of `h`.
pub(crate) fn app_pushed(h: &Harness, address: Option<&str>) -> App {
    let mut settings = h.app.settings().clone();
    settings.webhook_url = address.map(|address| address.parse().unwrap());
    App::new(Parts {
        store: h.store.clone(),
        transport: h.google.clone(),
        clock: h.clock.clone(),
        // Far from what another app drew.
        chance: Arc::new(CountingChance(AtomicU64::new(
            h.clock.now().as_micros().unsigned_abs(),
        ))),
        vault: Vault::new(&[7; 32]),
        settings,
    })
}

pub(crate) fn app_on(
    store: Store,
    clock: &Arc<HandClock>,
    google: &Arc<Script>,
    key: [u8; 32],
) -> App {
    let (vault, chance) = (Vault::new(&key), CountingChance::default());
    app_with(store, clock, google, vault, chance, Limits::default())
}

/// Another app on what `h` has, with these keys.
pub(crate) fn app_with_vault(h: &Harness, vault: Vault) -> App {
    let chance = CountingChance(AtomicU64::new(1 << 33));
    let (clock, google) = (&h.clock, &h.google);
    app_with(
        h.store.clone(),
        clock,
        google,
        vault,
        chance,
        Limits::default(),
    )
}

fn app_with(
    store: Store,
    clock: &Arc<HandClock>,
    google: &Arc<Script>,
    vault: Vault,
    chance: CountingChance,
    limits: Limits,
) -> App {
    App::new(Parts {
        store,
        transport: google.clone(),
        clock: clock.clone(),
        chance: Arc::new(chance),
        vault,
        settings: Settings {
            public_url: "http://127.0.0.1:8080".parse().unwrap(),
            google: Ok(Google {
                client: Ok(OAuthClient {
                    id: "client".into(),
                    secret: "secret".into(),
                    redirect_uri: "http://127.0.0.1:8080/oauth/google/callback".into(),
                }),
                service_account: Some(robot()),
                api_key: Some(API_KEY.into()),
                endpoints: Endpoints::google(),
                calendar_id: "primary".into(),
                quota: app::quota::Quota::default(),
                login_hint: None,
            }),
            webhook_url: None,
            pace: app::settings::Pace {
                pushed: [SignedDuration::from_secs(120); 2],
                ..app::settings::Pace::every(SignedDuration::from_secs(30))
            },
            pull_size: app::settings::PullSize::default(),
            limits,
        },
    })
}

pub(crate) const API_KEY: &str = "AIza-key";

/// The address of [`robot`].
pub(crate) const ROBOT: &str = "robot@project.iam.gserviceaccount.com";

/// A service account with the fake's test key, which acts for a user.
fn robot() -> ServiceAccount {
    let pem = include_str!("../../../fake-google/keys/service-account.pk8.pem");
    let file = serde_json::json!({
        "type": "service_account", "client_email": ROBOT, "private_key_id": "k", "private_key": pem,
    });
    ServiceAccount::read(&file.to_string(), Some("ana@example.com".into())).unwrap()
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
pub(crate) struct CountingChance(AtomicU64);

impl From<u64> for CountingChance {
    fn from(first: u64) -> Self {
        Self(AtomicU64::new(first))
    }
}

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
    /// Whether Google thinks for a while.
    is_held: AtomicBool,
}

impl Script {
    pub(crate) fn answer(&self, status: u16, body: impl Into<String>) {
        self.answers
            .lock()
            .unwrap()
            .push_back((status, body.into()));
    }

    /// Whether answers wait from now on.
    pub(crate) fn hold(&self, is_held: bool) {
        self.is_held.store(is_held, Ordering::Relaxed);
    }

    /// The next write is accepted: the answer is the event as it was asked for.
    pub(crate) fn accept(&self) {
        self.answer(200, "");
    }

    /// Method, address and body of all requests so far.
    pub(crate) fn asked(&self) -> Vec<(String, String, serde_json::Value)> {
        let asked = self.asked.lock().unwrap();
        let read = |request: &http::Request<Bytes>| {
            let body = serde_json::from_slice(request.body()).unwrap_or_default();
            (
                request.method().to_string(),
                request.uri().to_string(),
                body,
            )
        };
        asked.iter().map(read).collect()
    }

    /// Method and path of all requests so far.
    pub(crate) fn paths(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .map(|request| format!("{} {}", request.method(), request.uri().path()))
            .collect()
    }

    /// A header of the `n`-th request.
    pub(crate) fn header(&self, n: usize, name: &str) -> Option<String> {
        let asked = self.asked.lock().unwrap();
        let value = asked[n].headers().get(name)?;
        Some(value.to_str().unwrap().to_owned())
    }

    /// The body of the `n`-th request.
    pub(crate) fn body(&self, n: usize) -> serde_json::Value {
        serde_json::from_slice(self.asked.lock().unwrap()[n].body()).unwrap()
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
        let sent = request.body().clone();
        self.asked.lock().unwrap().push(request);
        Box::pin(poll_fn(move |_| {
            if self.is_held.load(Ordering::Relaxed) {
                return Poll::Pending;
            }
            let answer = self.answers.lock().unwrap().pop_front();
            Poll::Ready(match answer {
                None => Err(TransportError::NotSent("nobody there".into())),
                Some((status, body)) => {
                    let body = match body.as_str() {
                        "" if status == 200 => accepted(&sent),
                        _ => body,
                    };
                    let answer = http::Response::builder().status(status);
                    Ok(answer.body(Bytes::from(body)).unwrap())
                }
            })
        }))
    }
}

fn accepted(body: &Bytes) -> String {
    let mut event: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    if event["id"].is_null() {
        // A patch does not repeat it.
        event["id"] = event["extendedProperties"]["private"]["lockstepEvent"].clone();
    }
    event["etag"] = "\"1\"".into();
    event["status"] = "confirmed".into();
    event.to_string()
}

/// Statements with their parameters.
pub(crate) type Asked = Arc<Mutex<Vec<(&'static str, Vec<Value>)>>>;

/// A database that counts the statements of each unit.
struct Counted {
    inline: Inline,
    asked: Asked,
    statements: Arc<AtomicU64>,
    by_unit: Arc<Mutex<BTreeMap<&'static str, u64>>>,
    is_pressed: Arc<AtomicBool>,
}

impl Backend for Counted {
    fn is_pressed(&self) -> bool {
        self.is_pressed.load(Ordering::Relaxed)
    }

    fn submit(&self, lane: Lane, work: Box<dyn Work>) -> Result<(), StoreError> {
        self.statements.store(0, Ordering::Relaxed);
        self.asked.lock().unwrap().clear();
        let name = work.name();
        let submitted = self.inline.submit(
            lane,
            Box::new(Count {
                work,
                asked: self.asked.clone(),
                statements: self.statements.clone(),
            }),
        );
        let count = self.statements.load(Ordering::Relaxed);
        *self.by_unit.lock().unwrap().entry(name).or_default() += count;
        submitted
    }
}

struct Count {
    work: Box<dyn Work>,
    asked: Asked,
    statements: Arc<AtomicU64>,
}

impl Work for Count {
    fn name(&self) -> &'static str {
        self.work.name()
    }

    fn run(&mut self, tx: &mut dyn Tx) -> Verdict {
        self.work.run(&mut CountTx {
            tx,
            asked: &self.asked,
            statements: &self.statements,
        })
    }

    fn settle(&mut self, commit: Result<(), StoreError>) {
        self.work.settle(commit);
    }
}

struct CountTx<'t> {
    tx: &'t mut dyn Tx,
    asked: &'t Asked,
    statements: &'t AtomicU64,
}

impl CountTx<'_> {
    fn note(&self, sql: &'static str, params: &[Value]) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.asked.lock().unwrap().push((sql, params.to_vec()));
    }
}

impl Tx for CountTx<'_> {
    fn dialect(&self) -> Dialect {
        self.tx.dialect()
    }

    fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        self.note(sql, params);
        self.tx.execute(sql, params)
    }

    fn rows(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.note(sql, params);
        self.tx.rows(sql, params)
    }

    fn begin_savepoint(&mut self) -> Result<(), StoreError> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.tx.begin_savepoint()
    }

    fn end_savepoint(&mut self, verdict: Verdict) -> Result<(), StoreError> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.tx.end_savepoint(verdict)
    }

    fn wake(&mut self, topic: Topic) {
        self.tx.wake(topic);
    }
}
