//! `GET` and `PATCH /api/v1/organizations/{org}/settings`: what an organization chose for itself.

use app::organizations::{self, FreshnessChange, Organization};
use axum::Json;
use axum::extract::State;
use domain::OrganizationId;
use domain::freshness::{OnStale, Policy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::idempotency::Repeat;
use crate::problem::{FieldProblem, Problem, ProblemBody};
use crate::request::{JsonBody, PathOf, is_slug};

/// What is to be changed; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsRequest {
    /// `allow`, `tentative` or `refuse`.
    #[serde(default)]
    on_stale: Option<String>,
    /// 30 to 43200: thirty days.
    #[serde(default)]
    stale_after_minutes: Option<i64>,
}

impl SettingsRequest {
    fn check(&self) -> Result<FreshnessChange, Problem> {
        let mut wrong = Vec::new();
        let on_stale = self.on_stale.as_deref().map(|name| {
            OnStale::from_name(name)
                .ok_or_else(|| FieldProblem::new("on_stale", "must be allow, tentative or refuse"))
        });
        let stale_after = self.stale_after_minutes.map(|minutes| {
            Policy::stale_after(minutes)
                .map_err(|problem| FieldProblem::new("stale_after_minutes", problem))
        });
        let on_stale = on_stale.transpose().map_err(|problem| wrong.push(problem));
        let stale_after = stale_after
            .transpose()
            .map_err(|problem| wrong.push(problem));
        match (on_stale, stale_after) {
            (Ok(on_stale), Ok(stale_after)) => Ok(FreshnessChange {
                on_stale,
                stale_after,
            }),
            _ => Err(Problem::invalid_fields("invalid_body", wrong)),
        }
    }
}

/// What an organization chose.
#[derive(Serialize, ToSchema)]
pub(crate) struct Settings {
    /// What becomes of a booking when a calendar that blocks its hosts was not read for too long: `allow` (taken
    /// as any other), `tentative` (taken for the time being, and verified when the calendar was read) or `refuse`.
    on_stale: &'static str,
    /// How long is too long, in minutes.
    stale_after_minutes: i64,
}

impl Settings {
    fn new(organization: &Organization) -> Self {
        let policy = &organization.freshness;
        Self {
            on_stale: policy.on_stale.as_str(),
            stale_after_minutes: policy.stale_after.as_mins(),
        }
    }
}

/// What an organization chose for itself.
#[utoipa::path(
    get, path = "/api/v1/organizations/{org}/settings", tag = "calendars", operation_id = "get_settings",
    params(("org" = String, Path, description = "Slug of the organization.")),
    security(("api_key" = [])),
    responses(
        (status = 200, body = Settings, description = "The settings."),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json",
            description = "`wrong_organization`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`organization_not_found`"),
    )
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    bearer: Bearer,
    PathOf(org): PathOf<String>,
) -> Result<Json<Settings>, Problem> {
    allowed(&state, &bearer, &org).await?;
    let found = organizations::by_slug(&state.app, &org)
        .await
        .map_err(|error| Problem::store(&error))?;
    found_settings(found)
}

