//! Many callers at once, and what happens around a commit.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use domain::booking::Booking;
use domain::{HostId, OrganizationId};
use store::postgres::pool::Pool;
use store::sqlite::threaded::Threaded;
use store::tables::{hosts, organizations};
use store::{Backend, Lane, Store, StoreError, Topic, Tx, Verdict, Work, values};

use crate::support::cluster::Schema;
use crate::support::world::{book, booking, found, hour, id, organization};
use crate::support::{NOW, Stage, on_every_database};

on_every_database! {
    fn sixteen_callers_share_a_store_and_none_is_lost(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            (0..16).try_for_each(|host| hosts::insert(tx, host_id(host), OrganizationId(id(1)), "h"))
        });
        std::thread::scope(|scope| {
            for caller in 0..16 {
                scope.spawn(move || {
                    for at in 0..10 {
                        let time = hour(at);
                        let number = u128::from(caller) * 100 + u128::try_from(at).expect("small") + 1000;
                        let host_id = host_id(caller);
                        let b = Booking { host_id, ..booking(number, time) };
                        stage.done(move |tx| book(tx, &b));
                    }
                });
            }
        });
        assert_eq!(stage.count("SELECT count(*) FROM claim"), 160);
        assert_eq!(stage.count("SELECT count(*) FROM attendee"), 160);
    }
}

fn host_id(number: u32) -> HostId {
    HostId(id(u128::from(number) + 500))
}

fn what_a_commit_wakes_is_told_before_the_answer(stage: &Stage) {
    assert!(stage.is_threaded);
    let seen = stage.run_in(Lane::Background, |tx| {
        tx.wake(Topic::DueWork);
        Ok(())
    });
    assert_eq!((seen, stage.wakes.count()), (Ok(()), 1));
    stage.done(|_| Ok(()));
    assert_eq!(
        stage.wakes.count(),
        1,
        "a unit that wakes nobody wakes nobody"
    );
}

#[test]
fn a_commit_wakes_on_sqlite() {
    what_a_commit_wakes_is_told_before_the_answer(&Stage::sqlite());
}

#[test]
fn a_commit_wakes_on_postgres() {
    what_a_commit_wakes_is_told_before_the_answer(&Stage::postgres());
}

fn a_panicking_unit_answers_and_the_store_lives_on(stage: &Stage) {
    let panicked = stage.run(|tx| {
        organizations::insert(tx, &organization(1, "a", "a"), NOW)?;
        assert_eq!(tx.dialect(), store::Dialect::Sqlite, "on purpose");
        panic!("on purpose")
    });
    let panicked: Result<(), StoreError> = panicked;
    assert_eq!(panicked, Err(StoreError::Panicked("contract.unit")));
    stage.done(|tx| organizations::insert(tx, &organization(1, "a", "a"), NOW));
    let reading = stage.run_in(Lane::Read, |_| -> Result<(), _> { panic!("on purpose") });
    assert_eq!(reading, Err(StoreError::Panicked("contract.unit")));
    assert_eq!(stage.count("SELECT count(*) FROM organization"), 1);
}

#[test]
fn a_panic_is_answered_on_sqlite() {
    a_panicking_unit_answers_and_the_store_lives_on(&Stage::sqlite());
}

#[test]
fn a_panic_is_answered_on_postgres() {
    a_panicking_unit_answers_and_the_store_lives_on(&Stage::postgres());
}

/// A unit that counts that it was answered.
struct Counted {
    slug: String,
    number: u128,
    answered: Arc<AtomicU32>,
}

impl Work for Counted {
    fn name(&self) -> &'static str {
        "contract.counted"
    }

    fn run(&mut self, tx: &mut dyn Tx) -> Verdict {
        let added = organizations::insert(tx, &organization(self.number, &self.slug, ""), NOW);
        added.map_or(Verdict::Undo, |()| Verdict::Keep)
    }

    fn settle(&mut self, commit: Result<(), StoreError>) {
        assert_eq!(commit, Ok(()));
        self.answered.fetch_add(1, Ordering::SeqCst);
    }
}

