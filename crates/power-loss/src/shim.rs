//! The layer between SQLite and the operating system. It changes nothing that SQLite sees; it tells
//! [`crate::disk`] what was written, cut off, synced and deleted.
//!
//! A file is opened by the layer below, which fills in its methods; ours then stand in for five of
//! them. All others are the layer's own and run as if we were not there.
#![expect(
    unsafe_code,
    reason = "SQLite's interface is C; each block says why it holds"
)]

use std::collections::BTreeMap;
use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr;
use std::slice;
use std::sync::{Mutex, MutexGuard, Once, OnceLock, PoisonError};

use rusqlite::auto_extension::{init_auto_extension, register_auto_extension};
use rusqlite::ffi::{
    SQLITE_FCNTL_PRAGMA, SQLITE_FULL, SQLITE_IOERR_FSYNC, SQLITE_IOERR_WRITE, SQLITE_OK,
    SQLITE_OPEN_CREATE, SQLITE_OPEN_READONLY, SQLITE_OPEN_READWRITE, sqlite3, sqlite3_api_routines,
    sqlite3_file, sqlite3_io_methods, sqlite3_vfs, sqlite3_vfs_find, sqlite3_vfs_register,
};

use crate::{Refusal, is_watched, overruling, refused, with_file};

/// Makes the layer the default of this process, for connections opened from now on. Once is enough;
/// more does no harm.
///
/// # Panics
/// When SQLite has no layer to put ours on, or refuses ours.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: a null name asks for the default; the answer lives as long as the process.
        let below = unsafe { sqlite3_vfs_find(ptr::null()) };
        assert!(!below.is_null(), "SQLite has a default VFS");
        // SAFETY: not null, and SQLite does not change a registered VFS but for its list of them.
        let mut ours = unsafe { *below };
        ours.zName = c"power-loss".as_ptr();
        ours.pNext = ptr::null_mut();
        ours.xOpen = Some(open);
        ours.xDelete = Some(delete);
        BELOW.get_or_init(|| Below(below));
        // SAFETY: leaked, so it lives as long as the process, as SQLite asks.
        let registered = unsafe { sqlite3_vfs_register(Box::leak(Box::new(ours)), 1) };
        assert_eq!(registered, SQLITE_OK, "the layer is taken");
        // SAFETY: the extension opens and closes no database and changes no list of extensions.
        unsafe { register_auto_extension(overrule) }.expect("the extension is taken");
    });
}

struct Below(*mut sqlite3_vfs);

// SAFETY: SQLite lets any thread call a registered VFS, and it is never unregistered.
unsafe impl Send for Below {}
// SAFETY: as above.
unsafe impl Sync for Below {}

static BELOW: OnceLock<Below> = OnceLock::new();

fn below() -> *mut sqlite3_vfs {
    BELOW.get().expect("ours is registered after it is known").0
}

/// An open file: whose it is, and the methods that do its work.
#[derive(Clone)]
struct Open {
    path: PathBuf,
    methods: &'static sqlite3_io_methods,
}

/// Open watched files by the address SQLite gave them.
static OPEN: Mutex<BTreeMap<usize, Open>> = Mutex::new(BTreeMap::new());

fn open_files() -> MutexGuard<'static, BTreeMap<usize, Open>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn opened(file: *mut sqlite3_file) -> Open {
    let open = open_files().get(&file.addr()).cloned();
    open.expect("our methods are those of files in the list only")
}

/// # Safety
/// `name` is null or a string that ends with a zero.
unsafe fn path_of(name: *const c_char) -> Option<PathBuf> {
    // SAFETY: as promised by the caller.
    let name = (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) })?;
    Some(Path::new(OsStr::from_bytes(name.to_bytes())).to_owned())
}

unsafe extern "C" fn open(
    _vfs: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's promises for `name` are those of `path_of`.
    let path = unsafe { path_of(name) }.filter(|path| is_watched(path));
    if let Some(path) = &path {
        // Before it is made: what is found now was there before.
        with_file(path, |_| {});
    }
    let is_read_only = path.as_deref().and_then(refused) == Some(Refusal::Writing);
    let flags = if is_read_only {
        // What SQLite itself falls back to when the system lets it read only.
        flags & !(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) | SQLITE_OPEN_READONLY
    } else {
        flags
    };
    let vfs = below();
    // SAFETY: a registered VFS has an `xOpen`, and it gets SQLite's own arguments.
    let status = unsafe { ((*vfs).xOpen.expect("required"))(vfs, name, file, flags, out_flags) };
    let Some(path) = path.filter(|_| status == SQLITE_OK) else {
        return status;
    };
    // SAFETY: an opened file has a table of methods, which is static.
    let methods: &'static sqlite3_io_methods = unsafe { &*(*file).pMethods };
    open_files().insert(file.addr(), Open { path, methods });
    let ours = Box::new(sqlite3_io_methods {
        xWrite: Some(write),
        xTruncate: Some(truncate),
        xSync: Some(sync),
        xFileControl: Some(file_control),
        xClose: Some(close),
        ..*methods
    });
    // SAFETY: the file is SQLite's and open; a leaked table outlives it.
    unsafe { (*file).pMethods = Box::leak(ours) };
    status
}

