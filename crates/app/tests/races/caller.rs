//! One of many who want the same few hours: books, holds, moves, swaps, cancels.

use app::StoreError;
use app::bookings::{
    BookError, BookInput, CancelInput, Forced, HoldError, HoldInput, IdempotencyKey,
    RescheduleError, RescheduleInput, book, cancel, hold, reschedule,
};
use app::limits::{Asker, Network};
use domain::attendee::AttendeeForm;
use domain::booking::Cause;
use domain::{BookingId, Instant};
use jiff::SignedDuration;

use crate::history::{Line, Seen, Told};
use crate::scene::{Draw, Scene, wait};
use crate::time::morning;

/// Hours they all want: few, so that they meet.
const HOURS: u64 = 24;

const EVENT_TYPES: [&str; 5] = ["short", "odd", "long", "together", "class"];

pub(crate) struct Caller<'s> {
    scene: &'s Scene,
    number: usize,
    draw: Draw,
    holds: Vec<(&'static str, Instant, String)>,
}

impl<'s> Caller<'s> {
    /// Several share a network, so that they meet at its limits too.
    fn asker(&self) -> Asker {
        let last = u8::try_from(self.number % 4).unwrap();
        Asker::Public(Network::of([203, 0, 113, last].into()))
    }

    pub(crate) fn new(scene: &'s Scene, number: usize, seed: u64) -> Self {
        Self {
            scene,
            number,
            draw: Draw::new(seed),
            holds: Vec::new(),
        }
    }

    /// One request and its answer.
    pub(crate) fn attempt(&mut self) {
        if self.draw.below(50) == 0 {
            // Holds run out: time passes for everyone.
            self.scene.clock.advance(SignedDuration::from_mins(1));
        }
        match self.draw.below(100) {
            0..46 => self.book(),
            46..58 => self.hold(),
            58..66 => self.use_hold(),
            66..81 => self.move_one(),
            81..86 => self.swap(),
            _ => self.cancel_one(),
        }
    }

    fn asks(&self, booking_at: Option<Instant>) {
        self.scene.recorder.note(Line::Asked {
            caller: self.number,
            booking_at: booking_at.map(Instant::as_micros),
        });
    }

    fn hears(&self, what: &str, told: Option<Told>) {
        self.scene.recorder.note(Line::Answered {
            caller: self.number,
            what: what.to_owned(),
            told,
        });
    }

    fn start(&mut self) -> Instant {
        let quarter = i64::try_from(self.draw.below(HOURS * 4)).unwrap();
        // From the next morning on: notice and the advancing clock never get in the way.
        morning() + SignedDuration::from_hours(48) + SignedDuration::from_mins(15 * quarter)
    }

    fn input(&mut self, event_type: &'static str, start: Instant) -> BookInput {
        let key = match self.draw.below(10) {
            // Keys of a small space: the same request by several callers.
            0 => Some(format!("{event_type} {start} {}", self.draw.below(3))),
            _ => None,
        };
        BookInput {
            organization: "school".into(),
            event_type: event_type.into(),
            start,
            host: None,
            attendee: AttendeeForm {
                name: "Ana".into(),
                email: Some("ana@example.org".into()),
                ..AttendeeForm::default()
            },
            hold: None,
            forced: (self.draw.below(50) == 0 && event_type != "class").then(Forced::default),
            asker: self.asker(),
            cause: Cause::Attendee,
            idempotency_key: key.map(|key| IdempotencyKey::new("race", &key, "same")),
        }
    }

    fn book(&mut self) {
        let event_type = EVENT_TYPES[usize::try_from(self.draw.below(5)).unwrap()];
        let start = self.start();
        let input = self.input(event_type, start);
        self.book_it(input);
    }

    fn book_it(&self, input: BookInput) {
        let key = input.idempotency_key.as_ref().map(|key| format!("{key:?}"));
        self.asks(Some(input.start));
        match wait(book(&self.scene.app, input)) {
            Ok(booked) => {
                self.scene.add_known(booked.booking.id);
                let booking = Seen::from(&booked.booking);
                self.hears("booked", Some(Told::Booked { booking, key }));
            }
            Err(BookError::Refused { .. }) => self.hears("refused", None),
            Err(BookError::UnknownHold) => self.hears("hold gone", None),
            Err(BookError::Store(StoreError::Overloaded)) => self.hears("overloaded", None),
            Err(other) => panic!("{other}"),
        }
    }

    fn hold(&mut self) {
        let event_type = EVENT_TYPES[usize::try_from(self.draw.below(4)).unwrap()];
        let start = self.start();
        let instead_of = match self.draw.below(3) {
            0 => self.holds.pop().map(|(_, _, token)| token),
            _ => None,
        };
        let input = HoldInput {
            organization: "school".into(),
            event_type: event_type.into(),
            start,
            host: None,
            instead_of,
            asker: self.asker(),
            idempotency_key: None,
        };
        self.asks(None);
        match wait(hold(&self.scene.app, input)) {
            Ok(held) => {
                self.hears("held", None);
                self.holds.push((event_type, start, held.token));
            }
            Err(HoldError::Refused { .. }) => self.hears("not held", None),
            Err(HoldError::TooMany(_)) => self.hears("too many held", None),
            Err(HoldError::Store(StoreError::Overloaded)) => self.hears("overloaded", None),
            Err(other) => panic!("{other}"),
        }
    }

    fn use_hold(&mut self) {
        let Some((event_type, start, token)) = self.holds.pop() else {
            return self.hold();
        };
        let mut input = self.input(event_type, start);
        input.idempotency_key = None;
        input.hold = Some(token);
        self.book_it(input);
    }

    fn move_one(&mut self) {
        let Some(booking) = self.scene.any_known(&mut self.draw) else {
            return self.book();
        };
        let start = self.start();
        self.move_to(booking, start);
    }

    fn move_to(&self, booking: BookingId, start: Instant) {
        let input = RescheduleInput {
            booking,
            seat: None,
            start,
            version: None,
            cause: Cause::Api,
            idempotency_key: None,
        };
        self.asks(None);
        match wait(reschedule(&self.scene.app, input)) {
            Ok(moved) => self.hears("moved", Some(Told::Moved(Seen::from(&moved)))),
            Err(RescheduleError::Refused { .. }) => self.hears("not moved", None),
            Err(RescheduleError::NotOpen(_)) => self.hears("not open", None),
            Err(RescheduleError::Store(StoreError::Overloaded)) => self.hears("overloaded", None),
            Err(other) => panic!("{other}"),
        }
    }

    /// One booking to another's time, while somebody else moves that one to the first's.
    fn swap(&mut self) {
        if let Some((booking, start)) = self.scene.take_swap() {
            return self.move_to(booking, start);
        }
        let pair = (
            self.scene.any_known(&mut self.draw),
            self.scene.any_known(&mut self.draw),
        );
        let (Some(one), Some(other)) = pair else {
            return self.book();
        };
        let (Some(at_one), Some(at_other)) = (self.scene.start_of(one), self.scene.start_of(other))
        else {
            return self.book();
        };
        self.scene.offer_swap(other, at_one);
        self.move_to(one, at_other);
    }

    fn cancel_one(&mut self) {
        let Some(booking) = self.scene.any_known(&mut self.draw) else {
            return self.book();
        };
        let input = CancelInput {
            booking,
            seat: None,
            reason: String::new(),
            version: None,
            cause: Cause::Api,
        };
        self.asks(None);
        wait(cancel(&self.scene.app, input)).unwrap();
        self.hears("cancelled", Some(Told::Cancelled(booking)));
    }
}
