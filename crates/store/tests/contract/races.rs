//! PostgreSQL under a small race: sixty-four threads want the same few hours of the same few hosts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::booking::Booking;
use domain::{HostId, Interval, OrganizationId};
use jiff::SignedDuration;
use store::tables::{claims, hosts};
use store::{StoreError, Tx};

use crate::support::world::{book, booking, found, hours, id};
use crate::support::{NOW, Stage};

const CALLERS: u64 = 64;
const TRIES: u64 = 12;
const HOSTS: u64 = 3;

fn host_id(number: u64) -> HostId {
    HostId(id(u128::from(number) + 500))
}

/// Lock, look, claim.
fn try_to_book(tx: &mut dyn Tx, wanted: &Booking) -> Result<bool, StoreError> {
    hosts::lock(tx, wanted.host_id)?;
    if !claims::overlapping(tx, wanted.host_id, wanted.time, None, NOW)?.is_empty() {
        return Ok(false);
    }
    book(tx, wanted).map(|()| true)
}

fn wanted(caller: u64, attempt: u64) -> Booking {
    // A small scatter that is the same in every run.
    let mixed = (caller * 2_654_435_761 + attempt * 40_503) % 9_973;
    let quarters = i64::try_from(mixed % 96).expect("small");
    let start = hours(0) + SignedDuration::from_mins(15 * quarters);
    let span = SignedDuration::from_mins(15 * (1 + i64::try_from(mixed % 7).expect("small")));
    Booking {
        host_id: host_id(mixed % HOSTS),
        ..booking(
            u128::from(1000 + caller * TRIES + attempt),
            Interval {
                start,
                end: start + span,
            },
        )
    }
}

const OVERLAPS: &str = "SELECT count(*) FROM claim a JOIN claim b ON a.host_id = b.host_id
  AND a.booking_id < b.booking_id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at";

/// Claims stored, callers told yes, and how often a unit was run.
fn race(stage: &Stage) -> (i64, u64, u64) {
    let runs = Arc::new(AtomicU64::new(0));
    stage.done(|tx| {
        found(tx)?;
        (0..HOSTS).try_for_each(|h| hosts::insert(tx, host_id(h), OrganizationId(id(1)), "h"))
    });
    let won = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let runs = &runs;
                scope.spawn(move || {
                    let won = (0..TRIES).filter(|attempt| {
                        let (wanted, runs) = (wanted(caller, *attempt), Arc::clone(runs));
                        stage.done(move |tx| {
                            runs.fetch_add(1, Ordering::Relaxed);
                            try_to_book(tx, &wanted)
                        })
                    });
                    won.count() as u64
                })
            })
            .collect();
        callers.into_iter().map(|c| c.join().unwrap()).sum()
    });
    assert_eq!(stage.count(OVERLAPS), 0);
    let stored = stage.count("SELECT count(*) FROM claim");
    (stored, won, runs.load(Ordering::Relaxed))
}

/// Locking first means that the constraint, which would wait and deadlock, is never asked to decide.
#[test]
fn sixty_four_callers_never_overlap_and_never_deadlock() {
    let stage = Stage::postgres_with(16);
    let (stored, won, runs) = race(&stage);
    assert_eq!(
        stored.cast_unsigned(),
        won,
        "each that was told yes is there, and no other"
    );
    assert!(won > 20, "{won} of {}", CALLERS * TRIES);
    assert_eq!(runs, CALLERS * TRIES, "a deadlock would have run one again");
}

/// Without the lock the database itself still holds the line.
#[test]
fn without_the_lock_the_constraint_still_refuses() {
    let stage = Stage::postgres_with(16);
    stage.done(|tx| {
        found(tx)?;
        (0..HOSTS).try_for_each(|h| hosts::insert(tx, host_id(h), OrganizationId(id(1)), "h"))
    });
    std::thread::scope(|scope| {
        for caller in 0..16 {
            let stage = &stage;
            scope.spawn(move || {
                for attempt in 0..TRIES {
                    let wanted = wanted(caller, attempt);
                    let outcome = stage.run(move |tx| book(tx, &wanted));
                    if let Err(error) = outcome {
                        let known = error.constraint() == Some("claim_no_overlap")
                            || error == StoreError::Overloaded;
                        assert!(known, "{error:?}");
                    }
                }
            });
        }
    });
    assert_eq!(stage.count(OVERLAPS), 0);
}
