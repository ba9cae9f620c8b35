//! `/api/v1/calendar-connections/{id}/conflict-policy`: how conflicts between bookings and their events are
//! decided (design section 6).

use app::connections::policy::{choose_policy, policy};
use axum::Json;
use axum::extract::State;
use domain::ConnectionId;
use domain::sync::policy::{OnChange, Policy, Winner};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::no_connection;
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::idempotency::Repeat;
use crate::problem::{FieldProblem, Problem, ProblemBody};
use crate::request::{JsonBody, PathOf};

/// How conflicts are decided. What is not given is as by default.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConflictPolicy {
    /// The host moves an event: `follow` (the booking does too, where it can) or `ask` (it waits in the
    /// inbox).
    #[serde(default = "follow")]
    #[schema(example = "follow")]
    moves: String,
    /// The host deletes it or says no to it: `follow` (the booking is cancelled) or `ask`.
    #[serde(default = "follow")]
    #[schema(example = "follow")]
    deletions: String,
    /// The host brings it back after that: `follow` (the booking comes back, if its time is free) or `ask`.
    #[serde(default = "follow")]
    #[schema(example = "follow")]
    restorations: String,
    /// Whether a place edited in Google stays the event's own; otherwise it reaches the booking.
    #[serde(default)]
    keeps_place: bool,
    /// Whose change counts when both sides changed the same field: `origin` (the side where the booking was
    /// born), `ours`, `theirs` or `newest`. The other one waits in the inbox.
    #[serde(default = "origin")]
    #[schema(example = "origin")]
    both: String,
}

fn follow() -> String {
    "follow".to_owned()
}

fn origin() -> String {
    "origin".to_owned()
}

impl From<Policy> for ConflictPolicy {
    fn from(policy: Policy) -> Self {
        Self {
            moves: policy.moves.as_str().to_owned(),
            deletions: policy.deletions.as_str().to_owned(),
            restorations: policy.restorations.as_str().to_owned(),
            keeps_place: policy.keeps_place,
            both: Winner::name_of(policy.both).to_owned(),
        }
    }
}

impl ConflictPolicy {
    fn read(&self) -> Result<Policy, Problem> {
        let mut wrong = Vec::new();
        let mut on_change = |field: &'static str, said: &str| {
            OnChange::from_name(said).unwrap_or_else(|| {
                wrong.push(FieldProblem::new(field, "must be follow or ask"));
                OnChange::Follow
            })
        };
        let mut read = Policy {
            moves: on_change("moves", &self.moves),
            deletions: on_change("deletions", &self.deletions),
            restorations: on_change("restorations", &self.restorations),
            keeps_place: self.keeps_place,
            both: None,
        };
        match Winner::from_name(&self.both) {
            Some(both) => read.both = both,
            None => wrong.push(FieldProblem::new(
                "both",
                "must be origin, ours, theirs or newest",
            )),
        }
        if wrong.is_empty() {
            Ok(read)
        } else {
            Err(Problem::invalid_fields("invalid_body", wrong))
        }
    }
}

/// Reads how conflicts are decided.
#[utoipa::path(
    get, path = "/api/v1/calendar-connections/{id}/conflict-policy", tag = "calendars",
    operation_id = "get_conflict_policy",
    params(("id" = String, Path, description = "The connection's id.")),
    security(("api_key" = [])),
    responses(
        (status = 200, body = ConflictPolicy, description = "How conflicts are decided."),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`calendar_connection_not_found`: missing, or not yours"),
    )
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    bearer: Bearer,
    PathOf(id): PathOf<String>,
) -> Result<Json<ConflictPolicy>, Problem> {
    let organization = auth::organization(&state.app, &bearer).await?;
    let id: ConnectionId = id.parse().map_err(|_| no_connection())?;
    let found = policy(&state.app, organization, id).await;
    let found = found.map_err(|error| Problem::store(&error))?;
    Ok(Json(found.ok_or_else(no_connection)?.into()))
}

/// Chooses how conflicts are decided.
///
/// What is decided from now on follows it; what waits in the inbox stays there. The whole policy is replaced:
/// what is left out is as by default.
#[utoipa::path(
    put, path = "/api/v1/calendar-connections/{id}/conflict-policy", tag = "calendars",
    operation_id = "choose_conflict_policy",
    params(
        ("id" = String, Path, description = "The connection's id."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Accepted, and not needed: choosing the same again changes nothing."),
    ),
    request_body = ConflictPolicy,
    security(("api_key" = [])),
    responses(
        (status = 200, body = ConflictPolicy, description = "As it is now."),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`malformed_json`, `malformed_body`, `invalid_idempotency_key`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`calendar_connection_not_found`: missing, or not yours"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json",
            description = "`too_large`"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json",
            description = "`unsupported_media_type`"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json",
            description = "`invalid_body` with `fields`"),
    )
)]
pub(crate) async fn put(
    State(state): State<ApiState>,
    bearer: Bearer,
    _: Repeat,
    PathOf(id): PathOf<String>,
    JsonBody(request): JsonBody<ConflictPolicy>,
) -> Result<Json<ConflictPolicy>, Problem> {
    let organization = auth::organization(&state.app, &bearer).await?;
    let id: ConnectionId = id.parse().map_err(|_| no_connection())?;
    let chosen = request.read()?;
    let is_known = choose_policy(&state.app, organization, id, chosen).await;
    if is_known.map_err(|error| Problem::store(&error))? {
        Ok(Json(chosen.into()))
    } else {
        Err(no_connection())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::harness::{Ask, harness};

    /// row V3: a stated rule for every conflict, and the owner's to choose.
    #[test]
    fn the_rules_are_read_and_chosen_by_their_organization_only() {
        let harness = harness();
        let id = harness.connect();
        let path = format!("/api/v1/calendar-connections/{id}/conflict-policy");
        let default = json!({
            "moves": "follow", "deletions": "follow", "restorations": "follow",
            "keeps_place": false, "both": "origin",
        });
        let read = || harness.call(Ask::get(&path).bearer(&harness.key)).body;
        assert_eq!(read(), default);
        let put = |body, key: &str| harness.call(Ask::new("PUT", &path).json(&body).bearer(key));
        let chosen = json!({
            "moves": "follow", "deletions": "ask", "restorations": "ask",
            "keeps_place": true, "both": "newest",
        });
        let answer = put(chosen.clone(), &harness.key);
        assert_eq!((answer.status.as_u16(), &answer.body), (200, &chosen));
        assert_eq!(read(), chosen);
        let foreign = put(json!({}), &harness.foreign_key);
        assert_eq!(foreign.code(), "calendar_connection_not_found");
        assert_eq!(read(), chosen, "nobody else's to choose");
        assert_eq!(put(json!({}), &harness.key).body, default);
    }

    #[test]
    fn what_is_no_rule_is_named() {
        let harness = harness();
        let id = harness.connect();
        let path = format!("/api/v1/calendar-connections/{id}/conflict-policy");
        let put = |body| {
            let ask = Ask::new("PUT", &path).json(&body);
            harness.call(ask.bearer(&harness.key))
        };
        let answer = put(json!({ "moves": "never", "both": "nobody" }));
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (422, "invalid_body")
        );
        let fields: Vec<_> = answer.body["fields"].as_array().unwrap().iter().collect();
        assert_eq!(fields.len(), 2, "{fields:?}");
        assert_eq!(put(json!({ "mvoes": "ask" })).status.as_u16(), 422);
    }
}