/// A store that closes finishes what it took and forgets no answer.
fn closing_finishes_what_was_taken(backend: impl Backend) {
    let answered = Arc::new(AtomicU32::new(0));
    for number in 0..200 {
        let lane = [Lane::Interactive, Lane::Background][usize::from(number % 2 == 0)];
        let unit = Counted {
            slug: format!("s{number}"),
            number,
            answered: Arc::clone(&answered),
        };
        backend.submit(lane, Box::new(unit)).unwrap();
    }
    drop(backend);
    assert_eq!(answered.load(Ordering::SeqCst), 200);
}

#[test]
fn sqlite_closes_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Threaded::open(folder.path(), NOW, Box::new(|_| {})).unwrap();
    closing_finishes_what_was_taken(open());
    let count = "SELECT count(*) FROM organization";
    assert_eq!(Stage::on(Store::new(Arc::new(open()))).count(count), 200);
}

#[test]
fn postgres_closes_in_order() {
    let schema = Schema::fresh();
    closing_finishes_what_was_taken(Pool::open(&schema.url(), NOW, Box::new(|_| {}), 4).unwrap());
    let count = "SELECT count(*) FROM organization";
    let count: i64 = schema.client().query_one(count, &[]).unwrap().get(0);
    assert_eq!(count, 200);
}

/// A unit that is the last to have the store, as soon as `go` comes, and says when it has let it go.
struct Last {
    store: Option<Store>,
    go: mpsc::Receiver<()>,
    gone: mpsc::Sender<()>,
}

impl Work for Last {
    fn name(&self) -> &'static str {
        "contract.last"
    }

    fn run(&mut self, _tx: &mut dyn Tx) -> Verdict {
        Verdict::Keep
    }

    fn settle(&mut self, _commit: Result<(), StoreError>) {
        self.go.recv().expect("the test says when");
        drop(self.store.take());
        self.gone.send(()).expect("the test waits");
    }
}

/// No thread waits for itself, wherever the last of the store is dropped.
fn a_unit_may_be_the_last_to_have_the_store(backend: impl Backend + 'static) {
    let backend = Arc::new(backend);
    let ((go, wait), (gone, is_gone)) = (mpsc::channel(), mpsc::channel());
    let last = Last {
        store: Some(Store::new(backend.clone())),
        go: wait,
        gone,
    };
    backend.submit(Lane::Interactive, Box::new(last)).unwrap();
    drop(backend);
    go.send(()).unwrap();
    is_gone.recv().expect("the thread lived to tell");
}

#[test]
fn a_unit_may_be_the_last_to_have_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    a_unit_may_be_the_last_to_have_the_store(
        Threaded::open(folder.path(), NOW, Box::new(|_| {})).unwrap(),
    );
}

#[test]
fn a_unit_may_be_the_last_to_have_postgresql() {
    let schema = Schema::fresh();
    a_unit_may_be_the_last_to_have_the_store(
        Pool::open(&schema.url(), NOW, Box::new(|_| {}), 2).unwrap(),
    );
}

/// The pool meets a real deadlock: two units lock two hosts in opposite orders.
#[test]
fn a_deadlock_is_run_again_and_both_units_are_done() {
    let stage = Stage::postgres_with(2);
    stage.done(|tx| {
        found(tx)?;
        (0..2).try_for_each(|h| hosts::insert(tx, host_id(h), OrganizationId(id(1)), "0"))
    });
    let runs = Arc::new(AtomicU32::new(0));
    // Both wait here on their first run, each with one lock.
    let meeting = Arc::new(Mutex::new(0));
    std::thread::scope(|scope| {
        for (first, second) in [(0, 1), (1, 0)] {
            let (stage, runs, meeting) = (&stage, Arc::clone(&runs), Arc::clone(&meeting));
            scope.spawn(move || {
                stage.done(move |tx| {
                    rename(tx, host_id(first))?;
                    if runs.fetch_add(1, Ordering::SeqCst) < 2 {
                        *meeting.lock().unwrap() += 1;
                        while *meeting.lock().unwrap() < 2 {
                            std::thread::yield_now();
                        }
                    }
                    rename(tx, host_id(second))
                });
            });
        }
    });
    assert!(
        runs.load(Ordering::SeqCst) >= 3,
        "one of them was run again"
    );
    assert_eq!(
        stage.count("SELECT count(*) FROM host WHERE name = '0xx'"),
        2
    );
}

fn rename(tx: &mut dyn Tx, host: HostId) -> Result<(), StoreError> {
    let sql = "UPDATE host SET name = name || 'x' WHERE id = ?1";
    tx.execute(sql, values![host]).map(drop)
}
