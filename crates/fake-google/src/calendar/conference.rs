//! Google Meet on events (§8.5): asked for in a write, made a moment later, and told by a change
//! of its own.
//!
//! The world's clock decides when a conference is ready; the first call after that finds it so.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{Calendar, Event, Touch};
use crate::error::ApiError;

/// The solution that every calendar allows unless it is told otherwise.
pub(crate) const MEET: &str = "hangoutsMeet";

/// What becomes of a conference that is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeetOutcome {
    /// It is made.
    #[default]
    Success,
    /// `statusCode: failure`, and no link.
    Failure,
}

/// How conferences are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetRules {
    /// Seconds from the write that asks for one until it is ready; 0 for in the same answer.
    pub delay_seconds: u32,
    /// What then becomes of it.
    pub outcome: MeetOutcome,
}

impl Default for MeetRules {
    fn default() -> Self {
        Self {
            delay_seconds: 2,
            outcome: MeetOutcome::default(),
        }
    }
}

/// Conferences being made: when each is ready, and the event.
pub(crate) type Pending = BTreeSet<(Timestamp, String)>;

/// A write as far as its conference goes.
pub(crate) struct Request<'a> {
    pub(crate) now: Timestamp,
    pub(crate) rules: MeetRules,
    /// Solutions that the calendar allows.
    pub(crate) allowed: &'a [String],
    /// What the event has, if there is one yet.
    pub(crate) old: Option<&'a Event>,
    /// `conferenceData` of the whole event as written; `None` where there is none.
    pub(crate) sent: Option<Value>,
    /// `conferenceDataVersion=1`; otherwise what is there stays.
    pub(crate) is_versioned: bool,
}

impl Request<'_> {
    /// Gives `event` the conference that this write leaves it with.
    ///
    /// # Errors
    /// 400 `invalid` for a request without id, a solution the calendar does not allow, or data of a
    /// conference that says neither what it is nor where.
    pub(crate) fn settle(self, event: &mut Event) -> Result<(), ApiError> {
        let old = |name: &str| self.old.and_then(|old| old.content.fields.get(name));
        let had = old("conferenceData");
        let keeps = match &self.sent {
            _ if !self.is_versioned => true,
            None => false,
            Some(sent) => match sent.get("createRequest") {
                // A repeat of a request is ignored, whatever became of it.
                Some(request) => {
                    had.is_some_and(|had| had["createRequest"]["requestId"] == request["requestId"])
                }
                None => had.is_some_and(|had| had["conferenceId"] == sent["conferenceId"]),
            },
        };
        if keeps {
            for name in ["conferenceData", "hangoutLink"] {
                if let Some(value) = old(name) {
                    event.content.fields.insert(name.to_owned(), value.clone());
                }
            }
            event.meet_ready = self.old.and_then(|old| old.meet_ready);
            return Ok(());
        }
        event.meet_ready = None;
        let Some(sent) = self.sent.filter(|_| self.is_versioned) else {
            return Ok(());
        };
        let Some(request) = sent.get("createRequest") else {
            return adopt(event, sent);
        };
        let invalid =
            |message: &str| Err(ApiError::invalid(message).at_parameter("conferenceData"));
        let id = request["requestId"].as_str().unwrap_or_default();
        if id.is_empty() {
            return invalid("Missing conference request id.");
        }
        let kind = &request["conferenceSolutionKey"]["type"];
        let kind = kind.as_str().unwrap_or(MEET);
        if !self.allowed.iter().any(|allowed| allowed == kind) {
            return invalid("Invalid conference type value.");
        }
        let asked = json!({ "createRequest": {
            "requestId": id,
            "conferenceSolutionKey": { "type": kind },
            "status": { "statusCode": "pending" },
        }});
        let fields = &mut event.content.fields;
        fields.insert("conferenceData".to_owned(), asked);
        let delay = SignedDuration::from_secs(self.rules.delay_seconds.into());
        if delay.is_zero() {
            finish(event, self.rules.outcome);
        } else {
            event.meet_ready = self.now.checked_add(delay).ok();
        }
        Ok(())
    }
}

