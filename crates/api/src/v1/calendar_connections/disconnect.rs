//! `POST /api/v1/calendar-connections/{id}/disconnect`: leaving an account alone.

use app::connections::{self, DisconnectError};
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

impl From<DisconnectError> for Problem {
    fn from(error: DisconnectError) -> Self {
        match error {
            DisconnectError::NotFound => no_connection(),
            DisconnectError::Store(error) => Self::store(&error),
        }
    }
}

/// What disconnecting has done.
#[derive(Serialize, ToSchema)]
pub(crate) struct DisconnectAnswer {
    /// `inactive`.
    state: &'static str,
    /// Event links that are left to themselves from now on: 0 when it was disconnected before.
    links_detached: u64,
    /// What becomes of the grant: `revoked` (it is given back to Google as soon as Google can be reached, for
    /// a day), `shared` (another connection uses the same account, so it stays), or `none` (there is none, or
    /// no more).
    grant: &'static str,
}

/// Disconnects a calendar connection.
///
/// Bookings stay as they are but for their Google ids; their events stay in Google as they are. The account is
/// not called again, but to give the grant back. Disconnecting again changes nothing. The same account can be
/// connected again: then the same events are taken up.
#[utoipa::path(
    post, path = "/api/v1/calendar-connections/{id}/disconnect", tag = "calendars",
    operation_id = "disconnect_calendar_connection",
    params(
        ("id" = String, Path, description = "The connection's id."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Accepted, and not needed: disconnecting again changes nothing."),
    ),
    security(("api_key" = [])),
    responses(
        (status = 200, body = DisconnectAnswer, description = "It is disconnected."),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`invalid_idempotency_key`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`calendar_connection_not_found`: missing, or not yours"),
    )
)]
pub(crate) async fn disconnect(
    State(state): State<ApiState>,
    bearer: Bearer,
    _: Repeat,
    PathOf(id): PathOf<String>,
) -> Result<Json<DisconnectAnswer>, Problem> {
    let organization = auth::organization(&state.app, &bearer).await?;
    let id: ConnectionId = id.parse().map_err(|_| no_connection())?;
    let done = connections::disconnect(&state.app, organization, id).await?;
    Ok(Json(DisconnectAnswer {
        state: connections::ConnectionState::Inactive.as_str(),
        links_detached: done.links_detached,
        grant: done.grant.as_str(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::harness::{Ask, harness};

    /// row V1: once or twice is the same, and the booking keeps everything but its Google ids.
    #[test]
    fn disconnecting_leaves_the_bookings_and_tells_what_becomes_of_the_grant() {
        let harness = harness();
        let id = harness.connect();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let path = format!("/api/v1/calendar-connections/{id}/disconnect");
        for links_detached in [1, 0] {
            let answer = harness.call(Ask::new("POST", &path).bearer(&harness.key));
            assert_eq!(answer.status, 200);
            assert_eq!(
                answer.body,
                json!({ "state": "inactive", "links_detached": links_detached, "grant": "revoked" })
            );
        }
        let path = format!("/api/v1/calendar-connections/{id}");
        let connection = harness.call(Ask::get(&path).bearer(&harness.key)).body;
        assert_eq!(connection["state"], "inactive");
        assert_eq!(connection["waiting"], 0);
        let found = harness.find(&booked);
        assert_eq!(
            (&found["status"], &found["calendar_sync"]),
            (&json!("confirmed"), &json!("none"))
        );
    }

    #[test]
    fn another_organization_and_nobody_disconnect_nothing() {
        let harness = harness();
        let id = harness.connect().to_string();
        let path = |id: &str| format!("/api/v1/calendar-connections/{id}/disconnect");
        for (name, id, key, status) in [
            ("foreign", id.as_str(), Some(&harness.foreign_key), 404),
            ("not an id", "x", Some(&harness.key), 404),
            ("nobody", &id, None, 401),
        ] {
            let ask = Ask::new("POST", &path(id));
            let ask = key.map_or(Ask::new("POST", &path(id)), |key| ask.bearer(key));
            assert_eq!(harness.call(ask).status, status, "{name}");
        }
        let found = harness.call(Ask::get("/api/v1/calendar-connections").bearer(&harness.key));
        assert_eq!(found.body["connections"][0]["state"], "syncing");
    }
}
