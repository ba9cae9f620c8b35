//! The process killed again and again while both sides change bookings: attendees move and cancel, and the host
//! drags, deletes, restores and edits their events in Google, also while nobody serves (scenario E6).
//!
//! `LOCKSTEP_SYNC_KILL_ROUNDS=50 cargo test --release -p server --test e2e killed_both -- --nocapture` is the
//! full run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use fake_google::shell::Running;
use jiff::Timestamp;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::crash::{Home, Served};
use super::google::{connect, settings, start_google};
use super::killed::{ASKED, CALLERS, Told, bookings, nth_start, rounds, unlinked};
use super::support::{OWNER, booking, client, instant, until};

/// Where a booking is, or that it is gone.
type State = Option<Timestamp>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Attendee,
    Host,
}

/// What one side did, knowing what.
#[derive(Clone, Debug)]
struct Change {
    side: Side,
    /// What whoever made it had before them; each side makes sure that it was so, or nothing is changed.
    saw: State,
    state: State,
    /// Whether it was acknowledged: what was on its way at a kill may have happened or not.
    is_certain: bool,
}

/// All that both sides did, by booking, in order.
#[derive(Default)]
struct History {
    changes: Mutex<BTreeMap<String, Vec<Change>>>,
    /// The booking of each event that the host has touched or seen.
    events: Mutex<BTreeMap<String, String>>,
    /// The place the host last gave to each booking's event. Nobody else changes it.
    places: Mutex<BTreeMap<String, String>>,
    answers: AtomicUsize,
    by_host: AtomicUsize,
}

/// scenario E6: whatever instruction the process dies at, what either side was told is done is in effect, or was
/// changed by somebody who knew of it or ended here, or waits in the inbox; one event for each booking; nothing else is touched.
#[tokio::test(flavor = "multi_thread")]
async fn killed_anywhere_what_both_sides_changed_counts_or_waits_in_the_inbox() {
    let google = start_google().await;
    let foreign = google.world.with(|world| unlinked(world.events(OWNER)));
    let dir = tempfile::tempdir().unwrap();
    let (home, key, password) = Home::set_up_with_password(dir.path(), "");
    let settings = settings(&google, 1);
    let settings: Vec<_> = settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let served = Served::start_with(&home, &settings);
    connect(&served, &password).await;

    let mut served = Some(served);
    let history = Arc::new(History::default());
    for round in 0..rounds() {
        let now = served
            .take()
            .unwrap_or_else(|| Served::start_with(&home, &settings));
        history.work_until_killed(now, &google, &key, round).await;
    }

    let served = Served::start_with(&home, &settings);
    let end = End {
        served,
        key,
        history,
        foreign,
    };
    let mut wrong = Vec::new();
    let begun = std::time::Instant::now();
    let seen = loop {
        end.confirm_losses().await;
        let seen = end.look(&google).await;
        wrong.clone_from(&seen.wrong);
        if wrong.is_empty() || begun.elapsed() > std::time::Duration::from_secs(30) {
            break seen;
        }
        tokio::task::yield_now().await;
    };
    assert!(wrong.is_empty(), "{wrong:#?}");
    let made = |what: &AtomicUsize| what.load(Ordering::Relaxed);
    println!(
        "{} rounds, {} answers, {} changes by the host: {} live bookings, one event each; {} in the inbox, {} ended \
         as the host wanted, {} unacknowledged",
        rounds(),
        made(&end.history.answers),
        made(&end.history.by_host),
        seen.live,
        seen.inbox,
        seen.as_host_wanted,
        seen.uncertain
    );
    assert!(made(&end.history.answers) >= 3 * rounds());
    assert!(
        made(&end.history.by_host) >= rounds(),
        "too few by the host"
    );
    assert!(seen.as_host_wanted > 0, "the host was never followed");
    end.served.kill();
    google.stop().await.unwrap();
}

