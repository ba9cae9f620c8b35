//! A booking's history: what happened, when, and who or what decided.

use domain::booking::Cause;
use domain::{BookingId, Instant, TimelineId};

use super::bookings::named;
use crate::tx::json;
use crate::{Row, StoreError, Tx, values};

/// More entries than one page shows.
const LIST_MAX: i64 = 500;

/// One line of a booking's history.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// What, as a stable code such as `booked` or `event_created`.
    pub kind: String,
    /// Who or what decided, where someone did.
    pub cause: Option<Cause>,
    /// More, as a JSON object; its fields depend on `kind`.
    pub detail: serde_json::Value,
}

/// Adds an entry.
///
/// # Errors
/// [`StoreError`].
pub fn insert(
    tx: &mut dyn Tx,
    id: TimelineId,
    booking: BookingId,
    entry: &Entry,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO timeline (id, booking_id, at, kind, cause, detail)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        values![
            id,
            booking,
            entry.at,
            &entry.kind,
            entry.cause.map(Cause::as_str),
            json(&entry.detail)
        ],
    )
    .map(drop)
}

/// Replaces an entry: what it tells of has gone on.
///
/// # Errors
/// [`StoreError`].
pub fn update(tx: &mut dyn Tx, id: TimelineId, entry: &Entry) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE timeline SET at = ?2, kind = ?3, cause = ?4, detail = ?5 WHERE id = ?1",
        values![
            id,
            entry.at,
            &entry.kind,
            entry.cause.map(Cause::as_str),
            json(&entry.detail)
        ],
    )
    .map(drop)
}

/// The newest `limit` entries of a booking's history, newest first.
///
/// # Errors
/// [`StoreError`].
pub fn newest(
    tx: &mut dyn Tx,
    booking: BookingId,
    limit: i64,
) -> Result<Vec<(TimelineId, Entry)>, StoreError> {
    let sql = "SELECT id, at, kind, cause, detail FROM timeline WHERE booking_id = ?1
               ORDER BY at DESC, id DESC LIMIT ?2";
    tx.rows(sql, values![booking, limit])?
        .into_iter()
        .map(|mut row| Ok((row.take()?, read(row)?)))
        .collect()
}

/// Whether something of this `kind` happened to a booking.
///
/// # Errors
/// [`StoreError`].
pub fn contains(tx: &mut dyn Tx, booking: BookingId, kind: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM timeline WHERE booking_id = ?1 AND kind = ?2 LIMIT 1";
    Ok(tx.first(sql, values![booking, kind])?.is_some())
}

/// The history of a booking, oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn list(tx: &mut dyn Tx, booking: BookingId) -> Result<Vec<Entry>, StoreError> {
    let sql = "SELECT at, kind, cause, detail FROM timeline WHERE booking_id = ?1
               ORDER BY at, id LIMIT ?2";
    tx.rows(sql, values![booking, LIST_MAX])?
        .into_iter()
        .map(read)
        .collect()
}

fn read(mut row: Row) -> Result<Entry, StoreError> {
    Ok(Entry {
        at: row.take()?,
        kind: row.take()?,
        cause: row
            .take::<Option<String>>()?
            .map(|name| named(Cause::from_name, name))
            .transpose()?,
        detail: row.take_json()?,
    })
}
