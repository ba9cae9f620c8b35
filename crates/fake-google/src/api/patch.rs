//! `events.patch`: changes what the body names.

use crate::api::{Answer, Call};
use crate::error::ApiError;
use crate::world::World;

pub(super) fn run(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let body = call.body()?;
    world.write(
        call.now,
        &call.calendar,
        call.send_updates(),
        |calendar, _, rules| calendar.patch(&call.write(rules), &body).map(|_| ()),
    )?;
    call.written(world, &call.event)
}
