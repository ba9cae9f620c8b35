//! The process killed in a stream of bookings: what was acknowledged is stored, and the database is
//! sound.
//!
//! `LOCKSTEP_KILL_ROUNDS=200 cargo test --release -p server --test e2e crash -- --nocapture` is the full
//! run.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use store::sqlite::backup::check;
use tokio::task::JoinSet;

use super::stand_in::Place;
use super::support::{booking, client, free_port, fresh_database, lockstep};

const ROUNDS: usize = 20;
const CALLERS: usize = 8;
/// Acknowledged bookings looked at after each kill: those of the last rounds.
const LOOKED_AT: usize = 60;

fn rounds() -> usize {
    std::env::var("LOCKSTEP_KILL_ROUNDS").map_or(ROUNDS, |text| text.parse().unwrap())
}

/// Where an installation keeps its data.
#[derive(Clone)]
pub(crate) struct Home {
    data_dir: PathBuf,
    database_url: String,
}

impl Home {
    /// A set-up installation, with its API key.
    pub(crate) fn set_up(data_dir: &Path, database_url: &str) -> (Self, String) {
        let (home, key, _) = Self::set_up_with_password(data_dir, database_url);
        (home, key)
    }

    /// The same, with the password of `me@example.org` too.
    pub(crate) fn set_up_with_password(
        data_dir: &Path,
        database_url: &str,
    ) -> (Self, String, String) {
        let home = Self {
            data_dir: data_dir.to_owned(),
            database_url: database_url.to_owned(),
        };
        let made = home
            .command()
            .args(["init", "--admin-email", "me@example.org"])
            .output()
            .unwrap();
        let said = String::from_utf8(made.stdout).unwrap();
        let after = |name: &str| {
            let mut words = said.split_whitespace();
            words.find(|word| *word == name).unwrap();
            words.next().unwrap().to_owned()
        };
        let (password, key) = (after("password"), after("key"));
        (home, key, password)
    }

    /// Another process on the same PostgreSQL, with a folder of its own and the same key.
    pub(crate) fn beside(&self, data_dir: &Path) -> Self {
        self.elsewhere(data_dir, &self.database_url)
    }

    /// Another folder with the same key, and another database.
    pub(crate) fn elsewhere(&self, data_dir: &Path, database_url: &str) -> Self {
        std::fs::copy(
            self.data_dir.join("master.key"),
            data_dir.join("master.key"),
        )
        .unwrap();
        Self {
            data_dir: data_dir.to_owned(),
            database_url: database_url.to_owned(),
        }
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = lockstep();
        command.env("LOCKSTEP_DATA_DIR", &self.data_dir);
        command.env("LOCKSTEP_DATABASE_URL", &self.database_url);
        command
    }
}

pub(crate) struct Served {
    child: Child,
    pub(crate) api: String,
}

impl Served {
    /// Waits until it answers: its log says where. Without limits: these tests are one caller, and many.
    pub(crate) fn start(home: &Home) -> Self {
        Self::start_with(home, &[("LOCKSTEP_BOOKINGS_HOURLY", "0")])
    }

    /// The same with these settings.
    pub(crate) fn start_with(home: &Home, settings: &[(&str, &str)]) -> Self {
        let mut command = home.command();
        command.arg("serve").envs(settings.iter().copied());
        Self::wait_for(command)
    }

    /// The same, where a Google on this machine can push to it.
    pub(crate) fn start_reachable(home: &Home, settings: &[(&str, &str)]) -> Self {
        let port = free_port();
        let mut command = home.command();
        command.arg("serve").envs(settings.iter().copied());
        command.env("LOCKSTEP_WEBHOOK_URL", format!("http://127.0.0.1:{port}"));
        Self::wait_for_at(command, port)
    }

    /// The installation of a place of its own.
    pub(crate) fn start_at(place: &Place) -> Self {
        Self::wait_for(place.command(&["serve"]))
    }

    fn wait_for(command: Command) -> Self {
        Self::wait_for_at(command, free_port())
    }

