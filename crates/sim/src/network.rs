//! The way to Google: requests translated, carried out in the fake, and troubled on the way.

use bytes::Bytes;
use domain::event_text::EventText;
use domain::reminders::Reminders;
use domain::{Instant, LinkId};
use fake_google::{Request, Response};
use google::transport::TransportError;
use serde_json::{Value, json};
use store::sqlite::digest::Digest;
use store::tables::links;

use crate::actors::Actor;
use crate::checks::{left_alone, writes};
use crate::events::{By, Ours, Turn, When};
use crate::failure::Failure;
use crate::machine::short;
use crate::scene::Scene;
use crate::seams::Answer;
use crate::setup::{CALENDAR, OTHER, has_two};
use crate::truth;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Tokens.
    Token,
    /// That the grant be taken back.
    Revoke,
    /// A channel on the calendar.
    Watch,
    /// The end of a channel.
    Stop,
    /// A page of the calendar.
    List,
    /// One event.
    Get(String),
    /// A new event.
    Insert,
    /// An event changed.
    Patch(String),
    /// An event removed.
    Delete(String),
    /// Something else.
    Other,
}

impl Ask {
    /// What `request` asks for.
    pub fn of(request: &http::Request<Bytes>) -> Self {
        let path = request.uri().path();
        if path == "/token" {
            return Self::Token;
        }
        if path == "/revoke" {
            return Self::Revoke;
        }
        if path.ends_with("/events/watch") {
            return Self::Watch;
        }
        if path.ends_with("/channels/stop") {
            return Self::Stop;
        }
        let Some((_, event)) = path.split_once("/events") else {
            return Self::Other;
        };
        let id = event.trim_start_matches('/').to_owned();
        match (request.method().as_str(), id.is_empty()) {
            ("GET", true) => Self::List,
            ("POST", true) => Self::Insert,
            ("GET", false) => Self::Get(id),
            ("PATCH", false) => Self::Patch(id),
            ("DELETE", false) => Self::Delete(id),
            _ => Self::Other,
        }
    }

    /// Its name in the trace.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Revoke => "revoke",
            Self::Watch => "events.watch",
            Self::Stop => "channels.stop",
            Self::List => "events.list",
            Self::Get(_) => "events.get",
            Self::Insert => "events.insert",
            Self::Patch(_) => "events.patch",
            Self::Delete(_) => "events.delete",
            Self::Other => "other",
        }
    }
}

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It never leaves.
    NotSent,
    /// It is lost on the way there.
    LostBefore,
    /// Its answer is lost on the way back.
    LostAfter,
    /// Google fails before it has done anything.
    ErrorBefore(u16),
    /// Google fails after it has done everything.
    ErrorAfter(u16),
    /// Google wants fewer requests: a status, and how long to wait, if it says so.
    RateLimited(u16, Option<u32>),
    /// Google will not do it: a status, and its reason. No weather brings this; tests do.
    Refused(u16, &'static str),
    /// Somebody on the way answers with a page for people. No weather brings this; tests do.
    Html(u16),
    /// The answer is cut off.
    Truncated,
    /// Every access token has ended early.
    TokenRefused,
    /// It arrives twice, and the second answer counts.
    Doubled,
    /// A list calls a living event deleted (scenario C4).
    FalseTombstone,
    /// Google has forgotten every position: what a listing goes on from is refused.
    PositionsEnd,
    /// It stays on the way, and arrives when nobody waits for it any more.
    Late,
}

impl Trouble {
    /// Its name in the trace.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotSent => "not sent",
            Self::LostBefore => "lost before",
            Self::LostAfter => "lost after",
            Self::ErrorBefore(_) => "error before",
            Self::ErrorAfter(_) => "error after",
            Self::RateLimited(..) => "rate limited",
            Self::Refused(..) => "refused",
            Self::Html(_) => "html",
            Self::Truncated => "truncated",
            Self::TokenRefused => "token refused",
            Self::Doubled => "doubled",
            Self::FalseTombstone => "false tombstone",
            Self::PositionsEnd => "positions end",
            Self::Late => "late",
        }
    }

    /// Its name in the counters.
    pub const fn counter(self) -> &'static str {
        match self {
            Self::NotSent => "trouble.not-sent",
            Self::LostBefore => "trouble.lost-before",
            Self::LostAfter => "trouble.lost-after",
            Self::ErrorBefore(_) => "trouble.error-before",
            Self::ErrorAfter(_) => "trouble.error-after",
            Self::RateLimited(..) => "trouble.rate-limited",
            Self::Refused(..) => "trouble.refused",
            Self::Html(_) => "trouble.html",
            Self::Truncated => "trouble.truncated",
            Self::TokenRefused => "trouble.token-refused",
            Self::Doubled => "trouble.doubled",
            Self::FalseTombstone => "trouble.false-tombstone",
            Self::PositionsEnd => "trouble.positions-end",
            Self::Late => "trouble.late",
        }
    }
}

