//! A world with one account and one client, and short ways to ask it things.

use fake_google::{Request, Response, World, handle};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::description::description;

pub(crate) const ANA: &str = "ana@example.com";
pub(crate) const CLIENT: &str = "client";
pub(crate) const SECRET: &str = "secret";
pub(crate) const REDIRECT: &str = "http://localhost:8080/callback";
pub(crate) const SCOPE_EVENTS: &str = "https://www.googleapis.com/auth/calendar.events";
pub(crate) const EVENTS: &str = "/calendar/v3/calendars/primary/events";

/// The world, its time, and a token for all of Ana's events.
pub(crate) struct Fake {
    pub(crate) world: World,
    pub(crate) now: Timestamp,
    pub(crate) token: String,
}

impl Fake {
    pub(crate) fn new() -> Self {
        Self::with_seed(1)
    }

    pub(crate) fn with_seed(seed: u64) -> Self {
        let mut world = World::new(seed);
        world
            .add_account(ANA, "Ana", "America/Montevideo")
            .expect("a first account");
        world.add_client(CLIENT, SECRET, &[REDIRECT]);
        world.rules.is_strict = true;
        let now = instant("2026-03-01T12:00:00.123456Z");
        let scopes = ["openid", "email", SCOPE_EVENTS];
        let tokens = world
            .grant(now, ANA, CLIENT, &scopes)
            .expect("account and client are there");
        Self {
            world,
            now,
            token: tokens.access_token,
        }
    }

    pub(crate) fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    /// Every answer is held against Google's description.
    pub(crate) fn send(&mut self, request: &Request) -> Response {
        let response = handle(&mut self.world, self.now, request);
        description().check_answer(request, &response);
        response
    }

    /// An authorized call.
    pub(crate) fn call(&mut self, verb: &str, path: &str, body: Option<&Value>) -> Response {
        let request = Request::new(verb, path).with_bearer(&self.token);
        let request = match body {
            Some(body) => request.with_json(body),
            None => request,
        };
        self.send(&request)
    }

    pub(crate) fn get(&mut self, path: &str) -> Response {
        self.call("GET", path, None)
    }

    /// Inserts an event and gives its resource.
    pub(crate) fn insert(&mut self, body: &Value) -> Value {
        let response = self.call("POST", EVENTS, Some(body));
        assert_eq!(response.status, 200, "{}", response.text());
        response.json()
    }

    /// Inserts an event from 10 to 11 UTC on a day of March 2026, with more fields.
    pub(crate) fn insert_on(&mut self, day: i8, more: Value) -> Value {
        self.insert(&event_on(day, more))
    }
}

pub(crate) fn event_on(day: i8, more: Value) -> Value {
    let mut event = json!({
        "start": { "dateTime": format!("2026-03-{day:02}T10:00:00Z") },
        "end": { "dateTime": format!("2026-03-{day:02}T11:00:00Z") },
    });
    let fields = event.as_object_mut().expect("written as an object");
    fields.extend(
        more.as_object()
            .cloned()
            .expect("more fields are an object"),
    );
    event
}

pub(crate) fn instant(text: &str) -> Timestamp {
    text.parse().expect("a timestamp in a test")
}

/// Path of one event.
pub(crate) fn event_path(id: &Value) -> String {
    format!("{EVENTS}/{}", id.as_str().expect("an id is text"))
}

/// Status and first reason of a Calendar error.
pub(crate) fn refusal(response: &Response) -> (u16, String) {
    let body = response.json();
    let reason = body["error"]["errors"][0]["reason"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert_eq!(
        body["error"]["code"],
        response.status,
        "{}",
        response.text()
    );
    (response.status, reason)
}

/// The query of a redirect, as pairs.
pub(crate) fn landed(response: &Response) -> Vec<(String, String)> {
    let location = response
        .header("location")
        .expect("a redirect has a location");
    let query = location.split_once('?').map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

pub(crate) fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(n, _)| n == name)
        .map(|(_, value)| value.as_str())
}
