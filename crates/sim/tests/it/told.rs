//! One booking and its event, and the means to tell a history about them step by step.

use app::availability::slots;
use app::bookings::{self, BookInput};
use app::conflicts::{self, Item, Resolution, ResolveError, ResolveInput};
use app::connections::policy::choose_policy;
use app::limits::Asker;
use domain::attendee::AttendeeForm;
use domain::booking::{Booking, Cause, Status};
use domain::sync::policy::Policy;
use domain::{BookingId, Instant, Interval};
use jiff::SignedDuration;
use serde_json::{Value, json};
use sim::actors::Actor;
use sim::events::{By, Turn, When};
use sim::machine::{Fate, Machine, Next};
use sim::network::{self, Ask, moment};
use sim::run::come_to_rest;
use sim::scene::Scene;
use sim::setup::{self, CALENDAR, ORGANIZATION};
use store::tables::{connections, timeline};

pub(crate) const ATTENDEE: Actor = Actor::Attendee(1);

/// A booking whose event is in step, and what may be told of it.
pub(crate) struct Told {
    pub(crate) machine: Machine,
    pub(crate) booking: Booking,
    /// Free starts, far enough from each other.
    pub(crate) free: Vec<Instant>,
}

impl Told {
    pub(crate) fn begin() -> Self {
        let mut told = Self::just_booked();
        told.rest();
        told
    }

    /// The same, in the setting of another seed.
    pub(crate) fn begin_in(seed: u64) -> Self {
        let mut told = Self::just_booked_in(seed);
        told.rest();
        told
    }

    /// Sync has not looked yet.
    pub(crate) fn just_booked() -> Self {
        Self::just_booked_in(1)
    }

    pub(crate) fn just_booked_in(seed: u64) -> Self {
        let mut machine = setup::machine(seed, true);
        let stage = machine.stage().clone();
        let (booking, free) = machine.complete(ATTENDEE, async move {
            let now = stage.app.now();
            let window = Interval::lasting(now, SignedDuration::from_hours(48));
            let found = slots(&stage.app, ORGANIZATION, "short", window)
                .await
                .unwrap();
            let free: Vec<Instant> = found.slots.iter().map(|s| s.start).step_by(8).collect();
            let booked = bookings::book(&stage.app, booking_at(free[0])).await;
            let booked = booked.unwrap();
            (booked.booking, free)
        });
        let sync = Actor::Sync(1).live(machine.stage());
        machine.spawn(Actor::Sync(1), sync);
        Self {
            machine,
            booking,
            free,
        }
    }

    /// Lets sync finish, checking every rule.
    pub(crate) fn rest(&mut self) {
        come_to_rest(&mut self.machine).unwrap();
    }

    /// One step of sync, or the time until there is one.
    pub(crate) fn sync_steps(&mut self) {
        if let Next::Wait(until) = self.machine.next(Actor::Sync(1)) {
            self.machine.stage().scene().clock.advance_to(until);
        }
        self.machine.act(Actor::Sync(1), Fate::Fine);
    }

    pub(crate) fn attendee_moves(&mut self, start: Instant) {
        let (stage, id) = (self.machine.stage().clone(), self.booking.id);
        self.machine.complete(ATTENDEE, async move {
            let moved = bookings::reschedule(&stage.app, moving(id, start)).await;
            moved.unwrap();
        });
    }

    pub(crate) fn attendee_cancels(&mut self) {
        let (stage, id) = (self.machine.stage().clone(), self.booking.id);
        self.machine.complete(ATTENDEE, async move {
            let cancelled = bookings::cancel(&stage.app, cancelling(id)).await;
            cancelled.unwrap();
        });
    }

    pub(crate) fn event_id(&self) -> String {
        let scene = self.machine.stage().scene();
        scene.events.of(self.booking.id).next().unwrap().0.clone()
    }

    pub(crate) fn host_drags(&mut self, start: Instant) {
        self.host_puts(Interval::lasting(start, self.booking.time.span()));
    }

    /// Where it began when it was booked.
    pub(crate) fn host_stretches(&mut self, to: SignedDuration) {
        self.host_puts(Interval::lasting(self.booking.time.start, to));
    }

    fn host_puts(&mut self, time: Interval) {
        let id = self.event_id();
        let mut scene = self.machine.stage().scene();
        let patch = json!({ "start": moment(time.start), "end": moment(time.end) });
        let now = scene.timestamp();
        scene.google.edit_event(now, CALENDAR, &id, &patch).unwrap();
        self.turns(&mut scene, &id, When::Timed(time));
    }

