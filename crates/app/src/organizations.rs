//! Organizations, for those who look one up.

use store::tables::organizations;
pub use store::tables::organizations::Organization;
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
