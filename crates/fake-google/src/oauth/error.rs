//! Refusals of the token and revocation endpoints: the shape of RFC 6749 section 5.2, which is not
//! the shape of the Calendar API's errors.

use serde_json::json;

use crate::http::Response;

/// `error` and `error_description`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenError {
    status: u16,
    error: &'static str,
    description: String,
    subtype: Option<&'static str>,
}

impl TokenError {
    pub(crate) fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self {
            status: if error == "invalid_client" { 401 } else { 400 },
            error,
            description: description.into(),
            subtype: None,
        }
    }

    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// With `error_subtype`, which says why a grant is invalid where several reasons share a name.
    pub(crate) fn with_subtype(self, subtype: &'static str) -> Self {
        Self {
            subtype: Some(subtype),
            ..self
        }
    }

    pub(crate) fn error(&self) -> &'static str {
        self.error
    }

    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    pub(crate) fn description(&self) -> &str {
        &self.description
    }

    pub(crate) fn invalid_grant(description: &str) -> Self {
        Self::new("invalid_grant", description)
    }

    pub(crate) fn invalid_client(description: &str) -> Self {
        Self::new("invalid_client", description)
    }

    pub(crate) fn unauthorized_client() -> Self {
        Self::new("unauthorized_client", "Unauthorized")
    }

    pub(crate) fn deleted_client() -> Self {
        Self::new("deleted_client", "The OAuth client was deleted.").with_status(401)
    }

    pub(crate) fn disabled_client() -> Self {
        Self::new("disabled_client", "The OAuth client was disabled.").with_status(401)
    }

    pub(crate) fn missing(parameter: &str) -> Self {
        Self::new(
            "invalid_request",
            format!("Missing required parameter: {parameter}"),
        )
    }

    pub(crate) fn invalid_scope() -> Self {
        Self::new("invalid_scope", "Bad Request")
    }

    pub(crate) fn invalid_token() -> Self {
        Self::new("invalid_token", "Token expired or revoked")
    }

    pub(crate) fn unsupported_grant_type(given: &str) -> Self {
        Self::new(
            "unsupported_grant_type",
            format!("Invalid grant_type: {given}"),
        )
    }

    pub(crate) fn response(&self) -> Response {
        let mut body = json!({ "error": self.error, "error_description": self.description });
        if let Some(subtype) = self.subtype {
            body["error_subtype"] = subtype.into();
        }
        let response = no_store(Response::of_pretty_json(self.status, &body));
        match self.error {
            // RFC 9449 section 8: the nonce to use comes with the refusal.
            "use_dpop_nonce" => response.with_header("dpop-nonce", "fake-nonce"),
            _ => response,
        }
    }
}

/// The answer of these endpoints for a status alone, for planned faults.
pub(crate) fn planned(status: u16) -> Response {
    let error = match status {
        400 => "invalid_grant",
        401 => "invalid_client",
        _ => "internal_failure",
    };
    let body = json!({ "error": error, "error_description": "Planned fault" });
    no_store(Response::of_pretty_json(status, &body))
}

/// Tokens and what is said about them must not be cached.
pub(crate) fn no_store(response: Response) -> Response {
    response
        .with_header(
            "cache-control",
            "no-cache, no-store, max-age=0, must-revalidate",
        )
        .with_header("pragma", "no-cache")
}
