//! What an OpenID Connect client reads before it starts: where everything is, and the keys.

use serde_json::{Value, json};

use crate::http::{Request, Response};
use crate::oauth::keys;
use crate::oauth::scope::OPENID;
use crate::world::World;

/// How long keys may be kept. Google says some hours; the fake never changes them.
const KEYS_CACHE: &str = "public, max-age=20000, must-revalidate, no-transform";

/// `GET /.well-known/openid-configuration`.
pub(crate) fn configuration(world: &World, request: &Request) -> Response {
    let origin = origin(world, request);
    let at = |path: &str| format!("{origin}{path}");
    let body = json!({
        "issuer": world.rules.issuer,
        "authorization_endpoint": at("/o/oauth2/v2/auth"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/v1/userinfo"),
        "revocation_endpoint": at("/revoke"),
        "jwks_uri": at("/oauth2/v3/certs"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": [OPENID, "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": [
            "aud", "email", "email_verified", "exp", "hd", "iat", "iss", "name", "sub",
        ],
        "code_challenge_methods_supported": ["plain", "S256"],
        "grant_types_supported": [
            "authorization_code",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ],
    });
    Response::of_pretty_json(200, &body).with_header("cache-control", "public, max-age=3600")
}

/// `GET /oauth2/v3/certs`: the keys as a JSON Web Key Set.
pub(crate) fn key_set() -> Response {
    cached(&json!({ "keys": [keys::google().jwk()] }))
}

/// `GET /oauth2/v1/certs`: the same as certificates by key id, which Google's Python library asks
/// for.
pub(crate) fn certificates() -> Response {
    let mut by_id = Value::Object(serde_json::Map::new());
    by_id[keys::google().id()] = keys::GOOGLE_CERTIFICATE_PEM.into();
    cached(&by_id)
}

fn cached(body: &Value) -> Response {
    Response::of_pretty_json(200, body).with_header("cache-control", KEYS_CACHE)
}

/// Where the caller found this server.
pub(crate) fn origin(world: &World, request: &Request) -> String {
    match request.header("host") {
        Some(host) => format!("http://{host}"),
        None => world.rules.link_origin.clone(),
    }
}
