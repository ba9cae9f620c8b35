//! `GET /api/v1/organizations/{org}/event-types`: what can be booked.

use app::event_types;
use app::organizations;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ApiState;
use crate::problem::{Problem, ProblemBody};
use crate::request::{PathOf, is_slug};

/// What an organization offers.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventTypesAnswer {
    /// In the organization's order.
    event_types: Vec<EventType>,
}

/// Something that can be booked.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventType {
    /// Its name in addresses and bodies.
    slug: String,
    /// Its name for people.
    name: String,
    /// A sentence or two for people; may be empty.
    description: String,
    /// How long a booking lasts.
    duration_minutes: i64,
    /// The name of the host whose time it takes.
    host: String,
    /// The zone the host works in.
    time_zone: String,
}

impl EventType {
    fn new(event_type: domain::event_type::EventType) -> Self {
        Self {
            slug: event_type.slug,
            name: event_type.name,
            description: event_type.description,
            duration_minutes: event_type.rules.duration.as_mins(),
            host: event_type.host_names(),
            time_zone: event_type.zone().name().to_owned(),
        }
    }
}

/// What can be booked?
#[utoipa::path(
    get, path = "/api/v1/organizations/{org}/event-types", tag = "slots",
    operation_id = "list_event_types",
    params(("org" = String, Path, description = "The organization's slug.")),
    responses(
        (status = 200, body = EventTypesAnswer, description = "What can be booked."),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`organization_not_found`"),
    )
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    PathOf(org): PathOf<String>,
) -> Result<Json<EventTypesAnswer>, Problem> {
    if !is_slug(&org) {
        return Err(Problem::no_organization());
    }
    let organization = organizations::by_slug(&state.app, &org)
        .await
        .map_err(|error| Problem::store(&error))?
        .ok_or_else(Problem::no_organization)?;
    let found = event_types::list(&state.app, organization.id)
        .await
        .map_err(|error| Problem::store(&error))?;
    Ok(Json(EventTypesAnswer {
        event_types: found.into_iter().map(EventType::new).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::harness::{Ask, harness};

    #[test]
    fn event_types_are_listed_in_their_order() {
        let answer = harness().call(Ask::get("/api/v1/organizations/tutoring/event-types"));
        let maths = json!({
            "slug": "maths", "name": "Maths lesson", "description": "One hour.",
            "duration_minutes": 60, "host": "Marta Ruiz", "time_zone": "Europe/Madrid",
        });
        assert_eq!(answer.body["event_types"][0], maths);
        assert_eq!(answer.body["event_types"][1]["slug"], "maths-exam");
        assert_eq!(
            answer.body["event_types"][2]["time_zone"],
            "America/New_York"
        );
    }

    #[test]
    fn an_unknown_organization_is_a_problem() {
        for org in ["nobody", "Tutoring", "-", "%20"] {
            let path = format!("/api/v1/organizations/{org}/event-types");
            let answer = harness().call(Ask::get(&path));
            let found = (answer.status.as_u16(), answer.code());
            assert_eq!(found, (404, "organization_not_found"), "{org}");
        }
    }
}
