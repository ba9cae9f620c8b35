//! Everything that exists in one seed beside the app itself: Google, the database, the clock, what is
//! known to have happened, and the first rule that was broken.

use std::cell::{RefCell, RefMut};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use app::App;
use bytes::Bytes;
use domain::sync::policy::Policy;
use domain::{BookingId, CalendarId, Clock, HostId, Instant, Interval, OrganizationId};
use fake_google::World;
use jiff::{SignedDuration, Timestamp};
use store::inline::Inline;
use store::{StoreError, Tx};

use crate::actors::Actor;
use crate::bookings::Bookings;
use crate::chance::Stream;
use crate::checks::calls::Calls;
use crate::checks::mirror::Counted;
use crate::clock::SimClock;
use crate::events::Events;
use crate::failure::{Checked, Failure};
use crate::seams::{Pause, Seams};
use crate::setup::Setup;
use crate::spy;
use crate::stats::Stats;
use crate::trace::Trace;
use crate::truth::Truth;

/// Longer than any call waits to be made again.
const TOKEN_REFUSALS_APART: SignedDuration = SignedDuration::from_mins(20);

/// The state of one seed.
pub struct Scene {
    /// Which seed.
    pub seed: u64,
    /// The other side.
    pub google: World,
    /// Our side.
    pub database: Arc<dyn Inline>,
    /// The time.
    pub clock: Arc<SimClock>,
    /// What happened, line by line.
    pub trace: Trace,
    /// How much was exercised.
    pub stats: Stats,
    /// Every version of every booking.
    pub bookings: Bookings,
    /// Every turn of every event.
    pub events: Events,
    /// How the owner wants conflicts decided.
    pub policy: Policy,
    /// Bookings about which a person has decided: then an edit may be undone, or a move overwritten.
    pub decided: BTreeSet<BookingId>,
    /// When each booking was last taken from its time because of its event alone, and in which calendar that was.
    pub lost: BTreeMap<BookingId, (Instant, Option<CalendarId>)>,
    /// What is in the calendar, and what Google's listings showed.
    pub truth: Truth,
    /// What counted after the last commit of a pull.
    pub counted: Option<Counted>,
    /// Turns each person still takes.
    pub turns_left: BTreeMap<Actor, u64>,
    /// When a unit of this name was last run for this actor, by the trace's step.
    pub ran_at: BTreeMap<(Actor, &'static str), u64>,
    /// Requests still on their way, though nobody waits for their answers.
    pub late: VecDeque<http::Request<Bytes>>,
    /// Whether the grant was taken back and not given again.
    pub is_grant_gone: bool,
    /// Whose connection was last consented to.
    pub organization: OrganizationId,
    /// In which step the account was disconnected, while it is.
    pub disconnected_at: Option<u64>,
    /// Whether the master key is being replaced.
    pub is_rotating: bool,
    /// Who waits for Google.
    pub calls: Calls,
    /// When a write of ours last took effect.
    pub written_at: Instant,
    /// What the mirror said of each host's time when a unit of this name was last run for this actor.
    pub busy_at: BTreeMap<(Actor, &'static str), BTreeMap<HostId, Vec<Interval>>>,
    /// When the last push arrived that told of a change.
    pub told_at: Option<Instant>,
    /// When Google last drew up the first page of a listing.
    pub listed_at: Option<Instant>,
    /// When Google last refused a token.
    pub token_refused_at: Option<Instant>,
    /// Failures of the store that were meant, and that nobody has told of yet.
    pub store_failures: u32,
    /// The first rule broken.
    pub failure: Option<Failure>,
    streams: BTreeMap<(Actor, &'static str), Stream>,
}

impl Scene {
    /// A scene in which nothing has happened.
    pub fn new(
        seed: u64,
        google: World,
        database: Arc<dyn Inline>,
        clock: Arc<SimClock>,
        trace: Trace,
    ) -> Self {
        Self {
            seed,
            google,
            database,
            clock,
            trace,
            stats: Stats::default(),
            bookings: Bookings::default(),
            events: Events::default(),
            policy: Policy::default(),
            decided: BTreeSet::new(),
            lost: BTreeMap::new(),
            truth: Truth::default(),
            counted: None,
            turns_left: BTreeMap::new(),
            ran_at: BTreeMap::new(),
            late: VecDeque::new(),
            busy_at: BTreeMap::new(),
            is_grant_gone: false,
            organization: OrganizationId(uuid::Uuid::nil()),
            disconnected_at: None,
            is_rotating: false,
            calls: Calls::default(),
            written_at: Instant::from_micros(0),
            told_at: None,
            listed_at: None,
            token_refused_at: None,
            store_failures: 0,
            failure: None,
            streams: BTreeMap::new(),
        }
    }

    /// The present.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The present, as Google takes it.
    pub fn timestamp(&self) -> Timestamp {
        self.now().to_timestamp()
    }

    /// The stream of `actor` for `purpose`.
    pub fn stream(&mut self, actor: Actor, purpose: &'static str) -> &mut Stream {
        let seed = self.seed;
        self.streams
            .entry((actor, purpose))
            .or_insert_with(|| Stream::new(seed, actor, purpose))
    }

    /// Whether a token may end early: not soon after another has. Two refused in a row are a dead
    /// grant to Lockstep, and revoking grants is not simulated.
    pub fn may_refuse_token(&self) -> bool {
        let now = self.now();
        self.token_refused_at
            .is_none_or(|at| now - at > TOKEN_REFUSALS_APART)
    }

    /// Adds a line to the trace.
    pub fn event(&mut self, actor: Actor, seam: &str, name: &str, digest: u64) {
        let now = self.now();
        self.trace.event(now, actor, seam, name, digest);
    }

    /// Keeps the first failure.
    pub fn hold(&mut self, checked: Checked) {
        if let (None, Err(failure)) = (&self.failure, checked) {
            self.failure = Some(failure);
        }
    }

    /// `actor` was told `error` by the store: a failure that was not meant is ours.
    pub fn store_failed(&mut self, actor: &str, error: &StoreError) {
        if self.store_failures > 0 {
            self.store_failures -= 1;
            return;
        }
        let message = format!("{actor} failed in the store: {error}");
        self.hold(Err(Failure::new("store", message)));
    }

    /// Looks into the database.
    ///
    /// # Panics
    /// When the database cannot be read: nothing could be checked any more.
    pub fn read<T: Send>(
        &self,
        look: impl FnOnce(&mut dyn Tx) -> Result<T, StoreError> + Send,
    ) -> T {
        spy::read(&*self.database, look).expect("the database can be read")
    }
}

/// What an actor holds: the app, and the scene it acts in.
#[derive(Clone)]
pub struct Stage {
    /// The app.
    pub app: App,
    /// What was set up.
    pub setup: Rc<Setup>,
    scene: Rc<RefCell<Scene>>,
    seams: Arc<Seams>,
}

impl Stage {
    /// For actors in `scene`.
    pub fn new(app: App, setup: Rc<Setup>, scene: Rc<RefCell<Scene>>, seams: Arc<Seams>) -> Self {
        Self {
            app,
            setup,
            scene,
            seams,
        }
    }

    /// The scene. Never held across an await.
    pub fn scene(&self) -> RefMut<'_, Scene> {
        self.scene.borrow_mut()
    }

    /// Waits for `span`.
    pub fn pause(&self, span: SignedDuration) -> Pause {
        let until = self.scene().now() + span;
        self.seams.pause(until, false)
    }

    /// Waits until `until`, or until there may be due work.
    pub fn pause_for_work(&self, until: Instant) -> Pause {
        self.seams.pause(until, true)
    }

    /// Takes one of `actor`'s turns, if any is left.
    pub fn take_turn(&self, actor: Actor) -> bool {
        let mut scene = self.scene();
        let left = scene.turns_left.entry(actor).or_default();
        let has_one = *left > 0;
        *left = left.saturating_sub(1);
        has_one
    }
}
