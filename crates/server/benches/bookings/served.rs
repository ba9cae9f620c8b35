//! `lockstep serve` as a process of its own, and callers over HTTP.

use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::measure::Wanted;

/// A running server.
pub(crate) struct Served {
    child: Child,
    url: String,
    key: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Served {
    /// Starts it on the database `url` names, where the school is set up; an empty one means SQLite in
    /// `data_dir`.
    pub(crate) fn start(data_dir: &Path, url: &str, key: String) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let child = Command::new(env!("CARGO_BIN_EXE_lockstep"))
            .arg("serve")
            .env("LOCKSTEP_DATA_DIR", data_dir)
            .env("LOCKSTEP_DATABASE_URL", url)
            .env("LOCKSTEP_LISTEN", address.to_string())
            .env("LOCKSTEP_LOG", "error")
            // Nothing sealed is stored: any key will do.
            .env(
                "LOCKSTEP_MASTER_KEY",
                "GzLCjLOMBUgOzMG9YP+XAptXoFyWcYuW2tfp2EiU9Uk=",
            )
            .env("LOCKSTEP_BOOKINGS_HOURLY", "0")
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while std::net::TcpStream::connect(address).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "it never listened"
            );
        }
        let url = format!("http://{address}/api/v1/organizations/school/bookings");
        Self { child, url, key }
    }

    /// One caller: each call books one start.
    pub(crate) fn caller(&self) -> impl FnMut(Wanted) + Send {
        let (url, key) = (self.url.clone(), self.key.clone());
        let client = reqwest::blocking::Client::new();
        move |wanted| {
            let body = json!({
                "event_type": wanted.event_type, "start": wanted.start, "forced": true,
                "attendee": { "name": "Ana", "email": "ana@example.org" },
            });
            let answer = client
                .post(&url)
                .bearer_auth(&key)
                .json(&body)
                .send()
                .unwrap();
            assert_eq!(answer.status().as_u16(), 201, "{}", answer.text().unwrap());
        }
    }
}
