//! `GET /api/v1/calendar-connections/{id}`: one connection.

use app::connections;
use axum::Json;
use axum::extract::State;
use domain::ConnectionId;

use super::{CalendarConnection, no_connection};
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::problem::{Problem, ProblemBody};
use crate::request::PathOf;

/// Reads a calendar connection.
#[utoipa::path(
    get, path = "/api/v1/calendar-connections/{id}", tag = "calendars",
    operation_id = "get_calendar_connection",
    params(("id" = String, Path, description = "The connection's id.")),
    security(("api_key" = [])),
    responses(
        (status = 200, body = CalendarConnection, description = "The connection."),
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
) -> Result<Json<CalendarConnection>, Problem> {
    let id: ConnectionId = id.parse().map_err(|_| no_connection())?;
    let organization = auth::organization(&state.app, &bearer).await?;
    let mut found = connections::list(&state.app, organization)
        .await
        .map_err(|error| Problem::store(&error))?
        .into_iter();
    let connection = found.find(|connection| connection.id == id);
    let connection = connection.ok_or_else(no_connection)?;
    Ok(Json(CalendarConnection::new(connection)))
}

#[cfg(test)]
mod tests {
    use crate::harness::{Ask, harness};

    #[test]
    fn a_connection_is_its_own_organizations_only() {
        let harness = harness();
        let id = harness.connect().to_string();
        let missing = "01928f3c-0000-7000-8000-000000000000";
        for (name, id, key, status) in [
            ("its own", id.as_str(), &harness.key, 200),
            ("foreign", &id, &harness.foreign_key, 404),
            ("missing", missing, &harness.key, 404),
            ("not an id", "x", &harness.key, 404),
        ] {
            let path = format!("/api/v1/calendar-connections/{id}");
            let answer = harness.call(Ask::get(&path).bearer(key));
            assert_eq!(answer.status, status, "{name}");
            if status == 200 {
                assert_eq!(answer.body["account"], "owner@brightside.example");
            } else {
                assert_eq!(answer.code(), "calendar_connection_not_found", "{name}");
            }
        }
    }
}
