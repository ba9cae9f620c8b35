//! Push over real HTTP: Google's stand-in beside a served Lockstep, each reaching the other (rows L11, V4, V10).
//!
//! `LOCKSTEP_PUSHES=100 cargo test --release -p server --test e2e push -- --nocapture` measures.

use std::time::{Duration, Instant};

use fake_google::shell::Running;
use fake_google::{Fault, FaultKind};
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::crash::{Home, Served};
use super::google::{connect, settings, start_google};
use super::support::{OWNER, client, until};

/// So seldom that nothing below is seen by polling.
pub(super) const SELDOM: u32 = 3600;

/// An installation and its Google.
pub(super) struct Stage {
    pub(super) google: Running,
    pub(super) served: Served,
    pub(super) key: String,
    home: Home,
    settings: Vec<(&'static str, String)>,
    _dir: tempfile::TempDir,
}

/// Connected, with the calendar read.
pub(super) async fn stage(
    poll_seconds: u32,
    start: fn(&Home, &[(&str, &str)]) -> Served,
    prepare: impl FnOnce(&mut fake_google::World),
) -> Stage {
    let google = start_google().await;
    google.world.with(|world| {
        world.rules.push.allows_http = true;
        prepare(world);
    });
    let dir = tempfile::tempdir().unwrap();
    let (home, key, password) = Home::set_up_with_password(dir.path(), "");
    let settings = settings(&google, poll_seconds);
    let served = start(&home, &borrowed(&settings));
    connect(&served, &password).await;
    let stage = Stage {
        google,
        served,
        key,
        home,
        settings,
        _dir: dir,
    };
    until("the calendar was read", async || {
        stage.slots().await["as_of"][0]["at"].as_str().map(drop)
    })
    .await;
    stage
}

fn borrowed<'s>(settings: &'s [(&'static str, String)]) -> Vec<(&'s str, &'s str)> {
    settings.iter().map(|(n, v)| (*n, v.as_str())).collect()
}

impl Stage {
    pub(super) async fn slots(&self) -> Value {
        let from = Timestamp::now();
        let to = from + SignedDuration::from_hours(24 * 14);
        let api = &self.served.api;
        let url =
            format!("{api}/organizations/tutoring/event-types/english/slots?from={from}&to={to}");
        let answer = client().get(url).send().await.unwrap();
        answer.json().await.unwrap()
    }

    pub(super) async fn is_offered(&self, start: &str) -> bool {
        let answer = self.slots().await;
        let slots = answer["slots"].as_array().unwrap();
        slots.iter().any(|slot| slot["start"] == start)
    }

    /// The last start on offer: far enough that it stays one.
    pub(super) async fn last_start(&self) -> String {
        let answer = self.slots().await;
        let slots = answer["slots"].as_array().unwrap();
        slots.last().unwrap()["start"].as_str().unwrap().to_owned()
    }

    /// Somebody writes an event over `start`; its id.
    pub(super) fn write_event(&self, start: &str) -> String {
        let at: Timestamp = start.parse().unwrap();
        let event = json!({
            "summary": "Dentist",
            "start": { "dateTime": at.to_string() },
            "end": { "dateTime": (at + SignedDuration::from_mins(30)).to_string() },
        });
        let made = self
            .google
            .world
            .with(|world| world.insert_event(Timestamp::now(), OWNER, &event));
        made.unwrap()["id"].as_str().unwrap().to_owned()
    }

    fn delete_event(&self, id: &str) {
        let deleted = self
            .google
            .world
            .with(|world| world.delete_event(Timestamp::now(), OWNER, id));
        deleted.unwrap();
    }

    async fn until_offered(&self, start: &str, is_offered: bool) -> Duration {
        let begun = Instant::now();
        until(&format!("{start} is offered: {is_offered}"), async || {
            (self.is_offered(start).await == is_offered).then_some(())
        })
        .await;
        begun.elapsed()
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.served.api);
        let answer = client().get(url).bearer_auth(&self.key).send().await;
        answer.unwrap().json().await.unwrap()
    }

    /// How push stands, as the API tells.
    async fn push(&self) -> String {
        let all = self.get("/calendar-connections").await;
        let push = &all["connections"][0]["calendars"][0]["push"];
        push["state"].as_str().unwrap().to_owned()
    }

    pub(super) async fn until_live(&self) {
        until("the channel is live", async || {
            (self.push().await == "live").then_some(())
        })
        .await;
    }

    /// Channels that Google has, and how their messages went.
    async fn channels(&self) -> Value {
        let url = format!("{}/_fake/channels", self.google.origin());
        let answer = client().get(url).send().await.unwrap();
        answer.json().await.unwrap()
    }

    pub(super) fn calls(&self, method: &str) -> usize {
        self.google.world.with(|world| {
            let calls = world.request_log().entries();
            calls.filter(|call| call.method == method).count()
        })
    }
}

fn changes() -> usize {
    std::env::var("LOCKSTEP_PUSHES").map_or(20, |text| text.parse().unwrap())
}

/// rows L11 and V10: whatever changes in Google shows as soon as Google has told, with one list for each change.
#[tokio::test(flavor = "multi_thread")]
async fn what_changes_in_google_shows_when_google_tells() {
    let stage = stage(SELDOM, Served::start_reachable, |_| ()).await;
    stage.until_live().await;
    let start = stage.last_start().await;
    let lists = stage.calls("calendar.events.list");
    let mut took = Vec::new();
    let mut event = None;
    for _ in 0..changes() {
        let is_free = match event.take() {
            None => {
                event = Some(stage.write_event(&start));
                false
            }
            Some(id) => {
                stage.delete_event(&id);
                true
            }
        };
        took.push(stage.until_offered(&start, is_free).await);
    }
    took.sort_unstable();
    let nth = |part: usize| took[(took.len() - 1) * part / 100];
    println!(
        "{} changes, each until the slots answer shows it: p50 {:?}, p95 {:?}, max {:?}",
        took.len(),
        nth(50),
        nth(95),
        nth(100)
    );
    let lists = stage.calls("calendar.events.list") - lists;
    assert!(
        lists <= changes() + 1,
        "{lists} lists for {} changes",
        changes()
    );
    stage.google.stop().await.unwrap();
}

/// Row R11 without push, and scenario E2's way back: polling alone shows it too, a little later.
#[tokio::test(flavor = "multi_thread")]
async fn without_push_a_change_shows_with_the_next_look() {
    let stage = stage(1, Served::start_with, |_| ()).await;
    assert_eq!(stage.push().await, "off");
    let start = stage.last_start().await;
    let event = stage.write_event(&start);
    let blocked = stage.until_offered(&start, false).await;
    stage.delete_event(&event);
    let freed = stage.until_offered(&start, true).await;
    println!("polled every second: blocked after {blocked:?}, freed after {freed:?}");
    assert_eq!(stage.calls("calendar.events.watch"), 0);
    stage.google.stop().await.unwrap();
}

/// Google loses pushes in normal operation (reference §1): the next look shows what it did not tell.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_push_costs_time_and_nothing_else() {
    let lossy = |world: &mut fake_google::World| world.rules.push.loss_per_mille = 1000;
    let stage = stage(1, Served::start_reachable, lossy).await;
    stage.until_live().await;
    let start = stage.last_start().await;
    stage.write_event(&start);
    // With a live channel a calendar is looked at every 20 to 30 polls, a quarter more or less.
    let begun = Instant::now();
    while stage.is_offered(&start).await {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{start} is still offered"
        );
        tokio::task::yield_now().await;
    }
    stage.google.stop().await.unwrap();
}

