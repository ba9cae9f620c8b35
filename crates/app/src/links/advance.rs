//! Carrying out what the plan asks for here, until it asks for a call.

use domain::booking::Cause;
use domain::sync::plan::{Plan, plan};
use domain::sync::{ParkReason, Seen};
use store::tables::busy;
use store::tables::links::{self, State, Stay};
use store::{StoreError, Tx};

use super::call::Call;
use super::facts::facts;
use super::{Draws, Loaded, conflict, elsewhere, follow, guard};
use crate::bookings::{cancel_in, chosen_id};

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
        loaded.row.want(&loaded.booking);
        if loaded
            .row
            .link
            .seen
            .as_ref()
            .is_some_and(|seen| seen.remote().is_some())
        {
            // It is there. Should it be gone again, it is looked for as long as ever.
            loaded.row.missing_since = None;
        }
        let facts = facts(tx, loaded, draws.now)?;
        let plan = plan(&loaded.row.link, &facts);
        if guard::holds_back(tx, loaded, &plan, draws)? {
            return Ok(None);
        }
        match plan {
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
            Plan::Again => come_back(loaded),
            Plan::Seek => {
                elsewhere::seek(tx, loaded, draws)?;
                return Ok(None);
            }
            Plan::FollowEvent => {
                elsewhere::follow(tx, loaded, draws)?;
                return Ok(None);
            }
            Plan::Merge(merge) => {
                if let Some(reason) = follow::merge(tx, loaded, &merge, draws)? {
                    return park(tx, loaded, reason, draws);
                }
            }
            Plan::ReviveBooking(time) => {
                if let Some(reason) = follow::revive(tx, loaded, time, draws)? {
                    return park(tx, loaded, reason, draws);
                }
                // What was edited meanwhile is a change of its own, in the next step.
                return Ok(None);
            }
            Plan::CancelBooking => {
                let (pen, now) = (&mut draws.pen, draws.now);
                cancel_in(tx, &mut loaded.booking, Cause::Calendar, "", pen, now)?;
                // Whom he said no to is still there, and goes with its booking.
                loaded.row.link.inflight = None;
                loaded.row.link.decided = None;
            }
        }
    }
    tracing::error!(link.id = %loaded.row.id, "planning does not end; looking again later");
    Ok(None)
}

/// Both sides agree: what was seen becomes the base.
fn settle(tx: &mut dyn Tx, loaded: &mut Loaded, draws: &Draws) -> Result<Option<Call>, StoreError> {
    let row = &mut loaded.row;
    if let Some(remote) = row.link.seen.take().and_then(Seen::into_remote) {
        row.link.theirs = Some(remote);
    }
    row.state = State::Settled;
    row.missing_since = None;
    row.problem = None;
    row.failures = 0;
    row.last_synced_at = Some(draws.now);
    // Where the host had moved it, it took time of its own until now.
    busy::forget(tx, loaded.row.calendar_id, &loaded.row.event_id)?;
    guard::let_go(tx, loaded, draws)?;
    conflict::close(tx, loaded, draws)?;
    Ok(None)
}

fn close(tx: &mut dyn Tx, loaded: &mut Loaded, draws: &Draws) -> Result<Option<Call>, StoreError> {
    loaded.row.state = State::Closed;
    loaded.row.missing_since = None;
    loaded.row.problem = None;
    loaded.row.failures = 0;
    busy::forget(tx, loaded.row.calendar_id, &loaded.row.event_id)?;
    guard::let_go(tx, loaded, draws)?;
    conflict::close(tx, loaded, draws)?;
    conflict::close_asides(tx, loaded, draws)?;
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

/// Ids that are tried for the next event: whatever uses one of them in this calendar is another link of the
/// same booking, and there are few.
const IDS_MAX: usize = 16;

fn next_generation(tx: &mut dyn Tx, loaded: &mut Loaded) -> Result<(), StoreError> {
    for _ in 0..IDS_MAX {
        let row = &mut loaded.row;
        row.link = std::mem::take(&mut row.link).let_go();
        row.event_id = chosen_id(tx, row.calendar_id, row.booking_id, row.link.generation)?;
        let others = links::of_events(tx, row.calendar_id, [row.event_id.as_str()])?;
        if others.values().all(|other| other.id == row.id) {
            break;
        }
    }
    come_back(loaded);
    Ok(())
}

/// What was left is wanted again, from the beginning.
fn come_back(loaded: &mut Loaded) {
    let row = &mut loaded.row;
    if row.stay == Stay::Returning {
        row.stay = Stay::Wanted;
        row.html_link = None;
    }
    row.missing_since = None;
}
