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
    /// The names of its hosts, for people.
    host: String,
    /// Whose time it takes, in the organization's order.
    hosts: Vec<EventTypeHost>,
    /// Which of them a booking takes: `any` (one who is free) or `all` (all of them together).
    assignment: &'static str,
    /// Seats on one booking: more than 1 where several attendees share it.
    capacity: i64,
    /// Whether someone of the organization must say yes before a booking counts.
    needs_approval: bool,
    /// The zone the first host works in.
    time_zone: String,
}

/// Somebody whose time an event type takes.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventTypeHost {
    /// What to send as `host`.
    #[schema(format = Uuid)]
    id: String,
    /// Their name for people.
    name: String,
}

impl EventType {
    fn new(event_type: domain::event_type::EventType) -> Self {
        let (host, zone) = (event_type.host_names(), event_type.zone());
        let hosts = event_type.hosts.into_iter();
        Self {
            slug: event_type.slug,
            name: event_type.name,
            description: event_type.description,
            duration_minutes: event_type.rules.duration.as_mins(),
            host,
            hosts: hosts
                .map(|host| EventTypeHost {
                    id: host.id.to_string(),
                    name: host.name,
                })
                .collect(),
            assignment: event_type.assignment.as_str(),
            capacity: event_type.capacity,
            needs_approval: event_type.needs_approval,
            time_zone: zone.name().to_owned(),
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
        let mut first = answer.body["event_types"][0].clone();
        let id = first["hosts"][0]["id"].take();
        assert_eq!(id.as_str().map(str::len), Some(36));
        let maths = json!({
            "slug": "maths", "name": "Maths lesson", "description": "One hour.",
            "duration_minutes": 60, "host": "Marta Ruiz", "time_zone": "Europe/Madrid",
            "hosts": [{ "id": null, "name": "Marta Ruiz" }], "assignment": "any", "capacity": 1,
            "needs_approval": false,
        });
        assert_eq!(first, maths);
        assert_eq!(answer.body["event_types"][1]["slug"], "maths-exam");
        assert_eq!(
            answer.body["event_types"][2]["time_zone"],
            "America/New_York"
        );
    }

    #[test]
    fn an_event_type_says_who_takes_it_how_many_at_once_and_whether_someone_says_yes() {
        let answer = harness().call(Ask::get("/api/v1/organizations/tutoring/event-types"));
        let listed = answer.body["event_types"].as_array().unwrap().iter();
        let told: Vec<_> = listed
            .skip(3)
            .map(|e| {
                let hosts = e["hosts"].as_array().unwrap().len();
                json!([
                    e["slug"],
                    e["assignment"],
                    hosts,
                    e["capacity"],
                    e["needs_approval"]
                ])
            })
            .collect();
        assert_eq!(
            told,
            [
                json!(["chat", "any", 3, 1, false]),
                json!(["panel", "all", 2, 1, false]),
                json!(["class", "any", 1, 8, false]),
                json!(["first-talk", "any", 1, 1, true]),
            ]
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
