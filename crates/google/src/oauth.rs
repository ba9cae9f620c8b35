//! The authorization-code flow with PKCE, refresh, and giving a grant back.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

use crate::endpoints::Endpoints;
use crate::error::{TokenError, bounded, retry_after};
use crate::identity::{self, Identity};
use crate::transport::Transport;

/// Reads and writes events of calendars the account may write; nothing wider (row T1).
pub const SCOPE_EVENTS: &str = "https://www.googleapis.com/auth/calendar.events";
/// Covers [`SCOPE_EVENTS`] too; never asked for, but a grant may carry it.
const SCOPE_CALENDAR: &str = "https://www.googleapis.com/auth/calendar";

/// This installation, as Google knows it.
#[derive(Clone, Debug)]
pub struct OAuthClient {
    /// The client id.
    pub id: String,
    /// Its secret.
    pub secret: SecretString,
    /// Where consent returns to: registered with Google and compared byte by byte, so kept as text.
    pub redirect_uri: String,
}

/// What identifies one consent from its beginning to its end.
#[derive(Clone, Debug)]
pub struct Consent {
    /// Comes back unchanged.
    pub state: SecretString,
    /// The PKCE verifier (RFC 7636): 43 to 128 unreserved characters.
    pub verifier: SecretString,
    /// Comes back in the id token.
    pub nonce: String,
}

/// Tokens of a grant.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// For calls.
    pub access: SecretString,
    /// How long `access` lasts from now.
    pub expires_in: SignedDuration,
    /// For new access tokens; absent in most answers to a refresh, and then the old one stays.
    pub refresh: Option<SecretString>,
    /// What was granted, which may be less than was asked for.
    pub scopes: String,
}

impl Tokens {
    /// Whether the grant covers reading and writing events.
    pub fn covers_events(&self) -> bool {
        self.scopes
            .split_whitespace()
            .any(|scope| scope == SCOPE_EVENTS || scope == SCOPE_CALENDAR)
    }
}

/// Where to send a person to consent.
///
/// Consent is always asked for, because only then does Google give a refresh token to an account that
/// has consented before.
pub fn consent_url(
    endpoints: &Endpoints,
    client: &OAuthClient,
    consent: &Consent,
    login_hint: Option<&str>,
) -> Url {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(consent.verifier.expose_secret()));
    let mut url = endpoints.auth.clone();
    let mut query = url.query_pairs_mut();
    query
        .append_pair("client_id", &client.id)
        .append_pair("redirect_uri", &client.redirect_uri)
        .append_pair("response_type", "code")
        .append_pair("scope", &format!("openid email {SCOPE_EVENTS}"))
        .append_pair("access_type", "offline")
        .append_pair("prompt", "consent")
        .append_pair("state", consent.state.expose_secret())
        .append_pair("nonce", &consent.nonce)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    if let Some(hint) = login_hint {
        query.append_pair("login_hint", hint);
    }
    drop(query);
    url
}

/// Trades the code of a consent for tokens, and says whose they are. `now_seconds` is the present,
/// for the id token's expiry.
///
/// # Errors
/// [`TokenError`].
pub async fn exchange(
    transport: &dyn Transport,
    endpoints: &Endpoints,
    client: &OAuthClient,
    consent: &Consent,
    code: &str,
    now_seconds: i64,
) -> Result<(Tokens, Identity), TokenError> {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", client.redirect_uri.as_str()),
        ("code_verifier", consent.verifier.expose_secret()),
    ];
    let answer = ask(transport, endpoints, client, &form).await?;
    let id_token = answer
        .id_token
        .clone()
        .ok_or_else(|| TokenError::Bug("no id token".to_owned()))?;
    let identity = identity::read(&id_token, &client.id, &consent.nonce, now_seconds)?;
    Ok((answer.into(), identity))
}

/// Trades a refresh token for a new access token.
///
/// # Errors
/// [`TokenError`]; [`TokenError::InvalidGrant`] means the grant is dead for good.
pub async fn refresh(
    transport: &dyn Transport,
    endpoints: &Endpoints,
    client: &OAuthClient,
    refresh_token: &SecretString,
) -> Result<Tokens, TokenError> {
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose_secret()),
    ];
    ask(transport, endpoints, client, &form)
        .await
        .map(Tokens::from)
}

