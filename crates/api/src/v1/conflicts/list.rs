//! `GET /api/v1/conflicts`: what an organization must decide, a page at a time.

use app::conflicts::{self, PAGE_MAX};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ConflictItem;
use crate::ApiState;
use crate::auth::{self, Bearer};
use crate::problem::{FieldProblem, Problem, ProblemBody};
use crate::request::QueryOf;

/// Conflicts on a page unless asked for otherwise.
const PAGE: usize = 50;

/// Which page: see the document below.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConflictsQuery {
    limit: Option<String>,
    cursor: Option<String>,
}

impl ConflictsQuery {
    fn limit(&self) -> Result<usize, Problem> {
        let limit = self.limit.as_deref().map_or(Some(PAGE), |limit| {
            let limit = limit.parse().ok();
            limit.filter(|limit| (1..=PAGE_MAX).contains(limit))
        });
        limit.ok_or_else(|| {
            let wrong = FieldProblem::new("limit", "must be 1 to 100");
            Problem::invalid_fields("invalid_parameters", vec![wrong])
        })
    }
}

/// A page of conflicts.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConflictsAnswer {
    /// Oldest first.
    conflicts: Vec<ConflictItem>,
    /// The `cursor` of the next page; null on the last.
    #[schema(required = true)]
    next: Option<String>,
}

/// Lists what must be decided about bookings' events: Google refused a change for good, or somebody
/// changed an event there in a way that its booking cannot follow.
#[utoipa::path(
    get, path = "/api/v1/conflicts", tag = "calendars", operation_id = "list_conflicts",
    params(
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 100, example = 50,
            description = "How many; 50 unless given."),
        ("cursor" = Option<String>, Query, description = "Where to go on: `next` of the page before."),
    ),
    security(("api_key" = [])),
    responses(
        (status = 200, body = ConflictsAnswer, description = "One page, oldest first."),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`invalid_query`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json",
            description = "`invalid_parameters` with `fields`"),
    )
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    bearer: Bearer,
    QueryOf(query): QueryOf<ConflictsQuery>,
) -> Result<Json<ConflictsAnswer>, Problem> {
    let organization = auth::organization(&state.app, &bearer).await?;
    let limit = query.limit()?;
    let cursor = query.cursor.as_deref();
    let page = conflicts::list(&state.app, organization, cursor, limit).await?;
    Ok(Json(ConflictsAnswer {
        conflicts: page.items.into_iter().map(ConflictItem::new).collect(),
        next: page.next,
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::harness::{Ask, harness};

    const PATH: &str = "/api/v1/conflicts";

    /// scenario D2: what Google refused for good is listed, with both sides and its words.
    #[test]
    fn what_google_refuses_is_listed_for_its_organization_only() {
        let harness = harness();
        harness.connect();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let none = harness.call(Ask::get(PATH).bearer(&harness.key));
        assert_eq!(none.body, json!({ "conflicts": [], "next": null }));
        harness.event_is_refused(&booked, "You may not.");
        let answer = harness.call(Ask::get(PATH).bearer(&harness.key));
        let mut conflict = answer.body["conflicts"][0].clone();
        assert_eq!(conflict["id"], harness.find(&booked)["conflict"]);
        conflict.as_object_mut().unwrap().remove("id");
        assert_eq!(
            conflict,
            json!({
                "kind": "refused", "state": "open", "version": 1,
                "since": "2026-11-23T06:00:00Z", "booking": booked.id, "said": "You may not.",
                "bookings_held": null,
                "here": {
                    "title": "Ana", "start": "2026-11-24T09:00:00Z", "end": "2026-11-24T10:00:00Z",
                },
                "there": { "state": "not_made", "title": null, "start": null, "end": null },
                "field": null,
                "resolutions": ["retry", "relink", "ignore"],
            })
        );
        let foreign = harness.call(Ask::get(PATH).bearer(&harness.foreign_key));
        assert_eq!(foreign.body, json!({ "conflicts": [], "next": null }));
        assert_eq!(harness.call(Ask::get(PATH)).code(), "unauthorized");
        let attendee = harness.call(Ask::get(PATH).bearer(&booked.manage_token));
        assert_eq!(attendee.status, 401);
    }

    #[test]
    fn pages_follow_each_other_and_a_wrong_question_is_refused() {
        let harness = harness();
        harness.connect();
        for hour in ["09", "10", "11"] {
            let booked = harness.book("maths", &format!("2026-11-24T{hour}:00:00Z"));
            harness.event_is_refused(&booked, "No.");
        }
        let page =
            |query: &str| harness.call(Ask::get(&format!("{PATH}?{query}")).bearer(&harness.key));
        let first = page("limit=2");
        let next = first.body["next"].as_str().unwrap();
        let second = page(&format!("limit=2&cursor={next}"));
        let count =
            |answer: &crate::harness::Answer| answer.body["conflicts"].as_array().unwrap().len();
        assert_eq!((count(&first), count(&second)), (2, 1));
        assert!(second.body["next"].is_null());
        for (query, status) in [
            ("limit=0", 422),
            ("limit=x", 422),
            ("cursor=x", 422),
            ("what=x", 400),
        ] {
            assert_eq!(page(query).status.as_u16(), status, "{query}");
        }
    }
}
