//! The `id_token`: who the account is, signed (§3.7).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::oauth::jwt::signed_by_google;
use crate::oauth::scope::{EMAIL, PROFILE};
use crate::oauth::state::{ACCESS_TOKEN_TTL_SECONDS, Grant};
use crate::world::Account;

/// What an `id_token` says beside who the account is.
pub(crate) struct Occasion<'a> {
    pub(crate) now: Timestamp,
    pub(crate) issuer: &'a str,
    pub(crate) access_token: &'a str,
    pub(crate) nonce: Option<&'a str>,
}

/// A token that says who `account` is.
pub(crate) fn id_token(account: &Account, grant: &Grant, occasion: &Occasion<'_>) -> String {
    signed_by_google(&claims(account, grant, occasion))
}

fn claims(account: &Account, grant: &Grant, occasion: &Occasion<'_>) -> Value {
    let issued = occasion.now.as_second();
    let mut claims = json!({
        "iss": occasion.issuer,
        "azp": grant.client,
        "aud": grant.client,
        "sub": account.sub,
        "at_hash": access_token_hash(occasion.access_token),
        "iat": issued,
        "exp": issued + ACCESS_TOKEN_TTL_SECONDS + 1,
    });
    if let Some(domain) = &account.hosted_domain {
        claims["hd"] = domain.as_str().into();
    }
    if grant.scopes.contains(EMAIL) {
        claims["email"] = account.email.as_str().into();
        claims["email_verified"] = true.into();
    }
    if grant.scopes.contains(PROFILE) {
        claims["name"] = account.name.as_str().into();
    }
    if let Some(nonce) = occasion.nonce {
        claims["nonce"] = nonce.into();
    }
    claims
}

/// The left half of the hash (OpenID Connect Core 3.1.3.6).
fn access_token_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token.as_bytes())[..16])
}