    fn wait_for_at(mut command: Command, port: u16) -> Self {
        let mut child = command
            .env("LOCKSTEP_LISTEN", format!("127.0.0.1:{port}"))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stderr.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let is_ready = said.into_iter().any(|line| line.contains("serving"));
        assert!(is_ready, "it ended before it served");
        Self {
            child,
            api: format!("http://127.0.0.1:{port}/api/v1"),
        }
    }

    /// SIGKILL, here and now.
    pub(crate) fn kill(self) {
        drop(self);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Design section 3: an answer is given only after its commit is on disk.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_before_a_kill_is_stored() {
    kills("").await;
}

/// The same with its data in PostgreSQL.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_before_a_kill_is_stored_on_postgresql() {
    kills(&fresh_database("crash")).await;
}

async fn kills(database_url: &str) {
    let dir = tempfile::tempdir().unwrap();
    let (home, key) = Home::set_up(dir.path(), database_url);
    // What was acknowledged, and whether its cancellation was too.
    let mut acknowledged: Vec<(String, &str)> = Vec::new();
    let http = client();
    for round in 0..rounds() {
        let served = Served::start(&home);
        let made = book_until_killed(served, round).await;
        acknowledged.extend(made.into_iter().map(|id| (id, "confirmed")));
        if database_url.is_empty() {
            let found = check(&dir.path().join(store::sqlite::FILE_NAME)).unwrap();
            assert!(
                found.bookings >= acknowledged.len() as u64,
                "round {round}: {found:?}"
            );
        }

        let served = Served::start(&home);
        for (id, status) in acknowledged.iter_mut().rev().take(LOOKED_AT) {
            let url = format!("{}/bookings/{id}", served.api);
            let answer = http.get(&url).bearer_auth(&key).send().await.unwrap();
            assert_eq!(
                answer.status(),
                StatusCode::OK,
                "round {round}: {id} was acknowledged"
            );
            let stored: serde_json::Value = answer.json().await.unwrap();
            assert_eq!(stored["status"], *status, "round {round}: {id}");
            if *status == "confirmed" {
                // Its time is needed again, and an acknowledged cancellation must survive as well.
                let url = format!("{url}/cancel");
                let answer = http.post(url).bearer_auth(&key).send().await.unwrap();
                assert_eq!(answer.status(), StatusCode::OK, "round {round}: {id}");
                *status = "cancelled";
            }
        }
        served.kill();
    }
    println!(
        "{} rounds, {} acknowledged bookings, all stored",
        rounds(),
        acknowledged.len()
    );
    assert!(
        acknowledged.len() >= 3 * rounds(),
        "too few to prove anything"
    );
}

/// Books from several callers; after a number of answers that differs by round the process is killed,
/// with others still under way.
async fn book_until_killed(served: Served, round: usize) -> Vec<String> {
    let answered = Arc::new(AtomicUsize::new(0));
    let enough = 3 + round * 7 % 23;
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (url, answered) = (
            format!("{}/organizations/tutoring/bookings", served.api),
            answered.clone(),
        );
        callers.spawn(async move {
            let http = client();
            let mut ids = Vec::new();
            for n in 0.. {
                let start = nth_start(round, caller, n);
                let Ok(answer) = http
                    .post(&url)
                    .json(&booking("english", &start))
                    .send()
                    .await
                else {
                    return ids;
                };
                let is_made = answer.status() == StatusCode::CREATED;
                let Ok(body) = answer.json::<serde_json::Value>().await else {
                    return ids;
                };
                answered.fetch_add(1, Ordering::Relaxed);
                if is_made {
                    ids.push(body["id"].as_str().unwrap().to_owned());
                }
            }
            ids
        });
    }
    while answered.load(Ordering::Relaxed) < enough {
        tokio::task::yield_now().await;
    }
    served.kill();
    callers.join_all().await.concat()
}

/// Starts spread over the horizon: many can be booked, some clash.
fn nth_start(round: usize, caller: usize, n: usize) -> String {
    let day = 2 + (round * 5 + caller * 7 + n) % 55;
    let quarter = (n * CALLERS + caller + round) % 20;
    let midnight = Timestamp::now().as_second() / 86_400 * 86_400;
    let seconds = i64::try_from(day * 86_400 + 13 * 3_600 + quarter * 900).unwrap();
    (Timestamp::from_second(midnight).unwrap() + SignedDuration::from_secs(seconds)).to_string()
}
