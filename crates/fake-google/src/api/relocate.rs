//! `events.move`: an event, with its exceptions if it is a series, goes to another calendar and
//! keeps its id; the calendar it leaves has a bare tombstone (§8.2).

use crate::api::{Answer, Call, auth};
use crate::calendar::kind::restricted;
use crate::error::ApiError;
use crate::world::World;

pub(super) fn run(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let asked = call.parameters.text("destination").unwrap_or_default();
    let destination = match asked {
        "" => return Err(ApiError::required("Required").at_parameter("destination")),
        "primary" => call.account.as_str(),
        other => other,
    };
    let target = world.calendars.get(destination);
    let target = target.ok_or_else(ApiError::not_found)?;
    auth::require_role(target, &call.caller, call.method)?;
    if destination == call.calendar {
        let message = "The event is in that calendar already.";
        return Err(ApiError::invalid(message).at_parameter("destination"));
    }
    let shown = call.written(world, &call.event)?;
    if matches!(shown, Answer::Resource { body, .. } if body["eventType"] != "default") {
        return Err(restricted("Only events of the default type can be moved."));
    }
    if target.is_taken(&call.event) {
        return Err(ApiError::duplicate());
    }
    let invitation = target.invitation();
    let destination = target.id.clone();
    let source = world.calendars.get_mut(&call.calendar);
    let family = source
        .ok_or_else(ApiError::not_found)?
        .give_away(&call.write(&world.rules), &invitation)?;
    // Guests keep their copies: the arrival tells them who the organizer now is.
    world.write(
        call.now,
        &destination,
        call.send_updates(),
        |calendar, _, _| {
            calendar.take_over(call.now, family);
            Ok(())
        },
    )?;
    let calendar = &world.calendars[&destination];
    let event = calendar.event(&call.event, call.now, &world.rules);
    let event = event.ok_or_else(ApiError::not_found)?;
    Ok(Answer::Resource {
        body: calendar.resource(&event, &world.view_of(calendar)),
        etag: event.etag(),
    })
}
