//! Cancelling a booking, or leaving one's seat on it: by an attendee or the organization here, or by
//! the host in Google.

use domain::booking::{Booking, Cancellation, Cause, NotOpen, Status, check_open};
use domain::text::{self, BadText};
use domain::{AttendeeId, BookingId, Instant};
use serde_json::json;
use store::tables::{claims, links, seats};
use store::{Lane, StoreError, Tx};

use super::reschedule::{is_stale, lock_with_hosts};
use super::{tell, verify};
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
    /// It has changed since the asker saw it.
    #[error("this booking has changed meanwhile")]
    Changed,
    /// The reason cannot be kept.
    #[error("reason: {0}")]
    BadReason(BadText),
    /// The store failed; the booking stands.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A wish to cancel.
#[derive(Clone, Debug)]
pub struct CancelInput {
    /// Which booking.
    pub booking: BookingId,
    /// Only this seat of it; the booking stays while others have seats (scenario J3).
    pub seat: Option<AttendeeId>,
    /// What they say; may be empty.
    pub reason: String,
    /// The version the asker has seen; another one refuses.
    pub version: Option<i64>,
    /// Who asks.
    pub cause: Cause,
}

/// Cancels a booking, or leaves one seat of it. Doing so twice changes nothing more. An attendee can
/// until it begins, the organization at any time.
///
/// # Errors
/// [`CancelError`].
pub async fn cancel(app: &App, input: CancelInput) -> Result<Booking, CancelError> {
    let now = app.now();
    let reason = checked_reason(&input.reason).map_err(CancelError::BadReason)?;
    let mut pen = Pen::new(app, now);
    app.store()
        .unit(Lane::Interactive, "bookings.cancel", move |tx| {
            pen.restart();
            let (mut booking, _) =
                lock_with_hosts(tx, input.booking)?.ok_or(CancelError::NotFound)?;
            if !booking.status.is_open() {
                return already(booking);
            }
            if is_stale(input.version, &booking) {
                return Err(CancelError::Changed);
            }
            if input.cause == Cause::Attendee {
                check_open(&booking, now)?;
            }
            if let Some(seat) = input.seat
                && is_left_with_others(tx, &booking, (seat, input.cause), &mut pen, now)?
            {
                return Ok(booking);
            }
            cancel_in(tx, &mut booking, input.cause, &reason, &mut pen, now)?;
            if let Some(seat) = input.seat {
                // The last one has no seat any more, and hears all the same.
                tell::left(tx, &booking, seat, input.cause, now)?;
            }
            links::mark_due(tx, booking.id, now)?;
            Ok(booking)
        })
        .await
}

/// Cancelled before is as good as cancelled now; over is not.
fn already(booking: Booking) -> Result<Booking, CancelError> {
    match booking.status {
        Status::Completed | Status::NoShow => Err(NotOpen::Over.into()),
        _ => Ok(booking),
    }
}

/// Leaves `seat`; gives whether others stay.
fn is_left_with_others(
    tx: &mut dyn Tx,
    booking: &Booking,
    (seat, cause): (AttendeeId, Cause),
    pen: &mut Pen,
    now: Instant,
) -> Result<bool, StoreError> {
    let has_left = seats::leave(tx, seat, now)?;
    if has_left && booking.capacity > 1 {
        pen.write(tx, booking.id, "left", Some(Cause::Attendee), json!({}))?;
    }
    let do_others_stay = seats::count(tx, booking.id)?.0 > 0;
    if has_left && do_others_stay {
        tell::left(tx, booking, seat, cause, now)?;
    }
    Ok(do_others_stay)
}

pub(super) fn checked_reason(reason: &str) -> Result<String, BadText> {
    match text::paragraph(reason, REASON_CHARS_MAX) {
        Err(BadText::Empty) => Ok(String::new()),
        checked => checked,
    }
}

/// Cancels `booking` within a unit: its status, its claims, its history.
pub(crate) fn cancel_in(
    tx: &mut dyn Tx,
    booking: &mut Booking,
    cause: Cause,
    reason: &str,
    pen: &mut Pen,
    now: Instant,
) -> Result<(), StoreError> {
    let kind = match cause {
        Cause::Calendar => "cancelled_in_calendar",
        Cause::Attendee | Cause::Api | Cause::Admin => "cancelled",
    };
    end_in(
        tx,
        booking,
        Status::Cancelled,
        kind,
        cause,
        reason,
        pen,
        now,
    )
}

/// Ends `booking` in `status`, cancelled or declined.
#[expect(
    clippy::too_many_arguments,
    reason = "one row of everything an end is made of"
)]
pub(super) fn end_in(
    tx: &mut dyn Tx,
    booking: &mut Booking,
    status: Status,
    kind: &str,
    cause: Cause,
    reason: &str,
    pen: &mut Pen,
    now: Instant,
) -> Result<(), StoreError> {
    if booking.status == Status::Unverified {
        verify::end(tx, booking.id, "cancelled", now)?;
    }
    booking.status = status;
    booking.version += 1;
    booking.cancellation = Some(Cancellation {
        cause,
        reason: reason.to_owned(),
        at: now,
    });
    tell::update(tx, booking, Some(cause), now)?;
    claims::release(tx, booking.id)?;
    pen.write(
        tx,
        booking.id,
        kind,
        Some(cause),
        json!({ "reason": reason }),
    )
}
