//! `POST /api/v1/calendar-connections/{id}/prove`: another test event.

use app::connections;
use axum::Json;
use axum::extract::State;
use domain::ConnectionId;

use super::{CalendarConnection, no_connection};
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::idempotency::Repeat;
use crate::problem::{Problem, ProblemBody};
use crate::request::PathOf;

/// Proves a calendar connection again.
///
/// A test event is written and removed; what came of it stands in the connection's `proof` a moment later. One
/// that is under way is gone on with. A connection that is disconnected or only read is left as it is.
#[utoipa::path(
    post, path = "/api/v1/calendar-connections/{id}/prove", tag = "calendars",
    operation_id = "prove_calendar_connection",
    params(
        ("id" = String, Path, description = "The connection's id."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Accepted, and not needed: there is one test event at most."),
    ),
    security(("api_key" = [])),
    responses(
        (status = 200, body = CalendarConnection, description = "The connection as it is now."),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`invalid_idempotency_key`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`calendar_connection_not_found`: missing, or not yours"),
    )
)]
pub(crate) async fn prove(
    State(state): State<ApiState>,
    bearer: Bearer,
    _: Repeat,
    PathOf(id): PathOf<String>,
) -> Result<Json<CalendarConnection>, Problem> {
    let organization = auth::organization(&state.app, &bearer).await?;
    let id: ConnectionId = id.parse().map_err(|_| no_connection())?;
    let store = |error| Problem::store(&error);
    if !connections::prove_one_again(&state.app, organization, id)
        .await
        .map_err(store)?
    {
        return Err(no_connection());
    }
    let found = connections::list(&state.app, organization)
        .await
        .map_err(store)?;
    let connection = found.into_iter().find(|connection| connection.id == id);
    Ok(Json(CalendarConnection::new(
        connection.ok_or_else(no_connection)?,
    )))
}

#[cfg(test)]
mod tests {
    use crate::harness::{Ask, harness};

    /// row R6: the proof is asked for, and nobody else's can be.
    #[test]
    fn another_test_event_is_asked_for() {
        let harness = harness();
        let id = harness.connect().to_string();
        for (name, id, key, status) in [
            ("foreign", id.as_str(), &harness.foreign_key, 404),
            ("not an id", "x", &harness.key, 404),
            ("its own", &id, &harness.key, 200),
        ] {
            let path = format!("/api/v1/calendar-connections/{id}/prove");
            let answer = harness.call(Ask::new("POST", &path).bearer(key));
            assert_eq!(answer.status, status, "{name}");
            if status == 200 {
                assert_eq!(answer.body["proof"]["state"], "pending");
            }
        }
    }
}
