//! `POST /api/v1/conflicts/{id}/resolve`: deciding.

use app::conflicts::{self, Resolution, ResolveError, ResolveInput};
use axum::Json;
use axum::extract::State;
use domain::ConflictId;
use domain::booking::Cause;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::ConflictItem;
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::idempotency::Repeat;
use crate::problem::{FieldProblem, Problem, ProblemBody};
use crate::request::{JsonBody, PathOf};

impl From<ResolveError> for Problem {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::NotFound => no_conflict(),
            ResolveError::Over => {
                Self::new(StatusCode::CONFLICT, "conflict_over", error.to_string())
            }
            ResolveError::Unfit => {
                let wrong =
                    FieldProblem::new("resolution", "must be one of the `resolutions` told");
                Self::invalid_fields("invalid_body", vec![wrong])
            }
            ResolveError::Changed => {
                Self::new(StatusCode::CONFLICT, "conflict_changed", error.to_string())
            }
            ResolveError::CannotBe => {
                Self::new(StatusCode::CONFLICT, "booking_cannot_be", error.to_string())
            }
            ResolveError::Store(error) => Self::store(&error),
        }
    }
}

/// Foreign or missing: the answer does not tell.
fn no_conflict() -> Problem {
    Problem::not_found("conflict_not_found", "there is no such conflict")
}

/// What is decided.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResolveRequest {
    /// `ours`: the booking's version counts, and the event is brought back to it. `theirs`: the event's
    /// version counts, and the booking follows, on top of another one if need be.
    /// `retry`: look at the event and ask Google once more. `relink`: make a new event and let go of the
    /// old one, which stays in Google as it is. `ignore`: leave the event out of step until the booking
    /// changes. Of `unverified_overlap`: `keep`: the booking stands, whatever else is there. `cancel`: it does
    /// not take place. Of `mass_loss`: `ours`: all events that are held back are put back where their bookings
    /// are. `theirs`: the changes are meant, and the bookings follow as if nobody had asked.
    #[schema(example = "retry")]
    resolution: String,
    /// The conflict's `version` as you know it; another one refuses.
    #[serde(default)]
    version: Option<i64>,
}

