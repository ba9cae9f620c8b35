//! The conflict table of design section 6, each row through the whole system: app, database and the fake
//! Google, with what people read in the inbox and on the timeline.

use app::conflicts::{Resolution, ResolveError};
use domain::booking::{Cause, Status};
use domain::sync::policy::{OnChange, Policy, Winner};
use serde_json::json;

use crate::told::Told;

fn asking() -> Policy {
    Policy {
        moves: OnChange::Ask,
        deletions: OnChange::Ask,
        restorations: OnChange::Ask,
        ..Policy::default()
    }
}

fn problem(told: &mut Told) -> String {
    told.inbox().remove(0).conflict.kind
}

/// row V2, scenario C2: the booking follows, and no second write goes back.
#[test]
fn the_host_moves_it() {
    let mut told = Told::begin();
    let (before, fifteen) = (told.event()["etag"].clone(), told.free[3]);
    told.host_drags(fifteen);
    told.rest();
    assert_ne!(told.event()["etag"], before, "the host's edit");
    let patched = told.machine.stage().scene().stats.get("google.patched");
    assert_eq!((patched, told.end()), (0, Some(fifteen)));
}

/// scenario C1, scenario C3.
#[test]
fn the_host_deletes_it() {
    let mut told = Told::begin();
    told.host_deletes();
    told.rest();
    let booking = told.now();
    let cause = booking.cancellation.map(|end| end.cause);
    assert_eq!(
        (booking.status, cause),
        (Status::Cancelled, Some(Cause::Calendar))
    );
    assert!(told.is_free(told.free[0]));
    assert_eq!(told.end(), None);
}

#[test]
fn the_host_restores_what_he_deleted() {
    let mut told = Told::begin();
    told.host_deletes();
    told.rest();
    told.host_restores();
    told.rest();
    assert_eq!(told.now().status, Status::Confirmed);
    assert_eq!(told.now().cancellation, None);
    assert!(!told.is_free(told.free[0]));
    assert!(told.kinds().contains(&"restored_in_calendar".to_owned()));
    let ten = told.free[0];
    assert_eq!(told.end(), Some(ten));
}

/// scenario E5: history 14 of the random edits. The booking comes back, and is moved back to where its event
/// was before, between two steps of sync.
#[test]
fn restored_and_dragged_by_the_host_and_moved_back_here_at_once_the_move_counts() {
    let mut told = Told::begin();
    let (ten, fifteen) = (told.free[0], told.free[3]);
    told.host_deletes();
    told.rest();
    told.host_restores();
    told.host_drags(fifteen);
    // A pull and a look take fewer.
    for _ in 0..500 {
        if told.now().status == Status::Confirmed {
            break;
        }
        told.sync_steps();
    }
    assert_eq!(told.now().time.start, fifteen, "it is back");
    told.attendee_moves(ten);
    told.rest();
    assert_eq!((told.inbox(), told.end()), (vec![], Some(ten)));
}

#[test]
fn the_host_restores_it_where_another_booking_is_by_now() {
    let mut told = Told::begin();
    told.host_deletes();
    told.rest();
    let ten = told.free[0];
    told.another_books(ten);
    told.host_restores();
    told.rest();
    assert_eq!(told.now().status, Status::Cancelled);
    assert_eq!(problem(&mut told), "restored");
    // The event is there and takes its time, whatever becomes of it.
    assert!(told.is_decided(Resolution::Theirs).is_ok());
    told.rest();
    let booking = told.now();
    assert_eq!((booking.status, booking.forced), (Status::Confirmed, true));
    assert_eq!((told.inbox(), told.end()), (vec![], Some(ten)));
}

#[test]
fn a_restored_event_goes_where_a_person_says_that_the_end_counts() {
    let mut told = Told::begin();
    told.owner_chooses(Policy {
        restorations: OnChange::Ask,
        ..Policy::default()
    });
    let twelve = told.free[2];
    told.attendee_moves(twelve);
    told.rest();
    told.host_deletes();
    told.rest();
    told.host_restores();
    told.rest();
    assert_eq!(problem(&mut told), "restored");
    assert!(!told.is_free(twelve), "the event takes its time");
    told.is_decided(Resolution::Ours).unwrap();
    told.rest();
    assert_eq!(told.event()["status"], "cancelled");
    assert!(told.is_free(twelve));
    assert_eq!(told.end(), None);
}

#[test]
fn an_event_restored_after_its_booking_was_cancelled_here_goes_again() {
    let mut told = Told::begin();
    told.attendee_cancels();
    told.rest();
    told.host_restores();
    told.rest();
    assert_eq!(told.event()["status"], "cancelled");
    assert_eq!(told.end(), None);
}

/// row V2: the place travels, title and description are the event's own.
#[test]
fn the_host_edits_what_it_says() {
    let mut told = Told::begin();
    told.host_edits(&json!({ "location": "Room 2", "summary": "His title" }));
    told.rest();
    let booking = told.now();
    assert_eq!(booking.text.location, "Room 2");
    assert_ne!(booking.text.title, "His title");
    assert!(told.kinds().contains(&"edited_in_calendar".to_owned()));
    let eleven = told.free[1];
    told.attendee_moves(eleven);
    told.rest();
    assert_eq!(told.event()["summary"], "His title", "and stays it");
    assert_eq!(told.event()["location"], "Room 2");
    assert_eq!((told.inbox(), told.end()), (vec![], Some(eleven)));
}

