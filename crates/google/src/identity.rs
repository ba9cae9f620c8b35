//! Who consented: the id token that comes with a code exchange.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::error::TokenError;

/// The Google account a grant belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Google's stable name for it: never reused, never changed.
    pub sub: String,
    /// Its address, which may change.
    pub email: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    exp: i64,
    #[serde(default)]
    email: String,
    nonce: Option<String>,
}

/// Clocks may differ by this much.
const SKEW_SECONDS: i64 = 300;

/// Reads an id token that came straight from the token endpoint.
///
/// Its signature is not checked: it came over TLS from the issuer itself (OpenID Connect Core,
/// 3.1.3.7, point 6). Audience, issuer, expiry and nonce are.
pub(crate) fn read(
    id_token: &str,
    client_id: &str,
    nonce: &str,
    now_seconds: i64,
) -> Result<Identity, TokenError> {
    let bug = |what: &str| TokenError::Bug(format!("id token: {what}"));
    let payload = id_token
        .split('.')
        .nth(1)
        .ok_or_else(|| bug("not three parts"))?;
    let payload = URL_SAFE_NO_PAD
        .decode(payload)
        .map_err(|_| bug("not base64url"))?;
    let claims: Claims =
        serde_json::from_slice(&payload).map_err(|_| bug("not the claims expected"))?;
    match () {
        () if !is_issuer(&claims.iss) => Err(bug("another issuer")),
        () if claims.aud != client_id => Err(bug("for another client")),
        () if claims.exp + SKEW_SECONDS < now_seconds => Err(bug("expired")),
        () if claims.nonce.as_deref() != Some(nonce) => Err(bug("another nonce")),
        () if claims.sub.is_empty() || claims.sub.len() > 255 => Err(bug("no account")),
        () => Ok(Identity {
            sub: claims.sub,
            email: claims.email,
        }),
    }
}

fn is_issuer(iss: &str) -> bool {
    matches!(iss, "https://accounts.google.com" | "accounts.google.com")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn an_id_token_is_for_us_now_and_this_consent() {
        let good = r#"{"iss":"https://accounts.google.com","aud":"me","sub":"1","exp":1000,"email":"a@b.cd","nonce":"n"}"#;
        let identity = read(&token(good), "me", "n", 900).unwrap();
        assert_eq!(
            identity,
            Identity {
                sub: "1".into(),
                email: "a@b.cd".into()
            }
        );
        for (name, token, client, nonce, now) in [
            ("another client", token(good), "you", "n", 900),
            ("another nonce", token(good), "me", "x", 900),
            ("expired", token(good), "me", "n", 2000),
            (
                "another issuer",
                token(&good.replace("accounts.google", "evil")),
                "me",
                "n",
                900,
            ),
            (
                "no account",
                token(&good.replace(r#""sub":"1""#, r#""sub":"""#)),
                "me",
                "n",
                900,
            ),
            ("not a token", "abc".into(), "me", "n", 900),
            ("not base64", "a.*.b".into(), "me", "n", 900),
            ("not claims", token("[]"), "me", "n", 900),
        ] {
            assert!(read(&token, client, nonce, now).is_err(), "{name}");
        }
    }
}
