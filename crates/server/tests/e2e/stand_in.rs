//! An installation of one's own beside a fake Google of its own: what the demo hides.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use super::support::{client, lockstep};

pub(crate) const OWNER: &str = "ana@example.com";
pub(crate) const CLIENT_ID: &str = "canary-client.apps.googleusercontent.com";
pub(crate) const CLIENT_SECRET: &str = "GOCSPX-canary-client-secret";
/// Shared with the service account.
pub(crate) const CALENDAR: &str = "lessons@group.calendar.google.com";
pub(crate) const ROBOT: &str = "robot@fake-project.iam.gserviceaccount.com";

/// A fake Google, ended with the test.
pub(crate) struct Google {
    child: Child,
    pub(crate) origin: String,
    pub(crate) client: Client,
}

impl Drop for Google {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Google {
    /// With an owner and a client that comes back to `redirect_uri`.
    pub(crate) async fn start(redirect_uri: &str) -> Self {
        let mut child = lockstep()
            .args(["fake-google", "--listen", "127.0.0.1:0", "--strict"])
            .args(["--account", &format!("{OWNER}:Europe/Madrid")])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let (_, rest) = line.split_once("calendar ").unwrap();
        let (origin, _) = rest.split_once("/calendar").unwrap();
        let google = Self {
            child,
            origin: origin.to_owned(),
            client: client(),
        };
        let known = json!({
            "id": CLIENT_ID, "secret": CLIENT_SECRET, "redirect_uris": [redirect_uri],
        });
        google.tell("clients", &known).await;
        google
    }

    /// One call of the control interface; its answer.
    pub(crate) async fn tell(&self, what: &str, body: &Value) -> Value {
        let url = format!("{}/_fake/{what}", self.origin);
        let answer = self.client.post(url).json(body).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{what}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Events of `calendar`, the deleted ones too.
    pub(crate) async fn events(&self, calendar: &str) -> Vec<Value> {
        let url = format!("{}/_fake/events?calendar={calendar}", self.origin);
        let answer = self.client.get(url).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let answer: Value = answer.json().await.unwrap();
        answer["events"].as_array().unwrap().clone()
    }

    /// A service account and the owner's calendar shared with it; its key file, in `folder`.
    pub(crate) async fn with_robot(&self, folder: &Path, role: &str) -> PathBuf {
        let calendar = json!({
            "id": CALENDAR, "summary": "Lessons", "time_zone": "Europe/Madrid", "owner": OWNER,
        });
        self.tell("calendars", &calendar).await;
        let key = self
            .tell(
                "service-accounts",
                &json!({ "email": ROBOT, "project": "fake-project" }),
            )
            .await;
        self.share(role).await;
        let file = folder.join("robot.json");
        std::fs::write(&file, key.to_string()).unwrap();
        file
    }

    pub(crate) async fn share(&self, role: &str) {
        let shared = json!({ "calendar": CALENDAR, "account": ROBOT, "role": role });
        self.tell("share", &shared).await;
    }

    /// What an installation is told of where Google is.
    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        [
            ("LOCKSTEP_GOOGLE_AUTH_URL", "/o/oauth2/v2/auth"),
            ("LOCKSTEP_GOOGLE_TOKEN_URL", "/token"),
            ("LOCKSTEP_GOOGLE_REVOKE_URL", "/revoke"),
            ("LOCKSTEP_GOOGLE_API_URL", "/calendar/v3"),
        ]
        .map(|(name, path)| (name.to_owned(), format!("{}{path}", self.origin)))
        .into()
    }
}

/// An installation's folder and environment.
pub(crate) struct Place {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) environment: Vec<(String, String)>,
}

impl Place {
    pub(crate) fn new(environment: Vec<(String, String)>, database_url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut place = Self {
            folder,
            environment,
        };
        let data_dir = place.folder.path().join("data").display().to_string();
        place.set("LOCKSTEP_DATA_DIR", &data_dir);
        place.set("LOCKSTEP_DATABASE_URL", database_url);
        place.set("LOCKSTEP_POLL_SECONDS", "1");
        place
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = lockstep();
        command.args(args).envs(self.environment.iter().cloned());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Said {
        Said::of(self.command(args).output().unwrap())
    }

    /// Sets up the organization; what it printed.
    pub(crate) fn init(&self) -> String {
        let made = self.run(&["init", "--admin-email", "me@example.org"]);
        assert_eq!(made.code, Some(0), "{made:?}");
        made.out
    }
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
