//! The executor: actors polled by hand, one event at a time, each with the fate it is given.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use domain::{BookingId, Instant};
use jiff::SignedDuration;
use store::tables::bookings;
use store::{StoreError, Verdict, Work};

use crate::actors::Actor;
use crate::bookings::Version;
use crate::checks::{changes, left_alone, losses, messages, mirror, parked, told};
use crate::network::{self, Ask, Trouble};
use crate::scene::{Scene, Stage};
use crate::seams::{Op, Seams};
use crate::spy::Spied;

/// An actor's life; a crash ends it, and another one begins.
pub type Life = Pin<Box<dyn Future<Output = ()>>>;

/// What happens to an actor at a seam.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// What it waits for happens.
    Fine,
    /// Its request gets into trouble.
    Trouble(Trouble),
    /// It stands still until then, as in a machine that is suspended: others go on.
    Suspended(Instant),
    /// Its unit is not run: the database cannot be reached.
    StoreFails,
    /// Its unit is run and committed, and the connection is lost before it is told so.
    StoreUnknown,
    /// It dies before what it waits for has happened.
    CrashBefore,
    /// It dies after that, and before it is told.
    CrashAfter,
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acted {
    /// The actor goes on.
    Alive,
    /// It has come to its end.
    Finished,
    /// It died: someone has to begin again.
    Crashed,
}

/// What an actor is about to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Be polled.
    Poll,
    /// Have a unit run.
    Unit(&'static str),
    /// Have a request carried out.
    Request(Ask),
    /// Be told that its unit has run.
    Told,
    /// Be given the answer to its request.
    Answer,
    /// Wait until then.
    Wait(Instant),
}

/// Actors and what they act in.
pub struct Machine {
    stage: Stage,
    seams: Arc<Seams>,
    lives: BTreeMap<Actor, Life>,
    suspended: BTreeMap<Actor, Instant>,
}

impl Machine {
    /// Nobody acts yet.
    pub fn new(stage: Stage, seams: Arc<Seams>) -> Self {
        Self {
            stage,
            seams,
            lives: BTreeMap::new(),
            suspended: BTreeMap::new(),
        }
    }

    /// What actors hold.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Gives `actor` a life.
    pub fn spawn(&mut self, actor: Actor, life: Life) {
        self.lives.insert(actor, life);
    }

    /// Ends the life of `actor`: what it waited for is gone with it.
    pub fn kill(&mut self, actor: Actor) {
        self.lives.remove(&actor);
        self.suspended.remove(&actor);
        self.seams.take(actor);
        self.stage.scene().calls.end(actor);
        self.stage.scene().event(actor, "crash", "-", 0);
        self.stage.scene().stats.count("crashes");
    }

    /// Those alive.
    pub fn actors(&self) -> Vec<Actor> {
        self.lives.keys().copied().collect()
    }

    /// What `actor` is about to do.
    pub fn next(&self, actor: Actor) -> Next {
        if let Some(until) = self.suspended.get(&actor) {
            return Next::Wait(*until);
        }
        self.seams.look(actor, |op| match op {
            None | Some(Op::Delivered(_)) => Next::Poll,
            Some(Op::Unit(work)) => Next::Unit(work.name()),
            Some(Op::Request(request)) => Next::Request(Ask::of(request)),
            Some(Op::Ran(..)) => Next::Told,
            Some(Op::Answered(_)) => Next::Answer,
            Some(Op::Pause { until, .. }) => Next::Wait(*until),
        })
    }

    /// Those who stand still, in words.
    pub fn suspended(&self) -> impl Iterator<Item = String> {
        let suspended = self.suspended.iter();
        suspended.map(|(actor, until)| format!("{actor} is suspended until {until}"))
    }

    /// Those who can do something now.
    pub fn ready(&self) -> Vec<Actor> {
        let now = self.stage.scene().now();
        let is_ready = |actor: &Actor| !matches!(self.next(*actor), Next::Wait(at) if at > now);
        self.lives.keys().copied().filter(is_ready).collect()
    }

    /// When the first of those who wait for a time can go on.
    pub fn next_deadline(&self) -> Option<Instant> {
        let wait = |actor: &Actor| match self.next(*actor) {
            Next::Wait(at) => Some(at),
            _ => None,
        };
        self.lives.keys().filter_map(wait).min()
    }

