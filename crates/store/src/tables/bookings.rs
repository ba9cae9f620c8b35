//! Bookings, each with the attendee who made it.

use domain::booking::{Booking, Cancellation, Cause, Status};
use domain::sync::merge::Texts;
use domain::sync::policy::Origin;
use domain::time::zone_rules_version;
use domain::{BookingId, EventTypeId, Instant, Interval, OrganizationId};

use super::seats;

use crate::tx::{json, json_option};
use crate::{Dialect, Row, StoreError, Tx, values};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT b.id, b.organization_id, b.event_type_id, b.host_id, b.starts_at, b.ends_at,
               b.time_zone, b.status, b.version, b.origin, b.forced, b.capacity, b.text, b.edited, b.reminders,
               b.cancelled_at, b.cancel_cause, b.cancel_reason, b.created_at,
               a.name, a.email, a.phone, a.time_zone, a.locale, a.notes
             FROM booking b JOIN attendee a ON a.booking_id = b.id AND a.seat = 0 ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<Booking, StoreError> {
    Ok(Booking {
        id: row.take()?,
        organization_id: row.take()?,
        event_type_id: row.take()?,
        host_id: row.take()?,
        time: Interval {
            start: row.take()?,
            end: row.take()?,
        },
        zone: row.take()?,
        status: named(Status::from_name, row.take()?)?,
        version: row.take()?,
        origin: read_origin(row.take()?)?,
        forced: row.take()?,
        capacity: row.take()?,
        text: row.take_json()?,
        edited: row.take_json_option()?.unwrap_or_default(),
        reminders: row.take_json()?,
        cancellation: read_cancellation(&mut row)?,
        created_at: row.take()?,
        attendee: seats::read_attendee(&mut row)?,
    })
}

fn read_cancellation(row: &mut Row) -> Result<Option<Cancellation>, StoreError> {
    let (at, cause): (Option<Instant>, Option<String>) = (row.take()?, row.take()?);
    let reason: Option<String> = row.take()?;
    let Some(at) = at else { return Ok(None) };
    let cause = named(Cause::from_name, cause.unwrap_or_default())?;
    Ok(Some(Cancellation {
        cause,
        reason: reason.unwrap_or_default(),
        at,
    }))
}

pub(super) fn named<T>(read: impl Fn(&str) -> Option<T>, name: String) -> Result<T, StoreError> {
    read(&name).ok_or_else(|| StoreError::decode(format!("unknown name {name}")))
}

/// Adds a booking. Its seats are [`super::seats::insert`], its claims [`super::claims::insert`].
///
/// # Errors
/// [`StoreError`].
pub fn insert(tx: &mut dyn Tx, booking: &Booking) -> Result<(), StoreError> {
    let b = booking;
    tx.execute(
        "INSERT INTO booking (id, organization_id, event_type_id, host_id, starts_at, ends_at,
           civil_start, time_zone, zone_rules, status, version, forced, capacity, text, created_at,
           reminders, edited, origin)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
        values![
            b.id,
            b.organization_id,
            b.event_type_id,
            b.host_id,
            b.time.start,
            b.time.end,
            b.time.start.in_zone(&b.zone).to_string(),
            &b.zone,
            zone_rules_version(),
            b.status.as_str(),
            b.version,
            b.forced,
            b.capacity,
            json(&b.text),
            b.created_at,
            json(&b.reminders),
            edited(b),
            b.origin.as_str(),
        ],
    )
    .map(drop)
}

pub(super) fn read_origin(name: String) -> Result<Origin, StoreError> {
    named(Origin::from_name, name)
}

fn edited(booking: &Booking) -> Option<String> {
    json_option(Some(&booking.edited).filter(|edited| **edited != Texts::default()))
}

/// Stores what may change of a booking: time, host, status, text, version. `booking.version` is the new
/// version; the stored one must be the one before.
///
/// # Errors
/// [`StoreError::Database`] when the stored version is another: the caller did not read it in this
/// transaction, which is a bug.
pub fn update(tx: &mut dyn Tx, booking: &Booking) -> Result<(), StoreError> {
    let (b, cancellation) = (booking, booking.cancellation.as_ref());
    let changed = tx.execute(
        "UPDATE booking SET starts_at = ?3, ends_at = ?4, civil_start = ?5, zone_rules = ?6,
           status = ?7, version = ?2, text = ?8, cancelled_at = ?9, cancel_cause = ?10,
           cancel_reason = ?11, host_id = ?12, forced = ?13, reminders = ?14,
           edited = ?15
         WHERE id = ?1 AND version = ?2 - 1",
        values![
            b.id,
            b.version,
            b.time.start,
            b.time.end,
            b.time.start.in_zone(&b.zone).to_string(),
            zone_rules_version(),
            b.status.as_str(),
            json(&b.text),
            cancellation.map(|c| c.at),
            cancellation.map(|c| c.cause.as_str()),
            cancellation.map(|c| c.reason.as_str()),
            b.host_id,
            b.forced,
            json(&b.reminders),
            edited(b),
        ],
    )?;
    match changed {
        1 => Ok(()),
        _ => Err(StoreError::Database(
            "a booking changed under its own transaction".into(),
        )),
    }
}

