//! Conflicts: what a person must decide about one booking's event, while it is open and afterwards.
//!
//! A link has at most one open conflict that keeps it parked. It stays the same one, with a higher version,
//! while the link is parked again and again for the same reason; it closes when both sides agree, or a person
//! says so. Beside it there may be one for each field that both sides changed: the link goes on, with one of
//! the two versions, and the other waits until a person says so. And a booking's time may have one, and a
//! calendar.

use domain::sync::merge::Aside;
use domain::{BookingId, CalendarId, ConflictId, ConnectionId, Instant, LinkId, OrganizationId};

use crate::tx::json_option;
use crate::{Row, StoreError, Tx, values};

/// The kind of a conflict about an unverified booking whose time something else takes.
pub const UNVERIFIED_OVERLAP: &str = "unverified_overlap";

/// The kind of a conflict about many of a calendar's events, moved or deleted at once (scenario C5).
pub const MASS_LOSS: &str = "mass_loss";

/// A conflict as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Its identity.
    pub id: ConflictId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// About which booking.
    pub booking_id: BookingId,
    /// About which of its events; `None` where it is about the booking's time itself, or about a calendar.
    pub link_id: Option<LinkId>,
    /// About which calendar's events, where it is about many: the booking is then the first of theirs.
    pub calendar_id: Option<CalendarId>,
    /// Why, as a stable code: the reason the link was parked, [`UNVERIFIED_OVERLAP`] or [`MASS_LOSS`].
    pub kind: String,
    /// Google's words; empty where it said none.
    pub said: String,
    /// Counts how often the link was parked for it, from 1.
    pub version: i64,
    /// Since when.
    pub opened_at: Instant,
    /// When it was over.
    pub closed_at: Option<Instant>,
    /// What a person chose last, or how it ended by itself.
    pub resolution: Option<String>,
    /// Both versions of a field that both sides changed, where it is about that.
    pub aside: Option<Aside>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, organization_id, booking_id, link_id, calendar_id, kind, said, version,
               opened_at, closed_at, resolution, aside FROM conflict ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<Conflict, StoreError> {
    Ok(Conflict {
        id: row.take()?,
        organization_id: row.take()?,
        booking_id: row.take()?,
        link_id: row.take()?,
        calendar_id: row.take()?,
        kind: row.take()?,
        said: row.take()?,
        version: row.take()?,
        opened_at: row.take()?,
        closed_at: row.take()?,
        resolution: row.take()?,
        aside: row.take_json_option()?,
    })
}

/// Adds a conflict.
///
/// # Errors
/// [`StoreError`].
pub fn insert(tx: &mut dyn Tx, conflict: &Conflict) -> Result<(), StoreError> {
    let c = conflict;
    tx.execute(
        "INSERT INTO conflict (id, organization_id, booking_id, link_id, kind, said, version,
           opened_at, closed_at, resolution, field, aside, calendar_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        values![
            c.id,
            c.organization_id,
            c.booking_id,
            c.link_id,
            &c.kind,
            &c.said,
            c.version,
            c.opened_at,
            c.closed_at,
            c.resolution.as_ref(),
            c.aside.as_ref().map(|aside| aside.field.as_str()),
            json_option(c.aside.as_ref()),
            c.calendar_id,
        ],
    )
    .map(drop)
}

/// Stores everything of a conflict that can change.
///
/// # Errors
/// [`StoreError`].
pub fn update(tx: &mut dyn Tx, conflict: &Conflict) -> Result<(), StoreError> {
    let c = conflict;
    tx.execute(
        "UPDATE conflict SET said = ?2, version = ?3, closed_at = ?4, resolution = ?5 WHERE id = ?1",
        values![c.id, &c.said, c.version, c.closed_at, c.resolution.as_ref()],
    )
    .map(drop)
}

/// Closes what is open about events of a connection: nothing is decided about them any more. What both sides
/// changed waits on: should the account come back, the version that counts is sent, and the other is nowhere
/// else (seed 218).
///
/// # Errors
/// [`StoreError`].
pub fn close_of_connection(
    tx: &mut dyn Tx,
    connection: ConnectionId,
    now: Instant,
) -> Result<(), StoreError> {
    let sql = "UPDATE conflict SET closed_at = ?2, resolution = COALESCE(resolution, 'detached')
               WHERE closed_at IS NULL AND field IS NULL AND (link_id IN
                 (SELECT l.id FROM event_link l JOIN calendar c ON c.id = l.calendar_id
                  WHERE c.connection_id = ?1)
                 OR calendar_id IN (SELECT id FROM calendar WHERE connection_id = ?1))";
    tx.execute(sql, values![connection, now]).map(drop)
}

