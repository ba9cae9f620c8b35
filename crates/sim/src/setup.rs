//! What every seed begins with: a small organization, connected to the fake Google by the real
//! consent.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::error::Error;
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use app::calendars::{Change, Mode};
use app::connections::{Callback, Disconnected};
use app::preset::Preset;
use app::secrets::MASTER_KEY_BYTES;
use app::settings::{Pace, PullSize};
use app::sign_in::HashedPassword;
use app::{App, Vault, calendars, connections, preset, settings};
use domain::freshness::{OnStale, Policy};
use domain::{Clock, EventTypeId, HostId, Instant, OrganizationId};
use fake_google::{PushRules, Request, World};
use google::Endpoints;
use google::oauth::{OAuthClient, SCOPE_EVENTS};
use jiff::SignedDuration;
use store::Store;
use store::inline::Inline as Database;
use store::sqlite::inline::Inline;
use url::Url;

use crate::actors::Actor;
use crate::chance::{SimChance, Stream};
use crate::clock::SimClock;
use crate::failure::Failure;
use crate::machine::Machine;
use crate::scene::{Scene, Stage};
use crate::seams::Seams;
use crate::trace::Trace;

/// The slug of the organization.
pub const ORGANIZATION: &str = "sim";
/// Google's id of the one calendar.
pub const CALENDAR: &str = "shared@group.calendar.google.com";
/// Google's id of the other calendar, in seeds that have one: Ben's.
pub const OTHER: &str = "other@group.calendar.google.com";
/// What is booked, and given from host to host, by who runs the business; in seeds with two calendars.
pub const GIVEN: &str = "given";
/// How often it is looked at.
pub const POLL_INTERVAL: SignedDuration = SignedDuration::from_secs(20);

/// What attendees book; the others are for histories that are told.
const OFFERED: [&str; 3] = ["short", "long", "visit"];

/// The calendar's zone.
pub const ZONE: &str = "Europe/Madrid";
const ACCOUNT: &str = "host@example.com";
const CLIENT: (&str, &str) = ("lockstep-sim", "not-a-secret");
const REDIRECT: &str = "https://book.example/oauth/google/callback";

/// What can be booked.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Its identity.
    pub id: EventTypeId,
    /// Its slug.
    pub slug: String,
    /// How long a booking of it lasts.
    pub duration: SignedDuration,
    /// Whose time it takes.
    pub host: HostId,
}

/// What was set up, for those who act in it.
#[derive(Debug)]
pub struct Setup {
    /// The organization.
    pub organization: OrganizationId,
    /// What it offers.
    pub offers: Vec<Offered>,
    /// Whose time it is, as far as bookings are given from one to the other; nobody's with one calendar.
    pub givers: Vec<HostId>,
}

impl Setup {
    /// Those whose time can be booked.
    pub fn hosts(&self) -> BTreeSet<HostId> {
        self.offers.iter().map(|offer| offer.host).collect()
    }
}

/// A machine in which everything is ready and nobody acts.
///
/// # Panics
/// When the preset or the consent fails: nothing could be simulated.
pub fn machine(seed: u64, keeps_trace: bool) -> Machine {
    let database = Inline::open(start(seed)).expect("a database in memory opens");
    machine_on(Arc::new(database), seed, keeps_trace)
}

/// [`machine`] on an empty `database` of any kind.
///
/// # Panics
/// As [`machine`].
pub fn machine_on(database: Arc<dyn Database>, seed: u64, keeps_trace: bool) -> Machine {
    let google = google(seed);
    let (mut machine, with) = empty(database, seed, keeps_trace, google, CALENDAR);
    let stage = machine.stage().clone();
    let how = How {
        on_stale: on_stale(seed),
        has_two: has_two(seed),
    };
    let setup = set_up(stage, ORGANIZATION.to_owned(), ACCOUNT, how);
    let setup = machine.complete(Actor::Setup, setup);
    with(setup)
}

