//! Deciding about many of a calendar's events that were moved or deleted at once (scenario C5): all that is
//! held back is carried out, or all of it is undone. What was followed before there were too many stays.

use domain::{CalendarId, Instant};
use serde_json::json;
use store::tables::conflicts::{self, Conflict};
use store::tables::{calendars, leases, links, losses, outgoing_messages};
use store::{StoreError, Tx};

use super::{Item, Resolution, ResolveError, ResolveInput, There, read};
use crate::timeline::Pen;

/// Decides about `found`. The same decision again changes nothing more.
pub(super) fn resolve(
    tx: &mut dyn Tx,
    (found, id): (&Conflict, CalendarId),
    input: ResolveInput,
    pen: &mut Pen,
    now: Instant,
) -> Result<Item, ResolveError> {
    let missing = || StoreError::decode("a conflict's calendar is missing");
    let calendar = calendars::by_id(tx, id)?.ok_or_else(missing)?;
    leases::hold_off(tx, calendar.connection_id)?;
    // Read again: what was read before the lock may have been the past.
    let mut conflict = conflicts::by_id(tx, found.id)?.ok_or(ResolveError::NotFound)?;
    let name = input.resolution.as_str();
    if conflict.closed_at.is_some() {
        return if conflict.resolution.as_deref() == Some(name) {
            Ok(read(tx, conflict)?)
        } else {
            Err(ResolveError::Over)
        };
    }
    // More may be held back than the person has seen.
    if input
        .version
        .is_some_and(|version| version != conflict.version)
    {
        return Err(ResolveError::Changed);
    }
    let held = if input.resolution == Resolution::Theirs {
        losses::let_go(tx, id, now)?
    } else {
        losses::put_back(tx, id, now)?
    };
    conflict.resolution = Some(name.to_owned());
    conflict.closed_at = Some(now);
    conflicts::update(tx, &conflict)?;
    outgoing_messages::clear_of_booking(tx, conflict.booking_id)?;
    let (kind, detail) = (input.resolution.kind(), json!({ "bookings": held }));
    pen.write(tx, conflict.booking_id, kind, Some(input.cause), detail)?;
    Ok(read(tx, conflict)?)
}

/// What is known of the first booking's event, and how many bookings are held back.
pub(super) fn held(
    tx: &mut dyn Tx,
    conflict: &Conflict,
    calendar: CalendarId,
) -> Result<(There, u64), StoreError> {
    let all = links::of_booking(tx, conflict.booking_id)?;
    let link = all.iter().find(|link| link.calendar_id == calendar);
    let held = losses::count_held(tx, calendar)?;
    let there = link.map_or(There::NotMade, There::of);
    Ok((there, u64::try_from(held).unwrap_or(0)))
}
