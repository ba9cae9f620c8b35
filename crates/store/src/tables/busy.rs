//! Busy time seen in connected calendars, as far as a host's time is blocked by it.

use std::collections::BTreeMap;

use domain::connection::Cause;
use domain::mirror::Busy;
use domain::{BookingId, CalendarId, HostId, Instant, Interval, LinkId, OrganizationId};
use jiff::SignedDuration;

use super::connections::{self, State};
use super::mirror::Part;
use crate::tx::{json, json_keys};
use crate::{Row, StoreError, Tx, values};

/// Events longer than this are stored cut into pieces, so that a look-back this long finds them all.
pub const SPAN_MAX: SignedDuration = SignedDuration::from_hours(31 * 24);

/// Rows added in one statement: they are one parameter of some 50 kB.
const ADDED_AT_ONCE: usize = 500;

/// More calendars than block one host.
const CALENDARS_MAX: i64 = 500;

/// What stands in the calendars that block a host, within a window: foreign events, restored events of bookings
/// that are over, and those events of ours that the rest of the condition lets count.
macro_rules! busy_of_host {
    ($rest:literal) => {
        concat!(
            "SELECT i.starts_at, i.ends_at FROM host_calendar h
             JOIN calendar c ON c.id = h.calendar_id
             JOIN connection n ON n.id = c.connection_id AND n.state <> 'inactive'
             JOIN busy_interval i ON i.calendar_id = c.id AND i.generation = c.generation
             LEFT JOIN event_link l ON l.id = i.link_id
             LEFT JOIN booking b ON b.id = l.booking_id
             WHERE h.host_id = ?1 AND h.blocks = 1
               AND i.starts_at < ?3 AND i.starts_at > ?4 AND i.ends_at > ?2
               AND (b.id IS NULL OR l.stay = 'wanted')
               AND (b.id IS NULL
                 OR (b.host_id = ?1 AND b.status IN ('cancelled', 'declined')
                   AND l.state IN ('parked', 'ignored'))
                 OR (",
            $rest
        )
    };
}

fn interval(mut row: Row) -> Result<Interval, StoreError> {
    Ok(Interval {
        start: row.take()?,
        end: row.take()?,
    })
}

/// Busy time of `host` that overlaps `window`, ascending: of every calendar that blocks the host, in
/// the generation that counts. Whatever lies beyond what is known of one of them is among it, up to the
/// window's end: the unknown is not free. A calendar that was disconnected takes no time any more.
///
/// Events of ours count only where they say something else than the booking of this host that they
/// show: its claim says the rest, and the bookings of others who share the calendar are none of this
/// host's time (row T8). The event of a booking that is over counts where it was restored by hand and waits
/// for a person; one that is only still to be removed does not, nor does one that its booking has left.
///
/// # Errors
/// [`StoreError`].
pub fn overlapping(
    tx: &mut dyn Tx,
    host: HostId,
    window: Interval,
) -> Result<Vec<Interval>, StoreError> {
    let sql = busy_of_host!(
        "(b.starts_at <> i.starts_at OR b.ends_at <> i.ends_at)
             AND EXISTS (SELECT 1 FROM claim k WHERE k.booking_id = b.id AND k.host_id = ?1)))
         UNION ALL
         SELECT min(m.known_until), ?3 FROM host_calendar h
         JOIN calendar c ON c.id = h.calendar_id
         JOIN connection n ON n.id = c.connection_id AND n.state <> 'inactive'
         JOIN mirror_event m ON m.calendar_id = c.id AND m.generation = c.generation
         WHERE h.host_id = ?1 AND h.blocks = 1 AND m.known_until IS NOT NULL
         HAVING min(m.known_until) < ?3
         ORDER BY 1, 2"
    );
    tx.rows(
        sql,
        values![host, window.start, window.end, window.start - SPAN_MAX],
    )?
    .into_iter()
    .map(interval)
    .collect()
}

/// Busy time of one generation of a calendar that overlaps `window`, ascending, each with the link whose
/// booking it shows, if it is one of ours.
///
/// # Errors
/// [`StoreError`].
pub fn within(
    tx: &mut dyn Tx,
    part: Part,
    window: Interval,
) -> Result<Vec<(Interval, Option<LinkId>)>, StoreError> {
    let sql = "SELECT starts_at, ends_at, link_id FROM busy_interval
               WHERE calendar_id = ?1 AND generation = ?2
                 AND starts_at < ?4 AND starts_at > ?5 AND ends_at > ?3
               ORDER BY starts_at, ends_at, source, instance";
    let (calendar, generation) = (part.calendar, part.generation);
    let since = window.start - SPAN_MAX;
    tx.rows(
        sql,
        values![calendar, generation, window.start, window.end, since],
    )?
    .into_iter()
    .map(|mut row| {
        let (start, end) = (row.take()?, row.take()?);
        Ok((Interval { start, end }, row.take()?))
    })
    .collect()
}

