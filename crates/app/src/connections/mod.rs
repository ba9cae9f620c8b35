//! Calendar connections: begun, finished, looked at.

pub(crate) mod cause;
mod disconnect;
mod finish;
pub(crate) mod health;
mod keep;
pub mod policy;
mod proof;
mod public;
mod revoke;
mod service_account;
mod start;
mod sync;
mod work;

use domain::{CalendarId, ConnectionId, Instant, OrganizationId};
use store::tables::calendars::Mode;
use store::tables::connections::State as Stored;
use store::tables::{calendars, channels, connections, links};
use store::{Lane, StoreError};

pub use disconnect::{DisconnectError, Disconnected, Preview, disconnect, preview};
pub use domain::connection::{Cause, WayOut};
pub(crate) use finish::verifier_place;
pub use finish::{Callback, FinishError, finish};
pub use proof::{prove_again, prove_one_again};
pub use public::{PublicError, connect_public};
pub use revoke::GrantFate;
pub(crate) use revoke::step as revoke_step;
pub(crate) use service_account::sub as service_account_sub;
pub use service_account::{ServiceAccountError, connect_service_account};
pub use start::{StartError, start};
pub use sync::{Synced, Syncing, sync_now, synced};
pub(crate) use work::step;

use crate::push::{Push, Stands};
use crate::{App, push};

/// A connection, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its identity.
    pub id: ConnectionId,
    /// The Google account's address.
    pub account_email: String,
    /// How it stands.
    pub state: ConnectionState,
    /// What lets us in.
    pub credential: CredentialKind,
    /// What is wrong. What passes by itself stands here too, beside a state that is not an error.
    pub cause: Option<Cause>,
    /// Since when.
    pub cause_since: Option<Instant>,
    /// Who can end it; [`WayOut::Wait`] where nothing is wrong.
    pub way_out: WayOut,
    /// What a test event has shown.
    pub proof: Proof,
    /// When a test event was last written and removed, whatever became of the one after it.
    pub proven_at: Option<Instant>,
    /// What is reached through it.
    pub calendars: Vec<Calendar>,
    /// When a look at its calendars last completed.
    pub last_sync_at: Option<Instant>,
    /// Changes of ours that wait to be written.
    pub waiting: u64,
}

/// What lets us in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// A person's consent.
    OAuth,
    /// The service account of the settings.
    ServiceAccount,
    /// The API key of the settings: public calendars, to read.
    ApiKey,
}

/// What a test event has shown: one is written and removed after connecting (row R6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nothing is to be shown: what can only be read has no test event.
    None,
    /// It is under way.
    Pending,
    /// It was written and removed, then.
    Proven(Instant),
    /// It could not be.
    Failed(Cause),
}

/// One calendar of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Its identity.
    pub id: CalendarId,
    /// What it is connected for.
    pub mode: Mode,
    /// Google's id of it.
    pub google_id: String,
    /// Its name.
    pub name: String,
    /// Whether Google tells of its changes as they happen.
    pub push: Push,
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
    /// It was disconnected, and can be connected again.
    Inactive,
}

impl CredentialKind {
    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OAuth => "oauth",
            Self::ServiceAccount => "service_account",
            Self::ApiKey => "api_key",
        }
    }
}

impl Proof {
    /// Its stable name.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pending => "pending",
            Self::Proven(_) => "proven",
            Self::Failed(_) => "failed",
        }
    }
}

impl Connection {
    /// Whether somebody has to do something about it.
    pub fn needs_somebody(&self) -> bool {
        let is_refused = matches!(&self.proof, Proof::Failed(cause) if !cause.is_passing());
        self.state == ConnectionState::Error || is_refused
    }
}

impl ConnectionState {
    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syncing => "syncing",
            Self::Connected => "connected",
            Self::Error => "error",
            Self::Inactive => "inactive",
        }
    }
}

/// An organization's connections, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(app: &App, organization: OrganizationId) -> Result<Vec<Connection>, StoreError> {
    let (now, has_push) = (app.now(), app.settings().webhook_url.is_some());
    app.store()
        .unit(Lane::Read, "connections.list", move |tx| {
            connections::list(tx, organization)?
                .into_iter()
                .map(|connection| {
                    let waiting = links::count_due(tx, connection.id)?;
                    let found = calendars::of_connection(tx, connection.id)?;
                    let cause_since = connections::cause_since(tx, connection.id)?;
                    let is_wanted = has_push
                        && connection.state == Stored::Connected
                        && connection.credential != connections::Credential::ApiKey;
                    let mut all = Vec::with_capacity(found.len());
                    for calendar in found {
                        let stands = Stands {
                            is_wanted,
                            live: channels::live(tx, calendar.id, now)?,
                            opening: channels::opening(tx, calendar.id)?,
                        };
                        all.push((calendar, push::read(&stands)));
                    }
                    Ok(read(connection, all, waiting, cause_since))
                })
                .collect()
        })
        .await
}

fn read(
    connection: connections::Connection,
    found: Vec<(calendars::Calendar, Push)>,
    waiting: i64,
    cause_since: Option<Instant>,
) -> Connection {
    let way_out = connection.cause.map_or(WayOut::Wait, Cause::way_out);
    let last_sync_at = found
        .iter()
        .filter_map(|(calendar, _)| calendar.position.as_of)
        .min();
    let state = match (connection.state, way_out, last_sync_at) {
        (Stored::Inactive, ..) => ConnectionState::Inactive,
        (Stored::Connected, WayOut::Wait, None) => ConnectionState::Syncing,
        (Stored::Connected, WayOut::Wait, Some(_)) => ConnectionState::Connected,
        _ => ConnectionState::Error,
    };
    let calendar = |(c, push): (calendars::Calendar, Push)| Calendar {
        id: c.id,
        mode: c.mode,
        google_id: c.google_id,
        name: c.name,
        push,
    };
    Connection {
        id: connection.id,
        account_email: connection.account_email,
        state,
        credential: match connection.credential {
            connections::Credential::OAuth { .. } => CredentialKind::OAuth,
            connections::Credential::ServiceAccount => CredentialKind::ServiceAccount,
            connections::Credential::ApiKey => CredentialKind::ApiKey,
        },
        cause: connection.cause,
        cause_since,
        way_out,
        proven_at: connection.proof.proven_at,
        proof: match connection.state {
            // What it left behind is removed when it is connected again.
            Stored::Inactive => Proof::None,
            _ => read_proof(connection.proof),
        },
        calendars: found.into_iter().map(calendar).collect(),
        last_sync_at,
        waiting: u64::try_from(waiting).unwrap_or(0),
    }
}

fn read_proof(proof: connections::Proof) -> Proof {
    match (proof.stage, proof.problem, proof.proven_at) {
        (_, Some(problem), _) => Proof::Failed(problem),
        (connections::ProofStage::None, None, Some(at)) => Proof::Proven(at),
        (connections::ProofStage::None, None, None) => Proof::None,
        _ => Proof::Pending,
    }
}