impl History {
    fn note(&self, id: &str, change: Change) {
        let mut all = self.changes.lock().unwrap();
        all.entry(id.to_owned()).or_default().push(change);
    }

    async fn work_until_killed(
        self: &Arc<Self>,
        served: Served,
        google: &Running,
        key: &str,
        round: usize,
    ) {
        let begun = self.answers.load(Ordering::Relaxed);
        let enough = begun + 3 + round * 5 % ASKED;
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            let (history, api, key) = (self.clone(), served.api.clone(), key.to_owned());
            callers.spawn(async move { history.call(&api, &key, round, caller).await });
        }
        let mut acted = begun;
        loop {
            let answers = self.answers.load(Ordering::Relaxed);
            // The host works beside the callers, half as fast.
            if answers >= acted + 2 {
                acted = answers;
                self.act(google, round, acted);
            }
            if answers >= enough {
                break;
            }
            tokio::task::yield_now().await;
        }
        served.kill();
        callers.join_all().await;
        // Nobody serves, and the host goes on.
        self.act(google, round, enough + 1);
    }

    /// The host drags, deletes, restores or edits one of the events of bookings.
    fn act(&self, google: &Running, round: usize, n: usize) {
        let now = Timestamp::now();
        let known: Vec<String> = self.changes.lock().unwrap().keys().cloned().collect();
        google.world.with(|world| {
            let mut events = self.events.lock().unwrap();
            let all = world.events(OWNER);
            for event in &all {
                let text = event["description"].as_str().unwrap_or_default();
                if let Some(id) = known.iter().find(|id| text.contains(id.as_str())) {
                    events.insert(event["id"].as_str().unwrap().to_owned(), id.clone());
                }
            }
            let is_live = |event: &&Value| event["status"] != "cancelled";
            let ours = |event: &&Value| events.contains_key(event["id"].as_str().unwrap());
            let (live, gone): (Vec<_>, Vec<_>) = all.iter().filter(ours).partition(is_live);
            let from = if n % 4 == 3 && !gone.is_empty() {
                gone
            } else {
                live
            };
            let Some(event) = from.get(n * 7 % from.len().max(1)) else {
                return;
            };
            let event_id = event["id"].as_str().unwrap();
            let start_of = |event: &Value| instant(&event["start"]["dateTime"]);
            let saw = is_live(event).then(|| start_of(event));
            let state = if saw.is_none() {
                let Ok(event) = world.restore_event(now, OWNER, event_id) else {
                    return;
                };
                Some(start_of(&event))
            } else if n % 4 == 1 {
                world.delete_event(now, OWNER, event_id).unwrap();
                None
            } else if n % 4 == 2 {
                let place = format!("Room {n}");
                let patch = json!({ "location": place });
                world.edit_event(now, OWNER, event_id, &patch).unwrap();
                self.by_host.fetch_add(1, Ordering::Relaxed);
                let id = events[event_id].clone();
                self.places.lock().unwrap().insert(id, place);
                return;
            } else {
                let long = instant(&event["end"]["dateTime"]) - start_of(event);
                let start: Timestamp = nth_start(round, CALLERS + 1, n).parse().unwrap();
                let patch = json!({
                    "start": { "dateTime": start.to_string() },
                    "end": { "dateTime": (start + long).to_string() },
                });
                world.edit_event(now, OWNER, event_id, &patch).unwrap();
                Some(start)
            };
            let change = Change {
                side: Side::Host,
                saw,
                state,
                is_certain: true,
            };
            self.by_host.fetch_add(1, Ordering::Relaxed);
            // Under the world's lock, so that the order of what is noted is the order of what was done.
            self.note(&events[event_id], change);
        });
    }

    /// One caller's bookings are its own; it changes each only as it has just read it.
    async fn call(&self, api: &str, key: &str, round: usize, caller: usize) {
        let http = client();
        let mut own: Vec<String> = Vec::new();
        for n in 0.. {
            let start = nth_start(round, caller, n);
            let id = own.get(n / 3).filter(|_| n % 3 > 0).cloned();
            let (saw, wanted, request) = match &id {
                None => {
                    let url = format!("{api}/organizations/tutoring/bookings");
                    let body = booking("english", &start);
                    (
                        None,
                        Some(start.parse().unwrap()),
                        http.post(url).json(&body),
                    )
                }
                Some(id) => {
                    let url = format!("{api}/bookings/{id}");
                    let Some((_, found)) = answer(http.get(&url).bearer_auth(key)).await else {
                        return;
                    };
                    let version = &found["version"];
                    let (what, body, wanted) = if n % 3 == 1 {
                        let body = json!({ "start": start, "version": version });
                        ("reschedule", body, Some(start.parse().unwrap()))
                    } else {
                        ("cancel", json!({ "version": version }), None)
                    };
                    let request = http.post(format!("{url}/{what}")).json(&body);
                    (state(&found), wanted, request)
                }
            };
            let answered = answer(request.bearer_auth(key)).await;
            let mut change = Change {
                side: Side::Attendee,
                saw,
                state: wanted,
                is_certain: true,
            };
            match (answered, id) {
                (Some((status, body)), known) if status.is_success() => {
                    let id = body["id"].as_str().unwrap().to_owned();
                    change.state = state(&body);
                    self.note(&id, change);
                    if known.is_none() {
                        own.push(id);
                    }
                }
                (Some(_), _) => {}
                (None, Some(id)) => {
                    change.is_certain = false;
                    self.note(&id, change);
                    return;
                }
                (None, None) => return,
            }
            self.answers.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The whole answer, unless the process died before it.
async fn answer(request: reqwest::RequestBuilder) -> Option<(StatusCode, Value)> {
    let answer = request.send().await.ok()?;
    let status = answer.status();
    Some((status, answer.json().await.ok()?))
}

fn state(booking: &Value) -> State {
    (booking["status"] == "confirmed").then(|| instant(&booking["start"]))
}

/// What stands in the end, and what of it should not.
struct Seen {
    wrong: Vec<String>,
    live: usize,
    inbox: usize,
    as_host_wanted: usize,
    uncertain: usize,
}

/// The process that nobody kills any more.
struct End {
    served: Served,
    key: String,
    history: Arc<History>,
    foreign: Vec<Value>,
}

impl End {
    async fn get(&self, path: String) -> Value {
        let url = format!("{}{path}", self.served.api);
        let asked = client().get(url).bearer_auth(&self.key);
        answer(asked).await.unwrap().1
    }

    async fn post(&self, path: String, body: Value) -> Value {
        let url = format!("{}{path}", self.served.api);
        let asked = client().post(url).bearer_auth(&self.key).json(&body);
        answer(asked).await.unwrap().1
    }

    async fn conflicts(&self) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.get(format!("/conflicts?limit=100{cursor}")).await;
            all.extend(page["conflicts"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }

    /// The host's many changes are meant; and everything that changed in Google is read.
    async fn confirm_losses(&self) {
        for conflict in self.conflicts().await {
            if conflict["kind"] == "mass_loss" && conflict["state"] == "open" {
                let id = conflict["id"].as_str().unwrap();
                let meant = json!({ "resolution": "theirs" });
                self.post(format!("/conflicts/{id}/resolve"), meant).await;
            }
        }
        let all = self.get("/calendar-connections".to_owned()).await;
        let id = all["connections"][0]["id"].as_str().unwrap().to_owned();
        until("everything is read", async || {
            let path = format!("/calendar-connections/{id}/sync");
            (self.post(path, json!({})).await["success"] == true).then_some(())
        })
        .await;
    }

    async fn look(&self, google: &Running) -> Seen {
        let bookings = bookings(&async |path| self.get(path).await).await;
        let conflicts = self.conflicts().await;
        let inbox: BTreeSet<String> = conflicts
            .iter()
            .filter(|conflict| conflict["state"] != "over")
            .map(|conflict| conflict["booking"].as_str().unwrap().to_owned())
            .collect();
        let mut seen = Seen {
            wrong: Vec::new(),
            live: bookings.values().flatten().count(),
            inbox: inbox.len(),
            as_host_wanted: 0,
            uncertain: 0,
        };
        self.judge_changes(&bookings, &inbox, &mut seen);
        self.judge_events(google, &bookings, &inbox, &mut seen);
        seen
    }

    /// The last thing each side did to a booking is in effect, was known to whoever changed it, or is in the inbox.
    fn judge_changes(&self, bookings: &Told, inbox: &BTreeSet<String>, seen: &mut Seen) {
        for (id, changes) in self.history.changes.lock().unwrap().iter() {
            let Some(found) = bookings.get(id) else {
                seen.wrong
                    .push(format!("{id} was acknowledged and is not there"));
                continue;
            };
            seen.uncertain += changes.iter().filter(|change| !change.is_certain).count();
            for side in [Side::Attendee, Side::Host] {
                let last = changes.iter().rposition(|change| change.side == side);
                let Some((at, last)) = last.map(|at| (at, &changes[at])) else {
                    continue;
                };
                let is_in_effect = *found == last.state;
                let knew = |later: &Change| later.side != side && later.saw == last.state;
                let is_known = changes[at + 1..].iter().any(knew);
                if is_in_effect && side == Side::Host {
                    seen.as_host_wanted += 1;
                }
                // Ended here, edited or restored there: the end wins (design section 6).
                let ended = changes.iter().rfind(|c| c.side == Side::Attendee);
                let ended_here = found.is_none() && ended.is_some_and(|c| c.state.is_none());
                let is_excused = is_known || (side == Side::Host && ended_here);
                if last.is_certain && !is_in_effect && !is_excused && !inbox.contains(id) {
                    seen.wrong.push(format!("{id} is {found:?}: {changes:#?}"));
                }
            }
        }
    }

    /// One event for each live booking, at its time unless a person must decide; and nothing of others' touched.
    fn judge_events(
        &self,
        google: &Running,
        bookings: &Told,
        inbox: &BTreeSet<String>,
        seen: &mut Seen,
    ) {
        let all = google.world.with(|world| unlinked(world.events(OWNER)));
        let is_foreign = |event: &Value| self.foreign.iter().any(|one| one["id"] == event["id"]);
        let (foreign, ours): (Vec<Value>, Vec<Value>) = all.into_iter().partition(is_foreign);
        if foreign != self.foreign {
            seen.wrong
                .push("an event that is not ours differs".to_owned());
        }
        for (id, state) in bookings {
            let its = |event: &&Value| {
                let text = event["description"].as_str().unwrap_or_default();
                event["status"] != "cancelled" && text.contains(id.as_str())
            };
            let its: Vec<_> = ours.iter().filter(its).collect();
            let start = |event: &&Value| instant(&event["start"]["dateTime"]);
            let starts: Vec<_> = its.iter().map(start).collect();
            let place = self.history.places.lock().unwrap().get(id).cloned();
            if let (Some(place), false) = (place, inbox.contains(id))
                && its.iter().any(|event| event["location"] != *place)
            {
                seen.wrong.push(format!("{id} is not at {place}: {its:?}"));
            }
            let is_so = match inbox.contains(id) {
                true => starts.len() <= 1,
                false => starts.iter().copied().eq(*state),
            };
            if !is_so {
                seen.wrong
                    .push(format!("{id} is {state:?}, its events are at {starts:?}"));
            }
        }
        let asked = google.world.with(|world| {
            let calls = world.request_log().entries();
            let names = |id: &String| self.foreign.iter().any(|one| one["id"] == **id);
            calls
                .filter(|call| call.event.as_ref().is_some_and(names))
                .count()
        });
        if asked > 0 {
            seen.wrong
                .push(format!("{asked} calls name an event that is not ours"));
        }
    }
}
