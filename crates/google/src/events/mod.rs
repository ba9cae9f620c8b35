//! `events.insert`, `.get`, `.patch`, `.delete` and `.list`.
//!
//! Every write is ours alone to retry: `sendUpdates=none` keeps Google from mailing anyone, and only
//! fields we own are sent.

mod json;

use bytes::Bytes;
use domain::sync::{Changes, EventFields, Remote, Seen};
use domain::{Instant, Interval, LinkId};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_MATCH};
use http::{Method, Response};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::endpoints::Endpoints;
use crate::error::{CallError, call_error};
use crate::transport::Transport;

/// How we recognise our events: counts only together with the id it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which event link made it.
    pub link: LinkId,
    /// Which write of that link it carries.
    pub rev: i64,
}

/// A remote event, as far as Lockstep looks at one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteEvent {
    /// Its id.
    pub id: String,
    /// Whether it is a tombstone.
    pub is_deleted: bool,
    /// Our mark with the id it names, if it carries one.
    pub mark: Option<(Mark, String)>,
    /// Its version, time and text; tombstones may have none.
    pub remote: Option<Remote>,
    /// Google's page of it.
    pub html_link: Option<String>,
    /// When it last changed, in Google's words and by Google's clock.
    pub updated: Option<String>,
}

impl RemoteEvent {
    /// What this look says about the event of `link`. `confirmed` when it was a direct read.
    pub fn seen_by(&self, link: LinkId, confirmed: bool) -> Seen {
        match (&self.mark, &self.remote) {
            _ if self.is_deleted => Seen::Deleted { confirmed },
            (Some((mark, named)), Some(remote)) if mark.link == link && *named == self.id => {
                Seen::Live(remote.clone())
            }
            _ => Seen::Foreign,
        }
    }
}

/// A calendar, reached with a token.
#[derive(Clone, Copy, Debug)]
pub struct CalendarAt<'a> {
    /// Where Google is.
    pub endpoints: &'a Endpoints,
    /// For whom.
    pub access_token: &'a SecretString,
    /// Google's id of the calendar, or `primary`.
    pub calendar: &'a str,
}

/// One page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its events, tombstones included. One that cannot be read is left out, never the rest.
    pub events: Vec<RemoteEvent>,
    /// Where the next page is; `None` on the last.
    pub next_page: Option<String>,
    /// The calendar's name.
    pub name: String,
}

/// Which events a listing shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// Those that end after this.
    Ending(Instant),
    /// Those changed at or after this, deletions included; in Google's words.
    Updated(String),
}

/// Makes an event under the id we chose.
///
/// # Errors
/// [`CallError`]; [`CallError::Duplicate`] when the id is taken, by a deleted event too.
pub async fn insert(
    transport: &dyn Transport,
    at: CalendarAt<'_>,
    event_id: &str,
    mark: &Mark,
    fields: &EventFields,
) -> Result<RemoteEvent, CallError> {
    let url = with_query(at.url(&["events"]), &WRITE);
    let body = json::insert_body(event_id, mark, fields);
    let response = at
        .send(transport, Method::POST, url, None, Some(body))
        .await?;
    read_event(&response)
}

/// Reads an event, tombstones included.
///
/// # Errors
/// [`CallError`]; [`CallError::NotFound`] when nothing is there.
pub async fn get(
    transport: &dyn Transport,
    at: CalendarAt<'_>,
    event_id: &str,
) -> Result<RemoteEvent, CallError> {
    let url = with_query(at.url(&["events", event_id]), &COMPACT);
    let response = at.send(transport, Method::GET, url, None, None).await?;
    read_event(&response)
}

/// Changes some fields of an event that still is at version `etag`.
///
/// # Errors
/// [`CallError`]; [`CallError::Stale`] when it has changed meanwhile.
pub async fn patch(
    transport: &dyn Transport,
    at: CalendarAt<'_>,
    event_id: &str,
    etag: &str,
    mark: &Mark,
    changes: &Changes,
) -> Result<RemoteEvent, CallError> {
    let url = with_query(at.url(&["events", event_id]), &WRITE);
    let body = json::patch_body(event_id, mark, changes);
    let response = at
        .send(transport, Method::PATCH, url, Some(etag), Some(body))
        .await?;
    read_event(&response)
}

/// Removes an event, whatever its version.
///
/// # Errors
/// [`CallError`]; [`CallError::NotFound`] and [`CallError::Gone`] when it is gone already.
pub async fn delete(
    transport: &dyn Transport,
    at: CalendarAt<'_>,
    event_id: &str,
) -> Result<(), CallError> {
    let url = with_query(at.url(&["events", event_id]), &WRITE);
    let response = at.send(transport, Method::DELETE, url, None, None).await?;
    // Google has nothing to say about what is gone. Whoever answers with a page for people is somebody
    // on the way, and the event may still be there.
    if response.body().is_empty() {
        Ok(())
    } else {
        Err(unreadable(response.body()))
    }
}

