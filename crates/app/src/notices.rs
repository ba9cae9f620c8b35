//! What an organization's people should know: outgoing messages as they are read here (sending them
//! elsewhere comes later), and what needs somebody now.

use domain::OrganizationId;
use domain::connection::Cause;
use store::tables::outgoing_messages;
pub use store::tables::outgoing_messages::OutgoingMessage;
use store::tables::{conflicts, connections};
use store::{Lane, StoreError};

use crate::App;

/// More than anybody reads.
const LIST_MAX: i64 = 100;

/// The newest messages of an organization, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    app: &App,
    organization: OrganizationId,
) -> Result<Vec<OutgoingMessage>, StoreError> {
    app.store()
        .unit(Lane::Read, "notices.list", move |tx| {
            outgoing_messages::list(tx, organization, LIST_MAX)
        })
        .await
}

/// What needs somebody now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attention {
    /// Whether a connection is broken, or could not be proven, until somebody acts (scenario A1).
    pub is_broken: bool,
    /// How much stands in the inbox.
    pub conflicts: u64,
}

/// What of an organization's needs somebody now.
///
/// # Errors
/// [`StoreError`].
pub async fn attention(app: &App, organization: OrganizationId) -> Result<Attention, StoreError> {
    app.store()
        .unit(Lane::Read, "notices.attention", move |tx| {
            let is_broken = |c: &connections::Connection| {
                let found = [c.cause, c.proof.problem];
                found
                    .into_iter()
                    .flatten()
                    .any(|cause: Cause| !cause.is_passing())
            };
            let conflicts = conflicts::count_open(tx, organization)?;
            Ok(Attention {
                is_broken: connections::list(tx, organization)?.iter().any(is_broken),
                conflicts: u64::try_from(conflicts).unwrap_or(0),
            })
        })
        .await
}
