//! What must hold before anything else is done with a database.

use secrecy::{ExposeSecret, SecretString};
use store::tables::{installation, leases};
use store::{Dialect, Lane, StoreError};
use uuid::Uuid;

use crate::secrets::{OpenError, Place};
use crate::{App, push};

/// Why the app must not start on this database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The master key is not the one the database was written with.
    #[error(transparent)]
    Key(#[from] OpenError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Begins work on a database: checks that the master key is the one it was first started with (the first
/// time, notes it), frees what a process before this one may have left leased, and wants channels as the settings
/// say. A wrong key is found now, not when the first token is needed.
///
/// # Errors
/// [`StartError`].
pub async fn begin(app: &App) -> Result<(), StartError> {
    let place = key_check_place();
    let known = SecretString::from("lockstep");
    let (now, address) = (app.now(), app.settings().webhook_url.clone());
    let sealed = app.0.vault.seal(app.chance(), place, &known);
    let stored = app
        .store()
        .unit(Lane::Interactive, "start.begin", move |tx| {
            if tx.dialect() == Dialect::Sqlite {
                // One process owns the folder: whoever had a lease is dead.
                leases::revoke_all(tx)?;
            }
            push::begin(tx, address.as_ref(), now)?;
            let stored = installation::key_check(tx)?;
            if stored.is_none() {
                installation::insert_key_check(tx, &sealed)?;
            }
            Ok::<_, StoreError>(stored)
        })
        .await?;
    match stored
        .map(|sealed| app.0.vault.open(place, &sealed))
        .transpose()?
    {
        Some(opened) if opened.expose_secret() != known.expose_secret() => {
            Err(OpenError::Damaged.into())
        }
        _ => Ok(()),
    }
}

/// Where the known text is stored.
pub(crate) const fn key_check_place() -> Place {
    Place {
        table: "installation",
        column: "key_check",
        row: Uuid::nil(),
        organization: Uuid::nil(),
    }
}
