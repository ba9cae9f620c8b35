//! Whether the installation can answer.

use store::tables::organizations;
use store::{Lane, StoreError};

use crate::App;

/// Looks at the database where writing is done, but writes nothing: a database that can only be read,
/// or whose writer is stuck, is not ready.
///
/// # Errors
/// [`StoreError`].
pub async fn check(app: &App) -> Result<(), StoreError> {
    app.store()
        .unit(Lane::Interactive, "readiness.check", |tx| {
            // The cheapest read: nobody has this slug.
            organizations::by_slug(tx, "").map(drop)
        })
        .await
}
