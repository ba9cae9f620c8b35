//! API keys: programs that act for one organization.

use domain::{ApiKeyId, OrganizationId};
use store::tables::access;
use store::{Lane, StoreError};

use crate::{App, secrets};

/// Makes a key and gives it, the only time it is shown.
///
/// # Errors
/// [`StoreError`].
pub async fn create_api_key(
    app: &App,
    organization: OrganizationId,
    name: &str,
) -> Result<String, StoreError> {
    let now = app.now();
    let id = ApiKeyId(app.chance().uuid(now));
    let key = format!("lk_{}", secrets::token(app.chance(), "api_key"));
    let (hash, name) = (secrets::hash(&key), name.to_owned());
    app.store()
        .unit(Lane::Interactive, "access.create_api_key", move |tx| {
            access::insert_api_key(tx, id, organization, &name, &hash, now)
        })
        .await?;
    Ok(key)
}

/// The organization a key acts for; `None` when there is no such key.
///
/// # Errors
/// [`StoreError`].
pub async fn organization_of_key(
    app: &App,
    key: &str,
) -> Result<Option<OrganizationId>, StoreError> {
    let hash = secrets::hash(key);
    app.store()
        .unit(Lane::Read, "access.organization_of_key", move |tx| {
            access::api_key_organization(tx, &hash)
        })
        .await
}
