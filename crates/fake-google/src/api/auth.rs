//! Access tokens, scopes, and whatever else keeps a caller out before a method is looked at.

use jiff::Timestamp;
use serde_json::Value;

use crate::discovery::Method;
use crate::error::ApiError;
use crate::http::Request;
use crate::log::Trace;
use crate::oauth::state::Grant;
use crate::world::{Standing, World};

/// Scopes that Google accepts for methods here but that mean a reduced view (free/busy only), or
/// calendars there are none of here (public ones, ones made by the app). They open nothing yet.
const WITHOUT_EFFECT: [&str; 3] = [
    "https://www.googleapis.com/auth/calendar.app.created",
    "https://www.googleapis.com/auth/calendar.events.freebusy",
    "https://www.googleapis.com/auth/calendar.events.public.readonly",
];

/// Methods that take attendees.
const INVITING: [&str; 4] = [
    "calendar.events.import",
    "calendar.events.insert",
    "calendar.events.patch",
    "calendar.events.update",
];

/// The caller, if nothing about it stands against this method.
pub(crate) fn admitted(
    world: &World,
    now: Timestamp,
    request: &Request,
    method: &'static Method,
    trace: &mut Trace,
) -> Result<Grant, ApiError> {
    let caller = caller(world, now, request)?;
    trace.account = Some(caller.account.clone());
    let account = world.accounts.get(&caller.account);
    let account = account.filter(|account| account.standing != Standing::Disabled);
    let account = account.ok_or_else(ApiError::invalid_credentials)?;
    let project = world.oauth.projects.get(&caller.project);
    if project.is_some_and(|project| !project.is_calendar_enabled) {
        return Err(ApiError::not_enabled(&caller.project));
    }
    require_scope(&caller, method)?;
    if !account.is_calendar_user {
        let message = "The user must be signed up for Google Calendar.";
        return Err(ApiError::new(403, "notACalendarUser", message));
    }
    if INVITING.contains(&method.id.as_str()) && is_lonely(&caller) && invites(request) {
        let message = "Service accounts cannot invite attendees without Domain-Wide Delegation of \
                       Authority.";
        return Err(ApiError::new(403, "forbiddenForServiceAccounts", message));
    }
    Ok(caller)
}

/// Whether a service account acts for itself (§3.8).
fn is_lonely(caller: &Grant) -> bool {
    caller.service_account.as_ref() == Some(&caller.account)
}

fn invites(request: &Request) -> bool {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    body["attendees"]
        .as_array()
        .is_some_and(|attendees| !attendees.is_empty())
}

/// The grant behind the request's access token.
fn caller(world: &World, now: Timestamp, request: &Request) -> Result<Grant, ApiError> {
    let header = request
        .header("authorization")
        .ok_or_else(ApiError::login_required)?;
    let token = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => return Err(ApiError::login_required()),
    };
    world
        .oauth
        .grant_of(token, now)
        .cloned()
        .ok_or_else(ApiError::invalid_credentials)
}

/// Refuses a caller that none of its scopes lets in.
fn require_scope(caller: &Grant, method: &'static Method) -> Result<(), ApiError> {
    let opens = |scope: &&String| !WITHOUT_EFFECT.contains(&scope.as_str());
    if method
        .scopes
        .iter()
        .filter(opens)
        .any(|scope| caller.scopes.contains(scope))
    {
        Ok(())
    } else {
        Err(ApiError::insufficient_scope(method.short_id()))
    }
}