/// The first push comes before the answer to the call that asks for it (§12.3), through the socket.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_push_may_be_there_before_the_answer() {
    let first = |world: &mut fake_google::World| world.rules.push.is_sync_first = true;
    let stage = stage(SELDOM, Served::start_reachable, first).await;
    stage.until_live().await;
    let channels = stage.channels().await;
    assert_eq!(
        channels["reports"][0]["carried"],
        json!({ "status": 204 }),
        "{channels}"
    );
    stage.google.stop().await.unwrap();
}

/// scenario E8: asked once, and polled.
#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_without_push_is_polled() {
    let refused = |world: &mut fake_google::World| {
        world.rules.push.refused_calendars.insert(OWNER.to_owned());
    };
    let stage = stage(1, Served::start_reachable, refused).await;
    until("it is known", async || {
        (stage.push().await == "unsupported").then_some(())
    })
    .await;
    let start = stage.last_start().await;
    stage.write_event(&start);
    stage.until_offered(&start, false).await;
    assert_eq!(stage.calls("calendar.events.watch"), 1);
    stage.google.stop().await.unwrap();
}

/// Row V4: a disconnect stops the channel, and only then gives the grant back.
#[tokio::test(flavor = "multi_thread")]
async fn a_disconnect_leaves_no_channel_behind() {
    let stage = stage(SELDOM, Served::start_reachable, |_| ()).await;
    stage.until_live().await;
    let all = stage.get("/calendar-connections").await;
    let id = all["connections"][0]["id"].as_str().unwrap();
    let url = format!("{}/calendar-connections/{id}/disconnect", stage.served.api);
    let answer = client().post(url).bearer_auth(&stage.key).send().await;
    assert_eq!(answer.unwrap().status(), StatusCode::OK);
    until("the grant is given back", async || {
        (stage.calls("oauth2.revoke") == 1).then_some(())
    })
    .await;
    let channels = stage.channels().await;
    assert_eq!(channels["channels"], json!([]));
    let order: Vec<String> = stage.google.world.with(|world| {
        let calls = world
            .request_log()
            .entries()
            .map(|call| call.method.clone());
        let ends = |method: &String| method.ends_with("stop") || method.ends_with("revoke");
        calls.filter(ends).collect()
    });
    assert_eq!(order, ["calendar.channels.stop", "oauth2.revoke"]);
    stage.google.stop().await.unwrap();
}

