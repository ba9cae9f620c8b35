//! Lanes and their limits, where there are threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::task::{Context, Waker};

use store::{Lane, StoreError};

use crate::support::world::found;
use crate::support::{Stage, block_on};

/// Waiting units one lane holds.
const QUEUE_MAX: usize = 4096;

fn a_reading_unit_cannot_write(stage: &Stage) {
    stage.done(found);
    let written = stage.run_in(Lane::Read, |tx| tx.execute("DELETE FROM schedule", &[]));
    assert!(
        matches!(
            written,
            Err(StoreError::Database(_) | StoreError::Unwritable(_))
        ),
        "{written:?}"
    );
    let read = stage.run_in(Lane::Read, |tx| {
        tx.first("SELECT count(*) FROM host", &[])?
            .expect("a count")
            .take::<i64>()
    });
    assert_eq!(read, Ok(1));
}

#[test]
fn a_reading_unit_cannot_write_to_sqlite() {
    a_reading_unit_cannot_write(&Stage::sqlite());
}

#[test]
fn a_reading_unit_cannot_write_to_postgres() {
    a_reading_unit_cannot_write(&Stage::postgres());
}

/// A unit that keeps its thread until `go` is dropped.
fn keep_a_thread(stage: &Stage, lane: Lane) -> mpsc::Sender<()> {
    let (go, wait) = mpsc::channel::<()>();
    let (begun, has_begun) = mpsc::channel();
    let store = stage.store.clone();
    std::thread::spawn(move || {
        let unit = store.unit(lane, "contract.keep", move |_| {
            begun.send(()).expect("the test waits");
            // An error: the other end is gone.
            assert!(wait.recv().is_err());
            Ok::<_, StoreError>(())
        });
        block_on(unit)
    });
    has_begun.recv().unwrap();
    go
}

fn a_full_lane_refuses_and_the_others_do_not(stage: &Stage) {
    let go = keep_a_thread(stage, Lane::Interactive);
    let mut context = Context::from_waker(Waker::noop());
    let mut waiting = Vec::new();
    for _ in 0..QUEUE_MAX {
        let mut unit = Box::pin(stage.store.unit(Lane::Interactive, "contract.wait", |_| {
            Ok::<_, StoreError>(())
        }));
        assert!(unit.as_mut().poll(&mut context).is_pending());
        waiting.push(unit);
    }
    let one_more = stage.run(|_| Ok(()));
    assert_eq!(one_more, Err(StoreError::Overloaded));
    let mut other = Box::pin(stage.store.unit(Lane::Background, "contract.other", |_| {
        Ok::<_, StoreError>(())
    }));
    assert!(other.as_mut().poll(&mut context).is_pending());
    drop(go);
    for unit in waiting {
        assert_eq!(block_on(unit), Ok(()));
    }
    assert_eq!(block_on(other), Ok(()));
}

#[test]
fn a_full_lane_refuses_on_sqlite() {
    a_full_lane_refuses_and_the_others_do_not(&Stage::sqlite());
}

#[test]
fn a_full_lane_refuses_on_postgres() {
    a_full_lane_refuses_and_the_others_do_not(&Stage::postgres_with(1));
}

/// Behind a unit that keeps the only thread, who came last but is waited for goes first.
fn interactive_units_go_before_background_ones(stage: &Stage) {
    let go = keep_a_thread(stage, Lane::Background);
    let answered = Arc::new(AtomicBool::new(false));
    let mut context = Context::from_waker(Waker::noop());
    let seen = Arc::clone(&answered);
    let mut background = Box::pin(
        stage
            .store
            .unit(Lane::Background, "contract.last", move |_| {
                Ok::<_, StoreError>(seen.load(Ordering::SeqCst))
            }),
    );
    assert!(background.as_mut().poll(&mut context).is_pending());
    let mut interactive = Box::pin(stage.store.unit(
        Lane::Interactive,
        "contract.first",
        move |_| {
            answered.store(true, Ordering::SeqCst);
            Ok::<_, StoreError>(())
        },
    ));
    assert!(interactive.as_mut().poll(&mut context).is_pending());
    drop(go);
    assert_eq!(block_on(interactive), Ok(()));
    assert_eq!(block_on(background), Ok(true));
}

#[test]
fn interactive_goes_before_background_on_sqlite() {
    interactive_units_go_before_background_ones(&Stage::sqlite());
}

#[test]
fn interactive_goes_before_background_on_postgres() {
    interactive_units_go_before_background_ones(&Stage::postgres_with(1));
}

/// Background units that wait for a lock leave threads for people.
#[test]
fn background_units_never_hold_every_thread_of_the_pool() {
    let stage = Stage::postgres_with(4);
    let go = keep_a_thread(&stage, Lane::Background);
    let mut context = Context::from_waker(Waker::noop());
    let mut second = Box::pin(stage.store.unit(Lane::Background, "contract.second", |_| {
        Ok::<_, StoreError>(())
    }));
    assert!(second.as_mut().poll(&mut context).is_pending());
    for _ in 0..10 {
        assert_eq!(stage.run(|_| Ok(())), Ok(()));
        assert_eq!(stage.run_in(Lane::Read, |_| Ok(())), Ok(()));
    }
    assert!(second.as_mut().poll(&mut context).is_pending());
    drop(go);
    assert_eq!(block_on(second), Ok(()));
}
