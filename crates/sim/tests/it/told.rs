//! One booking and its event, and the means to tell a history about them step by step.

use app::availability::slots;
use app::bookings::{self, BookInput};
use app::limits::Asker;
use domain::attendee::AttendeeForm;
use domain::booking::{Booking, Cause, Status};
use domain::{BookingId, Instant, Interval};
use jiff::SignedDuration;
use serde_json::json;
use sim::actors::Actor;
use sim::events::{By, Turn, When};
use sim::machine::{Fate, Machine, Next};
use sim::network::{self, Ask, moment};
use sim::run::come_to_rest;
use sim::setup::{self, CALENDAR, ORGANIZATION};

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

    /// Sync has not looked yet.
    pub(crate) fn just_booked() -> Self {
        let mut machine = setup::machine(1, true);
        let stage = machine.stage().clone();
        let (booking, free) = machine.complete(ATTENDEE, async move {
            let now = stage.app.now();
            let window = Interval::lasting(now, SignedDuration::from_hours(48));
            let found = slots(&stage.app, ORGANIZATION, "short", window)
                .await
                .unwrap();
            let free: Vec<Instant> = found.slots.iter().map(|s| s.start).step_by(8).collect();
            let input = BookInput {
                organization: ORGANIZATION.to_owned(),
                event_type: "short".to_owned(),
                start: free[0],
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
            };
            let booked = bookings::book(&stage.app, input).await.unwrap();
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
        let (id, time) = (
            self.event_id(),
            Interval::lasting(start, self.booking.time.span()),
        );
        let mut scene = self.machine.stage().scene();
        let patch = json!({ "start": moment(time.start), "end": moment(time.end) });
        let now = scene.timestamp();
        scene.google.edit_event(now, CALENDAR, &id, &patch).unwrap();
        let step = scene.trace.step();
        let turn = Turn {
            step,
            by: By::Host,
            when: When::Timed(time),
        };
        scene.events.ours.get_mut(&id).unwrap().turns.push(turn);
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
