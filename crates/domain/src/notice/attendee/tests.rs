//! Histories as an attendee hears them: each step is a change at a second, and what is told of it is read at
//! the end.

use jiff::SignedDuration;
use uuid::Uuid;

use super::*;

/// Noon of the day before.
fn second(n: i64) -> Instant {
    Instant::from_micros(1_795_089_600_000_000) + SignedDuration::from_secs(n)
}

fn hour(n: i64) -> Interval {
    Interval::lasting(second(n * 3600), SignedDuration::from_hours(1))
}

fn at(start: i64) -> Standing {
    Standing {
        status: Status::Confirmed,
        time: hour(start),
        place: "Room 1".into(),
        host: HostId(Uuid::from_u128(1)),
    }
}

fn as_(status: Status, start: i64) -> Standing {
    Standing {
        status,
        ..at(start)
    }
}

fn in_(place: &str, start: i64) -> Standing {
    Standing {
        place: place.into(),
        ..at(start)
    }
}

const HOST: Option<Cause> = Some(Cause::Calendar);
const ADMIN: Option<Cause> = Some(Cause::Admin);

/// A change: at which second, by whom, and how things stand since.
type Step = (i64, Option<Cause>, Standing);

/// What is told: what, from which second on, and how things stand by then.
type Said = (Kind, i64, Standing);

/// Plays `steps` for somebody who `heard` that, and gives all that is told.
fn told(mut heard: Option<Standing>, steps: &[Step]) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    let mut waiting: Option<(Kind, Instant, Waiting)> = None;
    for (n, cause, new) in steps {
        let now = second(*n);
        if let Some((kind, due, ready)) = waiting.take_if(|(_, due, _)| *due <= now) {
            heard = Some(ready.standing.clone());
            said.push((kind, seconds(due), ready.standing));
        }
        let known = waiting.as_ref().map(|(_, _, waiting)| waiting);
        match settle(heard.as_ref(), known, new, (*cause, now)) {
            Settled::Keep => {}
            Settled::Silent => waiting = None,
            Settled::Tell {
                kind,
                due_at,
                since,
            } => {
                let standing = new.clone();
                waiting = Some((kind, due_at, Waiting { standing, since }));
            }
        }
    }
    said.extend(waiting.map(|(kind, due, waiting)| (kind, seconds(due), waiting.standing)));
    said
}

fn seconds(at: Instant) -> i64 {
    (at - second(0)).as_secs()
}

