//! `events.delete`: 204, then 410.

use crate::api::{Answer, Call};
use crate::error::ApiError;
use crate::world::World;

pub(super) fn run(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let calendar = world
        .calendars
        .get_mut(&call.calendar)
        .ok_or_else(ApiError::not_found)?;
    calendar.delete(&call.write(&world.rules))?;
    Ok(Answer::NoContent)
}