unsafe extern "C" fn delete(_vfs: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    let vfs = below();
    // SAFETY: SQLite's own arguments.
    let status = unsafe { ((*vfs).xDelete.expect("required"))(vfs, name, sync) };
    // SAFETY: SQLite's promises for `name` are those of `path_of`.
    if let Some(path) = unsafe { path_of(name) }.filter(|_| status == SQLITE_OK) {
        with_file(&path, |file| file.delete(sync != 0));
    }
    status
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    let open = open_files().remove(&file.addr());
    let methods = open.expect("opened by us").methods;
    // SAFETY: the layer's own table goes back where it was; the layer closes its own file.
    unsafe {
        (*file).pMethods = methods;
        (methods.xClose.expect("required"))(file)
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    bytes: *const c_void,
    count: c_int,
    at: i64,
) -> c_int {
    let open = opened(file);
    match refused(&open.path) {
        Some(Refusal::Writing) => return SQLITE_IOERR_WRITE,
        Some(Refusal::Growing) => {
            let mut size = 0;
            // SAFETY: SQLite's own file, and a place for one number.
            unsafe { (open.methods.xFileSize.expect("required"))(file, &raw mut size) };
            if at + i64::from(count) > size {
                return SQLITE_FULL;
            }
        }
        Some(Refusal::Syncing) | None => {}
    }
    // SAFETY: SQLite's own arguments.
    let status = unsafe { (open.methods.xWrite.expect("required"))(file, bytes, count, at) };
    if let (SQLITE_OK, Ok(count), Ok(at)) = (status, usize::try_from(count), usize::try_from(at)) {
        // SAFETY: SQLite gives `count` bytes that stay until we return.
        let bytes = unsafe { slice::from_raw_parts(bytes.cast::<u8>(), count) };
        with_file(&open.path, |file| file.write(at, bytes));
    }
    status
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: i64) -> c_int {
    let open = opened(file);
    // SAFETY: SQLite's own arguments.
    let status = unsafe { (open.methods.xTruncate.expect("required"))(file, size) };
    if let (SQLITE_OK, Ok(size)) = (status, usize::try_from(size)) {
        with_file(&open.path, |file| file.resize(size));
    }
    status
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    let open = opened(file);
    if refused(&open.path) == Some(Refusal::Syncing) {
        return SQLITE_IOERR_FSYNC;
    }
    // SAFETY: SQLite's own arguments.
    let status = unsafe { (open.methods.xSync.expect("required"))(file, flags) };
    if status == SQLITE_OK {
        with_file(&open.path, crate::disk::File::sync);
    }
    status
}

/// Keeps a program from setting `synchronous` where the test has set it.
unsafe extern "C" fn file_control(file: *mut sqlite3_file, op: c_int, arg: *mut c_void) -> c_int {
    let open = opened(file);
    if op == SQLITE_FCNTL_PRAGMA {
        // SAFETY: for this operation SQLite gives an array of three strings: room for an error, the
        // name, and the value or null.
        let (name, value) = unsafe {
            let words = arg.cast::<*const c_char>();
            (path_of(*words.add(1)), path_of(*words.add(2)))
        };
        let is_asked = name.is_some_and(|name| name == Path::new("synchronous"));
        let ours = overruling(&open.path).map(Path::new);
        if is_asked && ours.is_some() && value.as_deref() != ours {
            return SQLITE_OK;
        }
    }
    // SAFETY: SQLite's own arguments.
    unsafe { (open.methods.xFileControl.expect("required"))(file, op, arg) }
}

/// Run by SQLite for every new connection, before the program gets it.
unsafe extern "C" fn overrule(
    database: *mut sqlite3,
    error: *mut *mut c_char,
    _: *const sqlite3_api_routines,
) -> c_int {
    // SAFETY: SQLite's own arguments.
    unsafe {
        init_auto_extension(database, error, |connection| {
            let path = connection.path().map(PathBuf::from);
            match path.as_deref().and_then(overruling) {
                Some(setting) => connection.pragma_update(None, "synchronous", setting),
                None => Ok(()),
            }
        })
    }
}
