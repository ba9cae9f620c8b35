//! What went wrong with a call, by what its caller can do about it.

use http::{HeaderMap, StatusCode};
use jiff::SignedDuration;
use serde::Deserialize;

use crate::transport::TransportError;

/// What a caller can do about a failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// The same call may succeed later.
    Retry,
    /// The grant is dead or too narrow: only its owner can help.
    Reconnect,
    /// Google will not do this, now or later.
    Refuse,
    /// We sent or understood something wrong.
    Bug,
}

/// A failed call to the Calendar API.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No answer, a server error, or a rate limit.
    #[error("Google did not answer as expected ({reason})")]
    Retry {
        /// In Google's or our words: `rateLimitExceeded`, `backendError`, `timeout`, …
        reason: String,
        /// Not before this long, when Google says so.
        after: Option<SignedDuration>,
        /// Whether a write may have had its effect all the same.
        may_have_landed: bool,
    },
    /// 401: the access token is no longer good. A refresh may help.
    #[error("Google refused the access token")]
    TokenRefused,
    /// The grant lacks a permission.
    #[error("the grant does not cover this ({0})")]
    ScopeMissing(String),
    /// 404: nothing there, or not for us to see.
    #[error("not found")]
    NotFound,
    /// 410: it was there and has been deleted, or the position asked from is too old.
    #[error("gone ({0})")]
    Gone(String),
    /// 409: the id is taken.
    #[error("the id is taken")]
    Duplicate,
    /// 412: the event is no longer at the version we named.
    #[error("the event has changed meanwhile")]
    Stale,
    /// Google will not do it.
    #[error("Google refuses: {reason}: {message}")]
    Refused {
        /// Google's code, such as `forbidden`.
        reason: String,
        /// Google's sentence.
        message: String,
    },
    /// We sent or understood something wrong.
    #[error("unexpected answer from Google: {0}")]
    Bug(String),
}

impl CallError {
    /// What the caller can do about it.
    pub const fn advice(&self) -> Advice {
        match self {
            Self::Retry { .. } => Advice::Retry,
            Self::TokenRefused | Self::ScopeMissing(_) => Advice::Reconnect,
            Self::NotFound
            | Self::Gone(_)
            | Self::Duplicate
            | Self::Stale
            | Self::Refused { .. } => Advice::Refuse,
            Self::Bug(_) => Advice::Bug,
        }
    }
}

impl CallError {
    /// Whether Google refused the call only as one too many.
    pub fn is_rate_limit(&self) -> bool {
        matches!(self, Self::Retry { reason, may_have_landed: false, .. } if is_rate_limit(reason))
    }
}

impl From<TransportError> for CallError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::NotSent(reason) => Self::Retry {
                reason,
                after: None,
                may_have_landed: false,
            },
            TransportError::Lost(reason) => Self::Retry {
                reason,
                after: None,
                may_have_landed: true,
            },
        }
    }
}

/// A failed call to the token endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// `invalid_grant`: the code or the refresh token is dead. Never worth a retry.
    #[error("Google no longer accepts this grant: {0}")]
    InvalidGrant(String),
    /// `invalid_grant` of subtype `invalid_rapt`: the Workspace wants its user to sign in again (§3.5).
    #[error("Google wants the account to sign in again: {0}")]
    Reauthenticate(String),
    /// Our client, our redirect address or somebody's policy is in the way: the operator's or an
    /// administrator's to mend, no grant is dead.
    #[error("Google refuses this installation ({code}): {description}")]
    Misconfigured {
        /// Google's code, such as `invalid_client`.
        code: String,
        /// Google's sentence.
        description: String,
    },
    /// Too many requests; not before this long, when Google says so.
    #[error("Google has had too many requests")]
    RateLimited(Option<SignedDuration>),
    /// No answer, or a server error.
    #[error("Google did not answer as expected ({0})")]
    Retry(String),
    /// Something we do not understand.
    #[error("unexpected answer from Google: {0}")]
    Bug(String),
}

impl TokenError {
    /// What the caller can do about it.
    pub const fn advice(&self) -> Advice {
        match self {
            Self::InvalidGrant(_) | Self::Reauthenticate(_) => Advice::Reconnect,
            Self::Misconfigured { .. } => Advice::Refuse,
            Self::RateLimited(_) | Self::Retry(_) => Advice::Retry,
            Self::Bug(_) => Advice::Bug,
        }
    }
}

impl From<TransportError> for TokenError {
    fn from(error: TransportError) -> Self {
        Self::Retry(error.to_string())
    }
}

