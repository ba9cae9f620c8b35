//! Histories told step by step on the executor: what a seed only meets by chance.

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
use sim::network::{Ask, Trouble, moment};
use sim::run::come_to_rest;
use sim::setup::{self, CALENDAR, ORGANIZATION};

const ATTENDEE: Actor = Actor::Attendee(1);

/// A booking whose event is in step, and what may be told of it.
struct Told {
    machine: Machine,
    booking: Booking,
    /// Free starts, far enough from each other.
    free: Vec<Instant>,
}

impl Told {
    fn begin() -> Self {
        let mut told = Self::just_booked();
        told.rest();
        told
    }

    /// Sync has not looked yet.
    fn just_booked() -> Self {
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
    fn rest(&mut self) {
        come_to_rest(&mut self.machine).unwrap();
    }

    fn attendee_moves(&mut self, start: Instant) {
        let (stage, id) = (self.machine.stage().clone(), self.booking.id);
        self.machine.complete(ATTENDEE, async move {
            let moved = bookings::reschedule(&stage.app, moving(id, start)).await;
            moved.unwrap();
        });
    }

    fn attendee_cancels(&mut self) {
        let (stage, id) = (self.machine.stage().clone(), self.booking.id);
        self.machine.complete(ATTENDEE, async move {
            let cancelled = bookings::cancel(&stage.app, cancelling(id)).await;
            cancelled.unwrap();
        });
    }

    fn event_id(&self) -> String {
        let scene = self.machine.stage().scene();
        scene.events.of(self.booking.id).next().unwrap().0.clone()
    }

    fn host_drags(&mut self, start: Instant) {
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
    fn next_request(&mut self, is_meant: fn(&Ask) -> bool, fate: Fate) {
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

    fn patch_is(&mut self, fate: Fate) {
        self.next_request(|ask| matches!(ask, Ask::Patch(_)), fate);
        if fate == Fate::CrashAfter {
            let sync = Actor::Sync(1).live(self.machine.stage());
            self.machine.spawn(Actor::Sync(1), sync);
        }
    }

    /// Where the booking and its event are in the end; `None` when both have ended.
    fn end(mut self) -> Option<Instant> {
        self.rest();
        let scene = self.machine.stage().scene();
        let booking = &scene.bookings.now(self.booking.id).unwrap().booking;
        (booking.status == Status::Confirmed).then_some(booking.time.start)
    }

    /// Versions that sync made: changes taken over from Google.
    fn followed(&self) -> usize {
        let scene = self.machine.stage().scene();
        let versions = scene.bookings.versions(self.booking.id).iter();
        versions
            .filter(|version| matches!(version.by, Actor::Sync(_)))
            .count()
    }
}

const LOST_AFTER: Fate = Fate::Trouble(Trouble::LostAfter);

/// The history of design section 5: move 10→11 times out but lands; the attendee moves to 12 before
/// the retry; nothing is reverted and nothing is filed.
#[test]
fn a_move_after_a_move_that_landed_unseen_stands() {
    let mut told = Told::begin();
    let (eleven, twelve) = (told.free[1], told.free[2]);
    told.attendee_moves(eleven);
    told.patch_is(LOST_AFTER);
    told.attendee_moves(twelve);
    assert_eq!(told.followed(), 0);
    let parked = told.machine.stage().scene().stats.get("bookings.parked");
    assert_eq!((told.end(), parked), (Some(twelve), 0));
}

#[test]
fn a_move_back_after_a_move_that_landed_unseen_stands() {
    let mut told = Told::begin();
    let (ten, eleven) = (told.free[0], told.free[1]);
    told.attendee_moves(eleven);
    told.patch_is(LOST_AFTER);
    told.attendee_moves(ten);
    told.rest();
    assert_eq!(told.followed(), 0);
    assert_eq!(told.end(), Some(ten));
}

#[test]
fn a_move_that_landed_before_a_crash_is_not_the_hosts() {
    let mut told = Told::begin();
    let (ten, eleven) = (told.free[0], told.free[1]);
    told.attendee_moves(eleven);
    told.patch_is(Fate::CrashAfter);
    told.attendee_moves(ten);
    told.rest();
    assert_eq!(told.followed(), 0);
    assert_eq!(told.end(), Some(ten));
}

#[test]
fn a_drag_by_the_host_after_an_unseen_landing_is_followed() {
    let mut told = Told::begin();
    let (eleven, fifteen) = (told.free[1], told.free[3]);
    told.attendee_moves(eleven);
    told.patch_is(LOST_AFTER);
    told.host_drags(fifteen);
    told.rest();
    assert_eq!(told.followed(), 1);
    assert_eq!(told.end(), Some(fifteen));
}

#[test]
fn when_both_sides_move_ours_is_kept() {
    let mut told = Told::begin();
    let (twelve, fifteen) = (told.free[2], told.free[3]);
    told.attendee_moves(twelve);
    told.host_drags(fifteen);
    assert_eq!(told.end(), Some(twelve));
}

/// Found by seed 567: the intent of an insert outlives a deletion that never left.
#[test]
fn a_booking_cancelled_while_its_event_is_in_doubt_leaves_none() {
    let mut told = Told::just_booked();
    told.next_request(|ask| *ask == Ask::Insert, LOST_AFTER);
    // A look at the calendar would show it: none for a minute.
    let later = Trouble::RateLimited(429, Some(60));
    told.next_request(|ask| *ask == Ask::List, Fate::Trouble(later));
    told.attendee_cancels();
    let is_delete = |ask: &Ask| matches!(ask, Ask::Delete(_));
    told.next_request(is_delete, Fate::Trouble(Trouble::NotSent));
    assert_eq!(told.end(), None);
}

/// Found by seed 4: a look that fails says nothing about the write it was to settle.
#[test]
fn a_move_in_doubt_outlives_looks_that_fail() {
    for trouble in [
        Trouble::NotSent,
        Trouble::TokenRefused,
        Trouble::RateLimited(429, None),
    ] {
        let mut told = Told::begin();
        let (ten, eleven) = (told.free[0], told.free[1]);
        told.attendee_moves(eleven);
        told.patch_is(LOST_AFTER);
        let is_look = |ask: &Ask| matches!(ask, Ask::Get(_));
        told.next_request(is_look, Fate::Trouble(trouble));
        // The answer to the look is recorded, then the attendee moves back.
        while !matches!(
            told.machine.next(Actor::Sync(1)),
            Next::Wait(_) | Next::Request(_)
        ) {
            told.machine.act(Actor::Sync(1), Fate::Fine);
        }
        told.attendee_moves(ten);
        told.rest();
        assert_eq!(told.followed(), 0, "{trouble:?}");
        assert_eq!(told.end(), Some(ten), "{trouble:?}");
    }
}

/// Found by seed 55 (scenario C4): a list's word over an insert in doubt is no move of the host's.
#[test]
fn a_false_tombstone_over_an_event_in_doubt_changes_nothing() {
    let mut told = Told::just_booked();
    let ten = told.free[0];
    told.next_request(|ask| *ask == Ask::Insert, LOST_AFTER);
    told.next_request(
        |ask| *ask == Ask::List,
        Fate::Trouble(Trouble::FalseTombstone),
    );
    told.rest();
    assert_eq!(told.followed(), 0);
    assert_eq!(told.end(), Some(ten));
}

fn moving(booking: BookingId, start: Instant) -> bookings::RescheduleInput {
    bookings::RescheduleInput {
        booking,
        seat: None,
        start,
        version: None,
        cause: Cause::Attendee,
        idempotency_key: None,
    }
}

fn cancelling(booking: BookingId) -> bookings::CancelInput {
    bookings::CancelInput {
        booking,
        seat: None,
        reason: String::new(),
        version: None,
        cause: Cause::Attendee,
    }
}
