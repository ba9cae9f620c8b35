//! What was asked of Google and what it said, on the booking's timeline (scenario D1).
//!
//! Every call has a line: written with its intent, so that a call whose answer never came shows too, and
//! completed by the answer. Calls of one kind that lead nowhere share a line that counts them, for as long
//! as nothing else happens to the booking: there are four kinds of calls, so a week without Google is four
//! lines.

use domain::TimelineId;
use domain::sync::{Op, Seen};
use google::CallError;
use serde_json::{Map, Value, json};
use store::tables::links::Stay;
use store::tables::timeline::{self, Entry};
use store::{StoreError, Tx};

use super::call::Call;
use super::{Draws, Loaded, Ready};

/// The kind of a line that tells of calls.
const KIND: &str = "calendar_call";

/// As far back as a line to go on with is looked for: one for each kind of call.
const LINES_BACK: i64 = 4;

/// A line that waits for its answer.
#[derive(Clone, Debug)]
pub(super) struct Told {
    id: TimelineId,
    entry: Entry,
}

/// The stable name of what is asked.
const fn name_of(call: &Call) -> &'static str {
    match call {
        Call::Read => "look",
        Call::Insert { .. } => "insert",
        Call::Patch { .. } => "change",
        Call::Delete => "remove",
    }
}

/// Tells of a call about to be made.
pub(super) fn ask(
    tx: &mut dyn Tx,
    loaded: &Loaded,
    ready: &mut Ready,
    draws: &mut Draws,
) -> Result<(), StoreError> {
    let asked = name_of(&ready.call);
    let lines = timeline::newest(tx, loaded.booking.id, LINES_BACK)?;
    let known = lines
        .into_iter()
        .take_while(|(_, entry)| entry.kind == KIND)
        .find(|(_, entry)| entry.detail["asked"] == asked);
    let attempt = ready.intent.as_ref().map(|intent| intent.attempt);
    let told = if let Some((id, mut entry)) = known {
        if entry.detail["is_waiting"] == true {
            // Its answer never came to us: the process ended, or another worker took over.
            count(&mut entry.detail, "not_heard", "");
        }
        Told { id, entry }
    } else {
        let entry = Entry {
            at: draws.now,
            kind: KIND.to_owned(),
            cause: None,
            detail: json!({ "asked": asked, "times": 0 }),
        };
        let id = draws.pen.draw()?;
        timeline::insert(tx, id, loaded.booking.id, &entry)?;
        Told { id, entry }
    };
    let mut told = told;
    let detail = &mut told.entry.detail;
    detail["is_waiting"] = true.into();
    detail["attempt"] = attempt.into();
    detail["last_at"] = draws.now.to_string().into();
    timeline::update(tx, told.id, &told.entry)?;
    ready.told = Some(told);
    Ok(())
}

/// Tells of an edit of an event that its booking has left: it goes with the event.
pub(super) fn lost_with(
    tx: &mut dyn Tx,
    loaded: &Loaded,
    draws: &mut Draws,
) -> Result<(), StoreError> {
    let link = &loaded.row.link;
    let (Some(base), Some(seen)) = (&link.theirs, link.seen.as_ref().and_then(Seen::remote)) else {
        return Ok(());
    };
    let is_edited = base.time != seen.time || base.text != seen.text;
    if loaded.row.stay == Stay::Wanted || !is_edited {
        return Ok(());
    }
    let detail = json!({ "calendar": loaded.calendar.name });
    let booking = loaded.booking.id;
    draws
        .pen
        .write(tx, booking, "left_event_edited", None, detail)
}

/// Adds an answer that led nowhere yet, or what a look showed.
pub(super) fn answered(
    tx: &mut dyn Tx,
    ready: &Ready,
    (answer, reason): (&str, &str),
    draws: &Draws,
) -> Result<(), StoreError> {
    let Some(Told { id, entry }) = &ready.told else {
        return Ok(());
    };
    let mut entry = entry.clone();
    count(&mut entry.detail, answer, reason);
    entry.detail["last_at"] = draws.now.to_string().into();
    timeline::update(tx, *id, &entry)
}

fn count(detail: &mut Value, answer: &str, reason: &str) {
    let add = |value: &Value| value.as_i64().unwrap_or(0).saturating_add(1);
    detail["times"] = add(&detail["times"]).into();
    if !detail["answers"].is_object() {
        detail["answers"] = Value::Object(Map::new());
    }
    detail["answers"][answer] = add(&detail["answers"][answer]).into();
    detail["answer"] = answer.into();
    detail["reason"] = reason.into();
    detail["is_waiting"] = false.into();
}

/// A write has landed: its own line says so, after the one that counts the attempts before it.
pub(super) fn landed(
    tx: &mut dyn Tx,
    loaded: &Loaded,
    ready: &Ready,
    op: Op,
    draws: &mut Draws,
) -> Result<(), StoreError> {
    let attempt = ready.intent.as_ref().map(|intent| intent.attempt);
    let detail = json!({ "attempt": attempt });
    match &ready.told {
        Some(Told { id, entry }) if entry.detail["times"] == 0 => {
            let entry = Entry {
                at: draws.now,
                kind: landed_kind(op).to_owned(),
                cause: None,
                detail,
            };
            timeline::update(tx, *id, &entry)
        }
        told => {
            if let Some(Told { id, entry }) = told {
                let mut entry = entry.clone();
                entry.detail["is_waiting"] = false.into();
                timeline::update(tx, *id, &entry)?;
            }
            draws
                .pen
                .write(tx, loaded.booking.id, landed_kind(op), None, detail)
        }
    }
}

const fn landed_kind(op: Op) -> &'static str {
    match op {
        Op::Insert => "event_created",
        Op::Patch => "event_changed",
        Op::Delete => "event_removed",
    }
}

/// What a look showed, as a stable code.
pub(super) const fn shown(seen: &Seen) -> &'static str {
    match seen {
        Seen::Live(_) | Seen::Declined { .. } => "found",
        Seen::Deleted { .. } => "deleted",
        Seen::Absent | Seen::Outdated => "not_found",
        Seen::Foreign => "foreign",
    }
}

/// What a refusal says, as a stable code and in Google's words.
pub(super) fn words(error: &CallError) -> (&'static str, &str) {
    match error {
        CallError::Retry { reason, .. } if error.is_rate_limit() => ("rate_limited", reason),
        CallError::Retry {
            reason,
            may_have_landed: true,
            ..
        } => ("no_answer", reason),
        CallError::Retry { reason, .. } => ("not_sent", reason),
        CallError::TokenRefused => ("token_refused", ""),
        CallError::ScopeMissing(reason) => ("scope_missing", reason),
        CallError::NotFound => ("not_found", ""),
        CallError::Gone(reason) => ("deleted", reason),
        CallError::Duplicate => ("id_taken", ""),
        CallError::Stale => ("changed", ""),
        CallError::Refused { reason, message } => {
            ("refused", if message.is_empty() { reason } else { message })
        }
        CallError::Bug(what) => ("unexpected", what),
    }
}
