//! `acl`: the access list of a calendar. Every change kills the calendar's sync tokens (§10.2).

use serde_json::{Map, Value, json};

use crate::api::entries::Entries;
use crate::api::sync_token::Feed;
use crate::api::{Answer, Call};
use crate::calendar::access::{Extent, Role, Rule};
use crate::calendar::etag_of;
use crate::error::ApiError;
use crate::world::World;

/// Entries an access list may have (§14.2).
const RULES_MAX: usize = 6000;

pub(super) fn list(world: &World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let calendar = call.calendar(world);
    let shows_deleted = call.parameters.flag("showDeleted") == Some(true);
    let entries = Entries {
        feed: Feed {
            kind: "acl",
            account: &call.account,
            calendar: &calendar.id,
            // The list survives its own changes; only a command ends its tokens.
            epoch: world.sync_epoch,
            remembered: &[],
        },
        kind: "calendar#acl",
        history: &calendar.access.0,
        refused_beside_token: &[],
    };
    entries.page(
        world,
        call,
        |rule| (shows_deleted || rule.role.is_some()).then_some([rule.version, 0, 0]),
        |rule| rule.version,
        resource,
    )
}

pub(super) fn get(world: &World, call: &Call<'_>) -> Result<Answer, ApiError> {
    shown(world, call, rule_id(call))
}

/// Gives somebody a role; a rule that is there already is replaced.
pub(super) fn insert(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let body = call.body()?;
    let extent = extent(&body)?;
    if call.calendar(world).access.0.values().count() >= RULES_MAX {
        return Err(ApiError::invalid("The access list is full."));
    }
    store(world, call, extent, role(&body)?)
}

/// PATCH and PUT alike: the role is all there is to change.
pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let known = rule(world, call, rule_id(call))?;
    call.require_match(&etag_of(known.version))?;
    let extent = known.extent.clone();
    let body = call.body()?;
    let role = if body.contains_key("role") {
        role(&body)?
    } else {
        known.role
    };
    store(world, call, extent, role)
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let extent = rule(world, call, rule_id(call))?.extent.clone();
    store(world, call, extent, None)?;
    Ok(Answer::NoContent)
}

fn rule_id<'a>(call: &'a Call<'_>) -> &'a str {
    call.path.get(1).map(String::as_str).unwrap_or_default()
}

fn rule<'w>(world: &'w World, call: &Call<'_>, id: &str) -> Result<&'w Rule, ApiError> {
    let rule = world.calendars[&call.calendar].access.0.get(id);
    rule.filter(|rule| rule.role.is_some())
        .ok_or_else(ApiError::not_found)
}

/// Changes the list. The owner keeps its own rule, or nobody could change the list again.
fn store(
    world: &mut World,
    call: &Call<'_>,
    extent: Extent,
    role: Option<Role>,
) -> Result<Answer, ApiError> {
    let id = extent.rule_id();
    let owner = &call.calendar(world).owner;
    if id == format!("user:{owner}") && role != Some(Role::Owner) {
        let message = "Cannot change the access of the calendar's owner.";
        return Err(ApiError::new(403, "cannotChangeOwnerAcl", message));
    }
    if extent == Extent::Public && role > Some(Role::Reader) {
        return Err(ApiError::invalid("Invalid scope value."));
    }
    world
        .share(call.now, &call.calendar, extent, role)
        .ok_or_else(ApiError::not_found)?;
    let rule = world.calendars[&call.calendar].access.0.get(&id);
    Ok(answer(rule.ok_or_else(ApiError::not_found)?))
}

fn shown(world: &World, call: &Call<'_>, id: &str) -> Result<Answer, ApiError> {
    Ok(answer(rule(world, call, id)?))
}

fn answer(rule: &Rule) -> Answer {
    Answer::Resource {
        body: resource(rule),
        etag: etag_of(rule.version),
    }
}

fn resource(rule: &Rule) -> Value {
    let scope = match &rule.extent {
        Extent::Public => json!({ "type": "default" }),
        Extent::Named(kind, name) => json!({ "type": kind, "value": name }),
    };
    json!({
        "kind": "calendar#aclRule",
        "etag": etag_of(rule.version),
        "id": rule.extent.rule_id(),
        "scope": scope,
        "role": rule.role.map_or("none", Role::word),
    })
}

fn extent(body: &Map<String, Value>) -> Result<Extent, ApiError> {
    let scope = body.get("scope").unwrap_or(&Value::Null);
    let name = scope["value"].as_str().filter(|name| !name.is_empty());
    match (scope["type"].as_str(), name) {
        (Some("default"), _) => Ok(Extent::Public),
        (Some(kind @ ("user" | "group" | "domain")), Some(name)) => {
            Ok(Extent::Named(kind.to_owned(), name.to_owned()))
        }
        (None, _) => Err(ApiError::required("Missing scope type.")),
        _ => Err(ApiError::invalid("Invalid scope value.")),
    }
}

fn role(body: &Map<String, Value>) -> Result<Option<Role>, ApiError> {
    match body.get("role").and_then(Value::as_str) {
        None => Err(ApiError::required("Missing role.")),
        Some("none") => Ok(None),
        Some(word) => match Role::named(word) {
            Some(role) => Ok(Some(role)),
            None => Err(ApiError::invalid("Invalid role value.")),
        },
    }
}
