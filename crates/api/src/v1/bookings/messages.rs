//! `GET /api/v1/bookings/{id}/messages`: what attendees of a booking were told, and what they will be.

use app::bookings::{self, AttendeeMessage, MessageState};
use axum::Json;
use axum::extract::State;
use domain::Instant;
use domain::booking::Cause;
use domain::notice::attendee::Standing;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ApiState;
use crate::auth::{self, Bearer, Viewer};
use crate::problem::{Problem, ProblemBody};
use crate::request::{PathOf, rfc3339_utc};

/// What attendees of a booking were told.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessagesAnswer {
    /// Newest first, at most a hundred.
    messages: Vec<Message>,
}

/// A message to an attendee. Sending it is not part of this version: `due` is what would be sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct Message {
    /// Its identity.
    #[schema(format = Uuid)]
    id: String,
    /// What it tells, as a stable code: `booking_requested`, `booking_unverified`, `booking_confirmed`,
    /// `booking_moved`, `booking_changed` (place or host), `booking_cancelled`, `booking_restored` or
    /// `booking_declined`.
    kind: &'static str,
    /// The name of the attendee it is for.
    attendee: String,
    /// `due` (from `due_at` on), `waiting` (until `due_at`, and another change may take its place: what a
    /// host changes in Google waits for a minute of quiet), `replaced` (by a later one, unsaid) or `cleared`
    /// (there was nothing to tell any more, unsaid).
    state: &'static str,
    /// From when on it may be sent.
    #[schema(format = DateTime)]
    due_at: String,
    /// When it was written.
    #[schema(format = DateTime)]
    created_at: String,
    /// Of which version of the booking.
    version: i64,
    /// Who changed it: `attendee`, `api`, `admin` or `calendar`; null where nobody did.
    #[schema(required = true)]
    cause: Option<&'static str>,
    /// What the attendee had heard before; null of the first message.
    #[schema(required = true)]
    before: Option<Told>,
    /// What it tells them.
    now: Told,
    /// Why it was cancelled or declined; may be empty.
    reason: String,
}

/// How a booking stands, as an attendee is told.
#[derive(Serialize, ToSchema)]
pub(crate) struct Told {
    /// As in a booking.
    status: &'static str,
    /// What a pending booking waits for, as in a booking.
    #[schema(required = true)]
    pending: Option<&'static str>,
    /// When it begins, in UTC.
    #[schema(format = DateTime)]
    start: String,
    /// When it is over, in UTC.
    #[schema(format = DateTime)]
    end: String,
    /// Where; may be empty.
    place: String,
}

impl Told {
    fn new(standing: Standing) -> Self {
        let (start, end) = rfc3339_utc(&standing.time);
        let (status, pending) = super::told(standing.status);
        Self {
            status,
            pending,
            start,
            end,
            place: standing.place,
        }
    }
}

impl Message {
    fn new(message: AttendeeMessage, now: Instant) -> Self {
        let state = match message.state {
            MessageState::Waiting if message.due_at > now => "waiting",
            MessageState::Waiting => "due",
            MessageState::Replaced => "replaced",
            MessageState::Cleared => "cleared",
        };
        let content = message.content;
        Self {
            id: message.id.to_string(),
            kind: message.kind.as_str(),
            attendee: message.name,
            state,
            due_at: message.due_at.to_string(),
            created_at: message.created_at.to_string(),
            version: message.version,
            cause: content.cause.map(Cause::as_str),
            before: content.before.map(Told::new),
            now: Told::new(content.standing),
            reason: content.reason,
        }
    }
}

/// Reads what attendees were or will be told. An attendee sees what concerns their own seat.
#[utoipa::path(
    get, path = "/api/v1/bookings/{id}/messages", tag = "bookings",
    operation_id = "list_booking_messages",
    params(("id" = String, Path, description = "The booking's id.")),
    security(("api_key" = []), ("manage_token" = [])),
    responses(
        (status = 200, body = MessagesAnswer, description = "The messages, newest first."),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`booking_not_found`: missing, or not yours"),
    )
)]
pub(crate) async fn messages(
    State(state): State<ApiState>,
    bearer: Bearer,
    PathOf(id): PathOf<String>,
) -> Result<Json<MessagesAnswer>, Problem> {
    let visible = auth::booking(&state.app, &bearer, &id).await?;
    let found = bookings::messages(&state.app, visible.detail.booking.id)
        .await
        .map_err(|error| Problem::store(&error))?;
    let (seat, now) = (visible.detail.seat.map(|seat| seat.id), state.app.now());
    let is_theirs = |message: &AttendeeMessage| {
        visible.viewer != Viewer::Attendee || seat == Some(message.attendee_id)
    };
    Ok(Json(MessagesAnswer {
        messages: found
            .into_iter()
            .filter(is_theirs)
            .map(|message| Message::new(message, now))
            .collect(),
    }))
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use serde_json::json;

    use crate::harness::{Ask, harness};

    #[test]
    fn messages_are_listed_newest_first_with_what_they_say() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let path = format!("/api/v1/bookings/{}", booked.id);
        let to = json!({ "start": "2026-11-24T11:00:00Z" });
        let ask = Ask::new("POST", &format!("{path}/reschedule")).json(&to);
        harness.call(ask.bearer(&harness.key));
        for token in [&harness.key, &booked.manage_token] {
            let answer = harness.call(Ask::get(&format!("{path}/messages")).bearer(token));
            assert_eq!(answer.status, StatusCode::OK);
            let mut body = answer.body;
            assert_eq!(body["messages"].as_array().unwrap().len(), 2);
            assert_eq!(body["messages"][1]["kind"], "booking_confirmed");
            let newest = body["messages"][0].take();
            let expected = json!({
                "id": newest["id"], "kind": "booking_moved", "attendee": "Ana", "state": "due",
                "due_at": "2026-11-23T06:00:00Z", "created_at": "2026-11-23T06:00:00Z",
                "version": 2, "cause": "api", "reason": "",
                "before": {
                    "status": "confirmed", "pending": null, "start": "2026-11-24T09:00:00Z",
                    "end": "2026-11-24T10:00:00Z", "place": "Online",
                },
                "now": {
                    "status": "confirmed", "pending": null, "start": "2026-11-24T11:00:00Z",
                    "end": "2026-11-24T12:00:00Z", "place": "Online",
                },
            });
            assert_eq!(newest, expected);
            assert!(!answer.text.contains(&booked.manage_token));
        }
    }

    #[test]
    fn messages_of_somebody_elses_booking_are_not_shown() {
        let harness = harness();
        let one = harness.book("maths", "2026-11-24T09:00:00Z");
        let other = harness.book("maths", "2026-11-25T09:00:00Z");
        let path = format!("/api/v1/bookings/{}/messages", one.id);
        let asked = harness.call(Ask::get(&path).bearer(&other.manage_token));
        assert_eq!(asked.status, StatusCode::NOT_FOUND);
        assert_eq!(
            harness.call(Ask::get(&path)).status,
            StatusCode::UNAUTHORIZED
        );
    }
}
