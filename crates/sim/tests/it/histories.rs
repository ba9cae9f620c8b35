//! Histories told step by step on the executor: what a seed only meets by chance.

use sim::actors::Actor;
use sim::machine::{Fate, Next};
use sim::network::{Ask, Trouble};
use sim::setup::CALENDAR;

use crate::told::Told;

const LOST_AFTER: Fate = Fate::Trouble(Trouble::LostAfter);
const LOST_BEFORE: Fate = Fate::Trouble(Trouble::LostBefore);
const LATE: Fate = Fate::Trouble(Trouble::Late);

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

/// A request that is still on its way when its event is looked at is no move of the host's when it
/// arrives (seed 4427, decision 0008).
#[test]
fn a_move_that_arrives_after_the_look_is_not_the_hosts() {
    let mut told = Told::begin();
    let (eleven, twelve) = (told.free[1], told.free[2]);
    told.attendee_moves(eleven);
    told.patch_is(LATE);
    told.next_request(|ask| matches!(ask, Ask::Get(_)), Fate::Fine);
    // The look is recorded, and the write decided on again.
    told.next_request(|ask| matches!(ask, Ask::Patch(_)), LOST_BEFORE);
    told.request_arrives();
    told.attendee_moves(twelve);
    told.rest();
    assert_eq!(told.followed(), 0);
    assert_eq!(told.end(), Some(twelve));
}

/// Found by seed 503: the deletion met nothing, and then the event was made.
#[test]
fn an_event_made_after_its_booking_was_cancelled_goes_again() {
    let mut told = Told::just_booked();
    told.next_request(|ask| *ask == Ask::Insert, LATE);
    told.attendee_cancels();
    told.next_request(|ask| matches!(ask, Ask::Delete(_)), Fate::Fine);
    told.request_arrives();
    let made = told.event_id();
    told.rest();
    let resource = told.machine.stage().scene().google.event(CALENDAR, &made);
    assert_eq!(resource.unwrap()["status"], "cancelled");
    assert_eq!(told.end(), None);
}