/// Closes what is open about events in a calendar, as [`close_of_connection`] does.
///
/// # Errors
/// [`StoreError`].
pub fn close_of_calendar(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    now: Instant,
) -> Result<(), StoreError> {
    let sql = "UPDATE conflict SET closed_at = ?2, resolution = COALESCE(resolution, 'detached')
               WHERE closed_at IS NULL AND field IS NULL AND (link_id IN
                 (SELECT id FROM event_link WHERE calendar_id = ?1) OR calendar_id = ?1)";
    tx.execute(sql, values![calendar, now]).map(drop)
}

/// Closes what is open about events of a calendar that were made in Google, as [`close_of_connection`] does.
///
/// # Errors
/// [`StoreError`].
pub fn close_of_born(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    now: Instant,
) -> Result<(), StoreError> {
    let sql = "UPDATE conflict SET closed_at = ?2, resolution = COALESCE(resolution, 'detached')
               WHERE closed_at IS NULL AND field IS NULL AND link_id IN
                 (SELECT id FROM event_link WHERE calendar_id = ?1 AND origin = 'google')";
    tx.execute(sql, values![calendar, now]).map(drop)
}

/// The one of this id.
///
/// # Errors
/// [`StoreError`].
pub fn by_id(tx: &mut dyn Tx, id: ConflictId) -> Result<Option<Conflict>, StoreError> {
    tx.first(select!("WHERE id = ?1"), values![id])?
        .map(read)
        .transpose()
}

/// The open one that keeps a link parked.
///
/// # Errors
/// [`StoreError`].
pub fn open_of_link(tx: &mut dyn Tx, link: LinkId) -> Result<Option<Conflict>, StoreError> {
    let sql = select!("WHERE link_id = ?1 AND closed_at IS NULL AND field IS NULL");
    tx.first(sql, values![link])?.map(read).transpose()
}

/// The open ones about fields of a link's event that both sides changed.
///
/// # Errors
/// [`StoreError`].
pub fn open_asides(tx: &mut dyn Tx, link: LinkId) -> Result<Vec<Conflict>, StoreError> {
    let sql = select!(
        "WHERE link_id = ?1 AND closed_at IS NULL AND field IS NOT NULL ORDER BY field LIMIT 10"
    );
    tx.rows(sql, values![link])?.into_iter().map(read).collect()
}

/// The open one about a booking's time.
///
/// # Errors
/// [`StoreError`].
pub fn open_of_time(tx: &mut dyn Tx, booking: BookingId) -> Result<Option<Conflict>, StoreError> {
    let sql = select!(
        "WHERE booking_id = ?1 AND link_id IS NULL AND calendar_id IS NULL AND closed_at IS NULL"
    );
    tx.first(sql, values![booking])?.map(read).transpose()
}

/// The open one about a calendar's events.
///
/// # Errors
/// [`StoreError`].
pub fn open_of_calendar(
    tx: &mut dyn Tx,
    calendar: CalendarId,
) -> Result<Option<Conflict>, StoreError> {
    let sql = select!("WHERE calendar_id = ?1 AND closed_at IS NULL");
    tx.first(sql, values![calendar])?.map(read).transpose()
}

/// The open ones of an organization after `after`, oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn page(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    after: Option<(Instant, ConflictId)>,
    limit: i64,
) -> Result<Vec<Conflict>, StoreError> {
    let (at, id) = after.unwrap_or((Instant::MIN, ConflictId(uuid::Uuid::nil())));
    let sql = select!(
        "WHERE organization_id = ?1 AND closed_at IS NULL
           AND (opened_at > ?2 OR (opened_at = ?2 AND id > ?3))
         ORDER BY opened_at, id LIMIT ?4"
    );
    tx.rows(sql, values![organization, at, id, limit])?
        .into_iter()
        .map(read)
        .collect()
}

/// How many are open.
///
/// # Errors
/// [`StoreError`].
pub fn count_open(tx: &mut dyn Tx, organization: OrganizationId) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM conflict WHERE organization_id = ?1 AND closed_at IS NULL";
    tx.first(sql, values![organization])?
        .map_or(Ok(0), |mut row| row.take())
}
