//! `/_fake/…`: what a test wants to know about the fake, and what it wants to go wrong.
//!
//! | call | body | effect |
//! |---|---|---|
//! | `GET /_fake/state` | | accounts, calendars, clients, clock, faults |
//! | `GET /_fake/events?calendar=` | | every event of a calendar, deleted ones included |
//! | `GET /_fake/requests` | | the request log and its counters |
//! | `POST /_fake/clock` | `{"advance_seconds": n}` | moves the clock |
//! | `POST /_fake/faults` | `[{"method", "kind", "count"}]` | replaces the planned faults |
//! | `POST /_fake/revoke` | `{"account": e-mail}` | ends the account's grants |
//! | `POST /_fake/expire-access-tokens` | | every access token answers 401 |
//!
//! A fault's `kind` is `"drop_before"`, `"drop_after"` or `{"status": n}`.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::fault::{Fault, FaultKind};
use crate::http::{Request, Response};
use crate::world::World;

/// Answers one control call.
pub(crate) fn run(world: &mut World, now: Timestamp, request: &Request) -> Response {
    if request.method == "POST" && request.is_cross_site() {
        return refused(403, "cross-site request");
    }
    let name = request.path_only().trim_start_matches("/_fake/");
    match (request.method.as_str(), name) {
        ("GET", "state") => Response::of_pretty_json(200, &state(world, now)),
        ("GET", "events") => events(world, request),
        ("GET", "requests") => Response::of_pretty_json(200, &requests(world)),
        ("POST", "clock") => advance(world, now, &body(request)),
        ("POST", "faults") => plan_faults(world, &body(request)),
        ("POST", "revoke") => revoke(world, &body(request)),
        ("POST", "expire-access-tokens") => {
            world.expire_access_tokens();
            Response::empty(204)
        }
        _ => refused(404, "no such control"),
    }
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap_or(Value::Null)
}

fn refused(status: u16, why: &str) -> Response {
    Response::of_json(status, &json!({ "error": why }))
}

fn state(world: &World, now: Timestamp) -> Value {
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
                "events": live.len(),
                "deletedEvents": deleted.len(),
            })
        })
        .collect();
    let clients: Vec<Value> = world
        .oauth
        .clients
        .values()
        .map(|client| json!({ "id": client.id, "redirectUris": client.redirect_uris }))
        .collect();
    json!({
        "now": now.to_string(),
        "clockOffsetSeconds": world.clock_offset().as_secs(),
        "accounts": world.accounts().collect::<Vec<_>>(),
        "calendars": calendars,
        "clients": clients,
        "consents": world.oauth.consents,
        "refreshTokens": world.oauth.refresh_tokens.len(),
        "faults": world.faults(),
    })
}

fn events(world: &World, request: &Request) -> Response {
    let query = request.query();
    let known = |id: &&str| world.calendars.contains_key(*id);
    match query.get("calendar").filter(known) {
        Some(calendar) => {
            Response::of_pretty_json(200, &json!({ "events": world.events(calendar) }))
        }
        None => refused(404, "calendar is the id of a calendar"),
    }
}

fn requests(world: &World) -> Value {
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

fn advance(world: &mut World, now: Timestamp, body: &Value) -> Response {
    let Some(seconds) = body["advance_seconds"].as_i64() else {
        return refused(400, "advance_seconds is a number of seconds");
    };
    let by = SignedDuration::from_secs(seconds);
    // Beyond the calendar's end nothing here could be shown any more.
    if now.checked_add(by).is_err() {
        return refused(400, "advance_seconds is out of range");
    }
    world.advance_clock(by);
    Response::of_json(
        200,
        &json!({ "clockOffsetSeconds": world.clock_offset().as_secs() }),
    )
}

fn plan_faults(world: &mut World, body: &Value) -> Response {
    match serde_json::from_value::<Vec<Fault>>(body.clone()) {
        Ok(faults) if !faults.iter().all(is_sensible) => {
            refused(400, "a fault's status is 400 to 599")
        }
        Ok(faults) => {
            world.clear_faults();
            faults.into_iter().for_each(|fault| world.add_fault(fault));
            Response::of_json(200, &json!({ "faults": world.faults() }))
        }
        Err(error) => refused(400, &error.to_string()),
    }
}

fn is_sensible(fault: &Fault) -> bool {
    !matches!(fault.kind, FaultKind::Status(status) if !(400..600).contains(&status))
}

fn revoke(world: &mut World, body: &Value) -> Response {
    match body["account"]
        .as_str()
        .filter(|email| world.accounts.contains_key(*email))
    {
        Some(email) => {
            world.revoke_grants(email);
            Response::empty(204)
        }
        None => refused(400, "account is the e-mail of an account"),
    }
}
