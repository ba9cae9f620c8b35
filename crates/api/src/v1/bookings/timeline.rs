//! `GET /api/v1/bookings/{id}/timeline`: a booking's history.

use app::bookings::{self, Entry};
use axum::Json;
use axum::extract::State;
use domain::booking::Cause;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::ApiState;
use crate::auth::{self, Bearer, Viewer};
use crate::problem::{Problem, ProblemBody};
use crate::request::PathOf;

/// A booking's history.
#[derive(Serialize, ToSchema)]
pub(crate) struct TimelineAnswer {
    /// Oldest first.
    entries: Vec<TimelineEntry>,
}

/// Something that happened to a booking.
#[derive(Serialize, ToSchema)]
pub(crate) struct TimelineEntry {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// What, as a stable code such as `booked`, `moved`, `reassigned`, `cancelled`, `event_created` or
    /// `calendar_call`: calls to Google that led nowhere yet, with what was `asked` (`insert`, `change`,
    /// `remove`, `look`), how many `times`, and the last `answer` with Google's `reason`. An attendee is
    /// not told of calls.
    kind: String,
    /// Who decided: `attendee`, `api`, `admin` or `calendar`; null where nobody did.
    #[schema(required = true)]
    cause: Option<&'static str>,
    /// More; its fields depend on `kind`.
    #[schema(value_type = Object)]
    detail: Value,
}

impl TimelineEntry {
    fn new(entry: Entry, viewer: Viewer) -> Self {
        // What nobody decided is between us and Google, whose words are not for the attendee; nor is
        // who overrode a rule, and why.
        let is_ours =
            viewer == Viewer::Attendee && (entry.cause.is_none() || entry.kind == "forced");
        Self {
            at: entry.at.to_string(),
            kind: entry.kind,
            cause: entry.cause.map(Cause::as_str),
            detail: if is_ours { json!({}) } else { entry.detail },
        }
    }
}

/// Reads a booking's history.
#[utoipa::path(
    get, path = "/api/v1/bookings/{id}/timeline", tag = "bookings",
    operation_id = "get_booking_timeline",
    params(("id" = String, Path, description = "The booking's id.")),
    security(("api_key" = []), ("manage_token" = [])),
    responses(
        (status = 200, body = TimelineAnswer, description = "The history, oldest first."),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`booking_not_found`: missing, or not yours"),
    )
)]
pub(crate) async fn timeline(
    State(state): State<ApiState>,
    bearer: Bearer,
    PathOf(id): PathOf<String>,
) -> Result<Json<TimelineAnswer>, Problem> {
    let visible = auth::booking(&state.app, &bearer, &id).await?;
    let entries = bookings::timeline(&state.app, visible.detail.booking.id)
        .await
        .map_err(|error| Problem::store(&error))?;
    let entries = entries.into_iter();
    Ok(Json(TimelineAnswer {
        entries: entries
            .filter(|entry| visible.viewer != Viewer::Attendee || entry.kind != "calendar_call")
            .map(|entry| TimelineEntry::new(entry, visible.viewer))
            .collect(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::harness::{Ask, harness};

    #[test]
    fn a_history_is_told_in_order() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let path = format!("/api/v1/bookings/{}", booked.id);
        let to = json!({ "start": "2026-11-24T11:00:00Z" });
        let ask = Ask::new("POST", &format!("{path}/reschedule")).json(&to);
        harness.call(ask.bearer(&harness.key));
        harness.cancel(&booked);
        let entries = harness.timeline(&booked);
        assert_eq!(
            entries[..2],
            [
                json!({
                    "at": "2026-11-23T06:00:00Z", "kind": "booked", "cause": "attendee",
                    "detail": { "start": "2026-11-24T09:00:00Z", "end": "2026-11-24T10:00:00Z" },
                }),
                json!({
                    "at": "2026-11-23T06:00:00Z", "kind": "moved", "cause": "api",
                    "detail": {
                        "from": "2026-11-24T09:00:00Z", "start": "2026-11-24T11:00:00Z",
                        "end": "2026-11-24T12:00:00Z",
                    },
                }),
            ]
        );
        assert_eq!(
            (&entries[2]["kind"], &entries[2]["cause"]),
            (&json!("cancelled"), &json!("attendee"))
        );
        assert_eq!(entries.len(), 3);
    }

    #[test]
    fn what_google_said_is_not_for_the_attendee() {
        let harness = harness();
        harness.connect();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        harness.event_is_refused(&booked, "owner@brightside.example may not");
        let path = format!("/api/v1/bookings/{}/timeline", booked.id);
        let told = |token: &str| harness.call(Ask::get(&path).bearer(token)).text;
        assert!(told(&harness.key).contains("owner@brightside.example"));
        let attendee = told(&booked.manage_token);
        assert!(!attendee.contains("owner@"), "{attendee}");
        assert!(attendee.contains("parked"), "{attendee}");
    }
}
