//! The writer thread with group commit, and reader threads beside it.
//!
//! Units that wait at the same time share one transaction, each in a savepoint of its own, and one
//! commit. Every answer of a batch, refusals too, waits for that commit: a refusal may rest on a
//! booking of the same batch that would otherwise not yet be durable.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use domain::Instant;
use rusqlite::Connection;

use super::folder::Folder;
use super::tx::SqliteTx;
use super::{OpenError, open_reader, open_writer};
use crate::error::StoreError;
use crate::ledger::Ledger;
use crate::tx::Wakes;
use crate::unit::{Backend, Lane, Verdict, Work, join};

pub use crate::unit::OnCommit;

/// Units one lane may hold: more than any burst we answer in time.
const QUEUE_MAX: usize = 4096;
/// Interactive units in one commit: enough to hide the flush, few enough to answer soon.
const BATCH_MAX: usize = 64;
/// For how many background units after an interactive one the next is expected: enough that bookings a
/// second apart meet short ones, few enough that an idle installation reads a calendar in long ones.
const PRESSED_UNITS: u32 = 64;
/// Two cores read beside the writer.
const READERS: usize = 2;

/// SQLite behind its own threads.
pub struct Threaded {
    queues: Arc<Queues>,
    threads: Vec<JoinHandle<()>>,
    // Released last, after every thread has ended.
    _folder: Folder,
}

impl Threaded {
    /// Opens or makes the database in the folder `data_dir` and starts its threads.
    ///
    /// # Errors
    /// [`OpenError`].
    ///
    /// # Panics
    /// When the operating system refuses a thread.
    pub fn open(data_dir: &Path, now: Instant, on_commit: OnCommit) -> Result<Self, OpenError> {
        let folder = Folder::take(data_dir)?;
        let path = folder.database();
        let writer = open_writer(&path, now)?;
        let queues = Arc::new(Queues::default());
        let spawn = |name: &str, body: Box<dyn FnOnce() + Send>| {
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(body)
                .expect("a thread can be started")
        };
        let shared = Arc::clone(&queues);
        let mut threads = vec![spawn(
            "store-write",
            Box::new(move || write(&writer, &shared, &on_commit)),
        )];
        for _ in 0..READERS {
            let reader = open_reader(&path)?;
            let shared = Arc::clone(&queues);
            threads.push(spawn(
                "store-read",
                Box::new(move || read(&reader, &shared)),
            ));
        }
        Ok(Self {
            queues,
            threads,
            _folder: folder,
        })
    }
}

impl Backend for Threaded {
    fn submit(&self, lane: Lane, work: Box<dyn Work>) -> Result<(), StoreError> {
        let mut state = self.queues.lock();
        if state.closed {
            return Err(StoreError::Closed);
        }
        let (queue, bell) = match lane {
            Lane::Interactive => (&mut state.interactive, &self.queues.writer),
            Lane::Background => (&mut state.background, &self.queues.writer),
            Lane::Read => (&mut state.reads, &self.queues.readers),
        };
        if queue.len() >= QUEUE_MAX {
            return Err(StoreError::Overloaded);
        }
        queue.push_back(work);
        bell.notify_one();
        if lane == Lane::Interactive {
            state.pressed = PRESSED_UNITS;
        }
        Ok(())
    }

    fn is_pressed(&self) -> bool {
        self.queues.lock().pressed > 0
    }
}

impl Drop for Threaded {
    /// Finishes what was taken, then stops.
    fn drop(&mut self) {
        self.queues.lock().closed = true;
        self.queues.writer.notify_all();
        self.queues.readers.notify_all();
        for thread in self.threads.drain(..) {
            join(thread);
        }
    }
}

#[derive(Default)]
struct Queues {
    state: Mutex<State>,
    writer: Condvar,
    readers: Condvar,
}

#[derive(Default)]
struct State {
    interactive: VecDeque<Box<dyn Work>>,
    background: VecDeque<Box<dyn Work>>,
    reads: VecDeque<Box<dyn Work>>,
    /// Background units that are still to be short.
    pressed: u32,
    closed: bool,
}

impl Queues {
    fn lock(&self) -> MutexGuard<'_, State> {
        // The queues are whole whoever panicked: every change to them is a single push or pop.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next units to commit together; empty when closed and drained.
    fn next_batch(&self) -> Vec<Box<dyn Work>> {
        let idle = |s: &mut State| s.interactive.is_empty() && s.background.is_empty() && !s.closed;
        let mut state = self
            .writer
            .wait_while(self.lock(), idle)
            .unwrap_or_else(PoisonError::into_inner);
        let count = state.interactive.len().min(BATCH_MAX);
        let mut batch: Vec<_> = state.interactive.drain(..count).collect();
        // One background unit a batch: it delays nobody by more than its own bound, and never starves.
        let background = state.background.pop_front();
        if background.is_some() {
            state.pressed = state.pressed.saturating_sub(1);
        }
        batch.extend(background);
        batch
    }

