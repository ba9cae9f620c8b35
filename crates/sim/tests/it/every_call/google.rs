//! What the host does in Google, and what Google and the calendar's owner do with the connection.

use app::calendars;
use app::connections::{self, DisconnectError};
use domain::booking::Status;
use jiff::SignedDuration;
use serde_json::json;
use sim::setup::{self, ZONE};
use store::StoreError;
use store::tables::calendars as rows_of;
use store::tables::channels;
use store::tables::connections as rows;

use super::{Case, Nth, fail_all, spawn_push, with_push};
use crate::told::Told;

#[test]
fn the_host_moves_deletes_restores_and_edits() {
    fail_all(&[
        Case {
            name: "host moves",
            begin: Told::begin,
            act: |told, _| told.host_drags(told.free[1]),
            expect: |told| assert_eq!(told.now().time.start, told.free[1]),
        },
        Case {
            name: "host deletes",
            begin: Told::begin,
            act: |told, _| told.host_deletes(),
            expect: |told| assert_eq!(told.now().status, Status::Cancelled),
        },
        Case {
            name: "host restores",
            begin: || {
                let mut told = Told::begin();
                told.host_deletes();
                told.rest();
                told
            },
            act: |told, _| told.host_restores(),
            expect: |told| assert_eq!(told.now().status, Status::Confirmed),
        },
        Case {
            name: "host edits",
            begin: Told::begin,
            act: |told, _| told.host_edits(&json!({ "location": "Room 2" })),
            expect: |told| assert_eq!(told.now().text.location, "Room 2"),
        },
    ]);
}

/// The account's one connection.
fn connection(told: &Told) -> domain::ConnectionId {
    let scene = told.machine.stage().scene();
    let organization = scene.organization;
    scene.read(|tx| rows::list(tx, organization))[0].id
}

fn disconnects(told: &mut Told, nth: &mut Nth) {
    let id = connection(told);
    told.asks(nth, move |stage| {
        Box::pin(async move {
            let organization = stage.setup.organization;
            match connections::disconnect(&stage.app, organization, id).await {
                Err(DisconnectError::Store(error)) => Err(error),
                done => {
                    done.unwrap();
                    Ok(())
                }
            }
        })
    });
}

fn reconnects(told: &mut Told, nth: &mut Nth) {
    told.asks(nth, |stage| {
        Box::pin(async move {
            // Whatever went wrong: people try again.
            let again = setup::reconnect(&stage).await;
            again.map_err(|_| StoreError::Unavailable)
        })
    });
}

#[test]
fn the_account_is_disconnected_and_connected_again() {
    fail_all(&[Case {
        name: "disconnect and reconnect",
        begin: Told::begin,
        act: |told, nth| {
            disconnects(told, nth);
            reconnects(told, nth);
        },
        expect: |told| {
            let (now, free) = (told.now(), told.free[0]);
            assert_eq!((now.status, now.time.start), (Status::Confirmed, free));
        },
    }]);
}

const OTHER: &str = "other@group.calendar.google.com";

/// A second calendar of the account, only read.
fn with_other_calendar() -> Told {
    let mut told = Told::begin();
    let id = connection(&told);
    let stage = told.machine.stage().clone();
    let added = stage
        .scene()
        .google
        .add_calendar("host@example.com", OTHER, "Other", ZONE);
    added.unwrap();
    told.machine.complete(crate::told::ATTENDEE, async move {
        let organization = stage.setup.organization;
        let mode = calendars::Mode::Busy;
        calendars::add(&stage.app, organization, id, OTHER, mode)
            .await
            .unwrap();
    });
    told.rest();
    told
}

#[test]
fn a_calendar_is_for_something_else_from_now_on() {
    fail_all(&[Case {
        name: "mode",
        begin: with_other_calendar,
        act: |told, nth| {
            let id = connection(told);
            let other = other_calendar(told).id;
            told.asks(nth, move |stage| {
                Box::pin(async move {
                    let change = calendars::Change {
                        mode: Some(calendars::Mode::Write),
                        ..calendars::Change::default()
                    };
                    let organization = stage.setup.organization;
                    let changed =
                        calendars::change(&stage.app, organization, id, other, change).await;
                    // Whatever Google says or does not say: people try again.
                    changed.map_err(|_| StoreError::Unavailable)
                })
            });
        },
        expect: |told| assert_eq!(other_calendar(told).mode, calendars::Mode::Write),
    }]);
}

fn other_calendar(told: &Told) -> rows_of::Calendar {
    let id = connection(told);
    let scene = told.machine.stage().scene();
    let all = scene.read(|tx| rows_of::of_connection(tx, id));
    all.into_iter().find(|c| c.google_id == OTHER).unwrap()
}

#[test]
fn a_push_arrives_and_a_channel_is_renewed() {
    fn begin() -> Told {
        let mut told = Told::begin_in(with_push());
        spawn_push(&mut told);
        told.rest();
        told
    }
    fail_all(&[
        Case {
            name: "push arrives",
            begin,
            act: |told, _| told.host_drags(told.free[1]),
            expect: |told| assert_eq!(told.now().time.start, told.free[1]),
        },
        Case {
            name: "push renewed",
            begin,
            act: |told, _| {
                let scene = told.machine.stage().scene();
                let later = scene.now() + SignedDuration::from_hours(24 * 6);
                scene.clock.advance_to(later);
            },
            expect: |told| {
                // A try of which nobody knows what became of it is waited for.
                let scene = told.machine.stage().scene();
                let later = scene.now() + SignedDuration::from_hours(2);
                scene.clock.advance_to(later);
                drop(scene);
                told.rest();
                let id = connection(told);
                let scene = told.machine.stage().scene();
                let now = scene.now();
                let live = scene.read(|tx| {
                    let all = rows_of::of_connection(tx, id)?;
                    channels::live(tx, all[0].id, now)
                });
                assert!(live.is_some());
            },
        },
    ]);
}

#[test]
fn a_calendar_is_compared_with_googles_own_expansion() {
    fail_all(&[Case {
        name: "audit",
        begin: Told::begin,
        act: |told, _| {
            let scene = told.machine.stage().scene();
            let later = scene.now() + SignedDuration::from_hours(24 * 8);
            scene.clock.advance_to(later);
        },
        expect: |told| {
            let id = connection(told);
            let scene = told.machine.stage().scene();
            let all = scene.read(|tx| rows_of::of_connection(tx, id));
            assert!(all.iter().all(|calendar| calendar.audit.at > scene.now()));
        },
    }]);
}
