//! Giving a booking to another host.

use domain::booking::{Booking, Cause, NotOpen, Refusal, check_open};
use domain::event_type::EventType;
use domain::{BookingId, ClaimId, HostId, Instant, LinkId};
use serde_json::json;
use store::tables::claims::{self, Holder};
use store::tables::{bookings, event_types, hosts, organizations};
use store::{Lane, StoreError, Tx};

use super::book::{claim, draw_claims, freeze_event};
use super::event_links;
use super::hosts::{Unassigned, Wish, take};
use super::reschedule::is_stale;
use super::tell;
use crate::App;
use crate::timeline::Pen;

/// Why a booking stays with its host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReassignError {
    /// No such booking.
    #[error("there is no such booking")]
    NotFound,
    /// It cannot be changed any more.
    #[error(transparent)]
    NotOpen(#[from] NotOpen),
    /// It has changed since the asker saw it.
    #[error("this booking has changed meanwhile")]
    Changed,
    /// The host does not offer this event type.
    #[error("there is no such host for this event type")]
    UnknownHost,
    /// It takes several hosts together, or waits for approval: there is no one host to replace.
    #[error("this booking has no single host to replace")]
    NotOfOneHost,
    /// The host has something else then.
    #[error("{0}")]
    Refused(Refusal),
    /// The store failed; nothing changed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A wish to give a booking to another host.
#[derive(Clone, Copy, Debug)]
pub struct ReassignInput {
    /// Which booking.
    pub booking: BookingId,
    /// To whom.
    pub host: HostId,
    /// The version the asker has seen; another one refuses.
    pub version: Option<i64>,
    /// Who says so.
    pub cause: Cause,
}

/// Gives a booking to another host, whose time must be free; outside their hours is the organization's own
/// decision. The event goes from the one's calendar to the other's, if they differ (scenario D4). Giving it to who has it changes
/// nothing, whatever its version.
///
/// # Errors
/// [`ReassignError`].
pub async fn reassign(app: &App, input: ReassignInput) -> Result<Booking, ReassignError> {
    let now = app.now();
    let (mut pen, ids) = (Pen::new(app, now), draw_claims(app, now));
    let link = LinkId(app.chance().uuid(now));
    app.store()
        .unit(Lane::Interactive, "bookings.reassign", move |tx| {
            pen.restart();
            reassign_in(tx, input, (&ids, link), &mut pen, now)
        })
        .await
}

fn reassign_in(
    tx: &mut dyn Tx,
    input: ReassignInput,
    (ids, link): (&[ClaimId], LinkId),
    pen: &mut Pen,
    now: Instant,
) -> Result<Booking, ReassignError> {
    let ReassignInput {
        booking: id, host, ..
    } = input;
    let seen = bookings::by_id(tx, id)?.ok_or(ReassignError::NotFound)?;
    for host in [seen.host_id.min(host), seen.host_id.max(host)] {
        hosts::lock(tx, host)?;
    }
    bookings::lock(tx, id)?;
    let mut booking = bookings::by_id(tx, id)?.ok_or(ReassignError::NotFound)?;
    check_open(&booking, now)?;
    let event_type =
        event_types::by_id(tx, booking.event_type_id)?.ok_or(ReassignError::NotFound)?;
    if event_type.host(host).is_none() {
        return Err(ReassignError::UnknownHost);
    }
    if booking.host_id == host {
        return Ok(booking);
    }
    if is_stale(input.version, &booking) {
        return Err(ReassignError::Changed);
    }
    if booking.host_id != seen.host_id || claims::hosts_of(tx, id)? != [booking.host_id] {
        return Err(ReassignError::NotOfOneHost);
    }
    free(tx, &event_type, &booking, host, now)?;
    claims::release(tx, id)?;
    let from = std::mem::replace(&mut booking.host_id, host);
    booking.version += 1;
    let organization =
        organizations::by_id(tx, booking.organization_id)?.ok_or(ReassignError::NotFound)?;
    freeze_event(&mut booking, &organization, &event_type);
    tell::update(tx, &booking, Some(input.cause), now)?;
    claim(tx, &booking, &[host], ids)?;
    event_links::go_along(tx, &booking, link, now)?;
    pen.write(
        tx,
        id,
        "reassigned",
        Some(input.cause),
        json!({ "from": from, "host": host }),
    )?;
    Ok(booking)
}

fn free(
    tx: &mut dyn Tx,
    event_type: &EventType,
    booking: &Booking,
    host: HostId,
    now: Instant,
) -> Result<(), ReassignError> {
    let wish = Wish {
        event_type,
        start: booking.time.start,
        host: Some(host),
        except: Some(Holder::Booking(booking.id)),
        forced: false,
        now,
    };
    match take(tx, wish, host, booking.time) {
        Ok(()) => Ok(()),
        Err(Unassigned::Refused(refusal)) => Err(ReassignError::Refused(refusal)),
        Err(Unassigned::Store(error)) => Err(error.into()),
    }
}
