//! Many losses at once stop and ask (scenario C5): bookings that a plan is about to take from their times,
//! only because their events were moved or deleted in Google, are counted by calendar. Where there are too
//! many, nothing more of it is carried out until a person has said so. Everything else goes on.
//!
//! Whatever is decided here is decided under the connection's lease, so that no two workers count at once.
//! What a person decided about one link alone is carried out, and does not count.

use domain::sync::guard::{FEW, WINDOW, is_mass_loss};
use domain::sync::plan::Plan;
use domain::{ConflictId, Instant, fault};
use serde_json::json;
use store::tables::conflicts::{self, Conflict, MASS_LOSS};
use store::tables::links::State;
use store::tables::losses::{self, Loss};
use store::{StoreError, Tx};

use super::{Draws, Loaded, conflict};

/// What is wrong with a link that is held back.
const HELD: &str = "held";

/// Whether `plan` is held back; if so, the link waits, and the calendar has an open conflict. If not and it
/// is a loss, it counts.
pub(super) fn holds_back(
    tx: &mut dyn Tx,
    loaded: &mut Loaded,
    plan: &Plan,
    draws: &mut Draws,
) -> Result<bool, StoreError> {
    if !is_loss(loaded, plan, draws.now) {
        return Ok(false);
    }
    if loaded.row.loss == Some(Loss::Meant) {
        note(tx, loaded, None)?;
        return Ok(false);
    }
    let known = loaded.row.loss;
    note(tx, loaded, Some(Loss::Counted(draws.now)))?;
    let open = conflicts::open_of_calendar(tx, loaded.calendar.id)?;
    if open.is_none() && !are_too_many(tx, loaded, draws.now)? {
        return Ok(false);
    }
    note(tx, loaded, Some(Loss::Held(draws.now)))?;
    loaded.row.state = State::Parked;
    loaded.row.problem = Some(HELD.to_owned());
    match open {
        None => ask(tx, loaded, draws)?,
        // Already among those that are asked about.
        Some(_) if matches!(known, Some(Loss::Held(_))) => return Ok(true),
        Some(mut open) => {
            open.version += 1;
            conflicts::update(tx, &open)?;
        }
    }
    let detail = json!({ "reason": HELD, "said": "" });
    draws
        .pen
        .write(tx, loaded.booking.id, "parked", None, detail)?;
    Ok(true)
}

/// The link is no longer held back: booking and event agree, it is over, or it waits for a reason of its
/// own. When it was the last one, there is nothing left to ask.
pub(super) fn let_go(
    tx: &mut dyn Tx,
    loaded: &mut Loaded,
    draws: &Draws,
) -> Result<(), StoreError> {
    match loaded.row.loss {
        None | Some(Loss::Counted(_)) => return Ok(()),
        Some(Loss::Meant) => return note(tx, loaded, None),
        // It goes on counting: it was lost, if only for a while.
        Some(Loss::Held(at)) => note(tx, loaded, Some(Loss::Counted(at)))?,
    }
    let calendar = loaded.calendar.id;
    match conflicts::open_of_calendar(tx, calendar)? {
        Some(open) if losses::count_held(tx, calendar)? == 0 => {
            conflict::end(tx, open, "settled", draws)
        }
        _ => Ok(()),
    }
}

/// Whether it takes a booking that is still to come from its time, and no person has said so.
fn is_loss(loaded: &Loaded, plan: &Plan, now: Instant) -> bool {
    let booking = &loaded.booking;
    let is_taken = match plan {
        Plan::CancelBooking => true,
        Plan::Merge(merge) => merge.follow.time.is_some_and(|time| time != booking.time),
        _ => false,
    };
    is_taken && loaded.row.link.decided.is_none() && booking.time.end > now
}

fn are_too_many(tx: &mut dyn Tx, loaded: &Loaded, now: Instant) -> Result<bool, StoreError> {
    let (calendar, since) = (loaded.calendar.id, now - WINDOW);
    let as_many = |count: i64| usize::try_from(count).unwrap_or(usize::MAX);
    let lost = as_many(losses::count(tx, calendar, since)?);
    if lost < FEW || fault!(25) {
        return Ok(false);
    }
    let coming = losses::count_coming(tx, calendar, since, now)?;
    Ok(is_mass_loss(lost, as_many(coming)))
}

fn note(tx: &mut dyn Tx, loaded: &mut Loaded, loss: Option<Loss>) -> Result<(), StoreError> {
    loaded.row.loss = loss;
    losses::set(tx, loaded.row.id, loss)
}

fn ask(tx: &mut dyn Tx, loaded: &Loaded, draws: &mut Draws) -> Result<(), StoreError> {
    let conflict = Conflict {
        id: ConflictId(draws.pen.draw()?.0),
        organization_id: loaded.booking.organization_id,
        booking_id: loaded.booking.id,
        link_id: None,
        calendar_id: Some(loaded.calendar.id),
        kind: MASS_LOSS.to_owned(),
        said: String::new(),
        version: 1,
        opened_at: draws.now,
        closed_at: None,
        resolution: None,
        aside: None,
    };
    conflicts::insert(tx, &conflict)?;
    conflict::tell_owner(tx, loaded, &conflict)
}
