//! JSON Web Tokens in the compact form (RFC 7519), RS256 only.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::oauth::keys::{self, Key};

/// A token that Google signs.
pub(crate) fn signed_by_google(claims: &Value) -> String {
    let key = keys::google();
    let header = json!({ "alg": "RS256", "kid": key.id(), "typ": "JWT" });
    let signed = format!("{}.{}", part(&header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token taken apart; nothing is believed yet.
#[derive(Debug)]
pub(crate) struct Unverified<'a> {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Unverified<'a> {
    /// `None` when `token` is not a JWT at all.
    pub(crate) fn read(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            signed,
            signature: URL_SAFE_NO_PAD
                .decode(signature.trim_end_matches('='))
                .ok()?,
        })
    }

    /// Whether `key` signed it, by the one algorithm there is.
    pub(crate) fn is_signed_by(&self, key: &Key) -> bool {
        self.header["alg"] == "RS256" && key.verifies(self.signed.as_bytes(), &self.signature)
    }

    /// A claim that is text.
    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims[claim].as_str()
    }

    /// A claim that is a time, in seconds since 1970.
    pub(crate) fn second(&self, claim: &str) -> Option<i64> {
        let value = &self.claims[claim];
        // Fractions are allowed (RFC 7519 section 2, NumericDate).
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds are enough")]
        let whole = |seconds: f64| seconds as i64;
        value.as_i64().or_else(|| value.as_f64().map(whole))
    }
}

fn object(part: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
    let value: Value = serde_json::from_slice(&bytes).ok()?;
    value.is_object().then_some(value)
}
