//! Busy time seen in connected calendars, as far as a host's time is blocked by it.

use domain::{CalendarId, HostId, Interval};
use jiff::SignedDuration;

use crate::{StoreError, Tx, values};

/// Events longer than this are stored cut into pieces, so that a look-back this long finds them all.
pub const SPAN_MAX: SignedDuration = SignedDuration::from_hours(31 * 24);

/// Busy time of `host` that overlaps `window`, ascending: of every calendar that blocks the host, in
/// the generation that counts.
///
/// # Errors
/// [`StoreError`].
pub fn overlapping(
    tx: &mut dyn Tx,
    host: HostId,
    window: Interval,
) -> Result<Vec<Interval>, StoreError> {
    let sql = "SELECT i.starts_at, i.ends_at FROM host_calendar h
               JOIN calendar c ON c.id = h.calendar_id
               JOIN busy_interval i ON i.calendar_id = c.id AND i.generation = c.generation
               WHERE h.host_id = ?1 AND h.blocks = 1
                 AND i.starts_at < ?3 AND i.starts_at > ?4 AND i.ends_at > ?2
               ORDER BY i.starts_at, i.ends_at";
    tx.rows(
        sql,
        values![host, window.start, window.end, window.start - SPAN_MAX],
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

/// Lets the busy time of `calendar` block `host`, or no longer.
///
/// # Errors
/// [`StoreError`].
pub fn set_blocks(
    tx: &mut dyn Tx,
    host: HostId,
    calendar: CalendarId,
    blocks: bool,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO host_calendar (host_id, calendar_id, blocks) VALUES (?1, ?2, ?3)
         ON CONFLICT (host_id, calendar_id) DO UPDATE SET blocks = excluded.blocks",
        values![host, calendar, blocks],
    )
    .map(drop)
}

/// Notes busy time of `calendar` in one of its generations; `source` tells the event it comes from.
///
/// # Errors
/// [`StoreError`].
pub fn insert(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    generation: i64,
    time: Interval,
    source: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO busy_interval (calendar_id, generation, starts_at, ends_at, source)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (calendar_id, generation, starts_at, ends_at, source) DO NOTHING",
        values![calendar, generation, time.start, time.end, source],
    )
    .map(drop)
}