/// What stands in an organization's calendars within `window` and is no event of ours, by start: at most `limit`
/// stretches of time, each with its calendar's name. Calendars that were taken away or disconnected show nothing.
///
/// # Errors
/// [`StoreError`].
pub fn foreign_of_organization(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    window: Interval,
    limit: i64,
) -> Result<Vec<(Interval, String)>, StoreError> {
    let sql = "SELECT i.starts_at, i.ends_at, c.name FROM connection n
               JOIN calendar c ON c.connection_id = n.id AND c.removed_at IS NULL
               JOIN busy_interval i ON i.calendar_id = c.id AND i.generation = c.generation
               WHERE n.organization_id = ?1 AND n.state <> 'inactive' AND i.link_id IS NULL
                 AND i.starts_at < ?3 AND i.starts_at > ?4 AND i.ends_at > ?2
               ORDER BY i.starts_at, i.ends_at, c.id, i.source, i.instance LIMIT ?5";
    let since = window.start - SPAN_MAX;
    tx.rows(
        sql,
        values![organization, window.start, window.end, since, limit],
    )?
    .into_iter()
    .map(|mut row| {
        let (start, end) = (row.take()?, row.take()?);
        Ok((Interval { start, end }, row.take()?))
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
        "INSERT INTO host_calendar (host_id, calendar_id, blocks, receives) VALUES (?1, ?2, ?3, 0)
         ON CONFLICT (host_id, calendar_id) DO UPDATE SET blocks = excluded.blocks",
        values![host, calendar, blocks],
    )
    .map(drop)
}

/// Lets the busy time of `calendar` block every host of its organization that it says nothing about yet
/// (row T8).
///
/// # Errors
/// [`StoreError`].
pub fn block_all(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    calendar: CalendarId,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO host_calendar (host_id, calendar_id, blocks, receives)
         SELECT id, ?2, 1, 0 FROM host WHERE organization_id = ?1
         ON CONFLICT (host_id, calendar_id) DO NOTHING",
        values![organization, calendar],
    )
    .map(drop)
}

/// The hosts whose time `calendar` takes, by id.
///
/// # Errors
/// [`StoreError`].
pub fn blocked(tx: &mut dyn Tx, calendar: CalendarId) -> Result<Vec<HostId>, StoreError> {
    let sql = "SELECT host_id FROM host_calendar WHERE calendar_id = ?1 AND blocks = 1
               ORDER BY host_id LIMIT ?2";
    tx.rows(sql, values![calendar, super::hosts::LIST_MAX])?
        .into_iter()
        .map(|mut row| row.take())
        .collect()
}

/// How fresh what is known of one calendar is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// Which.
    pub calendar: CalendarId,
    /// Its name, for those whose it is.
    pub name: String,
    /// Everything that was in it then is counted; `None` when it was never read.
    pub as_of: Option<Instant>,
    /// Pulls that failed in a row.
    pub failures: i64,
    /// How its connection stands.
    pub state: State,
    /// What is wrong with that.
    pub cause: Option<Cause>,
    /// Until when it is looked at often.
    pub interesting_until: Instant,
    /// When somebody last asked for a pull.
    pub asked_at: Instant,
}

/// How fresh what is known of each calendar that blocks `host` is, by calendar. A calendar that was
/// disconnected takes no time and does not count.
///
/// # Errors
/// [`StoreError`].
pub fn freshness(tx: &mut dyn Tx, host: HostId) -> Result<Vec<Freshness>, StoreError> {
    let sql = "SELECT c.id, c.name, c.as_of, c.failures, n.state, n.cause, c.interesting_until, c.asked_at
               FROM host_calendar h JOIN calendar c ON c.id = h.calendar_id
               JOIN connection n ON n.id = c.connection_id AND n.state <> 'inactive'
               WHERE h.host_id = ?1 AND h.blocks = 1 ORDER BY c.id LIMIT ?2";
    tx.rows(sql, values![host, CALENDARS_MAX])?
        .into_iter()
        .map(|mut row| {
            Ok(Freshness {
                calendar: row.take()?,
                name: row.take()?,
                as_of: row.take()?,
                failures: row.take()?,
                state: connections::read_state(row.take()?)?,
                cause: connections::read_cause(row.take()?)?,
                interesting_until: row.take()?,
                asked_at: row.take()?,
            })
        })
        .collect()
}

/// What takes time of `host` within `window` that is neither ours nor the event of `booking` itself,
/// ascending: as [`overlapping`], but only as far as it is known.
///
/// # Errors
/// [`StoreError`].
pub fn foreign(
    tx: &mut dyn Tx,
    host: HostId,
    window: Interval,
    booking: BookingId,
) -> Result<Vec<Interval>, StoreError> {
    let sql = busy_of_host!(
        "b.id <> ?5 AND (b.starts_at <> i.starts_at OR b.ends_at <> i.ends_at)
             AND EXISTS (SELECT 1 FROM claim k WHERE k.booking_id = b.id AND k.host_id = ?1)))
         ORDER BY 1, 2"
    );
    let since = window.start - SPAN_MAX;
    tx.rows(sql, values![host, window.start, window.end, since, booking])?
        .into_iter()
        .map(interval)
        .collect()
}