    fn next_read(&self) -> Option<Box<dyn Work>> {
        let idle = |s: &mut State| s.reads.is_empty() && !s.closed;
        let mut state = self
            .readers
            .wait_while(self.lock(), idle)
            .unwrap_or_else(PoisonError::into_inner);
        state.reads.pop_front()
    }
}

fn write(connection: &Connection, queues: &Queues, on_commit: &OnCommit) {
    loop {
        let mut batch = queues.next_batch();
        if batch.is_empty() {
            return;
        }
        commit_batch(connection, &mut batch, on_commit);
    }
}

/// Runs `batch` in one transaction, or, if that is lost, each unit in one of its own.
fn commit_batch(connection: &Connection, batch: &mut [Box<dyn Work>], on_commit: &OnCommit) {
    match try_commit(connection, batch) {
        Ok((wakes, answers)) => {
            on_commit(&wakes);
            for (work, answer) in batch.iter_mut().zip(answers) {
                work.settle(answer);
            }
        }
        Err(error) if batch.len() == 1 => {
            tracing::error!(unit = batch[0].name(), %error, "unit could not be committed");
            batch[0].settle(Err(error));
        }
        Err(error) => {
            tracing::warn!(units = batch.len(), %error, "batch lost, running its units singly");
            batch
                .chunks_mut(1)
                .for_each(|one| commit_batch(connection, one, on_commit));
        }
    }
}

/// What a committed unit is to be told: its own result, or why its changes could not be kept.
type Answer = Result<(), StoreError>;

/// All of `batch` in one transaction, each unit in a savepoint. On error nothing of it stands.
fn try_commit(
    connection: &Connection,
    batch: &mut [Box<dyn Work>],
) -> Result<(Wakes, Vec<Answer>), StoreError> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut tx = SqliteTx::new(connection, Ledger::default());
    let ran: Result<Vec<Answer>, StoreError> = batch
        .iter_mut()
        .map(|work| run_in_savepoint(connection, &mut tx, &mut **work))
        .collect();
    let committed = ran.and_then(|answers| {
        connection.execute_batch("COMMIT")?;
        Ok(answers)
    });
    if committed.is_err() && !connection.is_autocommit() {
        // Nothing more can be done for it if even this fails; the next BEGIN will say so.
        drop(connection.execute_batch("ROLLBACK"));
    }
    Ok((tx.ledger.close().0, committed?))
}

fn run_in_savepoint(
    connection: &Connection,
    tx: &mut SqliteTx<'_>,
    work: &mut dyn Work,
) -> Result<Answer, StoreError> {
    connection.prepare_cached("SAVEPOINT unit")?.execute([])?;
    tx.ledger.begin_unit();
    let verdict = catch_unwind(AssertUnwindSafe(|| work.run(tx))).unwrap_or(Verdict::Undo);
    // Some errors (disk full, out of memory) make SQLite roll back the whole transaction on its own.
    if connection.is_autocommit() {
        return Err(StoreError::Unwritable(
            "its disk is full or failing, or memory ran out: free some".into(),
        ));
    }
    let answer = match verdict {
        Verdict::Keep => tx.ledger.sound(),
        Verdict::Undo => Ok(()),
    };
    if verdict == Verdict::Undo || answer.is_err() {
        connection.prepare_cached("ROLLBACK TO unit")?.execute([])?;
    }
    connection.prepare_cached("RELEASE unit")?.execute([])?;
    Ok(answer)
}

fn read(connection: &Connection, queues: &Queues) {
    while let Some(mut work) = queues.next_read() {
        let outcome = read_one(connection, &mut *work);
        work.settle(outcome);
    }
}

