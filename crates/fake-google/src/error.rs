//! Refusals of the Calendar API, and the JSON body that Google gives them.
//!
//! The classic `errors[]` list is always there; the newer `status` and `details[]` appear where
//! Google's newer layers answer (credentials and scopes). The token endpoint has another shape,
//! see `oauth::error`.

use serde_json::{Value, json};

use crate::calendar::access::Role;
use crate::http::Response;

/// Why the API said no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code} {reason}: {message}")]
pub struct ApiError {
    code: u16,
    reason: &'static str,
    message: String,
    place: Option<Place>,
    /// Boxed: few errors have it, and every result would be as large.
    trouble: Option<Box<CredentialTrouble>>,
}

/// What is wrong with the caller's credentials or project: the part of the error that Google's
/// newer layers add to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum CredentialTrouble {
    Missing,
    Invalid,
    /// An API key of no project.
    KeyInvalid,
    /// For the method named.
    ScopeMissing(&'static str),
    /// In the project named.
    ServiceDisabled(String),
    /// The limit named, of the project named.
    RateExceeded(&'static str, String),
}

/// Where in the request the trouble is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    kind: &'static str,
    name: String,
}

impl ApiError {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.code
    }

    /// The stable machine word, e.g. `duplicate`.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.reason
    }

    /// Google's sentence. Never match on it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            code,
            reason,
            message,
            place: None,
            trouble: None,
        }
    }

    pub(crate) fn at_parameter(self, name: &str) -> Self {
        self.at("parameter", name)
    }

    fn at(mut self, kind: &'static str, name: &str) -> Self {
        self.place = Some(Place {
            kind,
            name: name.to_owned(),
        });
        self
    }

    /// A value that cannot be.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid", message)
    }

    /// Something needed that is not there.
    pub(crate) fn required(message: impl Into<String>) -> Self {
        Self::new(400, "required", message)
    }

    /// Text, properties or rules too long.
    pub(crate) fn too_large() -> Self {
        Self::invalid("A provided value exceeds the allowed size limit.")
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "badRequest", message)
    }

    pub(crate) fn parse_error() -> Self {
        Self::new(400, "parseError", "Parse Error")
    }

    pub(crate) fn time_range_empty() -> Self {
        Self::new(400, "timeRangeEmpty", "The specified time range is empty.")
    }

    /// The sync token is dead (§10.2).
    pub(crate) fn full_sync_required() -> Self {
        let message = "Sync token is no longer valid, a full sync is required.";
        Self::new(410, "fullSyncRequired", message).at_parameter("syncToken")
    }

    pub(crate) fn updated_min_too_long_ago() -> Self {
        let message = "The requested minimum modification time lies too far in the past.";
        Self::new(410, "updatedMinTooLongAgo", message).at_parameter("updatedMin")
    }

    pub(crate) fn login_required() -> Self {
        let error = Self::new(401, "required", "Login Required.").at("header", "Authorization");
        Self {
            trouble: Some(Box::new(CredentialTrouble::Missing)),
            ..error
        }
    }

    pub(crate) fn invalid_credentials() -> Self {
        let error =
            Self::new(401, "authError", "Invalid Credentials").at("header", "Authorization");
        Self {
            trouble: Some(Box::new(CredentialTrouble::Invalid)),
            ..error
        }
    }

    /// No project has this API key.
    pub(crate) fn invalid_key() -> Self {
        Self {
            trouble: Some(Box::new(CredentialTrouble::KeyInvalid)),
            ..Self::bad_request("API key not valid. Please pass a valid API key.")
        }
    }

    pub(crate) fn insufficient_scope(method: &'static str) -> Self {
        let message = "Request had insufficient authentication scopes.";
        let error = Self::new(403, "insufficientPermissions", message);
        Self {
            trouble: Some(Box::new(CredentialTrouble::ScopeMissing(method))),
            ..error
        }
    }

    /// The Calendar API is not enabled in the project.
    pub(crate) fn not_enabled(project: &str) -> Self {
        let message = format!(
            "Google Calendar API has not been used in project {project} before or it is disabled."
        );
        Self {
            trouble: Some(Box::new(CredentialTrouble::ServiceDisabled(
                project.to_owned(),
            ))),
            ..Self::new(403, "accessNotConfigured", message)
        }
    }

    /// A rate is exceeded, in the words of the newer layers.
    pub(crate) fn too_many(limit: &'static str, project: &str) -> Self {
        let message = format!(
            "Quota exceeded for quota metric 'Queries' and limit '{limit}' of service \
             'calendar-json.googleapis.com' for consumer '{project}'."
        );
        Self {
            trouble: Some(Box::new(CredentialTrouble::RateExceeded(
                limit,
                project.to_owned(),
            ))),
            ..Self::new(429, "rateLimitExceeded", message)
        }
    }

    pub(crate) fn forbidden() -> Self {
        Self::new(403, "forbidden", "Forbidden")
    }

    /// The caller sees the calendar and may not do this in it.
    pub(crate) fn role_too_low(needed: Role) -> Self {
        let word = match needed {
            Role::FreeBusyReader | Role::Reader => "reader",
            Role::WriterWithoutPrivateAccess | Role::Writer => "writer",
            Role::Owner => "owner",
        };
        let message = format!("You need to have {word} access to this calendar.");
        Self::new(403, "requiredAccessLevel", message)
    }

    /// For what only the organizer's copy of an event can change.
    pub(crate) fn forbidden_for_non_organizer() -> Self {
        let message = "Shared properties can only be changed by the organizer of the event.";
        Self::new(403, "forbiddenForNonOrganizer", message)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "notFound", "Not Found")
    }

    pub(crate) fn duplicate() -> Self {
        Self::new(409, "duplicate", "The requested identifier already exists.")
    }

    pub(crate) fn deleted() -> Self {
        Self::new(410, "deleted", "Resource has been deleted")
    }

    pub(crate) fn stale() -> Self {
        Self::new(412, "conditionNotMet", "Precondition Failed").at("header", "If-Match")
    }

    /// An id of a channel that was there before, in this project, ever.
    pub(crate) fn channel_id_not_unique(id: &str) -> Self {
        Self::new(
            400,
            "channelIdNotUnique",
            format!("Channel id {id} not unique"),
        )
    }

    pub(crate) fn channel_not_found(id: &str) -> Self {
        Self::new(404, "notFound", format!("Channel '{id}' not found"))
    }

    pub(crate) fn push_not_supported() -> Self {
        let message = "Push notifications are not supported by this resource.";
        Self::new(400, "pushNotSupportedForRequestedResource", message)
    }

    pub(crate) fn webhook_not_https(address: &str) -> Self {
        let message = format!("WebHook callback must be HTTPS: {address}");
        Self::new(400, "push.webhookUrlNotHttps", message)
    }

    pub(crate) fn webhook_unauthorized(status: u16, address: &str) -> Self {
        let message = format!("Unauthorized WebHook callback channel: {address}");
        Self::new(status, "push.webhookUrlUnauthorized", message)
    }

    /// For what Google does and this server does not yet.
    pub(crate) fn not_implemented(what: &str) -> Self {
        let message = format!("fake-google does not implement {what}");
        Self::new(501, "notImplemented", message)
    }

    /// The error that Google's tables give for a status alone, for planned faults.
    pub(crate) fn for_status(status: u16) -> Self {
        match status {
            401 => Self::invalid_credentials(),
            403 | 429 => Self::new(status, "rateLimitExceeded", "Rate Limit Exceeded"),
            404 => Self::not_found(),
            409 => Self::new(409, "conflict", "Conflict"),
            410 => Self::deleted(),
            412 => Self::stale(),
            400..=499 => Self::new(status, "badRequest", "Bad Request"),
            _ => Self::new(status, "backendError", "Backend Error"),
        }
    }

    /// The answer as Google words it.
    pub(crate) fn response(&self) -> Response {
        let mut first = json!({ "domain": domain_of(self.reason), "reason": self.reason, "message": self.message });
        if let Some(place) = &self.place {
            first["locationType"] = place.kind.into();
            first["location"] = place.name.as_str().into();
        }
        let mut error = json!({ "errors": [first], "code": self.code, "message": self.message });
        let mut challenge = None;
        if let Some(trouble) = &self.trouble {
            error["status"] = trouble.status().into();
            if let Some(details) = trouble.details() {
                error["details"] = details;
            }
            challenge = trouble.challenge();
        }
        let response = Response::of_pretty_json(self.code, &json!({ "error": error })).with_header(
            "cache-control",
            "no-cache, no-store, max-age=0, must-revalidate",
        );
        match challenge {
            Some(challenge) => response.with_header("www-authenticate", challenge),
            None => response,
        }
    }
}

