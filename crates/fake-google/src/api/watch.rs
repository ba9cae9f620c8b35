//! `events.watch`: opens a push channel (§12.1).
//!
//! The description lists every parameter of `events.list` here too, the reference only
//! `eventTypes`; the others are checked and have no effect.

use crate::api::{Answer, Call};
use crate::calendar::etag_of;
use crate::error::ApiError;
use crate::push::Owner;
use crate::push::channel::{Watched, Wish};
use crate::world::World;

pub(super) fn events(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let watched = Watched::Events {
        calendar: call.calendar.clone(),
        event_types: call
            .parameters
            .all("eventTypes")
            .map(str::to_owned)
            .collect(),
    };
    open(world, call, watched)
}

fn open(world: &mut World, call: &Call<'_>, watched: Watched) -> Result<Answer, ApiError> {
    let wish = Wish::read(&call.body()?, &watched, call.now, &world.rules.push)?;
    let version = world
        .watched_version(&watched)
        .ok_or_else(ApiError::not_found)?;
    let owner = Owner {
        account: &call.account,
        client: &call.client,
    };
    let at = (watched, version);
    let channel = world
        .push
        .open(call.now, &world.rules.push, owner, wish, at)?;
    Ok(Answer::Resource {
        body: channel.resource(),
        // A channel has no version of its own.
        etag: etag_of(0),
    })
}
