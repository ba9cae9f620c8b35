//! Finding the host, or the hosts, who take a booking, and holding their time while it is decided.
//!
//! Locks are taken in one order everywhere: event type, hosts ascending by id, booking, link. Where
//! any host will do, each is tried in a savepoint of its own, and a no gives its lock back before the
//! next is asked, so nobody ever waits for one host while holding another.

use domain::booking::{Refusal, check_start_with, is_taken};
use domain::event_type::{Assignment, EventType, Host};
use domain::{HostId, Instant, Interval};
use jiff::SignedDuration;
use store::tables::claims::{self, Holder};
use store::tables::{busy, hosts};
use store::{StoreError, Tx, attempt};

/// What is wanted of the hosts of an event type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish<'e> {
    pub(super) event_type: &'e EventType,
    pub(super) start: Instant,
    /// This host and no other.
    pub(super) host: Option<HostId>,
    /// Whose time does not count against the wish.
    pub(super) except: Option<Holder>,
    /// Whether rules and other bookings are overridden on purpose (scenario B7).
    pub(super) forced: bool,
    pub(super) now: Instant,
}

/// Who takes it, and when. Their locks are held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assigned {
    /// Ascending by id; never empty.
    pub(super) hosts: Vec<HostId>,
    pub(super) time: Interval,
}

/// Why nobody takes it, or the store's failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unassigned {
    Refused(Refusal),
    Store(StoreError),
}

impl From<StoreError> for Unassigned {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What takes `host`'s time within `window`: claims and what their calendars show.
pub(crate) fn taken(
    tx: &mut dyn Tx,
    host: HostId,
    window: Interval,
    except: Option<Holder>,
    now: Instant,
) -> Result<Vec<Interval>, StoreError> {
    let mut taken = claims::overlapping(tx, host, window, except, now)?;
    taken.extend(busy::overlapping(tx, host, window)?);
    Ok(taken)
}

/// Finds who takes `wish`.
pub(super) fn assign(tx: &mut dyn Tx, wish: Wish<'_>) -> Result<Assigned, Unassigned> {
    let mut candidates: Vec<&Host> = wish
        .event_type
        .hosts
        .iter()
        .filter(|host| wish.host.is_none_or(|wanted| wanted == host.id))
        .collect();
    match wish.event_type.assignment {
        Assignment::All => all(tx, wish, candidates),
        Assignment::Any if candidates.len() > 1 => {
            order_by_load(tx, &mut candidates, wish)?;
            any(tx, wish, &candidates)
        }
        Assignment::Any => all(tx, wish, candidates),
    }
}

/// Who has least to do in the week around the wish is asked first; of equals, the lower id.
fn order_by_load(
    tx: &mut dyn Tx,
    candidates: &mut Vec<&Host>,
    wish: Wish<'_>,
) -> Result<(), StoreError> {
    let reach = SignedDuration::from_hours(84);
    let around = Interval {
        start: wish.start - reach,
        end: wish.start + reach,
    };
    let mut loaded = Vec::with_capacity(candidates.len());
    for host in candidates.drain(..) {
        loaded.push((claims::load(tx, host.id, around)?, host.id, host));
    }
    loaded.sort_unstable_by_key(|(load, id, _)| (*load, *id));
    candidates.extend(loaded.into_iter().map(|(_, _, host)| host));
    Ok(())
}

fn any(tx: &mut dyn Tx, wish: Wish<'_>, candidates: &[&Host]) -> Result<Assigned, Unassigned> {
    let mut nearest = Refusal::OutsideHours;
    for host in candidates {
        match attempt(tx, |tx| place(tx, wish, host)) {
            Ok(time) => {
                return Ok(Assigned {
                    hosts: vec![host.id],
                    time,
                });
            }
            Err(Unassigned::Refused(refusal)) => nearest = nearer(nearest, refusal),
            Err(failure) => return Err(failure),
        }
    }
    Err(Unassigned::Refused(nearest))
}

/// The refusal that tells most: a time another booking has was at least on offer.
fn nearer(a: Refusal, b: Refusal) -> Refusal {
    match (a, b) {
        (Refusal::OutsideHours, other) | (_, other @ Refusal::Taken) => other,
        (a, _) => a,
    }
}

fn all(
    tx: &mut dyn Tx,
    wish: Wish<'_>,
    mut candidates: Vec<&Host>,
) -> Result<Assigned, Unassigned> {
    candidates.sort_unstable_by_key(|host| host.id);
    let mut agreed = None;
    for host in &candidates {
        agreed = Some(place(tx, wish, host)?);
    }
    let time = agreed.ok_or(Unassigned::Refused(Refusal::OutsideHours))?;
    Ok(Assigned {
        hosts: candidates.into_iter().map(|host| host.id).collect(),
        time,
    })
}

/// Locks `host` and decides whether they take it.
fn place(tx: &mut dyn Tx, wish: Wish<'_>, host: &Host) -> Result<Interval, Unassigned> {
    let rules = &wish.event_type.rules;
    let time = match check_start_with(rules, &host.schedule, wish.start, wish.now) {
        Ok(time) => time,
        Err(Refusal::InPast) => return Err(Unassigned::Refused(Refusal::InPast)),
        Err(_) if wish.forced => Interval::lasting(wish.start, rules.duration),
        Err(refusal) => return Err(Unassigned::Refused(refusal)),
    };
    take(tx, wish, host.id, time)?;
    Ok(time)
}

/// Locks `host` and makes sure that `time` is theirs to give.
pub(super) fn take(
    tx: &mut dyn Tx,
    wish: Wish<'_>,
    host: HostId,
    time: Interval,
) -> Result<(), Unassigned> {
    hosts::lock(tx, host)?;
    let mut taken = claims::make_room(tx, host, time, wish.except, wish.now)?;
    taken.extend(busy::overlapping(tx, host, time)?);
    if is_taken(time, &taken) && !wish.forced {
        return Err(Unassigned::Refused(Refusal::Taken));
    }
    Ok(())
}
