//! A person who books, moves and cancels, and does not always do it well.

use app::availability::{self, SlotsError};
use app::bookings::{
    self, BookError, BookInput, CancelError, CancelInput, RescheduleError, RescheduleInput,
};
use app::limits::Asker;
use domain::attendee::AttendeeForm;
use domain::booking::{Booking, Cause, NotOpen, Refusal};
use domain::{Instant, Interval};
use jiff::SignedDuration;
use store::StoreError;

use super::Actor;
use crate::chance::Stream;
use crate::checks::answers;
use crate::failure::{Checked, Failure};
use crate::scene::Stage;
use crate::setup::{ORGANIZATION, Offered};

/// How far ahead attendees look.
const WINDOW: SignedDuration = SignedDuration::from_hours(36);

/// One life: until it has taken all its turns, or dies.
pub async fn live(stage: Stage, n: u8) {
    let person = Person {
        me: Actor::Attendee(n),
        n,
        stage,
    };
    while person.stage.take_turn(person.me) {
        person.wait().await;
        let roll = person.draw(|stream| stream.below(100));
        let own = person.own_booking();
        match (roll, own) {
            (0..45, _) | (_, None) => person.book().await,
            (45..66, Some(booking)) => person.move_somewhere(booking).await,
            (66..84, Some(booking)) => person.move_back(booking).await,
            (_, Some(booking)) => person.cancel(booking).await,
        }
    }
}

struct Person {
    me: Actor,
    n: u8,
    stage: Stage,
}

impl Person {
    fn draw<T>(&self, draw: impl FnOnce(&mut Stream) -> T) -> T {
        draw(self.stage.scene().stream(self.me, "acts"))
    }

    fn hold(&self, checked: Checked) {
        self.stage.scene().hold(checked);
    }

    /// No fault of the store's is simulated, so any failure is ours.
    fn store_failed(&self, error: &StoreError) {
        let message = format!("{}: {error}", self.me);
        self.hold(Err(Failure::new("store", message)));
    }

    async fn wait(&self) {
        let millis = self.draw(|stream| match stream.below(10) {
            0..3 => 0,
            3..6 => stream.between(0, 3_000),
            _ => stream.between(0, 60_000),
        });
        self.stage.pause(SignedDuration::from_millis(millis)).await;
    }

    /// One of the live bookings under this person's name: also those whose confirmation was lost.
    fn own_booking(&self) -> Option<Booking> {
        let email = self.email();
        let mut scene = self.stage.scene();
        let own: Vec<Booking> = scene
            .bookings
            .all()
            .filter(|version| version.is_live())
            .map(|version| version.booking.clone())
            .filter(|booking| booking.attendee.email.as_deref() == Some(&email))
            .collect();
        scene.stream(self.me, "acts").pick(&own).cloned()
    }

    fn email(&self) -> String {
        format!("attendee{}@example.com", self.n)
    }

    fn cause(&self) -> Cause {
        self.draw(|stream| match stream.below(10) {
            0 => Cause::Api,
            1 => Cause::Admin,
            _ => Cause::Attendee,
        })
    }

    /// What to aim at among the starts on offer: mostly the first few, so that people meet; now and
    /// then something that is not on offer.
    fn aim(&self, slots: &[Interval]) -> Option<Instant> {
        let taken: Vec<Instant> = {
            let scene = self.stage.scene();
            let live = scene.bookings.all().filter(|version| version.is_live());
            live.map(|version| version.booking.time.start).collect()
        };
        let now = self.stage.scene().now();
        self.draw(|stream| {
            let few = &slots[..slots.len().min(8)];
            match stream.below(20) {
                0..12 => stream.pick(few).map(|slot| slot.start),
                12..16 => stream.pick(slots).map(|slot| slot.start),
                16..18 => stream.pick(&taken).copied(),
                18 => {
                    let minutes = stream.between(-90, 90);
                    let from = stream.pick(few).map_or(now, |slot| slot.start);
                    Some(from + SignedDuration::from_mins(minutes))
                }
                _ => {
                    let hours = stream.between(-48, 200);
                    Some(now + SignedDuration::from_hours(hours))
                }
            }
        })
    }

    async fn book(&self) {
        let offers = self.stage.setup.offers.clone();
        let Some(offer) = self.draw(|stream| stream.pick(&offers).cloned()) else {
            return;
        };
        let slots = self.slots(&offer).await;
        if self.draw(|stream| stream.is_hit(200)) {
            self.wait().await;
        }
        let Some(start) = self.aim(&slots) else {
            return;
        };
        let cause = self.cause();
        let input = BookInput {
            organization: ORGANIZATION.to_owned(),
            event_type: offer.slug.clone(),
            start,
            attendee: AttendeeForm {
                name: format!("Attendee {}", self.n),
                email: Some(self.email()),
                ..AttendeeForm::default()
            },
            host: None,
            hold: None,
            forced: None,
            asker: Asker::Public(None),
            cause,
            idempotency_key: None,
        };
        let unit = (self.me, "bookings.book");
        match bookings::book(&self.stage.app, input).await {
            Ok(booked) => self.acknowledged(&booked.booking, "acts.booked"),
            Err(BookError::Refused {
                refusal,
                alternatives,
            }) => {
                let wanted = Interval::lasting(start, offer.duration);
                self.refused(unit, &offer, refusal, wanted, &alternatives, None);
            }
            Err(BookError::Store(error)) => self.store_failed(&error),
            Err(other) => {
                self.hold(Err(Failure::new("offers", other.to_string())));
            }
        }
    }