/// row V3: ours is kept, theirs is one click away.
#[test]
fn both_move_it() {
    let mut told = Told::begin();
    let (twelve, fifteen) = (told.free[2], told.free[3]);
    told.attendee_moves(twelve);
    told.host_drags(fifteen);
    told.rest();
    assert_eq!(told.now().time.start, twelve);
    assert_eq!(problem(&mut told), "both_changed");
    told.is_decided(Resolution::Theirs).unwrap();
    told.rest();
    assert_eq!((told.inbox(), told.end()), (vec![], Some(fifteen)));
}

#[test]
fn both_move_it_and_ours_is_found_right() {
    let mut told = Told::begin();
    let (twelve, fifteen) = (told.free[2], told.free[3]);
    told.attendee_moves(twelve);
    told.host_drags(fifteen);
    told.rest();
    told.is_decided(Resolution::Ours).unwrap();
    assert_eq!((told.inbox(), told.end()), (vec![], Some(twelve)));
}

/// Found by seed 1064: no booking can be as long as what the host made of it, and who decides is told so.
#[test]
fn both_change_its_time_and_the_other_one_has_no_length() {
    for hours in [0, 24 * 8] {
        let mut told = Told::begin();
        let twelve = told.free[2];
        told.attendee_moves(twelve);
        told.host_stretches(jiff::SignedDuration::from_hours(hours));
        told.rest();
        assert_eq!(problem(&mut told), "both_changed");
        let decided = told.is_decided(Resolution::Theirs);
        assert_eq!(decided, Err(ResolveError::CannotBe));
        assert_eq!(told.end(), Some(twelve));
    }
}

#[test]
fn both_move_it_and_the_other_time_is_taken_by_now() {
    let mut told = Told::begin();
    let (twelve, fifteen) = (told.free[2], told.free[3]);
    told.attendee_moves(twelve);
    told.host_drags(fifteen);
    told.rest();
    told.another_books(fifteen);
    let decided = told.is_decided(Resolution::Theirs);
    assert_eq!(decided, Err(ResolveError::CannotBe));
    assert_eq!(problem(&mut told), "both_changed", "it still waits");
    assert_eq!(told.end(), Some(twelve));
}

#[test]
fn both_move_it_and_the_owner_lets_the_event_count() {
    let mut told = Told::begin();
    told.owner_chooses(Policy {
        both: Some(Winner::Theirs),
        ..Policy::default()
    });
    let (twelve, fifteen) = (told.free[2], told.free[3]);
    told.attendee_moves(twelve);
    told.host_drags(fifteen);
    told.rest();
    assert_eq!(told.now().time.start, fifteen);
    told.is_decided(Resolution::Ours).unwrap();
    told.rest();
    assert_eq!((told.inbox(), told.end()), (vec![], Some(twelve)));
}

#[test]
fn the_one_who_moved_it_last_counts_where_the_owner_says_so() {
    for host_is_last in [false, true] {
        let mut told = Told::begin();
        told.owner_chooses(Policy {
            both: Some(Winner::Newest),
            ..Policy::default()
        });
        let (twelve, fifteen) = (told.free[2], told.free[3]);
        if host_is_last {
            told.attendee_moves(twelve);
            told.time_passes();
            told.host_drags(fifteen);
        } else {
            told.host_drags(fifteen);
            told.time_passes();
            told.attendee_moves(twelve);
        }
        let expected = if host_is_last { fifteen } else { twelve };
        assert_eq!(told.end(), Some(expected));
    }
}

#[test]
fn the_owner_is_asked_before_a_booking_follows() {
    for (resolution, index) in [(Resolution::Ours, 0), (Resolution::Theirs, 3)] {
        let mut told = Told::begin();
        told.owner_chooses(asking());
        let fifteen = told.free[3];
        told.host_drags(fifteen);
        told.rest();
        assert_eq!(problem(&mut told), "moved_there");
        told.is_decided(resolution).unwrap();
        let expected = told.free[index];
        told.rest();
        assert_eq!((told.inbox(), told.end()), (vec![], Some(expected)));
    }
}

#[test]
fn the_owner_is_asked_before_a_booking_is_cancelled() {
    for resolution in [Resolution::Ours, Resolution::Theirs] {
        let mut told = Told::begin();
        told.owner_chooses(asking());
        told.host_deletes();
        told.rest();
        assert_eq!(told.now().status, Status::Confirmed);
        assert_eq!(problem(&mut told), "deleted_there");
        told.is_decided(resolution).unwrap();
        told.rest();
        assert_eq!(told.inbox(), vec![]);
        let expected = (resolution == Resolution::Ours).then_some(told.free[0]);
        assert_eq!(told.end(), expected);
    }
}

#[test]
fn a_person_brings_an_event_back_or_lets_its_booking_lie_on_top() {
    for resolution in [Resolution::Ours, Resolution::Theirs] {
        let mut told = Told::begin();
        let (ten, fifteen) = (told.free[0], told.free[3]);
        told.another_books(fifteen);
        told.host_drags(fifteen);
        told.rest();
        assert_eq!(problem(&mut told), "moved_onto_booking");
        told.is_decided(resolution).unwrap();
        told.rest();
        let is_on_top = resolution == Resolution::Theirs;
        assert_eq!((told.now().forced, told.inbox()), (is_on_top, vec![]));
        assert_eq!(told.end(), Some(if is_on_top { fifteen } else { ten }));
    }
}

#[test]
fn a_person_brings_an_all_day_event_back() {
    let mut told = Told::begin();
    told.host_makes_it_all_day();
    told.rest();
    assert_eq!(problem(&mut told), "made_all_day");
    let refused = told.is_decided(Resolution::Theirs);
    assert_eq!(refused, Err(ResolveError::Unfit));
    told.is_decided(Resolution::Ours).unwrap();
    told.rest();
    let ten = told.free[0];
    assert_eq!((told.inbox(), told.end()), (vec![], Some(ten)));
}
