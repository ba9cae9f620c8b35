//! `DELETE /api/v1/calendar-connections/{id}/calendars/{calendar}`: a calendar is taken away.

use app::calendars;
use axum::extract::State;
use http::StatusCode;

use super::ids;
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::problem::{Problem, ProblemBody};
use crate::request::PathOf;

/// Takes a calendar away.
///
/// Its events take nobody's time any more. Events of bookings there stay in Google as they are and are left to
/// themselves; new bookings go to another calendar. Added again, it goes on where it was.
#[utoipa::path(
    delete, path = "/api/v1/calendar-connections/{id}/calendars/{calendar}", tag = "calendars",
    operation_id = "remove_calendar",
    params(
        ("id" = String, Path, description = "The connection's id."),
        ("calendar" = String, Path, description = "The calendar's id."),
    ),
    security(("api_key" = [])),
    responses(
        (status = 204, description = "It is taken away."),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`calendar_connection_not_found`, `calendar_not_found`: missing, taken away, or not yours"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`receiver_needed`: bookings would have no calendar to go to"),
    )
)]
pub(crate) async fn remove(
    State(state): State<ApiState>,
    bearer: Bearer,
    PathOf((connection, calendar)): PathOf<(String, String)>,
) -> Result<StatusCode, Problem> {
    let organization = auth::organization(&state.app, &bearer).await?;
    let (connection, id) = ids(&connection, &calendar)?;
    calendars::remove(&state.app, organization, connection, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use domain::CalendarId;
    use store::tables::calendars::{self, Calendar, Mode};

    use crate::harness::{Ask, harness, morning};

    #[test]
    fn a_calendar_is_taken_away_unless_it_is_the_last_to_write_to() {
        let harness = harness();
        let connection = harness.connect();
        let second = CalendarId(uuid::Uuid::from_u128(3));
        harness.unit(move |tx| {
            let calendar = Calendar::new(second, connection, "a@b.cd", Mode::Busy, morning());
            calendars::insert(tx, &calendar)
        });
        let list = format!("/api/v1/calendar-connections/{connection}/calendars");
        let first = "00000000-0000-0000-0000-000000000002";
        for (name, id, key, status, code) in [
            ("the last", first, &harness.key, 409, "receiver_needed"),
            (
                "foreign",
                &second.to_string(),
                &harness.foreign_key,
                404,
                "calendar_connection_not_found",
            ),
            ("its own", &second.to_string(), &harness.key, 204, ""),
            (
                "again",
                &second.to_string(),
                &harness.key,
                404,
                "calendar_not_found",
            ),
            ("no id", "x", &harness.key, 404, "calendar_not_found"),
        ] {
            let ask = Ask::new("DELETE", &format!("{list}/{id}")).bearer(key);
            let answer = harness.call(ask);
            assert_eq!(answer.status, status, "{name}");
            if status != 204 {
                assert_eq!(answer.code(), code, "{name}");
            }
        }
        let listed = harness.call(Ask::get(&list).bearer(&harness.key)).body;
        assert_eq!(listed["calendars"].as_array().unwrap().len(), 1);
    }
}
