//! How many bookings a second, and how long one takes: in process and over HTTP, one caller and 64,
//! on SQLite with its default durability. Both sides alternate in one run; medians of the rounds.
//! `cargo bench -p server --bench bookings` prints them.
//!
//! Bookings are forced, so that none is refused: the statements are those of any other.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot be made has failed"
)]
#![expect(clippy::print_stdout, reason = "the figures are what this is for")]

use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use app::bookings::{BookInput, book};
use app::preset::{Administrator, install};
use app::settings::MissingSettings;
use app::{App, Parts, Settings, Vault, access};
use domain::attendee::AttendeeForm;
use domain::booking::Cause;
use domain::{Chance, Clock};
use google::transport::Sending;
use google::{Transport, TransportError};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::Store;
use store::sqlite::threaded::Threaded;

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);
const MANY: usize = 64;

struct Figure {
    per_second: f64,
    p50: Duration,
    p99: Duration,
}

fn main() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let dir = tempfile::tempdir().unwrap();
    let app = in_process(&dir.path().join("in-process"));
    let served = Served::start(&dir.path().join("served"));
    let mut rows: [Vec<Figure>; 4] = Default::default();
    for _ in 0..ROUNDS {
        rows[0].push(measure(1, |_| call_app(&app)));
        rows[1].push(measure(1, |_| served.caller()));
        rows[2].push(measure(MANY, |_| call_app(&app)));
        rows[3].push(measure(MANY, |_| served.caller()));
    }
    println!(
        "bookings, SQLite, synchronous=FULL, medians of {ROUNDS} rounds of {} s:",
        ROUND.as_secs()
    );
    let names = [
        "in process, 1 caller",
        "over HTTP, 1 caller",
        "in process, 64 callers",
        "over HTTP, 64 callers",
    ];
    for (name, row) in names.iter().zip(&rows) {
        println!(
            "  {name:24} {:>8.0}/s   p50 {:>7.2} ms   p99 {:>7.2} ms",
            median(row, |f| f.per_second),
            median(row, |f| ms(f.p50)),
            median(row, |f| ms(f.p99)),
        );
    }
    let ratio = median(&rows[3], |f| f.per_second) / median(&rows[2], |f| f.per_second);
    println!("  64 callers, HTTP to in process: {ratio:.2}");
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn median(row: &[Figure], of: impl Fn(&Figure) -> f64) -> f64 {
    let mut values: Vec<_> = row.iter().map(of).collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Callers at once for one round, each on a thread, each calling what it is given again and again.
fn measure<C: FnMut(String) + Send>(callers: usize, caller: impl Fn(usize) -> C) -> Figure {
    let begun = Instant::now();
    let mut taken: Vec<Duration> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..callers)
            .map(|n| {
                let mut call = caller(n);
                scope.spawn(move || {
                    let mut taken = Vec::new();
                    while begun.elapsed() < ROUND {
                        let start = next_start();
                        let one = Instant::now();
                        call(start);
                        taken.push(one.elapsed());
                    }
                    taken
                })
            })
            .collect();
        running
            .into_iter()
            .flat_map(|caller| caller.join().unwrap())
            .collect()
    });
    let seconds = begun.elapsed().as_secs_f64();
    taken.sort_unstable();
    let at = |percent: usize| taken[(taken.len() - 1) * percent / 100];
    Figure {
        per_second: taken.len() as f64 / seconds,
        p50: at(50),
        p99: at(99),
    }
}

/// Starts spread over the years ahead, so that hardly any two overlap.
fn next_start() -> String {
    static N: AtomicU64 = AtomicU64::new(0);
    let n = i64::try_from(N.fetch_add(1, Ordering::Relaxed)).unwrap();
    let day = Timestamp::now().as_second() / 86_400 * 86_400 + 3 * 86_400;
    let at = Timestamp::from_second(day).unwrap() + SignedDuration::from_mins(60 * n % 50_000_000);
    at.to_string()
}

fn in_process(data_dir: &Path) -> App {
    let store = Threaded::open(data_dir, System.now(), Box::new(|_| {})).unwrap();
    let app = App::new(Parts {
        store: Store::new(Arc::new(store)),
        transport: Arc::new(System),
        clock: Arc::new(System),
        chance: Arc::new(System),
        vault: Vault::new(&[7; 32]),
        settings: Settings {
            public_url: "http://127.0.0.1:1".parse().unwrap(),
            google: Err(MissingSettings(Vec::new())),
            poll_interval: SignedDuration::from_secs(30),
        },
    });
    let preset = toml::from_str(include_str!("../../../presets/tutoring.toml")).unwrap();
    let administrator = Administrator {
        email: "a@b.cd".into(),
        password: "long enough".into(),
    };
    let organization = wait(install(&app, &preset, &administrator)).unwrap();
    wait(access::create_api_key(&app, organization.id, "bench")).unwrap();
    app
}

fn call_app(app: &App) -> impl FnMut(String) + Send {
    let app = app.clone();
    move |start| {
        let input = BookInput {
            organization: "tutoring".into(),
            event_type: "maths".into(),
            start: domain::Instant::parse(&start).unwrap(),
            host: None,
            attendee: AttendeeForm {
                name: "Ana".into(),
                email: Some("ana@example.org".into()),
                ..AttendeeForm::default()
            },
            hold: None,
            forced: true,
            cause: Cause::Api,
            idempotency_key: None,
        };
        wait(book(&app, input)).unwrap();
    }
}

/// `lockstep serve` as a process of its own.
struct Served {
    child: Child,
    url: String,
    key: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Served {
    fn start(data_dir: &Path) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let command = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_lockstep"));
            command
                .env("LOCKSTEP_DATA_DIR", data_dir)
                .env("LOCKSTEP_LISTEN", address.to_string());
            command.env("LOCKSTEP_LOG", "error");
            command
        };
        let made = command()
            .args(["init", "--admin-email", "a@b.cd"])
            .output()
            .unwrap();
        let said = String::from_utf8(made.stdout).unwrap();
        let key = said
            .split_whitespace()
            .find(|word| word.starts_with("lk_"))
            .unwrap()
            .to_owned();
        let child = command()
            .arg("serve")
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while std::net::TcpStream::connect(address).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "it never listened"
            );
        }
        let url = format!("http://{address}/api/v1/organizations/tutoring/bookings");
        Self { child, url, key }
    }

    fn caller(&self) -> impl FnMut(String) + Send {
        let (url, key) = (self.url.clone(), self.key.clone());
        let client = reqwest::blocking::Client::new();
        move |start| {
            let body = json!({
                "event_type": "maths", "start": start, "forced": true,
                "attendee": { "name": "Ana", "email": "ana@example.org" },
            });
            let answer = client
                .post(&url)
                .bearer_auth(&key)
                .json(&body)
                .send()
                .unwrap();
            assert_eq!(answer.status().as_u16(), 201, "{}", answer.text().unwrap());
        }
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
