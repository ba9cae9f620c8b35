//! Unverified bookings that are due to be looked at again: one row each, gone when they are confirmed or over.
//!
//! What there is to do is computed when it is done, from the booking and the calendars as they are then;
//! a row only says since when, and when to look.

use domain::{BookingId, CalendarId, ConnectionId, Instant};

use super::conflicts::UNVERIFIED_OVERLAP;
use crate::{StoreError, Tx, values};

/// Lets `booking` be unverified since `since`, to be looked at at `run_at` at the latest.
///
/// # Errors
/// [`StoreError`].
pub fn put(
    tx: &mut dyn Tx,
    booking: BookingId,
    since: Instant,
    run_at: Instant,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO verification (booking_id, since, run_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (booking_id) DO UPDATE SET since = excluded.since, run_at = excluded.run_at",
        values![booking, since, run_at],
    )
    .map(drop)
}

/// Since when a booking is unverified, and when it is to be looked at.
///
/// # Errors
/// [`StoreError`].
pub fn of(tx: &mut dyn Tx, booking: BookingId) -> Result<Option<(Instant, Instant)>, StoreError> {
    let sql = "SELECT since, run_at FROM verification WHERE booking_id = ?1";
    tx.first(sql, values![booking])?
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .transpose()
}

/// Puts a look off until `run_at`, unless somebody asked for it since it was due at `seen`.
///
/// # Errors
/// [`StoreError`].
pub fn put_off(
    tx: &mut dyn Tx,
    booking: BookingId,
    seen: Instant,
    run_at: Instant,
) -> Result<(), StoreError> {
    let sql = "UPDATE verification SET run_at = ?3 WHERE booking_id = ?1 AND run_at = ?2";
    tx.execute(sql, values![booking, seen, run_at]).map(drop)
}

/// Forgets that a booking was unverified.
///
/// # Errors
/// [`StoreError`].
pub fn delete(tx: &mut dyn Tx, booking: BookingId) -> Result<(), StoreError> {
    let sql = "DELETE FROM verification WHERE booking_id = ?1";
    tx.execute(sql, values![booking]).map(drop)
}

/// The one to look at first, with when.
///
/// # Errors
/// [`StoreError`].
pub fn next_due(tx: &mut dyn Tx) -> Result<Option<(BookingId, Instant)>, StoreError> {
    let sql = "SELECT booking_id, run_at FROM verification ORDER BY run_at, booking_id LIMIT 1";
    tx.first(sql, values![])?
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .transpose()
}

/// What a pull that is over can say to unverified bookings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The calendar shows what it showed: of no use to those about which a person has yet to decide.
    Same,
    /// It has changed.
    Changed,
}

/// Lets those be looked at now whose hosts `calendar` blocks, now that it is known as of `as_of`.
///
/// # Errors
/// [`StoreError`].
pub fn wake(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    as_of: Instant,
    news: News,
    now: Instant,
) -> Result<(), StoreError> {
    let sql = "UPDATE verification SET run_at = ?3
               WHERE run_at > ?3 AND since < ?2
                 AND EXISTS (SELECT 1 FROM claim k JOIN host_calendar h ON h.host_id = k.host_id
                   WHERE k.booking_id = verification.booking_id AND h.calendar_id = ?1 AND h.blocks = 1)
                 AND (?4 = 1 OR NOT EXISTS (SELECT 1 FROM conflict f
                   WHERE f.booking_id = verification.booking_id AND f.closed_at IS NULL
                     AND f.kind = ?5 AND f.resolution IS NULL))";
    let is_news = i64::from(news == News::Changed);
    tx.execute(
        sql,
        values![calendar, as_of, now, is_news, UNVERIFIED_OVERLAP],
    )
    .map(drop)
}

/// Lets those be looked at now whose hosts a calendar of `connection` blocks: it counts no more.
///
/// # Errors
/// [`StoreError`].
pub fn wake_of_connection(
    tx: &mut dyn Tx,
    connection: ConnectionId,
    now: Instant,
) -> Result<(), StoreError> {
    let sql = "UPDATE verification SET run_at = ?2
               WHERE run_at > ?2 AND EXISTS (SELECT 1 FROM claim k
                 JOIN host_calendar h ON h.host_id = k.host_id
                 JOIN calendar c ON c.id = h.calendar_id
                 WHERE k.booking_id = verification.booking_id AND c.connection_id = ?1)";
    tx.execute(sql, values![connection, now]).map(drop)
}