/// A machine with as many organizations, each connected to an account of its own and writing to that
/// account's own calendar.
///
/// # Panics
/// As [`machine`].
pub fn machine_of_many(organizations: usize) -> (Machine, Vec<String>) {
    let seed = 0;
    let database = Inline::open(start(seed)).expect("a database in memory opens");
    let mut google = google(seed);
    let accounts: Vec<String> = (0..organizations)
        .map(|n| format!("owner{n}@example.com"))
        .collect();
    for account in &accounts {
        google
            .add_account(account, "Owner", ZONE)
            .expect("each account is new");
    }
    let (mut machine, _) = empty(Arc::new(database), seed, false, google, "primary");
    let mut slugs = Vec::new();
    for (n, account) in accounts.into_iter().enumerate() {
        let (stage, slug) = (machine.stage().clone(), format!("business{n}"));
        slugs.push(slug.clone());
        machine.complete(Actor::Setup, async move {
            let how = How {
                on_stale: (OnStale::Allow, 1440),
                has_two: false,
            };
            set_up(stage, slug, &account, how).await
        });
    }
    (machine, slugs)
}

/// A machine in which there is no organization yet, and the way to one that knows its own.
fn empty(
    database: Arc<dyn Database>,
    seed: u64,
    keeps_trace: bool,
    google: World,
    calendar: &str,
) -> (Machine, impl Fn(Setup) -> Machine) {
    let seams = Seams::new();
    let clock = Arc::new(SimClock::new(start(seed)));
    let trace = Trace::new(keeps_trace);
    let scene = Scene::new(seed, google, database, Arc::clone(&clock), trace);
    let scene = Rc::new(RefCell::new(scene));
    let (first_key, next_key) = ([7; MASTER_KEY_BYTES], [8; MASTER_KEY_BYTES]);
    let calendar = calendar.to_owned();
    let with_vault = move |vault: Vault, setup: Setup| {
        let app = App::new(app::Parts {
            store: Store::new(Arc::clone(&seams) as Arc<dyn store::Backend>),
            transport: Arc::clone(&seams) as Arc<dyn google::Transport>,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            chance: Arc::new(SimChance::new(seed, Arc::clone(&seams))),
            vault,
            settings: settings(seed, &calendar),
        });
        let (scene, seams) = (Rc::clone(&scene), Arc::clone(&seams));
        let stage = Stage::new(app, Rc::new(setup), scene, Arc::clone(&seams));
        Machine::new(stage, seams)
    };
    let nothing = Setup {
        organization: OrganizationId(uuid::Uuid::nil()),
        offers: Vec::new(),
        givers: Vec::new(),
    };
    let machine = with_vault(Vault::new(&first_key), nothing);
    // From now on there is a new key beside the one everything was sealed with so far.
    let with = move |setup: Setup| {
        let vault = Vault::new(&next_key).with_previous(&first_key);
        with_vault(vault, setup)
    };
    (machine, with)
}

/// Somewhere in 2026, so that some seeds meet a change of the clocks.
pub(crate) fn start(seed: u64) -> Instant {
    let mut stream = Stream::new(seed, Actor::Setup, "start");
    let first = Instant::from_micros(1_767_254_400_000_000);
    let days = stream.between(0, 330);
    first
        + SignedDuration::from_hours(24 * days)
        + SignedDuration::from_mins(stream.between(0, 900))
}

pub(crate) fn google(seed: u64) -> World {
    let mut world = World::new(seed);
    // What our client sends must be what Google describes.
    world.rules.is_strict = true;
    // And what it answers, in a release build too.
    world.rules.checks_answers = true;
    world.rules.push = push_rules(seed);
    world
        .add_account(ACCOUNT, "Host", ZONE)
        .expect("the account is the first");
    world
        .add_calendar(ACCOUNT, CALENDAR, "Shared", ZONE)
        .expect("the calendar is the first");
    if has_two(seed) {
        world
            .add_calendar(ACCOUNT, OTHER, "Other", ZONE)
            .expect("the calendar is the second");
    }
    world.add_client(CLIENT.0, CLIENT.1, &[REDIRECT]);
    world
}

/// In some seeds each host has a calendar of his own: bookings are given from one to the other, and events are
/// moved between them by hand.
pub fn has_two(seed: u64) -> bool {
    Stream::new(seed, Actor::Setup, "two calendars").is_hit(300)
}

/// In half of those the host moves events, in the others bookings are given. Both at once is not mended yet: an
/// event that is moved while its booking is given away and back may be taken for deleted (seeds 3000234,
/// 2159887483 and 2159888679 of a simulator without this line).
pub fn carries(seed: u64) -> bool {
    has_two(seed) && Stream::new(seed, Actor::Setup, "carries").is_hit(500)
}

/// In half of the seeds Google can reach us: what pushes tell of is followed for one calendar only.
fn has_push(seed: u64, calendar: &str) -> bool {
    calendar == CALENDAR && !has_two(seed) && Stream::new(seed, Actor::Setup, "push").is_hit(500)
}