/// The one of this id.
///
/// # Errors
/// [`StoreError`].
pub fn by_id(tx: &mut dyn Tx, id: BookingId) -> Result<Option<Booking>, StoreError> {
    tx.first(select!("WHERE b.id = ?1"), values![id])?
        .map(read)
        .transpose()
}

/// Keeps everyone else from changing a booking or its seats until the transaction ends. Hosts are
/// locked before bookings.
///
/// # Errors
/// [`StoreError`].
pub fn lock(tx: &mut dyn Tx, id: BookingId) -> Result<(), StoreError> {
    let sql = match tx.dialect() {
        // One writer: nothing to lock. It looks all the same, so that both databases leave one trace.
        Dialect::Sqlite => "SELECT id FROM booking WHERE id = ?1",
        Dialect::Postgres => "SELECT id FROM booking WHERE id = ?1 FOR NO KEY UPDATE",
    };
    tx.rows(sql, values![id]).map(drop)
}

/// The live session of a group's event type that starts at `start`.
///
/// # Errors
/// [`StoreError`].
pub fn session_at(
    tx: &mut dyn Tx,
    event_type: EventTypeId,
    start: Instant,
) -> Result<Option<Booking>, StoreError> {
    let sql = select!(
        "WHERE b.event_type_id = ?1 AND b.starts_at = ?2 AND b.status IN ('confirmed', 'unverified')
         ORDER BY b.id LIMIT 1"
    );
    tx.first(sql, values![event_type, start])?
        .map(read)
        .transpose()
}

/// Sessions of a group's event type that start within `window` and have seats left.
///
/// # Errors
/// [`StoreError`].
pub fn sessions_with_seats(
    tx: &mut dyn Tx,
    event_type: EventTypeId,
    window: Interval,
) -> Result<Vec<Interval>, StoreError> {
    let sql = "SELECT b.starts_at, b.ends_at FROM booking b
               WHERE b.event_type_id = ?1 AND b.starts_at >= ?2 AND b.starts_at < ?3
                 AND b.status IN ('confirmed', 'unverified') AND b.capacity >
                   (SELECT count(*) FROM attendee a WHERE a.booking_id = b.id AND a.left_at IS NULL)
               ORDER BY b.starts_at, b.id";
    tx.rows(sql, values![event_type, window.start, window.end])?
        .into_iter()
        .map(|mut row| {
            Ok(Interval {
                start: row.take()?,
                end: row.take()?,
            })
        })
        .collect()
}

/// Which bookings a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Still to take place, requests too, soonest first.
    Upcoming,
    /// Over, latest first.
    Past,
    /// Cancelled or declined, latest first.
    Cancelled,
}

/// Where a page begins: after this start and id, in the order of the list.
pub type After = (Instant, BookingId);

/// Up to `limit` bookings of an organization, as `filter` says, after `after`.
///
/// # Errors
/// [`StoreError`].
pub fn page(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    filter: Filter,
    now: Instant,
    after: Option<After>,
    limit: i64,
) -> Result<Vec<Booking>, StoreError> {
    let (start, id) = after.unwrap_or(match filter {
        Filter::Upcoming => (Instant::MIN, BookingId(uuid::Uuid::nil())),
        Filter::Past | Filter::Cancelled => (Instant::MAX, BookingId(uuid::Uuid::max())),
    });
    let found = match filter {
        Filter::Upcoming => tx.rows(
            select!(
                "WHERE b.organization_id = ?1
                   AND b.status IN ('requested', 'unverified', 'confirmed') AND b.ends_at > ?2
                   AND (b.starts_at, b.id) > (?3, ?4) ORDER BY b.starts_at, b.id LIMIT ?5"
            ),
            values![organization, now, start, id, limit],
        ),
        Filter::Past => tx.rows(
            select!(
                "WHERE b.organization_id = ?1
                   AND b.status NOT IN ('cancelled', 'declined') AND b.ends_at <= ?2
                   AND (b.starts_at, b.id) < (?3, ?4) ORDER BY b.starts_at DESC, b.id DESC LIMIT ?5"
            ),
            values![organization, now, start, id, limit],
        ),
        Filter::Cancelled => tx.rows(
            select!(
                "WHERE b.organization_id = ?1 AND b.status IN ('cancelled', 'declined')
                   AND (b.starts_at, b.id) < (?2, ?3) ORDER BY b.starts_at DESC, b.id DESC LIMIT ?4"
            ),
            values![organization, start, id, limit],
        ),
    };
    found?.into_iter().map(read).collect()
}

/// Bookings of an organization that overlap `window` and take place, did, or may come to, by start: at most
/// `limit`.
///
/// # Errors
/// [`StoreError`].
pub fn within(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    window: Interval,
    limit: i64,
) -> Result<Vec<Booking>, StoreError> {
    let sql = select!(
        "WHERE b.organization_id = ?1
           AND b.status IN ('requested', 'unverified', 'confirmed', 'completed', 'no_show')
           AND b.starts_at < ?3 AND b.starts_at > ?4 AND b.ends_at > ?2
         ORDER BY b.starts_at, b.id LIMIT ?5"
    );
    let since = window.start - super::claims::SPAN_MAX;
    tx.rows(
        sql,
        values![organization, window.start, window.end, since, limit],
    )?
    .into_iter()
    .map(read)
    .collect()
}
