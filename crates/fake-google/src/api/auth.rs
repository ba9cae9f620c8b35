//! Access tokens, scopes, roles, and whatever else keeps a caller out: whether a caller may, and how much it then sees.
//!
//! A caller stands in a calendar with a role, which is what the access list gives its account,
//! narrowed by the widest scope it has for the method (§4). A method asks for a least role.

use jiff::Timestamp;
use serde_json::Value;

use crate::api::key;
use crate::calendar::Calendar;
use crate::calendar::access::Role;
use crate::discovery::Method;
use crate::error::ApiError;
use crate::http::Request;
use crate::log::Trace;
use crate::oauth::state::Grant;
use crate::quota::{self, Use};
use crate::world::{Standing, World};

/// What one PATCH costs.
const PATCH_UNITS: u32 = 3;
/// Characters in `quotaUser`.
const QUOTA_USER_MAX: usize = 40;

/// Methods that are a POST and change no calendar.
const READING: [&str; 2] = ["calendar.channels.stop", "calendar.freebusy.query"];

/// The method that asks for an administrator's privilege, by itself, and for no role.
const ADMINISTERED: &str = "calendar.calendars.transferOwnership";

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
    if let Some(caller) = key::caller(world, request, method)? {
        check_project(world, &caller)?;
        quota::charge(world, now, &used(request, &caller, method, path)?)?;
        return Ok(caller);
    }
    let caller = caller(world, now, request)?;
    trace.account = Some(caller.account.clone());
    let account = world.accounts.get(&caller.account);
    let account = account.filter(|account| account.standing != Standing::Disabled);
    let account = account.ok_or_else(ApiError::invalid_credentials)?;
    let is_calendar_user = account.is_calendar_user;
    check_project(world, &caller)?;
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

fn check_project(world: &World, caller: &Grant) -> Result<(), ApiError> {
    let project = world.oauth.projects.get(&caller.project);
    if project.is_some_and(|project| !project.is_calendar_enabled) {
        return Err(ApiError::not_enabled(&caller.project));
    }
    Ok(())
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
        user: charged(request, caller)?.filter(|user| !user.is_empty()),
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

/// Who pays: the account (with an API key nobody but the project), but for a delegated service account, which pays itself unless it names
/// a user.
fn charged(request: &Request, caller: &Grant) -> Result<Option<String>, ApiError> {
    let Some(service_account) = &caller.service_account else {
        return Ok(Some(caller.account.clone()));
    };
    let query = request.query();
    let header = request.header("x-goog-quota-user");
    let named = query.get("quotaUser").or(header);
    match named {
        Some(name) if name.len() > QUOTA_USER_MAX => {
            let message = "quotaUser must not exceed 40 characters.";
            Err(ApiError::invalid(message).at_parameter("quotaUser"))
        }
        named => Ok(Some(named.unwrap_or(service_account).to_owned())),
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

/// Refuses a caller that none of its scopes lets in, whichever calendar it asks for.
fn require_scope(caller: &Grant, method: &'static Method) -> Result<(), ApiError> {
    if scopes_for(caller, method).next().is_some() {
        Ok(())
    } else {
        Err(ApiError::insufficient_scope(method.short_id()))
    }
}

/// The caller's role in a calendar as far as its scopes reach.
///
/// # Errors
/// 404 `notFound` when the account has no access at all, 403 `insufficientPermissions` when no
/// scope reaches this calendar, 403 `requiredAccessLevel` when the role is too low.
pub(crate) fn require_role(
    calendar: &Calendar,
    caller: &Grant,
    method: &'static Method,
) -> Result<Role, ApiError> {
    if method.id == ADMINISTERED {
        return Ok(Role::Owner);
    }
    let held = calendar.access.role_of(&caller.account);
    let held = held.ok_or_else(ApiError::not_found)?;
    let reached = scopes_for(caller, method)
        .filter_map(|scope| Reach::of(scope).role_in(calendar, held, caller))
        .max()
        .ok_or_else(|| ApiError::insufficient_scope(method.short_id()))?;
    let needed = role_needed(method.short_id());
    if reached >= needed {
        Ok(reached)
    } else if held >= needed {
        Err(ApiError::insufficient_scope(method.short_id()))
    } else {
        Err(ApiError::role_too_low(needed))
    }
}

fn scopes_for<'a>(
    caller: &'a Grant,
    method: &'static Method,
) -> impl Iterator<Item = &'static str> + 'a {
    let scopes = method.scopes.iter();
    scopes
        .filter(|scope| caller.scopes.contains(*scope))
        .map(String::as_str)
}

/// Which calendars a scope is about, and how much of them it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Everything,
    Owned,
    MadeByClient,
    Times,
    Public,
}

impl Reach {
    fn of(scope: &str) -> Self {
        match scope.trim_start_matches("https://www.googleapis.com/auth/") {
            "calendar.events.owned" | "calendar.events.owned.readonly" => Self::Owned,
            "calendar.app.created" => Self::MadeByClient,
            "calendar.events.freebusy" => Self::Times,
            "calendar.events.public.readonly" => Self::Public,
            _ => Self::Everything,
        }
    }

    fn role_in(self, calendar: &Calendar, held: Role, caller: &Grant) -> Option<Role> {
        match self {
            Self::Everything => Some(held),
            Self::Owned => Some(held).filter(|role| *role == Role::Owner),
            Self::MadeByClient => {
                Some(held).filter(|_| calendar.made_by.as_ref() == Some(&caller.client))
            }
            Self::Times => Some(Role::FreeBusyReader),
            Self::Public => calendar.access.public_role().map(|role| role.min(held)),
        }
    }
}

/// The least role that a method on a calendar takes. Google's method pages say so for few of
/// them; the rest is the meaning of the roles.
fn role_needed(method: &str) -> Role {
    match method {
        "acl.get" | "acl.list" | "acl.watch" => Role::Writer,
        "calendars.get" | "events.get" | "events.instances" | "events.list" | "events.watch" => {
            Role::FreeBusyReader
        }
        _ if method.starts_with("events.") => Role::WriterWithoutPrivateAccess,
        // What an account does with its own list needs the calendar only to be seen.
        _ if method.starts_with("calendarList.") => Role::FreeBusyReader,
        _ => Role::Owner,
    }
}
