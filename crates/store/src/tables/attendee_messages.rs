//! Outgoing messages to attendees: of each attendee a numbered sequence, written under the lock of their
//! booking. What is replaced before it is due was never said.

use domain::notice::attendee::{Content, Kind};
use domain::{AttendeeId, BookingId, Instant, MessageId, OrganizationId};

use super::bookings::named;
use super::outgoing_messages::id_of;
use crate::tx::json;
use crate::{Row, StoreError, Tx, values};

/// More messages than one page shows.
const LIST_MAX: i64 = 100;

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is to be sent when it is due.
    Waiting,
    /// A later one was written before it was due, and says all of it.
    Replaced,
    /// There was nothing to tell any more before it was due.
    Cleared,
}

impl State {
    const ALL: [Self; 3] = [Self::Waiting, Self::Replaced, Self::Cleared];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Replaced => "replaced",
            Self::Cleared => "cleared",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// A message to an attendee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttendeeMessage {
    /// Its identity.
    pub id: MessageId,
    /// About which booking.
    pub booking_id: BookingId,
    /// Whom it is for.
    pub attendee_id: AttendeeId,
    /// Their name.
    pub name: String,
    /// The how manieth to this attendee, from 1.
    pub number: i64,
    /// What it tells.
    pub kind: Kind,
    /// Of which version of the booking; calendar files can take it as their SEQUENCE (RFC 5545, 3.8.7.4),
    /// because it grows with each change.
    pub version: i64,
    /// When it was written.
    pub created_at: Instant,
    /// From when on it may be sent.
    pub due_at: Instant,
    /// What has become of it.
    pub state: State,
    /// All that it says.
    pub content: Content,
}

/// A message to write.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Whose booking it is.
    pub organization: OrganizationId,
    /// About which booking.
    pub booking: BookingId,
    /// Whom it is for.
    pub attendee: AttendeeId,
    /// The how manieth to this attendee, from 1: see [`next_number`].
    pub number: i64,
    /// What it tells.
    pub kind: Kind,
    /// Of which version of the booking.
    pub version: i64,
    /// When it is written.
    pub at: Instant,
    /// From when on it may be sent.
    pub due_at: Instant,
    /// All that it says.
    pub content: Content,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.booking_id, m.attendee_id, a.name, m.number, m.kind, m.version, m.created_at,
               m.due_at, m.state, m.content
             FROM outgoing_message m JOIN attendee a ON a.id = m.attendee_id ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<AttendeeMessage, StoreError> {
    Ok(AttendeeMessage {
        id: row.take()?,
        booking_id: row.take()?,
        attendee_id: row.take()?,
        name: row.take()?,
        number: row.take()?,
        kind: named(Kind::from_name, row.take()?)?,
        version: row.take()?,
        created_at: row.take()?,
        due_at: row.take()?,
        state: named(State::from_name, row.take()?)?,
        content: row.take_json()?,
    })
}

/// Writes a message. Its id follows from attendee and number, so that a unit draws nothing.
///
/// # Errors
/// [`StoreError`], also where the attendee has one of this number.
pub fn insert(tx: &mut dyn Tx, draft: &Draft) -> Result<(), StoreError> {
    let key = format!("attendee:{}:{}", draft.attendee, draft.number);
    tx.execute(
        "INSERT INTO outgoing_message (id, organization_id, kind, audience, idempotency_key, booking_id,
           created_at, state, attendee_id, number, version, due_at, content)
         VALUES (?1, ?2, ?3, 'attendee', ?4, ?5, ?6, 'waiting', ?7, ?8, ?9, ?10, ?11)",
        values![
            id_of(&key),
            draft.organization,
            draft.kind.as_str(),
            &key,
            draft.booking,
            draft.at,
            draft.attendee,
            draft.number,
            draft.version,
            draft.due_at,
            json(&draft.content)
        ],
    )
    .map(drop)
}

/// The number of an attendee's next message. Ask under the booking's lock.
///
/// # Errors
/// [`StoreError`].
pub fn next_number(tx: &mut dyn Tx, attendee: AttendeeId) -> Result<i64, StoreError> {
    let sql = "SELECT number FROM outgoing_message WHERE attendee_id = ?1
               ORDER BY number DESC LIMIT 1";
    let newest: Option<i64> = tx
        .first(sql, values![attendee])?
        .map(|mut row| row.take())
        .transpose()?;
    Ok(newest.unwrap_or(0) + 1)
}

/// The newest messages to an attendee that were or will be said, newest first: the last thing heard is the
/// first of them that is due. Ask under the booking's lock.
///
/// # Errors
/// [`StoreError`].
pub fn newest(
    tx: &mut dyn Tx,
    attendee: AttendeeId,
    limit: i64,
) -> Result<Vec<AttendeeMessage>, StoreError> {
    let sql =
        select!("WHERE m.attendee_id = ?1 AND m.state = 'waiting' ORDER BY m.number DESC LIMIT ?2");
    let rows = tx.rows(sql, values![attendee, limit])?;
    rows.into_iter().map(read).collect()
}

/// A message that waits is not said, because of `state`. Gives whether it still waited.
///
/// # Errors
/// [`StoreError`].
pub fn withdraw(tx: &mut dyn Tx, id: MessageId, state: State) -> Result<bool, StoreError> {
    let sql = "UPDATE outgoing_message SET state = ?2 WHERE id = ?1 AND state = 'waiting'";
    Ok(tx.execute(sql, values![id, state.as_str()])? == 1)
}

/// What is due at `now`, the longest due first: what delivery takes.
///
/// # Errors
/// [`StoreError`].
pub fn ready(
    tx: &mut dyn Tx,
    now: Instant,
    limit: i64,
) -> Result<Vec<AttendeeMessage>, StoreError> {
    let sql = select!(
        "WHERE m.attendee_id IS NOT NULL AND m.state = 'waiting' AND m.due_at <= ?1
         ORDER BY m.due_at, m.id LIMIT ?2"
    );
    let rows = tx.rows(sql, values![now, limit])?;
    rows.into_iter().map(read).collect()
}

/// The newest messages about a booking to those who have or had a seat on it, newest first; at most a
/// hundred.
///
/// # Errors
/// [`StoreError`].
pub fn of_booking(tx: &mut dyn Tx, booking: BookingId) -> Result<Vec<AttendeeMessage>, StoreError> {
    let sql =
        select!("WHERE a.booking_id = ?1 ORDER BY m.created_at DESC, m.number DESC, m.id LIMIT ?2");
    let rows = tx.rows(sql, values![booking, LIST_MAX])?;
    rows.into_iter().map(read).collect()
}

/// Forgets up to `limit` messages about bookings that ended before then; gives how many.
///
/// # Errors
/// [`StoreError`].
pub fn forget_old(tx: &mut dyn Tx, before: Instant, limit: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM outgoing_message WHERE id IN
                 (SELECT m.id FROM outgoing_message m JOIN booking b ON b.id = m.booking_id
                  WHERE m.attendee_id IS NOT NULL AND m.created_at < ?1 AND b.ends_at < ?1
                  ORDER BY m.created_at, m.id LIMIT ?2)";
    tx.execute(sql, values![before, limit])
}
