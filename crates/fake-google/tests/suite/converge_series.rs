//! The promise of §10.1 for calendars with series: as `converge`, with masters that move and go,
//! and instances that are edited, cancelled and put back.
//!
//! Expected is what a fresh full listing tells a new client; that full listings are true is held
//! by the tests of series and lists.

use std::collections::{BTreeMap, BTreeSet};

use fake_google::{Request, handle};
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::harness::{ANA, EVENTS, Fake, event_path};

const STEPS_MAX: usize = 60;
/// Pages one listing may take before the test calls it endless.
const PAGES_MAX: usize = 1000;
const WINDOW: &str = "&timeMin=2026-03-08T00:00:00Z&timeMax=2026-03-15T00:00:00Z";

#[derive(Clone, Debug)]
enum Step {
    /// A daily series.
    Insert {
        day: i8,
        count: u8,
    },
    /// The whole series starts on another day.
    MoveSeries {
        which: Index,
        day: i8,
    },
    RenameSeries {
        which: Index,
        title: u8,
    },
    DeleteSeries {
        which: Index,
    },
    /// One of its instances, by number from its start; it may be no instance any more.
    MoveInstance {
        which: Index,
        number: i8,
        day: i8,
    },
    RenameInstance {
        which: Index,
        number: i8,
        title: u8,
    },
    CancelInstance {
        which: Index,
        number: i8,
    },
    Page {
        client: Index,
    },
    Expire,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let which = any::<Index>;
    let day = || 3..20_i8;
    let number = || 0..6_i8;
    let step = prop_oneof![
        2 => (day(), 1..6_u8).prop_map(|(day, count)| Step::Insert { day, count }),
        2 => (which(), day()).prop_map(|(which, day)| Step::MoveSeries { which, day }),
        1 => (which(), any::<u8>())
            .prop_map(|(which, title)| Step::RenameSeries { which, title }),
        1 => which().prop_map(|which| Step::DeleteSeries { which }),
        3 => (which(), number(), day())
            .prop_map(|(which, number, day)| Step::MoveInstance { which, number, day }),
        2 => (which(), number(), any::<u8>())
            .prop_map(|(which, number, title)| Step::RenameInstance { which, number, title }),
        2 => (which(), number())
            .prop_map(|(which, number)| Step::CancelInstance { which, number }),
        10 => which().prop_map(|client| Step::Page { client }),
        1 => Just(Step::Expire),
    ];
    prop::collection::vec(step, 1..STEPS_MAX)
}

type Held = BTreeMap<String, Value>;

/// A client that follows the rules of §10.
struct Client {
    /// Repeated in every request.
    lasting: &'static str,
    /// Said in a full listing only.
    window: &'static str,
    held: Held,
    token: Option<String>,
    listing: Option<Running>,
}

/// A listing some pages of which have come.
struct Running {
    expected: Expected,
    items: Vec<Value>,
    next: String,
}

/// What the server had when a listing began.
struct Expected {
    held: Held,
    /// Ids of all instances and single events that stand.
    standing: BTreeSet<String>,
}

impl Client {
    fn new(lasting: &'static str, window: &'static str) -> Self {
        Self {
            lasting,
            window,
            held: Held::new(),
            token: None,
            listing: None,
        }
    }

    /// Asks for the next page. Whether that completed a listing.
    fn page(&mut self, fake: &mut Fake) -> bool {
        let mut path = format!("{EVENTS}?{}", self.lasting);
        match &self.token {
            Some(token) => path.push_str(&format!("&syncToken={token}")),
            None => path.push_str(self.window),
        }
        if let Some(running) = &self.listing {
            path.push_str(&format!("&pageToken={}", running.next));
        }
        let mut running = self.listing.take().unwrap_or_else(|| Running {
            expected: self.expected(fake),
            items: Vec::new(),
            next: String::new(),
        });
        let answer = fake.get(&path);
        if answer.status == 410 {
            self.token = None;
            return false;
        }
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let mut page = answer.json();
        if let Value::Array(items) = page["items"].take() {
            running.items.extend(items);
        }
        if let Some(next) = page["nextPageToken"].as_str() {
            running.next = next.to_owned();
            self.listing = Some(running);
            return false;
        }
        let token = page["nextSyncToken"].as_str();
        self.finish(running, token.expect("the last page has a sync token"));
        true
    }

    fn finish(&mut self, running: Running, token: &str) {
        if self.token.is_none() {
            self.held.clear();
        }
        self.token = Some(token.to_owned());
        apply(&mut self.held, running.items);
        // A cancelled instance is kept for the life of its series (§10.4), also when the series has
        // no such start any more. It must not hide one that stands.
        self.held.retain(|id, item| {
            let is_left_over =
                item["status"] == "cancelled" && !running.expected.held.contains_key(id);
            assert!(
                !is_left_over || !running.expected.standing.contains(id),
                "client {} hides {id}",
                self.lasting
            );
            !is_left_over
        });
        assert_eq!(
            self.held, running.expected.held,
            "client {}{}",
            self.lasting, self.window
        );
    }

    fn expected(&self, fake: &mut Fake) -> Expected {
        let single = fresh(fake, &format!("singleEvents=true{}", self.window));
        let is_single = self.lasting.contains("singleEvents");
        let held = if is_single {
            single.clone()
        } else {
            fresh(fake, &self.window[self.window.len().min(1)..])
        };
        Expected {
            held,
            standing: single.into_keys().collect(),
        }
    }
}

/// What a new client makes of a full listing.
fn fresh(fake: &mut Fake, query: &str) -> Held {
    let empty_pages = std::mem::take(&mut fake.world.rules.empty_pages);
    let mut list = fake
        .get(&format!("{EVENTS}?{query}&maxResults=2500"))
        .json();
    fake.world.rules.empty_pages = empty_pages;
    let mut held = Held::new();
    let items = list["items"].take();
    apply(&mut held, serde_json::from_value(items).expect("items"));
    held
}

