//! Telling other processes on the same database that something became due, hearing it from them, and
//! noticing that the database is away or back.
//!
//! All of it is only a hint. It runs beside the units, on two connections of its own: a NOTIFY inside
//! a booking's transaction would make every commit wait for every other.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::postgres::fallible_iterator::FallibleIterator;
use ::postgres::{Client, Error, Notification};

use super::fault::one_line;
use super::server::Server;
use crate::tx::{Topic, Wakes};
use crate::unit::OnCommit;

/// At most one NOTIFY in this time: what happens meanwhile is in the next one.
const TELL_PAUSE: Duration = Duration::from_millis(5);
/// How often a database that is away is asked whether it is back.
const PROBE_PAUSE: Duration = Duration::from_millis(200);
/// How long the listener may take to see that it is to stop, or that others miss the database.
const LISTEN_TICK: Duration = Duration::from_millis(250);

/// What the units, the teller and the listener know in common.
pub(super) struct Wire {
    server: Server,
    state: Mutex<State>,
    teller: Condvar,
    prober: Condvar,
    /// The teller's process on the server: its own NOTIFY says nothing new.
    teller_pid: AtomicI32,
}

#[derive(Default)]
struct State {
    /// Something became due that the others have not been told.
    untold: bool,
    /// No connection could be made; until one is, units fail at once.
    away: bool,
    closed: bool,
}

impl Wire {
    pub(super) fn new(server: Server) -> Self {
        Self {
            server,
            state: Mutex::default(),
            teller: Condvar::new(),
            prober: Condvar::new(),
            teller_pid: AtomicI32::new(0),
        }
    }

    /// Others are to be told, soon.
    pub(super) fn tell(&self) {
        self.lock().untold = true;
        self.teller.notify_one();
    }

    pub(super) fn is_away(&self) -> bool {
        self.lock().away
    }

    /// No connection could be made: units fail at once from here on, and the listener looks until
    /// there is one again.
    pub(super) fn set_away(&self, error: &Error) {
        if !std::mem::replace(&mut self.lock().away, true) {
            let cause = one_line(error);
            tracing::warn!(place = self.server.place(), cause, "the database is away");
        }
    }

    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.teller.notify_all();
        self.prober.notify_all();
    }

    /// The teller's thread: until closed, and what is untold is told first.
    pub(super) fn run_teller(&self) {
        let mut client = None;
        while self.next_untold() {
            if client.is_none() {
                client = self.teller_client().ok();
            }
            let told = client
                .as_mut()
                .map(|c| c.batch_execute("SELECT pg_notify('lockstep_due', current_schema())"));
            if !matches!(told, Some(Ok(()))) {
                // The others look by themselves as well.
                tracing::debug!("other processes could not be told of due work");
                client = None;
            }
            let state = self.lock();
            let pause = self
                .teller
                .wait_timeout_while(state, TELL_PAUSE, |s| !s.closed);
            drop(pause);
        }
    }

    /// Waits until there is something to tell; false when closed and nothing is.
    fn next_untold(&self) -> bool {
        let mut state = self
            .teller
            .wait_while(self.lock(), |s| !s.untold && !s.closed)
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut state.untold)
    }

    fn teller_client(&self) -> Result<Client, Error> {
        let mut client = self.server.raw()?;
        let pid = client.query_one("SELECT pg_backend_pid()", &[])?.get(0);
        self.teller_pid.store(pid, Ordering::Relaxed);
        Ok(client)
    }

    /// The listener's thread: until closed.
    pub(super) fn run_listener(&self, on_commit: &OnCommit) {
        let mut missed = false;
        while !self.lock().closed {
            match self.listener_client() {
                Ok((mut client, schema)) => {
                    self.set_back();
                    if missed {
                        on_commit(&everything());
                    }
                    self.listen(&mut client, &schema, on_commit);
                }
                // Whether the database is away is for those to say who need it for a unit.
                Err(error) => {
                    let cause = one_line(&error);
                    tracing::debug!(cause, "nothing is heard of other processes");
                }
            }
            missed = true;
            let state = self.lock();
            let pause = self
                .prober
                .wait_timeout_while(state, PROBE_PAUSE, |s| !s.closed);
            drop(pause);
        }
    }

    /// A listening connection, and the schema whose news concern us.
    fn listener_client(&self) -> Result<(Client, String), Error> {
        let mut client = self.server.raw()?;
        client.batch_execute("LISTEN lockstep_due")?;
        let schema = client
            .query_one("SELECT CAST(current_schema() AS text)", &[])?
            .get(0);
        Ok((client, schema))
    }

    /// Until the connection is lost, or others miss the database, or closed.
    fn listen(&self, client: &mut Client, schema: &str, on_commit: &OnCommit) {
        loop {
            let Ok(heard) = hear(client) else {
                tracing::warn!("the connection that hears of due work was lost");
                return;
            };
            let state = self.lock();
            if state.closed || state.away {
                return;
            }
            drop(state);
            let ours = self.teller_pid.load(Ordering::Relaxed);
            let is_news = |n: &Notification| n.payload() == schema && n.process_id() != ours;
            if heard.iter().any(is_news) {
                on_commit(&everything());
            }
        }
    }

    fn set_back(&self) {
        if std::mem::take(&mut self.lock().away) {
            tracing::info!("the database is back");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Three flags, each whole by itself.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the teller, to be joined, and the listener, which ends by itself within a tick.
pub(super) fn start(wire: &Arc<Wire>, on_commit: Arc<OnCommit>) -> std::thread::JoinHandle<()> {
    let listening = Arc::clone(wire);
    drop(super::pool::spawn("store-listen", move || {
        listening.run_listener(&on_commit);
    }));
    let telling = Arc::clone(wire);
    super::pool::spawn("store-tell", move || telling.run_teller())
}

/// What is said within a tick, from the first word on without waiting for more.
fn hear(client: &mut Client) -> Result<Vec<Notification>, Error> {
    let mut notifications = client.notifications();
    let first = notifications.timeout_iter(LISTEN_TICK).next()?;
    let mut heard: Vec<Notification> = notifications.iter().collect()?;
    heard.extend(first);
    Ok(heard)
}

fn everything() -> Wakes {
    Topic::ALL.into_iter().collect()
}