/// How Google's messages fare.
fn push_rules(seed: u64) -> PushRules {
    let mut stream = Stream::new(seed, Actor::Setup, "push rules");
    let mut one_of = |choices: &[u32]| stream.pick(choices).copied().unwrap_or(0);
    let per_mille = |drawn: u32| u16::try_from(drawn).unwrap_or(0);
    PushRules {
        ttl_max_seconds: one_of(&[604_800, 604_800, 7_200, 600]),
        delay_max_ms: one_of(&[0, 500, 5_000, 60_000]),
        loss_per_mille: per_mille(one_of(&[0, 0, 100, 500])),
        duplicates_per_mille: per_mille(one_of(&[0, 0, 200])),
        stop_lag_seconds: one_of(&[0, 0, 60]),
        ..PushRules::default()
    }
}

/// In some seeds what is booked while a calendar was not read for half an hour, or never yet, is verified later.
fn on_stale(seed: u64) -> (OnStale, i64) {
    let mut stream = Stream::new(seed, Actor::Setup, "on stale");
    match stream.below(3) {
        0 => (OnStale::Tentative, Policy::MINUTES_MIN),
        _ => (OnStale::Allow, Policy::MINUTES_DEFAULT),
    }
}

/// Some seeds read a calendar in small steps, so that crashes and edits come between any two events.
fn pull_size(seed: u64) -> PullSize {
    let mut stream = Stream::new(seed, Actor::Setup, "pull size");
    let default = PullSize::default();
    let small = NonZeroUsize::new(usize::try_from(stream.between(1, 3)).unwrap_or(1));
    PullSize {
        page_items_max: match stream.below(3) {
            0 => default.page_items_max,
            _ => u16::try_from(stream.between(1, 5)).unwrap_or(1),
        },
        chunk: match stream.below(2) {
            0 => default.chunk,
            _ => small.unwrap_or(default.chunk),
        },
    }
}

pub(crate) fn settings(seed: u64, calendar: &str) -> settings::Settings {
    let url = |text: &str| Url::parse(text).expect("a constant address");
    settings::Settings {
        public_url: url("https://book.example/"),
        google: Ok(settings::Google {
            client: Ok(OAuthClient {
                id: CLIENT.0.to_owned(),
                secret: CLIENT.1.into(),
                redirect_uri: REDIRECT.to_owned(),
            }),
            service_account: None,
            api_key: None,
            endpoints: Endpoints {
                auth: url("https://fake.example/o/oauth2/v2/auth"),
                token: url("https://fake.example/token"),
                revoke: url("https://fake.example/revoke"),
                api: url("https://fake.example/calendar/v3"),
            },
            calendar_id: calendar.to_owned(),
            quota: app::quota::Quota::default(),
            login_hint: None,
        }),
        webhook_url: has_push(seed, calendar)
            .then(|| url("https://book.example/webhooks/google-calendar")),
        pace: Pace::every(POLL_INTERVAL),
        pull_size: pull_size(seed),
        limits: app::limits::Limits::default(),
    }
}

/// Another access to the account's calendars, for whoever checks.
///
/// # Panics
/// When there is no such account.
pub fn grant(google: &mut World, now: jiff::Timestamp) -> String {
    let granted = google.grant(now, ACCOUNT, CLIENT.0, &[SCOPE_EVENTS]);
    granted.expect("account and client are there").access_token
}

/// What is drawn for a seed.
#[derive(Clone, Copy, Debug)]
struct How {
    on_stale: (OnStale, i64),
    has_two: bool,
}

