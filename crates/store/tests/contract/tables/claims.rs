//! Claims: the database refuses two that overlap, and says so by one name.

use domain::booking::Booking;
use domain::{BookingId, ClaimId, HoldId, HostId, Interval};
use jiff::SignedDuration;
use store::tables::claims::{self, Claim, Holder};
use store::tables::holds::{self, Hold};
use store::tables::hosts;
use store::{StoreError, Tx, values};

use crate::support::world::{
    EVENT_TYPE, HOST, ORGANIZATION, book, booking, claim, found, hour, hours, id, insert,
};
use crate::support::{NOW, on_every_database};

const B100: BookingId = BookingId(id(100));

fn taken<T>() -> Result<T, StoreError> {
    Err(StoreError::Constraint("claim_no_overlap".into()))
}

fn forced(number: u128, at: i64) -> Booking {
    Booking {
        forced: true,
        ..booking(number, hour(at))
    }
}

/// A hold of one hour with its claim.
fn hold(tx: &mut dyn Tx, number: u128, at: i64, expires: i64) -> Result<(), StoreError> {
    let hold = Hold {
        id: HoldId(id(number)),
        organization_id: ORGANIZATION,
        event_type_id: EVENT_TYPE,
        time: hour(at),
        expires_at: hours(expires),
    };
    holds::insert(tx, &hold, &id(number).as_bytes().repeat(2), None)?;
    claims::insert(
        tx,
        &Claim {
            id: ClaimId(id(number)),
            host: HOST,
            time: hold.time,
            holder: Holder::Hold(hold.id, hold.expires_at),
            exclusive: true,
        },
    )
}

