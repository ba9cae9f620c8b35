//! Claims: the database refuses two that overlap, and says so by one name.

use domain::{BookingId, Interval};
use jiff::SignedDuration;
use store::StoreError;
use store::tables::claims;

use crate::support::on_every_database;
use crate::support::world::{HOST, book, booking, found, hour, hours, id};

const B100: BookingId = BookingId(id(100));

fn taken<T>() -> Result<T, StoreError> {
    Err(StoreError::Constraint("claim_no_overlap".into()))
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
        stage.done(|tx| claims::release(tx, BookingId(id(101))));
        stage.done(|tx| claims::move_to(tx, B100, hour(4)));
        let open = stage.done(|tx| claims::overlapping(tx, HOST, hour(2), None));
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
        let all = stage.done(move |tx| claims::overlapping(tx, HOST, window, None));
        assert_eq!(all, [hour(2), hour(4)]);
        let but = Some(BookingId(id(102)));
        let some = stage.done(move |tx| claims::overlapping(tx, HOST, window, but));
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

    /// What `tables/hosts.rs` needs: a lock clause passes through, or is none of SQLite's business.
    fn a_host_can_be_locked(stage: &Stage) {
        stage.done(found);
        let locked = stage.done(|tx| {
            let sql = match tx.dialect() {
                store::Dialect::Sqlite => "SELECT id FROM host WHERE id = ?1",
                store::Dialect::Postgres => "SELECT id FROM host WHERE id = ?1 FOR NO KEY UPDATE",
            };
            Ok(tx.rows(sql, store::values![HOST])?.len())
        });
        assert_eq!(locked, 1);
    }
}