    /// Lets `actor` take its next step under `fate`.
    pub fn act(&mut self, actor: Actor, fate: Fate) -> Acted {
        if let Fate::Suspended(until) = fate {
            self.suspended.insert(actor, until);
            let mut scene = self.stage.scene();
            scene.event(actor, "suspended", "-", 0);
            scene.stats.count("suspensions");
            return Acted::Alive;
        }
        self.suspended.remove(&actor);
        let is_crash_before = fate == Fate::CrashBefore;
        let is_crash = matches!(fate, Fate::CrashBefore | Fate::CrashAfter);
        match self.seams.take(actor) {
            Some(Op::Unit(work)) if fate == Fate::StoreFails => {
                self.fail_store(actor, work, StoreError::Unavailable);
            }
            Some(Op::Unit(work)) if !is_crash_before => {
                self.run(actor, work);
                if fate == Fate::StoreUnknown
                    && let Some(Op::Ran(work, _)) = self.seams.take(actor)
                {
                    self.fail_store(actor, work, StoreError::Unknown);
                }
            }
            Some(Op::Request(request)) if !is_crash_before => {
                let trouble = match fate {
                    Fate::Trouble(trouble) => Some(trouble),
                    _ => None,
                };
                self.request(actor, &request, trouble);
            }
            Some(Op::Ran(mut work, committed)) if !is_crash => {
                let name = work.name();
                self.stage.scene().event(actor, "told", name, 0);
                work.settle(committed);
                return self.poll(actor);
            }
            Some(Op::Answered(answer)) if !is_crash => {
                self.stage.scene().calls.end(actor);
                let digest = network::answer_fingerprint(&answer);
                self.stage.scene().event(actor, "told", "answer", digest);
                self.seams.put(actor, Op::Delivered(answer));
                return self.poll(actor);
            }
            Some(Op::Unit(_) | Op::Request(_) | Op::Ran(..) | Op::Answered(_)) => {}
            Some(Op::Delivered(answer)) => {
                self.seams.put(actor, Op::Delivered(answer));
                return self.poll(actor);
            }
            Some(Op::Pause { .. }) | None => return self.poll(actor),
        }
        if is_crash {
            self.kill(actor);
            Acted::Crashed
        } else {
            Acted::Alive
        }
    }

    /// Its caller will be told this of a unit, whatever became of it.
    fn fail_store(&mut self, actor: Actor, work: Box<dyn Work>, error: StoreError) {
        let mut scene = self.stage.scene();
        scene.event(actor, "store fails", work.name(), 0);
        scene.store_failures += 1;
        drop(scene);
        self.seams.put(actor, Op::Ran(work, Err(error)));
    }

