//! Moving a booking: by its attendee or the organization here, or by the host in Google.

use domain::booking::{Booking, Cause, NotOpen, Refusal, check_open, decide, is_taken};
use domain::{BookingId, Instant, Interval};
use serde_json::json;
use store::tables::{bookings, claims, event_types, links, organizations};
use store::{Lane, StoreError, Tx};

use super::book::render_text;
use crate::event_types::Offer;
use crate::timeline::Pen;
use crate::{App, availability};

/// Why a booking stays where it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RescheduleError {
    /// No such booking.
    #[error("there is no such booking")]
    NotFound,
    /// It cannot be moved any more.
    #[error(transparent)]
    NotOpen(#[from] NotOpen),
    /// The start cannot be had.
    #[error("{refusal}")]
    Refused {
        /// Which rule it fails.
        refusal: Refusal,
        /// The nearest starts that could be had.
        alternatives: Vec<Interval>,
    },
    /// The store failed; the booking stays where it is.
    #[error(transparent)]
    Store(#[from] StoreError),
}

enum Decided {
    Moved(Box<Booking>),
    Refused(Refusal, Box<Offer>),
}

/// Moves a booking to `start`. Moving it to where it is changes nothing.
///
/// # Errors
/// [`RescheduleError`].
pub async fn reschedule(
    app: &App,
    id: BookingId,
    start: Instant,
    cause: Cause,
) -> Result<Booking, RescheduleError> {
    let now = app.now();
    let mut pen = Pen::new(app, now);
    let decided = app
        .store()
        .unit(Lane::Interactive, "bookings.reschedule", move |tx| {
            reschedule_in(tx, id, start, cause, &mut pen, now)
        })
        .await?;
    match decided {
        Decided::Moved(booking) => Ok(*booking),
        Decided::Refused(refusal, offer) => {
            let alternatives = availability::alternatives(app, *offer, Some(id), start).await?;
            Err(RescheduleError::Refused {
                refusal,
                alternatives,
            })
        }
    }
}

fn reschedule_in(
    tx: &mut dyn Tx,
    id: BookingId,
    start: Instant,
    cause: Cause,
    pen: &mut Pen,
    now: Instant,
) -> Result<Decided, RescheduleError> {
    pen.restart();
    let mut booking = bookings::by_id(tx, id)?.ok_or(RescheduleError::NotFound)?;
    check_open(&booking, now)?;
    if booking.time.start == start {
        return Ok(Decided::Moved(Box::new(booking)));
    }
    let organization =
        organizations::by_id(tx, booking.organization_id)?.ok_or(RescheduleError::NotFound)?;
    let offer = event_types::by_id(tx, booking.event_type_id)?.ok_or(RescheduleError::NotFound)?;
    let wanted = Interval::lasting(start, offer.event_type.rules.duration);
    let claimed = claims::overlapping(tx, booking.host_id, wanted, Some(id))?;
    let time = match decide(&offer.event_type, start, &claimed, now) {
        Ok(time) => time,
        Err(refusal) => return Ok(Decided::Refused(refusal, Box::new(offer))),
    };
    render_text(&mut booking, &organization, &offer);
    move_to(tx, &mut booking, time, "moved", cause, pen)?;
    links::mark_due(tx, id, now)?;
    Ok(Decided::Moved(Box::new(booking)))
}

/// What became of a move the host made in Google.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MoveOutcome {
    /// The booking followed.
    Moved,
    /// Another booking of the host is there.
    Taken,
}

/// Lets `booking` follow a move the host made in Google: outside hours is allowed, on top of another
/// booking is not. Its text stays as it is, so that nothing need be written back (scenario C2).
pub(crate) fn move_by_host(
    tx: &mut dyn Tx,
    booking: &mut Booking,
    time: Interval,
    pen: &mut Pen,
) -> Result<MoveOutcome, StoreError> {
    let claimed = claims::overlapping(tx, booking.host_id, time, Some(booking.id))?;
    if is_taken(time, &claimed) {
        return Ok(MoveOutcome::Taken);
    }
    move_to(tx, booking, time, "moved_in_calendar", Cause::Calendar, pen)?;
    Ok(MoveOutcome::Moved)
}

fn move_to(
    tx: &mut dyn Tx,
    booking: &mut Booking,
    time: Interval,
    kind: &str,
    cause: Cause,
    pen: &mut Pen,
) -> Result<(), StoreError> {
    let from = booking.time;
    booking.time = time;
    booking.version += 1;
    bookings::update(tx, booking)?;
    claims::move_to(tx, booking.id, time)?;
    let detail = json!({ "from": from.start, "start": time.start, "end": time.end });
    pen.write(tx, booking.id, kind, Some(cause), detail)
}
