//! `POST /_fake/revoke` and `/_fake/expire-access-tokens`.

use serde::Deserialize;
use serde_json::Value;

use super::{Answer, Refusal};
use crate::world::World;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revocation {
    account: String,
    /// Every project, if none is said.
    project: Option<String>,
}

pub(super) fn revoke(world: &mut World, command: &Revocation) -> Answer {
    let email = &command.account;
    if !world.accounts.contains_key(email) {
        return Err(Refusal::bad(format!("there is no account {email}")));
    }
    match command.project.as_deref() {
        Some(project) if world.project(project).is_none() => {
            return Err(Refusal::bad(format!("there is no project {project}")));
        }
        project => world.oauth.revoke(project, email),
    }
    Ok(Value::Null)
}

pub(super) fn expire_access_tokens(world: &mut World) -> Value {
    world.expire_access_tokens();
    Value::Null
}