/// A fingerprint of `request`.
pub fn fingerprint(request: &http::Request<Bytes>) -> u64 {
    Digest::default()
        .with(request.method().as_str().as_bytes())
        .with(request.uri().to_string().as_bytes())
        .with(request.body())
        .as_u64()
}

/// A fingerprint of `answer`.
pub fn answer_fingerprint(answer: &Answer) -> u64 {
    match answer {
        Ok(response) => Digest::default()
            .with(&response.status().as_u16().to_le_bytes())
            .with(response.body())
            .as_u64(),
        Err(error) => Digest::default()
            .with(error.to_string().as_bytes())
            .as_u64(),
    }
}

/// What becomes of `request` under `trouble`: its effect now, its answer given back.
///
/// # Errors
/// That there is no answer.
pub fn perform(
    scene: &mut Scene,
    request: &http::Request<Bytes>,
    trouble: Option<Trouble>,
) -> Answer {
    let ask = Ask::of(request);
    let asked = translate(request);
    let carry_out = |scene: &mut Scene| carry_out(scene, &ask, &asked);
    let answer = match trouble {
        None => Ok(carry_out(scene)),
        Some(Trouble::Late) => {
            scene.late.push_back(request.clone());
            Err(lost())
        }
        Some(Trouble::NotSent) => Err(TransportError::NotSent("simulated".to_owned())),
        Some(Trouble::LostBefore) => Err(lost()),
        Some(Trouble::LostAfter) => {
            carry_out(scene);
            Err(lost())
        }
        Some(Trouble::ErrorBefore(status)) => Ok(Response::empty(status)),
        Some(Trouble::ErrorAfter(status)) => {
            carry_out(scene);
            Ok(Response::empty(status))
        }
        Some(Trouble::RateLimited(status, after)) => Ok(rate_limited(status, after)),
        Some(Trouble::Refused(status, reason)) => {
            note_refused(scene, &ask, request);
            Ok(refused(&ask, status, reason))
        }
        Some(Trouble::Html(status)) => {
            let mut response = Response::empty(status);
            response.body = b"<!doctype html><title>Sorry</title><p>Please sign in.".to_vec();
            Ok(response)
        }
        Some(Trouble::Truncated) => {
            let mut response = carry_out(scene);
            response.body.truncate(response.body.len() / 2);
            Ok(response)
        }
        Some(Trouble::TokenRefused) => {
            scene.google.expire_access_tokens();
            Ok(carry_out(scene))
        }
        Some(Trouble::Doubled) => {
            carry_out(scene);
            Ok(carry_out(scene))
        }
        Some(Trouble::PositionsEnd) => {
            scene.google.expire_sync_tokens(None);
            Ok(match page_refusal(&asked) {
                Some((status, reason)) => refused(&ask, status, reason),
                None => carry_out(scene),
            })
        }
        Some(Trouble::FalseTombstone) => Ok(with_false_tombstone(scene, carry_out)),
    };
    let is_whole = trouble != Some(Trouble::Truncated);
    if let Ok(response) = &answer {
        if !matches!(ask, Ask::Token | Ask::Revoke) && response.status == 401 {
            scene.token_refused_at = Some(scene.now());
        }
        if is_whole {
            note_told(scene, &ask, response);
        }
    }
    answer.and_then(|response| retranslate(&response))
}

/// Lets the request that has been on its way for longest arrive. Nobody hears the answer.
pub fn arrive_late(scene: &mut Scene) {
    let Some(request) = scene.late.pop_front() else {
        return;
    };
    let ask = Ask::of(&request);
    scene.event(
        Actor::Setup,
        "arrives late",
        ask.name(),
        fingerprint(&request),
    );
    carry_out(scene, &ask, &translate(&request));
}

fn lost() -> TransportError {
    TransportError::Lost("simulated".to_owned())
}

fn rate_limited(status: u16, after: Option<u32>) -> Response {
    let mut response = Response::empty(status);
    response.body = br#"{"error":{"errors":[{"domain":"usageLimits","reason":"rateLimitExceeded"}],"code":403,"message":"Rate Limit Exceeded"}}"#.to_vec();
    if let Some(seconds) = after {
        let header = ("retry-after".to_owned(), seconds.to_string());
        response.headers.push(header);
    }
    response
}

/// How Google would refuse the page that `asked` goes on from, if it goes on from one: it does not say
/// which of both it is (§13).
fn page_refusal(asked: &Request) -> Option<(u16, &'static str)> {
    let (_, token) = asked.path.split_once("pageToken=")?;
    Some(match token.len() % 2 {
        0 => (410, "fullSyncRequired"),
        _ => (400, "invalid"),
    })
}

