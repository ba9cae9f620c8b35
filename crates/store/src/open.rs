//! A store by its URL.

use std::path::Path;
use std::sync::Arc;

use domain::Instant;

use crate::unit::{OnCommit, Store};
use crate::{postgres, sqlite};

/// What may be set about a store, beside where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// PostgreSQL connections that run units; two more serve to tell and hear of due work. SQLite has
    /// its own fixed number.
    pub connections: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            // More wait for each other's locks rather than do more (`cargo bench -p server --bench
            // bookings`), and nine processes stay below the 100 a server takes unless told otherwise.
            connections: 8,
        }
    }
}

/// Why a store cannot be opened, in one line and without the password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite's reasons.
    #[error(transparent)]
    Sqlite(#[from] sqlite::OpenError),
    /// PostgreSQL's reasons.
    #[error(transparent)]
    Postgres(#[from] postgres::OpenError),
    /// The URL names a database we do not know.
    #[error(
        "the database URL must be `sqlite`, or begin with postgres:// or postgresql://, not {0}"
    )]
    Unknown(String),
}

/// Opens the database `url` names: SQLite in the folder `data_dir` for `sqlite` or nothing, else the
/// PostgreSQL of a `postgres://` URL. Brings its schema up to date and starts its threads.
///
/// # Errors
/// [`OpenError`].
///
/// # Panics
/// When the operating system refuses a thread.
pub fn open(
    url: &str,
    data_dir: &Path,
    now: Instant,
    on_commit: OnCommit,
    options: &Options,
) -> Result<Store, OpenError> {
    match url.split_once("://") {
        None if url.is_empty() || url == "sqlite" => {
            let backend = sqlite::threaded::Threaded::open(data_dir, now, on_commit)?;
            Ok(Store::new(Arc::new(backend)))
        }
        Some(("postgres" | "postgresql", _)) => {
            let backend = postgres::pool::Pool::open(url, now, on_commit, options.connections)?;
            Ok(Store::new(Arc::new(backend)))
        }
        // What comes after the scheme may hold a password.
        Some((scheme, _)) => Err(OpenError::Unknown(format!("{scheme}://"))),
        None => Err(OpenError::Unknown("a URL without a scheme".to_owned())),
    }
}

/// Opens what is there to be read, while others work with it or not: SQLite without taking its folder. On
/// PostgreSQL this is [`open`].
///
/// # Errors
/// [`OpenError`], when there is no database too.
pub fn open_to_read(
    url: &str,
    data_dir: &Path,
    now: Instant,
    options: &Options,
) -> Result<Store, OpenError> {
    if url.is_empty() || url == "sqlite" {
        let backend = sqlite::inline::Inline::open_to_read(data_dir)?;
        return Ok(Store::new(Arc::new(backend)));
    }
    open(url, data_dir, now, Box::new(|_| {}), options)
}
