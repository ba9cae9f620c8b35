//! A school three tutors share, and callers who all want the same few hours.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use app::bookings::{
    BookError, BookInput, CancelInput, HoldError, HoldInput, IdempotencyKey, RescheduleError,
    RescheduleInput, book, cancel, hold, reschedule,
};
use app::preset::{Administrator, install};
use app::settings::MissingSettings;
use app::{App, Parts, Settings, StoreError, Vault};
use domain::attendee::AttendeeForm;
use domain::booking::Cause;
use domain::{BookingId, Chance, Clock, Instant};
use google::transport::Sending;
use google::{Transport, TransportError};
use jiff::SignedDuration;
use store::Store;

use crate::history::{History, Told};

/// Callers at once.
pub(crate) const CALLERS: usize = 64;
/// Hours they all want: few, so that they meet.
const HOURS: u64 = 24;

/// Monday.
pub(crate) fn morning() -> Instant {
    Instant::parse("2026-11-23T00:00:00Z").unwrap()
}

pub(crate) struct Scene {
    pub(crate) app: App,
    pub(crate) store: Store,
    clock: Arc<HandClock>,
    /// Bookings anybody may move or cancel.
    known: Mutex<Vec<BookingId>>,
}

impl Scene {
    pub(crate) fn new(store: Store) -> Self {
        let clock = Arc::new(HandClock(AtomicI64::new(morning().as_micros())));
        let app = App::new(Parts {
            store: store.clone(),
            transport: Arc::new(Nobody),
            clock: clock.clone(),
            chance: Arc::new(SharedChance(AtomicU64::new(1))),
            vault: Vault::new(&[7; 32]),
            settings: Settings {
                public_url: "http://127.0.0.1:8080".parse().unwrap(),
                google: Err(MissingSettings(Vec::new())),
                poll_interval: SignedDuration::from_secs(30),
            },
        });
        let preset = toml::from_str(include_str!("school.toml")).unwrap();
        let administrator = Administrator {
            email: "a@b.cd".into(),
            password: "long enough".into(),
        };
        wait(install(&app, &preset, &administrator)).unwrap();
        Self {
            app,
            store,
            clock,
            known: Mutex::default(),
        }
    }

    pub(crate) fn caller(&self, n: usize) -> Caller<'_> {
        let draw = Draw(n as u64 * 7919 + 17);
        Caller {
            scene: self,
            draw,
            history: History::default(),
            holds: Vec::new(),
        }
    }
}

pub(crate) struct Caller<'s> {
    scene: &'s Scene,
    draw: Draw,
    history: History,
    holds: Vec<(&'static str, Instant, String)>,
}

const EVENT_TYPES: [&str; 5] = ["short", "odd", "long", "together", "class"];

