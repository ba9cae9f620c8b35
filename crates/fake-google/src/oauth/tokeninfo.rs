//! Token introspection, for people who debug: `/tokeninfo`, and the older `/oauth2/v2/tokeninfo`
//! whose shape Google's description gives (§2).

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::http::{Request, Response};
use crate::log::Trace;
use crate::oauth::error::{TokenError, no_store};
use crate::oauth::jwt::Unverified;
use crate::oauth::keys;
use crate::oauth::scope::{self, EMAIL};
use crate::oauth::state::AccessToken;
use crate::world::{Account, World};

/// Which of the two endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `/tokeninfo`: names as in a JWT, every value text.
    Current,
    /// `/oauth2/v2/tokeninfo`.
    Legacy,
}

pub(crate) fn tokeninfo(
    world: &World,
    now: Timestamp,
    request: &Request,
    shape: Shape,
    trace: &mut Trace,
) -> Response {
    match inspect(world, now, request, shape, trace) {
        Some(body) => no_store(Response::of_pretty_json(200, &body)),
        None => TokenError::new("invalid_token", "Invalid Value").response(),
    }
}

fn inspect(
    world: &World,
    now: Timestamp,
    request: &Request,
    shape: Shape,
    trace: &mut Trace,
) -> Option<Value> {
    let (query, form) = (request.query(), request.form());
    let given = |name: &str| {
        query
            .get(name)
            .or_else(|| form.get(name))
            .map(str::to_owned)
    };
    // Google's Node library shows the token instead of naming it.
    let shown = request.header("authorization");
    let shown = shown.and_then(|header| header.strip_prefix("Bearer "));
    let access_token = given("access_token").or(shown.map(str::to_owned));
    if let Some(token) = access_token {
        let token = world.oauth.access_tokens.get(&token)?;
        let account = world.accounts.get(&token.grant.account)?;
        if token.expires <= now {
            return None;
        }
        trace.account = Some(account.email.clone());
        return Some(match shape {
            Shape::Current => current(token, account, now),
            Shape::Legacy => legacy(token, account, now),
        });
    }
    let token = given("id_token")?;
    let jwt = Unverified::read(&token).filter(|jwt| jwt.is_signed_by(keys::google()))?;
    if jwt.second("exp")? <= now.as_second() {
        return None;
    }
    trace.account = jwt.text("email").map(str::to_owned);
    Some(match shape {
        Shape::Current => spelled_out(&jwt),
        Shape::Legacy => json!({
            "issued_to": jwt.text("azp"),
            "audience": jwt.text("aud"),
            "user_id": jwt.text("sub"),
            "expires_in": jwt.second("exp")? - now.as_second(),
        }),
    })
}

fn current(token: &AccessToken, account: &Account, now: Timestamp) -> Value {
    let grant = &token.grant;
    let mut body = json!({
        "azp": grant.client,
        "aud": grant.client,
        "sub": account.sub,
        "scope": scope::join(&grant.scopes),
        "exp": token.expires.as_second().to_string(),
        "expires_in": token.expires.duration_since(now).as_secs().to_string(),
        "access_type": if token.is_offline { "offline" } else { "online" },
    });
    if grant.scopes.contains(EMAIL) {
        body["email"] = account.email.as_str().into();
        body["email_verified"] = "true".into();
    }
    body
}

fn legacy(token: &AccessToken, account: &Account, now: Timestamp) -> Value {
    let grant = &token.grant;
    let mut body = json!({
        "issued_to": grant.client,
        "audience": grant.client,
        "user_id": account.sub,
        "scope": scope::join(&grant.scopes),
        "expires_in": token.expires.duration_since(now).as_secs(),
    });
    if grant.scopes.contains(EMAIL) {
        body["email"] = account.email.as_str().into();
        body["verified_email"] = true.into();
    }
    body
}

/// The claims and the header of a JWT, every value as text.
fn spelled_out(jwt: &Unverified<'_>) -> Value {
    let parts = [&jwt.claims, &jwt.header].into_iter();
    let pairs = parts.filter_map(Value::as_object).flatten();
    let text = |value: &Value| match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.to_string(),
    };
    let spelled: Map<String, Value> = pairs
        .map(|(name, value)| (name.clone(), text(value).into()))
        .collect();
    Value::Object(spelled)
}
