//! Messages to attendees: numbered, withdrawn, ready, forgotten.

use domain::booking::Cause;
use domain::notice::attendee::{Content, Kind, Standing};
use domain::{AttendeeId, BookingId};
use store::tables::attendee_messages::{self, AttendeeMessage, Draft, State};
use store::tables::{outgoing_messages, seats};
use store::{StoreError, Tx};

use crate::support::on_every_database;
use crate::support::world::{CALENDAR, ORGANIZATION, book, booking, found, hour, hours, id, seat};

const BOOKING: BookingId = BookingId(id(100));
const ATTENDEE: AttendeeId = AttendeeId(id(100));

fn content(at: i64) -> Content {
    let standing = Standing::of(&booking(100, hour(at)));
    Content {
        before: Some(standing.clone()),
        standing,
        cause: Some(Cause::Calendar),
        reason: "\u{1F600}".to_owned(),
        since: hours(at),
    }
}

/// Written at `at`, due an hour later.
fn draft(number: i64, at: i64) -> Draft {
    Draft {
        organization: ORGANIZATION,
        booking: BOOKING,
        attendee: ATTENDEE,
        number,
        kind: Kind::Moved,
        version: number + 1,
        at: hours(at),
        due_at: hours(at + 1),
        content: content(at),
    }
}

fn begin(tx: &mut dyn Tx) -> Result<(), StoreError> {
    found(tx)?;
    book(tx, &booking(100, hour(2)))
}

fn numbers(found: &[AttendeeMessage]) -> Vec<i64> {
    found.iter().map(|message| message.number).collect()
}

on_every_database! {
    fn messages_are_numbered_by_attendee_and_read_back_whole(stage: &Stage) {
        stage.done(begin);
        let next = || stage.done(|tx| attendee_messages::next_number(tx, ATTENDEE));
        assert_eq!(next(), 1);
        stage.done(|tx| attendee_messages::insert(tx, &draft(1, 1)));
        assert_eq!(next(), 2);
        let newest = stage.done(|tx| attendee_messages::newest(tx, ATTENDEE, 2));
        let [found] = newest.as_slice() else { panic!("{newest:?}") };
        assert_eq!((found.attendee_id, found.booking_id), (ATTENDEE, BOOKING));
        assert_eq!(found.name, seat(&booking(100, hour(2)), 0).attendee.name);
        assert_eq!((found.kind, found.version, found.state), (Kind::Moved, 2, State::Waiting));
        assert_eq!((found.created_at, found.due_at), (hours(1), hours(2)));
        assert_eq!(found.content, content(1));
        let again = stage.run(|tx| attendee_messages::insert(tx, &draft(1, 2)));
        assert!(matches!(again, Err(StoreError::Constraint(_))), "{again:?}");
    }

    fn what_is_withdrawn_is_not_said(stage: &Stage) {
        stage.done(begin);
        for number in 1..=3 {
            stage.done(move |tx| attendee_messages::insert(tx, &draft(number, number)));
        }
        let all = stage.done(|tx| attendee_messages::of_booking(tx, BOOKING));
        assert_eq!(numbers(&all), [3, 2, 1]);
        let ready = |at| stage.done(move |tx| attendee_messages::ready(tx, hours(at), 2));
        assert_eq!((numbers(&ready(1)), numbers(&ready(2)), numbers(&ready(9))), (vec![], vec![1], vec![1, 2]));
        let withdraw = |id, state| stage.done(move |tx| attendee_messages::withdraw(tx, id, state));
        assert!(withdraw(all[0].id, State::Replaced));
        assert!(!withdraw(all[0].id, State::Cleared), "once");
        assert!(withdraw(all[2].id, State::Cleared));
        assert_eq!(numbers(&ready(9)), [2]);
        let newest = stage.done(|tx| attendee_messages::newest(tx, ATTENDEE, 5));
        assert_eq!(numbers(&newest), [2]);
        let states = stage.done(|tx| attendee_messages::of_booking(tx, BOOKING));
        let states: Vec<_> = states.iter().map(|message| message.state).collect();
        assert_eq!(states, [State::Replaced, State::Waiting, State::Cleared]);
        assert_eq!(stage.done(|tx| attendee_messages::next_number(tx, ATTENDEE)), 4);
    }

    fn what_ends_for_those_who_run_it_does_not_end_for_attendees(stage: &Stage) {
        stage.done(begin);
        stage.done(|tx| attendee_messages::insert(tx, &draft(1, 1)));
        stage.done(|tx| outgoing_messages::clear_of_booking(tx, BOOKING));
        stage.done(|tx| outgoing_messages::clear_of_calendar(tx, CALENDAR));
        let newest = stage.done(|tx| attendee_messages::newest(tx, ATTENDEE, 2));
        assert_eq!(numbers(&newest), [1]);
        assert_eq!(stage.done(|tx| outgoing_messages::list(tx, ORGANIZATION, 9)), []);
    }

    fn messages_of_bookings_long_over_are_forgotten_a_few_at_a_time(stage: &Stage) {
        stage.done(begin);
        for number in 1..=3 {
            stage.done(move |tx| attendee_messages::insert(tx, &draft(number, -number)));
        }
        let forget = |at| stage.done(move |tx| attendee_messages::forget_old(tx, hours(at), 2));
        assert_eq!(forget(2), 0, "it takes place from then on");
        assert_eq!((forget(9), forget(9), forget(9)), (2, 1, 0));
    }

    fn seats_that_are_taken_are_those_to_tell(stage: &Stage) {
        stage.done(begin);
        let only = || seat(&booking(100, hour(2)), 0);
        assert_eq!(stage.done(|tx| seats::taken(tx, BOOKING)), [only()]);
        stage.done(|tx| seats::leave(tx, ATTENDEE, hours(1)));
        assert_eq!(stage.done(|tx| seats::taken(tx, BOOKING)), []);
        let left = stage.done(|tx| seats::by_id(tx, ATTENDEE));
        assert_eq!(left.map(|seat| seat.left_at), Some(Some(hours(1))));
        assert_eq!(stage.done(|tx| seats::by_id(tx, AttendeeId(id(9)))), None);
    }
}
