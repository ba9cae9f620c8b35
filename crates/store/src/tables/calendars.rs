//! Connected calendars: which receive bookings, and how far each has been read.

use domain::{CalendarId, ConnectionId, Instant, OrganizationId};

use crate::{Dialect, Row, StoreError, Tx, values};

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
    /// When a pull last brought something; `None` when none ever did.
    pub changed_at: Option<Instant>,
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
}

impl Calendar {
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
            changed_at: None,
            position: Position::default(),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.connection_id, c.google_id, c.name, c.zone, c.receives, c.pull_at,
               c.failures, c.as_of, c.sync_token, c.page_token, c.pull_began_at, c.generation,
               c.shadow, c.changed_at FROM calendar c ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<Calendar, StoreError> {
    let mut calendar = Calendar {
        id: row.take()?,
        connection_id: row.take()?,
        google_id: row.take()?,
        name: row.take()?,
        zone: row.take()?,
        receives: row.take()?,
        pull_at: row.take()?,
        failures: row.take()?,
        changed_at: None,
        position: Position {
            as_of: row.take()?,
            sync_token: row.take()?,
            page_token: row.take()?,
            began_at: row.take()?,
            generation: row.take()?,
            shadow: row.take()?,
        },
    };
    calendar.changed_at = row.take()?;
    Ok(calendar)
}

/// Adds a calendar.
///
/// # Errors
/// [`StoreError`].
pub fn insert(tx: &mut dyn Tx, calendar: &Calendar) -> Result<(), StoreError> {
    let (c, p) = (calendar, &calendar.position);
    tx.execute(
        "INSERT INTO calendar (id, connection_id, google_id, name, zone, receives, pull_at, failures,
           as_of, sync_token, page_token, pull_began_at, generation, shadow, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
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
            p.shadow,
            c.changed_at
        ],
    )
    .map(drop)
}

/// Stores what a pull learnt about a calendar and how far it has come. Where somebody asked for a pull
/// that began later than the one it has come from, the next one is due at once, unless they fail.
///
/// # Errors
/// [`StoreError`].
pub fn update(tx: &mut dyn Tx, calendar: &Calendar) -> Result<(), StoreError> {
    let (c, p) = (calendar, &calendar.position);
    tx.execute(
        "UPDATE calendar SET name = ?2, zone = ?3, failures = ?5, as_of = ?6,
           sync_token = ?7, page_token = ?8, pull_began_at = ?9, generation = ?10, shadow = ?11,
           changed_at = ?12,
           pull_at = CASE WHEN CAST(?5 AS bigint) = 0 AND asked_at < ?4
                       AND asked_at > COALESCE(CAST(?6 AS bigint), 0)
                     THEN asked_at ELSE ?4 END
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
            p.shadow,
            c.changed_at
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
pub fn next_pull(
    tx: &mut dyn Tx,
    now: Instant,
) -> Result<Option<(CalendarId, Instant)>, StoreError> {
    let sql = "SELECT c.id, c.pull_at FROM calendar c JOIN connection n ON n.id = c.connection_id
               WHERE n.state = 'connected' AND n.lease_until <= ?1
               ORDER BY c.pull_at, c.id LIMIT 1";
    tx.first(sql, values![now])?
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .transpose()
}

/// Until when a calendar is looked at often. Keeps others from changing that until the transaction ends: what
/// follows from it is stored with it.
///
/// # Errors
/// [`StoreError`].
pub fn interesting_until(tx: &mut dyn Tx, id: CalendarId) -> Result<Instant, StoreError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "SELECT interesting_until FROM calendar WHERE id = ?1",
        Dialect::Postgres => {
            "SELECT interesting_until FROM calendar WHERE id = ?1 FOR NO KEY UPDATE"
        }
    };
    let found = tx.first(sql, values![id])?;
    found.map_or(Ok(Instant::MIN), |mut row| row.take())
}

/// Lets a calendar be looked at often until `until`, first by `first`; nothing if it is until `enough`
/// already. One whose pulls fail waits as it did.
///
/// # Errors
/// [`StoreError`].
pub fn interest(
    tx: &mut dyn Tx,
    id: CalendarId,
    (until, enough): (Instant, Instant),
    first: Instant,
) -> Result<(), StoreError> {
    let sql = "UPDATE calendar SET interesting_until = ?2,
                 pull_at = CASE WHEN failures = 0 AND pull_at > ?4 THEN ?4 ELSE pull_at END
               WHERE id = ?1 AND interesting_until < ?3";
    tx.execute(sql, values![id, until, enough, first]).map(drop)
}

/// Lets a pull from a calendar be due at `now`, and another one after the one that may be under way. One
/// whose pulls fail waits as it did.
///
/// # Errors
/// [`StoreError`].
pub fn ask(tx: &mut dyn Tx, id: CalendarId, now: Instant) -> Result<(), StoreError> {
    let sql = "UPDATE calendar SET asked_at = ?2,
                 pull_at = CASE WHEN failures = 0 AND pull_at > ?2 THEN ?2 ELSE pull_at END
               WHERE id = ?1 AND asked_at < ?2";
    tx.execute(sql, values![id, now]).map(drop)
}
