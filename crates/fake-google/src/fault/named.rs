//! Every error that Google is known to answer with, by name, so that a test can ask for any of them
//! (§3.5 and §3.1 for OAuth, §13 for the Calendar API).
//!
//! An OAuth error is known to the `oauth2.…` endpoints, a Calendar error to `calendar.…` methods.
//! Descriptions and messages are what was seen or are plain words where nothing was; clients must
//! not read them.

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::ApiError;
use crate::oauth::error::TokenError;

/// The name of one of Google's errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ErrorName(&'static str);

impl ErrorName {
    /// The error of that name, if there is one; see the README for the list.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|known| known.0 == name)
    }

    /// All of them: those of OAuth, then those of the Calendar API.
    pub fn all() -> impl Iterator<Item = Self> {
        let oauth = OAUTH.iter().map(|row| Self(row.0));
        oauth.chain(CALENDAR.iter().map(|row| Self(row.0)))
    }

    /// The name itself.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }

    pub(crate) fn is_known_to(self, method: &str) -> bool {
        if method.starts_with("oauth2.") {
            self.oauth().is_some()
        } else {
            self.calendar().is_some()
        }
    }

    pub(crate) fn oauth(self) -> Option<TokenError> {
        let row = OAUTH.iter().find(|row| row.0 == self.0)?;
        let error = TokenError::new(row.2, row.3).with_status(row.1);
        Some(match self.0 {
            "invalid_rapt" | "rapt_required" => error.with_subtype(row.0),
            _ => error,
        })
    }

    pub(crate) fn calendar(self) -> Option<ApiError> {
        let row = CALENDAR.iter().find(|row| row.0 == self.0)?;
        Some(match self.0 {
            "authError" => ApiError::invalid_credentials(),
            "loginRequired" => ApiError::login_required(),
            "insufficientPermissions" => ApiError::insufficient_scope("any"),
            "tooManyRequests" => ApiError::too_many("Queries per minute per user", "any"),
            "accessNotConfigured" => ApiError::not_enabled("any"),
            "conditionNotMet" => ApiError::stale(),
            "fullSyncRequired" => ApiError::new(row.1, row.2, row.3).at_parameter("syncToken"),
            "updatedMinTooLongAgo" => ApiError::new(row.1, row.2, row.3).at_parameter("updatedMin"),
            _ => ApiError::new(row.1, row.2, row.3),
        })
    }
}

impl<'de> Deserialize<'de> for ErrorName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        Self::named(&name).ok_or_else(|| {
            let names: Vec<&str> = Self::all().map(Self::as_str).collect();
            let names = names.join(", ");
            serde::de::Error::custom(format!("no error is called {name}; there are {names}"))
        })
    }
}