/// From when on what the calendars that block `host` show is not known; `None` when it is as far as anybody
/// books.
///
/// # Errors
/// [`StoreError`].
pub fn known_until(tx: &mut dyn Tx, host: HostId) -> Result<Option<Instant>, StoreError> {
    let sql = "SELECT min(m.known_until) FROM host_calendar h
               JOIN calendar c ON c.id = h.calendar_id
               JOIN connection n ON n.id = c.connection_id AND n.state <> 'inactive'
               JOIN mirror_event m ON m.calendar_id = c.id AND m.generation = c.generation
               WHERE h.host_id = ?1 AND h.blocks = 1 AND m.known_until IS NOT NULL";
    let found = tx.first(sql, values![host])?;
    found.map_or(Ok(None), |mut row| row.take())
}

/// Forgets the busy time that came from one event, in every generation.
///
/// # Errors
/// [`StoreError`].
pub fn forget(tx: &mut dyn Tx, calendar: CalendarId, source: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM busy_interval WHERE calendar_id = ?1 AND source = ?2";
    tx.execute(sql, values![calendar, source]).map(drop)
}

/// Puts `rows` in place of all busy time that came from each source, an event or a series. Long ones are
/// cut into pieces of at most [`SPAN_MAX`].
///
/// # Errors
/// [`StoreError`].
pub fn replace(
    tx: &mut dyn Tx,
    part: Part,
    rows: &BTreeMap<&str, Vec<Busy>>,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    // From the sources to the rows: asked for rows whose source is among them, SQLite walks past the whole generation.
    let sql = "DELETE FROM busy_interval
               WHERE (calendar_id, generation, starts_at, ends_at, source, instance) IN
                 (SELECT i.calendar_id, i.generation, i.starts_at, i.ends_at, i.source, i.instance
                  FROM json_each(?3) e CROSS JOIN busy_interval i
                  WHERE i.calendar_id = ?1 AND i.generation = ?2 AND i.source = e.key)";
    let sources = json_keys(rows.keys().copied());
    tx.execute(sql, values![part.calendar, part.generation, sources])?;
    let rows = rows
        .iter()
        .flat_map(|(source, rows)| rows.iter().map(|row| (*source, row)));
    add(tx, part, rows)
}

/// Adds busy time, each with the source it came from.
///
/// # Errors
/// [`StoreError`].
pub fn add<'r>(
    tx: &mut dyn Tx,
    part: Part,
    rows: impl IntoIterator<Item = (&'r str, &'r Busy)>,
) -> Result<(), StoreError> {
    let mut pieces = Vec::new();
    for (source, row) in rows {
        let mut start = row.time.start;
        while start < row.time.end {
            let end = row.time.end.min(start + SPAN_MAX);
            pieces.push(Piece {
                source,
                row,
                time: Interval { start, end },
            });
            start = end;
        }
    }
    // In the order of the key, so that neighbours are put on a page while it is at hand.
    pieces.sort_by_key(|piece| (piece.time.start, piece.time.end));
    let (ours, foreign): (Vec<_>, Vec<_>) = pieces.into_iter().partition(|p| p.row.link.is_some());
    for pieces in foreign.chunks(ADDED_AT_ONCE) {
        add_foreign(tx, part, pieces)?;
    }
    ours.iter().try_for_each(|piece| add_ours(tx, part, piece))
}

/// At most [`SPAN_MAX`] of what one row takes.
struct Piece<'r> {
    source: &'r str,
    row: &'r Busy,
    time: Interval,
}

fn add_foreign(tx: &mut dyn Tx, part: Part, pieces: &[Piece<'_>]) -> Result<(), StoreError> {
    let rows: BTreeMap<usize, _> = pieces
        .iter()
        .map(|p| {
            (
                p.time.start.as_micros(),
                p.time.end.as_micros(),
                p.source,
                &p.row.event_id,
            )
        })
        .enumerate()
        .collect();
    tx.execute(
        "INSERT INTO busy_interval (calendar_id, generation, starts_at, ends_at, source, instance)
         SELECT ?1, ?2, CAST(e.value ->> 0 AS bigint), CAST(e.value ->> 1 AS bigint),
           e.value ->> 2, e.value ->> 3 FROM json_each(?3) e WHERE true
         ON CONFLICT (calendar_id, generation, starts_at, ends_at, source, instance) DO NOTHING",
        values![part.calendar, part.generation, json(&rows)],
    )
    .map(drop)
}

/// Few: only where a host moved an event of ours. Ids are no JSON.
fn add_ours(tx: &mut dyn Tx, part: Part, piece: &Piece<'_>) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO busy_interval (calendar_id, generation, starts_at, ends_at, source,
           instance, link_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (calendar_id, generation, starts_at, ends_at, source, instance) DO NOTHING",
        values![
            part.calendar,
            part.generation,
            piece.time.start,
            piece.time.end,
            piece.source,
            &piece.row.event_id,
            piece.row.link
        ],
    )
    .map(drop)
}
