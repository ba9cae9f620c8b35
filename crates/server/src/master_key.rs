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

/// The master key: `given` if there is one, else the one in `data_dir`, made when the folder has
/// neither key nor database.
pub(crate) fn load(
    given: Option<&SecretString>,
    data_dir: &Path,
) -> anyhow::Result<[u8; MASTER_KEY_BYTES]> {
    if let Some(key) = given {
        return decode(key.expose_secret())
            .context("LOCKSTEP_MASTER_KEY cannot be used; `head -c 32 /dev/urandom | base64` makes a good one");
    }
    let path = data_dir.join(FILE);
    if path.exists() {
        let text = fs::read_to_string(&path)
            .with_context(|| format!("the key file {} cannot be read", path.display()))?;
        return decode(&text)
            .with_context(|| format!("the key file {} cannot be used", path.display()));
    }
    if data_dir.join(store::sqlite::FILE_NAME).exists() {
        bail!(
            "{} holds a database but no {FILE}: put the key file back, or set LOCKSTEP_MASTER_KEY to the key it was written with",
            data_dir.display()
        );
    }
    make(&path)
}

fn make(path: &Path) -> anyhow::Result<[u8; MASTER_KEY_BYTES]> {
    let key = (&SystemChance as &dyn Chance).bytes("master_key");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("the key file {} cannot be made", path.display()))?;
    writeln!(file, "{}", STANDARD.encode(key))?;
    file.sync_all()?;
    tracing::info!(path = %path.display(), "made a new master key: keep it with your backups");
    Ok(key)
}

fn decode(text: &str) -> anyhow::Result<[u8; MASTER_KEY_BYTES]> {
    let bytes = STANDARD.decode(text.trim()).context("it is not base64")?;
    let Ok(key) = <[u8; MASTER_KEY_BYTES]>::try_from(bytes) else {
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
        let key = load(None, dir.path()).unwrap();
        assert_eq!(load(None, dir.path()).unwrap(), key);
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
        let error = load(None, dir.path()).unwrap_err().to_string();
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
            assert!(load(Some(&bad.into()), dir.path()).is_err(), "{bad}");
        }
    }
}
