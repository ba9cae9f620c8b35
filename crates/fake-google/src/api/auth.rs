//! Access tokens, scopes, and whatever else keeps a caller out before a method is looked at.

use jiff::Timestamp;
use serde_json::Value;

use crate::discovery::Method;
use crate::error::ApiError;
use crate::http::Request;
use crate::log::Trace;
use crate::oauth::state::Grant;
use crate::quota::{self, Use};
use crate::world::{Standing, World};

/// Scopes that Google accepts for methods here but that mean a reduced view (free/busy only), or
/// calendars there are none of here (public ones, ones made by the app). They open nothing yet.
const WITHOUT_EFFECT: [&str; 3] = [
    "https://www.googleapis.com/auth/calendar.app.created",
    "https://www.googleapis.com/auth/calendar.events.freebusy",
    "https://www.googleapis.com/auth/calendar.events.public.readonly",
];

/// What one PATCH costs.
const PATCH_UNITS: u32 = 3;
/// Characters in `quotaUser`.
const QUOTA_USER_MAX: usize = 40;

/// Methods that are a POST and change no calendar.
const READING: [&str; 2] = ["calendar.channels.stop", "calendar.freebusy.query"];

/// Methods that take attendees.
const INVITING: [&str; 4] = [
    "calendar.events.import",
    "calendar.events.insert",
    "calendar.events.patch",
    "calendar.events.update",
];

/// The caller, if nothing about it stands against this method.
pub(crate) fn admitted(
    world: &mut World,
    now: Timestamp,
    request: &Request,
    (method, path): (&'static Method, &[String]),
    trace: &mut Trace,
) -> Result<Grant, ApiError> {
    let caller = caller(world, now, request)?;
    trace.account = Some(caller.account.clone());
    let account = world.accounts.get(&caller.account);
    let account = account.filter(|account| account.standing != Standing::Disabled);
    let account = account.ok_or_else(ApiError::invalid_credentials)?;
    let is_calendar_user = account.is_calendar_user;
    let project = world.oauth.projects.get(&caller.project);
    if project.is_some_and(|project| !project.is_calendar_enabled) {
        return Err(ApiError::not_enabled(&caller.project));
    }
    quota::charge(world, now, &used(request, &caller, method, path)?)?;
    require_scope(&caller, method)?;
    if !is_calendar_user {
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

/// What the call counts for (§14.1).
fn used(
    request: &Request,
    caller: &Grant,
    method: &Method,
    path: &[String],
) -> Result<Use, ApiError> {
    let calendar = match path.first().map(String::as_str) {
        Some("primary") => Some(caller.account.clone()),
        id => id.map(str::to_owned),
    };
    Ok(Use {
        project: caller.project.clone(),
        user: Some(charged(request, caller)?),
        account: Some(caller.account.clone()),
        is_write: is_write(request, method),
        calendar,
        units: if method.id.ends_with(".patch") {
            PATCH_UNITS
        } else {
            1
        },
    })
}

fn is_write(request: &Request, method: &Method) -> bool {
    let is_read = method.id.ends_with(".watch") || READING.contains(&method.id.as_str());
    request.verb() != "GET" && !is_read
}

/// Who pays: the account, but for a delegated service account, which pays itself unless it names
/// a user.
fn charged(request: &Request, caller: &Grant) -> Result<String, ApiError> {
    let Some(service_account) = &caller.service_account else {
        return Ok(caller.account.clone());
    };
    let query = request.query();
    let header = request.header("x-goog-quota-user");
    let named = query.get("quotaUser").or(header);
    match named {
        Some(name) if name.len() > QUOTA_USER_MAX => {
            let message = "quotaUser must not exceed 40 characters.";
            Err(ApiError::invalid(message).at_parameter("quotaUser"))
        }
        named => Ok(named.unwrap_or(service_account).to_owned()),
    }
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
