//! Events that go to another calendar, and calendars that a booking leaves: one arm each.

use super::*;
use crate::sync::learn::learn;
use crate::sync::policy::{Elsewhere, OnChange, Policy, Side};

fn gone(link: Link) -> Link {
    learn(link, Seen::Deleted { confirmed: true })
}

fn over(link: Link) -> Link {
    Link {
        wanted: None,
        ..link
    }
}

fn facts(elsewhere: Elsewhere) -> Facts {
    Facts {
        elsewhere,
        ..Facts::plain(now())
    }
}

fn returning(elsewhere: Elsewhere) -> Facts {
    Facts {
        returns: true,
        ..facts(elsewhere)
    }
}

/// design section 6: an event that is gone is looked for in the other calendars before it counts as deleted.
#[test]
fn what_is_gone_is_looked_for_first() {
    let link = gone(in_step(10));
    assert_eq!(plan(&link, &facts(Elsewhere::Unknown)), Plan::Seek);
    assert_eq!(plan(&link, &facts(Elsewhere::Found)), Plan::FollowEvent);
    assert_eq!(plan(&link, &facts(Elsewhere::Nowhere)), Plan::CancelBooking);
}

/// However an owner wants deletions to be decided, of one host or of several: a move is none.
#[test]
fn a_move_is_no_deletion_under_any_policy() {
    for deletions in [OnChange::Follow, OnChange::Ask] {
        for is_collective in [false, true] {
            for decided in [None, Some(Side::Ours), Some(Side::Theirs)] {
                let facts = Facts {
                    policy: Policy {
                        deletions,
                        ..Policy::default()
                    },
                    is_collective,
                    ..facts(Elsewhere::Found)
                };
                let link = Link {
                    decided,
                    ..gone(in_step(10))
                };
                assert_eq!(plan(&link, &facts), Plan::FollowEvent);
            }
        }
    }
}

/// A list's word is no more enough here than for a deletion (scenario C4).
#[test]
fn nothing_is_looked_for_on_hearsay() {
    let told = learn(in_step(10), Seen::Deleted { confirmed: false });
    for elsewhere in [Elsewhere::Unknown, Elsewhere::Found] {
        assert_eq!(plan(&told, &facts(elsewhere)), Plan::Read);
    }
}

/// A copy is never followed: its original lives.
#[test]
fn what_lives_is_not_looked_for() {
    let there = learn(in_step(10), Seen::Live(remote(10, 1)));
    assert_eq!(plan(&there, &facts(Elsewhere::Found)), Plan::Settled);
}

#[test]
fn the_bases_go_along_and_a_look_tells_the_rest() {
    let decided = Link {
        decided: Some(Side::Theirs),
        ..gone(in_step(10))
    };
    let link = decided.moved_along();
    assert_eq!((link.decided, &link.theirs), (None, &Some(remote(10, 1))));
    assert_eq!(next(&link), Plan::Read);
    let same = learn(link.clone(), Seen::Live(remote(10, 1)));
    assert_eq!(next(&same), Plan::Settled);
    let also_moved = learn(
        link,
        Seen::Live(Remote {
            etag: "2".into(),
            ..remote(15, 1)
        }),
    );
    assert_eq!(next(&also_moved), moved_to(15));
}

/// An insertion whose answer was lost, and whose event was moved before anybody looked: there is one event.
#[test]
fn what_was_never_known_to_be_made_is_followed_too() {
    let lost = Link {
        seen: Some(Seen::Deleted { confirmed: true }),
        ours: None,
        inflight: None,
        ..inserting(10)
    };
    assert_eq!(plan(&lost, &facts(Elsewhere::Unknown)), Plan::Seek);
    assert_eq!(plan(&lost, &facts(Elsewhere::Found)), Plan::FollowEvent);
    assert_eq!(
        plan(&lost, &facts(Elsewhere::Nowhere)),
        Plan::NextGeneration
    );
    let hearsay = Link {
        seen: Some(Seen::Deleted { confirmed: false }),
        ..lost
    };
    assert_eq!(next(&hearsay), Plan::Read);
}

/// What is to be removed is removed where it went; nobody waits for that.
#[test]
fn what_is_over_is_removed_where_it_went() {
    let link = gone(over(in_step(10)));
    assert_eq!(plan(&link, &facts(Elsewhere::Unknown)), Plan::Close);
    assert_eq!(plan(&link, &facts(Elsewhere::Found)), Plan::FollowEvent);
    assert_eq!(next(&link.moved_along()), Plan::Delete);
}

/// scenario D4: a booking that comes back to a calendar gets a new event there, after the old one is gone.
#[test]
fn a_booking_that_comes_back_gets_the_next_id() {
    let leaving = over(in_step(10));
    assert_eq!(plan(&leaving, &returning(Elsewhere::Nowhere)), Plan::Delete);
    let left = gone(leaving);
    assert_eq!(plan(&left, &returning(Elsewhere::Unknown)), Plan::Seek);
    assert_eq!(
        plan(&left, &returning(Elsewhere::Nowhere)),
        Plan::NextGeneration
    );
    let not_made = over(Link::default());
    assert_eq!(plan(&not_made, &returning(Elsewhere::Nowhere)), Plan::Again);
    let not_found = Link {
        seen: Some(Seen::Absent),
        ..not_made
    };
    assert_eq!(
        plan(&not_found, &returning(Elsewhere::Nowhere)),
        Plan::Again
    );
    assert_eq!(plan(&not_found, &facts(Elsewhere::Nowhere)), Plan::Close);
}
