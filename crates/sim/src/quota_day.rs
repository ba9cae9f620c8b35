//! A day of many connected calendars, and how much of Google's quotas it takes (scenario E7).
//!
//! No faults and no scheduler: the real app on SQLite in memory, steps until nothing is due, and time that
//! then goes on to whatever comes next, work or a change. Answers take no time, so that calls bunch up as
//! much as the app lets them. Counted is what the app sends, not what the fake makes of it.

mod google;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use ::google::oauth::SCOPE_EVENTS;
use app::bookings::{BookInput, Forced, book};
use app::connections::{self, Callback};
use app::due::{Stepped, step};
use app::limits::Asker;
use app::preset::Preset;
use app::settings::{Pace, PullSize};
use app::sign_in::HashedPassword;
use app::{App, Vault, preset};
use domain::attendee::AttendeeForm;
use domain::booking::Cause;
use domain::{CalendarId, Chance, Clock, Instant};
use fake_google::Request;
use jiff::SignedDuration;
use serde_json::json;
use store::sqlite::inline::Inline;
use store::tables::calendars::{self, Calendar, Mode};
use store::{Lane, Store, StoreError};
use url::Url;

use self::google::Google;
use crate::actors::Actor;
use crate::chance::Stream;
use crate::clock::SimClock;
use crate::setup::{ZONE, google as world, settings, start};

/// How many, of what, for how long.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    /// Accounts, each of an organization of its own.
    pub accounts: usize,
    /// Connected calendars of each; bookings go to the first.
    pub calendars_each: usize,
    /// Changes in each calendar in a day, at random times.
    pub changes_each: usize,
    /// How long it is.
    pub hours: i64,
    /// How often a calendar is looked at.
    pub pace: Pace,
}

/// What it took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Requests to the Calendar API.
    pub calls: u64,
    /// The most units one account used in any minute; Google grants 600.
    pub account_minute_max: u64,
    /// The most units all used in any minute; Google grants 10,000.
    pub project_minute_max: u64,
    /// Units in all; beyond a million a day Google means to charge (google-calendar.md §14.1).
    pub units: u64,
    /// Calls that Google refused as too many.
    pub refused: u64,
    /// Changes made by hosts in Google.
    pub foreign: u64,
    /// Bookings made here.
    pub booked: u64,
}

/// Lives through `day`.
///
/// # Panics
/// When something of it cannot be set up, or the store fails: nothing would be counted.
pub fn live(day: Day) -> Spent {
    let began = start(0);
    let clock = Arc::new(SimClock::new(began));
    let google = Arc::new(Google::new(world(0), Arc::clone(&clock)));
    let database = Inline::open(began).expect("a database in memory opens");
    let store = Store::new(Arc::new(database));
    let mut settings = settings(0, "primary");
    settings.pace = day.pace;
    settings.pull_size = PullSize::default();
    let app = App::new(app::Parts {
        store: store.clone(),
        transport: Arc::clone(&google) as Arc<dyn ::google::Transport>,
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        chance: Arc::new(OneStream(Mutex::new(Stream::new(
            0,
            Actor::Setup,
            "quota day",
        )))),
        vault: Vault::new(&[7; app::secrets::MASTER_KEY_BYTES]),
        settings,
    });
    for account in 0..day.accounts {
        set_up(&app, &store, &google, account, day.calendars_each);
    }
    // What connecting costs is not part of the day.
    work(&app);
    google.reset();
    let mut changes = changes(day, began);
    let end = began + SignedDuration::from_hours(day.hours);
    let (mut foreign, mut booked) = (0, 0);
    while clock.now() < end {
        let due = work(&app);
        let change = changes.peek().map(|Reverse(change)| change.at);
        let next = due.into_iter().chain(change).min().unwrap_or(end);
        clock.advance_to(next.max(clock.now() + SignedDuration::from_millis(1)));
        while let Some(Reverse(change)) = changes.peek().filter(|c| c.0.at <= clock.now()) {
            if change.is_booking() {
                booked += make_booking(&app, change, began);
            } else {
                foreign += 1;
                make_foreign(&google, &clock, change);
            }
            changes.pop();
        }
    }
    let mut spent = google.spent();
    (spent.foreign, spent.booked) = (foreign, booked);
    spent
}

fn account_name(account: usize) -> String {
    format!("owner{account}@example.com")
}

/// Google's id of a calendar of an account; the first is its primary.
fn calendar_name(account: usize, calendar: usize) -> String {
    match calendar {
        0 => account_name(account),
        n => format!("c{n}-of-{account}@group.calendar.google.com"),
    }
}

