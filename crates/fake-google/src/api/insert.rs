//! `events.insert`.

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
    let id = world.write(
        call.now,
        &call.calendar,
        call.send_updates(),
        |calendar, chance, rules| {
            let event = calendar.insert(call.now, chance, rules, body, options)?;
            Ok(event.id.clone())
        },
    )?;
    trace.event = Some(id.clone());
    call.written(world, &id)
}
