//! A Google with calendars in it, as far as moving events between them goes: lists with sync tokens, and
//! events read, made, changed and removed. The script is for single answers; this is for what takes many.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use app::due::{Stepped, step};
use app::{App, Parts, Vault};
use bytes::Bytes;
use domain::Instant;
use google::transport::Sending;
use google::{Transport, TransportError};
use http::{Request, Response};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::support::{Harness, app_pushed, now};

/// The calendars, by Google's ids of them.
#[derive(Default)]
pub(crate) struct Town(Mutex<State>);

#[derive(Default)]
struct State {
    calendars: BTreeMap<String, BTreeMap<String, Value>>,
    /// Which events changed, oldest first: a sync token is a place in it.
    changes: Vec<(String, String)>,
    closed: BTreeSet<String>,
    refused: BTreeSet<String>,
    asked: Vec<String>,
}

impl Town {
    /// Nobody gets an answer about `calendar`, or does again.
    pub(crate) fn close(&self, calendar: &str, is_closed: bool) {
        let closed = &mut self.0.lock().unwrap().closed;
        match is_closed {
            true => closed.insert(calendar.to_owned()),
            false => closed.remove(calendar),
        };
    }

    /// Nothing may be written to `calendar`, or may again.
    pub(crate) fn refuse(&self, calendar: &str, is_refused: bool) {
        let refused = &mut self.0.lock().unwrap().refused;
        match is_refused {
            true => refused.insert(calendar.to_owned()),
            false => refused.remove(calendar),
        };
    }

    /// The events that are there, by their titles.
    pub(crate) fn living(&self, calendar: &str) -> Vec<Value> {
        let state = self.0.lock().unwrap();
        let events = state.calendars.get(calendar).into_iter().flatten();
        let living = events.filter(|(_, event)| event["status"] != "cancelled");
        living.map(|(_, event)| event.clone()).collect()
    }

    /// What was asked, as method, calendar and whether about one event.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().asked.clone()
    }

    /// The host changes an event by hand.
    pub(crate) fn edit(&self, calendar: &str, id: &str, change: &Value) {
        let mut state = self.0.lock().unwrap();
        let mut event = state.calendars[calendar][id].clone();
        for (name, value) in change.as_object().unwrap() {
            event[name] = value.clone();
        }
        state.put(calendar, event);
    }

    /// The host deletes an event.
    pub(crate) fn delete(&self, calendar: &str, id: &str) {
        let tombstone = json!({ "id": id, "status": "cancelled" });
        self.0.lock().unwrap().put(calendar, tombstone);
    }

    /// The host moves an event: a bare tombstone stays, and the same id arrives (google-calendar.md §17).
    pub(crate) fn carry(&self, from: &str, to: &str, id: &str) {
        self.copy(from, to, id, id);
        self.delete(from, id);
    }

    /// A tool copies an event with everything on it, under this id.
    pub(crate) fn copy(&self, from: &str, to: &str, id: &str, new_id: &str) {
        let mut state = self.0.lock().unwrap();
        let mut event = state.calendars[from][id].clone();
        event["id"] = new_id.into();
        state.put(to, event);
    }
}

impl State {
    fn put(&mut self, calendar: &str, mut event: Value) -> Value {
        let id = event["id"].as_str().unwrap().to_owned();
        self.changes.push((calendar.to_owned(), id.clone()));
        event["etag"] = format!("\"{}\"", self.changes.len()).into();
        event["iCalUID"] = format!("{id}@google.com").into();
        let events = self.calendars.entry(calendar.to_owned()).or_default();
        events.insert(id, event.clone());
        event
    }

