//! The data folder, owned by one process at a time.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::{FILE_NAME, OpenError};

/// A data folder held by this process until dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    // Held, not read: the operating system releases the lock when the process ends, however it ends.
    _lock: File,
}

impl Folder {
    /// Makes the folder if it is missing, and takes it.
    ///
    /// # Errors
    /// [`OpenError::InUse`] and [`OpenError::Folder`].
    pub fn take(path: &Path) -> Result<Self, OpenError> {
        let refused = |cause| OpenError::Folder {
            path: path.display().to_string(),
            cause,
        };
        fs::create_dir_all(path).map_err(refused)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lockstep.lock"))
            .map_err(refused)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.display().to_string())),
            Err(TryLockError::Error(cause)) => Err(refused(cause)),
        }
    }

    /// Where the database is.
    pub fn database(&self) -> PathBuf {
        self.path.join(FILE_NAME)
    }
}
