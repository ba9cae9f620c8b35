//! Connected calendars: which receive bookings, and how far each has been read.

use domain::{CalendarId, ConnectionId, Instant, OrganizationId};

use crate::{Row, StoreError, Tx, values};

/// More calendars than one connection reaches.
const LIST_MAX: i64 = 500;

/// One calendar reached through a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Its identity.
    pub id: CalendarId,
    /// How it is reached.
    pub connection_id: ConnectionId,
    /// Google's id of it; `primary` is stored as the account's own id once known.
    pub google_id: String,
    /// Its name for people.
    pub name: String,
    /// Whether the organization's bookings go there.
    pub receives: bool,
    /// When to look at it next.
    pub poll_at: Instant,
    /// When the last complete look began.
    pub polled_at: Option<Instant>,
    /// Where the next look continues: the newest `updated` seen, in Google's words.
    pub poll_from: Option<String>,
    /// The page the look under way has come to.
    pub poll_page: Option<String>,
    /// The newest `updated` that look has seen.
    pub poll_newest: Option<String>,
    /// Looks that failed in a row.
    pub failures: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.connection_id, c.google_id, c.name, c.receives, c.poll_at, c.polled_at,
               c.poll_from, c.poll_page, c.poll_newest, c.failures FROM calendar c ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<Calendar, StoreError> {
    Ok(Calendar {
        id: row.take()?,
        connection_id: row.take()?,
        google_id: row.take()?,
        name: row.take()?,
        receives: row.take()?,
        poll_at: row.take()?,
        polled_at: row.take()?,
        poll_from: row.take()?,
        poll_page: row.take()?,
        poll_newest: row.take()?,
        failures: row.take()?,
    })
}

/// Adds a calendar.
///
/// # Errors
/// [`StoreError`].
pub fn insert(tx: &mut dyn Tx, calendar: &Calendar) -> Result<(), StoreError> {
    let c = calendar;
    tx.execute(
        "INSERT INTO calendar (id, connection_id, google_id, name, receives, poll_at, polled_at,
           poll_from, poll_page, poll_newest, failures)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        values![
            c.id,
            c.connection_id,
            &c.google_id,
            &c.name,
            c.receives,
            c.poll_at,
            c.polled_at,
            c.poll_from.as_ref(),
            c.poll_page.as_ref(),
            c.poll_newest.as_ref(),
            c.failures
        ],
    )
    .map(drop)
}

/// Stores how far a calendar has been read.
///
/// # Errors
/// [`StoreError`].
pub fn update(tx: &mut dyn Tx, calendar: &Calendar) -> Result<(), StoreError> {
    let c = calendar;
    tx.execute(
        "UPDATE calendar SET name = ?2, poll_at = ?3, polled_at = ?4, poll_from = ?5,
           poll_page = ?6, poll_newest = ?7, failures = ?8
         WHERE id = ?1",
        values![
            c.id,
            &c.name,
            c.poll_at,
            c.polled_at,
            c.poll_from.as_ref(),
            c.poll_page.as_ref(),
            c.poll_newest.as_ref(),
            c.failures
        ],
    )
    .map(drop)
}

/// The one of this id.
///
/// # Errors
/// [`StoreError`].
pub fn by_id(tx: &mut dyn Tx, id: CalendarId) -> Result<Option<Calendar>, StoreError> {
    tx.first(select!("WHERE c.id = ?1"), values![id])?
        .map(read)
        .transpose()
}

/// Those of a connection, by name.
///
/// # Errors
/// [`StoreError`].
pub fn of_connection(
    tx: &mut dyn Tx,
    connection: ConnectionId,
) -> Result<Vec<Calendar>, StoreError> {
    let sql = select!("WHERE c.connection_id = ?1 ORDER BY c.name, c.id LIMIT ?2");
    tx.rows(sql, values![connection, LIST_MAX])?
        .into_iter()
        .map(read)
        .collect()
}

/// Where an organization's bookings go, as Google names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// The calendar.
    pub id: CalendarId,
    /// Google's id of it.
    pub google_id: String,
    /// Google's id of the account it is reached through.
    pub account_sub: String,
}

/// The calendar that receives an organization's bookings; of several, one of the oldest connection.
///
/// # Errors
/// [`StoreError`].
pub fn receiver(
    tx: &mut dyn Tx,
    organization: OrganizationId,
) -> Result<Option<Receiver>, StoreError> {
    let sql = "SELECT c.id, c.google_id, n.account_sub FROM calendar c
               JOIN connection n ON n.id = c.connection_id
               WHERE n.organization_id = ?1 AND c.receives = 1 AND n.state <> 'inactive'
               ORDER BY n.created_at, c.id LIMIT 1";
    tx.first(sql, values![organization])?
        .map(|mut row| {
            Ok(Receiver {
                id: row.take()?,
                google_id: row.take()?,
                account_sub: row.take()?,
            })
        })
        .transpose()
}

/// The calendar to look at first, of a connection that works and that nobody works on at `now`, with
/// when.
///
/// # Errors
/// [`StoreError`].
pub fn next_poll(
    tx: &mut dyn Tx,
    now: Instant,
) -> Result<Option<(CalendarId, Instant)>, StoreError> {
    let sql = "SELECT c.id, c.poll_at FROM calendar c JOIN connection n ON n.id = c.connection_id
               WHERE n.state = 'connected' AND n.lease_until <= ?1
               ORDER BY c.poll_at, c.id LIMIT 1";
    tx.first(sql, values![now])?
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .transpose()
}
