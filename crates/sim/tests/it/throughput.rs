//! How soon changes are in Google when every call takes a tenth of a second: close to what concurrency
//! and quota allow. Time is simulated: nothing here depends on the machine.

use std::collections::{BTreeMap, BTreeSet};

use app::availability::slots;
use app::bookings::{self, BookInput};
use app::limits::Asker;
use domain::attendee::AttendeeForm;
use domain::booking::{Booking, Cause};
use domain::{BookingId, Instant, Interval};
use jiff::SignedDuration;
use sim::actors::Actor;
use sim::machine::{Fate, Machine, Next};
use sim::network::Ask;
use sim::setup;

use crate::told::moving;

const LATENCY: SignedDuration = SignedDuration::from_millis(100);
/// As many as the server runs.
const WORKERS: u8 = 8;
const PERSON: Actor = Actor::Attendee(1);
const QUARTER: SignedDuration = SignedDuration::from_mins(15);
/// How much longer than the bound it may take: a fifth.
const SLACK: f64 = 1.2;

/// A machine whose every request is answered after [`LATENCY`].
struct Timed {
    machine: Machine,
    /// When the request under way is answered.
    answers_at: BTreeMap<Actor, Instant>,
    /// Writes, as they were asked for: when, and the event's path or body.
    writes: Vec<(Instant, Ask)>,
    /// Most requests on the way at once.
    most_at_once: usize,
}

impl Timed {
    fn new(machine: Machine) -> Self {
        Self {
            machine,
            answers_at: BTreeMap::new(),
            writes: Vec::new(),
            most_at_once: 0,
        }
    }

    fn now(&self) -> Instant {
        self.machine.stage().scene().now()
    }

    fn written(&self) -> u64 {
        let scene = self.machine.stage().scene();
        scene.stats.get("google.inserted") + scene.stats.get("google.patched")
    }

    /// Begins the workers.
    fn work(&mut self) {
        for n in 1..=WORKERS {
            let life = Actor::Sync(n).live(self.machine.stage());
            self.machine.spawn(Actor::Sync(n), life);
        }
    }

    /// How long it takes until as many writes have landed and been answered. Leaves all workers waiting.
    fn run_until_written(&mut self, count: u64) -> SignedDuration {
        let began = self.now();
        let last = self.written() + count;
        while self.written() < last || !self.answers_at.is_empty() {
            self.step();
        }
        let took = self.now() - began;
        while self.is_busy() {
            self.step();
        }
        took
    }

    fn is_busy(&self) -> bool {
        let is_waiting = |actor: &Actor| matches!(self.machine.next(*actor), Next::Wait(_));
        !self.machine.actors().iter().all(is_waiting)
    }

    /// Everybody who can go on does; when nobody can, time passes.
    fn step(&mut self) {
        let now = self.now();
        let mut soonest: Option<Instant> = None;
        let mut has_acted = false;
        for actor in self.machine.actors() {
            let ready_at = match (self.machine.next(actor), self.answers_at.get(&actor)) {
                (Next::Wait(at), _) => at,
                (Next::Answer, Some(at)) => *at,
                _ => now,
            };
            if ready_at > now {
                soonest = Some(soonest.map_or(ready_at, |at| at.min(ready_at)));
                continue;
            }
            match self.machine.next(actor) {
                Next::Request(ask) => {
                    self.answers_at.insert(actor, now + LATENCY);
                    self.most_at_once = self.most_at_once.max(self.answers_at.len());
                    if matches!(ask, Ask::Insert | Ask::Patch(_)) {
                        self.writes.push((now, ask));
                    }
                }
                Next::Answer => {
                    self.answers_at.remove(&actor);
                }
                _ => {}
            }
            self.machine.act(actor, Fate::Fine);
            has_acted = true;
        }
        if let (false, Some(at)) = (has_acted, soonest) {
            self.machine.stage().scene().clock.advance_to(at);
        }
    }

    /// `count` bookings of one organization, each at a start of its own, in the order of making.
    fn book(&mut self, organization: &str, count: usize) -> Vec<Booking> {
        let (stage, slug) = (self.machine.stage().clone(), organization.to_owned());
        self.machine.complete(PERSON, async move {
            let window = Interval::lasting(stage.app.now(), SignedDuration::from_hours(72));
            let found = slots(&stage.app, &slug, "short", window).await.unwrap();
            let starts: BTreeSet<Instant> = found.slots.iter().map(|slot| slot.start).collect();
            let mut booked: Vec<Booking> = Vec::new();
            for start in starts.iter().copied() {
                if booked.len() == count {
                    break;
                }
                // With room to move each by a quarter of an hour, the last one first.
                let wide = Interval::lasting(start, SignedDuration::from_mins(45));
                let is_free = booked.iter().all(|b| !b.time.overlaps(&wide));
                if is_free && starts.contains(&(start + QUARTER)) {
                    let made = bookings::book(&stage.app, input(&slug, start)).await;
                    booked.push(made.unwrap().booking);
                }
            }
            assert_eq!(booked.len(), count, "{slug} has too few free times");
            booked
        })
    }

