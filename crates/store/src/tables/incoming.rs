//! Events of two-way calendars that are to become bookings: one row each, as a page last showed it, gone when it
//! has. What becomes of a row is decided when it is taken, so a row too many does no harm.

use domain::sync::import::Incoming;
use domain::{CalendarId, Instant};

use crate::tx::{json, json_keys};
use crate::{StoreError, Topic, Tx, values};

/// Keeps an event for later, in place of what was kept of it.
///
/// # Errors
/// [`StoreError`].
pub fn put(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    event_id: &str,
    event: &Incoming,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO incoming_event (calendar_id, event_id, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (calendar_id, event_id) DO UPDATE SET body = excluded.body",
        values![calendar, event_id, json(event)],
    )?;
    tx.wake(Topic::DueWork);
    Ok(())
}

/// Forgets events.
///
/// # Errors
/// [`StoreError`].
pub fn remove<'i>(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    events: impl IntoIterator<Item = &'i str>,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM incoming_event WHERE calendar_id = ?1
                 AND event_id IN (SELECT e.key FROM json_each(?2) e)";
    tx.execute(sql, values![calendar, json_keys(events)])
        .map(drop)
}

/// Forgets all of a calendar: it is listed anew, or not two-way any more.
///
/// # Errors
/// [`StoreError`].
pub fn clear(tx: &mut dyn Tx, calendar: CalendarId) -> Result<(), StoreError> {
    let sql = "DELETE FROM incoming_event WHERE calendar_id = ?1";
    tx.execute(sql, values![calendar]).map(drop)
}

/// Up to `limit` events of a calendar, by id.
///
/// # Errors
/// [`StoreError`].
pub fn first(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    limit: i64,
) -> Result<Vec<(String, Incoming)>, StoreError> {
    let sql = "SELECT event_id, body FROM incoming_event WHERE calendar_id = ?1
               ORDER BY event_id LIMIT ?2";
    tx.rows(sql, values![calendar, limit])?
        .into_iter()
        .map(|mut row| Ok((row.take()?, row.take_json()?)))
        .collect()
}

/// A two-way calendar that has some, of a connection that works and that nobody works on at `now`.
///
/// # Errors
/// [`StoreError`].
pub fn next_due(tx: &mut dyn Tx, now: Instant) -> Result<Option<CalendarId>, StoreError> {
    let sql = "SELECT i.calendar_id FROM incoming_event i
               JOIN calendar c ON c.id = i.calendar_id JOIN connection n ON n.id = c.connection_id
               WHERE c.mode = 'two_way' AND c.removed_at IS NULL AND n.state = 'connected'
                 AND n.lease_until <= ?1
               ORDER BY i.calendar_id, i.event_id LIMIT 1";
    tx.first(sql, values![now])?
        .map(|mut row| row.take())
        .transpose()
}