impl CredentialTrouble {
    fn status(&self) -> &'static str {
        match self {
            Self::Missing | Self::Invalid => "UNAUTHENTICATED",
            Self::KeyInvalid => "INVALID_ARGUMENT",
            Self::ScopeMissing(_) | Self::ServiceDisabled(_) => "PERMISSION_DENIED",
            Self::RateExceeded(..) => "RESOURCE_EXHAUSTED",
        }
    }

    fn details(&self) -> Option<Value> {
        let service = "calendar-json.googleapis.com";
        let (reason, metadata) = match self {
            Self::Missing | Self::Invalid => return None,
            Self::KeyInvalid => ("API_KEY_INVALID", json!({ "service": service })),
            Self::ScopeMissing(method) => (
                "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                json!({ "service": service, "method": method }),
            ),
            Self::ServiceDisabled(project) => (
                "SERVICE_DISABLED",
                json!({ "service": service, "consumer": format!("projects/{project}") }),
            ),
            Self::RateExceeded(limit, project) => (
                "RATE_LIMIT_EXCEEDED",
                json!({
                    "service": service,
                    "consumer": format!("projects/{project}"),
                    "quota_limit": limit,
                }),
            ),
        };
        Some(json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": "googleapis.com",
            "metadata": metadata,
        }]))
    }

    fn challenge(&self) -> Option<&'static str> {
        match self {
            Self::Missing => Some(r#"Bearer realm="https://accounts.google.com/""#),
            Self::Invalid => {
                Some(r#"Bearer realm="https://accounts.google.com/", error="invalid_token""#)
            }
            Self::ScopeMissing(_) => {
                Some(r#"Bearer realm="https://accounts.google.com/", error="insufficient_scope""#)
            }
            Self::KeyInvalid | Self::ServiceDisabled(_) | Self::RateExceeded(..) => None,
        }
    }
}

/// Google's grouping of reasons.
fn domain_of(reason: &str) -> &'static str {
    match reason {
        "forbiddenForNonOrganizer"
        | "forbiddenForServiceAccounts"
        | "fullSyncRequired"
        | "notACalendarUser"
        | "pushNotSupportedForRequestedResource"
        | "requiredAccessLevel"
        | "timeRangeEmpty"
        | "timeRangeTooLong"
        | "updatedMinTooLongAgo" => "calendar",
        "accessNotConfigured"
        | "dailyLimitExceeded"
        | "quotaExceeded"
        | "rateLimitExceeded"
        | "userRateLimitExceeded" => "usageLimits",
        "notImplemented" => "fake-google",
        _ => "global",
    }
}
