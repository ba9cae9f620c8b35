//! `events.insert`, `.get`, `.patch`, `.delete` and `.list`.
//!
//! Every write is ours alone to retry: `sendUpdates=none` keeps Google from mailing anyone, and only
//! fields we own are sent.

pub(crate) mod json;

use bytes::Bytes;
use domain::sync::policy::Origin;
use domain::sync::{Changes, EventFields, Remote, Seen};
use domain::{Interval, LinkId};
use http::{Method, Response};

pub use crate::call::CalendarAt;
use crate::call::{unreadable, with_query};
use crate::error::CallError;
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
    /// What this look says about the event of `link`, which was made there or here. `confirmed` when it was a
    /// direct read. One that was made in Google has no mark until we write it; another mark than its own makes
    /// either foreign.
    pub fn seen_by(&self, link: LinkId, made: Origin, confirmed: bool) -> Seen {
        let is_ours = match &self.mark {
            Some((mark, named)) => mark.link == link && *named == self.id,
            None => made == Origin::Google,
        };
        match &self.remote {
            _ if self.is_deleted => Seen::Deleted { confirmed },
            Some(remote) if is_ours => {
                let remote = remote.clone();
                if remote.declined {
                    Seen::Declined { remote, confirmed }
                } else {
                    Seen::Live(remote)
                }
            }
            _ => Seen::Foreign,
        }
    }
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

const COMPACT: [(&str, &str); 1] = [("prettyPrint", "false")];
const WRITE: [(&str, &str); 2] = [("prettyPrint", "false"), ("sendUpdates", "none")];
fn read_event(response: &Response<Bytes>) -> Result<RemoteEvent, CallError> {
    json::read_event(response.body()).ok_or_else(|| unreadable(response.body()))
}
