//! `calendarList`: the calendars an account has before its eyes, and how it sees them (§7).
//!
//! A change of the calendar itself, or of what the account may do in it, is not a change of the
//! entry: increments do not tell it. Losing the calendar altogether is.

use serde_json::{Map, Value, json};

use super::colors::{self, Palette};
use crate::api::entries::Entries;
use crate::api::sync_token::Feed;
use crate::api::{Answer, Call};
use crate::calendar::Calendar;
use crate::calendar::access::Role;
use crate::calendar::content::{merge, reminder_list};
use crate::error::ApiError;
use crate::profile::{ListEntry, Profile};
use crate::world::World;

/// Fields that the account may write.
const WRITABLE: [&str; 8] = [
    "backgroundColor",
    "colorId",
    "defaultReminders",
    "foregroundColor",
    "hidden",
    "notificationSettings",
    "selected",
    "summaryOverride",
];

pub(super) fn list(world: &World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let parameters = &call.parameters;
    let least = parameters.text("minAccessRole").and_then(Role::named);
    let shows = |name: &str| parameters.flag(name) == Some(true);
    let (shows_hidden, shows_deleted) = (shows("showHidden"), shows("showDeleted"));
    let role = |entry: &ListEntry| Some(calendar_of(world, entry)?.access.role_of(&call.account));
    let is_listed = |entry: &ListEntry| {
        (shows_deleted || !entry.is_removed)
            && (shows_hidden || entry.fields.get("hidden") != Some(&Value::Bool(true)))
            && least.is_none_or(|least| role(entry).flatten().is_some_and(|held| held >= least))
    };
    let entries = Entries {
        feed: Feed {
            kind: "calendarList",
            account: &call.account,
            calendar: "",
            epoch: world.sync_epoch,
            remembered: &[],
        },
        kind: "calendar#calendarList",
        history: &profile(world, call)?.list,
        refused_beside_token: &["minAccessRole", "showOwnOrganizationOnly"],
    };
    let ordinal = |entry: &ListEntry| i64::try_from(entry.ordinal).unwrap_or(i64::MAX);
    entries.page(
        world,
        call,
        |entry| is_listed(entry).then(|| [ordinal(entry), 0, 0]),
        |entry| entry.version,
        |entry| resource(world, &call.account, entry),
    )
}

pub(super) fn get(world: &World, call: &Call<'_>) -> Result<Answer, ApiError> {
    shown(world, call, &call.calendar)
}

/// Puts a calendar on the list. One that is there already stays as it is but for what the body
/// says; Google does not say what it answers then.
pub(super) fn insert(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let body = call.body()?;
    let id = body.get("id").and_then(Value::as_str);
    let id = id.ok_or_else(|| ApiError::required("Missing calendar id."))?;
    let calendar = world.calendars.get(id).ok_or_else(ApiError::not_found)?;
    let role = calendar.access.role_of(&call.account);
    role.ok_or_else(ApiError::not_found)?;
    let known = profile(world, call)?.entry(id);
    let mut fields = known.map(|entry| entry.fields.clone()).unwrap_or_default();
    merge(&mut fields, &written(call, body.clone())?);
    store(world, call, id, fields)
}

pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    check(world, call)?;
    let fields = written(call, call.body()?)?;
    store(world, call, &call.calendar, fields)
}

pub(super) fn patch(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let mut fields = check(world, call)?.fields.clone();
    let body = call.body()?;
    if body.contains_key("colorId") {
        // The palette's choice takes the place of colours of one's own.
        fields.remove("backgroundColor");
        fields.remove("foregroundColor");
    }
    merge(&mut fields, &body);
    let fields = written(call, fields)?;
    store(world, call, &call.calendar, fields)
}

/// Takes a calendar off the list. Its data owner cannot (§7).
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    check(world, call)?;
    if call.calendar(world).owner == call.account {
        return Err(ApiError::forbidden());
    }
    if let Some(profile) = world.profiles.get_mut(&call.account) {
        profile.remove_entry(call.now, &call.calendar);
    }
    Ok(Answer::NoContent)
}

fn profile<'w>(world: &'w World, call: &Call<'_>) -> Result<&'w Profile, ApiError> {
    world
        .profiles
        .get(&call.account)
        .ok_or_else(ApiError::not_found)
}

/// The entry that the call may change.
fn check<'w>(world: &'w World, call: &Call<'_>) -> Result<&'w ListEntry, ApiError> {
    let entry = profile(world, call)?.entry(&call.calendar);
    let entry = entry.ok_or_else(ApiError::not_found)?;
    call.require_match(&etag(entry))?;
    Ok(entry)
}

