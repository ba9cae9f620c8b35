//! Bookings: stored whole, changed by version, listed in pages.

use domain::booking::{Booking, Cancellation, Cause, Status};
use domain::{AttendeeId, BookingId, Instant, OrganizationId};
use store::StoreError;
use store::tables::bookings::{self, After, Filter};

use crate::support::world::{ORGANIZATION, book, booking, found, hour, hours, id, manage_hash};
use crate::support::{NOW, Stage, on_every_database};

fn cancelled(booking: Booking) -> Booking {
    Booking {
        status: Status::Cancelled,
        version: booking.version + 1,
        cancellation: Some(Cancellation {
            cause: Cause::Calendar,
            reason: String::new(),
            at: hours(1),
        }),
        ..booking
    }
}

/// All of a list, in pages of two.
fn walk(stage: &Stage, filter: Filter, now: Instant) -> Vec<u128> {
    let mut seen = Vec::new();
    let mut after: Option<After> = None;
    loop {
        let from = after;
        let page = stage.done(move |tx| bookings::page(tx, ORGANIZATION, filter, now, from, 2));
        let Some(last) = page.last() else { return seen };
        after = Some((last.time.start, last.id));
        seen.extend(page.iter().map(|b| b.id.0.as_u128()));
    }
}

on_every_database! {
    fn a_booking_comes_back_as_it_went(stage: &Stage) {
        let stored = booking(100, hour(2));
        let kept = stored.clone();
        stage.done(move |tx| {
            found(tx)?;
            book(tx, &kept)
        });
        let found = stage.done(|tx| bookings::by_id(tx, BookingId(id(100))));
        assert_eq!(found, Some(stored.clone()));
        let hash = manage_hash(stored.id);
        let by_token = stage.done(move |tx| bookings::by_manage_token(tx, &hash));
        assert_eq!(by_token, Some(stored));
        assert_eq!(stage.done(|tx| bookings::by_manage_token(tx, &[1; 32])), None);
        assert_eq!(stage.done(|tx| bookings::by_id(tx, BookingId(id(9)))), None);
    }

    fn a_change_must_know_the_version_before(stage: &Stage) {
        let stored = booking(100, hour(2));
        let kept = stored.clone();
        stage.done(move |tx| {
            found(tx)?;
            book(tx, &kept)
        });
        let ended = cancelled(stored);
        let (change, again) = (ended.clone(), ended.clone());
        stage.done(move |tx| bookings::update(tx, &change));
        assert_eq!(stage.done(|tx| bookings::by_id(tx, BookingId(id(100)))), Some(ended));
        let stale = stage.run(move |tx| bookings::update(tx, &again));
        assert!(matches!(stale, Err(StoreError::Database(_))), "{stale:?}");
        assert_eq!(stage.count("SELECT version FROM booking"), 2);
    }

    /// `version = ?2 - 1` must not become arithmetic on small numbers.
    fn a_version_may_be_large(stage: &Stage) {
        let version = i64::from(i32::MAX) + 7;
        let stored = Booking { version, ..booking(100, hour(2)) };
        let kept = stored.clone();
        stage.done(move |tx| {
            found(tx)?;
            book(tx, &kept)
        });
        stage.done(move |tx| bookings::update(tx, &cancelled(stored.clone())));
        assert_eq!(stage.count("SELECT version FROM booking"), version + 1);
    }

    fn a_manage_token_leads_to_one_booking(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            book(tx, &booking(100, hour(2)))
        });
        let twice = stage.run(|tx| {
            let hash = manage_hash(BookingId(id(100)));
            bookings::insert(tx, &booking(101, hour(5)), AttendeeId(id(101)), &hash)
        });
        assert_eq!(twice, Err(StoreError::Constraint("booking_manage_token_hash_key".into())));
    }

    fn a_status_and_its_cancellation_agree(stage: &Stage) {
        stage.done(found);
        let half = stage.run(|tx| {
            let half = Booking { status: Status::Cancelled, ..booking(100, hour(2)) };
            bookings::insert(tx, &half, AttendeeId(id(100)), &[1; 32])
        });
        assert_eq!(half, Err(StoreError::Constraint("check".into())));
    }

    /// Same start, different host: the id decides, and no page shows one twice or leaves one out.
    fn pages_go_on_where_the_last_one_ended(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            let plain = [(105, 1), (104, 3), (103, 5), (102, 7), (101, 9)];
            for (number, at) in plain {
                book(tx, &booking(number, hour(at)))?;
            }
            // Bookings without a claim may share a start.
            for number in [110, 108, 109] {
                let b = booking(number, hour(3));
                bookings::insert(tx, &b, AttendeeId(b.id.0), &manage_hash(b.id))?;
            }
            for number in [120, 119] {
                let b = booking(number, hour(3));
                bookings::insert(tx, &b, AttendeeId(b.id.0), &manage_hash(b.id))?;
                bookings::update(tx, &cancelled(b))?;
            }
            Ok(())
        });
        assert_eq!(walk(stage, Filter::Upcoming, NOW), [105, 104, 108, 109, 110, 103, 102, 101]);
        assert_eq!(walk(stage, Filter::Upcoming, hours(6)), [102, 101], "over at its end");
        assert_eq!(walk(stage, Filter::Past, hours(6)), [103, 110, 109, 108, 104, 105]);
        assert_eq!(walk(stage, Filter::Cancelled, NOW), [120, 119]);
        let elsewhere = stage.done(|tx| {
            bookings::page(tx, OrganizationId(id(9)), Filter::Upcoming, NOW, None, 10)
        });
        assert_eq!(elsewhere, []);
    }
}
