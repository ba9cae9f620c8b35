//! What to do next about one link.

use super::{Changes, EventFields, Link, Op, ParkReason, Remote, RemoteTime, Seen};
use crate::fault;
use crate::time::{Instant, Interval};

/// Most event ids one link may use up before a person is asked.
pub const GENERATIONS_MAX: i64 = 3;

/// The next action for one link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Both sides agree; the observation, if any, becomes the base.
    Settled,
    /// Nothing is there and nothing should be: the link's work is over.
    Close,
    /// Look at the event directly before deciding.
    Read,
    /// Make the event.
    Insert(EventFields),
    /// Change it, if it still is as this etag says.
    Patch {
        /// What to change.
        changes: Changes,
        /// What it should say afterwards.
        fields: EventFields,
        /// The version the change was decided on.
        etag: String,
    },
    /// Remove it.
    Delete,
    /// Its id cannot be used any more: take the next one.
    NextGeneration,
    /// The host moved it: the booking follows, unless another booking is there.
    MoveBooking(Interval),
    /// The host deleted it: the booking is cancelled.
    CancelBooking,
    /// A person must decide.
    Park(ParkReason),
}

/// Decides the next action from what is known. Total: every state has an answer, and carrying the
/// answers out reaches [`Plan::Settled`], [`Plan::Close`] or [`Plan::Park`] when nobody interferes.
pub fn plan(link: &Link, now: Instant) -> Plan {
    match (&link.wanted, &link.inflight) {
        (None, None) if link.ours.is_none() && link.seen.is_none() => Plan::Close,
        (None, None) if is_gone(link) => Plan::Close,
        (None, _) => Plan::Delete,
        (Some(_), Some(intent)) if intent.op == Op::Delete => Plan::Delete,
        (Some(_), Some(_)) => Plan::Read,
        (Some(wanted), None) => match &link.ours {
            None => plan_unmade(wanted, link),
            Some(ours) => plan_made(wanted, ours, link, now),
        },
    }
}

fn is_gone(link: &Link) -> bool {
    matches!(
        link.seen,
        Some(Seen::Deleted { confirmed: true } | Seen::Absent | Seen::Foreign)
    )
}

/// The event was never made, as far as we know.
fn plan_unmade(wanted: &EventFields, link: &Link) -> Plan {
    match &link.seen {
        None | Some(Seen::Absent) => Plan::Insert(wanted.clone()),
        Some(Seen::Outdated) => Plan::Read,
        Some(Seen::Live(remote)) => park_untimed(remote).unwrap_or(Plan::Read),
        // Whatever lives or lived under this id is not ours to touch.
        Some(Seen::Deleted { .. } | Seen::Foreign) if link.generation < GENERATIONS_MAX => {
            Plan::NextGeneration
        }
        Some(Seen::Deleted { .. } | Seen::Foreign) => Plan::Park(ParkReason::TooManyGenerations),
    }
}

/// The event was made, and both sides have a base.
fn plan_made(wanted: &EventFields, ours: &EventFields, link: &Link, now: Instant) -> Plan {
    match &link.seen {
        Some(Seen::Deleted { confirmed: false }) if !fault!(4) => Plan::Read,
        Some(Seen::Outdated) => Plan::Read,
        Some(Seen::Deleted { .. }) => Plan::CancelBooking,
        Some(Seen::Absent) => Plan::Park(ParkReason::NotFound),
        Some(Seen::Foreign) => Plan::Park(ParkReason::NotFound),
        Some(Seen::Live(remote)) => plan_live(wanted, ours, link, remote, now),
        None => match &link.theirs {
            Some(theirs) => plan_ours(wanted, ours, &theirs.etag),
            None => Plan::Read,
        },
    }
}

/// The event is there: did they move it, and did we?
fn plan_live(
    wanted: &EventFields,
    ours: &EventFields,
    link: &Link,
    remote: &Remote,
    now: Instant,
) -> Plan {
    let base = link.theirs.as_ref().map(|theirs| &theirs.time);
    let have_they_moved = base != Some(&remote.time);
    let have_we_moved = wanted.time != ours.time && !fault!(6);
    match &remote.time {
        RemoteTime::Timed(to) if have_they_moved && !have_we_moved => {
            if to.end <= now {
                Plan::Park(ParkReason::MovedIntoPast)
            } else {
                Plan::MoveBooking(*to)
            }
        }
        RemoteTime::AllDay | RemoteTime::Recurring if !have_we_moved => {
            park_untimed(remote).unwrap_or(Plan::Read)
        }
        // Nobody moved it, or both did: what we want is asked for, at the version seen.
        _ => plan_ours(wanted, ours, &remote.etag),
    }
}

