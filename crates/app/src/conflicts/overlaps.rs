//! Deciding about an unverified booking whose time something else takes: look again, keep it, or cancel it.

use domain::Instant;
use domain::booking::Status;
use serde_json::json;
use store::tables::conflicts::{self, Conflict};
use store::tables::{calendars, links, verifications};
use store::{StoreError, Topic, Tx};

use super::{Item, Resolution, ResolveError, ResolveInput, read};
use crate::bookings::{cancel_in, confirm, lock_with_hosts};
use crate::freshness;
use crate::timeline::Pen;

/// Decides about `found`. The same decision again changes nothing more.
pub(super) fn resolve(
    tx: &mut dyn Tx,
    found: &Conflict,
    input: ResolveInput,
    pen: &mut Pen,
    now: Instant,
) -> Result<Item, ResolveError> {
    let missing = || StoreError::decode("a conflict's booking is missing");
    let (mut booking, bound) = lock_with_hosts(tx, found.booking_id)?.ok_or_else(missing)?;
    // Read again: what was read before the lock may have been the past.
    let mut conflict = conflicts::by_id(tx, found.id)?.ok_or(ResolveError::NotFound)?;
    let name = input.resolution.as_str();
    let is_same = conflict.resolution.as_deref() == Some(name);
    if conflict.closed_at.is_some() || booking.status != Status::Unverified {
        return if is_same {
            Ok(read(tx, conflict)?)
        } else {
            Err(ResolveError::Over)
        };
    }
    if input
        .version
        .is_some_and(|version| version != conflict.version)
    {
        return Err(ResolveError::Changed);
    }
    let cause = Some(input.cause);
    match input.resolution {
        Resolution::Keep => {
            confirm(tx, &mut booking, name, cause, pen, now)?;
        }
        Resolution::Cancel => {
            cancel_in(tx, &mut booking, input.cause, "", pen, now)?;
            links::mark_due(tx, booking.id, now)?;
            // It ended because somebody said so here.
            let mut ended = conflicts::by_id(tx, found.id)?.ok_or(ResolveError::NotFound)?;
            ended.resolution = Some(name.to_owned());
            conflicts::update(tx, &ended)?;
        }
        _ if is_same => {}
        // The others are not for this: see [`Resolution::of`].
        Resolution::Retry
        | Resolution::Relink
        | Resolution::Ignore
        | Resolution::Ours
        | Resolution::Theirs => {
            // Calendars before verifications, as a pull that ends locks them.
            for known in freshness::blocking(tx, bound)? {
                calendars::ask(tx, known.calendar, now)?;
            }
            // Only what is read from now on counts.
            verifications::put(tx, booking.id, now, booking.time.end)?;
            tx.wake(Topic::DueWork);
            conflict.resolution = Some(name.to_owned());
            conflicts::update(tx, &conflict)?;
            let kind = input.resolution.kind();
            pen.write(tx, booking.id, kind, cause, json!({}))?;
        }
    }
    let conflict = conflicts::by_id(tx, found.id)?.ok_or(ResolveError::NotFound)?;
    Ok(read(tx, conflict)?)
}
