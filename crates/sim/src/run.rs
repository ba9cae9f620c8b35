//! One seed, from its setting to its verdict: first anything may go wrong and nothing wrong may
//! happen, then nothing goes wrong any more and everything must come to rest.

use std::sync::Arc;

use domain::Instant;
use jiff::SignedDuration;
use store::inline::Inline;

use crate::actors::Actor;
use crate::checks::{mirror, pending, settled};
use crate::failure::{Checked, Failure};
use crate::machine::{Acted, Fate, Machine};
use crate::network;
use crate::setup::{self, POLL_INTERVAL};
use crate::stats::Stats;
use crate::weather::Weather;

/// Most steps of the first phase; people have long taken their turns by then.
const BUSY_STEPS_MAX: u64 = 20_000;
/// Most steps until everything has come to rest.
const QUIET_STEPS_MAX: u64 = 20_000;
/// Longest simulated time until then: the longest pause is a quarter of an hour.
const QUIET_SPAN_MAX: SignedDuration = SignedDuration::from_hours(6);

const ATTENDEES: u8 = 3;
/// Workers on due work, in one process or two.
const WORKERS: u8 = 2;

/// How one seed went.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Which.
    pub seed: u64,
    /// The hash of its trace.
    pub hash: String,
    /// What it exercised.
    pub stats: Stats,
    /// The first rule broken.
    pub failure: Option<Failure>,
    /// Its trace, whole or only its end.
    pub lines: Vec<String>,
}

/// Runs one seed; keeps its whole trace if `keeps_trace`.
pub fn run(seed: u64, keeps_trace: bool) -> Outcome {
    run_in(setup::machine(seed, keeps_trace), seed)
}

/// [`run`] on an empty `database` of any kind. The hash does not depend on the kind.
pub fn run_on(database: Arc<dyn Inline>, seed: u64, keeps_trace: bool) -> Outcome {
    run_in(setup::machine_on(database, seed, keeps_trace), seed)
}

fn run_in(mut machine: Machine, seed: u64) -> Outcome {
    let weather = begin(&mut machine);
    let checked = busy(&mut machine, weather).and_then(|()| come_to_rest(&mut machine));
    let mut scene = machine.stage().scene();
    scene.hold(checked);
    let steps = scene.trace.step();
    scene.stats.add("steps.all", steps);
    Outcome {
        seed,
        hash: scene.trace.hash(),
        stats: scene.stats.clone(),
        failure: scene.failure.clone(),
        lines: scene.trace.lines().map(str::to_owned).collect(),
    }
}

fn begin(machine: &mut Machine) -> Weather {
    let mut actors: Vec<Actor> = (1..=ATTENDEES).map(Actor::Attendee).collect();
    let people = [Actor::Host, Actor::Owner, Actor::Admin, Actor::Operator];
    actors.extend(people);
    actors.push(Actor::Push);
    actors.extend((1..=WORKERS).map(Actor::Sync));
    let has_givers = !machine.stage().setup.givers.is_empty();
    if has_givers {
        actors.push(Actor::Giver);
    }
    for actor in &actors {
        let stream_of = Actor::Setup;
        let mut scene = machine.stage().scene();
        let turns = scene.stream(stream_of, "turns").below(10);
        let turns = match actor {
            Actor::Host => 4 + turns,
            // Many owners never do anything.
            Actor::Owner => turns.saturating_sub(5),
            // In most seeds nobody decides: then every rule holds at its strictest. Where bookings are given from
            // host to host that is hard enough to judge.
            Actor::Admin if has_givers => 0,
            Actor::Admin => 2 * turns.saturating_sub(5),
            Actor::Operator => turns.saturating_sub(8),
            _ => 2 + turns,
        };
        scene.turns_left.insert(*actor, turns);
    }
    for actor in actors {
        machine.spawn(actor, actor.live(machine.stage()));
    }
    Weather::draw(&mut machine.stage().scene())
}

/// Until people have taken all their turns.
fn busy(machine: &mut Machine, weather: Weather) -> Checked {
    let last = machine.stage().scene().trace.step() + BUSY_STEPS_MAX;
    while machine.actors().iter().any(|a| !a.is_endless()) {
        let step = machine.stage().scene().trace.step();
        if step > last {
            return Err(Failure::new("ends", "people never come to an end"));
        }
        if weather.is_outage(&mut machine.stage().scene()) {
            restart_server(machine);
        }
        weather.jump(&mut machine.stage().scene());
        weather.end_positions(&mut machine.stage().scene());
        arrive_late(machine)?;
        let Some(actor) = draw(machine) else {
            continue;
        };
        let next = machine.next(actor);
        let fate = weather.fate(&mut machine.stage().scene(), actor, &next);
        take_step(machine, actor, fate)?;
    }
    Ok(())
}