    fn answer(&mut self, request: &Request<Bytes>) -> Result<(u16, Value), TransportError> {
        let path = request.uri().path().replace("%40", "@");
        let Some((_, rest)) = path.split_once("/calendars/") else {
            let tokens =
                json!({ "access_token": "next", "expires_in": 3599, "token_type": "Bearer" });
            return Ok((200, tokens));
        };
        let (calendar, rest) = rest.split_once("/events").unwrap();
        let id = rest.trim_start_matches('/');
        let method = request.method().as_str();
        let about = if id.is_empty() { "all" } else { "one" };
        self.asked.push(format!("{method} {calendar} {about}"));
        if self.closed.contains(calendar) {
            return Err(TransportError::NotSent("closed".into()));
        }
        if method != "GET" && self.refused.contains(calendar) {
            let error = json!({ "code": 403, "message": "Forbidden",
                "errors": [{ "domain": "calendar", "reason": "forbiddenForNonOrganizer" }] });
            return Ok((403, json!({ "error": error })));
        }
        let known = self
            .calendars
            .get(calendar)
            .and_then(|all| all.get(id))
            .cloned();
        let is_gone = known
            .as_ref()
            .is_some_and(|event| event["status"] == "cancelled");
        let mut body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        Ok(match (method, known) {
            ("GET", _) if id.is_empty() => (200, self.page(calendar, request.uri().query())),
            ("POST", _) => {
                let id = body["id"].as_str().unwrap().to_owned();
                if self
                    .calendars
                    .get(calendar)
                    .is_some_and(|all| all.contains_key(&id))
                {
                    return Ok((409, refusal(409, "duplicate")));
                }
                body["status"] = "confirmed".into();
                (200, self.put(calendar, body))
            }
            (_, None) => (404, refusal(404, "notFound")),
            ("GET", Some(event)) => (200, event),
            ("DELETE", _) if is_gone => (410, refusal(410, "deleted")),
            ("DELETE", _) => {
                self.put(calendar, json!({ "id": id, "status": "cancelled" }));
                (204, Value::Null)
            }
            (_, Some(mut event)) => {
                for (name, value) in body.as_object().unwrap() {
                    event[name] = value.clone();
                }
                (200, self.put(calendar, event))
            }
        })
    }

    fn page(&self, calendar: &str, query: Option<&str>) -> Value {
        let mut pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let token = pairs.find(|(name, _)| name == "syncToken");
        let since: usize = token.map_or(0, |(_, at)| at.parse().unwrap());
        let changed = self.changes[since..]
            .iter()
            .filter(|(of, _)| of == calendar);
        let ids: BTreeSet<&String> = changed.map(|(_, id)| id).collect();
        let items: Vec<&Value> = ids
            .iter()
            .map(|id| &self.calendars[calendar][*id])
            .collect();
        json!({ "summary": calendar, "timeZone": "Europe/Madrid", "accessRole": "owner",
            "items": items, "nextSyncToken": self.changes.len().to_string() })
    }
}

fn refusal(code: u16, reason: &str) -> Value {
    let errors = json!([{ "domain": "global", "reason": reason }]);
    json!({ "error": { "code": code, "message": reason, "errors": errors } })
}

impl Transport for Town {
    fn send(&self, request: Request<Bytes>) -> Sending<'_> {
        let answer = self.0.lock().unwrap().answer(&request);
        Box::pin(std::future::ready(answer.map(|(status, body)| {
            let body = match body {
                Value::Null => Bytes::new(),
                body => Bytes::from(body.to_string()),
            };
            Response::builder().status(status).body(body).unwrap()
        })))
    }
}

/// The app of `h` in a town.
pub(crate) fn app_in(h: &Harness, town: &Arc<Town>) -> App {
    App::new(Parts {
        store: h.store.clone(),
        transport: town.clone(),
        clock: h.clock.clone(),
        chance: Arc::new(super::support::CountingChance::from(1 << 40)),
        vault: Vault::new(&[7; 32]),
        settings: app_pushed(h, None).settings().clone(),
    })
}

/// Does all that is due, and what comes due within `span`.
pub(crate) fn works_for(h: &Harness, app: &App, span: SignedDuration) {
    let until = app.now() + span;
    // More steps than any of these tests takes.
    for _ in 0..2_000 {
        match now(step(app)).unwrap() {
            Stepped::Worked => h.clock.advance(SignedDuration::from_millis(10)),
            Stepped::Idle(Some(at)) if at <= until => advance_to(h, at),
            Stepped::Idle(_) => return advance_to(h, until),
        }
    }
    panic!("does not come to rest");
}

fn advance_to(h: &Harness, at: Instant) {
    let by = at - h.app.now();
    if by > SignedDuration::ZERO {
        h.clock.advance(by);
    }
}
