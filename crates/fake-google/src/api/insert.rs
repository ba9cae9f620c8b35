//! `events.insert`. Invitations are not sent: `sendUpdates` is checked and has no effect.

use crate::api::{Answer, Call};
use crate::error::ApiError;
use crate::log::Trace;
use crate::world::World;

pub(super) fn run(
    world: &mut World,
    call: &Call<'_>,
    trace: &mut Trace,
) -> Result<Answer, ApiError> {
    let body = call.body()?;
    let options = call.write_options();
    let calendar = world
        .calendars
        .get_mut(&call.calendar)
        .ok_or_else(ApiError::not_found)?;
    let id = calendar
        .insert(call.now, &mut world.chance, body, options)?
        .id
        .clone();
    trace.event = Some(id.clone());
    call.written(world, &id)
}
