//! `POST /api/v1/calendar-connections/{id}/sync`: its calendars are read now.

use app::connections;
use axum::Json;
use axum::extract::State;
use domain::ConnectionId;
use serde::Serialize;
use utoipa::ToSchema;

use super::no_connection;
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::idempotency::Repeat;
use crate::problem::{Problem, ProblemBody};
use crate::request::PathOf;

/// What reading the calendars has brought.
#[derive(Serialize, ToSchema)]
pub(crate) struct SyncAnswer {
    /// Whether every calendar of the connection was read since this was asked. Where not, it was not done within
    /// five seconds, or cannot be (the connection's `state` and `cause` say why); it goes on by itself.
    success: bool,
    /// Changed events that were read since this was asked; a series counts as one.
    synced_events: u64,
}

/// Reads a connection's calendars now.
///
/// They are read regularly anyway, and as soon as Google tells of a change where it does. Asking again while
/// it is under way waits for the same reading.
#[utoipa::path(
    post, path = "/api/v1/calendar-connections/{id}/sync", tag = "calendars",
    operation_id = "sync_calendar_connection",
    params(
        ("id" = String, Path, description = "The connection's id."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Accepted, and not needed: asking again does no more."),
    ),
    security(("api_key" = [])),
    responses(
        (status = 200, body = SyncAnswer, description = "What that has brought."),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`invalid_idempotency_key`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`calendar_connection_not_found`: missing, or not yours"),
    )
)]
pub(crate) async fn sync(
    State(state): State<ApiState>,
    bearer: Bearer,
    _: Repeat,
    PathOf(id): PathOf<String>,
) -> Result<Json<SyncAnswer>, Problem> {
    let organization = auth::organization(&state.app, &bearer).await?;
    let id: ConnectionId = id.parse().map_err(|_| no_connection())?;
    let store = |error| Problem::store(&error);
    let asked = connections::sync_now(&state.app, organization, id)
        .await
        .map_err(store)?
        .ok_or_else(no_connection)?;
    if let Some(look) = asked.look() {
        state.wait(look).await;
    }
    let synced = connections::synced(&state.app, &asked)
        .await
        .map_err(store)?;
    Ok(Json(SyncAnswer {
        success: synced.is_complete,
        synced_events: synced.events,
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::harness::{Ask, harness};

    /// row V5: nobody else's can be asked for, and what was not read is not called so.
    #[test]
    fn calendars_are_read_for_whose_they_are() {
        let harness = harness();
        let id = harness.connect().to_string();
        for (name, id, key, status) in [
            ("foreign", id.as_str(), &harness.foreign_key, 404),
            ("not an id", "x", &harness.key, 404),
            ("its own", &id, &harness.key, 200),
        ] {
            let path = format!("/api/v1/calendar-connections/{id}/sync");
            let answer = harness.call(Ask::new("POST", &path).bearer(key));
            assert_eq!(answer.status, status, "{name}");
            if status == 200 {
                // Nobody works here.
                assert_eq!(answer.body, json!({ "success": false, "synced_events": 0 }));
            }
        }
    }
}
