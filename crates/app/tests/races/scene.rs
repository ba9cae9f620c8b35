//! A school three tutors share, as one process sees it.

use std::future::Future;
use std::num::NonZeroU32;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use app::limits::Limits;
use app::preset::{Administrator, install};
use app::settings::MissingSettings;
use app::{App, Parts, Settings, StoreError, Vault};
use domain::{BookingId, Chance, Instant};
use google::transport::Sending;
use google::{Transport, TransportError};
use jiff::SignedDuration;
use store::tables::bookings;
use store::{Lane, Store};

use crate::caller::Caller;
use crate::history::Recorder;
use crate::time::RaceClock;

/// Few holds, so that some are refused; more bookings than are tried, so that they only count.
const LIMITS: Limits = Limits {
    holds_per_network: NonZeroU32::new(8),
    holds_per_event_type: NonZeroU32::new(1_000),
    bookings_hourly: NonZeroU32::new(1_000_000),
};

pub(crate) struct Scene {
    pub(crate) app: App,
    pub(crate) store: Store,
    pub(crate) clock: Arc<RaceClock>,
    pub(crate) recorder: Recorder,
    /// Bookings anybody may move or cancel.
    known: Mutex<Vec<BookingId>>,
    /// The other halves of swaps begun.
    swaps: Mutex<Vec<(BookingId, Instant)>>,
}

impl Scene {
    /// One process's view. No two processes on one database may have the same `number`.
    pub(crate) fn new(store: Store, clock: RaceClock, recorder: Recorder, number: u64) -> Self {
        let clock = Arc::new(clock);
        let app = App::new(Parts {
            store: store.clone(),
            transport: Arc::new(Nobody),
            clock: clock.clone(),
            chance: Arc::new(SharedChance(AtomicU64::new((number << 48) + 1))),
            vault: Vault::new(&[7; 32]),
            settings: Settings {
                public_url: "http://127.0.0.1:8080".parse().unwrap(),
                google: Err(MissingSettings(Vec::new())),
                webhook_url: None,
                pace: app::settings::Pace::every(SignedDuration::from_secs(30)),
                pull_size: app::settings::PullSize::default(),
                limits: LIMITS,
            },
        });
        Self {
            app,
            store,
            clock,
            recorder,
            known: Mutex::default(),
            swaps: Mutex::default(),
        }
    }

    /// Founds the school; once for each database.
    pub(crate) fn found(&self) {
        let preset = toml::from_str(include_str!("school.toml")).unwrap();
        let administrator = Administrator {
            email: "a@b.cd".into(),
            password: "long enough".into(),
        };
        wait(install(&self.app, &preset, &administrator)).unwrap();
    }

    /// Runs `callers` at once, each as long as `goes_on` says of its attempts so far.
    pub(crate) fn run(&self, callers: usize, seed: u64, goes_on: impl Fn(usize) -> bool + Sync) {
        std::thread::scope(|scope| {
            for number in 0..callers {
                let goes_on = &goes_on;
                scope.spawn(move || {
                    let mut caller = Caller::new(self, number, seed + number as u64 * 7919);
                    let mut attempts = 0;
                    while goes_on(attempts) {
                        caller.attempt();
                        attempts += 1;
                    }
                });
            }
        });
    }

    pub(crate) fn add_known(&self, booking: BookingId) {
        self.known.lock().unwrap().push(booking);
    }

    /// A booking made by whomever, if there is one; now and then looked for in the database, so that
    /// those of other processes are among them.
    pub(crate) fn any_known(&self, draw: &mut Draw) -> Option<BookingId> {
        if draw.below(100) == 0 {
            let live = wait(self.store.unit(Lane::Read, "races.known", |tx| {
                tx.rows(
                    "SELECT id FROM booking WHERE status = 'confirmed' ORDER BY id LIMIT 500",
                    &[],
                )?
                .iter_mut()
                .map(store::Row::take)
                .collect::<Result<Vec<BookingId>, StoreError>>()
            }));
            *self.known.lock().unwrap() = live.unwrap();
        }
        let known = self.known.lock().unwrap();
        let count = u64::try_from(known.len()).unwrap();
        (count > 0).then(|| known[usize::try_from(draw.below(count)).unwrap()])
    }

    pub(crate) fn start_of(&self, booking: BookingId) -> Option<Instant> {
        let found: Result<_, StoreError> =
            wait(self.store.unit(Lane::Read, "races.start", move |tx| {
                bookings::by_id(tx, booking)
            }));
        found.unwrap().map(|booking| booking.time.start)
    }

    pub(crate) fn offer_swap(&self, booking: BookingId, start: Instant) {
        self.swaps.lock().unwrap().push((booking, start));
    }

    pub(crate) fn take_swap(&self) -> Option<(BookingId, Instant)> {
        self.swaps.lock().unwrap().pop()
    }
}

/// Waits for a future on this thread.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// splitmix64: small, and the same on every machine.
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0) % limit
    }
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

struct SharedChance(AtomicU64);

impl Chance for SharedChance {
    fn fill(&self, _purpose: &'static str, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let draw = mix(self.0.fetch_add(1, Ordering::Relaxed)).to_le_bytes();
            chunk.copy_from_slice(&draw[..chunk.len()]);
        }
    }
}

struct Nobody;

impl Transport for Nobody {
    fn send(&self, _request: http::Request<bytes::Bytes>) -> Sending<'_> {
        Box::pin(std::future::ready(Err(TransportError::NotSent(
            "nobody there".into(),
        ))))
    }
}
