//! Calendar connections: granted Google accounts. Tokens come and go encrypted.

use domain::notice::message_of;
use domain::{ConnectionId, Instant, OrganizationId};

use super::bookings::named;
use super::outgoing_messages::{self, Draft};
use crate::{Row, StoreError, Tx, values};

/// More connections than one organization has.
const LIST_MAX: i64 = 500;

/// A granted Google account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its identity.
    pub id: ConnectionId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Google's stable name for the account.
    pub account_sub: String,
    /// The account's address, for people; it may change.
    pub account_email: String,
    /// What was granted, as Google said it.
    pub scopes: String,
    /// Whether it works.
    pub state: State,
    /// Why not, as a stable code.
    pub cause: Option<String>,
    /// The tokens, encrypted.
    pub tokens: Tokens,
}

/// A grant's tokens, encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// For calls; `None` forces a refresh.
    pub access: Option<Vec<u8>>,
    /// When `access` runs out.
    pub access_expires_at: Instant,
    /// For new access tokens.
    pub refresh: Vec<u8>,
}

/// Whether a connection works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does, as far as we know.
    Connected,
    /// It needs someone: `cause` says why.
    Error,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Error => "error",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Connected, Self::Error]
            .into_iter()
            .find(|s| s.as_str() == name)
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, organization_id, account_sub, account_email, scopes, state, cause,
               access_token, access_expires_at, refresh_token FROM connection ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<Connection, StoreError> {
    Ok(Connection {
        id: row.take()?,
        organization_id: row.take()?,
        account_sub: row.take()?,
        account_email: row.take()?,
        scopes: row.take()?,
        state: named(State::from_name, row.take()?)?,
        cause: row.take()?,
        tokens: Tokens {
            access: row.take()?,
            access_expires_at: row.take()?,
            refresh: row.take()?,
        },
    })
}

/// Adds a connection.
///
/// # Errors
/// [`StoreError`].
pub fn insert(tx: &mut dyn Tx, connection: &Connection, now: Instant) -> Result<(), StoreError> {
    let c = connection;
    tx.execute(
        "INSERT INTO connection (id, organization_id, account_sub, account_email, scopes, state,
           cause, access_token, access_expires_at, refresh_token, created_at, granted_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)",
        values![
            c.id,
            c.organization_id,
            &c.account_sub,
            &c.account_email,
            &c.scopes,
            c.state.as_str(),
            c.cause.as_ref(),
            c.tokens.access.as_deref(),
            c.tokens.access_expires_at,
            c.tokens.refresh.as_slice(),
            now
        ],
    )
    .map(drop)
}

/// Stores everything of a connection that can change. When its cause does, the message that the new one
/// calls for is written with it, and those of the old one are cleared: no path can forget either.
///
/// # Errors
/// [`StoreError`].
pub fn update(tx: &mut dyn Tx, connection: &Connection) -> Result<(), StoreError> {
    let c = connection;
    let sql = "SELECT cause, worked_at FROM connection WHERE id = ?1";
    let Some(mut row) = tx.first(sql, values![c.id])? else {
        return Ok(());
    };
    let (cause_before, met_at): (Option<String>, Instant) = (row.take()?, row.take()?);
    if cause_before != c.cause {
        tell(tx, c, met_at)?;
    }
    tx.execute(
        "UPDATE connection SET account_email = ?2, scopes = ?3, state = ?4, cause = ?5,
           access_token = ?6, access_expires_at = ?7, refresh_token = ?8 WHERE id = ?1",
        values![
            c.id,
            &c.account_email,
            &c.scopes,
            c.state.as_str(),
            c.cause.as_ref(),
            c.tokens.access.as_deref(),
            c.tokens.access_expires_at,
            c.tokens.refresh.as_slice()
        ],
    )
    .map(drop)
}

/// What follows from a new cause, met at `met_at`, or from there being none any more.
fn tell(tx: &mut dyn Tx, connection: &Connection, met_at: Instant) -> Result<(), StoreError> {
    let c = connection;
    let since = c.cause.as_ref().map(|_| met_at);
    tx.execute(
        "UPDATE connection SET cause_since = ?2 WHERE id = ?1",
        values![c.id, since],
    )?;
    let is_stopped = c.state == State::Error;
    let calls_for = |cause: &String| message_of(cause, is_stopped);
    outgoing_messages::clear_of_connection(tx, c.id)?;
    if let Some((kind, audience)) = c.cause.as_ref().and_then(calls_for) {
        let draft = Draft {
            organization: c.organization_id,
            kind,
            audience,
            cause: &format!("{}:{}", c.id, met_at.as_micros()),
            connection: Some(c.id),
            booking: None,
            at: met_at,
        };
        outgoing_messages::insert(tx, draft)?;
    }
    Ok(())
}

/// When a connection came to be as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// When the grant was given, or given anew.
    pub granted_at: Instant,
    /// Since when it is as its cause says.
    pub cause_since: Option<Instant>,
}

/// The times of a connection.
///
/// # Errors
/// [`StoreError`].
pub fn times(tx: &mut dyn Tx, id: ConnectionId) -> Result<Option<Times>, StoreError> {
    let sql = "SELECT granted_at, cause_since FROM connection WHERE id = ?1";
    tx.first(sql, values![id])?
        .map(|mut row| {
            Ok(Times {
                granted_at: row.take()?,
                cause_since: row.take()?,
            })
        })
        .transpose()
}

/// Notes that access was granted anew.
///
/// # Errors
/// [`StoreError`].
pub fn note_grant(tx: &mut dyn Tx, id: ConnectionId, at: Instant) -> Result<(), StoreError> {
    let sql = "UPDATE connection SET granted_at = ?2 WHERE id = ?1";
    tx.execute(sql, values![id, at]).map(drop)
}

/// The one of this id.
///
/// # Errors
/// [`StoreError`].
pub fn by_id(tx: &mut dyn Tx, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
    tx.first(select!("WHERE id = ?1"), values![id])?
        .map(read)
        .transpose()
}

/// The one of this Google account.
///
/// # Errors
/// [`StoreError`].
pub fn by_account(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    account_sub: &str,
) -> Result<Option<Connection>, StoreError> {
    let sql = select!("WHERE organization_id = ?1 AND account_sub = ?2");
    tx.first(sql, values![organization, account_sub])?
        .map(read)
        .transpose()
}

/// Those of an organization, oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn list(tx: &mut dyn Tx, organization: OrganizationId) -> Result<Vec<Connection>, StoreError> {
    let sql = select!("WHERE organization_id = ?1 ORDER BY created_at, id LIMIT ?2");
    tx.rows(sql, values![organization, LIST_MAX])?
        .into_iter()
        .map(read)
        .collect()
}
