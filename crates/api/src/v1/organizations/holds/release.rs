//! `POST /api/v1/organizations/{org}/holds/release`: giving a held slot back.
//!
//! The token is in the body, not in the address: logs keep addresses.

use app::{bookings, organizations};
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::ApiState;
use crate::auth::{self, MaybeBearer};
use crate::idempotency::Repeat;
use crate::problem::{Problem, ProblemBody};
use crate::request::{JsonBody, PathOf, is_slug};

/// Which hold.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseRequest {
    /// The token it was answered with.
    token: String,
}

/// Gives a held slot back.
///
/// Others can have it from now on. A hold that is gone already, or never was, is given back too, so the
/// same request can safely be sent again, with or without an `Idempotency-Key`. Needs no key.
#[utoipa::path(
    post, path = "/api/v1/organizations/{org}/holds/release", tag = "holds",
    operation_id = "release_hold",
    params(
        ("org" = String, Path, description = "The organization's slug."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Accepted, and not needed: releasing again changes nothing."),
    ),
    request_body = ReleaseRequest,
    security((), ("api_key" = [])),
    responses(
        (status = 204, description = "It is free."),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`malformed_json`, `malformed_body`, `invalid_idempotency_key`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "A key was sent and is unknown: `invalid_token`, `unauthorized`"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json",
            description = "`wrong_organization`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`organization_not_found`"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json",
            description = "`too_large`"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json",
            description = "`unsupported_media_type`"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json",
            description = "`invalid_body` with `fields`"),
    )
)]
pub(crate) async fn release(
    State(state): State<ApiState>,
    PathOf(org): PathOf<String>,
    MaybeBearer(bearer): MaybeBearer,
    _: Repeat,
    JsonBody(request): JsonBody<ReleaseRequest>,
) -> Result<StatusCode, Problem> {
    if !is_slug(&org) {
        return Err(Problem::no_organization());
    }
    if let Some(bearer) = &bearer {
        auth::organization_of(&state.app, bearer, &org, Problem::no_organization).await?;
    } else {
        let found = organizations::by_slug(&state.app, &org).await;
        let found = found.map_err(|error| Problem::store(&error))?;
        found.ok_or_else(Problem::no_organization)?;
    }
    bookings::release(&state.app, &request.token)
        .await
        .map_err(|error| Problem::store(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::harness::{Ask, harness};

    const PATH: &str = "/api/v1/organizations/tutoring/holds/release";

    fn ask(body: &Value) -> Ask {
        Ask::new("POST", PATH).json(body)
    }

    #[test]
    fn a_slot_given_back_is_free_at_once_and_twice_is_once() {
        let harness = harness();
        let wish = json!({ "event_type": "maths", "start": "2026-11-24T09:00:00Z" });
        let hold = Ask::new("POST", "/api/v1/organizations/tutoring/holds").json(&wish);
        let held = harness.call(hold).body;
        let body = json!({ "token": held["token"] });
        for _ in 0..2 {
            assert_eq!(harness.call(ask(&body)).status, 204);
        }
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        assert_eq!(harness.call(ask(&body)).status, 204);
        assert_eq!(harness.find(&booked)["status"], "confirmed");
    }

    #[test]
    fn a_release_that_cannot_be_is_refused() {
        let harness = harness();
        let sound = json!({ "token": "x" });
        let nobody = "/api/v1/organizations/nobody/holds/release";
        let odd = "/api/v1/organizations/%00/holds/release";
        for (name, ask, status, code) in [
            ("nothing", ask(&json!({})), 422, "invalid_body"),
            ("a number", ask(&json!({ "token": 1 })), 422, "invalid_body"),
            (
                "unknown",
                ask(&json!({ "token": "x", "id": 1 })),
                422,
                "invalid_body",
            ),
            (
                "nobody's",
                Ask::new("POST", nobody).json(&sound),
                404,
                "organization_not_found",
            ),
            (
                "no name",
                Ask::new("POST", odd).json(&sound),
                404,
                "organization_not_found",
            ),
            (
                "nobody's, by key",
                Ask::new("POST", nobody).json(&sound).bearer(&harness.key),
                404,
                "organization_not_found",
            ),
            (
                "foreign",
                ask(&sound).bearer(&harness.foreign_key),
                403,
                "wrong_organization",
            ),
            ("no key", ask(&sound).bearer("lk_x"), 401, "invalid_token"),
        ] {
            let answer = harness.call(ask);
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (status, code),
                "{name}"
            );
        }
    }
}