    /// The host edits the event by hand: anything but when it is.
    pub(crate) fn host_edits(&mut self, patch: &Value) {
        let id = self.event_id();
        let mut scene = self.machine.stage().scene();
        let now = scene.timestamp();
        scene.google.edit_event(now, CALENDAR, &id, patch).unwrap();
        scene.events.ours.get_mut(&id).unwrap().is_text_edited = true;
    }

    pub(crate) fn host_deletes(&mut self) {
        let id = self.event_id();
        let mut scene = self.machine.stage().scene();
        let now = scene.timestamp();
        scene.google.delete_event(now, CALENDAR, &id).unwrap();
        self.turns(&mut scene, &id, When::Gone);
    }

    /// Out of the bin; gives when it is now.
    pub(crate) fn host_restores(&mut self) {
        let id = self.event_id();
        let mut scene = self.machine.stage().scene();
        let now = scene.timestamp();
        let resource = scene.google.restore_event(now, CALENDAR, &id).unwrap();
        self.turns(&mut scene, &id, When::read(&resource));
    }

    fn turns(&self, scene: &mut Scene, id: &str, when: When) {
        let by = By::Host;
        let step = scene.trace.step();
        let turn = Turn { step, by, when };
        scene.events.ours.get_mut(id).unwrap().turns.push(turn);
    }

    /// The owner of the calendar chooses how conflicts are decided.
    pub(crate) fn owner_chooses(&mut self, chosen: Policy) {
        let stage = self.machine.stage().clone();
        let organization = stage.scene().organization;
        let all = stage.scene().read(|tx| connections::list(tx, organization));
        let id = all[0].id;
        let choice = async move { choose_policy(&stage.app, organization, id, chosen).await };
        assert_eq!(self.machine.complete(ATTENDEE, choice), Ok(true));
        self.machine.stage().scene().policy = chosen;
    }

    /// The booking as it is.
    pub(crate) fn now(&self) -> Booking {
        let scene = self.machine.stage().scene();
        scene.bookings.now(self.booking.id).unwrap().booking.clone()
    }

    /// What its event says.
    pub(crate) fn event(&self) -> Value {
        let id = self.event_id();
        let scene = self.machine.stage().scene();
        scene.google.event(CALENDAR, &id).unwrap()
    }

    /// Somebody else books at `start`.
    pub(crate) fn another_books(&mut self, start: Instant) -> Booking {
        let stage = self.machine.stage().clone();
        let book = async move { bookings::book(&stage.app, booking_at(start)).await };
        self.machine.complete(ATTENDEE, book).unwrap().booking
    }

    /// Whether `start` is on offer.
    pub(crate) fn is_free(&mut self, start: Instant) -> bool {
        let stage = self.machine.stage().clone();
        let window = Interval::lasting(start, SignedDuration::from_mins(1));
        let ask = async move { slots(&stage.app, ORGANIZATION, "short", window).await };
        let found = self.machine.complete(ATTENDEE, ask).unwrap();
        found.slots.iter().any(|slot| slot.start == start)
    }

    /// What its timeline tells, in stable codes.
    pub(crate) fn kinds(&self) -> Vec<String> {
        let scene = self.machine.stage().scene();
        let id = self.booking.id;
        let entries = scene.read(|tx| timeline::list(tx, id));
        entries.into_iter().map(|entry| entry.kind).collect()
    }

    pub(crate) fn time_passes(&self) {
        self.time_passes_by(SignedDuration::from_mins(1));
    }

    pub(crate) fn time_passes_by(&self, span: SignedDuration) {
        let scene = self.machine.stage().scene();
        let later = scene.now() + span;
        scene.clock.advance_to(later);
    }

    pub(crate) fn host_makes_it_all_day(&mut self) {
        let id = self.event_id();
        let mut scene = self.machine.stage().scene();
        let now = scene.timestamp();
        let date = |day: &str| json!({ "date": day, "dateTime": null, "timeZone": null });
        let day = self.booking.time.start.to_string()[..10].to_owned();
        let next = (self.booking.time.start + SignedDuration::from_hours(24)).to_string();
        let patch = json!({ "start": date(&day), "end": date(&next[..10]) });
        scene.google.edit_event(now, CALENDAR, &id, &patch).unwrap();
        self.turns(&mut scene, &id, When::AllDay);
    }

