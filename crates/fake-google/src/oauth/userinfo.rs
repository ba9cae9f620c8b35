//! `GET /v1/userinfo` (OpenID Connect): who the token's account is, as far as its scopes say.

use jiff::Timestamp;
use serde_json::json;

use crate::http::{Request, Response};
use crate::log::Trace;
use crate::oauth::error::no_store;
use crate::oauth::scope::{self, EMAIL, PROFILE};
use crate::world::World;

/// The userinfo endpoint.
pub(crate) fn userinfo(
    world: &World,
    now: Timestamp,
    request: &Request,
    trace: &mut Trace,
) -> Response {
    let token = request
        .header("authorization")
        .and_then(|header| header.strip_prefix("Bearer "));
    let grant = token.and_then(|token| world.oauth.grant_of(token, now));
    let Some((grant, account)) =
        grant.and_then(|grant| Some((grant, world.accounts.get(&grant.account)?)))
    else {
        return refused(401, "invalid_request", "Invalid Credentials");
    };
    trace.account = Some(account.email.clone());
    if !grant.scopes.iter().any(|scope| scope::is_sign_in(scope)) {
        return refused(
            403,
            "insufficient_scope",
            "Request had insufficient scopes.",
        );
    }
    let mut body = json!({ "sub": account.sub });
    if grant.scopes.contains(EMAIL) {
        body["email"] = account.email.as_str().into();
        body["email_verified"] = true.into();
    }
    if grant.scopes.contains(PROFILE) {
        body["name"] = account.name.as_str().into();
        body["locale"] = account.locale.as_str().into();
    }
    no_store(Response::of_pretty_json(200, &body))
}

fn refused(status: u16, error: &str, description: &str) -> Response {
    let challenge = format!(r#"Bearer realm="https://accounts.google.com/", error="{error}""#);
    let body = json!({ "error": error, "error_description": description });
    no_store(Response::of_pretty_json(status, &body)).with_header("www-authenticate", &challenge)
}
