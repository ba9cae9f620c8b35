//! One calendar in a fake Google of its own.

use domain::mirror::Timing;
use domain::{Interval, Zone};
use fake_google::{Request, World, handle};
use jiff::Timestamp;
use serde_json::Value;
use std::cell::RefCell;
use url::form_urlencoded::Serializer;

use super::observed;

const OWNER: &str = "owner@example.com";
const CLIENT: &str = "client";
const EVENTS: &str = "/calendar/v3/calendars/primary/events";
const SCOPE: &str = "https://www.googleapis.com/auth/calendar.events";
/// Pages followed in one listing: more than any case fills.
const PAGES_MAX: usize = 20;

/// The fake, its owner's token, and the zone of the calendar.
pub struct Fake {
    world: RefCell<World>,
    token: String,
    zone: Zone,
}

impl Fake {
    /// An empty calendar whose days begin as in `zone`.
    ///
    /// # Panics
    /// When the fake cannot be set up.
    pub fn new(seed: u64, zone: &Zone) -> Self {
        let mut world = World::new(seed);
        world
            .add_account(OWNER, "Owner", zone.name())
            .expect("a first account");
        world.add_client(CLIENT, "secret", &["http://localhost/callback"]);
        let token = world
            .grant(now(), OWNER, CLIENT, &[SCOPE])
            .expect("account and client are there")
            .access_token;
        Self {
            world: RefCell::new(world),
            token,
            zone: zone.clone(),
        }
    }

    /// The calendar's zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Inserts an event and gives its id; `None` when the fake refuses it.
    pub fn insert(&mut self, body: &Value) -> Option<String> {
        let answer = self.call("POST", EVENTS, Some(body)).ok()?;
        answer["id"].as_str().map(str::to_owned)
    }

    /// Changes an event.
    ///
    /// # Panics
    /// When the fake refuses.
    pub fn patch(&mut self, id: &str, change: &Value) {
        let path = format!("{EVENTS}/{id}");
        self.call("PATCH", &path, Some(change))
            .expect("a change that the fake takes");
    }

    /// Deletes an event.
    ///
    /// # Panics
    /// When the fake refuses.
    pub fn delete(&mut self, id: &str) {
        self.call("DELETE", &format!("{EVENTS}/{id}"), None)
            .expect("a deletion that the fake takes");
    }

    /// The instances of a series in `window`, as Google shows them.
    pub fn instances(&self, id: &str, window: Interval) -> Vec<Value> {
        self.list(&format!("{EVENTS}/{id}/instances"), &bounds(window))
    }

    /// Everything in the calendar as a pull lists it: masters and exceptions, the deleted ones too.
    pub fn events(&self) -> Vec<Value> {
        self.list(EVENTS, &[("showDeleted", "true".to_owned())])
    }

    /// The busy times that Google's own expansion shows in `window`, ascending.
    pub fn busy(&self, window: Interval) -> Vec<Interval> {
        let mut query = bounds(window);
        query.push(("singleEvents", "true".to_owned()));
        let events = self.list(EVENTS, &query);
        let mut busy: Vec<Interval> = events
            .iter()
            .filter(|event| event["status"] != "cancelled")
            .filter(|event| event["transparency"] != "transparent")
            .filter_map(|event| match observed::event(event, &self.zone).timing? {
                Timing::Timed { time, .. } => Some(time),
                Timing::AllDay { first, end } => {
                    Interval::new(self.zone.start_of_day(first), self.zone.start_of_day(end))
                }
            })
            .filter(|time| time.overlaps(&window))
            .collect();
        busy.sort_unstable();
        busy
    }

    fn list(&self, path: &str, query: &[(&str, String)]) -> Vec<Value> {
        let mut items = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let mut text = Serializer::new(String::new());
            text.extend_pairs(query).append_pair("maxResults", "2500");
            if let Some(token) = &token {
                text.append_pair("pageToken", token);
            }
            let path = format!("{path}?{}", text.finish());
            let mut answer = self
                .call("GET", &path, None)
                .expect("a listing that the fake gives");
            if let Value::Array(page) = answer["items"].take() {
                items.extend(page);
            }
            token = answer["nextPageToken"].as_str().map(str::to_owned);
            if token.is_none() {
                return items;
            }
        }
        panic!("more pages than any case fills");
    }

    fn call(&self, verb: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let request = Request::new(verb, path).with_bearer(&self.token);
        let request = match body {
            Some(body) => request.with_json(body),
            None => request,
        };
        let response = handle(&mut self.world.borrow_mut(), now(), &request);
        match response.status {
            204 => Ok(Value::Null),
            200 => Ok(response.json()),
            _ => Err(response.text()),
        }
    }
}

fn bounds(window: Interval) -> Vec<(&'static str, String)> {
    vec![
        ("timeMin", window.start.to_string()),
        ("timeMax", window.end.to_string()),
    ]
}

fn now() -> Timestamp {
    Timestamp::from_second(1_780_000_000).expect("an instant of 2026")
}