/// Takes what a listing told over into what is held.
fn apply(held: &mut Held, items: Vec<Value>) {
    for item in items {
        let id = item["id"].as_str().expect("an item has an id").to_owned();
        let is_cancelled = item["status"] == "cancelled";
        if is_cancelled && item.get("recurringEventId").is_none() {
            held.remove(&id);
        } else {
            held.insert(id, item);
        }
    }
    // Cancelled instances mean something only beside their series.
    let masters: BTreeSet<String> = held.keys().cloned().collect();
    held.retain(|_, item| {
        let series = item["recurringEventId"].as_str().unwrap_or_default();
        item["status"] != "cancelled" || masters.contains(series)
    });
}

/// Writes to the calendar; what Google would refuse is refused, which changes nothing.
fn write(fake: &mut Fake, series: &mut Vec<(Value, i8)>, step: &Step) {
    let on = |day: i8, hour: i8| json!({ "dateTime": format!("2026-03-{day:02}T{hour:02}:00:00Z"), "timeZone": "UTC" });
    let times = |day: i8, hour: i8| json!({ "start": on(day, hour), "end": on(day, hour + 1) });
    let at = |which: &Index| (!series.is_empty()).then(|| which.index(series.len()));
    let instance = |which: &Index, number: i8| {
        let (id, day) = &series[at(which)?];
        let day = day + number;
        let id = format!("{}_202603{day:02}T100000Z", id.as_str().unwrap_or_default());
        Some(event_path(&json!(id)))
    };
    let master = |which: &Index| Some(event_path(&series[at(which)?].0));
    let title = |title: &u8| json!({ "summary": format!("title {title}") });
    let (verb, path, body) = match step {
        Step::Insert { day, count } => {
            let mut event = times(*day, 10);
            event["recurrence"] = json!([format!("RRULE:FREQ=DAILY;COUNT={count}")]);
            let made = fake.insert(&event);
            series.push((made["id"].clone(), *day));
            return;
        }
        Step::MoveSeries { which, day } => {
            let path = master(which);
            if let Some(index) = at(which) {
                series[index].1 = *day;
            }
            ("PATCH", path, Some(times(*day, 10)))
        }
        Step::RenameSeries { which, title: to } => ("PATCH", master(which), Some(title(to))),
        Step::DeleteSeries { which } => ("DELETE", master(which), None),
        Step::MoveInstance { which, number, day } => {
            ("PATCH", instance(which, *number), Some(times(*day, 15)))
        }
        Step::RenameInstance {
            which,
            number,
            title: to,
        } => ("PATCH", instance(which, *number), Some(title(to))),
        Step::CancelInstance { which, number } => ("DELETE", instance(which, *number), None),
        Step::Page { .. } | Step::Expire => return,
    };
    if let Some(path) = path {
        fake.call(verb, &path, body.as_ref());
    }
}

fn live(seed: u64, empty_pages: u32, steps: &[Step]) {
    let mut fake = Fake::with_seed(seed);
    fake.world.rules.empty_pages = empty_pages;
    fake.world.rules.quotas.per_minute_per_user = None;
    fake.world.rules.sync_token_ttl = SignedDuration::from_hours(24 * 365);
    let mut clients = [
        Client::new("maxResults=1", ""),
        Client::new("maxResults=2", WINDOW),
        Client::new("singleEvents=true&maxResults=3", ""),
        Client::new("singleEvents=true&maxResults=2", WINDOW),
    ];
    let mut series = Vec::new();
    for step in steps {
        match step {
            Step::Page { client } => {
                let chosen = client.index(clients.len());
                clients[chosen].page(&mut fake);
            }
            Step::Expire => {
                let body = json!({ "calendar": ANA });
                let request = Request::new("POST", "/_fake/expire-sync-tokens").with_json(&body);
                assert_eq!(handle(&mut fake.world, fake.now, &request).status, 204);
            }
            write_step => write(&mut fake, &mut series, write_step),
        }
    }
    // At rest everybody gets there: what is under way ends, and one more listing is complete.
    for client in &mut clients {
        for complete in 0..2 {
            let pages = (0..PAGES_MAX).find(|_| client.page(&mut fake));
            assert!(pages.is_some(), "listing {complete} has no end");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn a_client_that_follows_the_rules_holds_the_servers_series(
        seed in any::<u64>(),
        empty_pages in 0..3_u32,
        steps in steps(),
    ) {
        live(seed, empty_pages, &steps);
    }
}

/// Found by the property: the client had been told that the instance was cancelled.
#[test]
fn an_instance_whose_start_its_series_lost_and_got_back_is_told_again() {
    let mut fake = Fake::new();
    let mut client = Client::new("", "");
    let from = |day: i8| {
        json!({
            "start": { "dateTime": format!("2026-03-{day:02}T10:00:00Z"), "timeZone": "UTC" },
            "end": { "dateTime": format!("2026-03-{day:02}T11:00:00Z"), "timeZone": "UTC" },
            "recurrence": ["RRULE:FREQ=DAILY;COUNT=5"],
        })
    };
    let made = fake.insert(&from(6));
    let series = event_path(&made["id"]);
    let title = json!({ "summary": "edited" });
    fake.call("PATCH", &format!("{series}_20260308T100000Z"), Some(&title));
    assert!(client.page(&mut fake));
    for day in [9, 6] {
        fake.call("PATCH", &series, Some(&from(day)));
        assert!(client.page(&mut fake));
    }
    let id = format!("{}_20260308T100000Z", made["id"].as_str().expect("an id"));
    assert_eq!(client.held[&id]["status"], "confirmed");
}
