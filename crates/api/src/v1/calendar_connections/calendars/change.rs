//! `PATCH /api/v1/calendar-connections/{id}/calendars/{calendar}`: what a calendar is for, and for whom.

use app::calendars::{self, Change};
use axum::Json;
use axum::extract::State;
use domain::{EventTypeId, HostId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::add::mode;
use super::{CalendarItem, ids, item};
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::idempotency::Repeat;
use crate::problem::{FieldProblem, Problem, ProblemBody};
use crate::request::{JsonBody, PathOf, host};

/// What is to be changed; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeRequest {
    /// `busy`, `write` or `two_way`; the last needs exactly one host in `blocks`.
    #[serde(default)]
    mode: Option<String>,
    /// Whose time its events take: of the hosts with these ids, and nobody else's.
    #[serde(default)]
    blocks: Option<Vec<String>>,
    /// Whose bookings go there from now on: of the hosts with these ids, and nobody else's. To let a host's go
    /// elsewhere, name the host at the other calendar.
    #[serde(default)]
    receives: Option<Vec<String>>,
    /// What its events become, in a two-way calendar: the id of an event type of one host and one seat. Where it
    /// was never said, the first one that its host offers.
    #[serde(default)]
    #[schema(format = Uuid)]
    import_event_type: Option<String>,
}

fn hosts(ids: Option<Vec<String>>) -> Result<Option<Vec<HostId>>, Problem> {
    let read = |ids: Vec<String>| ids.iter().map(|id| host(id)).collect::<Result<_, _>>();
    let read = ids.map(read).transpose();
    read.map_err(|wrong| Problem::invalid_fields("invalid_body", vec![wrong]))
}

fn kind(id: &str) -> Result<EventTypeId, Problem> {
    let wrong = || FieldProblem::new("import_event_type", "must be the id of an event type");
    id.parse()
        .map_err(|_| Problem::invalid_fields("invalid_body", vec![wrong()]))
}

/// Changes a calendar's settings: all that is said, or nothing.
///
/// Bookings made before keep their events where they are. A calendar that is only read from now on leaves the
/// events of bookings that are there to themselves. With another mode everything in it is read anew.
#[utoipa::path(
    patch, path = "/api/v1/calendar-connections/{id}/calendars/{calendar}", tag = "calendars",
    operation_id = "change_calendar",
    params(
        ("id" = String, Path, description = "The connection's id."),
        ("calendar" = String, Path, description = "The calendar's id."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Accepted, and not needed: saying the same again changes nothing."),
    ),
    request_body = ChangeRequest,
    security(("api_key" = [])),
    responses(
        (status = 200, body = CalendarItem, description = "The calendar as it is now."),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`malformed_json`, `malformed_body`, `invalid_idempotency_key`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`calendar_connection_not_found`, `calendar_not_found`: missing, or not yours"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`calendar_read_only`, `one_host_needed`, `event_type_needed`, `receiver_needed`"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json",
            description = "`too_large`"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json",
            description = "`unsupported_media_type`"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json",
            description = "`invalid_body` with `fields`, `unknown_host`"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json",
            description = "`calendar_unreachable`: Google could not be asked, or did not answer"),
    )
)]
pub(crate) async fn change(
    State(state): State<ApiState>,
    bearer: Bearer,
    _: Repeat,
    PathOf((connection, calendar)): PathOf<(String, String)>,
    JsonBody(request): JsonBody<ChangeRequest>,
) -> Result<Json<CalendarItem>, Problem> {
    let organization = auth::organization(&state.app, &bearer).await?;
    let (connection, id) = ids(&connection, &calendar)?;
    let change = Change {
        mode: request.mode.as_deref().map(mode).transpose()?,
        blocks: hosts(request.blocks)?,
        receives: hosts(request.receives)?,
        import_event_type: request.import_event_type.as_deref().map(kind).transpose()?,
    };
    calendars::change(&state.app, organization, connection, id, change).await?;
    Ok(Json(item(&state, organization, (connection, id)).await?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::harness::{Ask, harness};

    /// row T8.
    #[test]
    fn a_calendar_is_told_whose_time_it_takes() {
        let harness = harness();
        let connection = harness.connect().to_string();
        let list = format!("/api/v1/calendar-connections/{connection}/calendars");
        let listed = harness.call(Ask::get(&list).bearer(&harness.key)).body;
        let path = format!("{list}/{}", listed["calendars"][0]["id"].as_str().unwrap());
        let host = harness.hosts("maths")[0].0.clone();
        let stranger = "01928f3c-0000-7000-8000-000000000000";
        for (name, body, key, status, code) in [
            ("a host", json!({ "blocks": [host] }), &harness.key, 200, ""),
            ("again", json!({ "blocks": [host] }), &harness.key, 200, ""),
            ("nothing", json!({}), &harness.key, 200, ""),
            (
                "no host",
                json!({ "blocks": [stranger] }),
                &harness.key,
                422,
                "unknown_host",
            ),
            (
                "no id",
                json!({ "receives": ["x"] }),
                &harness.key,
                422,
                "invalid_body",
            ),
            (
                "no mode",
                json!({ "mode": "x" }),
                &harness.key,
                422,
                "invalid_body",
            ),
            (
                "everybody's",
                json!({ "mode": "two_way", "blocks": [] }),
                &harness.key,
                409,
                "one_host_needed",
            ),
            (
                "no kind",
                json!({ "mode": "two_way", "import_event_type": stranger }),
                &harness.key,
                409,
                "event_type_needed",
            ),
            (
                "no id of a kind",
                json!({ "import_event_type": "x" }),
                &harness.key,
                422,
                "invalid_body",
            ),
            (
                "the last",
                json!({ "mode": "busy" }),
                &harness.key,
                409,
                "receiver_needed",
            ),
            (
                "the last's",
                json!({ "receives": [] }),
                &harness.key,
                409,
                "receiver_needed",
            ),
            (
                "foreign",
                json!({}),
                &harness.foreign_key,
                404,
                "calendar_connection_not_found",
            ),
        ] {
            let answer = harness.call(Ask::new("PATCH", &path).json(&body).bearer(key));
            assert_eq!(answer.status, status, "{name}");
            match status {
                200 => assert_eq!(answer.body["blocks"], json!([host]), "{name}"),
                _ => assert_eq!(answer.code(), code, "{name}"),
            }
        }
        let missing = format!("{list}/{stranger}");
        let answer = harness.call(
            Ask::new("PATCH", &missing)
                .json(&json!({}))
                .bearer(&harness.key),
        );
        assert_eq!(answer.code(), "calendar_not_found");
    }
}
