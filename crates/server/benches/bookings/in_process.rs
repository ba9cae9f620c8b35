//! Lockstep without its sockets, on a store that times what its units do.

use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use crate::measure::Wanted;
use crate::school::preset;
use app::bookings::{BookInput, Forced, book};
use app::limits::{Asker, Limits};
use app::preset::{Administrator, install};
use app::settings::MissingSettings;
use app::{App, Parts, Settings, Vault, access};
use domain::attendee::AttendeeForm;
use domain::booking::Cause;
use domain::{Chance, Clock};
use google::transport::Sending;
use google::{Transport, TransportError};
use jiff::{SignedDuration, Timestamp};
use store::postgres::pool::Pool;
use store::sqlite::threaded::Threaded;
use store::{Backend, Dialect, Lane, Row, Store, StoreError, Topic, Tx, Value, Verdict, Work};

/// An installation in this process.
pub(crate) struct InProcess {
    app: App,
    /// For whoever serves the same database later.
    pub(crate) key: String,
    spent: Arc<Spent>,
}

/// What the units named `bookings.book` did.
#[derive(Default)]
struct Spent {
    units: AtomicU64,
    statements: AtomicU64,
    nanos: AtomicU64,
}

impl InProcess {
    pub(crate) fn on_sqlite(data_dir: &Path) -> Self {
        let backend = Threaded::open(data_dir, System.now(), Box::new(|_| {})).unwrap();
        Self::on(backend)
    }

    pub(crate) fn on_postgres(url: &str, connections: usize) -> Self {
        let backend = Pool::open(url, System.now(), Box::new(|_| {}), connections).unwrap();
        Self::on(backend)
    }

    fn on(backend: impl Backend + 'static) -> Self {
        let spent = Arc::<Spent>::default();
        let store = Store::new(Arc::new(Timed {
            backend,
            spent: spent.clone(),
        }));
        let app = App::new(Parts {
            store,
            transport: Arc::new(System),
            clock: Arc::new(System),
            chance: Arc::new(System),
            vault: Vault::new(&[7; 32]),
            settings: Settings {
                public_url: "http://127.0.0.1:1".parse().unwrap(),
                google: Err(MissingSettings(Vec::new())),
                webhook_url: None,
                pace: app::settings::Pace::every(SignedDuration::from_secs(30)),
                pull_size: app::settings::PullSize::default(),
                limits: Limits::default(),
            },
        });
        let preset = toml::from_str(&preset()).unwrap();
        let administrator = Administrator {
            email: "a@b.cd".into(),
            password: "long enough".into(),
        };
        let school = wait(install(&app, &preset, &administrator)).unwrap();
        let key = wait(access::create_api_key(&app, school.id, "bench")).unwrap();
        Self { app, spent, key }
    }

    /// One caller: each call books one start.
    pub(crate) fn caller(&self) -> impl FnMut(Wanted) + Send + use<> {
        let app = self.app.clone();
        move |wanted| {
            let input = BookInput {
                organization: "school".into(),
                event_type: wanted.event_type,
                start: domain::Instant::parse(&wanted.start).unwrap(),
                host: None,
                attendee: AttendeeForm {
                    name: "Ana".into(),
                    email: Some("ana@example.org".into()),
                    ..AttendeeForm::default()
                },
                hold: None,
                forced: Some(Forced::default()),
                asker: Asker::Organization,
                cause: Cause::Api,
                idempotency_key: None,
            };
            wait(book(&app, input)).unwrap();
        }
    }

    /// Statements in one booking, and the time from its first to after its last, commit not included.
    pub(crate) fn one_booking(&self) -> (f64, Duration) {
        let units = self.spent.units.load(Ordering::Relaxed).max(1);
        let statements = self.spent.statements.load(Ordering::Relaxed) as f64 / units as f64;
        let nanos = self.spent.nanos.load(Ordering::Relaxed) / units;
        (statements, Duration::from_nanos(nanos))
    }
}

/// A backend whose units are counted and timed.
struct Timed<B> {
    backend: B,
    spent: Arc<Spent>,
}

impl<B: Backend> Backend for Timed<B> {
    fn submit(&self, lane: Lane, work: Box<dyn Work>) -> Result<(), StoreError> {
        if work.name() != "bookings.book" {
            return self.backend.submit(lane, work);
        }
        let spent = self.spent.clone();
        self.backend
            .submit(lane, Box::new(TimedWork { work, spent }))
    }
}

struct TimedWork {
    work: Box<dyn Work>,
    spent: Arc<Spent>,
}

impl Work for TimedWork {
    fn name(&self) -> &'static str {
        self.work.name()
    }

    fn run(&mut self, tx: &mut dyn Tx) -> Verdict {
        let begun = Instant::now();
        let mut counted = Counted { tx, statements: 0 };
        let verdict = self.work.run(&mut counted);
        let nanos = u64::try_from(begun.elapsed().as_nanos()).unwrap();
        self.spent
            .statements
            .fetch_add(counted.statements, Ordering::Relaxed);
        self.spent.nanos.fetch_add(nanos, Ordering::Relaxed);
        self.spent.units.fetch_add(1, Ordering::Relaxed);
        verdict
    }

    fn settle(&mut self, commit: Result<(), StoreError>) {
        self.work.settle(commit);
    }
}

struct Counted<'t> {
    tx: &'t mut dyn Tx,
    statements: u64,
}

impl Tx for Counted<'_> {
    fn dialect(&self) -> Dialect {
        self.tx.dialect()
    }

    fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        self.statements += 1;
        self.tx.execute(sql, params)
    }

    fn rows(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.statements += 1;
        self.tx.rows(sql, params)
    }

    fn begin_savepoint(&mut self) -> Result<(), StoreError> {
        self.tx.begin_savepoint()
    }

    fn end_savepoint(&mut self, verdict: Verdict) -> Result<(), StoreError> {
        self.tx.end_savepoint(verdict)
    }

    fn wake(&mut self, topic: Topic) {
        self.tx.wake(topic);
    }
}

/// The ambient clock and chance, and nobody to call.
struct System;

impl Clock for System {
    fn now(&self) -> domain::Instant {
        domain::Instant::from_timestamp(Timestamp::now())
    }
}

impl Chance for System {
    fn fill(&self, _purpose: &'static str, out: &mut [u8]) {
        rand::TryRng::try_fill_bytes(&mut rand::rngs::SysRng, out).unwrap();
    }
}

impl Transport for System {
    fn send(&self, _request: http::Request<bytes::Bytes>) -> Sending<'_> {
        Box::pin(std::future::ready(Err(TransportError::NotSent(
            "nobody there".into(),
        ))))
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}
