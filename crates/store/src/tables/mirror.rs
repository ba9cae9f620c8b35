//! The mirror: events of connected calendars as Google last showed them, by generation. Their busy time
//! stands in [`super::busy`].

use domain::mirror::ForeignEvent;
use domain::{CalendarId, Instant};

use crate::tx::json;
use crate::{Row, StoreError, Tx, values};

/// Most events of one series that are read: instances moved or cancelled one by one.
pub const SERIES_MAX: i64 = 5_000;

/// A calendar's rows of one generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which calendar.
    pub calendar: CalendarId,
    /// Which generation of its rows.
    pub generation: i64,
}

fn read(mut row: Row) -> Result<ForeignEvent, StoreError> {
    row.take_json()
}

/// Keeps an event as it was seen, in place of what was known of it.
///
/// # Errors
/// [`StoreError`].
pub fn put(tx: &mut dyn Tx, part: Part, event: &ForeignEvent) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mirror_event (calendar_id, generation, event_id, series, body, is_free_day)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (calendar_id, generation, event_id) DO UPDATE SET series = excluded.series,
           body = excluded.body, is_free_day = excluded.is_free_day, known_until = NULL",
        values![
            part.calendar,
            part.generation,
            &event.id,
            event.series(),
            json(event),
            event.is_free_day()
        ],
    )
    .map(drop)
}

/// What is known of one event.
///
/// # Errors
/// [`StoreError`].
pub fn get(tx: &mut dyn Tx, part: Part, id: &str) -> Result<Option<ForeignEvent>, StoreError> {
    let sql = "SELECT body FROM mirror_event
               WHERE calendar_id = ?1 AND generation = ?2 AND event_id = ?3";
    tx.first(sql, values![part.calendar, part.generation, id])?
        .map(read)
        .transpose()
}

/// All that is kept under the id of a series: its master, if it is there, and its exceptions, by id.
///
/// # Errors
/// [`StoreError`].
pub fn of_series(
    tx: &mut dyn Tx,
    part: Part,
    series: &str,
) -> Result<Vec<ForeignEvent>, StoreError> {
    let sql = "SELECT body FROM mirror_event
               WHERE calendar_id = ?1 AND generation = ?2 AND series = ?3
               ORDER BY event_id LIMIT ?4";
    tx.rows(
        sql,
        values![part.calendar, part.generation, series, SERIES_MAX],
    )?
    .into_iter()
    .map(read)
    .collect()
}

/// All-day events that are shown as free, by id: they block nothing, which surprises people (scenario F1).
///
/// # Errors
/// [`StoreError`].
pub fn free_days(tx: &mut dyn Tx, part: Part, limit: i64) -> Result<Vec<ForeignEvent>, StoreError> {
    let sql = "SELECT body FROM mirror_event
               WHERE calendar_id = ?1 AND generation = ?2 AND is_free_day = 1
               ORDER BY event_id LIMIT ?3";
    tx.rows(sql, values![part.calendar, part.generation, limit])?
        .into_iter()
        .map(read)
        .collect()
}

/// Forgets one event.
///
/// # Errors
/// [`StoreError`].
pub fn remove(tx: &mut dyn Tx, part: Part, id: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM mirror_event
               WHERE calendar_id = ?1 AND generation = ?2 AND event_id = ?3";
    tx.execute(sql, values![part.calendar, part.generation, id])
        .map(drop)
}

/// Forgets a series with all its exceptions.
///
/// # Errors
/// [`StoreError`].
pub fn remove_series(tx: &mut dyn Tx, part: Part, series: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM mirror_event
               WHERE calendar_id = ?1 AND generation = ?2 AND series = ?3";
    tx.execute(sql, values![part.calendar, part.generation, series])
        .map(drop)
}

/// Notes until when the busy time of a series is known; `None` when it is known for ever.
///
/// # Errors
/// [`StoreError`].
pub fn set_known_until(
    tx: &mut dyn Tx,
    part: Part,
    master: &str,
    until: Option<Instant>,
) -> Result<(), StoreError> {
    let sql = "UPDATE mirror_event SET known_until = ?4
               WHERE calendar_id = ?1 AND generation = ?2 AND event_id = ?3";
    tx.execute(sql, values![part.calendar, part.generation, master, until])
        .map(drop)
}

/// Until when the whole calendar is known; `None` when no series of it goes on beyond what is known.
///
/// # Errors
/// [`StoreError`].
pub fn known_until(tx: &mut dyn Tx, part: Part) -> Result<Option<Instant>, StoreError> {
    let sql = "SELECT known_until FROM mirror_event
               WHERE calendar_id = ?1 AND generation = ?2 AND known_until IS NOT NULL
               ORDER BY known_until LIMIT 1";
    tx.first(sql, values![part.calendar, part.generation])?
        .map(|mut row| row.take())
        .transpose()
}

/// Series whose busy time is known, but only until before `horizon`; those known shortest first.
///
/// # Errors
/// [`StoreError`].
pub fn short_of(
    tx: &mut dyn Tx,
    part: Part,
    horizon: Instant,
    limit: i64,
) -> Result<Vec<ForeignEvent>, StoreError> {
    let sql = "SELECT body FROM mirror_event
               WHERE calendar_id = ?1 AND generation = ?2 AND known_until < ?3
                 AND known_until > 0
               ORDER BY known_until, event_id LIMIT ?4";
    tx.rows(sql, values![part.calendar, part.generation, horizon, limit])?
        .into_iter()
        .map(read)
        .collect()
}

/// Notes that nothing of the busy time of a series is known: Google is to be asked.
///
/// # Errors
/// [`StoreError`].
pub fn set_unknown(tx: &mut dyn Tx, part: Part, master: &str) -> Result<(), StoreError> {
    set_known_until(tx, part, master, Some(Instant::from_micros(0)))
}

/// A series of whose busy time nothing is known.
///
/// # Errors
/// [`StoreError`].
pub fn unknown(tx: &mut dyn Tx, part: Part) -> Result<Option<ForeignEvent>, StoreError> {
    let sql = "SELECT body FROM mirror_event
               WHERE calendar_id = ?1 AND generation = ?2 AND known_until = 0
               ORDER BY event_id LIMIT 1";
    tx.first(sql, values![part.calendar, part.generation])?
        .map(read)
        .transpose()
}

/// Forgets up to `limit` rows of each kind of generations that count no more and are not being filled.
/// Gives how many there were.
///
/// # Errors
/// [`StoreError`].
pub fn sweep(tx: &mut dyn Tx, limit: i64) -> Result<u64, StoreError> {
    let events = tx.execute(
        "DELETE FROM mirror_event WHERE (calendar_id, generation, event_id) IN
           (SELECT m.calendar_id, m.generation, m.event_id FROM mirror_event m
            JOIN calendar c ON c.id = m.calendar_id
            WHERE m.generation <> c.generation AND m.generation <> COALESCE(c.shadow, c.generation)
            LIMIT ?1)",
        values![limit],
    )?;
    let busy = tx.execute(
        "DELETE FROM busy_interval WHERE (calendar_id, generation, starts_at, ends_at, source, instance) IN
           (SELECT i.calendar_id, i.generation, i.starts_at, i.ends_at, i.source, i.instance
            FROM busy_interval i JOIN calendar c ON c.id = i.calendar_id
            WHERE i.generation <> c.generation AND i.generation <> COALESCE(c.shadow, c.generation)
            LIMIT ?1)",
        values![limit],
    )?;
    Ok(events + busy)
}
