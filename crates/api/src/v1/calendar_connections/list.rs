//! `GET /api/v1/calendar-connections`: an organization's connections.

use app::connections;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::CalendarConnection;
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::problem::{Problem, ProblemBody};

/// An organization's connections.
#[derive(Serialize, ToSchema)]
pub(crate) struct CalendarConnectionsAnswer {
    /// Oldest first.
    connections: Vec<CalendarConnection>,
}

/// Lists the organization's calendar connections.
#[utoipa::path(
    get, path = "/api/v1/calendar-connections", tag = "calendars",
    operation_id = "list_calendar_connections",
    security(("api_key" = [])),
    responses(
        (status = 200, body = CalendarConnectionsAnswer, description = "The connections, oldest first."),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
    )
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    bearer: Bearer,
) -> Result<Json<CalendarConnectionsAnswer>, Problem> {
    let organization = auth::organization(&state.app, &bearer).await?;
    let found = connections::list(&state.app, organization)
        .await
        .map_err(|error| Problem::store(&error))?;
    Ok(Json(CalendarConnectionsAnswer {
        connections: found.into_iter().map(CalendarConnection::new).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::harness::{Ask, harness};

    const PATH: &str = "/api/v1/calendar-connections";

    #[test]
    fn connections_are_told_without_their_secrets() {
        let harness = harness();
        let before = harness.call(Ask::get(PATH).bearer(&harness.key));
        assert_eq!(before.body, json!({ "connections": [] }));
        let id = harness.connect();
        harness.book("maths", "2026-11-24T09:00:00Z");
        let answer = harness.call(Ask::get(PATH).bearer(&harness.key));
        let connection = json!({
            "id": id.to_string(), "provider": "google", "account": "owner@brightside.example",
            "calendars": [{
                "id": "00000000-0000-0000-0000-000000000002", "google_id": "primary", "name": "Lessons",
                "mode": "write",
                "push": { "state": "off", "problem": null, "expires_at": null },
            }],
            "state": "syncing", "credential": "oauth", "cause": null, "cause_since": null,
            "proof": { "state": "none", "cause": null, "proven_at": null },
            "last_sync_at": null, "waiting": 1,
        });
        assert_eq!(answer.body, json!({ "connections": [connection] }));
    }

    #[test]
    fn another_organization_sees_none_of_them() {
        let harness = harness();
        harness.connect();
        let answer = harness.call(Ask::get(PATH).bearer(&harness.foreign_key));
        assert_eq!(answer.body, json!({ "connections": [] }));
        assert_eq!(harness.call(Ask::get(PATH)).code(), "unauthorized");
    }
}