/// One snapshot for all statements of a reading unit.
fn read_one(connection: &Connection, work: &mut dyn Work) -> Result<(), StoreError> {
    connection.prepare_cached("BEGIN")?.execute([])?;
    let mut tx = SqliteTx::new(connection, Ledger::default());
    let ran = catch_unwind(AssertUnwindSafe(|| work.run(&mut tx)));
    let sound = tx.ledger.sound();
    connection.prepare_cached("COMMIT")?.execute([])?;
    match ran {
        Ok(Verdict::Keep) => sound,
        Ok(Verdict::Undo) => Ok(()),
        Err(_) => Err(StoreError::Panicked(work.name())),
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::{Context, Poll, Wake, Waker};
    use std::thread::Thread;

    use super::*;
    use crate::{Store, Topic, Tx, attempt, values};

    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut future = pin!(future);
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(value) => return value,
                Poll::Pending => std::thread::park(),
            }
        }
    }

    fn open(dir: &tempfile::TempDir) -> Store {
        let backend =
            Threaded::open(dir.path(), Instant::from_micros(1), Box::new(|_| {})).unwrap();
        Store::new(Arc::new(backend))
    }

    /// A unit that says when it is answered.
    struct Told {
        verdict: Verdict,
        answered: Arc<AtomicU32>,
    }

    impl Work for Told {
        fn name(&self) -> &'static str {
            "test.told"
        }

        fn run(&mut self, _tx: &mut dyn Tx) -> Verdict {
            self.verdict
        }

        fn settle(&mut self, _commit: Result<(), StoreError>) {
            self.answered.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A refusal may rest on a neighbour of its batch that is not yet durable: it waits as well.
    #[test]
    fn every_answer_of_a_batch_waits_for_its_commit() {
        let connection = Connection::open_in_memory().unwrap();
        let answered = Arc::new(AtomicU32::new(0));
        let told = |verdict| -> Box<dyn Work> {
            Box::new(Told {
                verdict,
                answered: answered.clone(),
            })
        };
        let mut batch = vec![
            told(Verdict::Undo),
            told(Verdict::Keep),
            told(Verdict::Undo),
        ];
        let committed = Arc::new(AtomicU32::new(0));
        let (early, commits) = (answered.clone(), committed.clone());
        let on_commit: OnCommit = Box::new(move |_| {
            commits.fetch_add(1, Ordering::Relaxed);
            assert_eq!(
                early.load(Ordering::Relaxed),
                0,
                "answered before the commit"
            );
        });
        commit_batch(&connection, &mut batch, &on_commit);
        let counts = (
            committed.load(Ordering::Relaxed),
            answered.load(Ordering::Relaxed),
        );
        assert_eq!(
            counts,
            (1, 3),
            "one commit for the batch, then every answer"
        );
    }

    fn add(store: &Store, slug: &'static str) -> impl Future<Output = Result<(), StoreError>> {
        let store = store.clone();
        async move {
            store
                .unit(Lane::Interactive, "test.add", move |tx| {
                    tx.execute(
                        "INSERT INTO organization VALUES (?1, ?2, 'x', 'UTC', 'en', 1, 'allow', 60)",
                        values![slug.as_bytes(), slug],
                    )
                    .map(drop)
                })
                .await
        }
    }

    fn count(store: &Store) -> i64 {
        block_on(store.unit(Lane::Read, "test.count", |tx| {
            tx.first("SELECT count(*) FROM organization", &[])?
                .expect("a count")
                .take()
        }))
        .unwrap()
    }

    #[test]
    fn a_refused_unit_leaves_no_trace_and_its_neighbours_stand() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&dir);
        let refused: Result<(), StoreError> =
            block_on(store.unit(Lane::Interactive, "test.refuse", |tx| {
                tx.execute(
                    "INSERT INTO organization VALUES (x'00', 'no', 'x', 'UTC', 'en', 1, 'allow', 60)",
                    &[],
                )?;
                Err(StoreError::Overloaded)
            }));
        assert_eq!(refused, Err(StoreError::Overloaded));
        block_on(add(&store, "yes")).unwrap();
        assert_eq!(count(&store), 1);
    }

    #[test]
    fn interactive_units_press_for_a_while_and_background_units_do_not() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&dir);
        let nothing = |lane| -> Result<(), StoreError> {
            block_on(store.unit(lane, "test.nothing", |_| Ok(())))
        };
        nothing(Lane::Background).unwrap();
        nothing(Lane::Read).unwrap();
        assert!(!store.is_pressed());
        nothing(Lane::Interactive).unwrap();
        for _ in 0..PRESSED_UNITS {
            assert!(store.is_pressed());
            nothing(Lane::Background).unwrap();
        }
        assert!(!store.is_pressed());
    }

    #[test]
    fn a_constraint_is_named_and_does_not_harm_the_batch() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&dir);
        block_on(add(&store, "a")).unwrap();
        assert!(matches!(
            block_on(add(&store, "a")),
            Err(StoreError::Constraint(_))
        ));
        block_on(add(&store, "b")).unwrap();
        assert_eq!(count(&store), 2);
    }

    #[test]
    fn a_panicking_unit_answers_and_the_writer_lives_on() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&dir);
        let panicked: Result<(), StoreError> =
            block_on(store.unit(Lane::Interactive, "test.panic", |_| panic!("on purpose")));
        assert_eq!(panicked, Err(StoreError::Panicked("test.panic")));
        block_on(add(&store, "a")).unwrap();
        assert_eq!(count(&store), 1);
    }

    /// A unit that ends the transaction under everyone stands for a disk that fills up half-way.
    #[test]
    fn when_the_outer_transaction_is_lost_units_are_run_singly() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE t (x INTEGER) STRICT")
            .unwrap();
        let runs = Arc::new(AtomicU32::new(0));
        let backend = Collect::default();
        let store = Store::new(Arc::new(backend.clone()));
        let first = runs.clone();
        let mut insert = Box::pin(store.unit(Lane::Interactive, "test.insert", move |tx| {
            first.fetch_add(1, Ordering::Relaxed);
            tx.execute("INSERT INTO t VALUES (1)", &[])
        }));
        let mut lose = Box::pin(store.unit(Lane::Interactive, "test.lose", |tx| {
            tx.execute("ROLLBACK", &[])
        }));
        let mut context = Context::from_waker(Waker::noop());
        assert!(insert.as_mut().poll(&mut context).is_pending());
        assert!(lose.as_mut().poll(&mut context).is_pending());
        let mut batch = std::mem::take(&mut *backend.0.lock().unwrap());
        commit_batch(
            &connection,
            &mut batch,
            &(Box::new(|_: &Wakes| {}) as OnCommit),
        );
        assert_eq!(
            runs.load(Ordering::Relaxed),
            2,
            "once in the batch, once alone"
        );
        assert_eq!(insert.as_mut().poll(&mut context), Poll::Ready(Ok(1)));
        assert!(matches!(
            lose.as_mut().poll(&mut context),
            Poll::Ready(Err(StoreError::Unwritable(_)))
        ));
        let kept: i64 = connection
            .query_row("SELECT count(*) FROM t", [], |r| r.get(0))
            .unwrap();
        assert_eq!(kept, 1);
    }

    #[derive(Clone, Default)]
    struct Collect(Arc<Mutex<Vec<Box<dyn Work>>>>);

    impl Backend for Collect {
        fn submit(&self, _lane: Lane, work: Box<dyn Work>) -> Result<(), StoreError> {
            self.0.lock().unwrap().push(work);
            Ok(())
        }
    }

    #[test]
    fn an_attempt_that_fails_undoes_itself_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&dir);
        let insert = |tx: &mut dyn Tx, slug: &'static str| {
            let values = values![slug.as_bytes(), slug];
            tx.execute(
                "INSERT INTO organization VALUES (?1, ?2, 'x', 'UTC', 'en', 1, 'allow', 60)",
                values,
            )
        };
        let kept: Result<(), StoreError> =
            block_on(store.unit(Lane::Interactive, "test.attempt", move |tx| {
                insert(tx, "kept")?;
                let outer = attempt(tx, |tx| {
                    insert(tx, "outer")?;
                    attempt(tx, |tx| insert(tx, "inner"))?;
                    insert(tx, "kept")
                });
                assert!(matches!(outer, Err(StoreError::Constraint(_))));
                attempt(tx, |tx| insert(tx, "also")).map(drop)
            }));
        assert_eq!((kept, count(&store)), (Ok(()), 2));
    }

    #[test]
    fn a_reading_unit_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&dir);
        let written: Result<u64, StoreError> =
            block_on(store.unit(Lane::Read, "test.write", |tx| {
                tx.execute("DELETE FROM organization", &[])
            }));
        assert!(
            matches!(written, Err(StoreError::Database(_))),
            "{written:?}"
        );
    }

    #[test]
    fn a_folder_in_use_is_refused_and_free_after() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&dir);
        let second = Threaded::open(dir.path(), Instant::from_micros(1), Box::new(|_| {}));
        assert!(matches!(second.map(drop), Err(OpenError::InUse(_))));
        drop(store);
        open(&dir);
    }

    #[test]
    fn what_a_commit_wakes_is_told_before_the_answer() {
        let dir = tempfile::tempdir().unwrap();
        let told = Arc::new(AtomicU32::new(0));
        let teller = told.clone();
        let on_commit: OnCommit = Box::new(move |wakes| {
            teller.fetch_add(
                u32::from(wakes.contains(&Topic::DueWork)),
                Ordering::Relaxed,
            );
        });
        let store = Store::new(Arc::new(
            Threaded::open(dir.path(), Instant::from_micros(1), on_commit).unwrap(),
        ));
        let answer: Result<(), StoreError> =
            block_on(store.unit(Lane::Background, "test.wake", |tx| {
                tx.wake(Topic::DueWork);
                Ok(())
            }));
        assert_eq!((answer, told.load(Ordering::Relaxed)), (Ok(()), 1));
    }
}
