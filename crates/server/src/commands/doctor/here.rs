//! What is on this machine: the store, and the rules of the world's clocks.

use std::path::Path;

use app::{App, organizations};
use secrecy::ExposeSecret;

use super::finding::Finding;
use crate::config::Config;

/// Where systems keep their time-zone data, with the release they were made from.
const SYSTEM_ZONES: [&str; 2] = [
    "/usr/share/zoneinfo/tzdata.zi",
    "/usr/share/zoneinfo/+VERSION",
];

/// The store, and whether there is something in it.
pub(super) async fn store(app: &App, config: &Config) -> Finding {
    let place = match config.database_url.expose_secret() {
        "" => format!("SQLite in {}", config.data_dir.display()),
        _ => "PostgreSQL".to_owned(),
    };
    match organizations::list(app).await {
        Ok(found) if found.is_empty() => Finding::bad(
            "store",
            format!("{place} can be read, and holds no organization."),
            "Set one up with `lockstep init`.",
        ),
        Ok(found) => Finding::good("store", format!("{place}, organizations: {}.", found.len())),
        Err(error) => Finding::bad(
            "store",
            format!("{place} cannot be read: {error}"),
            "See that the disk, or the PostgreSQL server, is there and let us in.",
        ),
    }
}

/// The time-zone data in use, and whether the system's is newer.
pub(super) fn time_zones() -> Finding {
    let ours = domain::time::zone_rules_version();
    let system = SYSTEM_ZONES
        .iter()
        .find_map(|path| release(Path::new(path)));
    match system {
        // Releases are named by year and letter, so that they can be compared as they are.
        Some(system) if system.as_str() > ours => Finding::look(
            "time zones",
            format!("rules of {ours} are in use; this machine has {system}."),
            "Where a country has changed its clocks since, take a newer Lockstep.",
        ),
        _ => Finding::good("time zones", format!("rules of {ours}.")),
    }
}

/// The release a file of the system's time-zone data names in its first line.
fn release(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().next()?;
    let name = line.trim_start_matches("# version ").trim();
    let is_release = name.len() == 5
        && name.bytes().take(4).all(|b| b.is_ascii_digit())
        && name.bytes().skip(4).all(|b| b.is_ascii_lowercase());
    is_release.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_read_from_either_file_and_nothing_else_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zones");
        for (text, expected) in [
            ("# version 2026a\nR x", Some("2026a")),
            ("2025b\n", Some("2025b")),
            ("# version 2026a-dirty\n", None),
            ("", None),
        ] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(release(&path).as_deref(), expected, "{text}");
        }
        assert_eq!(release(&folder.path().join("none")), None);
    }
}
