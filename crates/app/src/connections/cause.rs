//! What Google's refusals say about a connection, as its cause: reference `google-calendar.md` §3.5 (token
//! endpoint), §3.8 (service accounts), §13 (Calendar).

use domain::connection::Cause;
use google::{CallError, TokenError};

/// What a refusal of the token endpoint means for a grant of a person.
pub(crate) fn of_token(error: &TokenError) -> Cause {
    match error {
        TokenError::InvalidGrant(_) => Cause::NeedsReconnect,
        TokenError::Reauthenticate(_) => Cause::InvalidRapt,
        TokenError::Misconfigured { code, .. } => match code.as_str() {
            "invalid_client" => Cause::InvalidClient,
            "deleted_client" => Cause::DeletedClient,
            "disabled_client" => Cause::DisabledClient,
            "unauthorized_client" => Cause::UnauthorizedClient,
            "redirect_uri_mismatch" => Cause::RedirectUriMismatch,
            "invalid_scope" => Cause::InvalidScope,
            "admin_policy_enforced" => Cause::AdminPolicyEnforced,
            "org_internal" => Cause::OrgInternal,
            "access_denied" => Cause::AccessDenied,
            _ => Cause::Misconfigured,
        },
        TokenError::RateLimited(_) => Cause::RateLimited,
        TokenError::Retry(_) => Cause::Unreachable,
        TokenError::Bug(_) => Cause::UnexpectedAnswer,
    }
}

/// What it means for a service account, whose assertions are signed anew each time: an invalid one
/// says nothing about a grant. Google tells these apart in its description only, so a description
/// that is not known becomes the likeliest.
pub(crate) fn of_assertion(error: &TokenError) -> Cause {
    match error {
        TokenError::InvalidGrant(said) if said.contains("reasonable timeframe") => {
            Cause::ClockWrong
        }
        TokenError::InvalidGrant(said) if said.contains("Invalid email or User ID") => {
            Cause::SubjectUnknown
        }
        TokenError::InvalidGrant(_) => Cause::ServiceAccountRefused,
        error => of_token(error),
    }
}

/// What a refusal of the Calendar API says about the connection or its calendar.
pub(crate) fn of_call(error: &CallError) -> Cause {
    match error {
        error if error.is_rate_limit() => Cause::RateLimited,
        CallError::Retry { .. } => Cause::Unreachable,
        CallError::TokenRefused => Cause::TokenRefused,
        CallError::ScopeMissing(_) => Cause::ScopeMissing,
        CallError::NotFound | CallError::Gone(_) => Cause::CalendarNotFound,
        CallError::Refused { reason, .. } => match reason.as_str() {
            "accessNotConfigured" | "SERVICE_DISABLED" => Cause::ApiNotEnabled,
            "notACalendarUser" => Cause::NotACalendarUser,
            "forbidden" | "requiredAccessLevel" | "PERMISSION_DENIED" => Cause::CalendarReadOnly,
            _ => Cause::Refused,
        },
        CallError::Duplicate | CallError::Stale => Cause::Refused,
        CallError::Bug(_) => Cause::UnexpectedAnswer,
    }
}
