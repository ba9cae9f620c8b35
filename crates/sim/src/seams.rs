//! The two seams of `app`, as the simulator holds them: whoever is polled leaves here what it waits
//! for, and the scheduler decides when, whether and how that happens.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use domain::Instant;
use google::Transport;
use google::transport::{Sending, TransportError};
use store::{Backend, Lane, StoreError, Work};

use crate::actors::Actor;

/// What comes back from Google, or why nothing does.
pub type Answer = Result<http::Response<Bytes>, TransportError>;

/// What an actor waits for.
pub enum Op {
    /// A unit of work that has not been run.
    Unit(Box<dyn Work>),
    /// One that has, and whose caller has not been told.
    Ran(Box<dyn Work>, Result<(), StoreError>),
    /// A request that has not reached Google.
    Request(http::Request<Bytes>),
    /// What became of one, not yet known to its sender.
    Answered(Answer),
    /// An answer its sender takes at its next poll.
    Delivered(Answer),
    /// A time to come.
    Pause {
        /// Which.
        until: Instant,
        /// Whether due work may end it early.
        is_wakeable: bool,
    },
}

/// Who is being polled, and what everyone waits for: at most one thing each.
pub struct Seams(Mutex<State>);

struct State {
    current: Actor,
    ops: BTreeMap<Actor, Op>,
}

impl Seams {
    /// Nobody waits.
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            current: Actor::Setup,
            ops: BTreeMap::new(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is being polled, or was last.
    pub fn current(&self) -> Actor {
        self.state().current
    }

    /// From now on `actor` is being polled.
    pub fn set_current(&self, actor: Actor) {
        self.state().current = actor;
    }

    /// Takes what `actor` waits for.
    pub fn take(&self, actor: Actor) -> Option<Op> {
        self.state().ops.remove(&actor)
    }

    /// Lets `actor` wait for `op`.
    ///
    /// # Panics
    /// When it waits for something already: the app would have more than one await at a time.
    pub fn put(&self, actor: Actor, op: Op) {
        let before = self.state().ops.insert(actor, op);
        assert!(before.is_none(), "{actor} waits for two things at once");
    }

    /// Looks at what `actor` waits for.
    pub fn look<T>(&self, actor: Actor, look: impl FnOnce(Option<&Op>) -> T) -> T {
        look(self.state().ops.get(&actor))
    }

    /// Ends every pause that due work may end.
    pub fn wake(&self, now: Instant) {
        for op in self.state().ops.values_mut() {
            if let Op::Pause {
                until,
                is_wakeable: true,
            } = op
            {
                *until = now.min(*until);
            }
        }
    }

    /// A pause of whoever awaits it, until `until`.
    pub fn pause(self: &Arc<Self>, until: Instant, is_wakeable: bool) -> Pause {
        Pause {
            seams: Arc::clone(self),
            op: Some(Op::Pause { until, is_wakeable }),
        }
    }
}

impl Backend for Seams {
    fn submit(&self, _lane: Lane, work: Box<dyn Work>) -> Result<(), StoreError> {
        self.put(self.current(), Op::Unit(work));
        Ok(())
    }
}

impl Transport for Seams {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        Box::pin(Call {
            seams: self,
            request: Some(request),
        })
    }
}

struct Call<'s> {
    seams: &'s Seams,
    request: Option<http::Request<Bytes>>,
}

impl Future for Call<'_> {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Answer> {
        let actor = self.seams.current();
        if let Some(request) = self.request.take() {
            self.seams.put(actor, Op::Request(request));
            return Poll::Pending;
        }
        match self.seams.take(actor) {
            Some(Op::Delivered(answer)) => Poll::Ready(answer),
            Some(other) => {
                self.seams.put(actor, other);
                Poll::Pending
            }
            None => Poll::Pending,
        }
    }
}

/// Waits for a time; see [`Seams::pause`].
pub struct Pause {
    seams: Arc<Seams>,
    op: Option<Op>,
}

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.op.take() {
            Some(op) => {
                self.seams.put(self.seams.current(), op);
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}
