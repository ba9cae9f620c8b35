//! What a person decides about conflicts.

use app::conflicts::{self, Resolution, ResolveError, ResolveInput};
use app::connections::policy::choose_policy;
use domain::booking::{Cause, Status};
use domain::freshness::OnStale;
use domain::sync::policy::{OnChange, Policy};
use jiff::SignedDuration;
use serde_json::json;
use sim::actors::host::foreign::put_foreign;
use sim::machine::Fate;
use sim::network::{Trouble, moment};
use store::tables::{connections, organizations};

use super::{Case, Nth, fail_all};
use crate::told::Told;

/// A person decides the only thing that waits.
fn decides(told: &mut Told, nth: &mut Nth, resolution: Resolution) {
    let [item] = <[_; 1]>::try_from(told.inbox()).unwrap();
    let stage = told.machine.stage().clone();
    stage.scene().decided.insert(item.booking.booking.id);
    let input = ResolveInput {
        conflict: item.conflict.id,
        organization: stage.scene().organization,
        resolution,
        version: None,
        cause: Cause::Admin,
    };
    told.asks(nth, move |stage| {
        Box::pin(async move {
            match conflicts::resolve(&stage.app, input).await {
                Err(ResolveError::Store(error)) => Err(error),
                _ => Ok(()),
            }
        })
    });
}

fn both_moved() -> Told {
    let mut told = Told::begin();
    told.attendee_moves(told.free[2]);
    told.host_drags(told.free[3]);
    told.rest();
    told
}

#[test]
fn ours_or_theirs() {
    fail_all(&[
        Case {
            name: "theirs",
            begin: both_moved,
            act: |told, nth| decides(told, nth, Resolution::Theirs),
            expect: |told| assert_eq!(told.now().time.start, told.free[3]),
        },
        Case {
            name: "ours",
            begin: || {
                let mut told = Told::begin();
                told.owner_chooses(asking());
                told.host_drags(told.free[3]);
                told.rest();
                told
            },
            act: |told, nth| decides(told, nth, Resolution::Ours),
            expect: |told| {
                assert_eq!(told.now().time.start, told.free[0]);
                assert_eq!(told.inbox(), vec![]);
            },
        },
    ]);
}

fn asking() -> Policy {
    Policy {
        moves: OnChange::Ask,
        ..Policy::default()
    }
}

/// Google refuses the move for good.
fn refused() -> Told {
    let mut told = Told::begin();
    told.attendee_moves(told.free[1]);
    told.patch_is(Fate::Trouble(Trouble::Refused(
        403,
        "forbiddenForNonOrganizer",
    )));
    told.settles_what_it_has();
    told
}

#[test]
fn what_google_refused_for_good() {
    fail_all(&[
        Case {
            name: "retry",
            begin: refused,
            act: |told, nth| decides(told, nth, Resolution::Retry),
            expect: |told| {
                assert_eq!(told.now().time.start, told.free[1]);
                assert_eq!(told.inbox(), vec![]);
            },
        },
        Case {
            name: "relink",
            begin: refused,
            act: |told, nth| {
                let id = told.booking.id;
                let stage = told.machine.stage().clone();
                stage.scene().events.relinked.insert(id, 1);
                decides(told, nth, Resolution::Relink);
            },
            expect: |told| {
                let scene = told.machine.stage().scene();
                assert_eq!(scene.events.of(told.booking.id).count(), 2);
                drop(scene);
                assert_eq!(told.inbox(), vec![]);
            },
        },
        Case {
            name: "ignore",
            begin: refused,
            act: |told, nth| decides(told, nth, Resolution::Ignore),
            expect: |told| {
                assert_eq!(told.now().time.start, told.free[1]);
                assert_eq!(told.inbox(), vec![]);
            },
        },
    ]);
}

/// A booking taken on an old calendar, at a time that turns out to be taken.
fn unverified() -> Told {
    let mut told = Told::begin_in(tentative());
    // Nobody has looked for longer than its owner trusts.
    let scene = told.machine.stage().scene();
    let later = scene.now() + SignedDuration::from_mins(45);
    scene.clock.advance_to(later);
    drop(scene);
    let start = told.free[1];
    told.booking = told.another_books(start);
    assert_eq!(told.now().status, Status::Unverified);
    let mut scene = told.machine.stage().scene();
    let time = told.booking.time;
    let body =
        json!({ "summary": "Dentist", "start": moment(time.start), "end": moment(time.end) });
    put_foreign(&mut scene, &body, "host.made-own");
    drop(scene);
    told.rest();
    told
}

/// A seed in which an old calendar makes bookings tentative.
fn tentative() -> u64 {
    let is_meant = |seed: &u64| {
        let machine = sim::setup::machine(*seed, false);
        let scene = machine.stage().scene();
        let id = scene.organization;
        let found = scene.read(|tx| organizations::by_id(tx, id)).unwrap();
        found.freshness.on_stale == OnStale::Tentative
    };
    (1..50).find(is_meant).unwrap()
}

#[test]
fn what_stands_at_the_time_of_an_unverified_booking() {
    fail_all(&[
        Case {
            name: "keep",
            begin: unverified,
            act: |told, nth| decides(told, nth, Resolution::Keep),
            expect: |told| assert_eq!(told.now().status, Status::Confirmed),
        },
        Case {
            name: "cancel what overlaps",
            begin: unverified,
            act: |told, nth| decides(told, nth, Resolution::Cancel),
            expect: |told| assert_eq!(told.now().status, Status::Cancelled),
        },
    ]);
}

/// Eight bookings, of which the host deletes seven at once.
fn many_lost() -> Told {
    let mut told = Told::begin();
    let first = told.booking.clone();
    let mut all = vec![first.clone()];
    for index in 1..8 {
        all.push(told.another_books(told.free[index]));
    }
    told.rest();
    for booking in &all[1..] {
        told.booking = booking.clone();
        told.host_deletes();
    }
    told.booking = all[7].clone();
    told.rest();
    let bookings = all.iter().map(|booking| booking.id);
    let stage = told.machine.stage().clone();
    stage.scene().decided.extend(bookings);
    told
}

#[test]
fn many_losses_at_once() {
    fail_all(&[
        Case {
            name: "mass loss meant",
            begin: many_lost,
            act: |told, nth| decides(told, nth, Resolution::Theirs),
            expect: |told| assert_eq!(live(told), 1),
        },
        Case {
            name: "mass loss not meant",
            begin: many_lost,
            act: |told, nth| decides(told, nth, Resolution::Ours),
            expect: |told| assert!(live(told) >= 4),
        },
    ]);
}

fn live(told: &Told) -> usize {
    let scene = told.machine.stage().scene();
    scene
        .bookings
        .all()
        .filter(|version| version.is_live())
        .count()
}

#[test]
fn how_conflicts_are_decided_is_chosen() {
    fail_all(&[Case {
        name: "policy",
        begin: Told::begin,
        act: |told, nth| {
            let stage = told.machine.stage().clone();
            let organization = stage.scene().organization;
            let all = stage.scene().read(|tx| connections::list(tx, organization));
            let id = all[0].id;
            told.asks(nth, move |stage| {
                Box::pin(async move {
                    choose_policy(&stage.app, organization, id, asking())
                        .await
                        .map(drop)
                })
            });
            stage.scene().policy = asking();
            told.host_drags(told.free[1]);
        },
        expect: |told| {
            assert_eq!(told.now().time.start, told.free[0]);
            assert_eq!(told.now().status, Status::Confirmed);
            assert_eq!(told.inbox()[0].conflict.kind, "moved_there");
        },
    }]);
}
