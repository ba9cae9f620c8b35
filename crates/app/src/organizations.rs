//! Organizations, for those who look one up, and what they may change of theirs.

use domain::OrganizationId;
use store::tables::organizations;
pub use store::tables::organizations::{FreshnessChange, Organization};
use store::{Lane, StoreError};

use crate::App;

/// All organizations, by name.
///
/// # Errors
/// [`StoreError`].
pub async fn list(app: &App) -> Result<Vec<Organization>, StoreError> {
    app.store()
        .unit(Lane::Read, "organizations.list", |tx| {
            organizations::list(tx)
        })
        .await
}

/// The one of this slug.
///
/// # Errors
/// [`StoreError`].
pub async fn by_slug(app: &App, slug: &str) -> Result<Option<Organization>, StoreError> {
    let slug = slug.to_owned();
    app.store()
        .unit(Lane::Read, "organizations.by_slug", move |tx| {
            organizations::by_slug(tx, &slug)
        })
        .await
}

/// Changes what becomes of bookings that rest on a calendar not read for long, from the next one on: what was taken
/// before stays as it was taken. Gives the organization as it is then; `None` when there is none.
///
/// # Errors
/// [`StoreError`].
pub async fn change_freshness(
    app: &App,
    organization: OrganizationId,
    change: FreshnessChange,
) -> Result<Option<Organization>, StoreError> {
    app.store()
        .unit(Lane::Interactive, "organizations.freshness", move |tx| {
            organizations::set_freshness(tx, organization, change)?;
            organizations::by_id(tx, organization)
        })
        .await
}
