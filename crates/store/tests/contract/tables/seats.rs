//! Seats: found by their token, counted, left.

use domain::attendee::Attendee;
use domain::booking::Booking;
use domain::{AttendeeId, BookingId, OrganizationId};
use store::StoreError;
use store::tables::bookings;
use store::tables::seats::{self, Seat};

use crate::support::on_every_database;
use crate::support::world::{
    ORGANIZATION, book, booking, found, hour, hours, id, insert, manage_hash, seat,
};

const B100: BookingId = BookingId(id(100));

fn group() -> Booking {
    Booking {
        capacity: 3,
        ..booking(100, hour(2))
    }
}

fn second() -> Seat {
    Seat {
        attendee: Attendee {
            name: "Grace".to_owned(),
            email: None,
            phone: Some("+49 30 1".to_owned()),
            notes: None,
            ..group().attendee
        },
        ..seat(&group(), 1)
    }
}

on_every_database! {
    fn a_seat_is_found_by_its_token_left_or_not(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            book(tx, &group())?;
            seats::insert(tx, &second(), &[1; 32])
        });
        let by = |hash: Vec<u8>| stage.done(move |tx| seats::by_manage_token(tx, &hash));
        assert_eq!(by(manage_hash(B100)), Some(seat(&group(), 0)));
        assert_eq!(by(vec![1; 32]), Some(second()));
        assert_eq!(by(vec![2; 32]), None);
        assert!(stage.done(|tx| seats::leave(tx, second().id, hours(1))));
        assert_eq!(by(vec![1; 32]), Some(Seat { left_at: Some(hours(1)), ..second() }));
    }

    fn a_seat_is_left_once_and_its_number_is_not_given_again(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            book(tx, &group())?;
            seats::insert(tx, &second(), &[1; 32])
        });
        let count = || stage.done(|tx| seats::count(tx, B100));
        let is_taken = || stage.done(|tx| seats::is_taken(tx, second().id));
        assert_eq!((count(), is_taken()), ((2, 2), true));
        assert!(stage.done(|tx| seats::leave(tx, second().id, hours(1))));
        assert!(!stage.done(|tx| seats::leave(tx, second().id, hours(2))), "it was left before");
        assert_eq!((count(), is_taken()), ((1, 2), false));
        assert!(!stage.done(|tx| seats::leave(tx, AttendeeId(id(9)), hours(2))));
        assert!(!stage.done(|tx| seats::is_taken(tx, AttendeeId(id(9)))));
        assert_eq!(stage.done(|tx| seats::count(tx, BookingId(id(9)))), (0, 0));
        let again = stage.run(|tx| {
            seats::insert(tx, &Seat { id: AttendeeId(id(9)), ..second() }, &[2; 32])
        });
        assert_eq!(again, Err(StoreError::Constraint("attendee_booking_id_seat_key".into())));
    }

    fn a_manage_token_leads_to_one_seat(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            book(tx, &group())
        });
        let twice = stage.run(|tx| seats::insert(tx, &second(), &manage_hash(B100)));
        assert_eq!(twice, Err(StoreError::Constraint("attendee_manage_token_hash_key".into())));
        let nowhere = stage.run(|tx| {
            seats::insert(tx, &Seat { booking_id: BookingId(id(9)), ..second() }, &[3; 32])
        });
        assert_eq!(nowhere, Err(StoreError::Constraint("foreign_key".into())));
        stage.done(|tx| insert(tx, &booking(101, hour(2))));
    }

    /// row V6: a person is known by their address, as they last were, in their organization alone.
    fn who_attended_before_is_known_and_a_seat_is_given_to_somebody(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            book(tx, &group())
        });
        let known = |organization| {
            stage.done(move |tx| seats::known(tx, organization, "zoe@example.org"))
        };
        assert_eq!(known(ORGANIZATION), Some(group().attendee));
        assert_eq!(known(OrganizationId(id(99))), None);
        let grace = second().attendee;
        let given = grace.clone();
        stage.done(move |tx| seats::fill(tx, B100, &given));
        assert_eq!(known(ORGANIZATION), None);
        let booking = stage.done(|tx| bookings::by_id(tx, B100)).unwrap();
        assert_eq!(booking.attendee, grace);
    }
}
