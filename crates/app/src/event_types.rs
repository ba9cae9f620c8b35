//! What an organization offers.

use domain::OrganizationId;
use domain::event_type::EventType;
use store::tables::event_types;
use store::{Lane, StoreError};

use crate::App;

/// Everything an organization offers, in its order.
///
/// # Errors
/// [`StoreError`].
pub async fn list(app: &App, organization: OrganizationId) -> Result<Vec<EventType>, StoreError> {
    app.store()
        .unit(Lane::Read, "event_types.list", move |tx| {
            event_types::list(tx, organization)
        })
        .await
}

/// The one of this slug.
///
/// # Errors
/// [`StoreError`].
pub async fn by_slug(
    app: &App,
    organization: OrganizationId,
    slug: &str,
) -> Result<Option<EventType>, StoreError> {
    let slug = slug.to_owned();
    app.store()
        .unit(Lane::Read, "event_types.by_slug", move |tx| {
            event_types::by_slug(tx, organization, &slug)
        })
        .await
}
