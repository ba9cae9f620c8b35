//! Cancelling a booking: by its attendee or the organization here, or by the host in Google.

use domain::booking::{Booking, Cancellation, Cause, NotOpen, Status, check_open};
use domain::text::{self, BadText};
use domain::{BookingId, Instant};
use serde_json::json;
use store::tables::{bookings, claims, links};
use store::{Lane, StoreError, Tx};

use crate::App;
use crate::timeline::Pen;

/// Longest reason kept, in characters.
pub const REASON_CHARS_MAX: usize = 500;

/// Why a booking is not cancelled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancelError {
    /// No such booking.
    #[error("there is no such booking")]
    NotFound,
    /// It cannot be cancelled any more.
    #[error(transparent)]
    NotOpen(#[from] NotOpen),
    /// The reason cannot be kept.
    #[error("reason: {0}")]
    BadReason(BadText),
    /// The store failed; the booking stands.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Cancels a booking. Cancelling twice changes nothing more. An attendee can cancel until it begins,
/// the organization at any time.
///
/// # Errors
/// [`CancelError`].
pub async fn cancel(
    app: &App,
    id: BookingId,
    reason: &str,
    cause: Cause,
) -> Result<Booking, CancelError> {
    let now = app.now();
    let reason = checked_reason(reason)?;
    let mut pen = Pen::new(app, now);
    app.store()
        .unit(Lane::Interactive, "bookings.cancel", move |tx| {
            pen.restart();
            let mut booking = bookings::by_id(tx, id)?.ok_or(CancelError::NotFound)?;
            if booking.status == Status::Cancelled {
                return Ok(booking);
            }
            if cause == Cause::Attendee {
                check_open(&booking, now)?;
            }
            cancel_in(tx, &mut booking, cause, &reason, &mut pen, now)?;
            links::mark_due(tx, id, now)?;
            Ok(booking)
        })
        .await
}

fn checked_reason(reason: &str) -> Result<String, CancelError> {
    match text::paragraph(reason, REASON_CHARS_MAX) {
        Ok(reason) => Ok(reason),
        Err(BadText::Empty) => Ok(String::new()),
        Err(bad) => Err(CancelError::BadReason(bad)),
    }
}

/// Cancels `booking` within a unit: its status, its claim, its history.
pub(crate) fn cancel_in(
    tx: &mut dyn Tx,
    booking: &mut Booking,
    cause: Cause,
    reason: &str,
    pen: &mut Pen,
    now: Instant,
) -> Result<(), StoreError> {
    booking.status = Status::Cancelled;
    booking.version += 1;
    booking.cancellation = Some(Cancellation {
        cause,
        reason: reason.to_owned(),
        at: now,
    });
    bookings::update(tx, booking)?;
    claims::release(tx, booking.id)?;
    let kind = match cause {
        Cause::Calendar => "cancelled_in_calendar",
        Cause::Attendee | Cause::Api | Cause::Admin => "cancelled",
    };
    pen.write(
        tx,
        booking.id,
        kind,
        Some(cause),
        json!({ "reason": reason }),
    )
}
