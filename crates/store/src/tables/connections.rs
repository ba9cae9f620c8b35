//! Calendar connections: granted Google accounts. Tokens come and go encrypted.

use domain::connection::Cause;
use domain::notice::message_of;
use domain::sync::policy::Policy;
use domain::{ConnectionId, Instant, OrganizationId};

use super::bookings::named;
use super::outgoing_messages::{self, Draft};
use crate::tx::json;
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
    /// What lets us in.
    pub credential: Credential,
    /// Google's stable name for the account.
    pub account_sub: String,
    /// The account's address, for people; it may change.
    pub account_email: String,
    /// What was granted, as Google said it.
    pub scopes: String,
    /// Whether it works.
    pub state: State,
    /// What is wrong, whether or not it stops the work.
    pub cause: Option<Cause>,
    /// The token for calls.
    pub tokens: Tokens,
    /// How long the grant has lasted.
    pub grant: Grant,
    /// Whether it was shown to work.
    pub proof: Proof,
    /// When to look at the connection itself: to prove it, or to keep its grant alive.
    pub run_at: Instant,
    /// Looks at it that failed in a row.
    pub failures: i64,
}

/// What lets us in. Secrets are encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A person's consent.
    OAuth {
        /// For new access tokens; `None` once disconnected.
        refresh: Option<Vec<u8>>,
    },
    /// The service account of the settings; the connection's account names it.
    ServiceAccount,
    /// The API key of the settings: public calendars, to read.
    ApiKey,
}

impl Credential {
    const fn kind(&self) -> &'static str {
        match self {
            Self::OAuth { .. } => "oauth",
            Self::ServiceAccount => "service_account",
            Self::ApiKey => "api_key",
        }
    }

    fn refresh(&self) -> Option<&[u8]> {
        match self {
            Self::OAuth { refresh } => refresh.as_deref(),
            Self::ServiceAccount | Self::ApiKey => None,
        }
    }

    fn from_columns(kind: &str, refresh: Option<Vec<u8>>) -> Option<Self> {
        match (kind, refresh) {
            ("oauth", refresh) => Some(Self::OAuth { refresh }),
            ("service_account", None) => Some(Self::ServiceAccount),
            ("api_key", None) => Some(Self::ApiKey),
            _ => None,
        }
    }
}

/// The token for calls, encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// The token; `None` forces a renewal.
    pub access: Option<Vec<u8>>,
    /// When `access` runs out.
    pub access_expires_at: Instant,
}

/// How long a grant has lasted: what tells why one is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// When it was given.
    pub at: Instant,
    /// When it last gave a token.
    pub used_at: Instant,
    /// How many in a row, up to the one before this, ended after about a week.
    pub short_before: i64,
}

/// What a test event has shown (row R6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// How far it is.
    pub stage: ProofStage,
    /// The test event's id while there may be one.
    pub event: Option<String>,
    /// Why it could not be written or removed.
    pub problem: Option<Cause>,
    /// When one was last written and removed.
    pub proven_at: Option<Instant>,
}

/// How far a proof is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProofStage {
    /// Nothing to do.
    #[default]
    None,
    /// One is wanted.
    Wanted,
    /// The test event may be there.
    Writing,
    /// It is there, or was, and is to be removed.
    Written,
}

impl ProofStage {
    const ALL: [(Self, &'static str); 4] = [
        (Self::None, "none"),
        (Self::Wanted, "wanted"),
        (Self::Writing, "writing"),
        (Self::Written, "written"),
    ];

    fn as_str(self) -> &'static str {
        let named = Self::ALL.iter().find(|(stage, _)| *stage == self);
        named.map_or("none", |(_, name)| name)
    }

    fn from_name(name: &str) -> Option<Self> {
        let named = Self::ALL.iter().find(|(_, n)| *n == name);
        named.map(|(stage, _)| *stage)
    }
}

/// Whether a connection works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does, as far as we know.
    Connected,
    /// It needs someone: `cause` says why.
    Error,
    /// It was disconnected, and is kept for its history and for the day it is connected again.
    Inactive,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Error => "error",
            Self::Inactive => "inactive",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Connected, Self::Error, Self::Inactive]
            .into_iter()
            .find(|s| s.as_str() == name)
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, organization_id, kind, refresh_token, account_sub, account_email, scopes,
               state, cause, access_token, access_expires_at, granted_at, used_at, short_grants,
               proof, proof_event, proof_problem, proven_at, run_at, failures FROM connection ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<Connection, StoreError> {
    Ok(Connection {
        id: row.take()?,
        organization_id: row.take()?,
        credential: {
            let (kind, refresh): (String, Option<Vec<u8>>) = (row.take()?, row.take()?);
            Credential::from_columns(&kind, refresh)
                .ok_or_else(|| StoreError::decode(format!("credential {kind}")))?
        },
        account_sub: row.take()?,
        account_email: row.take()?,
        scopes: row.take()?,
        state: read_state(row.take()?)?,
        cause: read_cause(row.take()?)?,
        tokens: Tokens {
            access: row.take()?,
            access_expires_at: row.take()?,
        },
        grant: Grant {
            at: row.take()?,
            used_at: row.take()?,
            short_before: row.take()?,
        },
        proof: Proof {
            stage: named(ProofStage::from_name, row.take()?)?,
            event: row.take()?,
            problem: read_cause(row.take()?)?,
            proven_at: row.take()?,
        },
        run_at: row.take()?,
        failures: row.take()?,
    })
}

pub(super) fn read_state(name: String) -> Result<State, StoreError> {
    named(State::from_name, name)
}

