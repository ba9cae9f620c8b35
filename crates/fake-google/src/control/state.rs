//! `GET /_fake/state`, `/_fake/events`, `/_fake/requests`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Answer, Refusal};
use crate::calendar::Calendar;
use crate::http::Request;
use crate::world::World;

pub(super) fn state(world: &World, now: Timestamp) -> Value {
    let calendars: Vec<Value> = world
        .calendars
        .values()
        .map(|calendar| {
            let (deleted, live): (Vec<_>, Vec<_>) =
                calendar.events().partition(|event| event.is_deleted());
            json!({
                "id": calendar.id,
                "summary": calendar.summary,
                "timeZone": calendar.time_zone,
                "owner": calendar.owner,
                "access": access(calendar),
                "events": live.len(),
                "deletedEvents": deleted.len(),
            })
        })
        .collect();
    let clients: Vec<Value> = world
        .oauth
        .clients
        .values()
        .map(|client| {
            json!({
                "id": client.id,
                "redirectUris": client.redirect_uris,
                "project": client.project,
                "standing": client.standing,
            })
        })
        .collect();
    let consents: Vec<Value> = world
        .oauth
        .consents
        .iter()
        .map(|((project, account), scopes)| {
            json!({ "project": project, "account": account, "scopes": scopes })
        })
        .collect();
    json!({
        "now": now,
        "clockMode": world.clock_mode(),
        "clockOffsetSeconds": world.clock_offset().as_secs(),
        "seed": world.seed(),
        "accounts": world.accounts().collect::<Vec<_>>(),
        "calendars": calendars,
        "clients": clients,
        "projects": world.oauth.projects,
        "serviceAccounts": world.oauth.service_accounts.keys().collect::<Vec<_>>(),
        "consents": consents,
        "refreshTokens": living(world, now),
        "faults": world.faults(),
    })
}

/// Refresh tokens that still work.
fn living(world: &World, now: Timestamp) -> usize {
    let tokens = world.oauth.refresh_tokens.values();
    tokens
        .filter(|token| token.is_alive(now, &world.rules))
        .count()
}

/// Roles by rule id.
fn access(calendar: &Calendar) -> Value {
    let rules = calendar.access.0.values();
    rules
        .filter_map(|rule| Some((rule.extent.rule_id(), rule.role?.word().into())))
        .collect::<serde_json::Map<String, Value>>()
        .into()
}

pub(super) fn events(world: &World, request: &Request) -> Answer {
    let query = request.query();
    match query.get("calendar") {
        Some(id) if world.calendars.contains_key(id) => Ok(json!({ "events": world.events(id) })),
        Some(id) => Err(Refusal::new(404, format!("there is no calendar {id}"))),
        None => Err(Refusal::bad("calendar is the id of a calendar")),
    }
}

pub(super) fn requests(world: &World) -> Value {
    let log = world.request_log();
    let counters: Vec<Value> = log
        .counters()
        .iter()
        .map(|((method, account), count)| {
            json!({ "method": method, "account": account, "count": count })
        })
        .collect();
    json!({ "counters": counters, "requests": log.entries().collect::<Vec<_>>() })
}