/// Killed after Google opened the channel and before it was told: its push says how to stop it, and in the end
/// there is one channel, to where the process is now.
#[tokio::test(flavor = "multi_thread")]
async fn killed_between_watch_and_its_answer_leaves_one_channel() {
    let slow = |world: &mut fake_google::World| {
        world.add_fault(Fault {
            // Longer than the process will live.
            delay_ms: 60_000,
            ..Fault::once("calendar.events.watch", FaultKind::Delay)
        });
    };
    let google = start_google().await;
    google.world.with(|world| {
        world.rules.push.allows_http = true;
        slow(world);
    });
    let dir = tempfile::tempdir().unwrap();
    let (home, key, password) = Home::set_up_with_password(dir.path(), "");
    let settings = settings(&google, SELDOM);
    let served = Served::start_reachable(&home, &borrowed(&settings));
    connect(&served, &password).await;
    let mut stage = Stage {
        google,
        served,
        key,
        home,
        settings,
        _dir: dir,
    };
    until("Google's first push has arrived", async || {
        let channels = stage.channels().await;
        (channels["reports"][0]["carried"] == json!({ "status": 204 })).then_some(())
    })
    .await;
    let lost = stage.channels().await["channels"][0]["id"].clone();
    stage.served.kill();
    stage.served = Served::start_reachable(&stage.home, &borrowed(&stage.settings));
    until("there is one channel, and it is another one", async || {
        let channels = stage.channels().await;
        let all = channels["channels"].as_array().unwrap();
        let is_so = all.len() == 1 && all[0]["id"] != lost && all[0]["isStopped"] == false;
        is_so.then_some(())
    })
    .await;
    stage.until_live().await;
    let start = stage.last_start().await;
    stage.write_event(&start);
    stage.until_offered(&start, false).await;
    stage.google.stop().await.unwrap();
}
