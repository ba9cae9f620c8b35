//! Service accounts: tokens for a signed assertion, without anybody's consent (§3.8, RFC 7523).

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::endpoints::Endpoints;
use crate::error::TokenError;
use crate::oauth::{SCOPE_EVENTS, Tokens, ask_token};
use crate::transport::Transport;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// An assertion is used at once; Google allows an hour.
const LIFE_SECONDS: i64 = 600;
/// Our clock may be ahead of Google's by a little; an assertion from the future is refused.
const BACKDATED_SECONDS: i64 = 10;
/// Longest key file: Google's have 2.4 kB.
const KEY_FILE_BYTES_MAX: usize = 64 * 1024;

/// A service account with its private key. Cheap to clone; shows nothing of the key.
#[derive(Clone)]
pub struct ServiceAccount {
    /// Its address: what a calendar is shared with.
    pub email: String,
    /// The user of a Workspace it acts for, when it does.
    pub subject: Option<String>,
    key_id: String,
    key: Arc<RsaKeyPair>,
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccount")
            .field("email", &self.email)
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// Why a key file cannot be used. Never shows any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKeyFile {
    /// Not the JSON Google gives.
    #[error("it is not the JSON key file that Google gives for a service account")]
    NotAKeyFile,
    /// Of another kind, such as an OAuth client's.
    #[error("it is no service account's key file: its \"type\" must be \"service_account\"")]
    OtherKind,
    /// The private key in it is damaged or no RSA key.
    #[error("the private key in it cannot be read")]
    BadKey,
}

#[derive(Deserialize)]
struct KeyFile {
    #[serde(rename = "type")]
    kind: String,
    client_email: Option<String>,
    private_key_id: Option<String>,
    private_key: Option<SecretString>,
}

impl ServiceAccount {
    /// Reads the key file Google gives. `subject` is whom it acts for.
    ///
    /// # Errors
    /// [`BadKeyFile`].
    pub fn read(key_file: &str, subject: Option<String>) -> Result<Self, BadKeyFile> {
        if key_file.len() > KEY_FILE_BYTES_MAX {
            return Err(BadKeyFile::NotAKeyFile);
        }
        let file: KeyFile = serde_json::from_str(key_file).map_err(|_| BadKeyFile::NotAKeyFile)?;
        if file.kind != "service_account" {
            return Err(BadKeyFile::OtherKind);
        }
        let (Some(email), Some(key_id), Some(key)) =
            (file.client_email, file.private_key_id, file.private_key)
        else {
            return Err(BadKeyFile::NotAKeyFile);
        };
        let der = pkcs8(key.expose_secret()).ok_or(BadKeyFile::BadKey)?;
        let key = RsaKeyPair::from_pkcs8(&der).map_err(|_| BadKeyFile::BadKey)?;
        Ok(Self {
            email,
            subject: subject.filter(|subject| !subject.is_empty()),
            key_id,
            key: Arc::new(key),
        })
    }

    /// Whose calendars it reaches: the user it acts for, or itself.
    pub fn acts_as(&self) -> &str {
        self.subject.as_deref().unwrap_or(&self.email)
    }

    /// The assertion that asks for a token, in the compact form of a JWT.
    fn assertion(&self, audience: &str, now_seconds: i64) -> Result<String, TokenError> {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id });
        let issued = now_seconds - BACKDATED_SECONDS;
        let mut claims = json!({
            "iss": self.email, "scope": SCOPE_EVENTS, "aud": audience,
            "iat": issued, "exp": issued + LIFE_SECONDS,
        });
        if let Some(subject) = &self.subject {
            claims["sub"] = json!(subject);
        }
        let part = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        // This padding is the same each time; the chance only blinds the computation.
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .map_err(|_| TokenError::Bug("the assertion could not be signed".to_owned()))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// Asks for a token with a new assertion. There is no refresh token: the next one is asked for alike.
///
/// # Errors
/// [`TokenError`]; an [`TokenError::InvalidGrant`] says that the assertion was not taken, and its text why.
pub async fn token(
    transport: &dyn Transport,
    endpoints: &Endpoints,
    account: &ServiceAccount,
    now_seconds: i64,
) -> Result<Tokens, TokenError> {
    let assertion = account.assertion(endpoints.token.as_str(), now_seconds)?;
    let form = [
        ("grant_type", GRANT_TYPE),
        ("assertion", assertion.as_str()),
    ];
    let mut tokens = ask_token(transport, endpoints, &form).await?;
    if tokens.scopes.is_empty() {
        // Google does not name them here: they are those of the assertion, all or nothing.
        SCOPE_EVENTS.clone_into(&mut tokens.scopes);
    }
    Ok(tokens)
}