/// The error of a Calendar answer that is no success.
pub(crate) fn call_error(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> CallError {
    let Reported { reason, message } = Reported::read(body);
    let retry = |reason: String, may_have_landed| CallError::Retry {
        reason,
        after: retry_after(headers),
        may_have_landed,
    };
    match status.as_u16() {
        401 => CallError::TokenRefused,
        403 | 429 if is_rate_limit(&reason) => retry(reason, false),
        429 => retry("rateLimitExceeded".to_owned(), false),
        403 if is_scope(&reason) => CallError::ScopeMissing(reason),
        404 => CallError::NotFound,
        408 => retry("timeout".to_owned(), true),
        409 => CallError::Duplicate,
        410 => CallError::Gone(reason),
        412 => CallError::Stale,
        400..=499 => CallError::Refused { reason, message },
        500..=599 => retry(reason, true),
        other => CallError::Bug(format!("status {other}")),
    }
}

/// Google's code for what went wrong, `unknown` where the body says none.
pub(crate) fn reason_of(body: &[u8]) -> String {
    Reported::read(body).reason
}

/// Google's rate-limit reasons (403 and 429 alike). `quotaExceeded` is its limit on abuse.
fn is_rate_limit(reason: &str) -> bool {
    matches!(
        reason,
        "rateLimitExceeded" | "userRateLimitExceeded" | "quotaExceeded" | "dailyLimitExceeded"
    )
}

fn is_scope(reason: &str) -> bool {
    matches!(
        reason,
        "insufficientPermissions" | "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    )
}

/// Seconds only: the date form (RFC 9110, 10.2.3) has not been seen from Google.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<SignedDuration> {
    // A day: longer than any pause Google asks for.
    const SECONDS_MAX: i64 = 86_400;
    let seconds: i64 = headers
        .get("retry-after")?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    (0..=SECONDS_MAX)
        .contains(&seconds)
        .then(|| SignedDuration::from_secs(seconds))
}

/// What an error body says, in either of Google's two shapes; bodies may also be HTML or empty.
struct Reported {
    reason: String,
    message: String,
}

#[derive(Deserialize)]
struct Envelope {
    error: Outer,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Outer {
    message: String,
    errors: Vec<Inner>,
    details: Vec<Inner>,
    status: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Inner {
    reason: String,
}

impl Reported {
    fn read(body: &[u8]) -> Self {
        let Ok(Envelope { error }) = serde_json::from_slice(body) else {
            return Self {
                reason: "unknown".to_owned(),
                message: String::new(),
            };
        };
        let reasons = error
            .errors
            .iter()
            .chain(&error.details)
            .map(|inner| inner.reason.clone());
        let reason = reasons
            .chain([error.status])
            .find(|reason| !reason.is_empty())
            .unwrap_or_else(|| "unknown".to_owned());
        Self {
            reason: bounded(reason),
            message: bounded(error.message),
        }
    }
}

/// What Google says is shown to people and kept: never more than a few lines of it.
pub(crate) fn bounded(text: String) -> String {
    const CHARS_MAX: usize = 300;
    text.chars()
        .filter(|c| !c.is_control())
        .take(CHARS_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> CallError {
        call_error(
            StatusCode::from_u16(status).unwrap(),
            &HeaderMap::new(),
            body.as_bytes(),
        )
    }

    fn reason(reason: &str) -> String {
        format!(
            r#"{{"error":{{"errors":[{{"domain":"d","reason":"{reason}","message":"m"}}],"code":1,"message":"m"}}}}"#
        )
    }

    #[test]
    fn every_error_says_what_can_be_done() {
        for (status, body, advice) in [
            (401, reason("authError"), Advice::Reconnect),
            (403, reason("rateLimitExceeded"), Advice::Retry),
            (403, reason("userRateLimitExceeded"), Advice::Retry),
            (403, reason("insufficientPermissions"), Advice::Reconnect),
            (403, r#"{"error":{"status":"PERMISSION_DENIED","details":[{"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}"#.into(), Advice::Reconnect),
            (403, reason("forbidden"), Advice::Refuse),
            (404, reason("notFound"), Advice::Refuse),
            (409, reason("duplicate"), Advice::Refuse),
            (410, reason("deleted"), Advice::Refuse),
            (412, reason("conditionNotMet"), Advice::Refuse),
            (429, reason("rateLimitExceeded"), Advice::Retry),
            (429, "<html>slow down</html>".into(), Advice::Retry),
            (400, reason("invalid"), Advice::Refuse),
            (500, reason("backendError"), Advice::Retry),
            (503, "<html>".into(), Advice::Retry),
            (502, String::new(), Advice::Retry),
            (302, String::new(), Advice::Bug),
        ] {
            assert_eq!(read(status, &body).advice(), advice, "{status} {body}");
        }
    }

    #[test]
    fn a_rate_limit_had_no_effect_and_a_server_error_may_have() {
        let landed = |e| {
            matches!(
                e,
                CallError::Retry {
                    may_have_landed: true,
                    ..
                }
            )
        };
        assert!(!landed(read(429, &reason("rateLimitExceeded"))));
        assert!(landed(read(500, "")));
    }

    #[test]
    fn retry_after_is_honoured_within_a_day() {
        for (value, expected) in [
            ("120", Some(120)),
            ("-1", None),
            ("999999", None),
            ("soon", None),
        ] {
            let headers =
                HeaderMap::from_iter([(http::header::RETRY_AFTER, value.parse().unwrap())]);
            assert_eq!(
                retry_after(&headers).map(|d| d.as_secs()),
                expected,
                "{value}"
            );
        }
    }
}