    fn poll(&mut self, actor: Actor) -> Acted {
        let Some(life) = self.lives.get_mut(&actor) else {
            return Acted::Finished;
        };
        self.seams.set_current(actor);
        {
            let mut scene = self.stage.scene();
            let now = scene.now();
            scene.calls.polled(actor, now);
        }
        match life.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => Acted::Alive,
            Poll::Ready(()) => {
                self.lives.remove(&actor);
                Acted::Finished
            }
        }
    }

    /// Runs a unit and commits it; its caller is told in a later step.
    fn run(&mut self, actor: Actor, mut work: Box<dyn Work>) {
        self.seams.set_current(actor);
        let hosts = self.stage.setup.hosts();
        let organization = self.stage.setup.organization;
        let mut scene = self.stage.scene();
        let name = work.name();
        let mut spied = Spied::new(&mut *work);
        let ran = scene.database.run(&mut spied);
        let touched = spied.touched;
        let digest = ran.as_ref().map_or(0, |ran| ran.digest.as_u64());
        let is_kept = matches!(&ran, Ok(ran) if ran.verdict == Verdict::Keep);
        let verdict = if is_kept { "commit" } else { "undo" };
        scene.event(actor, verdict, name, digest);
        scene.stats.count("steps.units");
        let step = scene.trace.step();
        scene.ran_at.insert((actor, name), step);
        if name.starts_with("availability.") || name.starts_with("bookings.") {
            let now = scene.now();
            let busy = hosts
                .iter()
                .map(|host| (*host, mirror::busy(&scene, *host, now)));
            let busy = busy.collect();
            scene.busy_at.insert((actor, name), busy);
        }
        if matches!(
            name,
            "links.prepare" | "pull.begin" | "revocations.begin" | "push.begin" | "push.begin_stop"
        ) {
            scene.calls.leased(actor);
        }
        if matches!(name, "connections.store" | "connections.disconnect") {
            scene.calls.revoked();
            scene.disconnected_at = match name {
                "connections.store" => None,
                _ => scene.disconnected_at.or(Some(step)),
            };
        }
        if is_kept && name == "pull.keep" {
            let checked = told::kept(&scene, organization);
            scene.hold(checked);
        }
        if is_kept && name.starts_with("pull.") {
            let checked = mirror::committed(&mut scene, organization);
            scene.hold(checked);
        }
        if is_kept {
            for booking in touched.bookings {
                note_change(&mut scene, actor, booking);
            }
            for link in touched.parked {
                scene.stats.count("bookings.parked");
                let checked = parked::has_cause(&scene, link);
                scene.hold(checked);
            }
        }
        let has_woken = matches!(&ran, Ok(ran) if !ran.wakes.is_empty());
        // A wake-up is a hint: now and then it does not arrive.
        if has_woken && !scene.stream(Actor::Setup, "wake").is_hit(250) {
            let now = scene.now();
            self.seams.wake(now);
        }
        drop(scene);
        let committed: Result<(), StoreError> = ran.map(drop);
        self.seams.put(actor, Op::Ran(work, committed));
    }

    fn request(
        &mut self,
        actor: Actor,
        request: &http::Request<bytes::Bytes>,
        trouble: Option<Trouble>,
    ) {
        let mut scene = self.stage.scene();
        let name = Ask::of(request).name();
        let seam = trouble.map_or("google", Trouble::name);
        scene.event(actor, seam, name, network::fingerprint(request));
        scene.stats.count("steps.requests");
        if let Some(trouble) = trouble {
            scene.stats.count(trouble.counter());
        }
        let now = scene.now();
        let alone = scene.calls.begin(actor, now);
        scene.hold(alone);
        let left_alone = left_alone::called(&scene, actor, &Ask::of(request));
        scene.hold(left_alone);
        let answer = network::perform(&mut scene, request, trouble);
        drop(scene);
        self.seams.put(actor, Op::Answered(answer));
    }

    /// Lets `future` run as `actor`, undisturbed and alone, until it is done. Time passes as needed.
    ///
    /// # Panics
    /// When it waits for something that never comes.
    pub fn complete<T: 'static>(
        &mut self,
        actor: Actor,
        future: impl Future<Output = T> + 'static,
    ) -> T {
        let result = Rc::new(RefCell::new(None));
        let slot = Rc::clone(&result);
        let life = async move {
            let done = future.await;
            slot.replace(Some(done));
        };
        self.spawn(actor, Box::pin(life));
        while self.lives.contains_key(&actor) {
            if let Next::Wait(until) = self.next(actor) {
                self.stage.scene().clock.advance_to(until);
            }
            self.act(actor, Fate::Fine);
        }
        result
            .take()
            .expect("an actor that has finished has a result")
    }

    /// Lets a little time pass, as every event takes.
    pub fn tick(&self) {
        let mut scene = self.stage.scene();
        let micros = *scene
            .stream(Actor::Setup, "tick")
            .pick(&[0, 200, 1_000, 1_000, 5_000, 40_000])
            .unwrap_or(&0);
        scene.clock.advance(SignedDuration::from_micros(micros));
    }
}

/// The end of an id: enough to tell them apart in a trace.
pub fn short(id: &str) -> &str {
    id.get(id.len().saturating_sub(6)..).unwrap_or(id)
}

/// Reads what a commit made of a booking, and checks it against everything known.
fn note_change(scene: &mut Scene, actor: Actor, id: BookingId) {
    let Some(booking) = scene.read(|tx| bookings::by_id(tx, id)) else {
        return;
    };
    // What a unit did and undid within itself is no change.
    if scene
        .bookings
        .now(id)
        .is_some_and(|now| now.booking == booking)
    {
        return;
    }
    let version = Version {
        step: scene.trace.step(),
        by: actor,
        booking,
    };
    let what = format!(
        "{} v{} {:?} {:?}",
        short(&id.to_string()),
        version.booking.version,
        version.booking.status,
        version.booking.time
    );
    scene.event(actor, "booking", &what, 0);
    let checked = changes::committed(scene, &version);
    scene.hold(checked);
    let checked = losses::committed(scene, &version);
    scene.hold(checked);
    scene.bookings.push(version);
    let checked = messages::committed(scene, id);
    scene.hold(checked);
    changes::follow_up(scene, actor, id);
}