/// One page of the calendar's events, recurring ones as their masters, tombstones included.
///
/// # Errors
/// [`CallError`]; [`CallError::Gone`] when `since` is too long ago.
pub async fn list(
    transport: &dyn Transport,
    at: CalendarAt<'_>,
    since: &Since,
    page: Option<&str>,
) -> Result<Page, CallError> {
    let url = list_url(at, since, page);
    let response = at.send(transport, Method::GET, url, None, None).await?;
    json::read_page(response.body()).ok_or_else(|| unreadable(response.body()))
}

/// The same of a public calendar, with an API key in the place of a token. A key reads what everybody may
/// read and nothing else, so there is no other call that takes one (row L10).
///
/// The reference names the parameter `key` (§17); the header says the same and stays out of logs and of
/// error texts, which show addresses.
///
/// # Errors
/// As [`list`]; a private calendar is [`CallError::NotFound`] or [`CallError::TokenRefused`].
pub async fn list_public(
    transport: &dyn Transport,
    endpoints: &Endpoints,
    calendar: &str,
    key: &SecretString,
    since: &Since,
    page: Option<&str>,
) -> Result<Page, CallError> {
    let url = endpoints.method(&["calendars", calendar, "events"]);
    let request = http::Request::get(list_query(url, since, page).as_str())
        .header(API_KEY, key.expose_secret());
    let response = exchange(transport, request, None).await?;
    json::read_page(response.body()).ok_or_else(|| unreadable(response.body()))
}

/// Makes the event that proves a connection, under the id we chose: named as what it is, blocking nobody's
/// time, reminding nobody.
///
/// # Errors
/// [`CallError`]; [`CallError::Duplicate`] when an attempt before this one made it.
pub async fn insert_test(
    transport: &dyn Transport,
    at: CalendarAt<'_>,
    event_id: &str,
    time: Interval,
) -> Result<(), CallError> {
    let url = with_query(at.url(&["events"]), &WRITE);
    let body = json::test_body(event_id, time);
    let response = at
        .send(transport, Method::POST, url, None, Some(body))
        .await?;
    let made = read_event(&response)?;
    if made.id == event_id {
        Ok(())
    } else {
        Err(CallError::Bug("another event than asked for".to_owned()))
    }
}

/// Carries an API key.
const API_KEY: &str = "x-goog-api-key";
const COMPACT: [(&str, &str); 1] = [("prettyPrint", "false")];
const WRITE: [(&str, &str); 2] = [("prettyPrint", "false"), ("sendUpdates", "none")];
const LIST: [(&str, &str); 4] = [
    ("prettyPrint", "false"),
    ("maxResults", "250"),
    ("showDeleted", "true"),
    ("singleEvents", "false"),
];

fn list_url(at: CalendarAt<'_>, since: &Since, page: Option<&str>) -> Url {
    list_query(at.url(&["events"]), since, page)
}

fn list_query(url: Url, since: &Since, page: Option<&str>) -> Url {
    let (bound, from) = match since {
        Since::Ending(at) => ("timeMin", at.to_string()),
        Since::Updated(at) => ("updatedMin", at.clone()),
    };
    let url = with_query(url, &LIST);
    let url = with_query(url, &[(bound, &from)]);
    page.map_or_else(
        || url.clone(),
        |token| with_query(url.clone(), &[("pageToken", token)]),
    )
}

fn with_query(mut url: Url, pairs: &[(&str, &str)]) -> Url {
    url.query_pairs_mut().extend_pairs(pairs);
    url
}

impl CalendarAt<'_> {
    fn url(&self, rest: &[&str]) -> Url {
        self.endpoints
            .method(&[&["calendars", self.calendar], rest].concat())
    }

    async fn send(
        &self,
        transport: &dyn Transport,
        method: Method,
        url: Url,
        etag: Option<&str>,
        body: Option<Vec<u8>>,
    ) -> Result<Response<Bytes>, CallError> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(
                AUTHORIZATION,
                format!("Bearer {}", self.access_token.expose_secret()),
            );
        if let Some(etag) = etag {
            request = request.header(IF_MATCH, etag);
        }
        exchange(transport, request, body).await
    }
}

async fn exchange(
    transport: &dyn Transport,
    mut request: http::request::Builder,
    body: Option<Vec<u8>>,
) -> Result<Response<Bytes>, CallError> {
    request = request.header(ACCEPT, "application/json");
    if body.is_some() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    let request = request
        .body(Bytes::from(body.unwrap_or_default()))
        .map_err(|e| CallError::Bug(e.to_string()))?;
    let response = transport.send(request).await?;
    if response.status().is_success() {
        Ok(response)
    } else {
        Err(call_error(
            response.status(),
            response.headers(),
            response.body(),
        ))
    }
}

fn read_event(response: &Response<Bytes>) -> Result<RemoteEvent, CallError> {
    json::read_event(response.body()).ok_or_else(|| unreadable(response.body()))
}

/// A success whose body cannot be read: cut off on the way, most likely. Whatever was asked for may
/// have happened, so it counts as an answer lost.
fn unreadable(body: &[u8]) -> CallError {
    CallError::Retry {
        reason: format!("unreadable answer of {} bytes", body.len()),
        after: None,
        may_have_landed: true,
    }
}
