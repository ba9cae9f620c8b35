//! Calls with an API key and no token: a project without a user, which sees public calendars (§17).

use crate::discovery::Method;
use crate::error::ApiError;
use crate::http::Request;
use crate::oauth::state::Grant;
use crate::world::World;

/// What a key opens. For anything else a key is no credential at all.
const OPEN: [&str; 3] = [
    "calendar.colors.get",
    "calendar.events.get",
    "calendar.events.list",
];

/// As far as a key sees: what this scope lets everybody see.
const SCOPE: &str = "https://www.googleapis.com/auth/calendar.events.public.readonly";

/// The caller behind the key of a request without a token; `None` when there is no key to go by.
///
/// Nobody's e-mail is empty, so a private calendar is 404 and `primary` is nobody's.
///
/// # Errors
/// 400 `badRequest` when no project has the key, 401 `required` for a method that needs a user.
pub(crate) fn caller(
    world: &World,
    request: &Request,
    method: &Method,
) -> Result<Option<Grant>, ApiError> {
    let query = request.query();
    let key = query
        .get("key")
        .filter(|_| request.header("authorization").is_none());
    let Some(key) = key else {
        return Ok(None);
    };
    let project = world
        .oauth
        .projects
        .iter()
        .find(|(_, project)| project.api_keys.contains(key));
    let Some((project, _)) = project else {
        return Err(ApiError::invalid_key());
    };
    if !OPEN.contains(&method.id.as_str()) {
        return Err(ApiError::login_required());
    }
    Ok(Some(Grant {
        client: String::new(),
        project: project.clone(),
        account: String::new(),
        scopes: [SCOPE.to_owned()].into(),
        service_account: None,
    }))
}