fn store(
    world: &mut World,
    call: &Call<'_>,
    calendar: &str,
    fields: Map<String, Value>,
) -> Result<Answer, ApiError> {
    if let Some(profile) = world.profiles.get_mut(&call.account) {
        profile.put_entry(call.now, calendar, fields);
    }
    shown(world, call, calendar)
}

/// What of a body the account may write, checked, and without what is at its default.
fn written(call: &Call<'_>, body: Map<String, Value>) -> Result<Map<String, Value>, ApiError> {
    let has_rgb = call.parameters.flag("colorRgbFormat") == Some(true);
    let mut fields = body;
    fields.retain(|name, value| {
        WRITABLE.contains(&name.as_str()) && !value.is_null() && *value != false && *value != ""
    });
    if !has_rgb && fields.contains_key("colorId") {
        fields.remove("backgroundColor");
        fields.remove("foregroundColor");
    }
    for name in ["backgroundColor", "foregroundColor"] {
        let color = fields.get(name).and_then(Value::as_str);
        if color.is_some_and(|color| colors::rgb(color).is_none()) {
            return Err(ApiError::invalid(format!("Invalid value for: {name}")));
        }
    }
    let chosen = fields.get("colorId").and_then(Value::as_str);
    if chosen.is_some_and(|id| colors::background(Palette::Calendars, id).is_none()) {
        return Err(ApiError::invalid("Invalid value for: colorId"));
    }
    if let Some(list) = fields.remove("defaultReminders") {
        fields.insert("defaultReminders".to_owned(), reminder_list(list)?);
    }
    Ok(fields)
}

fn calendar_of<'w>(world: &'w World, entry: &ListEntry) -> Option<&'w Calendar> {
    world.calendars.get(&entry.calendar)
}

fn shown(world: &World, call: &Call<'_>, calendar: &str) -> Result<Answer, ApiError> {
    let entry = profile(world, call)?.entry(calendar);
    let entry = entry.ok_or_else(ApiError::not_found)?;
    Ok(Answer::Resource {
        body: resource(world, &call.account, entry),
        etag: etag(entry),
    })
}

/// Observed form: the microseconds of the last change (§7).
fn etag(entry: &ListEntry) -> String {
    format!("\"{}\"", entry.version)
}

/// The entry as Google shows it; what is left of one whose calendar is out of reach is its id.
fn resource(world: &World, account: &str, entry: &ListEntry) -> Value {
    let mut body = json!({
        "kind": "calendar#calendarListEntry",
        "etag": etag(entry),
        "id": entry.calendar,
    });
    let fields = body.as_object_mut().expect("written as an object");
    if entry.is_removed {
        fields.insert("deleted".to_owned(), true.into());
    }
    let held = calendar_of(world, entry).and_then(|calendar| {
        let role = calendar.access.role_of(account)?;
        Some((calendar, role))
    });
    let Some((calendar, role)) = held else {
        return body;
    };
    let color = colors::of_entry(entry);
    fields.extend(entry.fields.clone());
    for (name, value) in [
        ("summary", json!(calendar.summary)),
        ("timeZone", json!(calendar.time_zone)),
        ("accessRole", json!(role.word())),
        ("conferenceProperties", conference_properties(calendar)),
        ("colorId", json!(color)),
    ] {
        fields.insert(name.to_owned(), value);
    }
    for (name, value) in [
        (
            "backgroundColor",
            colors::background(Palette::Calendars, color),
        ),
        ("foregroundColor", Some(colors::FOREGROUND)),
    ] {
        let field = fields.entry(name);
        field.or_insert_with(|| json!(value));
    }
    fields
        .entry("defaultReminders")
        .or_insert_with(|| json!([]));
    for (name, text) in [
        ("description", &calendar.description),
        ("location", &calendar.location),
    ] {
        if !text.is_empty() {
            fields.insert(name.to_owned(), json!(text));
        }
    }
    if calendar.is_primary && calendar.owner == account {
        fields.insert("primary".to_owned(), true.into());
    }
    if !calendar.is_primary && world.accounts.contains_key(&calendar.owner) {
        fields.insert("dataOwner".to_owned(), json!(calendar.owner));
    }
    body
}

/// Which conferences the calendar's events may have.
pub(super) fn conference_properties(calendar: &Calendar) -> Value {
    json!({ "allowedConferenceSolutionTypes": calendar.conference_solutions })
}
