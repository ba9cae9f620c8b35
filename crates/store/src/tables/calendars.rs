//! Connected calendars: what each is connected for, and how far it has been read.

use domain::{CalendarId, ConnectionId, EventTypeId, HostId, Instant, OrganizationId};
use jiff::SignedDuration;

use super::bookings::named;

use crate::{Dialect, Row, StoreError, Tx, values};

/// How often a calendar is compared with Google's own expansion (design section 7).
pub const AUDIT_EVERY: SignedDuration = SignedDuration::from_hours(7 * 24);

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
    /// What it is connected for.
    pub mode: Mode,
    /// When to pull from it next.
    pub pull_at: Instant,
    /// Pulls that failed in a row.
    pub failures: i64,
    /// When a pull last brought something; `None` when none ever did.
    pub changed_at: Option<Instant>,
    /// How many changed events its pulls have brought since it was connected; it only grows.
    pub events_read: i64,
    /// How far it has been read.
    pub position: Position,
    /// Since when it is no longer the organization's: neither read nor written, and in nobody's way.
    pub removed_at: Option<Instant>,
    /// Its comparison with Google's own expansion.
    pub audit: Audit,
}

/// What a calendar is connected for (design section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// When its owner is busy: no titles, guests or descriptions are fetched, and nothing is written.
    Busy,
    /// Bookings may go there too.
    Write,
    /// And events of its owner may become bookings.
    TwoWay,
}

impl Mode {
    const ALL: [Self; 3] = [Self::Busy, Self::Write, Self::TwoWay];

    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Write => "write",
            Self::TwoWay => "two_way",
        }
    }

    /// The one of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name)
    }

    /// Whether bookings may go there.
    pub fn is_written(self) -> bool {
        self != Self::Busy
    }
}

/// The comparison of what is known of a calendar with Google's own expansion of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    /// When to compare next.
    pub at: Instant,
    /// When it was last compared.
    pub done_at: Option<Instant>,
    /// Stretches of time that differed, in all comparisons so far.
    pub differences: i64,
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
        let is_time = self.pull_at <= now || (self.position.is_dirty && self.failures == 0);
        is_time && self.removed_at.is_none()
    }

    /// One that was never read, and is due at once.
    pub fn new(
        id: CalendarId,
        connection_id: ConnectionId,
        google_id: &str,
        mode: Mode,
        now: Instant,
    ) -> Self {
        Self {
            id,
            connection_id,
            google_id: google_id.to_owned(),
            name: google_id.to_owned(),
            zone: None,
            mode,
            pull_at: now,
            failures: 0,
            changed_at: None,
            events_read: 0,
            position: Position::default(),
            removed_at: None,
            audit: Audit {
                at: now + AUDIT_EVERY,
                done_at: None,
                differences: 0,
            },
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.connection_id, c.google_id, c.name, c.zone, c.mode, c.pull_at,
               c.failures, c.as_of, c.sync_token, c.page_token, c.pull_began_at, c.generation,
               c.shadow, c.dirty, c.removed_at, c.audit_at, c.audited_at, c.audit_differences,
               c.changed_at, c.events_read FROM calendar c ",
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
        mode: named(Mode::from_name, row.take()?)?,
        pull_at: row.take()?,
        failures: row.take()?,
        changed_at: None,
        events_read: 0,
        position: Position {
            as_of: row.take()?,
            sync_token: row.take()?,
            page_token: row.take()?,
            began_at: row.take()?,
            generation: row.take()?,
            shadow: row.take()?,
            is_dirty: row.take()?,
        },
        removed_at: row.take()?,
        audit: Audit {
            at: row.take()?,
            done_at: row.take()?,
            differences: row.take()?,
        },
    };
    calendar.changed_at = row.take()?;
    calendar.events_read = row.take()?;
    Ok(calendar)
}

