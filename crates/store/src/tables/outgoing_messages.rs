//! Outgoing messages: what people must be told, written in the transaction of its cause and once for it.
//! Delivery is not here; until then they are read on the admin pages. Those to attendees are rows of the same
//! table, and nobody clears them with a cause: see [`super::attendee_messages`].

use domain::notice::{Audience, MessageKind};
use domain::{BookingId, CalendarId, ConnectionId, Instant, MessageId, OrganizationId};

use super::bookings::named;
use crate::digest::Digest;
use crate::{StoreError, Tx, values};

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// Its identity.
    pub id: MessageId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// What it is about.
    pub kind: MessageKind,
    /// Whom it is for.
    pub audience: Audience,
    /// Which connection, if it is about one.
    pub connection_id: Option<ConnectionId>,
    /// Which calendar of it, if it is about one as such.
    pub calendar_id: Option<CalendarId>,
    /// Which booking, if it is about one.
    pub booking_id: Option<BookingId>,
    /// When its cause was met.
    pub created_at: Instant,
    /// Whether its cause has ended.
    pub is_cleared: bool,
}

/// A message to write.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// Whose it is.
    pub organization: OrganizationId,
    /// What it is about.
    pub kind: MessageKind,
    /// Whom it is for.
    pub audience: Audience,
    /// Names the cause: of one cause there is one message to each audience.
    pub cause: &'a str,
    /// Which connection, if it is about one.
    pub connection: Option<ConnectionId>,
    /// Which calendar of it, if it is about one as such.
    pub calendar: Option<CalendarId>,
    /// Which booking, if it is about one.
    pub booking: Option<BookingId>,
    /// When its cause was met.
    pub at: Instant,
}

/// Writes a message, unless its cause has one for this audience; gives whether it was written. Its id
/// follows from its key, so that a unit draws nothing.
///
/// # Errors
/// [`StoreError`].
pub fn insert(tx: &mut dyn Tx, draft: Draft<'_>) -> Result<bool, StoreError> {
    let key = format!(
        "{}:{}:{}",
        draft.kind.as_str(),
        draft.audience.as_str(),
        draft.cause
    );
    let written = tx.execute(
        "INSERT INTO outgoing_message (id, organization_id, kind, audience, idempotency_key,
           connection_id, calendar_id, booking_id, created_at, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'waiting') ON CONFLICT (idempotency_key) DO NOTHING",
        values![
            id_of(&key),
            draft.organization,
            draft.kind.as_str(),
            draft.audience.as_str(),
            &key,
            draft.connection,
            draft.calendar,
            draft.booking,
            draft.at
        ],
    )?;
    Ok(written == 1)
}

pub(super) fn id_of(key: &str) -> MessageId {
    let [high, low] = [&b"high"[..], b"low"]
        .map(|half| Digest::default().with(half).with(key.as_bytes()).as_u64());
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&high.to_be_bytes());
    bytes[8..].copy_from_slice(&low.to_be_bytes());
    MessageId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// The causes of a connection's own messages have ended: not those about its calendars and events.
///
/// # Errors
/// [`StoreError`].
pub fn clear_of_connection(tx: &mut dyn Tx, id: ConnectionId) -> Result<(), StoreError> {
    let sql = "UPDATE outgoing_message SET state = 'cleared'
               WHERE connection_id = ?1 AND calendar_id IS NULL AND booking_id IS NULL
                 AND state = 'waiting'";
    tx.execute(sql, values![id]).map(drop)
}

/// The causes of the messages of `kind` about a calendar as such have ended.
///
/// # Errors
/// [`StoreError`].
pub fn clear_kind_of_calendar(
    tx: &mut dyn Tx,
    id: CalendarId,
    kind: MessageKind,
) -> Result<(), StoreError> {
    let sql = "UPDATE outgoing_message SET state = 'cleared'
               WHERE calendar_id = ?1 AND kind = ?2 AND state = 'waiting'";
    tx.execute(sql, values![id, kind.as_str()]).map(drop)
}

/// The causes of all messages of `kind` have ended, whosever they are.
///
/// # Errors
/// [`StoreError`].
pub fn clear_kind(tx: &mut dyn Tx, kind: MessageKind) -> Result<(), StoreError> {
    let sql = "UPDATE outgoing_message SET state = 'cleared' WHERE kind = ?1 AND state = 'waiting'";
    tx.execute(sql, values![kind.as_str()]).map(drop)
}

/// The causes of a booking's messages have ended.
///
/// # Errors
/// [`StoreError`].
pub fn clear_of_booking(tx: &mut dyn Tx, id: BookingId) -> Result<(), StoreError> {
    let sql = "UPDATE outgoing_message SET state = 'cleared'
               WHERE booking_id = ?1 AND attendee_id IS NULL AND state = 'waiting'";
    tx.execute(sql, values![id]).map(drop)
}

/// The causes of all messages about a connection and its events have ended: it was taken away.
///
/// # Errors
/// [`StoreError`].
pub fn clear_with_events_of(tx: &mut dyn Tx, id: ConnectionId) -> Result<(), StoreError> {
    let sql = "UPDATE outgoing_message SET state = 'cleared'
               WHERE connection_id = ?1 AND state = 'waiting'";
    tx.execute(sql, values![id]).map(drop)
}

/// The causes of all messages about events in a calendar have ended: it is not written to any more.
///
/// # Errors
/// [`StoreError`].
pub fn clear_of_calendar(tx: &mut dyn Tx, id: CalendarId) -> Result<(), StoreError> {
    let sql = "UPDATE outgoing_message SET state = 'cleared'
               WHERE state = 'waiting' AND attendee_id IS NULL AND booking_id IN
                 (SELECT booking_id FROM event_link WHERE calendar_id = ?1)";
    tx.execute(sql, values![id]).map(drop)
}

/// The newest messages to those who run an organization or its installation, newest first.
///
/// # Errors
/// [`StoreError`].
pub fn list(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    limit: i64,
) -> Result<Vec<OutgoingMessage>, StoreError> {
    let sql =
        "SELECT id, organization_id, kind, audience, connection_id, calendar_id, booking_id, created_at, state
               FROM outgoing_message WHERE organization_id = ?1 AND attendee_id IS NULL
               ORDER BY created_at DESC, id DESC LIMIT ?2";
    tx.rows(sql, values![organization, limit])?
        .into_iter()
        .map(|mut row| {
            Ok(OutgoingMessage {
                id: row.take()?,
                organization_id: row.take()?,
                kind: named(MessageKind::from_name, row.take()?)?,
                audience: named(Audience::from_name, row.take()?)?,
                connection_id: row.take()?,
                calendar_id: row.take()?,
                booking_id: row.take()?,
                created_at: row.take()?,
                is_cleared: row.take::<String>()? == "cleared",
            })
        })
        .collect()
}
