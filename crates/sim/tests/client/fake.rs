//! One account's calendar in a fake Google, reached by the client.

use std::future::ready;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use fake_google::{Request, World, handle};
use google::events::CalendarAt;
use google::transport::Sending;
use google::{Endpoints, Transport};
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;

pub(crate) const OWNER: &str = "owner@example.com";
const CLIENT: &str = "client";
const SCOPE: &str = "https://www.googleapis.com/auth/calendar.events";

/// The fake, and the token of its only account.
pub(crate) struct Fake {
    world: Mutex<World>,
    endpoints: Endpoints,
    token: SecretString,
}

impl Fake {
    pub(crate) fn new() -> Self {
        let mut world = World::new(1);
        world.rules.is_strict = true;
        world.rules.checks_answers = true;
        world.add_account(OWNER, "Owner", "Europe/Madrid").unwrap();
        world.add_client(CLIENT, "secret", &["http://localhost/callback"]);
        let tokens = world.grant(now(), OWNER, CLIENT, &[SCOPE]).unwrap();
        Self {
            world: Mutex::new(world),
            endpoints: Endpoints::google(),
            token: SecretString::from(tokens.access_token),
        }
    }

    pub(crate) fn at(&self) -> CalendarAt<'_> {
        self.at_calendar(OWNER)
    }

    pub(crate) fn at_calendar<'a>(&'a self, calendar: &'a str) -> CalendarAt<'a> {
        CalendarAt {
            endpoints: &self.endpoints,
            access_token: &self.token,
            calendar,
        }
    }

    /// Changes the world behind the client's back.
    pub(crate) fn world<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.world.lock().unwrap())
    }

    /// Makes an event and gives its id.
    pub(crate) fn insert(&self, body: &Value) -> String {
        let made = self.write("POST", "", body);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Changes an event.
    pub(crate) fn patch(&self, id: &str, body: &Value) {
        self.write("PATCH", &format!("/{id}"), body);
    }

    /// Deletes an event.
    pub(crate) fn delete(&self, id: &str) {
        self.write("DELETE", &format!("/{id}"), &Value::Null);
    }

    fn write(&self, verb: &str, rest: &str, body: &Value) -> Value {
        use secrecy::ExposeSecret;
        let path = format!("/calendar/v3/calendars/primary/events{rest}");
        let request = Request::new(verb, &path).with_bearer(self.token.expose_secret());
        let request = match body {
            Value::Null => request,
            body => request.with_json(body),
        };
        let response = self.world(|world| handle(world, now(), &request));
        assert!(response.status < 300, "{verb} {path}: {}", response.text());
        if response.status == 204 {
            return Value::Null;
        }
        response.json()
    }

    /// Units that the account has used in the last minute.
    pub(crate) fn units(&self) -> u64 {
        let request = Request::new("GET", "/_fake/quotas");
        let shown = self.world(|world| handle(world, now(), &request)).json();
        shown["users"][0]["lastMinute"].as_u64().unwrap_or(0)
    }
}

impl Transport for Fake {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        let path = request.uri().path_and_query().unwrap();
        let mut asked = Request::new(request.method().as_str(), path.as_str());
        for (name, value) in request.headers() {
            asked = asked.with_header(name.as_str(), value.to_str().unwrap());
        }
        asked.body = request.body().to_vec();
        let response = self.world(|world| handle(world, now(), &asked));
        let answer = http::Response::builder().status(response.status);
        let answer = answer.body(Bytes::from(response.body)).unwrap();
        Box::pin(ready(Ok(answer)))
    }
}

/// The fake's time, in 2026: all that happens here happens at once.
pub(crate) fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// Runs a call of the client: the fake answers at once.
pub(crate) fn done<T>(call: impl Future<Output = T>) -> T {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the fake answers at once"),
    }
}
