//! Seats: who attends a booking. Seat 0 is the one who made it; a left seat keeps its row.

use domain::attendee::Attendee;
use domain::{AttendeeId, BookingId, Instant, OrganizationId};

use crate::{Row, StoreError, Tx, values};

/// One seat of a booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Its identity.
    pub id: AttendeeId,
    /// Of which booking.
    pub booking_id: BookingId,
    /// Counted from 0.
    pub seat: i64,
    /// When it was left.
    pub left_at: Option<Instant>,
    /// Who has it.
    pub attendee: Attendee,
}

/// Reads an attendee's columns: name, email, phone, time_zone, locale, notes.
pub(super) fn read_attendee(row: &mut Row) -> Result<Attendee, StoreError> {
    Ok(Attendee {
        name: row.take()?,
        email: row.take()?,
        phone: row.take()?,
        zone: row.take()?,
        locale: row.take()?,
        notes: row.take()?,
    })
}

fn read(mut row: Row) -> Result<Seat, StoreError> {
    Ok(Seat {
        id: row.take()?,
        booking_id: row.take()?,
        seat: row.take()?,
        left_at: row.take()?,
        attendee: read_attendee(&mut row)?,
    })
}

/// Adds a seat under the hash of its manage token.
///
/// # Errors
/// [`StoreError`].
pub fn insert(tx: &mut dyn Tx, seat: &Seat, manage_token_hash: &[u8]) -> Result<(), StoreError> {
    let a = &seat.attendee;
    tx.execute(
        "INSERT INTO attendee (id, booking_id, seat, manage_token_hash, name, email, phone,
           time_zone, locale, notes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        values![
            seat.id,
            seat.booking_id,
            seat.seat,
            manage_token_hash,
            &a.name,
            a.email.as_ref(),
            a.phone.as_ref(),
            &a.zone,
            a.locale,
            a.notes.as_ref()
        ],
    )
    .map(drop)
}

/// The seat of a manage token, left or not.
///
/// # Errors
/// [`StoreError`].
pub fn by_manage_token(tx: &mut dyn Tx, hash: &[u8]) -> Result<Option<Seat>, StoreError> {
    let sql = "SELECT id, booking_id, seat, left_at, name, email, phone, time_zone, locale, notes
               FROM attendee WHERE manage_token_hash = ?1";
    tx.first(sql, values![hash])?.map(read).transpose()
}

/// How many seats of a booking are taken, and the number of the next one. Ask under its lock.
///
/// # Errors
/// [`StoreError`].
pub fn count(tx: &mut dyn Tx, booking: BookingId) -> Result<(i64, i64), StoreError> {
    let sql = "SELECT count(*) - count(left_at), count(*) FROM attendee WHERE booking_id = ?1";
    tx.first(sql, values![booking])?
        .map_or(Ok((0, 0)), |mut row| Ok((row.take()?, row.take()?)))
}

/// Whether somebody still has a seat.
///
/// # Errors
/// [`StoreError`].
pub fn is_taken(tx: &mut dyn Tx, id: AttendeeId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM attendee WHERE id = ?1 AND left_at IS NULL";
    Ok(tx.first(sql, values![id])?.is_some())
}

/// Leaves a seat; gives whether it was taken until now.
///
/// # Errors
/// [`StoreError`].
pub fn leave(tx: &mut dyn Tx, id: AttendeeId, now: Instant) -> Result<bool, StoreError> {
    let sql = "UPDATE attendee SET left_at = ?2 WHERE id = ?1 AND left_at IS NULL";
    Ok(tx.execute(sql, values![id, now])? == 1)
}

/// Whoever last attended with this address, in this organization. Addresses are compared as they are kept.
///
/// # Errors
/// [`StoreError`].
pub fn known(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    email: &str,
) -> Result<Option<Attendee>, StoreError> {
    let sql = "SELECT a.name, a.email, a.phone, a.time_zone, a.locale, a.notes
               FROM attendee a JOIN booking b ON b.id = a.booking_id
               WHERE a.email = ?2 AND b.organization_id = ?1
               ORDER BY b.created_at DESC, a.id LIMIT 1";
    tx.first(sql, values![organization, email])?
        .map(|mut row| read_attendee(&mut row))
        .transpose()
}

/// Gives the first seat of a booking to somebody.
///
/// # Errors
/// [`StoreError`].
pub fn fill(tx: &mut dyn Tx, booking: BookingId, attendee: &Attendee) -> Result<(), StoreError> {
    let a = attendee;
    let sql = "UPDATE attendee SET name = ?2, email = ?3, phone = ?4, time_zone = ?5, locale = ?6,
                 notes = ?7 WHERE booking_id = ?1 AND seat = 0";
    tx.execute(
        sql,
        values![
            booking,
            &a.name,
            a.email.as_ref(),
            a.phone.as_ref(),
            &a.zone,
            a.locale,
            a.notes.as_ref()
        ],
    )
    .map(drop)
}

/// The seats of a booking that are taken, by their number.
///
/// # Errors
/// [`StoreError`].
pub fn taken(tx: &mut dyn Tx, booking: BookingId) -> Result<Vec<Seat>, StoreError> {
    let sql = "SELECT id, booking_id, seat, left_at, name, email, phone, time_zone, locale, notes
               FROM attendee WHERE booking_id = ?1 AND left_at IS NULL ORDER BY seat";
    let rows = tx.rows(sql, values![booking])?;
    rows.into_iter().map(read).collect()
}

/// One seat, left or not.
///
/// # Errors
/// [`StoreError`].
pub fn by_id(tx: &mut dyn Tx, id: AttendeeId) -> Result<Option<Seat>, StoreError> {
    let sql = "SELECT id, booking_id, seat, left_at, name, email, phone, time_zone, locale, notes
               FROM attendee WHERE id = ?1";
    tx.first(sql, values![id])?.map(read).transpose()
}
