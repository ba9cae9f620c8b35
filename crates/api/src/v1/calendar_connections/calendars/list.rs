//! `GET /api/v1/calendar-connections/{id}/calendars`: which calendars are connected.

use app::calendars;
use axum::Json;
use axum::extract::State;
use domain::ConnectionId;
use serde::Serialize;
use utoipa::ToSchema;

use super::{CalendarItem, no_connection};
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::problem::{Problem, ProblemBody};
use crate::request::PathOf;

/// The calendars of a connection.
#[derive(Serialize, ToSchema)]
pub(crate) struct CalendarsAnswer {
    /// By name.
    calendars: Vec<CalendarItem>,
}

/// Lists the calendars of a connection, with their settings.
#[utoipa::path(
    get, path = "/api/v1/calendar-connections/{id}/calendars", tag = "calendars",
    operation_id = "list_calendars",
    params(("id" = String, Path, description = "The connection's id.")),
    security(("api_key" = [])),
    responses(
        (status = 200, body = CalendarsAnswer, description = "The calendars, by name."),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`calendar_connection_not_found`: missing, disconnected, or not yours"),
    )
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    bearer: Bearer,
    PathOf(id): PathOf<String>,
) -> Result<Json<CalendarsAnswer>, Problem> {
    let organization = auth::organization(&state.app, &bearer).await?;
    let id: ConnectionId = id.parse().map_err(|_| no_connection())?;
    let found = calendars::list(&state.app, organization, id).await?;
    Ok(Json(CalendarsAnswer {
        calendars: found.into_iter().map(CalendarItem::new).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::harness::{Ask, harness};

    #[test]
    fn calendars_are_told_with_their_settings_to_their_organization() {
        let harness = harness();
        let id = harness.connect().to_string();
        let path = format!("/api/v1/calendar-connections/{id}/calendars");
        let answer = harness.call(Ask::get(&path).bearer(&harness.key));
        let calendar = &answer.body["calendars"][0];
        assert_eq!(
            (
                &calendar["google_id"],
                &calendar["mode"],
                &calendar["as_of"]
            ),
            (&json!("primary"), &json!("write"), &json!(null))
        );
        assert_eq!(calendar["blocks"], json!([]));
        assert!(!calendar["receives"].as_array().unwrap().is_empty());
        assert_eq!(calendar["audit_differences"], 0);
        for (name, path, key, code) in [
            (
                "foreign",
                path.as_str(),
                Some(&harness.foreign_key),
                "calendar_connection_not_found",
            ),
            (
                "no id",
                "/api/v1/calendar-connections/x/calendars",
                Some(&harness.key),
                "calendar_connection_not_found",
            ),
            ("nobody", &path, None, "unauthorized"),
        ] {
            let ask = Ask::get(path);
            let ask = match key {
                Some(key) => ask.bearer(key),
                None => ask,
            };
            assert_eq!(harness.call(ask).code(), code, "{name}");
        }
    }
}
