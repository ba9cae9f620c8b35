//! Threads with a connection each, and what they do when one is lost.
//!
//! A thread connects when it first has something to do. A unit whose connection is lost before its
//! commit is run again on a new one; when none can be made, it and all that follow fail at once until
//! somebody sees the database again (module `wakes`).

use std::sync::Arc;
use std::thread::JoinHandle;

use ::postgres::error::SqlState;
use domain::Instant;

use super::OpenError;
use super::connection::Connection;
use super::fault::one_line;
use super::queues::Queues;
use super::server::Server;
use super::tx::PostgresTx;
use super::unit::{self, Trouble};
use super::wakes::{self, Wire};
use crate::error::StoreError;
use crate::ledger::Ledger;
use crate::migrate::{self, MigrateError, Scripts};
use crate::tx::{Row, Wakes};
use crate::unit::{Backend, Lane, OnCommit, Work, join};

/// Runs of one unit that met a deadlock or lost its connection: more in a row is no accident.
const RUNS_MAX: u32 = 5;

/// Serializes migrations: "lockstep" in ASCII.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(7813871452998133104)";

/// PostgreSQL behind threads of its own.
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    teller: Option<JoinHandle<()>>,
}

struct Shared {
    server: Server,
    queues: Queues,
    wire: Arc<Wire>,
    on_commit: Arc<OnCommit>,
}

impl Pool {
    /// Connects to the database `url` names, brings its schema up to date, and starts `connections`
    /// threads (at least one). It uses two connections more: to tell other processes of due work, and
    /// to hear from them.
    ///
    /// `on_commit` is called for commits of this process and, with every topic, for those of others;
    /// from several threads.
    ///
    /// # Errors
    /// [`OpenError`].
    ///
    /// # Panics
    /// When the operating system refuses a thread.
    pub fn open(
        url: &str,
        now: Instant,
        on_commit: OnCommit,
        connections: usize,
    ) -> Result<Self, OpenError> {
        let server = Server::parse(url)?;
        prepare(&server, now)?;
        let threads = connections.max(1);
        let wire = Arc::new(Wire::new(server.clone()));
        let shared = Arc::new(Shared {
            server,
            queues: Queues::new(threads),
            wire,
            on_commit: Arc::new(on_commit),
        });
        let workers = (0..threads)
            .map(|_| {
                let shared = Arc::clone(&shared);
                spawn("store-unit", move || Worker::new(&shared).run())
            })
            .collect();
        let teller = wakes::start(&shared.wire, Arc::clone(&shared.on_commit));
        Ok(Self {
            shared,
            workers,
            teller: Some(teller),
        })
    }
}

impl Backend for Pool {
    fn submit(&self, lane: Lane, work: Box<dyn Work>) -> Result<(), StoreError> {
        self.shared.queues.push(lane, work)
    }
}

impl Drop for Pool {
    /// Finishes what was taken, tells others of it, then stops.
    fn drop(&mut self) {
        self.shared.queues.close();
        for thread in self.workers.drain(..) {
            join(thread);
        }
        self.shared.wire.close();
        if let Some(teller) = self.teller.take() {
            join(teller);
        }
    }
}

pub(super) fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .expect("a thread can be started")
}

struct Worker<'s> {
    shared: &'s Shared,
    connection: Option<Connection>,
}

impl<'s> Worker<'s> {
    const fn new(shared: &'s Shared) -> Self {
        Self {
            shared,
            connection: None,
        }
    }

    fn run(&mut self) {
        while let Some((lane, mut work)) = self.shared.queues.next() {
            let outcome = self.complete(lane, &mut *work);
            self.shared.queues.done(lane);
            work.settle(outcome.map(|wakes| self.announce(&wakes)));
        }
    }

    fn announce(&self, wakes: &Wakes) {
        if wakes.is_empty() {
            return;
        }
        (self.shared.on_commit)(wakes);
        self.shared.wire.tell();
    }

