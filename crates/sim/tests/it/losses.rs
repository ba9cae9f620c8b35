//! scenario C5: many events of a calendar are moved or deleted at once, which stops and asks. Through the
//! whole system: app, database and the fake Google, with every rule checked.

use app::availability::slots;
use app::conflicts::{Resolution, ResolveError};
use app::notices;
use domain::booking::{Booking, Status};
use domain::notice::{Audience, MessageKind};
use domain::{Instant, Interval};
use jiff::SignedDuration;
use sim::actors::Actor;
use sim::setup::ORGANIZATION;

use crate::told::{ATTENDEE, Told};

/// A calendar with `count` bookings to come whose events are in step, and free starts far from theirs.
struct Many {
    told: Told,
    bookings: Vec<Booking>,
    free: Vec<Instant>,
}

impl Many {
    fn begin(count: usize) -> Self {
        let mut told = Told::begin();
        let first = told.booking.clone();
        let mut free = Self::starts(&mut told, first.time.end);
        let rest = free.split_off(count - 1);
        let mut bookings = vec![first];
        for start in free {
            bookings.push(told.another_books(start));
        }
        told.rest();
        Self {
            told,
            bookings,
            free: rest,
        }
    }

    /// Free ones after `from`, an hour and more apart.
    fn starts(told: &mut Told, from: Instant) -> Vec<Instant> {
        let mut found: Vec<Instant> = Vec::new();
        for day in 0..12 {
            let stage = told.machine.stage().clone();
            let window = Interval::lasting(
                from + SignedDuration::from_hours(24 * day),
                SignedDuration::from_hours(24),
            );
            let ask = async move { slots(&stage.app, ORGANIZATION, "short", window).await };
            let offered = told.machine.complete(ATTENDEE, ask).unwrap();
            for slot in offered.slots {
                let is_near = |last: &Instant| slot.start - *last < SignedDuration::from_mins(60);
                if !found.last().is_some_and(is_near) {
                    found.push(slot.start);
                }
            }
        }
        found
    }

    fn host_deletes(&mut self, which: impl IntoIterator<Item = usize>) {
        for index in which {
            self.told.booking = self.bookings[index].clone();
            self.told.host_deletes();
        }
    }

    fn statuses(&self) -> Vec<Status> {
        let scene = self.told.machine.stage().scene();
        let now = |booking: &Booking| scene.bookings.now(booking.id).unwrap().booking.status;
        self.bookings.iter().map(now).collect()
    }

    fn cancelled(&self) -> usize {
        let all = self.statuses();
        all.iter().filter(|s| **s == Status::Cancelled).count()
    }

    /// Those whose events are deleted, and who stand all the same.
    fn held(&mut self) -> Option<u64> {
        let inbox = self.told.inbox();
        let kinds: Vec<&str> = inbox.iter().map(|i| i.conflict.kind.as_str()).collect();
        match kinds.as_slice() {
            [] => None,
            ["mass_loss"] => inbox[0].held,
            other => panic!("{other:?}"),
        }
    }

    /// What the owner was told, each with whether it is over.
    fn messages(&mut self) -> Vec<(MessageKind, Audience, bool)> {
        let stage = self.told.machine.stage().clone();
        let organization = stage.scene().organization;
        let list = async move { notices::list(&stage.app, organization).await };
        let all = self.told.machine.complete(ATTENDEE, list).unwrap();
        all.into_iter()
            .map(|message| (message.kind, message.audience, message.is_cleared))
            .collect()
    }

    fn minutes_pass(&self, minutes: i64) {
        let scene = self.told.machine.stage().scene();
        let later = scene.now() + SignedDuration::from_mins(minutes);
        scene.clock.advance_to(later);
    }
}

#[test]
fn four_of_four_follow() {
    let mut many = Many::begin(4);
    many.host_deletes(0..4);
    many.told.rest();
    assert_eq!((many.cancelled(), many.held()), (4, None));
    assert_eq!(many.messages(), []);
}

#[test]
fn five_of_twenty_one_follow() {
    let mut many = Many::begin(21);
    many.host_deletes(0..5);
    many.told.rest();
    assert_eq!((many.cancelled(), many.held()), (5, None));
}

#[test]
fn from_the_fifth_on_they_are_kept_and_the_owner_is_asked_once() {
    let mut many = Many::begin(8);
    many.host_deletes(0..7);
    many.told.rest();
    assert_eq!((many.cancelled(), many.held()), (4, Some(3)));
    let told = (MessageKind::MassLoss, Audience::Owner, false);
    assert_eq!(many.messages(), [told]);
    // Still, once the losses are no longer recent.
    many.minutes_pass(20);
    many.host_deletes([7]);
    many.told.rest();
    assert_eq!((many.cancelled(), many.held()), (4, Some(4)));
    assert_eq!(many.messages(), [told]);
}

