//! `GET /_fake/mails`, `POST /_fake/respond`, `/_fake/invitation-policy` and `/_fake/split`: what
//! people do with events beside the API.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Refusal};
use crate::world::{InvitationPolicy, World};

/// An answer from the mail of an invitation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Response {
    /// The organizer's.
    calendar: String,
    event: String,
    guest: String,
    status: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    account: String,
    policy: InvitationPolicy,
    /// Senders that the account knows from now on.
    #[serde(default)]
    known: Vec<String>,
}

/// "This and following events".
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Split {
    calendar: String,
    /// Id of the first of the instances that change.
    instance: String,
    /// What changes, as in a PATCH.
    #[serde(default)]
    patch: serde_json::Map<String, Value>,
}

pub(super) fn split(world: &mut World, now: Timestamp, command: &Split) -> Answer {
    let patch = Value::Object(command.patch.clone());
    world
        .split_series(now, &command.calendar, &command.instance, &patch)
        .map_err(|error| Refusal::new(error.status(), error.message()))
}

pub(super) fn mails(world: &World) -> Value {
    json!({ "mails": world.mails().collect::<Vec<_>>() })
}

pub(super) fn respond(world: &mut World, now: Timestamp, command: &Response) -> Answer {
    let Response {
        calendar,
        event,
        guest,
        status,
    } = command;
    world
        .respond(now, calendar, event, guest, status)
        .map_err(|error| Refusal::new(error.status(), error.message()))?;
    Ok(Value::Null)
}

pub(super) fn set_policy(world: &mut World, command: &Wish) -> Answer {
    if !world.accounts.contains_key(&command.account) {
        return Err(Refusal::new(404, format!("no account {}", command.account)));
    }
    world.set_invitation_policy(&command.account, command.policy);
    for sender in &command.known {
        world.add_known_sender(&command.account, sender);
    }
    Ok(Value::Null)
}