/// Now and then, a request arrives that its sender has long given up.
fn arrive_late(machine: &Machine) -> Checked {
    let mut scene = machine.stage().scene();
    if Weather::is_arrival(&mut scene) {
        network::arrive_late(&mut scene);
    }
    scene.failure.clone().map_or(Ok(()), Err)
}

/// Until nothing is due, and then a little longer: nothing more may happen.
///
/// # Errors
/// Why it does not come to rest, or the first rule that is broken.
pub fn come_to_rest(machine: &mut Machine) -> Checked {
    let (since, last) = {
        let mut scene = machine.stage().scene();
        while !scene.late.is_empty() {
            network::arrive_late(&mut scene);
        }
        (scene.now(), scene.trace.step() + QUIET_STEPS_MAX)
    };
    rest(machine, |pending, now, step| {
        if pending.is_empty() {
            return Ok(true);
        }
        let is_too_long = now > since + QUIET_SPAN_MAX || step > last;
        if is_too_long {
            Err(Failure::new("converges", pending.join("\n  ")))
        } else {
            Ok(false)
        }
    })?;
    settled_now(machine)?;
    let writes = written(machine);
    let until = machine.stage().scene().now() + POLL_INTERVAL + POLL_INTERVAL;
    rest(machine, |_, now, _| Ok(now >= until))?;
    if written(machine) != writes {
        return Err(Failure::new(
            "rests",
            "something was written after everything was done",
        ));
    }
    settled_now(machine)
}

fn settled_now(machine: &Machine) -> Checked {
    let stage = machine.stage();
    let mut scene = stage.scene();
    settled::check(&scene, stage.setup.organization)?;
    mirror::equals(&mut scene, stage.setup.hosts())
}

/// How much has been written on either side.
fn written(machine: &Machine) -> [u64; 6] {
    let scene = machine.stage().scene();
    let names = [
        "google.inserted",
        "google.patched",
        "google.deleted",
        "bookings.moved",
        "bookings.followed",
        "bookings.cancelled-in-google",
    ];
    names.map(|name| scene.stats.get(name))
}

/// Lets sync go on alone until `is_done`, asked whenever nobody can run, says so.
fn rest(
    machine: &mut Machine,
    is_done: impl Fn(&[String], Instant, u64) -> Result<bool, Failure>,
) -> Checked {
    let since = machine.stage().scene().now();
    loop {
        let (now, step) = {
            let scene = machine.stage().scene();
            (scene.now(), scene.trace.step())
        };
        if machine.ready().is_empty() || step.is_multiple_of(1024) {
            let stage = machine.stage();
            // A write may land after everything seemed done; only a later look can show it.
            let since = since.max(stage.scene().written_at);
            let mut pending = pending::pending(&stage.scene(), stage.setup.organization, since);
            pending.extend(machine.suspended());
            if is_done(&pending, now, step)? {
                return Ok(());
            }
        }
        if let Some(actor) = draw(machine) {
            take_step(machine, actor, Fate::Fine)?;
        }
    }
}

/// Someone who can run; when nobody can, time passes until somebody can.
fn draw(machine: &Machine) -> Option<Actor> {
    let ready = machine.ready();
    if ready.is_empty()
        && let Some(at) = machine.next_deadline()
    {
        machine.stage().scene().clock.advance_to(at);
    }
    let mut scene = machine.stage().scene();
    scene.stream(Actor::Setup, "next").pick(&ready).copied()
}

fn take_step(machine: &mut Machine, actor: Actor, fate: Fate) -> Checked {
    if machine.act(actor, fate) == Acted::Crashed {
        machine.spawn(actor, actor.live(machine.stage()));
    }
    machine.tick();
    match machine.stage().scene().failure.clone() {
        Some(failure) => Err(failure),
        None => Ok(()),
    }
}

/// Everything in the server dies at once, and begins again.
fn restart_server(machine: &mut Machine) {
    for actor in machine.actors() {
        if actor.is_in_server() {
            machine.kill(actor);
            machine.spawn(actor, actor.live(machine.stage()));
        }
    }
    machine.stage().scene().stats.count("outages");
}