/// Takes over data of a conference made elsewhere, on another event say.
fn adopt(event: &mut Event, sent: Value) -> Result<(), ApiError> {
    let entries = sent["entryPoints"].as_array();
    let has_place =
        sent["conferenceId"].is_string() || entries.is_some_and(|list| !list.is_empty());
    if !has_place || !sent["conferenceSolution"].is_object() {
        let message = "Invalid conference data.";
        return Err(ApiError::invalid(message).at_parameter("conferenceData"));
    }
    if sent["conferenceSolution"]["key"]["type"] == MEET {
        let video = entries.into_iter().flatten();
        let mut video = video.filter(|entry| entry["entryPointType"] == "video");
        if let Some(link) = video.find_map(|entry| entry["uri"].as_str()) {
            let link = link.to_owned();
            let fields = &mut event.content.fields;
            fields.insert("hangoutLink".to_owned(), link.into());
        }
    }
    let fields = &mut event.content.fields;
    fields.insert("conferenceData".to_owned(), sent);
    Ok(())
}

/// Turns `pending` into what becomes of it.
fn finish(event: &mut Event, outcome: MeetOutcome) {
    event.meet_ready = None;
    let uid = event.ical_uid.clone();
    let fields = &mut event.content.fields;
    let Some(Value::Object(conference)) = fields.get_mut("conferenceData") else {
        return;
    };
    let request = &mut conference["createRequest"];
    if outcome == MeetOutcome::Failure {
        request["status"]["statusCode"] = "failure".into();
        return;
    }
    request["status"]["statusCode"] = "success".into();
    let code = code(&uid, request["requestId"].as_str().unwrap_or_default());
    let link = format!("https://meet.google.com/{code}");
    conference.extend(made(&code, &link));
    fields.insert("hangoutLink".to_owned(), link.into());
}

fn made(code: &str, link: &str) -> Map<String, Value> {
    let label = format!("meet.google.com/{code}");
    let made = json!({
        "conferenceId": code,
        "conferenceSolution": {
            "key": { "type": MEET },
            "name": "Google Meet",
            "iconUri": "https://fonts.gstatic.com/s/i/productlogos/meet_2020q4/logo.png",
        },
        "entryPoints": [{ "entryPointType": "video", "uri": link, "label": label }],
    });
    made.as_object().cloned().unwrap_or_default()
}

/// `aaa-bbbb-ccc`: of the request and its event, so that no other chance moves.
fn code(uid: &str, request: &str) -> String {
    let hash = Sha256::digest(format!("{uid} {request}").as_bytes());
    let letter = |byte: &u8| char::from(b'a' + byte % 26);
    let letters: String = hash.iter().take(10).map(letter).collect();
    format!("{}-{}-{}", &letters[..3], &letters[3..7], &letters[7..])
}

impl Calendar {
    /// Whether a conference waits to be finished.
    pub(crate) fn has_meets_ready(&self, now: Timestamp) -> bool {
        let first = self.meets_pending.first();
        first.is_some_and(|(ready, _)| *ready <= now)
    }

    /// When the next conference will be ready, among those that wait.
    pub(crate) fn next_meet(&self) -> Option<Timestamp> {
        self.meets_pending.first().map(|(ready, _)| *ready)
    }

    /// Finishes the conferences that are ready by `now`.
    pub(crate) fn finish_conferences(&mut self, now: Timestamp, outcome: MeetOutcome) {
        while let Some((ready, id)) = self.meets_pending.first().cloned() {
            if ready > now {
                return;
            }
            self.meets_pending.pop_first();
            let event = self.events.get(&id).cloned();
            // A later write may have taken the request back or made another.
            let Some(old) = event.filter(|event| event.meet_ready == Some(ready)) else {
                continue;
            };
            let mut event = old.clone();
            finish(&mut event, outcome);
            self.put_over(now, &old, event, Touch::MainData);
        }
    }
}
