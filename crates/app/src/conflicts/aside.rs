//! A field that both sides changed: one version counts, and a person may say that the other one does.

use domain::Instant;
use domain::booking::Booking;
use domain::sync::RemoteTime;
use domain::sync::merge::{Aside, Field, Follow, Value};
use store::Tx;
use store::tables::conflicts::Conflict;
use store::tables::links;

use super::{Resolution, ResolveError, ResolveInput};
use crate::bookings::{Change, Firmness, MoveOutcome, edit_to, lock, move_as_decided};
use crate::links::can_be;
use crate::timeline::Pen;

/// Lets the version count that `input` names. Nothing is to do where it does already.
pub(super) fn decide(
    tx: &mut dyn Tx,
    conflict: &Conflict,
    aside: &Aside,
    input: ResolveInput,
    pen: &mut Pen,
    now: Instant,
) -> Result<(), ResolveError> {
    let wants_theirs = input.resolution == Resolution::Theirs;
    if wants_theirs == aside.theirs_counts {
        return Ok(());
    }
    let value = if wants_theirs {
        &aside.theirs
    } else {
        &aside.ours
    };
    let booking = lock(tx, conflict.booking_id)?.ok_or(ResolveError::NotFound)?;
    if !booking.status.is_open() || booking.time.end <= now {
        return Err(ResolveError::CannotBe);
    }
    let change = Change {
        cause: input.cause,
        pen,
        now,
    };
    apply(tx, booking, aside.field, value, change)?;
    // Both versions are to say so.
    links::mark_due(tx, conflict.booking_id, now)?;
    Ok(())
}

fn apply(
    tx: &mut dyn Tx,
    mut booking: Booking,
    field: Field,
    value: &Value,
    change: Change<'_>,
) -> Result<(), ResolveError> {
    let mut follow = Follow::default();
    match (field, value) {
        (Field::Time, Value::Time(RemoteTime::Timed(time))) if can_be(*time) => {
            let to = (*time, Firmness::Alone);
            let moved = move_as_decided(tx, &mut booking, to, &follow, change)?;
            return match moved {
                MoveOutcome::Moved => Ok(()),
                MoveOutcome::Taken => Err(ResolveError::CannotBe),
            };
        }
        (Field::Title, Value::Text(text)) => follow.title = Some(text.clone()),
        (Field::Description, Value::Text(text)) => follow.description = Some(text.clone()),
        (Field::Location, Value::Text(text)) => follow.location = Some(text.clone()),
        // On whole days, recurring, without length or longer than a week: no booking can be so.
        (Field::Time, _) | (_, Value::Time(_)) => return Err(ResolveError::CannotBe),
    }
    Ok(edit_to(tx, &mut booking, &follow, change)?)
}
