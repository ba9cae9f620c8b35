//! `channels.stop` (§12.4): 204, or 404 for a channel that is not there for this caller.

use crate::api::{Answer, Call};
use crate::error::ApiError;
use crate::push::Owner;
use crate::world::World;

pub(super) fn run(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let body = call.body()?;
    let needed = |name: &str| {
        body.get(name)
            .and_then(serde_json::Value::as_str)
            .ok_or_else(|| ApiError::required(format!("Required field: {name}")).at_parameter(name))
    };
    let named = (needed("id")?, needed("resourceId")?);
    let owner = Owner {
        account: &call.account,
        client: &call.client,
    };
    let stopped = world.push.stop(call.now, &world.rules.push, owner, named);
    stopped.ok_or_else(|| ApiError::channel_not_found(named.0))?;
    Ok(Answer::NoContent)
}