async fn set_up(stage: Stage, slug: String, account: &str, how: How) -> Setup {
    static PRESET: OnceLock<Preset> = OnceLock::new();
    static PASSWORD: OnceLock<HashedPassword> = OnceLock::new();
    let preset = PRESET.get_or_init(|| {
        toml::from_str(include_str!("preset.toml")).expect("the preset is well formed")
    });
    // Hashing is slow on purpose: once for all seeds.
    let password = PASSWORD.get_or_init(|| {
        HashedPassword::new(&[1; 16], &"simulated".into()).expect("the password is long enough")
    });
    let mut preset = preset.clone();
    preset.organization.slug = slug;
    (
        preset.organization.on_stale,
        preset.organization.stale_after_minutes,
    ) = how.on_stale;
    if how.has_two {
        let mut given = preset.event_types[0].clone();
        given.slug = GIVEN.to_owned();
        given.hosts = preset.hosts.iter().map(|host| host.key.clone()).collect();
        preset.event_types.push(given);
    }
    let app = &stage.app;
    let admin = format!("admin-{}@example.com", preset.organization.slug);
    let organization = preset::install_hashed(app, &preset, &admin, password.clone())
        .await
        .expect("the preset installs");
    connect(&stage, organization.id, account).await;
    let offers = app::event_types::list(app, organization.id)
        .await
        .expect("the event types are there");
    let offered = |event_type: &domain::event_type::EventType| Offered {
        id: event_type.id,
        slug: event_type.slug.clone(),
        duration: event_type.rules.duration,
        host: event_type
            .hosts
            .first()
            .expect("an event type has a host")
            .id,
    };
    let (given, offers): (Vec<_>, Vec<_>) = offers.iter().partition(|offer| offer.slug == GIVEN);
    let hosts = given.iter().flat_map(|offer| offer.hosts.iter());
    let givers: Vec<HostId> = hosts.map(|host| host.id).collect();
    if let Some(ben) = givers.last() {
        add_other(&stage, organization.id, *ben).await;
    }
    Setup {
        organization: organization.id,
        offers: offers
            .into_iter()
            .filter(|event_type| OFFERED.contains(&event_type.slug.as_str()))
            .map(offered)
            .collect(),
        givers,
    }
}

/// Connects the other calendar; the bookings of `host` go there.
async fn add_other(stage: &Stage, organization: OrganizationId, host: HostId) {
    let app = &stage.app;
    let all = connections::list(app, organization)
        .await
        .expect("the connections are there");
    let through = all.first().expect("the account was connected").id;
    // Later than the first calendar: that one receives what is told nowhere.
    stage.pause(SignedDuration::from_secs(1)).await;
    let id = calendars::add(app, organization, through, OTHER, Mode::Write)
        .await
        .expect("the calendar is the account's own");
    let receives = Change {
        receives: Some(vec![host]),
        ..Change::default()
    };
    calendars::change(app, organization, through, id, receives)
        .await
        .expect("the host is the organization's");
}

/// Connects the organization anew: what a person does who is told to.
///
/// # Errors
/// Why it did not come to that; nothing is worse than before.
pub async fn reconnect(stage: &Stage) -> Result<(), Box<dyn Error>> {
    consent(stage, stage.setup.organization, ACCOUNT).await
}

/// Disconnects the organization's account, by the page's use case.
///
/// # Panics
/// When there is none.
pub async fn disconnect(stage: &Stage) -> Disconnected {
    let (app, organization) = (&stage.app, stage.setup.organization);
    let all = connections::list(app, organization)
        .await
        .expect("the connections are there");
    let id = all.first().expect("the account was connected").id;
    connections::disconnect(app, organization, id)
        .await
        .expect("it is disconnected")
}

/// The grant ends in Google: its owner removed Lockstep there.
pub fn revoke(stage: &Stage) {
    stage.scene().google.revoke_grants(ACCOUNT);
}

async fn connect(stage: &Stage, organization: OrganizationId, account: &str) {
    consent(stage, organization, account)
        .await
        .expect("the consent is finished");
}

/// The consent of an account's owner, as a browser would carry it.
async fn consent(
    stage: &Stage,
    organization: OrganizationId,
    account: &str,
) -> Result<(), Box<dyn Error>> {
    let browser = "the owner's browser";
    let url = connections::start(&stage.app, organization, browser).await?;
    let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    let form = [
        ("account", account),
        ("decision", "allow"),
        ("scope", SCOPE_EVENTS),
    ];
    let request = Request::new("POST", &path).with_form(&form);
    let (revoked_before, response) = {
        let mut scene = stage.scene();
        let now = scene.timestamp();
        scene.organization = organization;
        let response = fake_google::handle(&mut scene.google, now, &request);
        (scene.stats.get("google.revoked"), response)
    };
    let back = response
        .header("location")
        .and_then(|to| Url::parse(to).ok());
    let back = back.expect("consent leads back");
    let query = |name: &str| {
        back.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let callback = Callback {
        state: query("state"),
        code: query("code"),
        error: query("error"),
    };
    let finished = connections::finish(&stage.app, callback, browser).await;
    if finished.is_ok() && stage.scene().stats.get("google.revoked") > revoked_before {
        let what = "a grant was given back between its consent and its connection";
        let checked = Err(Failure::new("grants", what.to_owned()));
        stage.scene().hold(checked);
    }
    Ok(finished?)
}