/// Changes what an organization chose: all that is said, or nothing.
///
/// It holds from the next booking on; what was taken before stays as it was taken.
#[utoipa::path(
    patch, path = "/api/v1/organizations/{org}/settings", tag = "calendars",
    operation_id = "change_settings",
    params(
        ("org" = String, Path, description = "Slug of the organization."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Accepted, and not needed: saying the same again changes nothing."),
    ),
    request_body = SettingsRequest,
    security(("api_key" = [])),
    responses(
        (status = 200, body = Settings, description = "The settings as they are now."),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`malformed_json`, `malformed_body`, `invalid_idempotency_key`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
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
pub(crate) async fn patch(
    State(state): State<ApiState>,
    bearer: Bearer,
    _: Repeat,
    PathOf(org): PathOf<String>,
    JsonBody(request): JsonBody<SettingsRequest>,
) -> Result<Json<Settings>, Problem> {
    let organization = allowed(&state, &bearer, &org).await?;
    let change = request.check()?;
    let changed = organizations::change_freshness(&state.app, organization, change)
        .await
        .map_err(|error| Problem::store(&error))?;
    found_settings(changed)
}

/// The organization, if the key acts for it.
async fn allowed(state: &ApiState, bearer: &Bearer, org: &str) -> Result<OrganizationId, Problem> {
    if !is_slug(org) {
        return Err(Problem::no_organization());
    }
    auth::organization_of(&state.app, bearer, org, Problem::no_organization).await
}

fn found_settings(found: Option<Organization>) -> Result<Json<Settings>, Problem> {
    let found = found.ok_or_else(Problem::no_organization)?;
    Ok(Json(Settings::new(&found)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::harness::{Ask, harness};

    const PATH: &str = "/api/v1/organizations/tutoring/settings";

    #[test]
    fn what_is_said_is_changed_and_the_rest_stays() {
        let harness = harness();
        let read = || harness.call(Ask::get(PATH).bearer(&harness.key)).body;
        let as_ = |on_stale: &str, minutes: i64| json!({ "on_stale": on_stale, "stale_after_minutes": minutes });
        assert_eq!(read(), as_("tentative", 1440));
        for (body, expected) in [
            (json!({}), as_("tentative", 1440)),
            (json!({ "on_stale": "refuse" }), as_("refuse", 1440)),
            (json!({ "on_stale": "refuse" }), as_("refuse", 1440)),
            (json!({ "stale_after_minutes": 30 }), as_("refuse", 30)),
            (as_("allow", 43200), as_("allow", 43200)),
        ] {
            let ask = Ask::new("PATCH", PATH).json(&body).bearer(&harness.key);
            let answer = harness.call(ask);
            assert_eq!(
                (answer.status.as_u16(), &answer.body),
                (200, &expected),
                "{body}"
            );
            assert_eq!(read(), expected, "{body}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_by_name_and_changes_nothing() {
        let harness = harness();
        for (body, fields) in [
            (json!({ "on_stale": "Refuse" }), json!(["on_stale"])),
            (
                json!({ "on_stale": "refuse", "stale_after_minutes": 29 }),
                json!(["stale_after_minutes"]),
            ),
            (
                json!({ "stale_after_minutes": 43201 }),
                json!(["stale_after_minutes"]),
            ),
            (
                json!({ "on_stale": "", "stale_after_minutes": -1 }),
                json!(["on_stale", "stale_after_minutes"]),
            ),
        ] {
            let ask = Ask::new("PATCH", PATH).json(&body).bearer(&harness.key);
            let answer = harness.call(ask);
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (422, "invalid_body"),
                "{body}"
            );
            let told = answer.body["fields"].as_array().unwrap().iter();
            let told: Value = told.map(|field| field["field"].clone()).collect();
            assert_eq!(told, fields, "{body}");
        }
        let kept = harness.call(Ask::get(PATH).bearer(&harness.key)).body;
        assert_eq!(kept["on_stale"], "tentative");
    }

    #[test]
    fn settings_are_the_organizations_alone() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let unknown = "/api/v1/organizations/nobody/settings";
        for (name, path, key, status, code) in [
            (
                "foreign",
                PATH,
                harness.foreign_key.as_str(),
                403,
                "wrong_organization",
            ),
            (
                "an attendee",
                PATH,
                booked.manage_token.as_str(),
                401,
                "invalid_token",
            ),
            (
                "nobody's",
                unknown,
                harness.key.as_str(),
                404,
                "organization_not_found",
            ),
        ] {
            for ask in [
                Ask::get(path),
                Ask::new("PATCH", path).json(&json!({ "on_stale": "allow" })),
            ] {
                let answer = harness.call(ask.bearer(key));
                assert_eq!(
                    (answer.status.as_u16(), answer.code()),
                    (status, code),
                    "{name}"
                );
            }
        }
        assert_eq!(harness.call(Ask::get(PATH)).code(), "unauthorized");
    }
}