    async fn slots(&self, offer: &Offered) -> Vec<Interval> {
        let now = self.stage.scene().now();
        let window = Interval::lasting(now, WINDOW);
        match availability::slots(&self.stage.app, ORGANIZATION, &offer.slug, window).await {
            Ok(found) => {
                let unit = (self.me, "availability.slots");
                let checked =
                    answers::offered(&self.stage.scene(), unit, offer.host, &found.slots, None);
                self.hold(checked);
                found.slots
            }
            Err(SlotsError::Store(error)) => {
                self.store_failed(&error);
                Vec::new()
            }
            Err(other) => {
                self.hold(Err(Failure::new("offers", other.to_string())));
                Vec::new()
            }
        }
    }

    async fn move_somewhere(&self, booking: Booking) {
        let now = self.stage.scene().now();
        let window = Interval::lasting(now, WINDOW);
        let found = availability::slots_for_move(&self.stage.app, booking.id, window).await;
        let slots = match found {
            Ok(found) => found.slots,
            Err(SlotsError::Store(error)) => return self.store_failed(&error),
            Err(other) => return self.hold(Err(Failure::new("offers", other.to_string()))),
        };
        if let Some(start) = self.aim(&slots) {
            self.move_to(booking, start).await;
        }
    }

    /// Back to where it was before: what lets an old state look like the new one.
    async fn move_back(&self, booking: Booking) {
        let earlier: Vec<Instant> = {
            let scene = self.stage.scene();
            let versions = scene.bookings.versions(booking.id).iter();
            versions
                .map(|version| version.booking.time.start)
                .filter(|start| *start != booking.time.start)
                .collect()
        };
        match self.draw(|stream| stream.pick(&earlier).copied()) {
            Some(start) => self.move_to(booking, start).await,
            None => self.move_somewhere(booking).await,
        }
    }

    async fn move_to(&self, booking: Booking, start: Instant) {
        let cause = self.cause();
        let unit = (self.me, "bookings.reschedule");
        let input = RescheduleInput {
            booking: booking.id,
            seat: None,
            start,
            version: None,
            cause,
            idempotency_key: None,
        };
        match bookings::reschedule(&self.stage.app, input).await {
            Ok(moved) => {
                if moved.time.start != start {
                    let message = format!("moved to {:?} instead of {start}", moved.time);
                    self.hold(Err(Failure::new("acknowledged", message)));
                }
                self.acknowledged(&moved, "acts.moved");
            }
            Err(RescheduleError::Refused {
                refusal,
                alternatives,
            }) => {
                let slug = |offer: &&Offered| offer.id == booking.event_type_id;
                if let Some(offer) = self.stage.setup.offers.iter().find(slug) {
                    let wanted = Interval::lasting(start, offer.duration);
                    let except = Some(booking.id);
                    self.refused(unit, offer, refusal, wanted, &alternatives, except);
                }
            }
            Err(RescheduleError::NotOpen(not_open)) => self.not_open(&booking, not_open),
            Err(RescheduleError::Store(error)) => self.store_failed(&error),
            Err(other) => {
                self.hold(Err(Failure::new("acknowledged", other.to_string())));
            }
        }
    }

    async fn cancel(&self, booking: Booking) {
        let cause = self.cause();
        let input = CancelInput {
            booking: booking.id,
            seat: None,
            reason: String::new(),
            version: None,
            cause,
        };
        match bookings::cancel(&self.stage.app, input).await {
            Ok(cancelled) => self.acknowledged(&cancelled, "acts.cancelled"),
            Err(CancelError::NotOpen(not_open)) => self.not_open(&booking, not_open),
            Err(CancelError::Store(error)) => self.store_failed(&error),
            Err(other) => {
                self.hold(Err(Failure::new("acknowledged", other.to_string())));
            }
        }
    }

    fn acknowledged(&self, booking: &Booking, name: &'static str) {
        let checked = answers::acknowledged(&self.stage.scene(), booking);
        self.hold(checked);
        self.stage.scene().stats.count(name);
    }

    /// It was cancelled meanwhile, or has begun: both can be seen.
    fn not_open(&self, booking: &Booking, why: NotOpen) {
        let mut scene = self.stage.scene();
        scene.stats.count("acts.too-late");
        let versions = scene.bookings.versions(booking.id);
        let is_so = match why {
            NotOpen::Cancelled => versions.last().is_some_and(|now| !now.is_live()),
            NotOpen::Begun => versions.iter().any(|v| v.booking.time.start <= scene.now()),
            // Nobody here declines, completes or shares a booking.
            NotOpen::Declined | NotOpen::Over | NotOpen::Shared | NotOpen::NotRequested => false,
        };
        if !is_so {
            let message = format!("booking {}: {why}, and it is not so", booking.id);
            scene.hold(Err(Failure::new("acknowledged", message)));
        }
    }

    fn refused(
        &self,
        unit: (Actor, &'static str),
        offer: &Offered,
        refusal: Refusal,
        wanted: Interval,
        alternatives: &[Interval],
        except: Option<domain::BookingId>,
    ) {
        let mut scene = self.stage.scene();
        scene.stats.count(match refusal {
            Refusal::Taken => "acts.refused-taken",
            _ => "acts.refused-by-rule",
        });
        let checked = match refusal {
            Refusal::Taken => answers::refused(&scene, unit, offer.host, wanted, except),
            Refusal::InPast => answers::in_past(scene.now(), wanted.start),
            _ => Ok(()),
        };
        scene.hold(checked);
        let other = (self.me, "availability.alternatives");
        let checked = answers::offered(&scene, other, offer.host, alternatives, except);
        scene.hold(checked);
    }
}