pub(super) fn read_cause(code: Option<String>) -> Result<Option<Cause>, StoreError> {
    code.map(|code| named(Cause::of, code)).transpose()
}

/// Adds a connection.
///
/// # Errors
/// [`StoreError`].
pub fn insert(tx: &mut dyn Tx, connection: &Connection, now: Instant) -> Result<(), StoreError> {
    let c = connection;
    tx.execute(
        "INSERT INTO connection (id, organization_id, kind, account_sub, account_email, scopes, state,
           cause, access_token, access_expires_at, refresh_token, granted_at, used_at, short_grants,
           proof, proof_event, proof_problem, proven_at, run_at, failures, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
           ?20, ?21)",
        values![
            c.id,
            c.organization_id,
            c.credential.kind(),
            &c.account_sub,
            &c.account_email,
            &c.scopes,
            c.state.as_str(),
            c.cause.map(Cause::as_str),
            c.tokens.access.as_deref(),
            c.tokens.access_expires_at,
            c.credential.refresh(),
            c.grant.at,
            c.grant.used_at,
            c.grant.short_before,
            c.proof.stage.as_str(),
            c.proof.event.as_ref(),
            c.proof.problem.map(Cause::as_str),
            c.proof.proven_at,
            c.run_at,
            c.failures,
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
    if read_cause(cause_before)? != c.cause {
        tell(tx, c, met_at)?;
    }
    tx.execute(
        "UPDATE connection SET account_email = ?2, scopes = ?3, state = ?4, cause = ?5,
           access_token = ?6, access_expires_at = ?7, refresh_token = ?8, granted_at = ?9,
           used_at = ?10, short_grants = ?11, proof = ?12, proof_event = ?13, proof_problem = ?14,
           proven_at = ?15, run_at = ?16, failures = ?17 WHERE id = ?1",
        values![
            c.id,
            &c.account_email,
            &c.scopes,
            c.state.as_str(),
            c.cause.map(Cause::as_str),
            c.tokens.access.as_deref(),
            c.tokens.access_expires_at,
            c.credential.refresh(),
            c.grant.at,
            c.grant.used_at,
            c.grant.short_before,
            c.proof.stage.as_str(),
            c.proof.event.as_ref(),
            c.proof.problem.map(Cause::as_str),
            c.proof.proven_at,
            c.run_at,
            c.failures
        ],
    )
    .map(drop)
}

/// What follows from a new cause, met at `met_at`, or from there being none any more.
fn tell(tx: &mut dyn Tx, connection: &Connection, met_at: Instant) -> Result<(), StoreError> {
    let c = connection;
    let since = c.cause.map(|_| met_at);
    tx.execute(
        "UPDATE connection SET cause_since = ?2 WHERE id = ?1",
        values![c.id, since],
    )?;
    outgoing_messages::clear_of_connection(tx, c.id)?;
    if let Some((kind, audience)) = c.cause.and_then(message_of) {
        let draft = Draft {
            organization: c.organization_id,
            kind,
            audience,
            cause: &format!("{}:{}", c.id, met_at.as_micros()),
            connection: Some(c.id),
            calendar: None,
            booking: None,
            at: met_at,
        };
        outgoing_messages::insert(tx, draft)?;
    }
    Ok(())
}

/// Since when a connection is as its cause says; `None` while it has no cause.
///
/// # Errors
/// [`StoreError`].
pub fn cause_since(tx: &mut dyn Tx, id: ConnectionId) -> Result<Option<Instant>, StoreError> {
    let sql = "SELECT cause_since FROM connection WHERE id = ?1";
    match tx.first(sql, values![id])? {
        Some(mut row) => row.take(),
        None => Ok(None),
    }
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

/// Whether another connection than `id`, of any organization, lives from a grant of the same account: to
/// Google, all grants of one account to us are one (§3.6).
///
/// # Errors
/// [`StoreError`].
pub fn is_grant_shared(
    tx: &mut dyn Tx,
    id: ConnectionId,
    account_sub: &str,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM connection WHERE account_sub = ?2 AND id <> ?1 AND kind = 'oauth'
                 AND state <> 'inactive' LIMIT 1";
    Ok(tx.first(sql, values![id, account_sub])?.is_some())
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

/// The connection to look at itself first, of those that work and that nobody works on at `now`, with
/// when.
///
/// # Errors
/// [`StoreError`].
pub fn next_due(
    tx: &mut dyn Tx,
    now: Instant,
) -> Result<Option<(ConnectionId, Instant)>, StoreError> {
    let sql = "SELECT id, run_at FROM connection WHERE state = 'connected' AND lease_until <= ?1
               ORDER BY run_at, id LIMIT 1";
    tx.first(sql, values![now])?
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .transpose()
}

/// How a connection's owner wants conflicts decided.
///
/// # Errors
/// [`StoreError`].
pub fn policy(tx: &mut dyn Tx, id: ConnectionId) -> Result<Policy, StoreError> {
    let sql = "SELECT policy FROM connection WHERE id = ?1";
    tx.first(sql, values![id])?
        .map_or_else(|| Ok(Policy::default()), |mut row| row.take_json())
}

/// Stores how a connection's owner wants conflicts decided.
///
/// # Errors
/// [`StoreError`].
pub fn set_policy(tx: &mut dyn Tx, id: ConnectionId, policy: &Policy) -> Result<(), StoreError> {
    let sql = "UPDATE connection SET policy = ?2 WHERE id = ?1";
    tx.execute(sql, values![id, json(policy)]).map(drop)
}
