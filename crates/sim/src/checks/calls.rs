//! Checked whenever somebody asks something of Google: one at a time for a connection.

use std::collections::BTreeMap;

use domain::Instant;
use jiff::SignedDuration;

use crate::actors::Actor;
use crate::failure::{Checked, Failure};

/// How long a connection is one worker's: who stood still for longer may meet another one's call.
const LEASE: SignedDuration = SignedDuration::from_secs(90);

/// Who waits for an answer, and since when who calls has had the connection.
#[derive(Debug, Default)]
pub struct Calls {
    polled_at: BTreeMap<Actor, Instant>,
    leased_at: BTreeMap<Actor, Instant>,
    under_way: BTreeMap<Actor, Instant>,
}

impl Calls {
    /// `actor` goes on; what it asks for next, it asks for at this time.
    pub fn polled(&mut self, actor: Actor, now: Instant) {
        self.polled_at.insert(actor, now);
    }

    /// `actor` has taken the connection, or tried to: from when it asked for that.
    pub fn leased(&mut self, actor: Actor) {
        if let Some(at) = self.polled_at.get(&actor) {
            self.leased_at.insert(actor, *at);
        }
    }

    /// `actor` calls.
    ///
    /// # Errors
    /// That another one's call is under way, and the connection is still theirs.
    pub fn begin(&mut self, actor: Actor, now: Instant) -> Checked {
        let since = self.leased_at.get(&actor).copied();
        let Some(since) = since.filter(|since| now < *since + LEASE) else {
            return Ok(());
        };
        let other = self.under_way.iter().find(|(_, at)| now < **at + LEASE);
        let checked = match other {
            Some((other, _)) => Err(Failure::new(
                "alone",
                format!("{actor} calls Google while {other} waits for an answer"),
            )),
            None => Ok(()),
        };
        self.under_way.insert(actor, since);
        checked
    }

    /// The account was connected anew: whatever is under way counts no more.
    pub fn revoked(&mut self) {
        self.leased_at.clear();
        self.under_way.clear();
    }

    /// `actor` has its answer, or died.
    pub fn end(&mut self, actor: Actor) {
        self.under_way.remove(&actor);
    }
}