/// Adds a calendar; it is not dirty.
///
/// # Errors
/// [`StoreError`].
pub fn insert(tx: &mut dyn Tx, calendar: &Calendar) -> Result<(), StoreError> {
    let (c, p) = (calendar, &calendar.position);
    tx.execute(
        "INSERT INTO calendar (id, connection_id, google_id, name, zone, mode, pull_at, failures,
           as_of, sync_token, page_token, pull_began_at, generation, shadow, removed_at, audit_at,
           audited_at, audit_differences, changed_at, events_read)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
           ?19, ?20)",
        values![
            c.id,
            c.connection_id,
            &c.google_id,
            &c.name,
            c.zone.as_ref(),
            c.mode.as_str(),
            c.pull_at,
            c.failures,
            p.as_of,
            p.sync_token.as_ref(),
            p.page_token.as_ref(),
            p.began_at,
            p.generation,
            p.shadow,
            c.removed_at,
            c.audit.at,
            c.audit.done_at,
            c.audit.differences,
            c.changed_at,
            c.events_read
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
           changed_at = ?12, events_read = ?13,
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
            c.changed_at,
            c.events_read
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

/// Stores what an organization said about a calendar: what it is for, and whether it is still its.
///
/// # Errors
/// [`StoreError`].
pub fn set_mode(
    tx: &mut dyn Tx,
    id: CalendarId,
    mode: Mode,
    removed_at: Option<Instant>,
) -> Result<(), StoreError> {
    let sql = "UPDATE calendar SET mode = ?2, removed_at = ?3 WHERE id = ?1";
    tx.execute(sql, values![id, mode.as_str(), removed_at])
        .map(drop)
}

/// The one of this id, removed or not.
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
    let sql = select!(
        "WHERE c.connection_id = ?1 AND c.removed_at IS NULL
                       ORDER BY c.name, c.id LIMIT ?2"
    );
    tx.rows(sql, values![connection, LIST_MAX])?
        .into_iter()
        .map(read)
        .collect()
}

/// The one that a connection reaches under Google's id of it, removed or not.
///
/// # Errors
/// [`StoreError`].
pub fn by_google_id(
    tx: &mut dyn Tx,
    connection: ConnectionId,
    google_id: &str,
) -> Result<Option<Calendar>, StoreError> {
    let sql = select!("WHERE c.connection_id = ?1 AND c.google_id = ?2");
    tx.first(sql, values![connection, google_id])?
        .map(read)
        .transpose()
}

/// Those that an organization reaches, whichever way, each with the address of the account.
///
/// # Errors
/// [`StoreError`].
pub fn of_organization(
    tx: &mut dyn Tx,
    organization: OrganizationId,
) -> Result<Vec<(Calendar, String)>, StoreError> {
    let sql = "SELECT c.id, n.account_email FROM calendar c
               JOIN connection n ON n.id = c.connection_id AND n.state <> 'inactive'
               WHERE n.organization_id = ?1 AND c.removed_at IS NULL
               ORDER BY n.created_at, c.id LIMIT ?2";
    let mut found = Vec::new();
    for mut row in tx.rows(sql, values![organization, LIST_MAX])? {
        let (id, account): (CalendarId, String) = (row.take()?, row.take()?);
        if let Some(calendar) = by_id(tx, id)? {
            found.push((calendar, account));
        }
    }
    Ok(found)
}

/// The other calendars of `host`, beside `except`, that bookings may go to and that can be read now, each with
/// when it was last read: those that take the host's time or receive the host's bookings.
///
/// # Errors
/// [`StoreError`].
pub fn others_of_host(
    tx: &mut dyn Tx,
    host: HostId,
    except: CalendarId,
) -> Result<Vec<(CalendarId, Option<Instant>)>, StoreError> {
    let sql = "SELECT c.id, c.as_of FROM host_calendar h
               JOIN calendar c ON c.id = h.calendar_id
               JOIN connection n ON n.id = c.connection_id
               WHERE h.host_id = ?1 AND (h.blocks = 1 OR h.receives = 1) AND c.id <> ?2
                 AND c.mode <> 'busy' AND c.removed_at IS NULL AND n.state = 'connected'
               ORDER BY c.id LIMIT ?3";
    tx.rows(sql, values![host, except, LIST_MAX])?
        .into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
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
               WHERE n.state = 'connected' AND n.lease_until <= ?1 AND c.removed_at IS NULL
               ORDER BY due_at, c.id LIMIT 1";
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

/// What an event of a two-way calendar becomes, where that was told.
///
/// # Errors
/// [`StoreError`].
pub fn import_event_type(
    tx: &mut dyn Tx,
    calendar: CalendarId,
) -> Result<Option<EventTypeId>, StoreError> {
    let sql = "SELECT import_event_type_id FROM calendar WHERE id = ?1";
    tx.first(sql, values![calendar])?
        .map_or(Ok(None), |mut row| row.take())
}

/// Tells what an event of a two-way calendar becomes.
///
/// # Errors
/// [`StoreError`].
pub fn set_import_event_type(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    event_type: EventTypeId,
) -> Result<(), StoreError> {
    let sql = "UPDATE calendar SET import_event_type_id = ?2 WHERE id = ?1";
    tx.execute(sql, values![calendar, event_type]).map(drop)
}
