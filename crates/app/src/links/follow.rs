//! The booking takes over what was changed in Google, and comes back where its event did.

use domain::Interval;
use domain::booking::Cause;
use domain::sync::ParkReason;
use domain::sync::merge::Merge;
use domain::sync::policy::Side;
use store::tables::claims::SPAN_MAX;
use store::{StoreError, Tx};

use super::{Draws, Loaded, conflict};
use crate::bookings::{Change, Firmness, MoveOutcome, edit_to, move_as_decided, revive_by_host};

/// Carries `merge` out: all of it, or, where the booking cannot be there, nothing but the reason why.
pub(super) fn merge(
    tx: &mut dyn Tx,
    loaded: &mut Loaded,
    merge: &Merge,
    draws: &mut Draws,
) -> Result<Option<ParkReason>, StoreError> {
    let firmness = firmness(loaded);
    let change = Change {
        cause: Cause::Calendar,
        pen: &mut draws.pen,
        now: draws.now,
    };
    let (booking, follow) = (&mut loaded.booking, &merge.follow);
    match follow.time.filter(|time| *time != booking.time) {
        Some(time) if !can_be(time) => return Ok(Some(ParkReason::UnusableLength)),
        Some(time) => match move_as_decided(tx, booking, (time, firmness), follow, change)? {
            MoveOutcome::Moved => {}
            MoveOutcome::Taken => return Ok(Some(ParkReason::MovedOntoBooking)),
        },
        None => edit_to(tx, booking, follow, change)?,
    }
    for aside in &merge.aside {
        conflict::set_aside(tx, loaded, aside, draws)?;
    }
    let row = &mut loaded.row;
    row.link = std::mem::take(&mut row.link).merged(merge);
    Ok(None)
}

/// Brings a booking back that ended because its event was deleted; gives the reason why it cannot be.
pub(super) fn revive(
    tx: &mut dyn Tx,
    loaded: &mut Loaded,
    time: Interval,
    draws: &mut Draws,
) -> Result<Option<ParkReason>, StoreError> {
    if !can_be(time) {
        return Ok(Some(ParkReason::UnusableLength));
    }
    let firmness = firmness(loaded);
    let (pen, now) = (&mut draws.pen, draws.now);
    match revive_by_host(tx, &mut loaded.booking, time, firmness, pen, now)? {
        MoveOutcome::Moved => {
            let row = &mut loaded.row;
            row.link = std::mem::take(&mut row.link).revived(time);
            Ok(None)
        }
        MoveOutcome::Taken => Ok(Some(ParkReason::Restored)),
    }
}

/// Whether a booking can last as long: claims are bounded.
pub(crate) fn can_be(time: Interval) -> bool {
    time.start < time.end && time.span() <= SPAN_MAX
}

/// Who was asked, and chose the event's side, knows that another booking is there.
fn firmness(loaded: &Loaded) -> Firmness {
    if loaded.row.link.decided == Some(Side::Theirs) {
        Firmness::OnTop
    } else {
        Firmness::Alone
    }
}
