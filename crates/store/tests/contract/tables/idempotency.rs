//! Repeated requests: one takes the key, the others get what it left.

use std::sync::mpsc::{self, TryRecvError};

use domain::{Instant, OrganizationId};
use store::tables::idempotency::{self, Remembered};
use store::tables::organizations;
use store::{StoreError, Tx};

use crate::support::world::{ORGANIZATION, found, hours, id, organization};
use crate::support::{NOW, Stage, on_every_database};

fn take(
    stage: &Stage,
    organization: OrganizationId,
    key: u8,
    request: u8,
    now: Instant,
) -> Option<Remembered> {
    stage.done(move |tx| idempotency::take(tx, organization, &[key; 32], &[request; 32], now))
}

fn remembered(request: u8, decision: Option<&[u8]>) -> Option<Remembered> {
    Some(Remembered {
        request_hash: vec![request; 32],
        decision: decision.map(<[u8]>::to_vec),
    })
}

on_every_database! {
    fn the_second_to_take_a_key_gets_what_the_first_left(stage: &Stage) {
        const OTHER: OrganizationId = OrganizationId(id(9));
        stage.done(|tx| {
            found(tx)?;
            organizations::insert(tx, &organization(9, "other", "Other"), NOW)
        });
        assert_eq!(take(stage, ORGANIZATION, 1, 10, NOW), None);
        assert_eq!(take(stage, ORGANIZATION, 1, 11, NOW), remembered(10, None));
        stage.done(|tx| idempotency::decide(tx, ORGANIZATION, &[1; 32], b"\0\xffdone"));
        assert_eq!(take(stage, ORGANIZATION, 1, 10, NOW), remembered(10, Some(b"\0\xffdone")));
        assert_eq!(take(stage, OTHER, 1, 12, NOW), None, "each organization has its own");
        assert_eq!(take(stage, ORGANIZATION, 2, 10, NOW), None);
    }

    fn an_undone_unit_leaves_the_key_free(stage: &Stage) {
        stage.done(found);
        let undone: Result<(), _> = stage.run(|tx| {
            assert_eq!(idempotency::take(tx, ORGANIZATION, &[1; 32], &[2; 32], NOW)?, None);
            Err(StoreError::Overloaded)
        });
        assert_eq!(undone, Err(StoreError::Overloaded));
        assert_eq!(take(stage, ORGANIZATION, 1, 3, NOW), None);
    }

    fn decisions_are_forgotten_after_seven_days(stage: &Stage) {
        stage.done(found);
        assert_eq!(take(stage, ORGANIZATION, 1, 10, NOW), None);
        assert_eq!(take(stage, ORGANIZATION, 2, 10, hours(1)), None);
        assert_eq!(stage.done(|tx| idempotency::forget_old(tx, hours(7 * 24))), 0);
        assert_eq!(stage.done(|tx| idempotency::forget_old(tx, hours(7 * 24 + 1))), 1);
        assert_eq!(take(stage, ORGANIZATION, 1, 11, NOW), None);
        assert_eq!(take(stage, ORGANIZATION, 2, 11, NOW), remembered(10, None));
    }
}

/// Whoever comes while the first one decides waits for it, and gets its decision.
#[test]
fn a_repetition_waits_for_the_first_on_postgres() {
    let stage = &Stage::postgres_with(2);
    stage.done(found);
    let (taken, is_taken) = mpsc::channel();
    let (answered, is_answered) = mpsc::channel();
    std::thread::scope(move |scope| {
        scope.spawn(move || {
            stage.done(move |tx| {
                let free = idempotency::take(tx, ORGANIZATION, &[1; 32], &[2; 32], NOW)?;
                assert_eq!(free, None);
                taken.send(()).expect("someone waits");
                while is_answered.try_recv() == Err(TryRecvError::Empty) && !is_waited_for(tx)? {
                    std::thread::yield_now();
                }
                idempotency::decide(tx, ORGANIZATION, &[1; 32], b"done")
            });
        });
        is_taken.recv().unwrap();
        let repeated = take(stage, ORGANIZATION, 1, 2, NOW);
        // Should it not have waited, the first one need not wait for it either.
        drop::<mpsc::Sender<()>>(answered);
        assert_eq!(repeated, remembered(2, Some(b"done")));
    });
}

/// Whether another transaction waits for the end of this one.
fn is_waited_for(tx: &mut dyn Tx) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'
                 AND transactionid = pg_current_xact_id()::xid";
    Ok(!tx.rows(sql, &[])?.is_empty())
}
