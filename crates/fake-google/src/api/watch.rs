//! `events.watch`, and the same for access lists, calendar lists and settings: opens a push channel
//! (§12.1).
//!
//! For events the description lists every parameter of `events.list` here too, the reference only
//! `eventTypes`; the others are checked and have no effect.

use crate::api::{Answer, Call};
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

pub(super) fn acl(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let calendar = call.calendar.clone();
    open(world, call, Watched::Acl { calendar })
}

pub(super) fn calendar_list(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let account = call.account.clone();
    open(world, call, Watched::CalendarList { account })
}

pub(super) fn settings(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let account = call.account.clone();
    open(world, call, Watched::Settings { account })
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
        etag: String::new(),
    })
}
