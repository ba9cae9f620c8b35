//! Bookings: stored whole, changed by version, listed in pages.

use domain::booking::{Booking, Cancellation, Cause, Status};
use domain::{BookingId, EventTypeId, HostId, Instant, Interval, OrganizationId};
use store::StoreError;
use store::tables::bookings::{self, After, Filter};
use store::tables::{event_types, hosts, seats};

use crate::support::world::{
    EVENT_TYPE, ORGANIZATION, SCHEDULE, book, booking, event_type, found, hour, hours, id, insert,
    seat,
};
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
    fn a_window_shows_what_overlaps_it_and_takes_place(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            for (n, at) in [(100, 2), (101, 4), (102, 6)] {
                book(tx, &booking(n, hour(at)))?;
            }
            bookings::update(tx, &cancelled(booking(101, hour(4))))
        });
        let seen = |start, end, limit| {
            let window = Interval { start: hours(start), end: hours(end) };
            let found = stage.done(move |tx| bookings::within(tx, ORGANIZATION, window, limit));
            found.iter().map(|b| b.id.0.as_u128()).collect::<Vec<_>>()
        };
        assert_eq!(seen(0, 24, 10), [100, 102]);
        assert_eq!(seen(3, 6, 10), [0; 0], "it ends as the window begins, and begins as it ends");
        assert_eq!(seen(0, 24, 1), [100]);
        let window = Interval { start: hours(0), end: hours(24) };
        let others = OrganizationId(id(9));
        assert_eq!(stage.done(move |tx| bookings::within(tx, others, window, 10)), []);
    }

    fn a_booking_comes_back_as_it_went(stage: &Stage) {
        let stored = booking(100, hour(2));
        let kept = stored.clone();
        stage.done(move |tx| {
            found(tx)?;
            book(tx, &kept)
        });
        let found = stage.done(|tx| bookings::by_id(tx, BookingId(id(100))));
        assert_eq!(found, Some(stored));
        let bare = Booking { forced: true, capacity: 12, ..booking(101, hour(2)) };
        let kept = bare.clone();
        stage.done(move |tx| bookings::insert(tx, &kept));
        assert_eq!(stage.done(|tx| bookings::by_id(tx, BookingId(id(101)))), None, "nobody made it");
        let first = seat(&bare, 0);
        stage.done(move |tx| seats::insert(tx, &first, &[1; 32]));
        assert_eq!(stage.done(|tx| bookings::by_id(tx, BookingId(id(101)))), Some(bare));
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

    fn a_status_and_its_cancellation_agree(stage: &Stage) {
        stage.done(found);
        let half = stage.run(|tx| {
            let half = Booking { status: Status::Cancelled, ..booking(100, hour(2)) };
            bookings::insert(tx, &half)
        });
        assert_eq!(half, Err(StoreError::Constraint("check".into())));
        let seatless = stage.run(|tx| {
            bookings::insert(tx, &Booking { capacity: 0, ..booking(100, hour(2)) })
        });
        assert_eq!(seatless, Err(StoreError::Constraint("check".into())));
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
                insert(tx, &b)?;
            }
            for number in [120, 119] {
                let b = booking(number, hour(3));
                insert(tx, &b)?;
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

    /// Every status is stored, and each shows in the lists it belongs to.
    fn each_status_has_its_lists(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            for (number, status) in (100..).zip(Status::ALL) {
                let is_off = matches!(status, Status::Cancelled | Status::Declined);
                let b = booking(number, hour(2));
                insert(tx, &Booking { status: Status::Confirmed, ..b.clone() })?;
                let changed = Booking { status, version: 2, ..cancelled(b) };
                let cancellation = changed.cancellation.clone().filter(|_| is_off);
                bookings::update(tx, &Booking { cancellation, ..changed })?;
            }
            Ok(())
        });
        let statuses = stage.done(|tx| {
            (100..107).map(|n| Ok(bookings::by_id(tx, BookingId(id(n)))?.expect("one").status)).collect()
        });
        let statuses: Vec<Status> = statuses;
        assert_eq!(statuses, Status::ALL);
        assert_eq!(walk(stage, Filter::Upcoming, NOW), [100, 101, 102]);
        assert_eq!(walk(stage, Filter::Past, NOW), []);
        assert_eq!(walk(stage, Filter::Upcoming, hours(3)), []);
        assert_eq!(walk(stage, Filter::Past, hours(3)), [104, 103, 102, 101, 100]);
        assert_eq!(walk(stage, Filter::Cancelled, NOW), [106, 105]);
    }

    /// Another host may take over, and a forced booking may cease to be one.
    fn a_change_may_give_it_to_another_host(stage: &Stage) {
        let stored = Booking { forced: true, ..booking(100, hour(2)) };
        let kept = stored.clone();
        stage.done(move |tx| {
            found(tx)?;
            hosts::insert(tx, HostId(id(9)), ORGANIZATION, "Grace")?;
            book(tx, &kept)
        });
        let given = Booking { host_id: HostId(id(9)), forced: false, time: hour(5), version: 2, ..stored };
        let change = given.clone();
        stage.done(move |tx| bookings::update(tx, &change));
        assert_eq!(stage.done(|tx| bookings::by_id(tx, BookingId(id(100)))), Some(given));
    }

    fn a_session_is_found_by_its_start_while_it_is_live(stage: &Stage) {
        let live = Booking { capacity: 3, ..booking(101, hour(2)) };
        let kept = live.clone();
        stage.done(move |tx| {
            found(tx)?;
            let gone = booking(100, hour(2));
            insert(tx, &gone)?;
            bookings::update(tx, &cancelled(gone))?;
            insert(tx, &kept)?;
            insert(tx, &Booking { status: Status::Requested, ..booking(99, hour(4)) })
        });
        let at = |event_type, hour| {
            stage.done(move |tx| bookings::session_at(tx, event_type, hours(hour)))
        };
        assert_eq!(at(EVENT_TYPE, 2), Some(live));
        assert_eq!((at(EVENT_TYPE, 3), at(EVENT_TYPE, 4)), (None, None));
        assert_eq!(at(EventTypeId(id(9)), 2), None);
    }

    fn sessions_with_seats_left_are_found_within_a_window(stage: &Stage) {
        let two = |number, at| Booking { capacity: 2, ..booking(number, hour(at)) };
        stage.done(move |tx| {
            found(tx)?;
            event_types::insert(tx, &event_type(10, "other"), &[SCHEDULE], 2)?;
            for (number, at) in [(105, 6), (104, 5), (103, 4), (102, 3), (101, 2), (100, 1)] {
                insert(tx, &two(number, at))?;
            }
            // Full, once full, and cancelled.
            for number in [102, 103] {
                seats::insert(tx, &seat(&two(number, 0), 1), &[u8::try_from(number).expect("small"); 32])?;
            }
            assert!(seats::leave(tx, seat(&two(103, 0), 1).id, NOW)?);
            bookings::update(tx, &cancelled(two(104, 5)))?;
            insert(tx, &Booking { event_type_id: EventTypeId(id(10)), ..two(110, 2) })
        });
        let window = Interval { start: hours(2), end: hours(6) };
        let found = stage.done(move |tx| bookings::sessions_with_seats(tx, EVENT_TYPE, window));
        assert_eq!(found, [hour(2), hour(4)]);
    }
}