#[test]
fn a_few_at_a_time_follow() {
    let mut many = Many::begin(8);
    for index in 0..8 {
        many.host_deletes([index]);
        many.told.rest();
        many.minutes_pass(5);
    }
    assert_eq!((many.cancelled(), many.held()), (8, None));
}

#[test]
fn the_changes_are_meant() {
    let mut many = Many::begin(12);
    many.host_deletes(0..11);
    many.told.rest();
    many.told.is_decided_for_all(Resolution::Theirs);
    many.told.rest();
    assert_eq!((many.cancelled(), many.held()), (11, None));
    assert_eq!(
        many.messages(),
        [(MessageKind::MassLoss, Audience::Owner, true)]
    );
    // Counted anew.
    many.host_deletes([11]);
    many.told.rest();
    assert_eq!((many.cancelled(), many.held()), (12, None));
}

#[test]
fn everything_is_put_back() {
    let mut many = Many::begin(8);
    many.host_deletes(0..7);
    many.told.rest();
    many.told.is_decided_for_all(Resolution::Ours);
    // Resting holds that each of them has its event.
    many.told.rest();
    assert_eq!((many.cancelled(), many.held()), (4, None));
    assert_eq!(
        many.messages(),
        [(MessageKind::MassLoss, Audience::Owner, true)]
    );
}

#[test]
fn moved_ones_are_put_back_or_followed() {
    for resolution in [Resolution::Ours, Resolution::Theirs] {
        let mut many = Many::begin(6);
        let to = many.free.clone();
        for (booking, start) in many.bookings.iter().zip(&to) {
            many.told.booking = booking.clone();
            many.told.host_drags(*start);
        }
        many.told.rest();
        assert_eq!(many.held(), Some(2));
        many.told.is_decided_for_all(resolution);
        many.told.rest();
        assert_eq!(many.held(), None);
        let scene = many.told.machine.stage().scene();
        let moved = many.bookings.iter().filter(|booking| {
            let now = scene.bookings.now(booking.id).unwrap();
            now.booking.time != booking.time
        });
        let expected = if resolution == Resolution::Ours { 4 } else { 6 };
        assert_eq!(moved.count(), expected);
    }
}

#[test]
fn a_decision_counts_once_and_for_what_was_seen() {
    let mut many = Many::begin(8);
    many.host_deletes(0..6);
    many.told.rest();
    let seen = many.told.inbox().remove(0);
    many.host_deletes([6]);
    many.told.rest();
    let old = many.told.decides(&seen, Resolution::Theirs);
    assert_eq!(old, Err(ResolveError::Changed), "one more is held back");
    assert_eq!(
        many.told.decides(&seen, Resolution::Retry),
        Err(ResolveError::Unfit)
    );
    let decided = many.told.is_decided_for_all(Resolution::Ours);
    let again = many.told.decides(&decided, Resolution::Ours);
    assert_eq!(again, Ok(decided.clone()));
    let other = many.told.decides(&decided, Resolution::Theirs);
    assert_eq!(other, Err(ResolveError::Over));
    many.told.rest();
    assert_eq!((many.cancelled(), many.held()), (4, None));
}

#[test]
fn everything_else_goes_on_meanwhile() {
    let mut many = Many::begin(8);
    many.host_deletes(0..6);
    many.told.rest();
    let [first, second] = [many.free[0], many.free[1]];
    // Resting holds that both have events where they are.
    many.told.another_books(first);
    many.told.booking = many.bookings[7].clone();
    many.told.attendee_moves(second);
    many.told.rest();
    assert_eq!((many.told.now().time.start, many.held()), (second, Some(2)));
}

#[test]
fn nothing_is_asked_any_more_when_nothing_is_held_back() {
    let mut many = Many::begin(8);
    many.host_deletes(0..6);
    many.told.rest();
    let is_held = |many: &Many, index: usize| many.statuses()[index] == Status::Confirmed;
    let held: Vec<usize> = (0..6).filter(|index| is_held(&many, *index)).collect();
    let [restored, cancelled] = held[..] else {
        panic!("{held:?}");
    };
    many.told.booking = many.bookings[restored].clone();
    many.told.host_restores();
    many.told.rest();
    assert_eq!(many.held(), Some(1));
    many.told.booking = many.bookings[cancelled].clone();
    many.told.attendee_cancels();
    many.told.rest();
    assert_eq!((many.cancelled(), many.held()), (5, None));
    assert_eq!(
        many.messages(),
        [(MessageKind::MassLoss, Audience::Owner, true)]
    );
}

#[test]
fn two_workers_count_together() {
    let mut many = Many::begin(8);
    let second = Actor::Sync(2).live(many.told.machine.stage());
    many.told.machine.spawn(Actor::Sync(2), second);
    many.host_deletes(0..7);
    many.told.rest();
    assert_eq!((many.cancelled(), many.held()), (4, Some(3)));
}
