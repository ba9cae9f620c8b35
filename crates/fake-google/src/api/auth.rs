//! Access tokens and scopes.

use jiff::Timestamp;

use crate::discovery::Method;
use crate::error::ApiError;
use crate::http::Request;
use crate::oauth::state::Grant;
use crate::world::World;

/// Scopes that Google accepts for methods here but that mean a reduced view (free/busy only), or
/// calendars there are none of here (public ones, ones made by the app). They open nothing yet.
const WITHOUT_EFFECT: [&str; 3] = [
    "https://www.googleapis.com/auth/calendar.app.created",
    "https://www.googleapis.com/auth/calendar.events.freebusy",
    "https://www.googleapis.com/auth/calendar.events.public.readonly",
];

/// The grant behind the request's access token.
pub(crate) fn caller(world: &World, now: Timestamp, request: &Request) -> Result<Grant, ApiError> {
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
pub(crate) fn require_scope(caller: &Grant, method: &'static Method) -> Result<(), ApiError> {
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
