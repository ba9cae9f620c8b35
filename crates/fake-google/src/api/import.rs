//! `events.import`: a private copy of an event from elsewhere, known by its `iCalUID` (§8.2).
//!
//! Nobody is notified. What a second import of the same `iCalUID` does is not said by Google; here
//! it replaces the event, as long as its `sequence` is not lower.

use serde_json::Value;

use crate::api::{Answer, Call};
use crate::calendar::kind::restricted;
use crate::calendar::{Event, Write};
use crate::error::ApiError;
use crate::log::Trace;
use crate::world::World;

pub(super) fn run(
    world: &mut World,
    call: &Call<'_>,
    trace: &mut Trace,
) -> Result<Answer, ApiError> {
    let mut body = call.body()?;
    let uid = body.get("iCalUID").and_then(Value::as_str);
    let uid = uid.filter(|uid| !uid.is_empty()).map(str::to_owned);
    let uid = uid.ok_or_else(|| ApiError::required("Missing iCalUID."))?;
    if body.get("eventType").is_some_and(|kind| kind != "default") {
        return Err(restricted(
            "Only events of the default type can be imported.",
        ));
    }
    // The server gives the id.
    body.remove("id");
    let calendar = world.calendars.get_mut(&call.calendar);
    let calendar = calendar.ok_or_else(ApiError::not_found)?;
    let is_known =
        |event: &&Event| event.ical_uid == uid && event.occurrence.is_none() && !event.is_deleted();
    let known = calendar
        .events()
        .find(is_known)
        .map(|event| event.id.clone());
    let id = match known {
        Some(id) => {
            let write = Write {
                event: &id,
                if_match: None,
                ..call.write(&world.rules)
            };
            calendar.update(&write, body)?.id.clone()
        }
        None => {
            let options = call.write_options();
            let (chance, rules) = (&mut world.chance, &world.rules);
            let made = calendar.insert(call.now, chance, rules, body, options)?;
            made.id.clone()
        }
    };
    trace.event = Some(id.clone());
    call.written(world, &id)
}
