//! Changing what a calendar is for, whose time it takes, and whose bookings go there.

use domain::{CalendarId, ConnectionId, EventTypeId, HostId, Instant, OrganizationId};
use store::tables::calendars::{self as rows, Calendar as Row};
use store::tables::{
    busy, conflicts, hosts, incoming, leases, links, outgoing_messages, receivers,
};
use store::{Lane, Topic, Tx};

use super::look::look;
use super::{CalendarError, Mode, own, own_calendar, two_way};
use crate::App;
use crate::housekeeping::FOLLOWED;

/// What is to be changed; `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// What it is for.
    pub mode: Option<Mode>,
    /// Whose time its events take: of these hosts, and nobody else's.
    pub blocks: Option<Vec<HostId>>,
    /// Whose bookings go there from now on: of these hosts, and nobody else's. Bookings made before keep their
    /// events where they are.
    pub receives: Option<Vec<HostId>>,
    /// What its events become, in a two-way calendar.
    pub import_event_type: Option<EventTypeId>,
}

/// Changes a calendar's settings, all of it or nothing. A calendar that is only read from now on lets go of the
/// events of bookings that are there: they stay as they are.
///
/// # Errors
/// [`CalendarError`].
pub async fn change(
    app: &App,
    organization: OrganizationId,
    connection: ConnectionId,
    id: CalendarId,
    change: Change,
) -> Result<(), CalendarError> {
    let (found, before) = app
        .store()
        .unit(Lane::Read, "calendars.before", move |tx| {
            let found = own(tx, organization, connection)?;
            let calendar = own_calendar(tx, &found, id)?;
            Ok::<_, CalendarError>((found, calendar))
        })
        .await?;
    let mode = change.mode.unwrap_or(before.mode);
    if mode.is_written() && !before.mode.is_written() {
        look(app, &found, &before.google_id, mode).await?;
    }
    let now = app.now();
    app.store()
        .unit(Lane::Interactive, "calendars.change", move |tx| {
            let found = own(tx, organization, connection)?;
            // Locks it; what is under way was asked for in the mode before.
            leases::revoke(tx, connection)?;
            let calendar = own_calendar(tx, &found, id)?;
            if calendar.mode != before.mode {
                // Somebody else has changed it meanwhile: what was looked at may not be what is asked for.
                return Err(CalendarError::Store(store::StoreError::Overloaded));
            }
            let all = hosts::list(tx, organization)?;
            let all: Vec<HostId> = all.into_iter().map(|(host, _)| host).collect();
            let received = receiving(tx, organization, id, &all)?;
            if mode != calendar.mode {
                set_mode(tx, calendar, mode, now)?;
            }
            if let Some(blocked) = &change.blocks {
                check(blocked, &all)?;
                for host in &all {
                    busy::set_blocks(tx, *host, id, blocked.contains(host))?;
                }
            }
            if let Some(wanted) = &change.receives {
                check(wanted, &all)?;
                set_receives(tx, (organization, id, mode), wanted, &all)?;
            }
            all_have_one(tx, organization, &received)?;
            if let Some(kind) = change.import_event_type {
                two_way::set_kind(tx, organization, id, kind)?;
            }
            two_way::check(tx, organization, (id, mode))?;
            tx.wake(Topic::DueWork);
            Ok(())
        })
        .await
}

fn check(named: &[HostId], all: &[HostId]) -> Result<(), CalendarError> {
    match named.iter().all(|host| all.contains(host)) {
        true => Ok(()),
        false => Err(CalendarError::UnknownHost),
    }
}

fn set_mode(
    tx: &mut dyn Tx,
    mut calendar: Row,
    mode: Mode,
    now: Instant,
) -> Result<(), CalendarError> {
    rows::set_mode(tx, calendar.id, mode, None)?;
    two_way::left(tx, &calendar, mode, now)?;
    if mode.is_written() {
        links::readopt_of_connection(tx, calendar.connection_id, now - FOLLOWED, now)?;
    } else {
        let_go(tx, calendar.id, now)?;
    }
    // A position is good for one set of fields (§10.1); what is known counts until all was listed anew.
    calendar.position.sync_token = None;
    calendar.position.page_token = None;
    calendar.pull_at = now;
    calendar.failures = 0;
    rows::update(tx, &calendar)?;
    Ok(())
}

/// The events of bookings in a calendar are left to themselves.
pub(super) fn let_go(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    now: Instant,
) -> Result<u64, CalendarError> {
    conflicts::close_of_calendar(tx, calendar, now)?;
    outgoing_messages::clear_of_calendar(tx, calendar)?;
    incoming::clear(tx, calendar)?;
    Ok(links::detach_of_calendar(tx, calendar)?)
}

fn set_receives(
    tx: &mut dyn Tx,
    (organization, id, mode): (OrganizationId, CalendarId, Mode),
    wanted: &[HostId],
    all: &[HostId],
) -> Result<(), CalendarError> {
    if !wanted.is_empty() && !mode.is_written() {
        return Err(CalendarError::NotWritten);
    }
    for host in all {
        if wanted.contains(host) {
            receivers::tell(tx, *host, id)?;
        } else {
            receivers::untell(tx, *host, id)?;
        }
    }
    // Whoever was taken out, and was told nowhere else, would be sent here again.
    let received = receiving(tx, organization, id, all)?;
    match received.iter().all(|host| wanted.contains(host)) {
        true => Ok(()),
        false => Err(CalendarError::ReceiverNeeded),
    }
}

/// Those of `hosts` whose bookings go to `calendar`.
pub(super) fn receiving(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    calendar: CalendarId,
    hosts: &[HostId],
) -> Result<Vec<HostId>, CalendarError> {
    let mut found = Vec::new();
    for host in hosts {
        let receiver = receivers::of_host(tx, organization, *host)?;
        if receiver.is_some_and(|receiver| receiver.id == calendar) {
            found.push(*host);
        }
    }
    Ok(found)
}

/// Whose bookings had a calendar to go to must still have one.
pub(super) fn all_have_one(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    hosts: &[HostId],
) -> Result<(), CalendarError> {
    for host in hosts {
        if receivers::of_host(tx, organization, *host)?.is_none() {
            return Err(CalendarError::ReceiverNeeded);
        }
    }
    Ok(())
}
