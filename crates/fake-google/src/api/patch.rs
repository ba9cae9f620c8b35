//! `events.patch`: changes what the body names.

use crate::api::{Answer, Call};
use crate::error::ApiError;
use crate::world::World;

pub(super) fn run(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let body = call.body()?;
    let calendar = world
        .calendars
        .get_mut(&call.calendar)
        .ok_or_else(ApiError::not_found)?;
    calendar.patch(&call.write(&world.rules), &body)?;
    call.written(world, &call.event)
}
