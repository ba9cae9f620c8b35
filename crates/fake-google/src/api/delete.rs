//! `events.delete`: 204, then 410.

use crate::api::{Answer, Call};
use crate::error::ApiError;
use crate::world::World;

pub(super) fn run(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    world.write(
        call.now,
        &call.calendar,
        call.send_updates(),
        |calendar, _, rules| calendar.delete(&call.write(rules)),
    )?;
    Ok(Answer::NoContent)
}
