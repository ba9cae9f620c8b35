//! A store on each database, and how to use one from a test.

pub(crate) mod cluster;
pub(crate) mod proxy;
pub(crate) mod world;

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use domain::Instant;
use store::postgres;
use store::sqlite;
use store::tx::Wakes;
use store::{Lane, OnCommit, Store, StoreError, Tx};

use self::cluster::Schema;

/// Nothing that a test waits for takes longer on any machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) const NOW: Instant = Instant::from_micros(1_790_000_000_000_000);

/// A store and what must outlive it.
pub(crate) struct Stage {
    pub(crate) store: Store,
    pub(crate) wakes: Arc<Heard>,
    /// Whether it runs on threads of its own.
    pub(crate) is_threaded: bool,
    _keep: Keep,
}

/// Dropped after the store that uses it.
#[expect(dead_code, reason = "held, not read")]
enum Keep {
    Nothing,
    Folder(tempfile::TempDir),
    Schema(Schema),
}

impl Stage {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let wakes = Arc::<Heard>::default();
        let backend =
            sqlite::threaded::Threaded::open(folder.path(), NOW, Heard::ear(&wakes)).unwrap();
        Self::of(
            Store::new(Arc::new(backend)),
            wakes,
            Keep::Folder(folder),
            true,
        )
    }

    pub(crate) fn sqlite_inline() -> Self {
        let backend = sqlite::inline::Inline::open(NOW).unwrap();
        let store = Store::new(Arc::new(backend));
        Self::of(store, Arc::default(), Keep::Nothing, false)
    }

    pub(crate) fn postgres() -> Self {
        Self::postgres_with(4)
    }

    pub(crate) fn postgres_with(connections: usize) -> Self {
        let schema = Schema::fresh();
        let wakes = Arc::<Heard>::default();
        let backend =
            postgres::pool::Pool::open(&schema.url(), NOW, Heard::ear(&wakes), connections)
                .unwrap();
        Self::of(
            Store::new(Arc::new(backend)),
            wakes,
            Keep::Schema(schema),
            true,
        )
    }

    pub(crate) fn postgres_inline() -> Self {
        let schema = Schema::fresh();
        let backend = postgres::inline::Inline::open(&cluster::url(), schema.name(), NOW).unwrap();
        let store = Store::new(Arc::new(backend));
        Self::of(store, Arc::default(), Keep::Schema(schema), false)
    }

    /// A store that somebody else keeps.
    pub(crate) fn on(store: Store) -> Self {
        Self::of(store, Arc::default(), Keep::Nothing, true)
    }

    const fn of(store: Store, wakes: Arc<Heard>, keep: Keep, is_threaded: bool) -> Self {
        Self {
            store,
            wakes,
            is_threaded,
            _keep: keep,
        }
    }

    /// Runs `body` as an interactive unit.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        body: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run_in(Lane::Interactive, body)
    }

    pub(crate) fn run_in<T: Send + 'static>(
        &self,
        lane: Lane,
        body: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        block_on(self.store.unit(lane, "contract.unit", body))
    }

    /// Runs `body` and expects it to be done.
    #[track_caller]
    pub(crate) fn done<T: Send + 'static>(
        &self,
        body: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.run(body).unwrap()
    }

    /// Rows of a table.
    pub(crate) fn count(&self, sql: &'static str) -> i64 {
        self.done(move |tx| tx.first(sql, &[])?.expect("a count").take())
    }
}

/// What `on_commit` was told.
#[derive(Default)]
pub(crate) struct Heard {
    told: Mutex<Vec<Wakes>>,
    bell: Condvar,
}

impl Heard {
    pub(crate) fn ear(heard: &Arc<Self>) -> OnCommit {
        let heard = Arc::clone(heard);
        Box::new(move |wakes| {
            if !wakes.is_empty() {
                heard.told.lock().unwrap().push(wakes.clone());
                heard.bell.notify_all();
            }
        })
    }

    pub(crate) fn count(&self) -> usize {
        self.told.lock().unwrap().len()
    }

    /// Waits until something more than `known` was told; whether it was.
    pub(crate) fn more_than(&self, known: usize) -> bool {
        let told = self.told.lock().unwrap();
        let (told, _) = self
            .bell
            .wait_timeout_while(told, PATIENCE, |told| told.len() <= known)
            .unwrap();
        told.len() > known
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// Each case four times, as `case::sqlite`, `case::sqlite_inline`, `case::postgres` and
/// `case::postgres_inline`.
macro_rules! on_every_database {
    ($($(#[$attribute:meta])* fn $name:ident($stage:ident: &Stage) $body:block)+) => {$(
        mod $name {
            use super::*;

            $(#[$attribute])*
            fn case($stage: &$crate::support::Stage) $body

            #[test]
            fn sqlite() {
                case(&$crate::support::Stage::sqlite());
            }

            #[test]
            fn sqlite_inline() {
                case(&$crate::support::Stage::sqlite_inline());
            }

            #[test]
            fn postgres() {
                case(&$crate::support::Stage::postgres());
            }

            #[test]
            fn postgres_inline() {
                case(&$crate::support::Stage::postgres_inline());
            }
        }
    )+};
}

pub(crate) use on_every_database;
