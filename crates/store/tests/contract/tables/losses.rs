//! Losses.

use domain::booking::{Cancellation, Cause, Status};
use domain::sync::policy::Side;
use domain::{BookingId, CalendarId, Instant, LinkId};
use store::tables::links::{self, EventLink, State};
use store::tables::losses::{self, Loss};
use store::tables::{bookings, calendars};
use store::{StoreError, Tx};

use crate::support::world::{CALENDAR, book, booking, calendar, connect, found, hour, hours, id};
use crate::support::{NOW, on_every_database};

const OTHER: CalendarId = CalendarId(id(66));

const fn link(number: u128) -> LinkId {
    LinkId(id(number + 100))
}

/// Bookings to come, from 100 on, with their events.
fn set_up(tx: &mut dyn Tx) -> Result<(), StoreError> {
    found(tx)?;
    connect(tx)?;
    calendars::insert(tx, &calendar(66, "other"))?;
    for number in 100..106 {
        let booking = booking(number, hour(2 * i64::try_from(number).expect("small")));
        book(tx, &booking)?;
        let event = format!("event{number}");
        let calendar = if number == 105 { OTHER } else { CALENDAR };
        links::insert(tx, link(number), booking.id, calendar, &event, NOW)?;
        alter(tx, number, |link| {
            link.state = State::Settled;
            link.link.attempt = 1;
        })?;
    }
    Ok(())
}

fn alter(
    tx: &mut dyn Tx,
    number: u128,
    change: impl FnOnce(&mut EventLink),
) -> Result<(), StoreError> {
    let mut row = links::by_id(tx, link(number))?.expect("it is there");
    change(&mut row);
    links::update(tx, &row)
}

fn hold(tx: &mut dyn Tx, number: u128, at: Instant) -> Result<(), StoreError> {
    losses::set(tx, link(number), Some(Loss::Held(at)))?;
    alter(tx, number, |link| {
        link.state = State::Parked;
        link.problem = Some("held".to_owned());
        link.failures = 3;
    })
}

fn known(tx: &mut dyn Tx, number: u128) -> Result<EventLink, StoreError> {
    Ok(links::by_id(tx, link(number))?.expect("it is there"))
}

on_every_database! {
    fn a_loss_comes_back_and_other_writes_leave_it(stage: &Stage) {
        stage.done(set_up);
        for loss in [Loss::Counted(hours(1)), Loss::Held(hours(2)), Loss::Meant] {
            stage.done(move |tx| {
                losses::set(tx, link(100), Some(loss))?;
                alter(tx, 100, |link| link.loss = None)
            });
            assert_eq!(stage.done(|tx| known(tx, 100)).loss, Some(loss));
        }
        stage.done(|tx| losses::set(tx, link(100), None));
        assert_eq!(stage.done(|tx| known(tx, 100)).loss, None);
    }

    fn losses_are_counted_by_calendar_and_time(stage: &Stage) {
        stage.done(set_up);
        stage.done(|tx| {
            losses::set(tx, link(100), Some(Loss::Counted(hours(1))))?;
            losses::set(tx, link(101), Some(Loss::Held(hours(3))))?;
            losses::set(tx, link(102), Some(Loss::Meant))?;
            losses::set(tx, link(105), Some(Loss::Held(hours(3))))
        });
        let counted = stage.done(|tx| {
            Ok((
                losses::count(tx, CALENDAR, hours(0))?,
                losses::count(tx, CALENDAR, hours(1))?,
                losses::count_held(tx, CALENDAR)?,
                losses::count_held(tx, OTHER)?,
            ))
        });
        assert_eq!(counted, (2, 1, 1, 1));
    }

    fn what_is_to_come_counts_and_what_was_just_lost(stage: &Stage) {
        stage.done(set_up);
        stage.done(|tx| {
            // Cancelled and just lost, cancelled long ago, never made, and detached.
            for number in [100, 101] {
                let mut over = bookings::by_id(tx, BookingId(id(number)))?.expect("it is there");
                over.status = Status::Cancelled;
                over.cancellation = Some(Cancellation {
                    cause: Cause::Calendar,
                    reason: String::new(),
                    at: hours(1),
                });
                over.version += 1;
                bookings::update(tx, &over)?;
            }
            losses::set(tx, link(100), Some(Loss::Counted(hours(1))))?;
            alter(tx, 102, |link| link.link.attempt = 0)?;
            alter(tx, 103, |link| link.state = State::Detached)
        });
        let coming = |since, now| stage.done(move |tx| losses::count_coming(tx, CALENDAR, since, now));
        assert_eq!(coming(hours(0), NOW), 2, "one lost, one to come");
        assert_eq!(coming(hours(1), NOW), 1, "one to come");
        assert_eq!(coming(hours(1), hours(1000)), 0, "it is over");
    }

    fn what_is_meant_is_let_go_and_counts_no_more(stage: &Stage) {
        stage.done(set_up);
        stage.done(|tx| {
            hold(tx, 100, hours(1))?;
            hold(tx, 105, hours(1))?;
            losses::set(tx, link(101), Some(Loss::Counted(hours(1))))
        });
        assert_eq!(stage.done(|tx| losses::let_go(tx, CALENDAR, hours(2))), 1);
        let [held, counted, other] =
            [100, 101, 105].map(|number| stage.done(move |tx| known(tx, number)));
        assert_eq!((held.state, held.run_at), (State::Due, hours(2)));
        assert_eq!((held.problem, held.failures), (None, 0));
        assert_eq!((held.loss, held.link.decided), (Some(Loss::Meant), None));
        assert_eq!((counted.loss, counted.state), (None, State::Settled));
        assert_eq!((other.loss, other.state), (Some(Loss::Held(hours(1))), State::Parked));
        assert_eq!(stage.done(|tx| losses::let_go(tx, CALENDAR, hours(2))), 0);
    }

    fn what_is_put_back_is_decided_for_the_booking(stage: &Stage) {
        stage.done(set_up);
        stage.done(|tx| {
            hold(tx, 100, hours(1))?;
            // Its booking was changed meanwhile.
            hold(tx, 101, hours(1))?;
            links::mark_due(tx, BookingId(id(101)), hours(1))?;
            hold(tx, 105, hours(1))
        });
        assert_eq!(stage.done(|tx| losses::put_back(tx, CALENDAR, hours(2))), 2);
        for number in [100, 101] {
            let held = stage.done(move |tx| known(tx, number));
            assert_eq!((held.state, held.run_at), (State::Due, hours(2)));
            assert_eq!((held.problem, held.failures), (None, 0));
            assert_eq!(held.loss, Some(Loss::Counted(hours(1))));
            assert_eq!(held.link.decided, Some(Side::Ours));
        }
        assert_eq!(stage.done(|tx| known(tx, 105)).link.decided, None);
        assert_eq!(stage.done(|tx| losses::put_back(tx, CALENDAR, hours(2))), 0);
    }

    fn a_link_that_is_detached_is_not_held_any_more(stage: &Stage) {
        stage.done(set_up);
        stage.done(|tx| {
            hold(tx, 100, hours(1))?;
            links::detach_of_calendar(tx, CALENDAR)
        });
        assert_eq!(stage.done(|tx| losses::count_held(tx, CALENDAR)), 0);
    }
}