/// A refusal as the endpoint asked words it.
fn refused(ask: &Ask, status: u16, reason: &str) -> Response {
    let body = match ask {
        Ask::Token | Ask::Revoke => json!({ "error": reason, "error_description": "simulated" }),
        _ => json!({ "error": {
            "errors": [{ "domain": "global", "reason": reason, "message": "simulated" }],
            "code": status,
            "message": "simulated",
        } }),
    };
    let mut response = Response::empty(status);
    response.body = body.to_string().into_bytes();
    response
}

/// A request as the fake takes it.
pub(crate) fn translate(request: &http::Request<Bytes>) -> Request {
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    Request {
        method: request.method().as_str().to_owned(),
        path: request
            .uri()
            .path_and_query()
            .map_or_else(String::new, ToString::to_string),
        headers: headers.collect(),
        body: request.body().to_vec(),
    }
}

/// What the fake answered, as the app takes it.
pub(crate) fn retranslate(response: &Response) -> Answer {
    let mut built = http::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        built = built.header(name, value);
    }
    built
        .body(Bytes::from(response.body.clone()))
        .map_err(|error| TransportError::Lost(error.to_string()))
}

/// The effect of a request, written down as it happens.
fn carry_out(scene: &mut Scene, ask: &Ask, asked: &Request) -> Response {
    let now = scene.timestamp();
    let response = fake_google::handle(&mut scene.google, now, asked);
    let is_done = (200..300).contains(&response.status);
    let subject = match ask {
        Ask::Insert => response.json()["id"].as_str().unwrap_or("-").to_owned(),
        Ask::Get(id) | Ask::Patch(id) | Ask::Delete(id) => id.clone(),
        Ask::Token | Ask::Revoke | Ask::Watch | Ask::Stop | Ask::List | Ask::Other => String::new(),
    };
    let calendar = calendar_of(asked);
    let when = scene
        .google
        .event(calendar, &subject)
        .map(|resource| When::read(&resource));
    let what = format!(
        "{} {} {} {when:?}",
        ask.name(),
        response.status,
        short(&subject)
    );
    scene.event(Actor::Setup, "effect", &what, 0);
    if is_done && matches!(ask, Ask::Insert | Ask::Patch(_) | Ask::Delete(_)) {
        scene.written_at = scene.now();
    }
    match ask {
        Ask::Insert if is_done => note_insert(scene, calendar, &response.json()),
        Ask::Patch(id) if is_done => note_patch(scene, id, &response.json()),
        Ask::Delete(id) if is_done => note_delete(scene, id),
        Ask::Revoke if is_done => {
            scene.stats.count("google.revoked");
            let checked = left_alone::revoked(scene);
            scene.hold(checked);
        }
        Ask::List if is_done => {
            if !asked.path.contains("pageToken=") {
                scene.listed_at = Some(scene.now());
            }
            // The host's own events are all in the first.
            if calendar == CALENDAR {
                truth::note_page(scene, asked, &response.json());
            }
        }
        _ => {}
    }
    response
}

/// Which calendar a request is about, as far as it is about one.
fn calendar_of(asked: &Request) -> &'static str {
    let name = OTHER.split('@').next().unwrap_or_default();
    let is_other = asked.path.contains(&format!("/calendars/{name}"));
    if is_other { OTHER } else { CALENDAR }
}

fn note_insert(scene: &mut Scene, calendar: &'static str, resource: &Value) {
    scene.stats.count("google.inserted");
    if resource["summary"] == TEST_EVENT {
        return note_test(scene, resource);
    }
    let mark = &resource["extendedProperties"]["private"]["lockstepLink"];
    let link: Option<LinkId> = mark.as_str().and_then(|text| text.parse().ok());
    let row = link.and_then(|id| scene.read(|tx| links::by_id(tx, id)));
    let (Some(row), Some(id), When::Timed(agreed)) =
        (row, resource["id"].as_str(), When::read(resource))
    else {
        let message = format!("an event without a mark, an id or a time was made: {resource}");
        return scene.hold(Err(Failure::new("marks", message)));
    };
    let turn = Turn {
        step: scene.trace.step(),
        by: By::Ours,
        when: When::Timed(agreed),
    };
    let event = Ours {
        booking: row.booking_id,
        calendar,
        carried_at: None,
        turns: vec![turn],
        agreed,
        is_text_edited: false,
        title_by_host: None,
        was_told_gone: false,
    };
    scene.events.ours.insert(id.to_owned(), event);
}

/// What the event that proves a connection is called.
const TEST_EVENT: &str = "Lockstep: connection test";

