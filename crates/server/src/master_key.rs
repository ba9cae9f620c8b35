//! The key that seals tokens: given, or made once and kept beside the data.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use app::secrets::MASTER_KEY_BYTES;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Chance;
use secrecy::{ExposeSecret, SecretString};

use crate::ambient::SystemChance;

const FILE: &str = "master.key";
/// The key that takes its place: there while a replacement is under way, and then it seals.
const FILE_NEXT: &str = "master.key.next";
/// What was replaced last, for backups from before.
const FILE_PREVIOUS: &str = "master.key.previous";

type Key = [u8; MASTER_KEY_BYTES];

/// Keys from the configuration.
#[derive(Clone, Copy, Default)]
pub(crate) struct Given<'a> {
    /// The one that seals.
    pub(crate) present: Option<&'a SecretString>,
    /// One that only opens.
    pub(crate) previous: Option<&'a SecretString>,
}

/// Keys to work with.
pub(crate) struct Keys {
    /// Seals and opens.
    pub(crate) present: Key,
    /// Only opens: there while the master key is being replaced.
    pub(crate) previous: Option<Key>,
}

/// The master keys: those `given`, else those in `data_dir`. One is made when the folder has neither key
/// nor database.
pub(crate) fn load(given: Given<'_>, data_dir: &Path) -> anyhow::Result<Keys> {
    let previous = given
        .previous
        .map(|key| {
            decode(key.expose_secret()).context("LOCKSTEP_MASTER_KEY_PREVIOUS cannot be used")
        })
        .transpose()?;
    if let Some(key) = given.present {
        let present = decode(key.expose_secret())
            .context("LOCKSTEP_MASTER_KEY cannot be used; `head -c 32 /dev/urandom | base64` makes a good one")?;
        return Ok(Keys { present, previous });
    }
    let path = data_dir.join(FILE);
    let next = data_dir.join(FILE_NEXT);
    if path.exists() {
        let present = read(&path)?;
        return if next.exists() {
            let (present, previous) = (read(&next)?, Some(present));
            Ok(Keys { present, previous })
        } else {
            Ok(Keys { present, previous })
        };
    }
    if data_dir.join(store::sqlite::FILE_NAME).exists() {
        bail!(
            "{} holds a database but no {FILE}: put the key file back, or set LOCKSTEP_MASTER_KEY to the key it was written with",
            data_dir.display()
        );
    }
    let present = make(&path)?;
    tracing::info!(path = %path.display(), "made a new master key: keep it with your backups");
    Ok(Keys { present, previous })
}

/// Makes the key file that [`load`] takes for the present key from then on, unless an earlier run left one.
/// [`finish_replacing`] ends it.
pub(crate) fn begin_replacing(data_dir: &Path) -> anyhow::Result<()> {
    let next = data_dir.join(FILE_NEXT);
    if !next.exists() {
        make(&next)?;
    }
    Ok(())
}

/// Lets the next key take the place of the present one, which is kept as [`FILE_PREVIOUS`]. Killed anywhere
/// before its end, the next key is still there and it can be done again.
pub(crate) fn finish_replacing(data_dir: &Path) -> anyhow::Result<()> {
    let (present, next) = (data_dir.join(FILE), data_dir.join(FILE_NEXT));
    write(&data_dir.join(FILE_PREVIOUS), &read(&present)?)?;
    fs::rename(&next, &present)?;
    sync_folder(data_dir)
}

fn read(path: &Path) -> anyhow::Result<Key> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("the key file {} cannot be read", path.display()))?;
    decode(&text).with_context(|| format!("the key file {} cannot be used", path.display()))
}

fn make(path: &Path) -> anyhow::Result<Key> {
    let key = (&SystemChance as &dyn Chance).bytes("master_key");
    write(path, &key)?;
    Ok(key)
}

/// Whole or not at all: half a key would keep the installation from starting.
fn write(path: &Path, key: &Key) -> anyhow::Result<()> {
    let half = path.with_extension("half");
    let written = || -> anyhow::Result<()> {
        drop(fs::remove_file(&half));
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&half)?;
        writeln!(file, "{}", STANDARD.encode(key))?;
        file.sync_all()?;
        fs::rename(&half, path)?;
        path.parent().map_or(Ok(()), sync_folder)
    };
    written().with_context(|| format!("the key file {} cannot be made", path.display()))
}

fn sync_folder(folder: &Path) -> anyhow::Result<()> {
    Ok(fs::File::open(folder)?.sync_all()?)
}

fn decode(text: &str) -> anyhow::Result<Key> {
    let bytes = STANDARD.decode(text.trim()).context("it is not base64")?;
    let Ok(key) = Key::try_from(bytes) else {
        bail!("it must be {MASTER_KEY_BYTES} bytes in base64");
    };
    if key.iter().all(|byte| *byte == key[0]) {
        bail!("it is not random");
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_for_the_owner() {
        let dir = tempfile::tempdir().unwrap();
        let load = || load(Given::default(), dir.path()).unwrap();
        let key = load().present;
        assert_eq!(load().present, key);
        let mode = fs::metadata(dir.path().join(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_database_without_its_key_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(store::sqlite::FILE_NAME), "").unwrap();
        let error = load(Given::default(), dir.path())
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("put the key file back"), "{error}");
    }

    #[test]
    fn a_bad_key_says_what_is_wrong() {
        let dir = tempfile::tempdir().unwrap();
        for bad in [
            "",
            "short",
            "AAAA",
            &STANDARD.encode([7; 32]),
            &STANDARD.encode([7; 16]),
        ] {
            let (good, bad) = (
                STANDARD.encode(*b"0123456789abcdef0123456789abcdef"),
                bad.into(),
            );
            let good = good.into();
            for (present, previous) in [(Some(&bad), None), (Some(&good), Some(&bad))] {
                assert!(load(Given { present, previous }, dir.path()).is_err());
            }
        }
    }

    /// scenario A5: at every moment of a replacement, whatever was sealed opens.
    #[test]
    fn a_replacement_goes_through_both_keys() {
        let dir = tempfile::tempdir().unwrap();
        let load = || load(Given::default(), dir.path()).unwrap();
        let old = load().present;
        begin_replacing(dir.path()).unwrap();
        let both = load();
        assert_eq!(both.previous, Some(old));
        begin_replacing(dir.path()).unwrap();
        assert_eq!(load().present, both.present, "begun once");
        finish_replacing(dir.path()).unwrap();
        let new = load();
        assert_eq!((new.present, new.previous), (both.present, None));
        assert_eq!(read(&dir.path().join(FILE_PREVIOUS)).unwrap(), old);
        let left: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }
}
