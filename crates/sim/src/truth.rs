//! What is really in the calendar: the fake's own expansion (`singleEvents=true`), which shares nothing
//! with ours, asked as its account.
//!
//! It is kept by the tokens that Google's pages carry: all pages of a listing show the state of its first
//! (google-calendar.md §20.9), so the token at its end names a state that the mirror must be equal to.

use std::collections::BTreeMap;
use std::rc::Rc;

use domain::{Instant, Interval, Zone};
use fake_google::{Request, handle};
use jiff::SignedDuration;
use jiff::civil::Date;
use serde_json::Value;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::events::When;
use crate::scene::Scene;
use crate::setup::{self, CALENDAR, ZONE};

/// What is compared, from the first question on: further than anybody here books.
const REACH: SignedDuration = SignedDuration::from_hours(24 * 60);
/// Nobody here has more instances within [`REACH`].
const ITEMS_MAX: &str = "2500";

/// Busy time of the host's own events, ascending.
pub type Foreign = Rc<[Interval]>;

/// What was in the calendar, and when.
#[derive(Default)]
pub struct Truth {
    window: Option<Interval>,
    now: Option<Foreign>,
    told: BTreeMap<String, Foreign>,
}

impl Truth {
    /// What the listing that gave `token` showed.
    pub fn told(&self, token: &str) -> Option<Foreign> {
        self.told.get(token).cloned()
    }

    /// Something of the host's own has changed.
    pub fn is_old(&mut self) {
        self.now = None;
    }
}

/// What is compared.
pub fn window(scene: &mut Scene) -> Interval {
    let now = scene.now();
    let day = SignedDuration::from_hours(24);
    // Google ignores fractions of a second in bounds (google-calendar.md §5); whole hours have none.
    let hour = SignedDuration::from_hours(1).as_micros();
    let whole = i64::try_from(i128::from((now - day).as_micros()) / hour * hour);
    let from = whole.map_or(now - day, Instant::from_micros);
    let fresh = || Interval::lasting(from, REACH);
    *scene.truth.window.get_or_insert_with(fresh)
}

/// What the host's own events take now.
pub fn foreign(scene: &mut Scene) -> Foreign {
    if let Some(known) = &scene.truth.now {
        return Rc::clone(known);
    }
    let window = window(scene);
    let is_own = |item: &Value| {
        let id = item["id"].as_str().unwrap_or_default();
        !scene.events.ours.contains_key(id) && !scene.events.tests.contains_key(id)
    };
    let mut busy: Vec<Interval> = expanded(scene, window)
        .iter()
        .filter(|item| is_own(item) && item["transparency"] != "transparent")
        .filter_map(time_of)
        .filter(|time| time.start < time.end && time.overlaps(&window))
        .collect();
    busy.sort_unstable();
    let busy: Foreign = busy.into();
    scene.truth.now = Some(Rc::clone(&busy));
    busy
}

/// Every event within `window`, instances in the place of series. Asked of a copy: neither the quota nor
/// the grants nor the log of the fake that Lockstep sees are touched.
///
/// # Panics
/// When the fake refuses: nothing could be checked any more.
pub fn expanded(scene: &Scene, window: Interval) -> Vec<Value> {
    let mut copy = scene.google.clone();
    copy.rules.is_strict = false;
    copy.rules.checks_answers = false;
    copy.rules.empty_pages = 0;
    let token = setup::grant(&mut copy, scene.timestamp());
    let mut query = Serializer::new(String::new());
    query
        .append_pair("singleEvents", "true")
        .append_pair("maxResults", ITEMS_MAX)
        .append_pair("timeMin", &window.start.to_string())
        .append_pair("timeMax", &window.end.to_string());
    let path = format!(
        "/calendar/v3/calendars/{CALENDAR}/events?{}",
        query.finish()
    );
    let request = Request::new("GET", &path).with_bearer(&token);
    let mut page = handle(&mut copy, scene.timestamp(), &request).json();
    assert!(
        page["nextSyncToken"].is_string() || page["nextPageToken"].is_null(),
        "one page has them all"
    );
    match page["items"].take() {
        Value::Array(items) => items,
        other => panic!("the fake lists its events, not {other}"),
    }
}

/// A page of a listing was answered: its token names the state that the listing's first page showed.
pub fn note_page(scene: &mut Scene, request: &Request, page: &Value) {
    let address = Url::parse("https://fake.example").and_then(|base| base.join(&request.path));
    let before = address.ok().and_then(|address| {
        let mut pairs = address.query_pairs();
        pairs
            .find(|(name, _)| name == "pageToken")
            .map(|(_, token)| token.into_owned())
    });
    let state = match before {
        Some(token) => scene.truth.told(&token),
        None => Some(foreign(scene)),
    };
    let token = page["nextPageToken"]
        .as_str()
        .or(page["nextSyncToken"].as_str());
    if let (Some(state), Some(token)) = (state, token) {
        scene.truth.told.insert(token.to_owned(), state);
    }
}

/// The time of an event that is there: the days of an all-day one begin in the calendar's zone.
pub fn time_of(resource: &Value) -> Option<Interval> {
    let zone = Zone::parse(ZONE).ok()?;
    let day = |edge: &str| -> Option<Instant> {
        let date: Date = resource[edge]["date"].as_str()?.parse().ok()?;
        Some(zone.start_of_day(date))
    };
    match When::read(resource) {
        When::Timed(time) => Some(time),
        When::AllDay => Interval::new(day("start")?, day("end")?),
        When::Gone => None,
    }
}
