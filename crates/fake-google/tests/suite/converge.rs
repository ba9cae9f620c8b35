//! The promise of §10.1, as a property: whatever happens in a calendar, and however listings of
//! several clients, their pages and expiries fall between, a client that follows the rules holds
//! exactly the state that the server had when its last complete listing began.
//!
//! The expected state comes from `World::events` and arithmetic of its own, not from the list.

use std::collections::BTreeMap;

use fake_google::{Leavers, Request, handle};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::harness::{ANA, EVENTS, Fake, event_on, event_path, instant};

/// Steps of one history; enough for several complete listings by each client.
const STEPS_MAX: usize = 120;
/// Pages one listing may take before the test calls it endless.
const PAGES_MAX: usize = 1000;

/// Something that happens.
#[derive(Clone, Debug)]
enum Step {
    Insert {
        day: i8,
    },
    Rename {
        which: Index,
        title: u8,
    },
    Move {
        which: Index,
        day: i8,
    },
    Remind {
        which: Index,
        minutes: u8,
    },
    Delete {
        which: Index,
    },
    /// A client asks for its next page.
    Page {
        client: Index,
    },
    Expire {
        is_everywhere: bool,
    },
    Pass {
        seconds: u16,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let day = 1..28_i8;
    let which = any::<Index>;
    let step = prop_oneof![
        3 => day.clone().prop_map(|day| Step::Insert { day }),
        2 => (which(), any::<u8>()).prop_map(|(which, title)| Step::Rename { which, title }),
        3 => (which(), day).prop_map(|(which, day)| Step::Move { which, day }),
        1 => (which(), any::<u8>()).prop_map(|(which, minutes)| Step::Remind { which, minutes }),
        2 => which().prop_map(|which| Step::Delete { which }),
        12 => which().prop_map(|client| Step::Page { client }),
        1 => any::<bool>().prop_map(|is_everywhere| Step::Expire { is_everywhere }),
        2 => any::<u16>().prop_map(|seconds| Step::Pass { seconds }),
    ];
    prop::collection::vec(step, 1..STEPS_MAX)
}

/// A client that follows the rules of §10: pages to the end, applies what it is told, starts over
/// on 410.
struct Client {
    /// Repeated in every request.
    lasting: &'static str,
    /// Said in a full listing only.
    window: Option<(Timestamp, Timestamp)>,
    held: BTreeMap<String, Value>,
    token: Option<String>,
    listing: Option<Running>,
}

/// A listing some pages of which have come.
struct Running {
    /// The server's state when the first page came.
    expected: BTreeMap<String, Value>,
    items: Vec<Value>,
    next: String,
}

fn clients() -> Vec<Client> {
    let window = (
        instant("2026-03-08T00:00:00Z"),
        instant("2026-03-15T00:00:00Z"),
    );
    [
        ("maxResults=1", None),
        ("maxResults=3&showDeleted=true", None),
        ("maxResults=2", Some(window)),
        ("singleEvents=true", Some(window)),
    ]
    .map(|(lasting, window)| Client {
        lasting,
        window,
        held: BTreeMap::new(),
        token: None,
        listing: None,
    })
    .into()
}

impl Client {
    /// Asks for the next page. Whether that completed a listing.
    fn page(&mut self, fake: &mut Fake) -> bool {
        let mut path = format!("{EVENTS}?{}", self.lasting);
        match (&self.token, self.window) {
            (Some(token), _) => path.push_str(&format!("&syncToken={token}")),
            (None, Some((min, max))) => path.push_str(&format!("&timeMin={min}&timeMax={max}")),
            (None, None) => {}
        }
        if let Some(running) = &self.listing {
            path.push_str(&format!("&pageToken={}", running.next));
        }
        let expected = self.expected(fake);
        let answer = fake.get(&path);
        if answer.status == 410 {
            self.token = None;
            self.listing = None;
            return false;
        }
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let mut page = answer.json();
        let mut running = self.listing.take().unwrap_or_else(|| Running {
            expected,
            items: Vec::new(),
            next: String::new(),
        });
        if let Value::Array(items) = page["items"].take() {
            running.items.extend(items);
        }
        if let Some(next) = page["nextPageToken"].as_str() {
            assert!(
                page.get("nextSyncToken").is_none(),
                "one token or the other"
            );
            running.next = next.to_owned();
            self.listing = Some(running);
            return false;
        }
        self.finish(running, &page);
        true
    }

