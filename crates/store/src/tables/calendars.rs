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
    /// The zone in which its days begin, as Google names it; `None` until it was read.
    pub zone: Option<String>,
    /// Whether the organization's bookings go there.
    pub receives: bool,
    /// When to pull from it next.
    pub pull_at: Instant,
    /// Pulls that failed in a row.
    pub failures: i64,
    /// How far it has been read.
    pub position: Position,
}

/// How far a calendar has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// When the first request of the last completed pull was sent: the mirror knows what was there then.
    pub as_of: Option<Instant>,
    /// Where the next increment continues, in Google's words; `None` asks for everything.
    pub sync_token: Option<String>,
    /// The page the pull under way has come to.
    pub page_token: Option<String>,
    /// When the first request of the pull under way was sent.
    pub began_at: Option<Instant>,
    /// Which rows of the mirror count.
    pub generation: i64,
    /// The generation that a full listing under way fills beside the one that counts.
    pub shadow: Option<i64>,
    /// Whether something changed since the last listing began, says a push. Written by [`mark_dirty`] and
    /// [`clear_dirty`] only: a push comes whoever has the lease.
    pub is_dirty: bool,
}

impl Calendar {
    /// Whether it is to be looked at: its time has come, or a push tells that it changed and nothing has gone
    /// wrong with the look before.
    pub fn is_due(&self, now: Instant) -> bool {
        self.pull_at <= now || (self.position.is_dirty && self.failures == 0)
    }

    /// One that was never read, and is due at once.
    pub fn new(
        id: CalendarId,
        connection_id: ConnectionId,
        google_id: &str,
        receives: bool,
        now: Instant,
    ) -> Self {
        Self {
            id,
            connection_id,
            google_id: google_id.to_owned(),
            name: google_id.to_owned(),
            zone: None,
            receives,
            pull_at: now,
            failures: 0,
            position: Position::default(),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.connection_id, c.google_id, c.name, c.zone, c.receives, c.pull_at,
               c.failures, c.as_of, c.sync_token, c.page_token, c.pull_began_at, c.generation,
               c.shadow, c.dirty FROM calendar c ",
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
        zone: row.take()?,
        receives: row.take()?,
        pull_at: row.take()?,
        failures: row.take()?,
        position: Position {
            as_of: row.take()?,
            sync_token: row.take()?,
            page_token: row.take()?,
            began_at: row.take()?,
            generation: row.take()?,
            shadow: row.take()?,
            is_dirty: row.take()?,
        },
    })
}

/// Adds a calendar; it is not dirty.
///
/// # Errors
/// [`StoreError`].
pub fn insert(tx: &mut dyn Tx, calendar: &Calendar) -> Result<(), StoreError> {
    let (c, p) = (calendar, &calendar.position);
    tx.execute(
        "INSERT INTO calendar (id, connection_id, google_id, name, zone, receives, pull_at, failures,
           as_of, sync_token, page_token, pull_began_at, generation, shadow)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        values![
            c.id,
            c.connection_id,
            &c.google_id,
            &c.name,
            c.zone.as_ref(),
            c.receives,
            c.pull_at,
            c.failures,
            p.as_of,
            p.sync_token.as_ref(),
            p.page_token.as_ref(),
            p.began_at,
            p.generation,
            p.shadow
        ],
    )
    .map(drop)
}

/// Stores what a pull learnt about a calendar and how far it has come.
///
/// # Errors
/// [`StoreError`].
pub fn update(tx: &mut dyn Tx, calendar: &Calendar) -> Result<(), StoreError> {
    let (c, p) = (calendar, &calendar.position);
    tx.execute(
        "UPDATE calendar SET name = ?2, zone = ?3, pull_at = ?4, failures = ?5, as_of = ?6,
           sync_token = ?7, page_token = ?8, pull_began_at = ?9, generation = ?10, shadow = ?11
         WHERE id = ?1",
        values![
            c.id,
            &c.name,
            c.zone.as_ref(),
            c.pull_at,
            c.failures,
            p.as_of,
            p.sync_token.as_ref(),
            p.page_token.as_ref(),
            p.began_at,
            p.generation,
            p.shadow
        ],
    )
    .map(drop)
}

/// Notes that a push says the calendar changed; `false` when that was known.
///
/// # Errors
/// [`StoreError`].
pub fn mark_dirty(tx: &mut dyn Tx, id: CalendarId) -> Result<bool, StoreError> {
    let sql = "UPDATE calendar SET dirty = 1 WHERE id = ?1 AND dirty = 0";
    Ok(tx.execute(sql, values![id])? == 1)
}

/// Notes that a listing begins, which will show all that pushes have told of so far. Committed before its
/// first request is sent: what is told of afterwards may not be in it.
///
/// # Errors
/// [`StoreError`].
pub fn clear_dirty(tx: &mut dyn Tx, id: CalendarId) -> Result<(), StoreError> {
    let sql = "UPDATE calendar SET dirty = 0 WHERE id = ?1 AND dirty = 1";
    tx.execute(sql, values![id]).map(drop)
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
/// when: one that a push has told of is due since ever, as [`Calendar::is_due`] says.
///
/// # Errors
/// [`StoreError`].
pub fn next_pull(
    tx: &mut dyn Tx,
    now: Instant,
) -> Result<Option<(CalendarId, Instant)>, StoreError> {
    let sql =
        "SELECT c.id, CASE WHEN c.dirty = 1 AND c.failures = 0 THEN 0 ELSE c.pull_at END AS due_at
               FROM calendar c JOIN connection n ON n.id = c.connection_id
               WHERE n.state = 'connected' AND n.lease_until <= ?1
               ORDER BY due_at, c.id LIMIT 1";
    tx.first(sql, values![now])?
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .transpose()
}
