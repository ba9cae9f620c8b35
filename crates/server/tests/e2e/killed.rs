//! The process killed again and again while bookings are made, moved and cancelled, with Google on the
//! other side of real HTTP: in the end bookings and events are one to one, and nothing that is not ours
//! was touched, by Google's own log.
//!
//! `LOCKSTEP_SYNC_KILL_ROUNDS=50 cargo test --release -p server --test e2e killed -- --nocapture` is the
//! full run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::crash::{Home, Served};
use super::google::{connect, settings, start_google};
use super::support::{OWNER, booking, client, until};

const ROUNDS: usize = 8;
/// What is asked in one round, at most: the kill comes before the end.
pub(super) const ASKED: usize = 12;
pub(super) const CALLERS: usize = 4;

pub(super) fn rounds() -> usize {
    std::env::var("LOCKSTEP_SYNC_KILL_ROUNDS").map_or(ROUNDS, |text| text.parse().unwrap())
}

/// scenarios D3, E6: exactly one event for each booking, whatever instruction the process died at.
#[tokio::test(flavor = "multi_thread")]
async fn killed_anywhere_bookings_and_events_are_one_to_one() {
    let google = start_google().await;
    let foreign = google.world.with(|world| unlinked(world.events(OWNER)));
    let dir = tempfile::tempdir().unwrap();
    let (home, key, password) = Home::set_up_with_password(dir.path(), "");
    let settings = settings(&google, 1);
    let settings: Vec<_> = settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let served = Served::start_with(&home, &settings);
    connect(&served, &password).await;

    let mut served = Some(served);
    let ours = Arc::new(Ours::default());
    for round in 0..rounds() {
        let now = served
            .take()
            .unwrap_or_else(|| Served::start_with(&home, &settings));
        ours.work_until_killed(now, &key, round).await;
    }

    let served = Served::start_with(&home, &settings);
    let http = client();
    let get = async |path: String| -> Value {
        let url = format!("{}{path}", served.api);
        let answer = http.get(url).bearer_auth(&key).send().await.unwrap();
        answer.json().await.unwrap()
    };
    until("everything has reached Google", async || {
        let connection = &get("/calendar-connections".to_owned()).await["connections"][0];
        (connection["state"] == "connected" && connection["waiting"] == 0).then_some(())
    })
    .await;
    let bookings = bookings(&get).await;
    served.kill();

    let told = ours.told.lock().unwrap().clone();
    for (id, start) in &told {
        let stored = bookings
            .get(id)
            .unwrap_or_else(|| panic!("{id} was acknowledged"));
        assert_eq!(stored, start, "{id} is not as it was last acknowledged");
    }
    let live: BTreeMap<_, _> = bookings
        .into_iter()
        .filter_map(|(id, start)| Some((id, start?)))
        .collect();
    let events = google.world.with(|world| unlinked(world.events(OWNER)));
    let is_foreign = |event: &Value| foreign.iter().any(|one| one["id"] == event["id"]);
    let mut found = BTreeMap::new();
    for event in events
        .iter()
        .filter(|event| !is_foreign(event) && event["status"] == "confirmed")
    {
        let text = event["description"].as_str().unwrap();
        let id = live.keys().find(|id| text.contains(id.as_str()));
        let id = id.unwrap_or_else(|| panic!("an event of no live booking: {event}"));
        let start: Timestamp = event["start"]["dateTime"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(
            found.insert(id.clone(), start),
            None,
            "a second event: {event}"
        );
    }
    assert_eq!(found, live, "bookings and events are one to one");

    let untouched: Vec<_> = events
        .iter()
        .filter(|event| is_foreign(event))
        .cloned()
        .collect();
    assert_eq!(untouched, foreign);
    let asked_of_foreign = google.world.with(|world| {
        let is_foreign = |id: &String| foreign.iter().any(|one| one["id"] == **id);
        let calls = world.request_log().entries();
        calls
            .filter(|call| call.event.as_ref().is_some_and(is_foreign))
            .count()
    });
    assert_eq!(
        asked_of_foreign, 0,
        "calls that name an event that is not ours"
    );
    println!(
        "{} rounds, {} answers, {} live bookings: one event each",
        rounds(),
        ours.answers.load(Ordering::Relaxed),
        live.len()
    );
    assert!(
        ours.answers.load(Ordering::Relaxed) >= 3 * rounds(),
        "too few to prove anything"
    );
    google.stop().await.unwrap();
}

/// Without the links to the calendar's page, which begin with an address that is only known when asked.
pub(super) fn unlinked(mut events: Vec<Value>) -> Vec<Value> {
    for event in &mut events {
        event.as_object_mut().unwrap().remove("htmlLink");
    }
    events
}

/// What was acknowledged last of each booking: its start, or that it was cancelled.
pub(super) type Told = BTreeMap<String, Option<Timestamp>>;

#[derive(Default)]
struct Ours {
    told: std::sync::Mutex<Told>,
    answers: AtomicUsize,
}

impl Ours {
    /// Books, moves and cancels from several callers, until the process is killed after a number of
    /// answers that differs by round. What is under way then may have happened or not, and its booking
    /// is not looked at for what it was told.
    async fn work_until_killed(self: &Arc<Self>, served: Served, key: &str, round: usize) {
        let enough = self.answers.load(Ordering::Relaxed) + 3 + round * 5 % ASKED;
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            let (ours, api, key) = (self.clone(), served.api.clone(), key.to_owned());
            callers.spawn(async move { ours.call(&api, &key, round, caller).await });
        }
        while self.answers.load(Ordering::Relaxed) < enough {
            tokio::task::yield_now().await;
        }
        served.kill();
        callers.join_all().await;
    }

    /// One caller's bookings are its own: what it was told of them is the newest there is.
    async fn call(&self, api: &str, key: &str, round: usize, caller: usize) {
        let http = client();
        let mut own: Vec<String> = Vec::new();
        for n in 0.. {
            let start = nth_start(round, caller, n);
            let move_or_cancel = own.get(n / 3).filter(|_| n % 3 > 0).cloned();
            let (id, request) = match (&move_or_cancel, n % 3) {
                (Some(id), 1) => {
                    let url = format!("{api}/bookings/{id}/reschedule");
                    (Some(id), http.post(url).json(&json!({ "start": start })))
                }
                (Some(id), _) if n % 2 == 0 => {
                    (Some(id), http.post(format!("{api}/bookings/{id}/cancel")))
                }
                _ => {
                    let url = format!("{api}/organizations/tutoring/bookings");
                    (None, http.post(url).json(&booking("english", &start)))
                }
            };
            // Whatever was told of it is no longer the newest.
            let before = id.and_then(|id| self.told.lock().unwrap().remove(id));
            let Ok(answer) = request.bearer_auth(key).send().await else {
                return;
            };
            let status = answer.status();
            let Ok(body) = answer.json::<Value>().await else {
                return;
            };
            let mut told = self.told.lock().unwrap();
            if status.is_success() {
                let id = body["id"].as_str().unwrap().to_owned();
                let is_over = body["status"] == "cancelled";
                let start = body["start"].as_str().unwrap().parse().unwrap();
                told.insert(id.clone(), (!is_over).then_some(start));
                if status == StatusCode::CREATED {
                    own.push(id);
                }
            } else if let (Some(id), Some(before)) = (id, before) {
                told.insert(id.clone(), before);
            }
            drop(told);
            self.answers.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Starts in the hours of the event type, spread over its horizon.
pub(super) fn nth_start(round: usize, caller: usize, n: usize) -> String {
    let day = 2 + (round * 3 + caller * 11 + n * 5) % 55;
    let quarter = (n * 3 + caller * 5 + round) % 20;
    let midnight = Timestamp::now().as_second() / 86_400 * 86_400;
    let seconds = i64::try_from(day * 86_400 + 13 * 3_600 + quarter * 900).unwrap();
    (Timestamp::from_second(midnight).unwrap() + SignedDuration::from_secs(seconds)).to_string()
}

/// Every booking there is, and its start while it is live.
pub(super) async fn bookings(get: &impl AsyncFn(String) -> Value) -> Told {
    let mut all = Told::new();
    for when in ["upcoming", "past", "cancelled"] {
        let mut cursor = String::new();
        loop {
            let page = get(format!("/bookings?when={when}&limit=100{cursor}")).await;
            for booking in page["bookings"].as_array().unwrap() {
                let start = booking["start"].as_str().unwrap().parse().unwrap();
                let start = (booking["status"] == "confirmed").then_some(start);
                all.insert(booking["id"].as_str().unwrap().to_owned(), start);
            }
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
    }
    all
}