/// Name, status, `error`, `error_description`.
type Row = (&'static str, u16, &'static str, &'static str);

#[rustfmt::skip] // a table reads better in columns
const OAUTH: [Row; 21] = [
    ("invalid_grant", 400, "invalid_grant", "Token has been expired or revoked."),
    ("invalid_rapt", 400, "invalid_grant", "reauth related error (invalid_rapt)"),
    ("rapt_required", 400, "invalid_grant", "reauth related error (rapt_required)"),
    ("invalid_client", 401, "invalid_client", "The OAuth client was not found."),
    ("deleted_client", 401, "deleted_client", "The OAuth client was deleted."),
    ("disabled_client", 401, "disabled_client", "The OAuth client was disabled."),
    ("unauthorized_client", 400, "unauthorized_client", "Unauthorized"),
    ("admin_policy_enforced", 400, "admin_policy_enforced", "The administrator of this account does not allow this app."),
    ("org_internal", 403, "org_internal", "This client is restricted to users within its organization."),
    ("access_denied", 403, "access_denied", "Requested client not authorized."),
    ("invalid_scope", 400, "invalid_scope", "Bad Request"),
    ("invalid_request", 400, "invalid_request", "Bad Request"),
    ("unsupported_grant_type", 400, "unsupported_grant_type", "Invalid grant_type"),
    ("invalid_token", 400, "invalid_token", "Token expired or revoked"),
    ("redirect_uri_mismatch", 400, "redirect_uri_mismatch", "Bad Request"),
    ("disallowed_useragent", 403, "disallowed_useragent", "This browser or app may not be secure."),
    ("invalid_dpop_proof", 400, "invalid_dpop_proof", "Bad Request"),
    ("use_dpop_nonce", 400, "use_dpop_nonce", "Bad Request"),
    ("rate_limit_exceeded", 403, "rate_limit_exceeded", "Rate Limit Exceeded"),
    ("internal_failure", 500, "internal_failure", "Backend Error"),
    ("temporarily_unavailable", 503, "temporarily_unavailable", "Backend Error"),
];

/// Name, status, reason, message.
#[rustfmt::skip]
const CALENDAR: [Row; 35] = [
    ("badRequest", 400, "badRequest", "Bad Request"),
    ("invalid", 400, "invalid", "Invalid Value"),
    ("required", 400, "required", "Required"),
    ("parseError", 400, "parseError", "Parse Error"),
    ("timeRangeEmpty", 400, "timeRangeEmpty", "The specified time range is empty."),
    ("timeRangeTooLong", 400, "timeRangeTooLong", "The requested time range is too long."),
    ("channelIdNotUnique", 400, "channelIdNotUnique", "Channel id not unique"),
    ("pushNotSupportedForRequestedResource", 400, "pushNotSupportedForRequestedResource", "Push notifications are not supported by this resource."),
    ("eventTypeRestriction", 400, "eventTypeRestriction", "The event type does not allow this."),
    ("authError", 401, "authError", ""),
    ("loginRequired", 401, "required", ""),
    ("push.webhookUrlUnauthorized", 401, "push.webhookUrlUnauthorized", "Unauthorized WebHook callback channel"),
    ("userRateLimitExceeded", 403, "userRateLimitExceeded", "User Rate Limit Exceeded"),
    ("rateLimitExceeded", 403, "rateLimitExceeded", "Rate Limit Exceeded"),
    ("tooManyRequests", 429, "rateLimitExceeded", "Rate Limit Exceeded"),
    ("quotaExceeded", 403, "quotaExceeded", "Calendar usage limits exceeded."),
    ("dailyLimitExceeded", 403, "dailyLimitExceeded", "Daily Limit Exceeded"),
    ("insufficientPermissions", 403, "insufficientPermissions", ""),
    ("forbidden", 403, "forbidden", "Forbidden"),
    ("requiredAccessLevel", 403, "requiredAccessLevel", "You need to have writer access to this calendar."),
    ("forbiddenForNonOrganizer", 403, "forbiddenForNonOrganizer", "Shared properties can only be changed by the organizer of the event."),
    ("forbiddenForServiceAccounts", 403, "forbiddenForServiceAccounts", "Service accounts cannot invite attendees without Domain-Wide Delegation of Authority."),
    ("notACalendarUser", 403, "notACalendarUser", "The user must be signed up for Google Calendar."),
    ("accessNotConfigured", 403, "accessNotConfigured", "The Calendar API is not enabled in this project."),
    ("notFound", 404, "notFound", "Not Found"),
    ("duplicate", 409, "duplicate", "The requested identifier already exists."),
    ("conflict", 409, "conflict", "Conflict"),
    ("deleted", 410, "deleted", "Resource has been deleted"),
    ("fullSyncRequired", 410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required."),
    ("updatedMinTooLongAgo", 410, "updatedMinTooLongAgo", "The requested minimum modification time lies too far in the past."),
    ("conditionNotMet", 412, "conditionNotMet", ""),
    ("uploadTooLarge", 413, "uploadTooLarge", "Request Entity Too Large"),
    ("backendError", 503, "backendError", "Backend Error"),
    ("internalError", 500, "backendError", "Backend Error"),
    ("notImplemented", 501, "notImplemented", "fake-google does not implement this"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_makes_an_error_and_is_there_once() {
        let mut names: Vec<&str> = ErrorName::all().map(ErrorName::as_str).collect();
        for name in ErrorName::all() {
            assert!(
                name.oauth().is_some() != name.calendar().is_some(),
                "{name:?}"
            );
        }
        let total = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), total);
    }
}
