//! `events.get`. A deleted event is answered with its details and `status: cancelled`.

use crate::api::{Answer, Call};
use crate::error::ApiError;
use crate::world::World;

pub(super) fn run(world: &World, call: &Call<'_>) -> Result<Answer, ApiError> {
    call.written(world, &call.event)
}
