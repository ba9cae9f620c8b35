//! The `id_token`: a JWT whose claims are right and whose signature is a placeholder.
//!
//! The header says RS256 as Google's does, but no RSA key is behind it: the signature is the
//! SHA-256 of what would be signed. A client that trusts the token because it came over the token
//! endpoint's connection (OpenID Connect Core 3.1.3.7 point 6) works; one that verifies the
//! signature must wait for the issue that brings a key and the JWKS endpoint.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::oauth::scope::{EMAIL, PROFILE};
use crate::oauth::state::{ACCESS_TOKEN_TTL_SECONDS, Grant};
use crate::world::Account;

/// A token that says who `account` is.
pub(crate) fn id_token(
    now: Timestamp,
    account: &Account,
    grant: &Grant,
    access_token: &str,
    nonce: Option<&str>,
) -> String {
    let header = json!({ "alg": "RS256", "kid": "fake-google-placeholder", "typ": "JWT" });
    let claims = claims(now, account, grant, access_token, nonce);
    let signed = format!("{}.{}", part(&header), part(&claims));
    let signature = URL_SAFE_NO_PAD.encode(Sha256::digest(signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn claims(
    now: Timestamp,
    account: &Account,
    grant: &Grant,
    access_token: &str,
    nonce: Option<&str>,
) -> Value {
    let mut claims = json!({
        "iss": "https://accounts.google.com",
        "azp": grant.client,
        "aud": grant.client,
        "sub": account.sub,
        "at_hash": access_token_hash(access_token),
        "iat": now.as_second(),
        "exp": now.as_second() + ACCESS_TOKEN_TTL_SECONDS + 1,
    });
    if grant.scopes.contains(EMAIL) {
        claims["email"] = account.email.as_str().into();
        claims["email_verified"] = true.into();
    }
    if grant.scopes.contains(PROFILE) {
        claims["name"] = account.name.as_str().into();
    }
    if let Some(nonce) = nonce {
        claims["nonce"] = nonce.into();
    }
    claims
}

/// The left half of the hash (OpenID Connect Core 3.1.3.6).
fn access_token_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token.as_bytes())[..16])
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
