//! Claims: the time a live booking takes from its host.
//!
//! The database itself refuses two that overlap (`claim_no_overlap`); looking first is what turns
//! that into an answer with alternatives.

use domain::{BookingId, HostId, Interval};
use jiff::SignedDuration;

use crate::{StoreError, Tx, values};

/// The longest claim; the schema holds it too, and the look-back below relies on it.
pub const SPAN_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Claims of `host` that overlap `window`, ascending, without that of `except`.
///
/// # Errors
/// [`StoreError`].
pub fn overlapping(
    tx: &mut dyn Tx,
    host: HostId,
    window: Interval,
    except: Option<BookingId>,
) -> Result<Vec<Interval>, StoreError> {
    let sql = "SELECT starts_at, ends_at FROM claim
               WHERE host_id = ?1 AND starts_at < ?3 AND starts_at > ?4 AND ends_at > ?2
                 AND (booking_id <> ?5 OR ?5 IS NULL)
               ORDER BY starts_at, ends_at";
    let look_back = window.start - SPAN_MAX;
    tx.rows(
        sql,
        values![host, window.start, window.end, look_back, except],
    )?
    .into_iter()
    .map(|mut row| {
        Ok(Interval {
            start: row.take()?,
            end: row.take()?,
        })
    })
    .collect()
}

/// Claims `time` of `host` for `booking`.
///
/// # Errors
/// [`StoreError::Constraint`] (`claim_no_overlap`) when another booking has it.
pub fn insert(
    tx: &mut dyn Tx,
    booking: BookingId,
    host: HostId,
    time: Interval,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO claim (booking_id, host_id, starts_at, ends_at) VALUES (?1, ?2, ?3, ?4)",
        values![booking, host, time.start, time.end],
    )
    .map(drop)
}

/// Moves the claim of `booking` to `time`.
///
/// # Errors
/// [`StoreError::Constraint`] (`claim_no_overlap`) when another booking has it.
pub fn move_to(tx: &mut dyn Tx, booking: BookingId, time: Interval) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE claim SET starts_at = ?2, ends_at = ?3 WHERE booking_id = ?1",
        values![booking, time.start, time.end],
    )
    .map(drop)
}

/// Gives up the claim of `booking`.
///
/// # Errors
/// [`StoreError`].
pub fn release(tx: &mut dyn Tx, booking: BookingId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM claim WHERE booking_id = ?1", values![booking])
        .map(drop)
}
