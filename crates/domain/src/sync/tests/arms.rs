//! One test for each arm of the plan that is no conflict.

use super::*;
use crate::sync::learn::{landed, learn};
use crate::sync::plan::GENERATIONS_MAX;
use crate::sync::{Changes, UNANSWERED_MAX};

/// design section 4: an unverified booking's event is tentative until the booking is confirmed.
#[test]
fn an_event_that_became_certain_is_patched_and_one_that_is_found_tentative_too() {
    let tentative = |h| EventFields {
        certainty: Certainty::Tentative,
        ..fields(h)
    };
    let only = Changes {
        certainty: Some(Certainty::Confirmed),
        ..Changes::default()
    };
    let patch = |etag: &str| Plan::Patch {
        changes: only.clone(),
        fields: fields(10),
        etag: etag.into(),
    };
    let made = Link {
        ours: Some(tentative(10)),
        ..in_step(10)
    };
    assert_eq!(next(&made), patch("\"10-1\""));
    let seen = Remote {
        certainty: Certainty::Tentative,
        ..remote(10, 1)
    };
    let lost = Link {
        wanted: Some(fields(10)),
        ..Link::default()
    };
    assert_eq!(next(&learn(lost, Seen::Live(seen))), patch("\"10-1\""));
}

#[test]
fn a_new_booking_is_inserted() {
    let link = Link {
        wanted: Some(fields(10)),
        ..Link::default()
    };
    assert_eq!(next(&link), Plan::Insert(fields(10)));
}

#[test]
fn a_booking_cancelled_before_its_event_was_made_needs_no_call() {
    assert_eq!(next(&Link::default()), Plan::Close);
}

#[test]
fn a_moved_booking_is_patched_at_the_version_known() {
    let link = Link {
        wanted: Some(fields(12)),
        ..in_step(10)
    };
    assert_eq!(next(&link), patch(10, 12, "\"10-1\""));
}

#[test]
fn a_cancelled_booking_is_deleted_even_if_the_host_moved_it() {
    let link = Link {
        wanted: None,
        seen: Some(Seen::Live(remote(15, 1))),
        ..in_step(10)
    };
    assert_eq!(next(&link), Plan::Delete);
}

#[test]
fn a_write_whose_answer_was_lost_is_looked_at_first() {
    assert_eq!(next(&patching(10, 11)), Plan::Read);
    assert_eq!(next(&inserting(10)), Plan::Read);
}

#[test]
fn a_patch_that_landed_unseen_is_recognised_by_its_rev() {
    let link = learn(patching(10, 11), Seen::Live(remote(11, 2)));
    assert_eq!(next(&link), Plan::Settled);
}

#[test]
fn a_patch_that_did_not_land_is_sent_again() {
    let link = learn(patching(10, 11), Seen::Live(remote(10, 1)));
    assert_eq!(next(&link), patch(10, 11, "\"10-1\""));
}

/// The history of design section 5: move 10→11 times out but lands; the attendee moves to 12
/// before the retry; nothing is reverted.
#[test]
fn a_move_after_a_move_that_landed_unseen_wins() {
    let link = Link {
        wanted: Some(fields(12)),
        ..patching(10, 11)
    };
    let link = learn(link, Seen::Live(remote(11, 2)));
    assert_eq!(next(&link), patch(11, 12, "\"11-2\""));
}

#[test]
fn a_move_by_the_host_after_an_unseen_landing_is_followed() {
    let link = learn(patching(10, 11), Seen::Live(remote(15, 2)));
    assert_eq!(next(&link), moved_to(15));
}

#[test]
fn an_insert_that_never_landed_is_sent_again() {
    let link = learn(inserting(10), Seen::Absent);
    assert_eq!(next(&link), Plan::Insert(fields(10)));
}

#[test]
fn an_insert_that_landed_unseen_is_adopted() {
    let link = learn(inserting(10), Seen::Live(remote(10, 1)));
    assert_eq!(next(&link), Plan::Settled);
}

#[test]
fn an_earlier_insert_found_under_our_id_is_adopted_and_brought_in_step() {
    let mut link = inserting(12);
    link.attempt = 3;
    link.inflight.as_mut().unwrap().attempt = 3;
    let link = learn(link, Seen::Live(remote(10, 1)));
    assert_eq!(next(&link), patch(10, 12, "\"10-1\""));
}

/// The look that finds nothing is taken while the request is on its way.
#[test]
fn a_patch_that_lands_after_the_look_is_no_move_of_the_hosts() {
    let link = learn(patching(10, 11), Seen::Live(remote(10, 1)));
    let moved_on = Link {
        wanted: Some(fields(12)),
        ..link.clone()
    };
    let late = learn(moved_on, Seen::Live(remote(11, 2)));
    assert_eq!(next(&late), patch(11, 12, "\"11-2\""));
    let late = learn(link, Seen::Live(remote(11, 2)));
    assert_eq!(next(&late), Plan::Settled);
    assert_eq!(late.unanswered, []);
}

#[test]
fn a_move_by_the_host_over_a_patch_that_landed_late_is_followed() {
    let link = learn(patching(10, 11), Seen::Live(remote(10, 1)));
    let link = learn(link, Seen::Live(remote(15, 2)));
    assert_eq!(next(&link), moved_to(15));
}

#[test]
fn an_insert_that_lands_after_its_deletion_is_deleted_again() {
    let over = Link {
        wanted: None,
        ..learn(inserting(10), Seen::Absent)
    };
    assert_eq!(next(&over), Plan::Close);
    assert!(over.may_be_undone_by(&Seen::Live(remote(10, 1))));
    let found = learn(over.clone(), Seen::Live(remote(10, 1)));
    assert_eq!(next(&found), Plan::Delete);
    // A list that calls it deleted shows at least that it was made.
    let hearsay = Seen::Deleted { confirmed: false };
    assert!(over.may_be_undone_by(&hearsay));
    let told = learn(over, hearsay.clone());
    assert_eq!(next(&told), Plan::Delete);
    let gone = learn(told, Seen::Deleted { confirmed: true });
    assert_eq!(next(&gone), Plan::Close);
    assert!(!gone.may_be_undone_by(&hearsay));
}