    /// Runs `work` until it is committed, refused, or has failed for good; gives what it woke.
    fn complete(&mut self, lane: Lane, work: &mut dyn Work) -> Result<Wakes, StoreError> {
        let name = work.name();
        let mut last = StoreError::Overloaded;
        for run in 1..=RUNS_MAX {
            let mut connection = match self.connection.take() {
                Some(connection) => connection,
                None => self.connect()?,
            };
            let trouble = match unit::run(&mut connection, lane, work, Ledger::default()) {
                Ok(ran) => {
                    self.connection = Some(connection);
                    return Ok(ran.wakes);
                }
                Err(trouble) => trouble,
            };
            if trouble.leaves_connection() {
                self.connection = Some(connection);
            }
            last = match trouble {
                Trouble::Again(cause) => {
                    tracing::debug!(unit = name, run, cause, "another unit was in the way");
                    StoreError::Overloaded
                }
                Trouble::Lost(cause) => {
                    tracing::debug!(unit = name, run, cause, "connection lost before the commit");
                    StoreError::Unavailable
                }
                Trouble::Unknown | Trouble::Failed(_) => {
                    let error = StoreError::from(trouble);
                    tracing::error!(unit = name, %error, "unit could not be committed");
                    return Err(error);
                }
            };
        }
        tracing::warn!(unit = name, runs = RUNS_MAX, error = %last, "unit given up");
        Err(last)
    }

    fn connect(&self) -> Result<Connection, StoreError> {
        if self.shared.wire.is_away() {
            return Err(StoreError::Unavailable);
        }
        let server = &self.shared.server;
        // Whatever cut one connection may have cut the next on its way up; twice is no accident.
        let connected = server.connect().or_else(|_| server.connect());
        connected.map_err(|error| {
            if error.code() == Some(&SqlState::TOO_MANY_CONNECTIONS) {
                tracing::warn!("the database takes no more connections: lower their number");
                return StoreError::Overloaded;
            }
            self.shared.wire.set_away(&error);
            StoreError::Unavailable
        })
    }
}

/// Checks the database and brings its schema up to date, on a thread of its own: the driver must not
/// run on one that has a runtime already, and our caller's may.
pub(super) fn prepare(server: &Server, now: Instant) -> Result<(), OpenError> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| check_and_migrate(server, now));
        thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn check_and_migrate(server: &Server, now: Instant) -> Result<(), OpenError> {
    let unreachable = |e: ::postgres::Error| OpenError::Unreachable {
        place: server.place(),
        cause: one_line(&e),
    };
    let mut connection = Connection::new(server.raw().map_err(unreachable)?);
    if let Some(cause) = unfit(&mut connection).map_err(unreachable)? {
        let place = server.place();
        return Err(OpenError::Unfit { place, cause });
    }
    connection.script("BEGIN").map_err(unreachable)?;
    let mut tx = PostgresTx::new(&mut connection, Ledger::default());
    // Dropped on error, the connection takes its transaction with it.
    bring_up_to_date(&mut tx, now)?;
    connection.script("COMMIT").map_err(unreachable)
}

/// What makes the database impossible to work on, if anything.
fn unfit(connection: &mut Connection) -> Result<Option<&'static str>, ::postgres::Error> {
    let facts = connection.rows(
        "SELECT CAST(current_setting('server_version_num') AS bigint) >= 130000,
           current_setting('server_encoding') = 'UTF8', pg_is_in_recovery(),
           current_schema() IS NULL",
        &[],
    )?;
    let mut facts = facts.into_iter().next().unwrap_or_else(|| Row::new(vec![]));
    let mut next = || facts.take().unwrap_or(false);
    let (recent, utf8, standby, homeless) = (next(), next(), next(), next());
    Ok(match () {
        () if !recent => Some("PostgreSQL 13 or newer is needed"),
        () if !utf8 => Some("its encoding must be UTF8"),
        () if standby => Some("it is a standby that cannot be written to"),
        () if homeless => Some("none of the schemas in its search_path exists"),
        () => None,
    })
}

fn bring_up_to_date(tx: &mut PostgresTx<'_>, now: Instant) -> Result<(), MigrateError> {
    tx.script(MIGRATION_LOCK)?;
    if let Err(error) = tx.script(EXTENSION) {
        return Err(MigrateError::Extension(error.to_string()));
    }
    migrate::migrate(tx, migrate::POSTGRES, now)
}

/// Into `public`, where there is one: it serves every schema of the database.
const EXTENSION: &str = "DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'btree_gist') THEN
    IF to_regnamespace('public') IS NULL THEN
      CREATE EXTENSION btree_gist;
    ELSE
      CREATE EXTENSION btree_gist SCHEMA public;
    END IF;
  END IF;
END $$";