#[test]
fn what_is_changed_here_is_told_at_once() {
    use Status::{Cancelled, Declined, Requested, Unverified};
    let rows: &[(&str, Option<Standing>, Standing, Option<Kind>)] = &[
        ("booked", None, at(24), Some(Kind::Confirmed)),
        ("asked for", None, as_(Requested, 24), Some(Kind::Requested)),
        (
            "taken unseen",
            None,
            as_(Unverified, 24),
            Some(Kind::Unverified),
        ),
        (
            "verified",
            Some(as_(Unverified, 24)),
            at(24),
            Some(Kind::Confirmed),
        ),
        (
            "approved",
            Some(as_(Requested, 24)),
            at(24),
            Some(Kind::Confirmed),
        ),
        (
            "approved unseen",
            Some(as_(Requested, 24)),
            as_(Unverified, 24),
            Some(Kind::Unverified),
        ),
        (
            "refused",
            Some(as_(Requested, 24)),
            as_(Declined, 24),
            Some(Kind::Declined),
        ),
        ("moved", Some(at(24)), at(26), Some(Kind::Moved)),
        (
            "moved unseen",
            Some(at(24)),
            as_(Unverified, 26),
            Some(Kind::Moved),
        ),
        (
            "cancelled",
            Some(at(24)),
            as_(Cancelled, 24),
            Some(Kind::Cancelled),
        ),
        (
            "cancelled twice",
            Some(as_(Cancelled, 24)),
            as_(Cancelled, 24),
            None,
        ),
        (
            "given to another",
            Some(at(24)),
            Standing {
                host: HostId(Uuid::from_u128(2)),
                ..at(24)
            },
            Some(Kind::Changed),
        ),
        (
            "elsewhere",
            Some(at(24)),
            in_("Room 2", 24),
            Some(Kind::Changed),
        ),
        (
            "elsewhere and later",
            Some(at(24)),
            in_("Room 2", 26),
            Some(Kind::Moved),
        ),
        ("nothing", Some(at(24)), at(24), None),
        ("took place", Some(at(24)), as_(Status::Completed, 24), None),
        ("nobody came", Some(at(24)), as_(Status::NoShow, 24), None),
        ("over", Some(at(-3)), in_("Room 2", -3), None),
        (
            "cancelled when over",
            Some(at(-3)),
            as_(Cancelled, -3),
            None,
        ),
        ("booked when over", None, at(-3), None),
        (
            "moved into the past",
            Some(at(24)),
            at(-3),
            Some(Kind::Moved),
        ),
        (
            "moved out of the past",
            Some(at(-3)),
            at(24),
            Some(Kind::Moved),
        ),
        (
            "cancelled while it takes place",
            Some(at(0)),
            as_(Cancelled, 0),
            Some(Kind::Cancelled),
        ),
    ];
    for (name, heard, new, expected) in rows {
        let found = told(heard.clone(), &[(5, ADMIN, new.clone())]);
        let expected: Vec<Said> = expected
            .iter()
            .map(|kind| (*kind, 5, new.clone()))
            .collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn what_the_host_changes_in_google_waits_for_quiet_and_is_replaced() {
    use Kind::{Cancelled, Changed, Moved, Restored};
    let gone = |start| as_(Status::Cancelled, start);
    let (ten, eleven, noon) = (at(24), at(25), at(26));
    let rows: &[(&str, &[Step], &[Said])] = &[
        (
            "a move",
            &[(0, HOST, noon.clone())],
            &[(Moved, 60, noon.clone())],
        ),
        (
            "moved twice",
            &[(0, HOST, eleven.clone()), (30, HOST, noon.clone())],
            &[(Moved, 90, noon.clone())],
        ),
        (
            "moved again when it was told",
            &[(0, HOST, eleven.clone()), (60, HOST, noon.clone())],
            &[(Moved, 60, eleven.clone()), (Moved, 120, noon.clone())],
        ),
        (
            "away and back",
            &[(0, HOST, eleven.clone()), (59, HOST, ten.clone())],
            &[],
        ),
        (
            "away, told, and back",
            &[(0, HOST, eleven.clone()), (61, HOST, ten.clone())],
            &[(Moved, 60, eleven.clone()), (Moved, 121, ten.clone())],
        ),
        (
            "moved, then deleted",
            &[(0, HOST, eleven.clone()), (10, HOST, gone(25))],
            &[(Cancelled, 70, gone(25))],
        ),
        (
            "deleted, then restored",
            &[(0, HOST, gone(24)), (10, HOST, ten.clone())],
            &[],
        ),
        (
            "deleted, then restored elsewhere",
            &[(0, HOST, gone(24)), (10, HOST, noon.clone())],
            &[(Moved, 70, noon.clone())],
        ),
        (
            "deleted, told, restored elsewhere and deleted again",
            &[
                (0, HOST, gone(24)),
                (90, HOST, noon.clone()),
                (100, HOST, gone(26)),
            ],
            &[(Cancelled, 60, gone(24))],
        ),
        (
            "deleted, told, and restored",
            &[(0, HOST, gone(24)), (90, HOST, ten.clone())],
            &[(Cancelled, 60, gone(24)), (Restored, 150, ten.clone())],
        ),
        (
            "a place",
            &[(0, HOST, in_("Room 2", 24))],
            &[(Changed, 60, in_("Room 2", 24))],
        ),
        (
            "a place, then a move",
            &[(0, HOST, in_("Room 2", 24)), (9, HOST, in_("Room 2", 26))],
            &[(Moved, 69, in_("Room 2", 26))],
        ),
        (
            "then moved here",
            &[(0, HOST, eleven.clone()), (20, ADMIN, noon.clone())],
            &[(Moved, 20, noon.clone())],
        ),
        (
            "then moved back here",
            &[(0, HOST, eleven.clone()), (20, ADMIN, ten.clone())],
            &[],
        ),
        (
            "then looked at",
            &[
                (0, HOST, eleven.clone()),
                (20, HOST, eleven.clone()),
                (30, ADMIN, eleven.clone()),
            ],
            &[(Moved, 60, eleven.clone())],
        ),
        (
            "then over",
            &[
                (0, HOST, eleven.clone()),
                (40, HOST, at(-2)),
                (50, HOST, gone(-2)),
            ],
            &[(Cancelled, 110, gone(-2))],
        ),
    ];
    for (name, steps, expected) in rows {
        assert_eq!(told(Some(ten.clone()), steps), *expected, "{name}");
    }
}

#[test]
fn a_host_who_never_rests_cannot_keep_it_from_being_told() {
    let steps: Vec<Step> = (0..20).map(|n| (n * 50, HOST, at(25 + n))).collect();
    let said: Vec<i64> = told(Some(at(24)), &steps)
        .iter()
        .map(|said| said.1)
        .collect();
    let longest = QUIET_MAX.as_secs();
    assert_eq!(said.first(), Some(&longest));
    assert_eq!(said.len(), 2);
}

#[test]
fn kinds_are_found_by_their_names() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.as_str()), Some(kind));
    }
    assert_eq!(Kind::from_name("grant_dead"), None);
}