/// Decides about a conflict.
///
/// Deciding the same again changes nothing. `ignore`, and any decision about `mass_loss`, ends the conflict;
/// its bookings and events follow one by one. After all others the conflict is `trying`, and over
/// when booking and event agree; should Google refuse once more, it is open again under the next `version`.
#[utoipa::path(
    post, path = "/api/v1/conflicts/{id}/resolve", tag = "calendars",
    operation_id = "resolve_conflict",
    params(
        ("id" = String, Path, description = "The conflict's id."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Accepted, and not needed: deciding the same again changes nothing."),
    ),
    request_body = ResolveRequest,
    security(("api_key" = [])),
    responses(
        (status = 200, body = ConflictItem, description = "The conflict as it is now."),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`malformed_json`, `malformed_body`, `invalid_idempotency_key`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`conflict_not_found`: missing, or not yours"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`conflict_over`, `conflict_changed`, `booking_cannot_be` (another \
                booking is at that time, or this one is over)"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json",
            description = "`too_large`"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json",
            description = "`unsupported_media_type`"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json",
            description = "`invalid_body` with `fields`"),
    )
)]
pub(crate) async fn resolve(
    State(state): State<ApiState>,
    bearer: Bearer,
    _: Repeat,
    PathOf(id): PathOf<String>,
    JsonBody(request): JsonBody<ResolveRequest>,
) -> Result<Json<ConflictItem>, Problem> {
    let organization = auth::organization(&state.app, &bearer).await?;
    let conflict: ConflictId = id.parse().map_err(|_| no_conflict())?;
    let resolution = Resolution::from_name(&request.resolution).ok_or_else(|| {
        let wrong = FieldProblem::new(
            "resolution",
            "must be ours, theirs, retry, relink, ignore, keep or cancel",
        );
        Problem::invalid_fields("invalid_body", vec![wrong])
    })?;
    let input = ResolveInput {
        conflict,
        organization,
        resolution,
        version: request.version,
        cause: Cause::Api,
    };
    let item = conflicts::resolve(&state.app, input).await?;
    Ok(Json(ConflictItem::new(item)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::harness::{Answer, Ask, Booked, Harness, harness};

    fn refused(harness: &Harness) -> (Booked, String) {
        harness.connect();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        harness.event_is_refused(&booked, "You may not.");
        let id = harness.find(&booked)["conflict"]
            .as_str()
            .unwrap()
            .to_owned();
        (booked, id)
    }

    fn decide(harness: &Harness, id: &str, body: &Value, key: &str) -> Answer {
        let ask = Ask::new("POST", &format!("/api/v1/conflicts/{id}/resolve"));
        harness.call(ask.json(body).bearer(key))
    }

    /// scenario D2: each of the three ways, and the same way again.
    #[test]
    fn each_decision_is_carried_out_once_and_told() {
        for (resolution, state, sync, kind) in [
            ("retry", "trying", "pending", "sync_retried"),
            ("relink", "trying", "pending", "sync_relinked"),
            ("ignore", "over", "error", "sync_ignored"),
        ] {
            let harness = harness();
            let (booked, id) = refused(&harness);
            let body = json!({ "resolution": resolution, "version": 1 });
            let first = decide(&harness, &id, &body, &harness.key);
            assert_eq!(
                (first.status.as_u16(), &first.body["state"]),
                (200, &json!(state))
            );
            let again = decide(&harness, &id, &body, &harness.key);
            assert_eq!((again.status, again.body), (first.status, first.body));
            let found = harness.find(&booked);
            assert_eq!(
                (&found["calendar_sync"], &found["conflict"]),
                (&json!(sync), &json!(null))
            );
            let told: Vec<_> = harness.timeline(&booked);
            let told = told.iter().filter(|entry| entry["kind"] == kind);
            assert_eq!(told.clone().count(), 1, "{resolution}");
            assert!(told.clone().all(|entry| entry["cause"] == "api"));
        }
    }

    /// scenario C5.
    #[test]
    fn many_losses_are_decided_once_for_all() {
        for (resolution, other) in [("ours", "theirs"), ("theirs", "ours")] {
            let harness = harness();
            harness.connect();
            let booked = harness.book("maths", "2026-11-24T09:00:00Z");
            harness.event_is_lost(&booked);
            let found = harness.find(&booked);
            assert_eq!(
                (&found["calendar_sync"], &found["problem"]),
                (&json!("error"), &json!("held"))
            );
            let list = harness.call(Ask::new("GET", "/api/v1/conflicts").bearer(&harness.key));
            let item = &list.body["conflicts"][0];
            assert_eq!(
                (&item["kind"], &item["bookings_held"], &item["resolutions"]),
                (&json!("mass_loss"), &json!(1), &json!(["ours", "theirs"]))
            );
            let id = item["id"].as_str().unwrap().to_owned();
            let body = json!({ "resolution": resolution, "version": 1 });
            let first = decide(&harness, &id, &body, &harness.key);
            assert_eq!(
                (first.status.as_u16(), &first.body["state"]),
                (200, &json!("over"))
            );
            let again = decide(&harness, &id, &body, &harness.key);
            assert_eq!((again.status, again.body), (first.status, first.body));
            let other = decide(&harness, &id, &json!({ "resolution": other }), &harness.key);
            assert_eq!(
                (other.status.as_u16(), other.code()),
                (409, "conflict_over")
            );
            assert_eq!(harness.find(&booked)["calendar_sync"], "pending");
        }
    }

    #[test]
    fn what_is_over_changed_foreign_or_no_decision_is_refused() {
        let harness = harness();
        let (_, id) = refused(&harness);
        let retry = json!({ "resolution": "retry" });
        for (name, id, body, key, status, code) in [
            (
                "foreign",
                id.as_str(),
                &retry,
                &harness.foreign_key,
                404,
                "conflict_not_found",
            ),
            (
                "not an id",
                "x",
                &retry,
                &harness.key,
                404,
                "conflict_not_found",
            ),
            (
                "none of the three",
                &id,
                &json!({ "resolution": "forget" }),
                &harness.key,
                422,
                "invalid_body",
            ),
            (
                "nothing",
                &id,
                &json!({}),
                &harness.key,
                422,
                "invalid_body",
            ),
            (
                "an old version",
                &id,
                &json!({ "resolution": "retry", "version": 7 }),
                &harness.key,
                409,
                "conflict_changed",
            ),
        ] {
            let answer = decide(&harness, id, body, key);
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (status, code),
                "{name}"
            );
        }
        decide(
            &harness,
            &id,
            &json!({ "resolution": "ignore" }),
            &harness.key,
        );
        let late = decide(&harness, &id, &retry, &harness.key);
        assert_eq!((late.status.as_u16(), late.code()), (409, "conflict_over"));
        let early = decide(&harness, &id, &retry, "ls_unknown");
        assert_eq!(early.status, 401);
    }

    #[test]
    fn while_one_way_is_tried_another_waits() {
        let harness = harness();
        let (_, id) = refused(&harness);
        decide(
            &harness,
            &id,
            &json!({ "resolution": "relink" }),
            &harness.key,
        );
        let ignore = decide(
            &harness,
            &id,
            &json!({ "resolution": "ignore" }),
            &harness.key,
        );
        assert_eq!(
            (ignore.status.as_u16(), ignore.code()),
            (409, "conflict_changed")
        );
    }

    /// An ignored event is out of step only until its booking changes.
    #[test]
    fn a_change_of_the_booking_ends_ignoring() {
        let harness = harness();
        let (booked, id) = refused(&harness);
        decide(
            &harness,
            &id,
            &json!({ "resolution": "ignore" }),
            &harness.key,
        );
        assert_eq!(harness.find(&booked)["problem"], "ignored");
        let to = json!({ "start": "2026-11-24T11:00:00Z" });
        harness.act(&booked, "reschedule", &to, &harness.key);
        let found = harness.find(&booked);
        assert_eq!(
            (&found["calendar_sync"], &found["problem"]),
            (&json!("pending"), &json!(null))
        );
    }
}
