//! A running demo, and patience: conditions are waited for, bounded, never slept through.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::{Timestamp, ToSpan};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// Longer than anything takes on a busy machine; a test that reaches it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whose calendar the demo connects.
pub(crate) const OWNER: &str = "owner@brightside.example";

/// A demo of its own, killed at the end.
pub(crate) struct Demo {
    child: Child,
    pub(crate) ready: Value,
    pub(crate) client: Client,
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// An HTTP client; the first one installs what TLS needs.
pub(crate) fn client() -> Client {
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::new()
}

pub(crate) fn lockstep() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lockstep"));
    for (name, _) in std::env::vars() {
        if name.starts_with("LOCKSTEP_") || name.starts_with("GOOGLE_") {
            command.env_remove(name);
        }
    }
    command
}

/// A port nobody listens on; taken again at once, so that it stays so.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

impl Demo {
    pub(crate) fn start() -> Self {
        Self::start_on(None)
    }

    /// With its data in this PostgreSQL database, or in SQLite.
    pub(crate) fn start_on(database_url: Option<&str>) -> Self {
        let client = client();
        let mut child = lockstep()
            .args([
                "demo",
                "--json",
                "--listen",
                "127.0.0.1:0",
                "--google-listen",
                "127.0.0.1:0",
            ])
            .args(database_url.iter().flat_map(|url| ["--database-url", url]))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready = serde_json::from_str(&line).unwrap();
        Self {
            child,
            ready,
            client,
        }
    }

    fn field(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap()
    }

    pub(crate) fn api(&self, path: &str) -> String {
        format!("{}{path}", self.field("api_url"))
    }

    /// A request of the owner's own program.
    pub(crate) fn with_key(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(self.field("api_key"))
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self
            .with_key(self.client.get(self.api(path)))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = self.client.post(self.api(path)).json(body);
        let answer = self.with_key(request).send().await.unwrap();
        let status = answer.status();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    /// Starts on offer in the next four weeks, soonest first.
    pub(crate) async fn slots(&self, event_type: &str) -> Vec<String> {
        let from = Timestamp::now();
        let to = from + (24 * 28).hours();
        let path =
            format!("/organizations/tutoring/event-types/{event_type}/slots?from={from}&to={to}");
        let answer = self.get(&path).await;
        let start = |slot: &Value| slot["start"].as_str().unwrap().to_owned();
        answer["slots"]
            .as_array()
            .unwrap()
            .iter()
            .map(start)
            .collect()
    }

    pub(crate) async fn book(&self, event_type: &str, start: &str) -> (StatusCode, Value) {
        let body = booking(event_type, start);
        self.post("/organizations/tutoring/bookings", &body).await
    }

    /// Live events in the owner's calendar.
    pub(crate) async fn events(&self) -> Vec<Value> {
        let answer = self.control(&format!("events?calendar={OWNER}")).await;
        let mut events = answer["events"].as_array().unwrap().clone();
        events.retain(|event| event["status"] != "cancelled");
        events
    }

    /// The owner edits an event by hand, as the calendar's page does.
    pub(crate) async fn edit_by_hand(&self, how: &str, event: &Value, more: &[(&str, &str)]) {
        let url = format!("{}calendar/events/{how}", self.field("google_url"));
        let mut form = vec![
            ("calendar", OWNER),
            ("event", event["id"].as_str().unwrap()),
        ];
        form.extend_from_slice(more);
        let answer = self.client.post(url).form(&form).send().await.unwrap();
        assert!(answer.status().is_success(), "{how}: {}", answer.status());
    }

    /// One of the fake Google's control answers.
    pub(crate) async fn control(&self, what: &str) -> Value {
        let url = format!("{}_fake/{what}", self.field("google_url"));
        self.client
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    pub(crate) async fn tell_google(&self, what: &str, body: &Value) {
        let url = format!("{}_fake/{what}", self.field("google_url"));
        let answer = self.client.post(url).json(body).send().await.unwrap();
        assert!(
            answer.status().is_success(),
            "{what}: {}",
            answer.text().await.unwrap()
        );
    }

    /// Waits until the booking's event is as `state` says.
    pub(crate) async fn until_sync(&self, id: &str, state: &str) -> Value {
        let path = format!("/bookings/{id}");
        until(&format!("booking {id} is {state}"), async || {
            let found = self.get(&path).await;
            (found["calendar_sync"] == state).then_some(found)
        })
        .await
    }
}

pub(crate) fn booking(event_type: &str, start: &str) -> Value {
    json!({
        "event_type": event_type, "start": start,
        "attendee": { "name": "Ana", "email": "ana@example.org", "time_zone": "Europe/Madrid" },
    })
}

/// The URL of a new, empty PostgreSQL database in the private cluster of `scripts/postgres`.
pub(crate) fn fresh_database(name: &str) -> String {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let pid = std::process::id();
    let cluster = said(Command::new(format!("{root}/scripts/postgres")).args([
        "start",
        "--until",
        &pid.to_string(),
    ]));
    let cluster = cluster.lines().last().unwrap().trim().to_owned();
    let database = format!("{name}_{pid}");
    said(Command::new("psql").args([&cluster, "-qc", &format!("CREATE DATABASE {database}")]));
    let (server, _) = cluster.rsplit_once('/').unwrap();
    format!("{server}/{database}")
}

/// What a query says, by PostgreSQL's own client.
pub(crate) fn psql(url: &str, query: &str) -> String {
    said(Command::new("psql").args([url, "-qAtc", query]))
        .trim()
        .to_owned()
}

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// The value of `condition` as soon as it has one.
pub(crate) async fn until<T>(what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        tokio::task::yield_now().await;
    }
}

/// The instant of an RFC 3339 text, whatever its offset.
pub(crate) fn instant(text: &Value) -> Timestamp {
    text.as_str().unwrap().parse().unwrap()
}
