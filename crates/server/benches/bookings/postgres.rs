//! The private PostgreSQL of `scripts/postgres`, made to keep what it acknowledges.

use std::process::Command;

/// The cluster while it syncs; it is forgetful again afterwards, as its other users want it.
pub(crate) struct Durable {
    url: String,
}

impl Durable {
    pub(crate) fn start() -> Self {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let pid = std::process::id().to_string();
        let script = format!("{root}/scripts/postgres");
        let url = said(Command::new(script).args(["start", "--until", &pid]));
        let url = url.lines().last().unwrap().trim().to_owned();
        let durable = Self { url };
        durable.syncs(true);
        durable
    }

    /// The URL of a new, empty database.
    pub(crate) fn database(&self, name: &str) -> String {
        let name = format!("{name}_{}", std::process::id());
        self.tell(&format!("CREATE DATABASE {name}"));
        let (server, _) = self.url.rsplit_once('/').unwrap();
        format!("{server}/{name}")
    }

    fn syncs(&self, does: bool) {
        for setting in ["fsync", "full_page_writes"] {
            self.tell(&format!("ALTER SYSTEM SET {setting} = {does}"));
        }
        self.tell("SELECT pg_reload_conf()");
    }

    fn tell(&self, sql: &str) {
        said(Command::new("psql").args([&self.url, "-qc", sql]));
    }
}

impl Drop for Durable {
    fn drop(&mut self) {
        self.syncs(false);
    }
}

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}
