//! Disks that fill up, turn read-only or fail to sync beneath SQLite: said, nothing half-written, and
//! over as soon as the disk is.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use domain::Instant;
use power_loss::{Refusal, Synchronous};
use store::sqlite::OpenError;
use store::sqlite::threaded::Threaded;
use store::{Lane, Store, StoreError, values};

fn open(dir: &Path) -> Result<Store, OpenError> {
    let backend = Threaded::open(dir, Instant::from_micros(1), Box::new(|_| {}))?;
    Ok(Store::new(Arc::new(backend)))
}

/// Two rows, both or none.
fn add(store: &Store, name: &'static str) -> Result<(), StoreError> {
    wait(store.unit(Lane::Interactive, "test.add", move |tx| {
        for n in ["1", "2"] {
            let slug = format!("{name}{n}");
            tx.execute(
                "INSERT INTO organization VALUES (?1, ?2, ?3, 'UTC', 'en', 1, 'allow', 60)",
                values![slug.as_bytes(), slug.as_str(), "x".repeat(4000)],
            )?;
        }
        Ok(())
    }))
}

fn names(store: &Store) -> Vec<String> {
    let names: Result<_, StoreError> = wait(store.unit(Lane::Read, "test.names", |tx| {
        tx.rows("SELECT slug FROM organization ORDER BY slug", &[])?
            .iter_mut()
            .map(store::Row::take)
            .collect()
    }));
    names.unwrap()
}

/// What a refusing disk is to those who use the store.
fn is_said_undone_and_survived(refusal: Refusal, cause: &str) {
    power_loss::install();
    let dir = tempfile::tempdir().unwrap();
    power_loss::watch(dir.path(), Synchronous::AsAsked);
    let store = open(dir.path()).unwrap();
    add(&store, "before").unwrap();

    power_loss::refuse(dir.path(), Some(refusal));
    for name in ["lost", "lost too"] {
        match add(&store, name) {
            Err(StoreError::Unwritable(said)) => assert!(said.contains(cause), "{said}"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(names(&store), ["before1", "before2"], "reading goes on");

    power_loss::refuse(dir.path(), None);
    add(&store, "later").unwrap();
    let all = ["before1", "before2", "later1", "later2"];
    assert_eq!(names(&store), all);
    drop(store);
    assert_eq!(
        names(&open(dir.path()).unwrap()),
        all,
        "after a restart too"
    );
    store::sqlite::backup::check(&dir.path().join(store::sqlite::FILE_NAME)).unwrap();
}

#[test]
fn a_full_disk_is_said_undone_and_survived() {
    is_said_undone_and_survived(Refusal::Growing, "disk is full");
}

#[test]
fn a_disk_that_turns_read_only_is_said_undone_and_survived() {
    is_said_undone_and_survived(Refusal::Writing, "disk fails");
}

#[test]
fn a_failing_sync_is_said_undone_and_survived() {
    is_said_undone_and_survived(Refusal::Syncing, "disk fails");
}

#[test]
fn a_read_only_file_is_refused_at_the_start_and_taken_when_it_is_writable() {
    power_loss::install();
    let dir = tempfile::tempdir().unwrap();
    add(&open(dir.path()).unwrap(), "before").unwrap();
    power_loss::watch(dir.path(), Synchronous::AsAsked);
    power_loss::refuse(dir.path(), Some(Refusal::Writing));
    let refused = open(dir.path()).map(drop).unwrap_err().to_string();
    assert!(refused.contains("is read-only: make it"), "{refused}");
    power_loss::refuse(dir.path(), None);
    assert_eq!(names(&open(dir.path()).unwrap()), ["before1", "before2"]);
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}