    /// Takes a complete listing over, and looks whether it was true.
    fn finish(&mut self, running: Running, last_page: &Value) {
        if self.token.is_none() {
            self.held.clear();
        }
        for item in running.items {
            let id = item["id"].as_str().expect("an item has an id").to_owned();
            if item["status"] == "cancelled" || !self.sees(&item) {
                self.held.remove(&id);
            } else {
                self.held.insert(id, item);
            }
        }
        let token = last_page["nextSyncToken"].as_str();
        self.token = Some(token.expect("the last page has a sync token").to_owned());
        assert_eq!(self.held, running.expected, "client {}", self.lasting);
    }

    fn sees(&self, event: &Value) -> bool {
        let at = |edge: &str| instant(event[edge]["dateTime"].as_str().expect("a timed event"));
        self.window
            .is_none_or(|(min, max)| at("end") > min && at("start") < max)
    }

    /// What this client should hold if it listed now.
    fn expected(&self, fake: &Fake) -> BTreeMap<String, Value> {
        let events = fake.world.events(ANA).into_iter();
        events
            .filter(|event| event["status"] != "cancelled" && self.sees(event))
            .map(|event| (event["id"].as_str().expect("an id").to_owned(), event))
            .collect()
    }
}

/// One write to the calendar; what Google would refuse is refused, which changes nothing.
fn write(fake: &mut Fake, events: &mut Vec<String>, step: &Step) {
    let at = |which: &Index| (!events.is_empty()).then(|| which.get(events).clone());
    let (verb, path, body) = match step {
        Step::Insert { day } => {
            let event = fake.insert_on(*day, json!({ "summary": "new" }));
            events.push(event_path(&event["id"]));
            return;
        }
        Step::Rename { which, title } => {
            let body = json!({ "summary": format!("title {title}") });
            ("PATCH", at(which), Some(body))
        }
        Step::Move { which, day } => ("PATCH", at(which), Some(event_on(*day, json!({})))),
        Step::Remind { which, minutes } => {
            let reminder = json!({ "method": "popup", "minutes": minutes });
            let body = json!({ "reminders": { "overrides": [reminder] } });
            ("PATCH", at(which), Some(body))
        }
        Step::Delete { which } => ("DELETE", at(which), None),
        Step::Page { .. } | Step::Expire { .. } | Step::Pass { .. } => return,
    };
    if let Some(path) = path {
        fake.call(verb, &path, body.as_ref());
    }
}

fn live(seed: u64, empty_pages: u32, leavers: Leavers, steps: &[Step]) {
    let mut fake = Fake::with_seed(seed);
    fake.world.rules.empty_pages = empty_pages;
    fake.world.rules.leavers = leavers;
    // A token must not die of old age in the middle: that is what `Expire` is for.
    fake.world.rules.sync_token_ttl = jiff::SignedDuration::from_hours(24 * 365);
    let mut clients = clients();
    let mut events = Vec::new();
    for step in steps {
        match step {
            Step::Page { client } => {
                let chosen = client.index(clients.len());
                clients[chosen].page(&mut fake);
            }
            Step::Expire { is_everywhere } => {
                let body = if *is_everywhere {
                    json!({})
                } else {
                    json!({ "calendar": ANA })
                };
                let request = Request::new("POST", "/_fake/expire-sync-tokens").with_json(&body);
                let answer = handle(&mut fake.world, fake.now, &request);
                assert_eq!(answer.status, 204);
            }
            // Within the hour that an access token lives.
            Step::Pass { seconds } => fake.pass(i64::from(*seconds) % 20),
            write_step => write(&mut fake, &mut events, write_step),
        }
    }
    // At rest everybody gets there: what is under way ends, and one more listing is complete.
    for client in &mut clients {
        for complete in 0..2 {
            let pages = (0..PAGES_MAX).find(|_| client.page(&mut fake));
            assert!(pages.is_some(), "listing {complete} has no end");
        }
        assert_eq!(client.held, client.expected(&fake), "{}", client.lasting);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn a_client_that_follows_the_rules_holds_the_servers_state(
        seed in any::<u64>(),
        empty_pages in 0..4_u32,
        are_leavers_shown in any::<bool>(),
        steps in steps(),
    ) {
        let leavers = if are_leavers_shown { Leavers::Shown } else { Leavers::Cancelled };
        live(seed, empty_pages, leavers, &steps);
    }
}
