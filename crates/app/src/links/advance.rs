//! Carrying out what the plan asks for here, until it asks for a call.

use domain::Interval;
use domain::booking::Cause;
use domain::sync::plan::{Plan, plan};
use domain::sync::{EventFields, Link, ParkReason, RemoteTime, Seen};
use store::tables::busy;
use store::tables::claims::SPAN_MAX;
use store::tables::links::State;
use store::{StoreError, Tx};

use super::call::Call;
use super::{Draws, Loaded, conflict};
use crate::bookings::{MoveOutcome, cancel_in, chosen_id, move_by_host};

/// Local plans in a row: each changes the state it was made on, and none needs more than a few.
const PLANS_MAX: usize = 8;

/// Plans and carries out until a call is needed (given back) or nothing is left to do. Changes
/// `loaded` and the booking; the caller stores the link.
pub(super) fn advance(
    tx: &mut dyn Tx,
    loaded: &mut Loaded,
    draws: &mut Draws,
) -> Result<Option<Call>, StoreError> {
    for _ in 0..PLANS_MAX {
        loaded.row.link.wanted = EventFields::wanted(&loaded.booking);
        match plan(&loaded.row.link, draws.now) {
            Plan::Settled => return settle(tx, loaded, draws),
            Plan::Close => return close(tx, loaded, draws),
            Plan::Park(reason) => return park(tx, loaded, reason, draws),
            Plan::Read => return Ok(Some(Call::Read)),
            Plan::Insert(fields) => return Ok(Some(Call::Insert { fields })),
            Plan::Patch {
                changes,
                fields,
                etag,
            } => {
                return Ok(Some(Call::Patch {
                    changes,
                    fields,
                    etag,
                }));
            }
            Plan::Delete => return Ok(Some(Call::Delete)),
            Plan::NextGeneration => next_generation(tx, loaded)?,
            Plan::MoveBooking(time) => match follow(tx, loaded, time, draws)? {
                Some(reason) => return park(tx, loaded, reason, draws),
                None => absorb(&mut loaded.row.link),
            },
            Plan::CancelBooking => {
                let (pen, now) = (&mut draws.pen, draws.now);
                cancel_in(tx, &mut loaded.booking, Cause::Calendar, "", pen, now)?;
                loaded.row.link.seen = Some(Seen::Deleted { confirmed: true });
                loaded.row.link.inflight = None;
            }
        }
    }
    tracing::error!(link.id = %loaded.row.id, "planning does not end; looking again later");
    Ok(None)
}

/// Both sides agree: what was seen becomes the base.
fn settle(tx: &mut dyn Tx, loaded: &mut Loaded, draws: &Draws) -> Result<Option<Call>, StoreError> {
    let row = &mut loaded.row;
    if let Some(Seen::Live(remote)) = row.link.seen.take() {
        row.link.theirs = Some(remote);
    }
    row.state = State::Settled;
    row.problem = None;
    row.failures = 0;
    row.last_synced_at = Some(draws.now);
    // Where the host had moved it, it took time of its own until now.
    busy::forget(tx, loaded.row.calendar_id, &loaded.row.event_id)?;
    conflict::close(tx, loaded, draws)?;
    Ok(None)
}

fn close(tx: &mut dyn Tx, loaded: &mut Loaded, draws: &Draws) -> Result<Option<Call>, StoreError> {
    loaded.row.state = State::Closed;
    loaded.row.problem = None;
    loaded.row.failures = 0;
    busy::forget(tx, loaded.row.calendar_id, &loaded.row.event_id)?;
    conflict::close(tx, loaded, draws)?;
    Ok(None)
}

fn park(
    tx: &mut dyn Tx,
    loaded: &mut Loaded,
    reason: ParkReason,
    draws: &mut Draws,
) -> Result<Option<Call>, StoreError> {
    conflict::park(tx, loaded, reason, "", draws)?;
    Ok(None)
}

fn next_generation(tx: &mut dyn Tx, loaded: &mut Loaded) -> Result<(), StoreError> {
    let row = &mut loaded.row;
    row.link = std::mem::take(&mut row.link).let_go();
    row.event_id = chosen_id(tx, row.calendar_id, row.booking_id, row.link.generation)?;
    Ok(())
}

/// Lets the booking follow the host's move; gives the reason when it cannot.
fn follow(
    tx: &mut dyn Tx,
    loaded: &mut Loaded,
    time: Interval,
    draws: &mut Draws,
) -> Result<Option<ParkReason>, StoreError> {
    if time.span() > SPAN_MAX || time.start >= time.end {
        return Ok(Some(ParkReason::UnusableLength));
    }
    debug_assert!(
        loaded.booking.status.has_event(),
        "only a live booking is moved"
    );
    match move_by_host(tx, &mut loaded.booking, time, &mut draws.pen, draws.now)? {
        MoveOutcome::Moved => Ok(None),
        MoveOutcome::Taken => Ok(Some(ParkReason::MovedOntoBooking)),
    }
}

/// The booking has followed: the move is part of both bases now.
fn absorb(link: &mut Link) {
    let Some(Seen::Live(remote)) = link.seen.take() else {
        return;
    };
    if let (RemoteTime::Timed(time), Some(ours)) = (&remote.time, &mut link.ours) {
        ours.time = *time;
    }
    link.theirs = Some(remote);
}
