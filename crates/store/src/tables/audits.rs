//! The weekly comparison of a calendar with Google's own expansion: when, and what it found.

use domain::{CalendarId, Instant};

use super::calendars::Audit;
use crate::{StoreError, Tx, values};

/// The calendar to compare first, of a connection that works and that nobody works on at `now`, with when.
/// One that was never read, or is being read, has nothing to compare yet.
///
/// # Errors
/// [`StoreError`].
pub fn next(tx: &mut dyn Tx, now: Instant) -> Result<Option<(CalendarId, Instant)>, StoreError> {
    let sql = "SELECT c.id, c.audit_at FROM calendar c JOIN connection n ON n.id = c.connection_id
               WHERE n.state = 'connected' AND n.lease_until <= ?1 AND c.removed_at IS NULL
                 AND c.sync_token IS NOT NULL AND c.page_token IS NULL
               ORDER BY c.audit_at, c.id LIMIT 1";
    tx.first(sql, values![now])?
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .transpose()
}

/// Stores when a calendar is compared next and what was found.
///
/// # Errors
/// [`StoreError`].
pub fn put(tx: &mut dyn Tx, calendar: CalendarId, audit: &Audit) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE calendar SET audit_at = ?2, audited_at = ?3, audit_differences = ?4 WHERE id = ?1",
        values![calendar, audit.at, audit.done_at, audit.differences],
    )
    .map(drop)
}
