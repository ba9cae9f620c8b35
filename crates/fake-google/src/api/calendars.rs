//! `calendars`: the calendar itself, the same for everybody who sees it (§7).

use serde_json::{Map, Value, json};

use crate::api::calendar_list::conference_properties;
use crate::api::{Answer, Call};
use crate::calendar::time::zone;
use crate::calendar::{Calendar, etag_of};
use crate::error::ApiError;
use crate::log::Trace;
use crate::world::{SendUpdates, World, host_write};

/// Zone of a calendar made without one. Google does not say which it takes.
const ZONE_DEFAULT: &str = "UTC";

pub(super) fn get(world: &World, call: &Call<'_>) -> Answer {
    let calendar = call.calendar(world);
    Answer::Resource {
        body: resource(world, calendar),
        etag: etag_of(calendar.revision),
    }
}

/// Makes a secondary calendar and puts it on the caller's list.
pub(super) fn insert(
    world: &mut World,
    call: &Call<'_>,
    trace: &mut Trace,
) -> Result<Answer, ApiError> {
    let fields = Fields::read(&call.body()?)?;
    let id = loop {
        let id = world.chance.calendar_id();
        if !world.calendars.contains_key(&id) {
            break id;
        }
    };
    let time_zone = fields.time_zone.as_deref().unwrap_or(ZONE_DEFAULT);
    let mut calendar = Calendar::new(&id, &fields.summary, time_zone, &call.account);
    calendar.description = fields.description;
    calendar.location = fields.location;
    calendar.made_by = Some(call.client.clone());
    calendar.revision = call.now.as_microsecond();
    let (body, etag) = (resource(world, &calendar), etag_of(calendar.revision));
    world.calendars.insert(id.clone(), calendar);
    world.add_to_list(call.now, &call.account, &id);
    trace.calendar = Some(id);
    Ok(Answer::Resource { body, etag })
}

/// Replaces the calendar's fields; without a zone it keeps its own.
pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let fields = Fields::read(&call.body()?)?;
    store(world, call, fields)
}

pub(super) fn patch(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let calendar = call.calendar(world);
    let mut body = Map::new();
    for (name, value) in [
        ("summary", &calendar.summary),
        ("description", &calendar.description),
        ("location", &calendar.location),
        ("timeZone", &calendar.time_zone),
    ] {
        body.insert(name.to_owned(), value.as_str().into());
    }
    body.extend(call.body()?);
    store(world, call, Fields::read(&body)?)
}

/// Deletes a secondary calendar; only its data owner may (§7).
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let calendar = call.calendar(world);
    call.require_match(&etag_of(calendar.revision))?;
    if calendar.is_primary || calendar.owner != call.account {
        return Err(ApiError::forbidden());
    }
    world.drop_calendar(call.now, &call.calendar);
    Ok(Answer::NoContent)
}

/// Deletes every event of a primary calendar, each as if by hand.
pub(super) fn clear(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    if !call.calendar(world).is_primary {
        return Err(ApiError::invalid("Only a primary calendar can be cleared."));
    }
    world.write(
        call.now,
        &call.calendar,
        SendUpdates::None,
        |calendar, _, rules| {
            let events = calendar.events().filter(|event| !event.is_deleted());
            let ids: Vec<String> = events.map(|event| event.id.clone()).collect();
            for id in &ids {
                match calendar.delete(&host_write(call.now, rules, id)) {
                    Ok(()) => {}
                    // It went with another that was deleted before.
                    Err(error) if error.status() == 410 => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        },
    )?;
    Ok(Answer::NoContent)
}

struct Fields {
    summary: String,
    description: String,
    location: String,
    time_zone: Option<String>,
}

impl Fields {
    fn read(body: &Map<String, Value>) -> Result<Self, ApiError> {
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let summary = text("summary");
        if summary.is_empty() {
            return Err(ApiError::required("Missing title."));
        }
        let time_zone = Some(text("timeZone")).filter(|name| !name.is_empty());
        if time_zone.is_some_and(|name| zone(name).is_none()) {
            return Err(ApiError::invalid("Invalid time zone."));
        }
        Ok(Self {
            summary: summary.to_owned(),
            description: text("description").to_owned(),
            location: text("location").to_owned(),
            time_zone: time_zone.map(str::to_owned),
        })
    }
}

fn store(world: &mut World, call: &Call<'_>, fields: Fields) -> Result<Answer, ApiError> {
    call.require_match(&etag_of(call.calendar(world).revision))?;
    let calendar = world.calendars.get_mut(&call.calendar);
    let calendar = calendar.ok_or_else(ApiError::not_found)?;
    calendar.summary = fields.summary;
    calendar.description = fields.description;
    calendar.location = fields.location;
    if let Some(time_zone) = fields.time_zone {
        calendar.time_zone = time_zone;
    }
    calendar.revision = call.now.as_microsecond().max(calendar.revision + 1);
    Ok(get(world, call))
}

fn resource(world: &World, calendar: &Calendar) -> Value {
    let mut body = json!({
        "kind": "calendar#calendar",
        "etag": etag_of(calendar.revision),
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": calendar.time_zone,
        "conferenceProperties": conference_properties(calendar),
    });
    for (name, text) in [
        ("description", &calendar.description),
        ("location", &calendar.location),
    ] {
        if !text.is_empty() {
            body[name] = json!(text);
        }
    }
    if !calendar.is_primary && world.accounts.contains_key(&calendar.owner) {
        body["dataOwner"] = json!(calendar.owner);
    }
    body
}
