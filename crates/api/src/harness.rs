//! The API under test: on a database in memory, with a clock turned by hand, chance that counts and a
//! Google nobody reaches. Every answer is held to what all answers have in common.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use app::limits::{Limits, Network};
use app::preset::{Administrator, Preset, install};
use app::settings::MissingSettings;
use app::{App, Parts, Settings, Vault, access};
use axum::body::{Body, to_bytes};
use axum::{Extension, Router};
use domain::booking::Cause;
use domain::freshness::{OnStale, Policy};
use domain::{
    BookingId, CalendarId, Chance, Clock, ConflictId, ConnectionId, Instant, OrganizationId,
    TimelineId,
};
use google::transport::Sending;
use google::{Transport, TransportError};
use http::{Request, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::sqlite::inline::Inline;
use store::tables::channels::{self, Channel};
use store::tables::conflicts::{self, Conflict};
use store::tables::links::{self, EventLink, State};
use store::tables::losses::{self, Loss};
use store::tables::organizations::FreshnessChange;
use store::tables::timeline::{self, Entry};
use store::tables::{busy, calendars, connections, organizations};
use store::{Backend, Lane, Store, StoreError, Tx, Work};
use tower::ServiceExt;
use uuid::Uuid;

use crate::problem::{CODES, MEDIA_TYPE};
use crate::{ApiState, router};

/// Everything a test needs. Two organizations: `tutoring`, and `elsewhere`, whose key is foreign.
pub(crate) struct Harness {
    router: Router,
    pub(crate) app: App,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) store: Arc<Switched>,
    pub(crate) key: String,
    pub(crate) foreign_key: String,
    organization: OrganizationId,
}

const PRESET: &str = r#"
[organization]
slug = "tutoring"
name = "Brightside Tutoring"
time_zone = "Europe/Madrid"
locale = "en"

[[host]]
key = "marta"
name = "Marta Ruiz"
hours = { monday = [["09:00", "13:00"], ["15:00", "19:00"]], tuesday = [["09:00", "13:00"], ["15:00", "19:00"]], wednesday = [["09:00", "13:00"], ["15:00", "19:00"]] }

[[host]]
key = "daniel"
name = "Daniel Okafor"
time_zone = "America/New_York"
hours = { tuesday = [["09:00", "12:00"]] }

[[host]]
key = "noor"
name = "Noor Aziz"
hours = { tuesday = [["09:00", "13:00"]] }

[[host]]
key = "omar"
name = "Omar Haddad"
hours = { tuesday = [["09:00", "13:00"]] }

[[event_type]]
slug = "maths"
name = "Maths lesson"
description = "One hour."
hosts = ["marta"]
duration_minutes = 60
grid_minutes = 30
notice_minutes = 120
horizon_days = 60
text = { title = "{attendee}", description = "", location = "" }

[[event_type]]
slug = "maths-exam"
name = "Exam preparation"
hosts = ["marta"]
duration_minutes = 90
grid_minutes = 30
notice_minutes = 120
horizon_days = 60
text = { title = "{attendee}", description = "", location = "" }

[[event_type]]
slug = "english"
name = "English conversation"
hosts = ["daniel"]
duration_minutes = 60
grid_minutes = 60
notice_minutes = 0
horizon_days = 60
text = { title = "{attendee}", description = "", location = "" }

[[event_type]]
slug = "chat"
name = "With whoever is free"
hosts = ["marta", "noor", "omar"]
duration_minutes = 60
grid_minutes = 60
notice_minutes = 0
horizon_days = 60
text = { title = "{attendee}", description = "", location = "" }

[[event_type]]
slug = "panel"
name = "With two together"
hosts = ["marta", "noor"]
assignment = "all"
duration_minutes = 60
grid_minutes = 60
notice_minutes = 0
horizon_days = 60
text = { title = "{attendee}", description = "", location = "" }

[[event_type]]
slug = "class"
name = "A class"
hosts = ["omar"]
capacity = 8
duration_minutes = 60
grid_minutes = 60
notice_minutes = 0
horizon_days = 60
text = { title = "{event_type}", description = "", location = "" }

