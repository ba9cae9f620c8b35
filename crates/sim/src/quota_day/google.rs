//! The fake Google as a transport that counts what passes, by account and in all, in sliding minutes.

use std::collections::{BTreeMap, VecDeque};
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::google::Transport;
use ::google::transport::Sending;
use bytes::Bytes;
use domain::{Clock, Instant};
use fake_google::{Request, Response, World};
use jiff::SignedDuration;
use serde_json::Value;

use super::Spent;
use crate::clock::SimClock;
use crate::network::{retranslate, translate};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

pub(super) struct Google {
    clock: Arc<SimClock>,
    state: Mutex<State>,
}

struct State {
    world: World,
    spent: Spent,
    /// The units of the last minute, by account.
    accounts: BTreeMap<String, Minute>,
    project: Minute,
}

/// Units used in the last minute.
#[derive(Default)]
struct Minute {
    used: VecDeque<(Instant, u64)>,
    sum: u64,
}

impl Minute {
    /// Adds some; gives how many there now are.
    fn add(&mut self, now: Instant, units: u64) -> u64 {
        self.used.push_back((now, units));
        self.sum += units;
        while let Some((at, units)) = self
            .used
            .front()
            .copied()
            .filter(|(at, _)| now - *at >= MINUTE)
        {
            debug_assert!(at <= now, "time does not go back");
            self.used.pop_front();
            self.sum -= units;
        }
        self.sum
    }
}

impl Google {
    pub(super) fn new(world: World, clock: Arc<SimClock>) -> Self {
        let state = State {
            world,
            spent: Spent::default(),
            accounts: BTreeMap::new(),
            project: Minute::default(),
        };
        Self {
            clock,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another account with these calendars beside its own.
    pub(super) fn add(&self, account: &str, zone: &str, calendars: impl Iterator<Item = String>) {
        let world = &mut self.state().world;
        world
            .add_account(account, "Owner", zone)
            .expect("the account is new");
        for calendar in calendars {
            world
                .add_calendar(account, &calendar, "More", zone)
                .expect("the calendar is new");
        }
    }

    pub(super) fn insert(&self, calendar: &str, event: &Value) {
        let now = self.clock.now().to_timestamp();
        let inserted = self.state().world.insert_event(now, calendar, event);
        inserted.expect("a host may insert");
    }

    /// One request, not counted.
    pub(super) fn handle(&self, request: &Request) -> Response {
        let now = self.clock.now().to_timestamp();
        fake_google::handle(&mut self.state().world, now, request)
    }

    /// Counts from here on.
    pub(super) fn reset(&self) {
        let mut state = self.state();
        state.spent = Spent::default();
        state.accounts.clear();
        state.project = Minute::default();
    }

    pub(super) fn spent(&self) -> Spent {
        self.state().spent.clone()
    }
}

impl State {
    /// Counts the call that was logged last. A patch counts three units (§14.1); tokens are no calls of
    /// the Calendar API.
    fn count(&mut self, now: Instant) {
        let entry = self.world.request_log().entries().next_back();
        let Some(entry) = entry.filter(|entry| entry.method.starts_with("calendar.")) else {
            return;
        };
        let units = if entry.method.ends_with(".patch") {
            3
        } else {
            1
        };
        let account = entry.account.clone().unwrap_or_default();
        if matches!(entry.status, 403 | 429) {
            self.spent.refused += 1;
        }
        let of_account = self.accounts.entry(account).or_default().add(now, units);
        let of_project = self.project.add(now, units);
        let spent = &mut self.spent;
        spent.calls += 1;
        spent.units += units;
        spent.account_minute_max = spent.account_minute_max.max(of_account);
        spent.project_minute_max = spent.project_minute_max.max(of_project);
    }
}

impl Transport for Google {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        let now = self.clock.now();
        let mut state = self.state();
        let response =
            fake_google::handle(&mut state.world, now.to_timestamp(), &translate(&request));
        state.count(now);
        Box::pin(ready(retranslate(&response)))
    }
}