#[test]
fn as_many_late_writes_are_remembered_as_can_be_kept() {
    let mut link = in_step(10);
    for attempt in 2..100 {
        link.inflight = Some(Intent {
            attempt,
            ..patching(10, 11).inflight.unwrap()
        });
        link = learn(link, Seen::Live(remote(10, 1)));
    }
    assert_eq!(link.unanswered.len(), UNANSWERED_MAX);
    assert!(link.may_be_undone_by(&Seen::Live(remote(11, 99))));
    assert!(!link.may_be_undone_by(&Seen::Live(remote(11, 2))));
    let answered = landed(
        Link {
            inflight: patching(10, 11).inflight,
            ..link
        },
        remote(11, 100),
    );
    assert_eq!(answered.unanswered, []);
}

/// scenario C1: an event made and deleted by the host before we saw the answer cancels too.
#[test]
fn an_insert_deleted_before_its_answer_was_seen_cancels_the_booking() {
    let link = learn(inserting(10), Seen::Deleted { confirmed: true });
    assert_eq!(next(&link), Plan::CancelBooking);
}

/// scenario C4, met by an insert whose answer was lost: found alive, it is no move of the host's.
#[test]
fn an_insert_a_list_calls_deleted_is_looked_at_and_found_in_step() {
    let link = learn(inserting(10), Seen::Deleted { confirmed: false });
    assert_eq!(next(&link), Plan::Read);
    let found = learn(link.clone(), Seen::Live(remote(10, 1)));
    assert_eq!(next(&found), Plan::Settled);
    let gone = learn(link, Seen::Deleted { confirmed: true });
    assert_eq!(next(&gone), Plan::CancelBooking);
}

/// scenario C2: the booking follows the host's move.
#[test]
fn a_move_by_the_host_moves_the_booking() {
    let link = learn(in_step(10), Seen::Live(remote(15, 1)));
    assert_eq!(next(&link), moved_to(15));
}

/// scenario D2: a person who says "try again" has the event looked at, not remembered.
#[test]
fn what_is_tried_again_is_looked_at_first_and_what_was_refused_is_asked_for_again() {
    for seen in [Seen::Absent, Seen::Foreign, Seen::Live(remote(15, 1))] {
        let link = learn(in_step(10), seen).look_again();
        assert_eq!(next(&link), Plan::Read);
        let found = learn(link, Seen::Live(remote(10, 1)));
        assert_eq!(next(&found), Plan::Settled);
    }
    let unmade = learn(inserting(10), Seen::Foreign).look_again();
    assert_eq!(next(&unmade), Plan::Read);
    let refused = Link {
        wanted: Some(fields(12)),
        ..in_step(10)
    };
    assert_eq!(next(&refused.look_again()), patch(10, 12, "\"10-1\""));
}

#[test]
fn an_event_let_go_is_made_anew_under_the_next_id_or_not_at_all() {
    let made = in_step(10).let_go();
    assert_eq!((made.generation, made.attempt), (1, 1));
    assert_eq!(next(&made), Plan::Insert(fields(10)));
    let ended = Link {
        wanted: None,
        ..in_step(10)
    };
    assert_eq!(next(&ended.let_go()), Plan::Close);
}

#[test]
fn what_a_booking_cannot_follow_is_parked() {
    let with_time = |time| {
        Seen::Live(Remote {
            time,
            ..remote(15, 1)
        })
    };
    for (seen, reason) in [
        (with_time(RemoteTime::AllDay), ParkReason::MadeAllDay),
        (with_time(RemoteTime::Recurring), ParkReason::MadeRecurring),
        (
            with_time(RemoteTime::Timed(hour(-30))),
            ParkReason::MovedIntoPast,
        ),
        (Seen::Absent, ParkReason::NotFound),
    ] {
        assert_eq!(next(&learn(in_step(10), seen)), Plan::Park(reason));
    }
}

/// scenario C4: a list's word that an event is gone is not enough.
#[test]
fn a_deletion_is_read_directly_before_it_counts() {
    let link = learn(in_step(10), Seen::Deleted { confirmed: false });
    assert_eq!(next(&link), Plan::Read);
    let still_there = learn(link.clone(), Seen::Live(remote(10, 1)));
    assert_eq!(next(&still_there), Plan::Settled);
    assert_eq!(
        next(&learn(link, Seen::Deleted { confirmed: true })),
        Plan::CancelBooking
    );
}

/// scenario E5: our own write coming back is no news.
#[test]
fn an_echo_settles() {
    let link = landed(patching(10, 11), remote(11, 2));
    let link = learn(link, Seen::Live(remote(11, 2)));
    assert_eq!(next(&link), Plan::Settled);
}

#[test]
fn a_look_older_than_our_last_write_is_ignored() {
    let link = landed(patching(10, 11), remote(11, 2));
    assert_eq!(learn(link.clone(), Seen::Live(remote(10, 1))), link);
}

#[test]
fn an_id_used_by_something_else_is_left_alone() {
    let link = learn(inserting(10), Seen::Foreign);
    assert_eq!(next(&link), Plan::NextGeneration);
    let worn_out = Link {
        generation: GENERATIONS_MAX,
        ..link
    };
    assert_eq!(next(&worn_out), Plan::Park(ParkReason::TooManyGenerations));
}
