//! What a two-way calendar needs beside others: whose bookings its events become, and what kind of bookings.

use domain::event_type::EventType;
use domain::{CalendarId, EventTypeId, Instant, OrganizationId};
use store::tables::calendars::{self as rows, Calendar as Row};
use store::tables::{busy, conflicts, event_types, incoming, links};
use store::{Lane, StoreError, Tx};

use super::{CalendarError, Mode};
use crate::App;
use crate::bookings::{import_kind, is_importable};

/// What the events of a two-way calendar may become, in the organization's order.
///
/// # Errors
/// [`StoreError`].
pub async fn importable(
    app: &App,
    organization: OrganizationId,
) -> Result<Vec<EventType>, StoreError> {
    app.store()
        .unit(Lane::Read, "calendars.importable", move |tx| {
            let mut all = event_types::list(tx, organization)?;
            all.retain(is_importable);
            Ok(all)
        })
        .await
}

/// Refuses a two-way calendar that is not one host's, or whose events can become nothing.
pub(super) fn check(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    (calendar, mode): (CalendarId, Mode),
) -> Result<(), CalendarError> {
    if mode != Mode::TwoWay {
        return Ok(());
    }
    let [host] = busy::blocked(tx, calendar)?[..] else {
        return Err(CalendarError::OneHostNeeded);
    };
    match import_kind(tx, organization, calendar, host)? {
        Some(_) => Ok(()),
        None => Err(CalendarError::EventTypeNeeded),
    }
}

/// Tells what the calendar's events become from now on. What they became stays.
pub(super) fn set_kind(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    calendar: CalendarId,
    kind: EventTypeId,
) -> Result<(), CalendarError> {
    let found = event_types::by_id(tx, kind)?;
    let is_fit =
        found.is_some_and(|kind| kind.organization_id == organization && is_importable(&kind));
    if !is_fit {
        return Err(CalendarError::EventTypeNeeded);
    }
    Ok(rows::set_import_event_type(tx, calendar, kind)?)
}

/// What waits to become a booking is listed anew or never; and where the calendar is no longer two-way, events
/// that we did not make are let go of, and their bookings stay.
pub(super) fn left(
    tx: &mut dyn Tx,
    calendar: &Row,
    mode: Mode,
    now: Instant,
) -> Result<(), CalendarError> {
    incoming::clear(tx, calendar.id)?;
    if calendar.mode == Mode::TwoWay && mode != Mode::TwoWay {
        conflicts::close_of_born(tx, calendar.id, now)?;
        links::detach_born(tx, calendar.id)?;
    }
    Ok(())
}