/// The bytes in a PEM block `PRIVATE KEY` (RFC 7468).
fn pkcs8(pem: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once("-----BEGIN PRIVATE KEY-----")?;
    let (text, _) = rest.split_once("-----END PRIVATE KEY-----")?;
    let text: String = text.split_whitespace().collect();
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    /// The fake's test key, in a file as Google gives it: no secret of anybody's.
    fn key_file() -> String {
        let pem = include_str!("../../fake-google/keys/service-account.pk8.pem");
        json!({
            "type": "service_account", "client_email": "robot@p.iam.gserviceaccount.com",
            "private_key_id": "k1", "private_key": pem,
            "token_uri": "https://evil.example/token",
        })
        .to_string()
    }

    fn decoded(part: &str) -> serde_json::Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    /// row L9: what Google asks of an assertion.
    #[test]
    fn an_assertion_is_short_lived_and_signed() {
        for subject in [None, Some("ana@example.com".to_owned())] {
            let account = ServiceAccount::read(&key_file(), subject.clone()).unwrap();
            let jwt = account.assertion("https://g.example/token", 1000).unwrap();
            let parts: Vec<&str> = jwt.split('.').collect();
            assert_eq!(
                decoded(parts[0]),
                json!({ "alg": "RS256", "typ": "JWT", "kid": "k1" })
            );
            let claims = decoded(parts[1]);
            assert_eq!(claims["iss"], "robot@p.iam.gserviceaccount.com");
            assert_eq!(claims["aud"], "https://g.example/token");
            assert_eq!(claims["scope"], SCOPE_EVENTS);
            assert_eq!(
                (&claims["iat"], &claims["exp"]),
                (&json!(990), &json!(1590))
            );
            assert_eq!(claims.get("sub").cloned(), subject.map(Into::into));
            let public = account.key.public();
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
                .verify(
                    format!("{}.{}", parts[0], parts[1]).as_bytes(),
                    &URL_SAFE_NO_PAD.decode(parts[2]).unwrap(),
                )
                .unwrap();
        }
    }

    #[test]
    fn a_bad_key_file_says_why_and_shows_nothing() {
        let with = |name: &str, value: serde_json::Value| {
            let mut file: serde_json::Value = serde_json::from_str(&key_file()).unwrap();
            file[name] = value;
            file.to_string()
        };
        for (name, file, expected) in [
            ("no JSON", "x".to_owned(), BadKeyFile::NotAKeyFile),
            ("a list", "[]".to_owned(), BadKeyFile::NotAKeyFile),
            ("too large", " ".repeat(70_000), BadKeyFile::NotAKeyFile),
            (
                "an OAuth client's",
                r#"{"web":{"client_id":"x"}}"#.to_owned(),
                BadKeyFile::NotAKeyFile,
            ),
            (
                "a user's",
                with("type", "authorized_user".into()),
                BadKeyFile::OtherKind,
            ),
            (
                "no key",
                with("private_key", json!(null)),
                BadKeyFile::NotAKeyFile,
            ),
            (
                "no PEM",
                with("private_key", "abc".into()),
                BadKeyFile::BadKey,
            ),
            (
                "half a key",
                with(
                    "private_key",
                    "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----".into(),
                ),
                BadKeyFile::BadKey,
            ),
        ] {
            assert_eq!(
                ServiceAccount::read(&file, None).unwrap_err(),
                expected,
                "{name}"
            );
        }
        let shown = format!("{:?}", ServiceAccount::read(&key_file(), None).unwrap());
        assert!(
            !shown.contains("MII") && shown.contains("robot@"),
            "{shown}"
        );
    }
}
