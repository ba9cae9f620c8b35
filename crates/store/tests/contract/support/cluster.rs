//! The PostgreSQL under test, and a schema of its own for each test in it.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, NoTls};

/// Who starts it says where it is.
const URL_VARIABLE: &str = "LOCKSTEP_TEST_POSTGRES_URL";

/// Its URL.
///
/// # Panics
/// When there is no PostgreSQL and none can be started: nothing here is skipped.
pub(crate) fn url() -> String {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| given().unwrap_or_else(start)).clone()
}

#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the tests says where"
)]
fn given() -> Option<String> {
    std::env::var(URL_VARIABLE)
        .ok()
        .filter(|url| !url.is_empty())
}

/// A private one, which lives as long as whoever runs the tests: with nextest each test is a process.
fn start() -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres");
    let runner = std::os::unix::process::parent_id().to_string();
    let output = Command::new(script)
        .args(["start", "--until", &runner])
        .output()
        .expect("scripts/postgres can be run");
    assert!(
        output.status.success(),
        "no PostgreSQL to test on: set {URL_VARIABLE}, or install one:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A connection of the test's own.
pub(crate) fn client() -> Client {
    Client::connect(&url(), NoTls).unwrap()
}

/// A schema nobody else uses, removed when dropped.
pub(crate) struct Schema(String);

impl Schema {
    pub(crate) fn fresh() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{count}", std::process::id());
        let make = format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}");
        client().batch_execute(&make).unwrap();
        Self(name)
    }

    pub(crate) fn name(&self) -> &str {
        &self.0
    }

    /// The URL of a store in it.
    pub(crate) fn url(&self) -> String {
        self.url_by(&url())
    }

    /// The same through another way to the server.
    pub(crate) fn url_by(&self, url: &str) -> String {
        let joint = if url.contains('?') { '&' } else { '?' };
        format!("{url}{joint}options=-c%20search_path%3D{}", self.0)
    }

    /// A connection of the test's own, in it.
    pub(crate) fn client(&self) -> Client {
        Client::connect(&self.url(), NoTls).unwrap()
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let drop_it = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.0);
        client().batch_execute(&drop_it).unwrap();
    }
}