fn plan_ours(wanted: &EventFields, ours: &EventFields, etag: &str) -> Plan {
    if wanted == ours {
        return Plan::Settled;
    }
    Plan::Patch {
        changes: wanted.changes_from(ours),
        fields: wanted.clone(),
        etag: etag.to_owned(),
    }
}

fn park_untimed(remote: &Remote) -> Option<Plan> {
    match remote.time {
        RemoteTime::Timed(_) => None,
        RemoteTime::AllDay => Some(Plan::Park(ParkReason::MadeAllDay)),
        RemoteTime::Recurring => Some(Plan::Park(ParkReason::MadeRecurring)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::event_text::EventText;
    use crate::reminders::Reminders;
    use crate::sync::learn::{landed, learn};
    use crate::sync::{Certainty, Intent, UNANSWERED_MAX};
    use crate::time::Zone;

    fn hour(h: i64) -> Interval {
        let midnight = Instant::parse("2026-11-23T00:00:00Z").unwrap();
        let hours = SignedDuration::from_hours;
        Interval::lasting(midnight + hours(h), hours(1))
    }

    fn now() -> Instant {
        hour(0).start
    }

    fn text() -> EventText {
        EventText {
            title: "Ana".into(),
            description: String::new(),
            location: "Online".into(),
        }
    }

    fn fields(h: i64) -> EventFields {
        EventFields {
            text: text(),
            time: hour(h),
            zone: Zone::utc(),
            reminders: Reminders::default(),
            certainty: Certainty::Confirmed,
        }
    }

    fn remote(h: i64, rev: i64) -> Remote {
        Remote {
            etag: format!("\"{h}-{rev}\""),
            rev: Some(rev),
            time: RemoteTime::Timed(hour(h)),
            text: text(),
            reminders: Reminders::default(),
            declined: false,
            certainty: Certainty::Confirmed,
        }
    }

    /// In step at `h` o'clock, after one write.
    fn in_step(h: i64) -> Link {
        Link {
            wanted: Some(fields(h)),
            ours: Some(fields(h)),
            theirs: Some(remote(h, 1)),
            attempt: 1,
            ..Link::default()
        }
    }

    fn patching(from: i64, to: i64) -> Link {
        let intent = Intent {
            attempt: 2,
            op: Op::Patch,
            fields: Some(fields(to)),
        };
        Link {
            wanted: Some(fields(to)),
            inflight: Some(intent),
            attempt: 2,
            ..in_step(from)
        }
    }

    fn inserting(h: i64) -> Link {
        let intent = Intent {
            attempt: 1,
            op: Op::Insert,
            fields: Some(fields(h)),
        };
        Link {
            wanted: Some(fields(h)),
            inflight: Some(intent),
            attempt: 1,
            ..Link::default()
        }
    }

    fn patch(from: i64, to: i64, etag: &str) -> Plan {
        Plan::Patch {
            changes: fields(to).changes_from(&fields(from)),
            fields: fields(to),
            etag: etag.into(),
        }
    }

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
        assert_eq!(plan(&made, now()), patch("\"10-1\""));
        let seen = Remote {
            certainty: Certainty::Tentative,
            ..remote(10, 1)
        };
        let lost = Link {
            wanted: Some(fields(10)),
            ..Link::default()
        };
        assert_eq!(
            plan(&learn(lost, Seen::Live(seen)), now()),
            patch("\"10-1\"")
        );
    }

    #[test]
    fn a_new_booking_is_inserted() {
        let link = Link {
            wanted: Some(fields(10)),
            ..Link::default()
        };
        assert_eq!(plan(&link, now()), Plan::Insert(fields(10)));
    }

    #[test]
    fn a_booking_cancelled_before_its_event_was_made_needs_no_call() {
        assert_eq!(plan(&Link::default(), now()), Plan::Close);
    }

    #[test]
    fn a_moved_booking_is_patched_at_the_version_known() {
        let link = Link {
            wanted: Some(fields(12)),
            ..in_step(10)
        };
        assert_eq!(plan(&link, now()), patch(10, 12, "\"10-1\""));
    }

    #[test]
    fn a_cancelled_booking_is_deleted_even_if_the_host_moved_it() {
        let link = Link {
            wanted: None,
            seen: Some(Seen::Live(remote(15, 1))),
            ..in_step(10)
        };
        assert_eq!(plan(&link, now()), Plan::Delete);
    }

    #[test]
    fn a_write_whose_answer_was_lost_is_looked_at_first() {
        assert_eq!(plan(&patching(10, 11), now()), Plan::Read);
        assert_eq!(plan(&inserting(10), now()), Plan::Read);
    }

    #[test]
    fn a_patch_that_landed_unseen_is_recognised_by_its_rev() {
        let link = learn(patching(10, 11), Seen::Live(remote(11, 2)));
        assert_eq!(plan(&link, now()), Plan::Settled);
    }

    #[test]
    fn a_patch_that_did_not_land_is_sent_again() {
        let link = learn(patching(10, 11), Seen::Live(remote(10, 1)));
        assert_eq!(plan(&link, now()), patch(10, 11, "\"10-1\""));
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
        assert_eq!(plan(&link, now()), patch(11, 12, "\"11-2\""));
    }

    #[test]
    fn a_move_by_the_host_after_an_unseen_landing_is_followed() {
        let link = learn(patching(10, 11), Seen::Live(remote(15, 2)));
        assert_eq!(plan(&link, now()), Plan::MoveBooking(hour(15)));
    }

    #[test]
    fn an_insert_that_never_landed_is_sent_again() {
        let link = learn(inserting(10), Seen::Absent);
        assert_eq!(plan(&link, now()), Plan::Insert(fields(10)));
    }

    #[test]
    fn an_insert_that_landed_unseen_is_adopted() {
        let link = learn(inserting(10), Seen::Live(remote(10, 1)));
        assert_eq!(plan(&link, now()), Plan::Settled);
    }

    #[test]
    fn an_earlier_insert_found_under_our_id_is_adopted_and_brought_in_step() {
        let mut link = inserting(12);
        link.attempt = 3;
        link.inflight.as_mut().unwrap().attempt = 3;
        let link = learn(link, Seen::Live(remote(10, 1)));
        assert_eq!(plan(&link, now()), patch(10, 12, "\"10-1\""));
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
        assert_eq!(plan(&late, now()), patch(11, 12, "\"11-2\""));
        let late = learn(link, Seen::Live(remote(11, 2)));
        assert_eq!(plan(&late, now()), Plan::Settled);
        assert_eq!(late.unanswered, []);
    }

    #[test]
    fn a_move_by_the_host_over_a_patch_that_landed_late_is_followed() {
        let link = learn(patching(10, 11), Seen::Live(remote(10, 1)));
        let link = learn(link, Seen::Live(remote(15, 2)));
        assert_eq!(plan(&link, now()), Plan::MoveBooking(hour(15)));
    }

    #[test]
    fn an_insert_that_lands_after_its_deletion_is_deleted_again() {
        let over = Link {
            wanted: None,
            ..learn(inserting(10), Seen::Absent)
        };
        assert_eq!(plan(&over, now()), Plan::Close);
        assert!(over.may_be_undone_by(&Seen::Live(remote(10, 1))));
        let found = learn(over.clone(), Seen::Live(remote(10, 1)));
        assert_eq!(plan(&found, now()), Plan::Delete);
        // A list that calls it deleted shows at least that it was made.
        let hearsay = Seen::Deleted { confirmed: false };
        assert!(over.may_be_undone_by(&hearsay));
        let told = learn(over, hearsay.clone());
        assert_eq!(plan(&told, now()), Plan::Delete);
        let gone = learn(told, Seen::Deleted { confirmed: true });
        assert_eq!(plan(&gone, now()), Plan::Close);
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
        assert_eq!(plan(&link, now()), Plan::CancelBooking);
    }

    /// scenario C4, met by an insert whose answer was lost: found alive, it is no move of the host's.
    #[test]
    fn an_insert_a_list_calls_deleted_is_looked_at_and_found_in_step() {
        let link = learn(inserting(10), Seen::Deleted { confirmed: false });
        assert_eq!(plan(&link, now()), Plan::Read);
        let found = learn(link.clone(), Seen::Live(remote(10, 1)));
        assert_eq!(plan(&found, now()), Plan::Settled);
        let gone = learn(link, Seen::Deleted { confirmed: true });
        assert_eq!(plan(&gone, now()), Plan::CancelBooking);
    }

    /// scenario C2: the booking follows the host's move.
    #[test]
    fn a_move_by_the_host_moves_the_booking() {
        let link = learn(in_step(10), Seen::Live(remote(15, 1)));
        assert_eq!(plan(&link, now()), Plan::MoveBooking(hour(15)));
    }

    #[test]
    fn when_both_sides_moved_ours_is_kept() {
        let link = learn(
            Link {
                wanted: Some(fields(12)),
                ..in_step(10)
            },
            Seen::Live(remote(15, 1)),
        );
        assert_eq!(plan(&link, now()), patch(10, 12, "\"15-1\""));
    }

    /// scenario D2: a person who says "try again" has the event looked at, not remembered.
    #[test]
    fn what_is_tried_again_is_looked_at_first_and_what_was_refused_is_asked_for_again() {
        for seen in [Seen::Absent, Seen::Foreign, Seen::Live(remote(15, 1))] {
            let link = learn(in_step(10), seen).look_again();
            assert_eq!(plan(&link, now()), Plan::Read);
            let found = learn(link, Seen::Live(remote(10, 1)));
            assert_eq!(plan(&found, now()), Plan::Settled);
        }
        let unmade = learn(inserting(10), Seen::Foreign).look_again();
        assert_eq!(plan(&unmade, now()), Plan::Read);
        let refused = Link {
            wanted: Some(fields(12)),
            ..in_step(10)
        };
        assert_eq!(
            plan(&refused.look_again(), now()),
            patch(10, 12, "\"10-1\"")
        );
    }

    #[test]
    fn an_event_let_go_is_made_anew_under_the_next_id_or_not_at_all() {
        let made = in_step(10).let_go();
        assert_eq!((made.generation, made.attempt), (1, 1));
        assert_eq!(plan(&made, now()), Plan::Insert(fields(10)));
        let ended = Link {
            wanted: None,
            ..in_step(10)
        };
        assert_eq!(plan(&ended.let_go(), now()), Plan::Close);
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
            assert_eq!(plan(&learn(in_step(10), seen), now()), Plan::Park(reason));
        }
    }

    /// scenario C4: a list's word that an event is gone is not enough.
    #[test]
    fn a_deletion_is_read_directly_before_it_counts() {
        let link = learn(in_step(10), Seen::Deleted { confirmed: false });
        assert_eq!(plan(&link, now()), Plan::Read);
        let still_there = learn(link.clone(), Seen::Live(remote(10, 1)));
        assert_eq!(plan(&still_there, now()), Plan::Settled);
        assert_eq!(
            plan(&learn(link, Seen::Deleted { confirmed: true }), now()),
            Plan::CancelBooking
        );
    }

    /// scenario E5: our own write coming back is no news.
    #[test]
    fn an_echo_settles() {
        let link = landed(patching(10, 11), remote(11, 2));
        let link = learn(link, Seen::Live(remote(11, 2)));
        assert_eq!(plan(&link, now()), Plan::Settled);
    }

    #[test]
    fn a_look_older_than_our_last_write_is_ignored() {
        let link = landed(patching(10, 11), remote(11, 2));
        assert_eq!(learn(link.clone(), Seen::Live(remote(10, 1))), link);
    }

    #[test]
    fn an_id_used_by_something_else_is_left_alone() {
        let link = learn(inserting(10), Seen::Foreign);
        assert_eq!(plan(&link, now()), Plan::NextGeneration);
        let worn_out = Link {
            generation: GENERATIONS_MAX,
            ..link
        };
        assert_eq!(
            plan(&worn_out, now()),
            Plan::Park(ParkReason::TooManyGenerations)
        );
    }
}