    /// What waits for a person.
    pub(crate) fn inbox(&mut self) -> Vec<Item> {
        let stage = self.machine.stage().clone();
        let organization = stage.scene().organization;
        let listed = self.machine.complete(ATTENDEE, async move {
            conflicts::list(&stage.app, organization, None, 10).await
        });
        listed.unwrap().items
    }

    /// A person decides what waits: the only thing that does.
    pub(crate) fn is_decided(&mut self, resolution: Resolution) -> Result<Item, ResolveError> {
        let [item] = <[Item; 1]>::try_from(self.inbox()).unwrap();
        self.decides(&item, resolution)
    }

    /// A person decides about what he has seen.
    pub(crate) fn decides(
        &mut self,
        item: &Item,
        resolution: Resolution,
    ) -> Result<Item, ResolveError> {
        let stage = self.machine.stage().clone();
        let input = ResolveInput {
            conflict: item.conflict.id,
            organization: stage.scene().organization,
            resolution,
            version: Some(item.conflict.version),
            cause: Cause::Admin,
        };
        stage.scene().decided.insert(item.booking.booking.id);
        self.machine.complete(ATTENDEE, async move {
            conflicts::resolve(&stage.app, input).await
        })
    }

    /// Decides about many at once; whatever follows from it, a person has said so.
    pub(crate) fn is_decided_for_all(&mut self, resolution: Resolution) -> Item {
        let all: Vec<BookingId> = {
            let scene = self.machine.stage().scene();
            scene.bookings.all().map(|v| v.booking.id).collect()
        };
        let decided = self.is_decided(resolution).unwrap();
        let mut scene = self.machine.stage().scene();
        scene.decided.extend(all);
        decided
    }

    /// Runs sync up to its next request that `is_meant`, and gives that one this fate.
    pub(crate) fn next_request(&mut self, is_meant: fn(&Ask) -> bool, fate: Fate) {
        // Far more than one piece of due work takes.
        for _ in 0..500 {
            match self.machine.next(Actor::Sync(1)) {
                Next::Request(ask) if is_meant(&ask) => {
                    self.machine.act(Actor::Sync(1), fate);
                    return;
                }
                Next::Wait(until) => self.machine.stage().scene().clock.advance_to(until),
                _ => {}
            }
            self.machine.act(Actor::Sync(1), Fate::Fine);
        }
        panic!("sync never asks that");
    }

    /// What is still on its way arrives.
    pub(crate) fn request_arrives(&mut self) {
        let mut scene = self.machine.stage().scene();
        assert_eq!(scene.late.len(), 1);
        network::arrive_late(&mut scene);
    }

    pub(crate) fn patch_is(&mut self, fate: Fate) {
        self.meets(|ask| matches!(ask, Ask::Patch(_)), fate);
    }

    /// Like [`Told::next_request`]; who died lives again.
    pub(crate) fn meets(&mut self, is_meant: fn(&Ask) -> bool, fate: Fate) {
        self.next_request(is_meant, fate);
        if matches!(fate, Fate::CrashBefore | Fate::CrashAfter) {
            let sync = Actor::Sync(1).live(self.machine.stage());
            self.machine.spawn(Actor::Sync(1), sync);
        }
    }

    /// Where the booking and its event are in the end; `None` when both have ended.
    pub(crate) fn end(mut self) -> Option<Instant> {
        self.rest();
        let scene = self.machine.stage().scene();
        let booking = &scene.bookings.now(self.booking.id).unwrap().booking;
        (booking.status == Status::Confirmed).then_some(booking.time.start)
    }

    /// Versions that sync made: changes taken over from Google.
    pub(crate) fn followed(&self) -> usize {
        let scene = self.machine.stage().scene();
        let versions = scene.bookings.versions(self.booking.id).iter();
        versions
            .filter(|version| matches!(version.by, Actor::Sync(_)))
            .count()
    }
}

pub(crate) fn booking_at(start: Instant) -> BookInput {
    BookInput {
        organization: ORGANIZATION.to_owned(),
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

pub(crate) fn moving(booking: BookingId, start: Instant) -> bookings::RescheduleInput {
    bookings::RescheduleInput {
        booking,
        seat: None,
        start,
        version: None,
        cause: Cause::Attendee,
        idempotency_key: None,
    }
}

pub(crate) fn cancelling(booking: BookingId) -> bookings::CancelInput {
    bookings::CancelInput {
        booking,
        seat: None,
        reason: String::new(),
        version: None,
        cause: Cause::Attendee,
    }
}