fn set_up(app: &App, store: &Store, google: &Google, account: usize, calendars_each: usize) {
    let mut preset: Preset =
        toml::from_str(include_str!("preset.toml")).expect("the preset is well formed");
    preset.organization.slug = format!("business{account}");
    let password = HashedPassword::new(&[1; 16], &"simulated".into());
    let password = password.expect("the password is long enough");
    let admin = format!("admin{account}@example.com");
    let organization = now(preset::install_hashed(app, &preset, &admin, password));
    let organization = organization.expect("the preset installs").id;
    google.add(
        &account_name(account),
        ZONE,
        (1..calendars_each).map(|n| calendar_name(account, n)),
    );
    let browser = "the owner's browser";
    let url = now(connections::start(app, organization, browser)).expect("a consent begins");
    let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    let name = account_name(account);
    let form = [
        ("account", name.as_str()),
        ("decision", "allow"),
        ("scope", SCOPE_EVENTS),
    ];
    let back = google.handle(&Request::new("POST", &path).with_form(&form));
    let back = back.header("location").and_then(|to| Url::parse(to).ok());
    let back = back.expect("consent leads back");
    let query = |name: &str| {
        let mut pairs = back.query_pairs();
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let callback = Callback {
        state: query("state"),
        code: query("code"),
        error: None,
    };
    now(connections::finish(app, callback, browser)).expect("the consent is finished");
    let connection = now(connections::list(app, organization))
        .expect("it is listed")
        .remove(0)
        .id;
    let began = app.now();
    let added = store.unit(Lane::Interactive, "quota_day.calendars", move |tx| {
        for n in 1..calendars_each {
            let id = CalendarId(uuid::Uuid::from_u128((account * 1_000 + n) as u128));
            let calendar = Calendar::new(
                id,
                connection,
                &calendar_name(account, n),
                Mode::Busy,
                began,
            );
            calendars::insert(tx, &calendar)?;
        }
        Ok::<_, StoreError>(())
    });
    now(added).expect("the calendars are stored");
}

/// Does what is due; gives when something is next.
fn work(app: &App) -> Option<Instant> {
    loop {
        match now(step(app)).expect("the store works") {
            Stepped::Worked => {}
            Stepped::Idle(at) => return at,
        }
    }
}

/// A change of one calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    at: Instant,
    account: usize,
    calendar: usize,
    n: usize,
}

impl Change {
    /// Every other one in the calendar that receives bookings.
    const fn is_booking(&self) -> bool {
        self.calendar == 0 && self.n.is_multiple_of(2)
    }
}

fn changes(day: Day, began: Instant) -> BinaryHeap<Reverse<Change>> {
    let mut stream = Stream::new(0, Actor::Host, "when");
    let count = day.changes_each * usize::try_from(day.hours).unwrap_or(0) / 24;
    let mut all = BinaryHeap::new();
    for account in 0..day.accounts {
        for calendar in 0..day.calendars_each {
            for n in 0..count {
                let seconds = stream.between(0, day.hours * 3_600);
                let at = began + SignedDuration::from_secs(seconds);
                all.push(Reverse(Change {
                    at,
                    account,
                    calendar,
                    n,
                }));
            }
        }
    }
    all
}

fn make_foreign(google: &Google, clock: &SimClock, change: &Change) {
    let hours = i64::try_from(24 + change.n).unwrap_or(24);
    let from = clock.now() + SignedDuration::from_hours(hours);
    let to = from + SignedDuration::from_mins(30);
    let event = json!({
        "summary": "Private",
        "start": { "dateTime": from.to_string(), "timeZone": ZONE },
        "end": { "dateTime": to.to_string(), "timeZone": ZONE },
    });
    google.insert(&calendar_name(change.account, change.calendar), &event);
}

/// Forced, so that none is refused; gives how many were made.
fn make_booking(app: &App, change: &Change, began: Instant) -> u64 {
    let hour = i64::try_from(48 + change.n).unwrap_or(48);
    let start = Instant::from_micros(began.as_micros() / 3_600_000_000 * 3_600_000_000);
    let input = BookInput {
        organization: format!("business{}", change.account),
        event_type: "short".to_owned(),
        start: start + SignedDuration::from_hours(hour),
        attendee: AttendeeForm {
            name: "Ana".to_owned(),
            email: Some("ana@example.com".to_owned()),
            ..AttendeeForm::default()
        },
        host: None,
        hold: None,
        forced: Some(Forced::default()),
        asker: Asker::Organization,
        idempotency_key: None,
        cause: Cause::Api,
    };
    now(book(app, input)).expect("a forced booking is made");
    1
}

/// Everything here answers at once: nothing ever waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("store and transport answer at once"),
    }
}

/// One stream for everybody: nobody else draws.
struct OneStream(Mutex<Stream>);

impl Chance for OneStream {
    fn fill(&self, _purpose: &'static str, out: &mut [u8]) {
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for byte in out.iter_mut() {
            *byte = stream.draw().to_be_bytes()[0];
        }
    }
}
