//! `POST /api/v1/bookings/{id}/reassign`: giving a booking to another host.

use app::bookings::{self, ReassignError, ReassignInput};
use axum::Json;
use axum::extract::State;
use domain::booking::Cause;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answers::{OfAnyChange, OfOrganizationOnly};
use super::{Booking, get};
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::idempotency::Repeat;
use crate::problem::{Problem, ProblemBody};
use crate::request::{JsonBody, PathOf, host};

impl From<ReassignError> for Problem {
    fn from(error: ReassignError) -> Self {
        match error {
            ReassignError::NotFound => Self::no_booking(),
            ReassignError::NotOpen(why) => Self::not_open(why),
            ReassignError::Changed => Self::changed(),
            ReassignError::UnknownHost => Self::unknown_host(),
            ReassignError::NotOfOneHost => {
                Self::new(StatusCode::CONFLICT, "no_single_host", error.to_string())
            }
            ReassignError::Refused(refusal) => Self::refused_flatly(refusal),
            ReassignError::Store(error) => Self::store(&error),
        }
    }
}

/// To whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReassignRequest {
    /// The id of one of the event type's hosts.
    #[schema(format = Uuid)]
    host: String,
    /// The booking's `version` as you know it; another one refuses.
    #[serde(default)]
    version: Option<i64>,
}

