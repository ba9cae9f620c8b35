//! `GET /_fake/mails`, `POST /_fake/respond` and `/_fake/invitation-policy`: what guests get, say
//! and want.

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
