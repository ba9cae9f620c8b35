//! `POST /_fake/expire-sync-tokens`.

use serde::Deserialize;
use serde_json::Value;

use super::{Answer, Refusal};
use crate::world::World;

/// Whose tokens: one calendar's, or all there are.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expiry {
    calendar: Option<String>,
}

pub(super) fn expire(world: &mut World, command: &Expiry) -> Answer {
    let calendar = command.calendar.as_deref();
    if let Some(id) = calendar
        && !world.calendars.contains_key(id)
    {
        return Err(Refusal::bad(format!("there is no calendar {id}")));
    }
    world.expire_sync_tokens(calendar);
    Ok(Value::Null)
}
