//! The mirror: events of connected calendars as Google last showed them, by generation. Their busy time
//! stands in [`super::busy`].

use std::collections::BTreeMap;

use domain::mirror::ForeignEvent;
use domain::{CalendarId, Instant};

use crate::tx::{json, json_keys};
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

/// Keeps events as they were seen, in place of what was known of them: each once, with the instant until
/// which its busy time is known, if it is a series.
///
/// # Errors
/// [`StoreError`].
pub fn put<'e>(
    tx: &mut dyn Tx,
    part: Part,
    rows: impl IntoIterator<Item = (&'e ForeignEvent, Option<Instant>)>,
) -> Result<(), StoreError> {
    let rows: BTreeMap<&str, (&str, &ForeignEvent, Option<i64>, i64)> = rows
        .into_iter()
        .map(|(event, until)| {
            let until = until.map(Instant::as_micros);
            let is_free_day = i64::from(event.is_free_day());
            (
                event.id.as_str(),
                (event.series(), event, until, is_free_day),
            )
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO mirror_event (calendar_id, generation, event_id, series, body, known_until,
           is_free_day)
         SELECT ?1, ?2, e.key, e.value ->> 0, CAST(e.value -> 1 AS text),
           CAST(e.value ->> 2 AS bigint), CAST(e.value ->> 3 AS bigint) FROM json_each(?3) e WHERE true
         ON CONFLICT (calendar_id, generation, event_id) DO UPDATE SET series = excluded.series,
           body = excluded.body, known_until = excluded.known_until,
           is_free_day = excluded.is_free_day",
        values![part.calendar, part.generation, json(&rows)],
    )
    .map(drop)
}

/// What is known of the events of these ids, by id.
///
/// # Errors
/// [`StoreError`].
pub fn known<'i>(
    tx: &mut dyn Tx,
    part: Part,
    ids: impl IntoIterator<Item = &'i str>,
) -> Result<Vec<ForeignEvent>, StoreError> {
    let sql = "SELECT body FROM mirror_event WHERE calendar_id = ?1 AND generation = ?2
                 AND event_id IN (SELECT e.key FROM json_each(?3) e) ORDER BY event_id";
    tx.rows(sql, values![part.calendar, part.generation, json_keys(ids)])?
        .into_iter()
        .map(read)
        .collect()
}

/// What is kept under the ids of these series, but for the events of these ids, by series and id; `None` when
/// it is more than [`SERIES_MAX`].
///
/// # Errors
/// [`StoreError`].
pub fn others<'i>(
    tx: &mut dyn Tx,
    part: Part,
    series: impl IntoIterator<Item = &'i str>,
    ids: impl IntoIterator<Item = &'i str>,
) -> Result<Option<Vec<ForeignEvent>>, StoreError> {
    let sql = "SELECT body FROM mirror_event WHERE calendar_id = ?1 AND generation = ?2
                 AND series IN (SELECT e.key FROM json_each(?3) e)
                 AND event_id NOT IN (SELECT e.key FROM json_each(?4) e)
               ORDER BY series, event_id LIMIT ?5";
    let (calendar, generation) = (part.calendar, part.generation);
    let (series, ids) = (json_keys(series), json_keys(ids));
    let found = tx.rows(
        sql,
        values![calendar, generation, series, ids, SERIES_MAX + 1],
    )?;
    let is_all = i64::try_from(found.len()).is_ok_and(|count| count <= SERIES_MAX);
    is_all
        .then(|| found.into_iter().map(read).collect())
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

/// Forgets events.
///
/// # Errors
/// [`StoreError`].
pub fn remove<'i>(
    tx: &mut dyn Tx,
    part: Part,
    ids: impl IntoIterator<Item = &'i str>,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM mirror_event WHERE calendar_id = ?1 AND generation = ?2
                 AND event_id IN (SELECT e.key FROM json_each(?3) e)";
    let ids = json_keys(ids);
    tx.execute(sql, values![part.calendar, part.generation, ids])
        .map(drop)
}

/// Forgets series with all their exceptions.
///
/// # Errors
/// [`StoreError`].
pub fn remove_series<'i>(
    tx: &mut dyn Tx,
    part: Part,
    series: impl IntoIterator<Item = &'i str>,
) -> Result<(), StoreError> {
    // From the series to the rows, as in `busy::replace`.
    let sql = "DELETE FROM mirror_event WHERE (calendar_id, generation, event_id) IN
                 (SELECT m.calendar_id, m.generation, m.event_id
                  FROM json_each(?3) e CROSS JOIN mirror_event m
                  WHERE m.calendar_id = ?1 AND m.generation = ?2 AND m.series = e.key)";
    let series = json_keys(series);
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

/// Until when a series is known of which nothing is: Google is to be asked.
pub const UNKNOWN: Instant = Instant::from_micros(0);

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