/// Gives a booking to another host.
///
/// Their time must be free; outside their hours is allowed. The event follows. Giving it to who has it
/// changes nothing, whatever the version sent, so the same request can safely be sent again, with or
/// without an `Idempotency-Key`.
#[utoipa::path(
    post, path = "/api/v1/bookings/{id}/reassign", tag = "bookings", operation_id = "reassign_booking",
    params(
        ("id" = String, Path, description = "The booking's id."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Accepted, and not needed: reassigning again changes nothing."),
    ),
    request_body = ReassignRequest,
    security(("api_key" = [])),
    responses(
        OfAnyChange,
        OfOrganizationOnly,
        (status = 200, body = Booking, description = "The booking as it is now."),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`slot_taken` (the host has something else then), `booking_changed`, `no_single_host`, \
                `booking_cancelled`, `booking_declined`, `booking_begun`, `booking_over`"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json",
            description = "`unknown_host`, `invalid_body` with `fields`"),
    )
)]
pub(crate) async fn reassign(
    State(state): State<ApiState>,
    bearer: Bearer,
    _: Repeat,
    PathOf(id): PathOf<String>,
    JsonBody(request): JsonBody<ReassignRequest>,
) -> Result<Json<Booking>, Problem> {
    let host =
        host(&request.host).map_err(|bad| Problem::invalid_fields("invalid_body", vec![bad]))?;
    let detail = auth::booking_by_key(&state.app, &bearer, &id).await?;
    let id = detail.booking.id;
    let input = ReassignInput {
        booking: id,
        host,
        version: request.version,
        cause: Cause::Api,
    };
    bookings::reassign(&state.app, input).await?;
    get::again(&state.app, &bearer, id).await
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::{Value, json};

    use crate::harness::{Answer, Ask, Booked, Harness, harness};

    /// A booking with the host of this place in the event type's list.
    fn book_with(harness: &Harness, host: usize, start: &str) -> Booked {
        let mut wish = crate::harness::booking("chat", start);
        wish["host"] = json!(harness.hosts("chat")[host].0);
        let path = "/api/v1/organizations/tutoring/bookings";
        harness.booked(Ask::new("POST", path).json(&wish))
    }

    fn give(harness: &Harness, booked: &Booked, host: &Value) -> Answer {
        harness.act(booked, "reassign", &json!({ "host": host }), &harness.key)
    }

    /// scenario D4, as far as it is seen here: the booking is the other host's, its event is due.
    #[test]
    fn a_booking_goes_to_another_host_and_frees_the_first() {
        let harness = harness();
        harness.connect();
        let hosts = harness.hosts("chat");
        let booked = book_with(&harness, 0, "2026-11-24T09:00:00Z");
        harness.event_is_written(&booked);
        let answer = give(&harness, &booked, &json!(hosts[1].0));
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.body["host"], hosts[1].1);
        assert_eq!(answer.body["version"], 2);
        assert_eq!(answer.body["calendar_sync"], "pending");
        book_with(&harness, 0, "2026-11-24T09:00:00Z");
        let again = give(&harness, &booked, &json!(hosts[1].0));
        assert_eq!((again.status.as_u16(), again.body), (200, answer.body));
        let timeline = harness.timeline(&booked);
        assert_eq!(timeline.len(), 2);
        assert_eq!(
            (&timeline[1]["kind"], &timeline[1]["cause"]),
            (&json!("reassigned"), &json!("api"))
        );
    }

    #[test]
    fn of_two_given_to_one_host_at_once_one_goes() {
        let harness = harness();
        let to = json!(harness.hosts("chat")[2].0);
        let booked = [0, 1].map(|host| book_with(&harness, host, "2026-11-24T09:00:00Z"));
        let mut answers: Vec<_> = std::thread::scope(|scope| {
            let (harness, to) = (&harness, &to);
            let clients: Vec<_> = booked
                .iter()
                .map(|b| scope.spawn(move || give(harness, b, to)))
                .collect();
            clients.into_iter().map(|c| c.join().unwrap()).collect()
        });
        answers.sort_by_key(|answer| answer.status);
        assert_eq!(answers[0].status, 200);
        assert_eq!(
            (answers[1].status.as_u16(), answers[1].code()),
            (409, "slot_taken")
        );
        assert!(answers[1].body.get("alternatives").is_none());
    }

    #[test]
    fn a_host_who_does_not_offer_it_cannot_have_it() {
        let harness = harness();
        let booked = book_with(&harness, 0, "2026-11-24T09:00:00Z");
        let missing = "01928f3c-0000-7000-8000-000000000000";
        for (host, code) in [
            (json!(harness.hosts("english")[0].0), "unknown_host"),
            (json!(missing), "unknown_host"),
            (json!("Marta Ruiz"), "invalid_body"),
            (json!(""), "invalid_body"),
            (json!(7), "invalid_body"),
            (json!(null), "invalid_body"),
        ] {
            let answer = give(&harness, &booked, &host);
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (422, code),
                "{host}"
            );
            assert_eq!(answer.body["fields"][0]["field"], "host", "{host}");
        }
        let empty = harness.act(&booked, "reassign", &json!({}), &harness.key);
        assert_eq!(empty.code(), "invalid_body");
        assert_eq!(harness.find(&booked)["version"], 1);
    }

    #[test]
    fn what_has_no_one_host_or_is_settled_stays() {
        let harness = harness();
        let panel = harness.book("panel", "2026-11-24T11:00:00Z");
        let asked = harness.book("first-talk", "2026-11-24T15:00:00Z");
        let cancelled = book_with(&harness, 0, "2026-11-24T09:00:00Z");
        harness.cancel(&cancelled);
        let begun = book_with(&harness, 0, "2026-11-24T08:00:00Z");
        let hosts = harness.hosts("panel");
        // A booking of several hosts is in the name of the first.
        let answer = give(&harness, &panel, &json!(hosts[1].0));
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (409, "no_single_host")
        );
        let same = give(&harness, &asked, &json!(hosts[0].0));
        assert_eq!(same.status, 200);
        harness.clock.advance(SignedDuration::from_hours(27));
        for (booked, code) in [(&cancelled, "booking_cancelled"), (&begun, "booking_begun")] {
            let answer = give(&harness, booked, &json!(hosts[1].0));
            assert_eq!((answer.status.as_u16(), answer.code()), (409, code));
        }
    }

    #[test]
    fn an_old_version_gives_nothing_away() {
        let harness = harness();
        let hosts = harness.hosts("chat");
        let booked = book_with(&harness, 0, "2026-11-24T09:00:00Z");
        let give = |version: i64| {
            let wish = json!({ "host": hosts[1].0, "version": version });
            harness.act(&booked, "reassign", &wish, &harness.key)
        };
        let stale = give(2);
        assert_eq!(
            (stale.status.as_u16(), stale.code()),
            (409, "booking_changed")
        );
        assert_eq!(harness.find(&booked)["host"], hosts[0].1);
        assert_eq!(give(1).body["version"], 2);
        assert_eq!(
            give(1).body["version"],
            2,
            "giving it again changes nothing"
        );
    }
}
