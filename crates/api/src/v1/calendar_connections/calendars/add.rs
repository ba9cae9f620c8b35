//! `POST /api/v1/calendar-connections/{id}/calendars`: one more calendar of an account.

use app::calendars::{self, Mode};
use axum::Json;
use axum::extract::State;
use domain::ConnectionId;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{CalendarItem, item, no_connection};
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::idempotency::Repeat;
use crate::problem::{FieldProblem, Problem, ProblemBody};
use crate::request::{JsonBody, PathOf};

/// Which calendar, and for what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddRequest {
    /// Google's id of it: in Google Calendar under "Settings", "Integrate calendar".
    #[schema(example = "team@group.calendar.google.com")]
    google_id: String,
    /// `busy`, `write` or `two_way`; the last is for organizations of one host: else add it as `write`, say whose
    /// time it takes, and change the mode.
    #[schema(example = "busy")]
    mode: String,
}

/// The mode of this name, or the problem that says which there are.
pub(super) fn mode(name: &str) -> Result<Mode, Problem> {
    Mode::from_name(name).ok_or_else(|| {
        let wrong = FieldProblem::new("mode", "must be busy, write or two_way");
        Problem::invalid_fields("invalid_body", vec![wrong])
    })
}

/// Connects a calendar that the account reaches.
///
/// Google is asked for one event of it, to see whether the account may read it and, for `write`, change it. Its
/// events take the time of every host until something else is said. One that was taken away before comes back,
/// with the events of its bookings. A Google calendar is connected once, whichever account reaches it.
#[utoipa::path(
    post, path = "/api/v1/calendar-connections/{id}/calendars", tag = "calendars",
    operation_id = "add_calendar",
    params(
        ("id" = String, Path, description = "The connection's id."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Accepted, and not needed: a calendar is connected once, and the second time is told."),
    ),
    request_body = AddRequest,
    security(("api_key" = [])),
    responses(
        (status = 201, body = CalendarItem, description = "It is connected; it is read in a moment."),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`malformed_json`, `malformed_body`, `invalid_idempotency_key`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`calendar_connection_not_found`: missing, disconnected, or not yours"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`calendar_connected`, `calendar_not_visible`, `calendar_read_only`, `one_host_needed`, `event_type_needed`"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json",
            description = "`too_large`"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json",
            description = "`unsupported_media_type`"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json",
            description = "`invalid_body` with `fields`"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json",
            description = "`calendar_unreachable`: Google could not be asked, or did not answer"),
    )
)]
pub(crate) async fn add(
    State(state): State<ApiState>,
    bearer: Bearer,
    _: Repeat,
    PathOf(id): PathOf<String>,
    JsonBody(request): JsonBody<AddRequest>,
) -> Result<(StatusCode, Json<CalendarItem>), Problem> {
    let organization = auth::organization(&state.app, &bearer).await?;
    let connection: ConnectionId = id.parse().map_err(|_| no_connection())?;
    let mode = mode(&request.mode)?;
    let google_id = request.google_id.as_str();
    let id = calendars::add(&state.app, organization, connection, google_id, mode).await?;
    let item = item(&state, organization, (connection, id)).await?;
    Ok((StatusCode::CREATED, Json(item)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::harness::{Ask, harness};

    #[test]
    fn what_cannot_be_connected_is_refused_by_its_reason() {
        let harness = harness();
        let id = harness.connect().to_string();
        let path = format!("/api/v1/calendar-connections/{id}/calendars");
        for (google_id, mode, key, status, code) in [
            ("primary", "busy", &harness.key, 409, "calendar_connected"),
            (
                "a@b.cd",
                "two_way",
                &harness.key,
                503,
                "calendar_unreachable",
            ),
            ("a@b.cd", "all", &harness.key, 422, "invalid_body"),
            ("a b", "busy", &harness.key, 422, "invalid_body"),
            // Nobody answers in these tests.
            ("a@b.cd", "busy", &harness.key, 503, "calendar_unreachable"),
            (
                "a@b.cd",
                "busy",
                &harness.foreign_key,
                404,
                "calendar_connection_not_found",
            ),
        ] {
            let body = json!({ "google_id": google_id, "mode": mode });
            let answer = harness.call(Ask::new("POST", &path).json(&body).bearer(key));
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (status, code),
                "{google_id} {mode}"
            );
        }
        let listed = harness.call(Ask::get(&path).bearer(&harness.key));
        assert_eq!(listed.body["calendars"].as_array().unwrap().len(), 1);
    }
}