    fn move_by(&mut self, booking: &Booking, span: SignedDuration) {
        let (stage, id) = (self.machine.stage().clone(), booking.id);
        let start = booking.time.start + span;
        // People do not move two at one instant.
        let moment = SignedDuration::from_millis(1);
        self.machine.stage().scene().clock.advance(moment);
        self.machine.complete(PERSON, async move {
            let moved = bookings::reschedule(&stage.app, moving(id, start)).await;
            moved.unwrap();
        });
    }

    /// Whose events the writes were about, in order.
    fn bookings_written(&self) -> Vec<BookingId> {
        let scene = self.machine.stage().scene();
        let event = |ask: &Ask| match ask {
            Ask::Patch(id) => scene.events.ours.get(id).map(|event| event.booking),
            _ => None,
        };
        self.writes
            .iter()
            .filter_map(|(_, ask)| event(ask))
            .collect()
    }

    /// What Google refused as too much.
    fn refused_as_too_many(&self) -> usize {
        let scene = self.machine.stage().scene();
        let log = scene.google.request_log().entries();
        log.filter(|entry| matches!(entry.status, 403 | 429))
            .count()
    }
}

fn input(organization: &str, start: Instant) -> BookInput {
    BookInput {
        organization: organization.to_owned(),
        event_type: "short".to_owned(),
        start,
        attendee: AttendeeForm {
            name: "Ana".to_owned(),
            email: Some("ana@example.com".to_owned()),
            ..AttendeeForm::default()
        },
        host: None,
        hold: None,
        forced: None,
        asker: Asker::Public(None),
        idempotency_key: None,
        cause: Cause::Attendee,
    }
}

/// Must-be-seen 4 of the issue, many calendars: 100 changes over 20 of them, eight at once.
#[test]
fn a_hundred_changes_over_twenty_calendars_take_little_longer_than_they_must() {
    const CALENDARS: usize = 20;
    const EACH: usize = 5;
    let (machine, organizations) = setup::machine_of_many(CALENDARS);
    let mut timed = Timed::new(machine);
    for organization in &organizations {
        timed.book(organization, EACH);
    }
    timed.work();
    let changes = (CALENDARS * EACH) as u64;
    let took = timed.run_until_written(changes);
    // No calendar has more than one call at once, and there are eight workers for all.
    let bound = LATENCY.as_secs_f64() * (changes as f64 / f64::from(WORKERS)).max(EACH as f64);
    let ratio = took.as_secs_f64() / bound;
    println!("100 inserts over 20 calendars: {took:?}, {ratio:.2} of the bound");
    assert!(ratio <= SLACK, "{took:?} is {ratio:.2} of {bound:.2} s");
    assert_eq!(timed.most_at_once, usize::from(WORKERS));
    assert_eq!(timed.refused_as_too_many(), 0);
}

/// Must-be-seen 4 of the issue, one calendar: in order, one at a time, and never faster than Google
/// allows; half of them are moves, which count three units each.
#[test]
fn a_hundred_changes_in_one_calendar_are_made_in_order_and_within_its_quota() {
    const BOOKINGS: usize = 50;
    let (machine, organizations) = setup::machine_of_many(1);
    let mut timed = Timed::new(machine);
    let booked = timed.book(&organizations[0], BOOKINGS);
    timed.work();
    let took = timed.run_until_written(BOOKINGS as u64);
    let bound = BOOKINGS as f64 * LATENCY.as_secs_f64();
    let ratio = took.as_secs_f64() / bound;
    println!("50 inserts in one calendar: {took:?}, {ratio:.2} of the bound");
    assert!(ratio <= SLACK, "{took:?} is {ratio:.2} of {bound:.2} s");
    timed.writes.clear();

    // All units are there again; then each is moved by a quarter of an hour, the last one first.
    let minute = SignedDuration::from_mins(1);
    timed.machine.stage().scene().clock.advance(minute);
    let moved: Vec<BookingId> = booked.iter().rev().map(|b| b.id).collect();
    for booking in booked.iter().rev() {
        timed.move_by(booking, QUARTER);
    }
    let took = timed.run_until_written(BOOKINGS as u64);
    let in_google = timed.bookings_written();
    assert_eq!(in_google, moved, "in the order of the changes");
    assert_eq!(timed.most_at_once, 1);
    assert_eq!(timed.refused_as_too_many(), 0);

    // Sixty units at once and nine a second after that, of which a patch takes three.
    let units = 3.0 * BOOKINGS as f64;
    let bound = ((units - 60.0) / 9.0).max(BOOKINGS as f64 * LATENCY.as_secs_f64());
    let ratio = took.as_secs_f64() / bound;
    println!("50 moves in one calendar: {took:?}, {ratio:.2} of the bound");
    assert!(ratio <= SLACK, "{took:?} is {ratio:.2} of {bound:.2} s");
}