[[event_type]]
slug = "first-talk"
name = "First talk"
hosts = ["marta"]
needs_approval = true
duration_minutes = 60
grid_minutes = 30
notice_minutes = 0
horizon_days = 60
text = { title = "{attendee}", description = "", location = "" }
"#;

/// Monday, 07:00 in Madrid.
pub(crate) fn morning() -> Instant {
    Instant::parse("2026-11-23T06:00:00Z").unwrap()
}

/// The API with two organizations.
pub(crate) fn harness() -> Harness {
    harness_within(Limits::default())
}

/// The same within limits.
pub(crate) fn harness_within(limits: Limits) -> Harness {
    let clock = Arc::new(HandClock(AtomicI64::new(morning().as_micros())));
    let store = Arc::new(Switched {
        inline: Inline::open(morning()).unwrap(),
        fail_reads: AtomicBool::new(false),
    });
    let app = app_on(Store::new(store.clone()), clock.clone(), limits);
    let preset: Preset = toml::from_str(PRESET).unwrap();
    let mut elsewhere = preset.clone();
    elsewhere.organization.slug = "elsewhere".into();
    elsewhere.event_types[0].slug = "elsewhere-only".into();
    let [ours, theirs] = [preset, elsewhere].map(|preset| {
        let administrator = Administrator {
            email: format!("owner@{}.example", preset.organization.slug),
            password: "correct horse battery".into(),
        };
        now(install(&app, &preset, &administrator)).unwrap().id
    });
    let key = |organization| now(access::create_api_key(&app, organization, "test")).unwrap();
    Harness {
        router: router(ApiState {
            app: app.clone(),
            patience: None,
        }),
        key: key(ours),
        foreign_key: key(theirs),
        organization: ours,
        app,
        clock,
        store,
    }
}

/// The API on a store that takes nothing. Its keys are nobody's.
pub(crate) fn failing(error: StoreError) -> Failing {
    let clock = Arc::new(HandClock(AtomicI64::new(morning().as_micros())));
    let app = app_on(
        Store::new(Arc::new(Refusing(error))),
        clock,
        Limits::default(),
    );
    Failing(router(ApiState {
        app,
        patience: None,
    }))
}

/// The API on a store that takes nothing.
pub(crate) struct Failing(Router);

impl Failing {
    pub(crate) fn call(&self, ask: Ask) -> Answer {
        checked(send(&self.0, ask))
    }

    pub(crate) fn raw(&self, ask: Ask) -> Answer {
        send(&self.0, ask)
    }
}

fn app_on(store: Store, clock: Arc<HandClock>, limits: Limits) -> App {
    App::new(Parts {
        store,
        transport: Arc::new(Nobody),
        clock,
        chance: Arc::new(CountingChance::default()),
        vault: Vault::new(&[7; 32]),
        settings: Settings {
            public_url: "https://book.example".parse().unwrap(),
            google: Err(MissingSettings(vec!["GOOGLE_CLIENT_ID"])),
            webhook_url: None,
            pace: app::settings::Pace::every(SignedDuration::from_secs(30)),
            pull_size: app::settings::PullSize::default(),
            limits,
        },
    })
}

impl Harness {
    /// Asks, and holds the answer to what all answers have in common.
    pub(crate) fn call(&self, ask: Ask) -> Answer {
        checked(send(&self.router, ask))
    }

    /// Asks.
    pub(crate) fn raw(&self, ask: Ask) -> Answer {
        send(&self.router, ask)
    }

    pub(crate) fn with_router(self, router: Router) -> Self {
        Self { router, ..self }
    }

    /// Asked from this address, as `server` tells it.
    pub(crate) fn from(self, address: &str) -> Self {
        let network = Network::of(address.parse().unwrap()).unwrap();
        let app = self.app.clone();
        self.with_router(
            router(ApiState {
                app,
                patience: None,
            })
            .layer(Extension(network)),
        )
    }

    /// Books without a key.
    pub(crate) fn book(&self, event_type: &str, start: &str) -> Booked {
        let path = "/api/v1/organizations/tutoring/bookings";
        self.booked(Ask::new("POST", path).json(&booking(event_type, start)))
    }