/// Gives back the grant that `token`, an access or a refresh token, belongs to. Google ends all that the
/// account has granted to our project, under whichever client: this is for the last use of it only (§3.6).
/// A token that Google does not know any more is as good as given back.
///
/// # Errors
/// [`TokenError`]; whether the grant still lives is not known.
pub async fn revoke(
    transport: &dyn Transport,
    endpoints: &Endpoints,
    token: &SecretString,
) -> Result<(), TokenError> {
    // In the body: addresses end up in logs.
    let form = [("token", token.expose_secret())];
    let response = post(transport, &endpoints.revoke, &form).await?;
    if response.status().is_success() {
        return Ok(());
    }
    let (status, headers) = (response.status().as_u16(), response.headers());
    match refusal(status, headers, response.body()) {
        TokenError::Misconfigured { code, .. } if status == 400 && code == "invalid_token" => {
            Ok(())
        }
        error => Err(error),
    }
}

#[derive(Deserialize)]
struct Answer {
    access_token: SecretString,
    expires_in: i64,
    refresh_token: Option<SecretString>,
    #[serde(default)]
    scope: String,
    id_token: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Refusal {
    error: String,
    error_description: String,
    error_subtype: String,
}

impl From<Answer> for Tokens {
    fn from(answer: Answer) -> Self {
        // An hour is what Google gives; a day is more than it ever has.
        let seconds = answer.expires_in.clamp(0, 86_400);
        Self {
            access: answer.access_token,
            expires_in: SignedDuration::from_secs(seconds),
            refresh: answer.refresh_token,
            scopes: answer.scope,
        }
    }
}

async fn ask(
    transport: &dyn Transport,
    endpoints: &Endpoints,
    client: &OAuthClient,
    form: &[(&str, &str)],
) -> Result<Answer, TokenError> {
    let own = [
        ("client_id", client.id.as_str()),
        ("client_secret", client.secret.expose_secret()),
    ];
    send(transport, endpoints, &[form, &own].concat()).await
}

/// The token that this form gets, which says by itself who asks.
pub(crate) async fn ask_token(
    transport: &dyn Transport,
    endpoints: &Endpoints,
    form: &[(&str, &str)],
) -> Result<Tokens, TokenError> {
    send(transport, endpoints, form).await.map(Tokens::from)
}

async fn send(
    transport: &dyn Transport,
    endpoints: &Endpoints,
    form: &[(&str, &str)],
) -> Result<Answer, TokenError> {
    let response = post(transport, &endpoints.token, form).await?;
    if response.status().is_success() {
        // A cut-off answer tells nothing; asking again is harmless.
        return serde_json::from_slice(response.body())
            .map_err(|_| TokenError::Retry("unreadable token answer".to_owned()));
    }
    Err(refusal(
        response.status().as_u16(),
        response.headers(),
        response.body(),
    ))
}

async fn post(
    transport: &dyn Transport,
    to: &Url,
    form: &[(&str, &str)],
) -> Result<http::Response<Bytes>, TokenError> {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let request = http::Request::post(to.as_str())
        .header(
            http::header::CONTENT_TYPE,
            "application/x-www-form-urlencoded",
        )
        .header(http::header::ACCEPT, "application/json")
        .body(Bytes::from(body))
        .map_err(|e| TokenError::Bug(e.to_string()))?;
    Ok(transport.send(request).await?)
}

/// A refusal in the shape of RFC 6749, 5.2 (§3.5), or whatever else came: pages of HTML among it.
fn refusal(status: u16, headers: &http::HeaderMap, body: &[u8]) -> TokenError {
    let Refusal {
        error,
        error_description,
        error_subtype,
    } = serde_json::from_slice(body).unwrap_or_default();
    let (code, description) = (bounded(error), bounded(error_description));
    match (status, code.as_str()) {
        (429, _) | (_, "rate_limit_exceeded" | "slow_down") => {
            TokenError::RateLimited(retry_after(headers))
        }
        (500..=599 | 408, _) | (_, "temporarily_unavailable" | "server_error") => {
            TokenError::Retry(format!("status {status}"))
        }
        (_, "invalid_grant") if is_reauthentication(&error_subtype) => {
            TokenError::Reauthenticate(description)
        }
        (_, "invalid_grant") => TokenError::InvalidGrant(description),
        (_, "") => TokenError::Bug(format!("status {status} from the token endpoint")),
        _ => TokenError::Misconfigured { code, description },
    }
}

fn is_reauthentication(subtype: &str) -> bool {
    matches!(subtype, "invalid_rapt" | "rapt_required")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Advice;

    #[test]
    fn a_consent_asks_for_events_and_nothing_wider() {
        let client = OAuthClient {
            id: "me".into(),
            secret: "s3cret".into(),
            redirect_uri: "https://book.example/oauth/google/callback".into(),
        };
        let consent = Consent {
            state: "st".into(),
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into(),
            nonce: "n".into(),
        };
        let url = consent_url(&Endpoints::google(), &client, &consent, Some("a@b.cd"));
        let query: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(query["scope"], format!("openid email {SCOPE_EVENTS}"));
        assert_eq!(query["access_type"], "offline");
        // RFC 7636, appendix B.
        assert_eq!(
            query["code_challenge"],
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        assert_eq!(query["redirect_uri"], client.redirect_uri);
        assert!(!url.as_str().contains("s3cret") && !url.as_str().contains("dBjftJeZ"));
    }

    /// rows L13 and T5: every refusal says what can be done, and no other is taken for a dead grant.
    #[test]
    fn every_refusal_says_what_can_be_done() {
        let json = |error: &str| format!(r#"{{"error":"{error}","error_description":"Said."}}"#);
        for (status, body, advice) in [
            (400, json("invalid_grant"), Advice::Reconnect),
            (
                400,
                r#"{"error":"invalid_grant","error_subtype":"invalid_rapt"}"#.to_owned(),
                Advice::Reconnect,
            ),
            (401, json("invalid_client"), Advice::Refuse),
            (401, json("deleted_client"), Advice::Refuse),
            (401, json("disabled_client"), Advice::Refuse),
            (400, json("unauthorized_client"), Advice::Refuse),
            (400, json("redirect_uri_mismatch"), Advice::Refuse),
            (400, json("invalid_scope"), Advice::Refuse),
            (400, json("admin_policy_enforced"), Advice::Refuse),
            (403, json("org_internal"), Advice::Refuse),
            (403, json("rate_limit_exceeded"), Advice::Retry),
            (503, json("invalid_grant"), Advice::Retry),
            (503, "<html>".to_owned(), Advice::Retry),
            (429, String::new(), Advice::Retry),
            (400, "<html>invalid_grant</html>".to_owned(), Advice::Bug),
            (400, r#"{"error":{"code":400}}"#.to_owned(), Advice::Bug),
            (302, String::new(), Advice::Bug),
        ] {
            let refused = refusal(status, &http::HeaderMap::new(), body.as_bytes());
            assert_eq!(refused.advice(), advice, "{status} {body}");
        }
        let later = http::HeaderMap::from_iter([(http::header::RETRY_AFTER, "7".parse().unwrap())]);
        assert_eq!(
            refusal(429, &later, b""),
            TokenError::RateLimited(Some(SignedDuration::from_secs(7)))
        );
    }

    #[test]
    fn a_wider_grant_covers_events_and_a_narrower_one_does_not() {
        let tokens = |scopes: &str| Tokens {
            access: "a".into(),
            expires_in: SignedDuration::ZERO,
            refresh: None,
            scopes: scopes.into(),
        };
        assert!(tokens(&format!("openid {SCOPE_EVENTS}")).covers_events());
        assert!(tokens(SCOPE_CALENDAR).covers_events());
        assert!(
            !tokens("openid https://www.googleapis.com/auth/calendar.events.readonly")
                .covers_events()
        );
    }
}