on_every_database! {
    fn two_overlapping_claims_are_refused_by_name(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            book(tx, &booking(100, Interval { start: hours(2), end: hours(4) }))
        });
        for (start, end) in [(2, 4), (1, 3), (3, 5), (1, 5), (3, 4)] {
            let over = stage.run(move |tx| {
                book(tx, &booking(200, Interval { start: hours(start), end: hours(end) }))
            });
            assert_eq!(over, taken(), "{start} to {end}");
        }
        // Half open: one may begin where another ends.
        stage.done(|tx| book(tx, &booking(101, hour(1))));
        stage.done(|tx| book(tx, &booking(102, hour(4))));
        assert_eq!(stage.count("SELECT count(*) FROM booking"), 3, "a refusal leaves no trace");
    }

    fn a_claim_moves_within_itself_but_not_onto_another(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            book(tx, &booking(100, hour(2)))?;
            book(tx, &booking(101, hour(4)))
        });
        let half_past = Interval {
            start: hours(2) + SignedDuration::from_mins(30),
            end: hours(3) + SignedDuration::from_mins(30),
        };
        stage.done(move |tx| claims::move_to(tx, B100, half_past));
        let onto = stage.run(|tx| claims::move_to(tx, B100, hour(4)));
        assert_eq!(onto, taken());
        // Somebody says so: it lies on top, and nothing else may be put there.
        stage.done(|tx| claims::move_onto(tx, B100, hour(4)));
        let both = stage.done(|tx| claims::overlapping(tx, HOST, hour(4), None, NOW));
        assert_eq!(both, [hour(4), hour(4)]);
        stage.done(|tx| claims::release(tx, BookingId(id(101))));
        stage.done(|tx| claims::move_to(tx, B100, hour(4)));
        let open = stage.done(|tx| claims::overlapping(tx, HOST, hour(2), None, NOW));
        assert_eq!(open, []);
    }

    fn overlapping_claims_are_found_ascending_without_the_one_excepted(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            for (number, at) in [(103, 6), (102, 4), (101, 2), (100, 1)] {
                book(tx, &booking(number, hour(at)))?;
            }
            Ok(())
        });
        let window = Interval { start: hours(2), end: hours(6) };
        let all = stage.done(move |tx| claims::overlapping(tx, HOST, window, None, NOW));
        assert_eq!(all, [hour(2), hour(4)]);
        let but = Some(Holder::Booking(BookingId(id(102))));
        let some = stage.done(move |tx| claims::overlapping(tx, HOST, window, but, NOW));
        assert_eq!(some, [hour(2)]);
    }

    fn a_claim_is_neither_empty_nor_longer_than_seven_days(stage: &Stage) {
        let week = Interval { start: hours(0), end: hours(7 * 24) };
        stage.done(found);
        stage.done(move |tx| book(tx, &booking(100, week)));
        // From its last minute on, all seven days are looked back.
        let last = Interval { start: hours(7 * 24 - 1), end: hours(7 * 24) };
        assert_eq!(stage.run(move |tx| book(tx, &booking(101, last))), taken());
        let longer = Interval { start: hours(8 * 24), end: hours(15 * 24 + 1) };
        let refused = stage.run(move |tx| {
            let b = booking(102, hour(8 * 24));
            book(tx, &b)?;
            claims::move_to(tx, b.id, longer)
        });
        assert_eq!(refused, Err(StoreError::Constraint("check".into())));
    }

    /// A forced booking lies on top of others, others never on top of each other; and it is seen.
    fn a_claim_that_is_not_exclusive_refuses_nothing_but_is_seen(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            book(tx, &booking(100, hour(2)))?;
            book(tx, &forced(101, 2))?;
            book(tx, &forced(102, 2))?;
            book(tx, &forced(103, 4))?;
            // The database lets it, because the other one yields; looking first does not.
            book(tx, &booking(104, hour(4)))
        });
        assert_eq!(stage.run(|tx| book(tx, &booking(200, hour(2)))), taken());
        let all = stage.done(|tx| claims::overlapping(tx, HOST, Interval { start: hours(2), end: hours(5) }, None, NOW));
        assert_eq!(all, [hour(2), hour(2), hour(2), hour(4), hour(4)]);
        // Moved, it is exclusive again: refused where it is not free, refusing where it is.
        assert_eq!(stage.run(|tx| claims::move_to(tx, BookingId(id(101)), hour(4))), taken());
        stage.done(|tx| claims::move_to(tx, BookingId(id(101)), hour(6)));
        assert_eq!(stage.run(|tx| book(tx, &booking(200, hour(6)))), taken());
        assert_eq!(stage.count("SELECT count(*) FROM claim WHERE exclusive = 0"), 2);
    }

    fn lanes_of_a_host_lie_side_by_side(stage: &Stage) {
        let to_lane = |tx: &mut dyn Tx, number: u128, lane: i64| {
            tx.execute("UPDATE claim SET lane = ?2 WHERE id = ?1", values![ClaimId(id(number)), lane])
        };
        stage.done(move |tx| {
            found(tx)?;
            book(tx, &booking(100, hour(2)))?;
            book(tx, &booking(101, hour(3)))?;
            to_lane(tx, 100, 1)?;
            book(tx, &booking(102, hour(2)))
        });
        assert_eq!(stage.run(move |tx| to_lane(tx, 100, claims::LANE)), taken());
        assert_eq!(stage.run(move |tx| to_lane(tx, 102, 1)), taken());
        let both = stage.done(|tx| claims::overlapping(tx, HOST, hour(2), None, NOW));
        assert_eq!(both, [hour(2), hour(2)], "a look sees all lanes");
    }

    fn a_claim_of_another_host_is_in_nobodys_way(stage: &Stage) {
        const OTHER: HostId = HostId(id(9));
        stage.done(|tx| {
            found(tx)?;
            hosts::insert(tx, OTHER, ORGANIZATION, "Grace")?;
            book(tx, &booking(100, hour(2)))?;
            // Both hosts: one booking, two claims.
            claims::insert(tx, &Claim { id: ClaimId(id(9)), host: OTHER, ..claim(&booking(100, hour(2))) })?;
            book(tx, &booking(101, hour(4)))
        });
        assert_eq!(stage.done(|tx| claims::hosts_of(tx, B100)), [HOST, OTHER]);
        assert_eq!(stage.done(|tx| claims::hosts_of(tx, BookingId(id(9)))), []);
        stage.done(|tx| claims::move_to(tx, B100, hour(3)));
        assert_eq!(stage.done(|tx| claims::overlapping(tx, OTHER, hour(3), None, NOW)), [hour(3)]);
        // Refused for one host, moved for none.
        assert_eq!(stage.run(|tx| claims::move_to(tx, B100, hour(4))), taken());
        assert_eq!(stage.done(|tx| claims::overlapping(tx, OTHER, hour(4), None, NOW)), []);
        let load = |host, start, end| {
            let window = Interval { start: hours(start), end: hours(end) };
            stage.done(move |tx| claims::load(tx, host, window))
        };
        assert_eq!((load(HOST, 3, 5), load(HOST, 3, 4), load(HOST, 4, 9), load(OTHER, 0, 9)), (2, 1, 1, 1));
        stage.done(|tx| claims::release(tx, B100));
        assert_eq!((load(HOST, 0, 9), load(OTHER, 0, 9)), (1, 0));
    }

    fn a_hold_claims_until_it_expires_and_the_database_until_it_is_removed(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            hold(tx, 50, 2, 1)?;
            hold(tx, 51, 3, 5)
        });
        let window = Interval { start: hours(2), end: hours(4) };
        let seen = |except, now| {
            stage.done(move |tx| claims::overlapping(tx, HOST, window, except, hours(now)))
        };
        assert_eq!(seen(None, 0), [hour(2), hour(3)]);
        assert_eq!(seen(None, 1), [hour(3)], "at its last instant it is over");
        assert_eq!(seen(Some(Holder::Hold(HoldId(id(51)), NOW)), 0), [hour(2)]);
        assert_eq!(stage.done(|tx| claims::host_of_hold(tx, HoldId(id(50)))), Some(HOST));
        assert_eq!(stage.done(|tx| claims::host_of_hold(tx, HoldId(id(9)))), None);
        // No constraint knows what time it is.
        assert_eq!(stage.run(|tx| book(tx, &booking(100, hour(2)))), taken());
        assert_eq!(stage.done(move |tx| claims::remove_expired(tx, HOST, hour(3), hours(1))), 0);
        assert_eq!(stage.done(move |tx| claims::remove_expired(tx, HOST, window, hours(0))), 0);
        assert_eq!(stage.done(move |tx| claims::remove_expired(tx, HOST, window, hours(1))), 1);
        stage.done(|tx| book(tx, &booking(100, hour(2))));
        assert_eq!(stage.run(|tx| book(tx, &booking(101, hour(3)))), taken(), "another hold stays");
    }

    fn a_claim_is_of_something_that_is_there(stage: &Stage) {
        stage.done(found);
        let orphan = stage.run(|tx| claims::insert(tx, &claim(&booking(100, hour(2)))));
        assert_eq!(orphan, Err(StoreError::Constraint("foreign_key".into())));
        let nobody = stage.run(|tx| {
            let b = booking(100, hour(2));
            insert(tx, &b)?;
            claims::insert(tx, &Claim { host: HostId(id(99)), ..claim(&b) })
        });
        assert_eq!(nobody, Err(StoreError::Constraint("foreign_key".into())));
    }
}