    /// Books as `ask` says.
    pub(crate) fn booked(&self, ask: Ask) -> Booked {
        let answer = self.call(ask);
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        let text = |field: &str| answer.body[field].as_str().unwrap().to_owned();
        Booked {
            id: text("id"),
            manage_token: text("manage_url").rsplit('/').next().unwrap().to_owned(),
            body: answer.body.clone(),
        }
    }

    /// Asks for `what` to be done to a booking.
    pub(crate) fn act(&self, booked: &Booked, what: &str, body: &Value, token: &str) -> Answer {
        let ask = Ask::new("POST", &format!("/api/v1/bookings/{}/{what}", booked.id));
        self.call(ask.json(body).bearer(token))
    }

    /// The ids and names of the hosts of an event type.
    pub(crate) fn hosts(&self, event_type: &str) -> Vec<(String, String)> {
        let path = "/api/v1/organizations/tutoring/event-types";
        let listed = self.call(Ask::get(path)).body;
        let listed = listed["event_types"].as_array().unwrap();
        let found = listed.iter().find(|e| e["slug"] == event_type).unwrap();
        let hosts = found["hosts"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        hosts
            .map(|host| (text(&host["id"]), text(&host["name"])))
            .collect()
    }

    /// Cancels as the attendee.
    pub(crate) fn cancel(&self, booked: &Booked) {
        let ask = Ask::new("POST", &format!("/api/v1/bookings/{}/cancel", booked.id));
        let answer = self.call(ask.bearer(&booked.manage_token));
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }

    /// The booking as its organization sees it.
    pub(crate) fn find(&self, booked: &Booked) -> Value {
        let ask = Ask::get(&format!("/api/v1/bookings/{}", booked.id));
        self.call(ask.bearer(&self.key)).body
    }

    /// Its history as its organization sees it.
    pub(crate) fn timeline(&self, booked: &Booked) -> Vec<Value> {
        let ask = Ask::get(&format!("/api/v1/bookings/{}/timeline", booked.id));
        let answer = self.call(ask.bearer(&self.key));
        answer.body["entries"].as_array().unwrap().clone()
    }

    /// Connects a calendar, without Google.
    pub(crate) fn connect(&self) -> ConnectionId {
        let (id, organization) = (ConnectionId(Uuid::from_u128(1)), self.organization);
        self.unit(move |tx| {
            let connection = connections::Connection {
                id,
                organization_id: organization,
                account_sub: "1".into(),
                account_email: "owner@brightside.example".into(),
                scopes: String::new(),
                state: connections::State::Connected,
                cause: None,
                tokens: connections::Tokens {
                    access: Some(b"sealed".to_vec()),
                    access_expires_at: morning(),
                },
                credential: connections::Credential::OAuth {
                    refresh: Some(b"sealed".to_vec()),
                },
                grant: connections::Grant {
                    at: morning(),
                    used_at: morning(),
                    short_before: 0,
                },
                proof: connections::Proof::default(),
                run_at: morning(),
                failures: 0,
            };
            connections::insert(tx, &connection, morning())?;
            let calendar = calendars::Calendar {
                name: "Lessons".into(),
                ..calendars::Calendar::new(
                    CalendarId(Uuid::from_u128(2)),
                    id,
                    "primary",
                    calendars::Mode::Write,
                    morning(),
                )
            };
            calendars::insert(tx, &calendar)
        });
        id
    }

    /// As if Google had opened this channel on the connected calendar.
    pub(crate) fn watch(&self, id: &'static str, token: &'static str, resource: &'static str) {
        self.unit(move |tx| {
            let channel = Channel {
                id: id.into(),
                calendar_id: CalendarId(Uuid::from_u128(2)),
                token_hash: app::secrets::hash(token).to_vec(),
                resource_id: Some(resource.into()),
                address: "https://book.example/webhooks/google-calendar".into(),
                state: channels::State::Live,
                expires_at: morning() + SignedDuration::from_hours(100),
                run_at: morning(),
                failures: 0,
                created_at: morning(),
            };
            channels::insert(tx, &channel)
        });
    }

    /// Whether a push is known to have told of the connected calendar.
    pub(crate) fn is_dirty(&self) -> bool {
        let calendar = CalendarId(Uuid::from_u128(2));
        let found = now(
            Store::new(self.store.clone()).unit(Lane::Read, "test.dirty", move |tx| {
                calendars::by_id(tx, calendar)
            }),
        );
        found.unwrap().unwrap().position.is_dirty
    }

    /// As if the booking's event had been written.
    pub(crate) fn event_is_written(&self, booked: &Booked) {
        self.change_link(booked, |link| {
            link.state = State::Settled;
            link.html_link = Some("https://calendar.example/event?eid=1".into());
            link.last_synced_at = Some(morning());
        });
    }

    /// Lets the connected calendar block everybody.
    pub(crate) fn block_all(&self) {
        let organization = self.organization;
        self.unit(move |tx| busy::block_all(tx, organization, CalendarId(Uuid::from_u128(2))));
    }

    /// As if the connected calendar had just been read.
    pub(crate) fn calendar_is_read(&self) {
        let now = self.app.now();
        self.unit(move |tx| {
            let found = calendars::by_id(tx, CalendarId(Uuid::from_u128(2)))?;
            let mut calendar = found.expect("it is connected");
            calendar.position.as_of = Some(now);
            calendars::update(tx, &calendar)
        });
    }

    /// What the organization wants on calendars not read for long.
    pub(crate) fn wants(&self, on_stale: OnStale) {
        let organization = self.organization;
        let change = FreshnessChange {
            on_stale: Some(on_stale),
            stale_after: Some(Policy::default().stale_after),
        };
        self.unit(move |tx| organizations::set_freshness(tx, organization, change));
    }

    /// As if Google had refused the booking's event with these words.
    pub(crate) fn event_is_refused(&self, booked: &Booked, words: &'static str) {
        self.change_link(booked, |link| {
            link.state = State::Parked;
            link.problem = Some("refused".into());
        });
        let booking: BookingId = booked.id.parse().unwrap();
        let organization_id = self.organization;
        self.unit(move |tx| {
            let conflict = Conflict {
                id: ConflictId(booking.0),
                organization_id,
                booking_id: booking,
                link_id: Some(links::of_booking(tx, booking)?.remove(0).id),
                calendar_id: None,
                kind: "refused".into(),
                said: words.into(),
                version: 1,
                opened_at: morning(),
                closed_at: None,
                resolution: None,
                aside: None,
            };
            conflicts::insert(tx, &conflict)?;
            let entry = Entry {
                at: morning(),
                kind: "parked".into(),
                cause: None::<Cause>,
                detail: json!({ "reason": words }),
            };
            timeline::insert(tx, TimelineId(booking.0), booking, &entry)
        });
    }

    /// As if its event had gone with too many others.
    pub(crate) fn event_is_lost(&self, booked: &Booked) {
        self.change_link(booked, |link| {
            link.state = State::Parked;
            link.problem = Some("held".into());
        });
        let booking: BookingId = booked.id.parse().unwrap();
        let organization_id = self.organization;
        self.unit(move |tx| {
            let link = links::of_booking(tx, booking)?.remove(0);
            losses::set(tx, link.id, Some(Loss::Held(morning())))?;
            let conflict = Conflict {
                id: ConflictId(booking.0),
                organization_id,
                booking_id: booking,
                link_id: None,
                calendar_id: Some(link.calendar_id),
                kind: conflicts::MASS_LOSS.into(),
                said: String::new(),
                version: 1,
                opened_at: morning(),
                closed_at: None,
                resolution: None,
                aside: None,
            };
            conflicts::insert(tx, &conflict)
        });
    }

    fn change_link(
        &self,
        booked: &Booked,
        mut change: impl FnMut(&mut EventLink) + Send + 'static,
    ) {
        let booking: BookingId = booked.id.parse().unwrap();
        self.unit(move |tx| {
            let mut link = links::of_booking(tx, booking)?.remove(0);
            change(&mut link);
            links::update(tx, &link)
        });
    }

    /// What a test has to put in place.
    pub(crate) fn unit(
        &self,
        body: impl FnMut(&mut dyn Tx) -> Result<(), StoreError> + Send + 'static,
    ) {
        let store = Store::new(self.store.clone());
        now(store.unit(Lane::Interactive, "test", body)).unwrap();
    }
}

/// A booking made by [`Harness::book`].
pub(crate) struct Booked {
    pub(crate) id: String,
    pub(crate) manage_token: String,
    /// What was answered.
    pub(crate) body: Value,
}

/// A sound wish to book.
pub(crate) fn booking(event_type: &str, start: &str) -> Value {
    json!({
        "event_type": event_type, "start": start,
        "attendee": { "name": "Ana", "email": "ana@example.org" },
    })
}

/// A request.
#[derive(Clone)]
pub(crate) struct Ask {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Ask {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.into(),
            path: path.into(),
            headers: Vec::new(),
            body: String::new(),
        }
    }

