//! Outgoing messages as the organization's people read them here. Sending them elsewhere comes later.

use domain::OrganizationId;
use store::tables::outgoing_messages;
pub use store::tables::outgoing_messages::OutgoingMessage;
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