/// One at a time, in nobody's way (row R6).
fn note_test(scene: &mut Scene, resource: &Value) {
    scene.stats.count("google.tested");
    let id = resource["id"].as_str().unwrap_or_default().to_owned();
    let is_another_there = scene.events.tests.values().any(|is_there| *is_there);
    if is_another_there || resource["transparency"] != "transparent" {
        let message = format!("a test event beside another, or in the way: {resource}");
        scene.hold(Err(Failure::new("tests", message)));
    }
    scene.events.tests.insert(id, true);
}

/// Google will not write what we asked: the link is to wait for a person, through no doing of the host's.
fn note_refused(scene: &mut Scene, ask: &Ask, request: &http::Request<Bytes>) {
    let booking = match ask {
        Ask::Patch(id) | Ask::Delete(id) => scene.events.ours.get(id).map(|event| event.booking),
        Ask::Insert => {
            let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
            let mark = &body["extendedProperties"]["private"]["lockstepLink"];
            let link: Option<LinkId> = mark.as_str().and_then(|text| text.parse().ok());
            let row = link.and_then(|id| scene.read(|tx| links::by_id(tx, id)));
            row.map(|row| row.booking_id)
        }
        _ => None,
    };
    scene.events.refused.extend(booking);
}

fn note_patch(scene: &mut Scene, id: &str, resource: &Value) {
    scene.stats.count("google.patched");
    let checked = writes::patched(scene, id, When::read(resource));
    scene.hold(checked);
    let step = scene.trace.step();
    if let (Some(event), When::Timed(time)) = (scene.events.ours.get_mut(id), When::read(resource))
    {
        event.agreed = time;
        event.turns.push(Turn {
            step,
            by: By::Ours,
            when: When::Timed(time),
        });
    }
}

fn note_delete(scene: &mut Scene, id: &str) {
    scene.stats.count("google.deleted");
    if let Some(is_there) = scene.events.tests.get_mut(id) {
        *is_there = false;
        return;
    }
    let checked = writes::deleted(scene, id);
    scene.hold(checked);
    let step = scene.trace.step();
    if let Some(event) = scene.events.ours.get_mut(id) {
        event.turns.push(Turn {
            step,
            by: By::Ours,
            when: When::Gone,
        });
    }
}

/// What an answer that arrives proves about an event's end.
fn note_told(scene: &mut Scene, ask: &Ask, response: &Response) {
    let is_gone = match ask {
        Ask::Get(_) => {
            matches!(response.status, 404 | 410)
                || response.status == 200 && response.json()["status"] == "cancelled"
        }
        Ask::Delete(_) => matches!(response.status, 204 | 404 | 410),
        _ => false,
    };
    if let (true, Ask::Get(id) | Ask::Delete(id)) = (is_gone, ask)
        && let Some(event) = scene.events.ours.get_mut(id)
    {
        event.was_told_gone = true;
    }
}

/// A list in which one living event of ours is called deleted.
fn with_false_tombstone(
    scene: &mut Scene,
    carry_out: impl FnOnce(&mut Scene) -> Response,
) -> Response {
    let mut response = carry_out(scene);
    let mut page = response.json();
    let living = page["items"].as_array_mut().into_iter().flatten();
    let ours = &scene.events.ours;
    let is_ours = |item: &Value| item["id"].as_str().is_some_and(|id| ours.contains_key(id));
    if let Some(item) = living
        .filter(|item| item["status"] == "confirmed" && is_ours(item))
        .last()
    {
        item["status"] = "cancelled".into();
        response.body = page.to_string().into_bytes();
    }
    response
}

/// The text of an event's resource, as far as we own it.
pub fn text_of(resource: &Value) -> EventText {
    let text = |name: &str| resource[name].as_str().unwrap_or_default().to_owned();
    EventText {
        title: text("summary"),
        description: text("description"),
        location: text("location"),
    }
}

/// The reminders of an event's resource, in the order in which ours are kept.
pub fn reminders_of(resource: &Value) -> Option<Reminders> {
    let shown = &resource["reminders"];
    if shown["useDefault"] == true {
        return Some(Reminders::Calendar);
    }
    let overrides = serde_json::from_value(shown["overrides"].clone()).ok()?;
    Reminders::only(overrides).ok()
}

/// A resource's time for the host to write.
pub fn moment(at: Instant) -> Value {
    serde_json::json!({ "dateTime": at.to_string(), "date": null, "timeZone": "Europe/Madrid" })
}

/// The events of all calendars.
pub fn resources(scene: &Scene) -> Vec<Value> {
    let mut all = scene.google.events(CALENDAR);
    if has_two(scene.seed) {
        all.extend(scene.google.events(OTHER));
    }
    all
}