    pub(crate) fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn text(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .text(body.to_string())
    }
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: http::HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Answer {
    /// The problem's code; empty when there is none.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

fn send(router: &Router, ask: Ask) -> Answer {
    let mut request = Request::builder().method(ask.method.as_str()).uri(ask.path);
    for (name, value) in ask.headers {
        request = request.header(name, value);
    }
    let request = request.body(Body::from(ask.body)).unwrap();
    now(async {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(text.to_vec()).unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    })
}

fn checked(answer: Answer) -> Answer {
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert!(answer.header("cache-control").is_some());
    let policy = answer.header("content-security-policy");
    assert_eq!(policy, Some("default-src 'none'; frame-ancestors 'none'"));
    if answer.status == StatusCode::NO_CONTENT {
        assert_eq!(
            (answer.text.as_str(), answer.header("content-type")),
            ("", None)
        );
        return answer;
    }
    if answer.status.as_u16() < 400 {
        assert_eq!(answer.header("content-type"), Some("application/json"));
        return answer;
    }
    assert_eq!(
        answer.header("content-type"),
        Some(MEDIA_TYPE),
        "{}",
        answer.text
    );
    let known = CODES.iter().any(|(code, _)| *code == answer.code());
    assert!(known, "a code that is not in the document: {}", answer.text);
    assert_eq!(answer.body["type"], "about:blank");
    assert_eq!(answer.body["status"], answer.status.as_u16());
    assert_eq!(
        answer.body["title"],
        answer.status.canonical_reason().unwrap()
    );
    assert!(
        answer.body["detail"]
            .as_str()
            .is_some_and(|detail| !detail.is_empty())
    );
    answer
}

/// Runs a future that only ever waits for the inline store: it never pends.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing here should wait"),
    }
}

