//! Who the token's account is, as far as its scopes say: `/v1/userinfo` (OpenID Connect) and the
//! older `/oauth2/v2/userinfo`, whose shape Google's description gives (§3.7).

use jiff::Timestamp;
use serde_json::json;

use crate::http::{Request, Response};
use crate::log::Trace;
use crate::oauth::error::no_store;
use crate::oauth::scope::{self, EMAIL, PROFILE};
use crate::world::World;

/// Which of the two endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `/v1/userinfo`.
    OpenId,
    /// `/oauth2/v2/userinfo`, also at `/userinfo/v2/me`.
    Legacy,
}

/// The userinfo endpoints.
pub(crate) fn userinfo(
    world: &World,
    now: Timestamp,
    request: &Request,
    shape: Shape,
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
    let (id, verified) = match shape {
        Shape::OpenId => ("sub", "email_verified"),
        Shape::Legacy => ("id", "verified_email"),
    };
    let mut body = json!({ id: account.sub });
    if grant.scopes.contains(EMAIL) {
        body["email"] = account.email.as_str().into();
        body[verified] = true.into();
    }
    if grant.scopes.contains(PROFILE) {
        let (given, family) = account.name.split_once(' ').unwrap_or((&account.name, ""));
        body["name"] = account.name.as_str().into();
        body["given_name"] = given.into();
        body["locale"] = account.locale.as_str().into();
        if !family.is_empty() {
            body["family_name"] = family.into();
        }
    }
    if let Some(domain) = &account.hosted_domain {
        body["hd"] = domain.as_str().into();
    }
    no_store(Response::of_pretty_json(200, &body))
}

fn refused(status: u16, error: &str, description: &str) -> Response {
    let challenge = format!(r#"Bearer realm="https://accounts.google.com/", error="{error}""#);
    let body = json!({ "error": error, "error_description": description });
    no_store(Response::of_pretty_json(status, &body)).with_header("www-authenticate", &challenge)
}
