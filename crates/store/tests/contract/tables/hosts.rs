//! Hosts, and the locks a decision takes: event type, hosts ascending, booking.

use std::sync::mpsc;

use domain::{BookingId, ClaimId, HostId};
use store::tables::{bookings, claims, event_types, hosts};
use store::{StoreError, Tx, attempt, values};

use crate::support::world::{
    EVENT_TYPE, HOST, ORGANIZATION, book, booking, claim, found, hour, id, insert,
};
use crate::support::{Stage, on_every_database};

on_every_database! {
    fn a_host_is_made_once(stage: &Stage) {
        stage.done(found);
        stage.done(|tx| hosts::insert(tx, HostId(id(9)), ORGANIZATION, "Ada"));
        let again = stage.run(|tx| hosts::insert(tx, HOST, ORGANIZATION, "Grace"));
        assert_eq!(again, Err(StoreError::Constraint("host_pkey".into())));
        stage.done(|tx| hosts::insert(tx, HostId(id(8)), ORGANIZATION, "Aaron"));
        let listed = stage.done(|tx| hosts::list(tx, ORGANIZATION));
        let names: Vec<_> = listed.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!((names, listed[0].0), (vec!["Aaron", "Ada", "Ada"], HostId(id(8))));
    }

    fn locks_are_taken_again_and_in_what_is_undone(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            book(tx, &booking(100, hour(2)))?;
            event_types::lock(tx, EVENT_TYPE)?;
            let undone = attempt(tx, |tx| -> Result<(), _> {
                hosts::lock(tx, HOST)?;
                Err(StoreError::Overloaded)
            });
            assert_eq!(undone, Err(StoreError::Overloaded));
            for _ in 0..2 {
                hosts::lock(tx, HOST)?;
                bookings::lock(tx, BookingId(id(100)))?;
            }
            // Nothing to lock is nothing wrong.
            hosts::lock(tx, HostId(id(99)))
        });
    }
}

/// How many of these rows another unit could lock while one holds `lock`.
fn lockable(stage: &Stage, lock: fn(&mut dyn Tx) -> Result<(), StoreError>) -> [usize; 3] {
    let (locked, is_locked) = mpsc::channel();
    let (go, gone) = mpsc::channel::<()>();
    std::thread::scope(move |scope| {
        scope.spawn(move || {
            stage.done(move |tx| {
                lock(tx)?;
                locked.send(()).expect("someone waits");
                gone.recv().expect("someone looks");
                Ok(())
            });
        });
        is_locked.recv().unwrap();
        let free = stage.done(|tx| {
            let mut free = |sql| tx.rows(sql, &[]).map(|rows| rows.len());
            Ok([
                free("SELECT id FROM event_type FOR NO KEY UPDATE SKIP LOCKED")?,
                free("SELECT id FROM host FOR NO KEY UPDATE SKIP LOCKED")?,
                free("SELECT id FROM booking FOR NO KEY UPDATE SKIP LOCKED")?,
            ])
        });
        // What refers to a locked row is not kept out.
        stage.done(|tx| {
            let another = booking(101, hour(5));
            insert(tx, &another)?;
            claims::insert(tx, &claim(&another))?;
            bookings::by_id(tx, BookingId(id(100)))?.expect("readable");
            tx.execute(
                "DELETE FROM claim WHERE id <> ?1",
                values![ClaimId(id(100))],
            )?;
            tx.execute(
                "DELETE FROM booking WHERE id <> ?1",
                values![BookingId(id(100))],
            )
        });
        go.send(()).unwrap();
        free
    })
}

/// On PostgreSQL a lock keeps out who wants the same one, and nobody else.
#[test]
fn locks_keep_others_out_on_postgres() {
    let stage = Stage::postgres_with(2);
    stage.done(|tx| {
        found(tx)?;
        book(tx, &booking(100, hour(2)))
    });
    let event_type = lockable(&stage, |tx| event_types::lock(tx, EVENT_TYPE));
    let host = lockable(&stage, |tx| hosts::lock(tx, HOST));
    let booking = lockable(&stage, |tx| bookings::lock(tx, BookingId(id(100))));
    assert_eq!(
        [event_type, host, booking],
        [[0, 1, 1], [1, 0, 1], [1, 1, 0]]
    );
}