impl Caller<'_> {
    pub(crate) fn run(mut self, attempts: usize) -> History {
        for _ in 0..attempts {
            match self.draw.below(100) {
                0..45 => self.book(),
                45..57 => self.hold(),
                57..64 => self.use_hold(),
                64..84 => self.move_one(),
                84..98 => self.cancel_one(),
                // Holds run out: time passes for everyone.
                _ => self.scene.clock.advance(SignedDuration::from_mins(1)),
            }
        }
        self.history
    }

    fn start(&mut self) -> Instant {
        let quarter = i64::try_from(self.draw.below(HOURS * 4)).unwrap();
        // From the next morning on: notice and the advancing clock never get in the way.
        morning() + SignedDuration::from_hours(48) + SignedDuration::from_mins(15 * quarter)
    }

    fn input(&mut self, event_type: &'static str, start: Instant) -> BookInput {
        let key = match self.draw.below(10) {
            // Keys of a small space: the same request by several callers.
            0 => Some(format!("{event_type} {start} {}", self.draw.below(3))),
            _ => None,
        };
        BookInput {
            organization: "school".into(),
            event_type: event_type.into(),
            start,
            host: None,
            attendee: AttendeeForm {
                name: "Ana".into(),
                email: Some("ana@example.org".into()),
                ..AttendeeForm::default()
            },
            hold: None,
            forced: self.draw.below(50) == 0 && event_type != "class",
            cause: Cause::Attendee,
            idempotency_key: key.map(|key| IdempotencyKey::new("race", &key, "same")),
        }
    }

    fn book(&mut self) {
        let event_type = EVENT_TYPES[usize::try_from(self.draw.below(5)).unwrap()];
        let start = self.start();
        let input = self.input(event_type, start);
        self.book_it(input);
    }

    fn book_it(&mut self, input: BookInput) {
        let key = input.idempotency_key.as_ref().map(|key| format!("{key:?}"));
        match wait(book(&self.scene.app, input)) {
            Ok(booked) => {
                self.history.count("booked");
                self.scene.known.lock().unwrap().push(booked.booking.id);
                self.history.told.push(Told::Booked {
                    booking: Box::new(booked.booking),
                    key,
                });
            }
            Err(BookError::Refused { .. }) => self.history.count("refused"),
            Err(BookError::UnknownHold) => self.history.count("hold gone"),
            Err(BookError::Store(StoreError::Overloaded)) => self.history.count("overloaded"),
            Err(other) => panic!("{other}"),
        }
    }

    fn hold(&mut self) {
        let event_type = EVENT_TYPES[usize::try_from(self.draw.below(4)).unwrap()];
        let start = self.start();
        let instead_of = match self.draw.below(3) {
            0 => self.holds.pop().map(|(_, _, token)| token),
            _ => None,
        };
        let (organization, wanted) = ("school".into(), event_type.into());
        let input = HoldInput {
            organization,
            event_type: wanted,
            start,
            host: None,
            instead_of,
        };
        match wait(hold(&self.scene.app, input)) {
            Ok(held) => {
                self.history.count("held");
                self.holds.push((event_type, start, held.token));
            }
            Err(HoldError::Refused { .. }) => self.history.count("not held"),
            Err(other) => panic!("{other}"),
        }
    }

    fn use_hold(&mut self) {
        let Some((event_type, start, token)) = self.holds.pop() else {
            return self.hold();
        };
        let mut input = self.input(event_type, start);
        input.idempotency_key = None;
        input.hold = Some(token);
        self.book_it(input);
    }

    fn any_known(&mut self) -> Option<BookingId> {
        let known = self.scene.known.lock().unwrap();
        let count = u64::try_from(known.len()).unwrap();
        (count > 0).then(|| known[usize::try_from(self.draw.below(count)).unwrap()])
    }

    fn move_one(&mut self) {
        let Some(booking) = self.any_known() else {
            return;
        };
        let start = self.start();
        let cause = Cause::Api;
        let input = RescheduleInput {
            booking,
            seat: None,
            start,
            version: None,
            cause,
            idempotency_key: None,
        };
        match wait(reschedule(&self.scene.app, input)) {
            Ok(moved) => {
                self.history.count("moved");
                self.history.told.push(Told::Moved(Box::new(moved)));
            }
            Err(RescheduleError::Refused { .. }) => self.history.count("not moved"),
            Err(RescheduleError::NotOpen(_)) => self.history.count("not open"),
            Err(other) => panic!("{other}"),
        }
    }

    fn cancel_one(&mut self) {
        let Some(booking) = self.any_known() else {
            return;
        };
        let (seat, reason, version, cause) = (None, String::new(), None, Cause::Api);
        let input = CancelInput {
            booking,
            seat,
            reason,
            version,
            cause,
        };
        wait(cancel(&self.scene.app, input)).unwrap();
        self.history.count("cancelled");
        self.history.told.push(Told::Cancelled(booking));
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
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
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

struct HandClock(AtomicI64);

impl HandClock {
    fn advance(&self, span: SignedDuration) {
        // A day at most: what callers want stays ahead.
        let end = morning() + SignedDuration::from_hours(24);
        let now = Instant::from_micros(self.0.load(Ordering::Relaxed)) + span;
        self.0.store(now.min(end).as_micros(), Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::Relaxed))
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
