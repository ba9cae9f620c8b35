//! For tests: what a disk would hold of a SQLite database had the power gone at this moment, and a disk
//! that [refuses](refuse).
//!
//! [`install`] puts a layer between SQLite and the operating system that keeps, for every file of a
//! [watched](watch) folder, the contents as last synced and the writes since. [`cut`] writes into
//! another folder what could have survived: everything synced, and of the rest nothing, everything,
//! or any part of it by sectors, as a real disk may have it. The database at work goes on untouched,
//! so one run can be cut as often as one likes.
//!
//! The product is not changed for it: the layer becomes the process's default VFS (SQLite's word for
//! its operating system interface, <https://www.sqlite.org/vfs.html>).
//!
//! The only crate that may contain unsafe code, in `shim`; only tests may depend on it.

mod disk;
mod shim;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use self::disk::{Fate, File};

pub use self::shim::install;

/// How often SQLite is to sync: its own setting, or one that overrules what the program asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// What the program under test sets.
    AsAsked,
    /// `PRAGMA synchronous = NORMAL`, whatever the program sets.
    Normal,
    /// `PRAGMA synchronous = OFF`, whatever the program sets.
    Off,
}

impl Synchronous {
    const fn overruling(self) -> Option<&'static str> {
        match self {
            Self::AsAsked => None,
            Self::Normal => Some("NORMAL"),
            Self::Off => Some("OFF"),
        }
    }
}

/// What a disk does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Grow a file: it is full.
    Growing,
    /// Write at all: it has become read-only, as file systems do that find themselves damaged.
    Writing,
    /// Sync.
    Syncing,
}

/// From now on the disk under the watched `folder` refuses this, or nothing any more.
///
/// # Panics
/// When `folder` is not watched.
pub fn refuse(folder: &Path, refusal: Option<Refusal>) {
    let mut watched = watched();
    let one = watched.iter_mut().find(|one| one.folder == folder);
    one.expect("the folder is watched").refusal = refusal;
}

/// From now on, what is written by connections opened to databases in `folder` is followed. What is
/// there already counts as safely on disk.
pub fn watch(folder: &Path, synchronous: Synchronous) {
    let mut watched = watched();
    watched.retain(|one| one.folder != folder);
    watched.push(Watched {
        folder: folder.to_owned(),
        synchronous,
        refusal: None,
        files: BTreeMap::new(),
    });
}

/// Writes into the folder `into` the files a disk could hold after a power loss in this moment.
/// `seed` decides the fate of what was not synced.
///
/// # Errors
/// When a file cannot be written.
///
/// # Panics
/// When `folder` is not watched.
pub fn cut(folder: &Path, into: &Path, seed: u64) -> io::Result<()> {
    let mut fate = Fate::new(seed);
    let survived: Vec<(PathBuf, Vec<u8>)> = {
        let watched = watched();
        let of_folder = watched.iter().find(|one| one.folder == folder);
        let files = &of_folder.expect("the folder is watched").files;
        files
            .iter()
            .filter_map(|(name, file)| Some((into.join(name), file.after_loss(&mut fate)?)))
            .collect()
    };
    survived
        .into_iter()
        .try_for_each(|(path, bytes)| fs::write(path, bytes))
}

struct Watched {
    folder: PathBuf,
    synchronous: Synchronous,
    refusal: Option<Refusal>,
    /// By name within the folder.
    files: BTreeMap<PathBuf, File>,
}

static WATCHED: Mutex<Vec<Watched>> = Mutex::new(Vec::new());

fn watched() -> MutexGuard<'static, Vec<Watched>> {
    // A panicking test leaves nothing half-changed: every change is a single push or insert.
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does `act` with the record of the file at `path`, if its folder is watched.
fn with_file(path: &Path, act: impl FnOnce(&mut File)) {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return;
    };
    let mut watched = watched();
    if let Some(one) = watched.iter_mut().find(|one| one.folder == folder) {
        let found = one.files.entry(name.into());
        // What was there before it was first touched is old, and so on disk.
        act(found.or_insert_with(|| File::found(fs::read(path).ok())));
    }
}

/// The setting that overrules the program's, for databases at `path`.
fn overruling(path: &Path) -> Option<&'static str> {
    let folder = path.parent()?;
    let watched = watched();
    let one = watched.iter().find(|one| one.folder == folder)?;
    one.synchronous.overruling()
}

/// What the disk under `path` refuses.
fn refused(path: &Path) -> Option<Refusal> {
    let folder = path.parent()?;
    let watched = watched();
    watched.iter().find(|one| one.folder == folder)?.refusal
}

fn is_watched(path: &Path) -> bool {
    let folder = path.parent();
    watched().iter().any(|one| Some(&*one.folder) == folder)
}
