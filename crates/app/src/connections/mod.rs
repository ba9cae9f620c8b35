//! Calendar connections: begun, finished, looked at.

mod finish;
pub(crate) mod health;
mod start;

use domain::notice::{is_testing_expiry_likely, way_out};
use domain::{ConnectionId, Instant, OrganizationId};
use store::tables::connections::State as Stored;
use store::tables::{calendars, connections, links};
use store::{Lane, StoreError};

pub use domain::notice::WayOut;
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
    /// What is wrong, as a stable code such as `needs_reconnect`. What may pass by itself stands here
    /// too, beside a state that is not an error.
    pub cause: Option<String>,
    /// Since when.
    pub cause_since: Option<Instant>,
    /// Who can end it; [`WayOut::Wait`] where nothing is wrong.
    pub way_out: WayOut,
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
                    let missing = || StoreError::decode("a connection has no times");
                    let times = connections::times(tx, connection.id)?.ok_or_else(missing)?;
                    Ok(read(connection, &calendars, waiting, times))
                })
                .collect()
        })
        .await
}

fn read(
    connection: connections::Connection,
    found: &[calendars::Calendar],
    waiting: i64,
    times: connections::Times,
) -> Connection {
    let is_stopped = connection.state == Stored::Error;
    let way_out = connection
        .cause
        .as_deref()
        .map_or(WayOut::Wait, |cause| way_out(cause, is_stopped));
    let last_sync_at = found.iter().filter_map(|calendar| calendar.polled_at).min();
    let state = match (is_stopped, way_out, last_sync_at) {
        (false, WayOut::Wait, None) => ConnectionState::Syncing,
        (false, WayOut::Wait, Some(_)) => ConnectionState::Connected,
        _ => ConnectionState::Error,
    };
    let cause = connection.cause.map(|cause| named(cause, times));
    let calendar = |c: &calendars::Calendar| Calendar {
        google_id: c.google_id.clone(),
        name: c.name.clone(),
    };
    Connection {
        id: connection.id,
        account_email: connection.account_email,
        state,
        cause,
        cause_since: times.cause_since,
        way_out,
        calendars: found.iter().map(calendar).collect(),
        last_sync_at,
        waiting: u64::try_from(waiting).unwrap_or(0),
    }
}

/// A cause as it is shown. Google has one code for every dead grant; how long this one lived tells the
/// commonest of them apart (scenario A2).
fn named(cause: String, times: connections::Times) -> String {
    let is_likely = |since| is_testing_expiry_likely(times.granted_at, since);
    if cause == "needs_reconnect" && times.cause_since.is_some_and(is_likely) {
        return "testing_expiry_likely".to_owned();
    }
    cause
}