/// Time that passes when told to.
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn advance(&self, span: SignedDuration) {
        let micros = i64::try_from(span.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// Different bytes at every draw, the same in every run.
#[derive(Default)]
struct CountingChance(AtomicU64);

impl Chance for CountingChance {
    fn fill(&self, _purpose: &'static str, out: &mut [u8]) {
        let draw = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        for (i, byte) in out.iter_mut().rev().enumerate() {
            *byte = draw[7 - i % 8];
        }
    }
}

struct Nobody;

impl Transport for Nobody {
    fn send(&self, _request: Request<bytes::Bytes>) -> Sending<'_> {
        let error = TransportError::NotSent("nobody there".into());
        Box::pin(std::future::ready(Err(error)))
    }
}

/// A database whose reads can be made to fail.
pub(crate) struct Switched {
    inline: Inline,
    pub(crate) fail_reads: AtomicBool,
}

impl Backend for Switched {
    fn submit(&self, lane: Lane, work: Box<dyn Work>) -> Result<(), StoreError> {
        if lane == Lane::Read && self.fail_reads.load(Ordering::Relaxed) {
            return Err(StoreError::Overloaded);
        }
        self.inline.submit(lane, work)
    }
}

struct Refusing(StoreError);

impl Backend for Refusing {
    fn submit(&self, _lane: Lane, _work: Box<dyn Work>) -> Result<(), StoreError> {
        Err(self.0.clone())
    }
}
