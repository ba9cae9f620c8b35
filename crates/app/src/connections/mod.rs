//! Calendar connections: begun, finished, looked at.

mod finish;
mod start;

use domain::{ConnectionId, Instant, OrganizationId};
use store::tables::connections::State as Stored;
use store::tables::{calendars, connections, links};
use store::{Lane, StoreError};

pub use finish::{Callback, FinishError, finish};
pub use start::{StartError, start};

use crate::App;

/// A connection, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its identity.
    pub id: ConnectionId,
    /// The Google account's address.
    pub account_email: String,
    /// How it stands.
    pub state: ConnectionState,
    /// What is wrong, as a stable code such as `needs_reconnect`.
    pub cause: Option<String>,
    /// What is reached through it.
    pub calendars: Vec<Calendar>,
    /// When a look at its calendars last completed.
    pub last_sync_at: Option<Instant>,
    /// Changes of ours that wait to be written.
    pub waiting: u64,
}

/// One calendar of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Google's id of it.
    pub google_id: String,
    /// Its name.
    pub name: String,
}

/// How a connection stands (row V5). Not connected is having none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// Its calendars have not been read once yet.
    Syncing,
    /// It works.
    Connected,
    /// It does not: `cause` says why.
    Error,
}

impl ConnectionState {
    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syncing => "syncing",
            Self::Connected => "connected",
            Self::Error => "error",
        }
    }
}

/// An organization's connections, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(app: &App, organization: OrganizationId) -> Result<Vec<Connection>, StoreError> {
    app.store()
        .unit(Lane::Read, "connections.list", move |tx| {
            connections::list(tx, organization)?
                .into_iter()
                .map(|connection| {
                    let waiting = links::count_due(tx, connection.id)?;
                    let calendars = calendars::of_connection(tx, connection.id)?;
                    Ok(read(connection, &calendars, waiting))
                })
                .collect()
        })
        .await
}

fn read(
    connection: connections::Connection,
    found: &[calendars::Calendar],
    waiting: i64,
) -> Connection {
    let last_sync_at = found.iter().filter_map(|calendar| calendar.polled_at).min();
    let state = match (connection.state, &connection.cause, last_sync_at) {
        (Stored::Error, _, _) | (_, Some(_), _) => ConnectionState::Error,
        (Stored::Connected, None, None) => ConnectionState::Syncing,
        (Stored::Connected, None, Some(_)) => ConnectionState::Connected,
    };
    let calendar = |c: &calendars::Calendar| Calendar {
        google_id: c.google_id.clone(),
        name: c.name.clone(),
    };
    Connection {
        id: connection.id,
        account_email: connection.account_email,
        state,
        cause: connection.cause,
        calendars: found.iter().map(calendar).collect(),
        last_sync_at,
        waiting: u64::try_from(waiting).unwrap_or(0),
    }
}
