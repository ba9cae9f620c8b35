//! `/openapi.json`: the endpoints as a document, made of the same items as the router.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, Response as Described};

use crate::endpoints;
use crate::problem::{CODES, INTERNAL, MEDIA_TYPE};

/// What is said once for all endpoints.
#[derive(OpenApi)]
#[openapi(
    info(title = "Lockstep"),
    servers((url = "/", description = "This installation")),
    tags(
        (name = "slots", description = "What can be booked, and when. Needs no key."),
        (name = "holds", description = "Slots kept for one visitor for a while."),
        (name = "bookings", description = "Made, read, moved, reassigned, approved, cancelled."),
        (name = "calendars", description = "The Google accounts bookings go to, and what may rest on them."),
        (name = "health", description = "For those who watch over the process."),
    )
)]
struct Common;

const ABOUT: &str = "\
Self-hosted bookings, in step with Google Calendar.

Times are RFC 3339 with an offset; answers give them in UTC unless a parameter asks for a zone. \
Intervals hold their start and not their end. Send bodies as `application/json`; unknown fields and \
parameters are refused by name, not ignored.

Slots, holds and making a booking need no key. Everything else takes `Authorization: Bearer` with an API key, \
which acts for one organization, or with the manage token of one booking: the last part of the \
`manage_url` its creation answered with. What only the organization may do is 403 for a manage token.

To be able to send a request again when its answer was lost, send an `Idempotency-Key` of your choice \
with it, 1 to 255 visible ASCII characters, another one for each wish. Holding a slot and making or \
moving a booking are then decided once for the key, the address, the caller and the body, byte for byte; a \
repeat gets the same hold, the same booking or the same refusal, for at least seven days. Failures (5xx), \
requests that cannot be read and refusals for now (429) are not remembered. Cancelling, approving, declining, reassigning and releasing need no key to be \
safe to repeat, and accept one.

A booking counts its changes in `version`. Send the one you know to be refused with \
`booking_changed`, should it have changed since. Doing again what is done already is not refused.

Without a key there are limits to what one caller may hold at once or book in an hour: 429, with \
`Retry-After`.

Every error is a problem (RFC 9457, `application/problem+json`). Go by its `code`:
";

/// The document, as JSON. The same for every installation of this version.
pub fn document() -> &'static str {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
        let mut document = endpoints().into_openapi();
        document.merge(Common::openapi());
        complete(&mut document);
        document.to_pretty_json().unwrap_or_default()
    });
    &DOCUMENT
}

/// Adds what the endpoints leave unsaid because it is the same for all.
fn complete(document: &mut utoipa::openapi::OpenApi) {
    let common = Common::openapi();
    let codes = CODES
        .iter()
        .chain([&INTERNAL])
        .map(|(code, meaning)| format!("* `{code}`: {meaning}\n"));
    document.info = common.info;
    document.info.description = Some(codes.fold(ABOUT.to_owned(), |text, line| text + &line));
    document.tags = common.tags;
    document.servers = common.servers;
    let components = document.components.get_or_insert_default();
    for (name, about) in [
        ("api_key", "An API key: acts for its organization."),
        (
            "manage_token",
            "A manage token: acts for the attendee of one booking.",
        ),
    ] {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.description = Some(about.to_owned());
        let scheme = RefOr::T(SecurityScheme::Http(scheme));
        components.security_schemes.insert(name.to_owned(), scheme);
    }
    let everywhere = [
        (
            "500",
            "Internal",
            "Our fault: `internal`, with the `reference` it is logged under.",
        ),
        (
            "503",
            "Unavailable",
            "Not now: `unavailable`; try again after `Retry-After` seconds.",
        ),
    ];
    for (_, name, about) in everywhere {
        let mut described = Described::new(about);
        let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
        described
            .content
            .insert(MEDIA_TYPE.to_owned(), RefOr::T(Content::new(Some(schema))));
        components
            .responses
            .insert(name.to_owned(), RefOr::T(described));
    }
    let items = document.paths.paths.iter_mut();
    let items = items.filter(|(path, _)| path.starts_with("/api/"));
    for operation in items.flat_map(|(_, item)| {
        [
            &mut item.get,
            &mut item.post,
            &mut item.patch,
            &mut item.delete,
        ]
    }) {
        let Some(operation) = operation else { continue };
        for (status, name, _) in everywhere {
            let reference = RefOr::Ref(Ref::from_response_name(name));
            let responses = &mut operation.responses.responses;
            responses.entry(status.to_owned()).or_insert(reference);
        }
    }
}

/// This document.
#[utoipa::path(
    get, path = "/openapi.json", tag = "health", operation_id = "openapi",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json"))
)]
pub(crate) async fn get() -> Response {
    let mut response = document().into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    response
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::{Value, json};

    use super::*;
    use crate::harness::{Ask, booking, harness};
    use crate::{ApiState, router};

    fn parsed() -> Value {
        serde_json::from_str(document()).unwrap()
    }

    /// Every operation of the document, as `(method, path)`.
    fn operations() -> Vec<(String, String, Value)> {
        let document = parsed();
        let paths = document["paths"].as_object().unwrap();
        let of_path = |(path, item): (&String, &Value)| -> Vec<_> {
            let operations = item.as_object().unwrap().iter();
            operations
                .map(|(method, operation)| (method.to_uppercase(), path.clone(), operation.clone()))
                .collect()
        };
        paths.iter().flat_map(of_path).collect()
    }

    /// Every path of the router. axum has no list of them, but shows them to those who debug.
    fn routes() -> BTreeSet<String> {
        let app = harness().app;
        let shown = format!(
            "{:?}",
            router(ApiState {
                app,
                patience: None
            })
        );
        let paths = shown.split("paths: {").nth(1).unwrap();
        let paths = paths.split_once("\"}").unwrap().0;
        paths
            .split('"')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn every_route_is_described_and_every_description_has_its_route() {
        let described: BTreeSet<String> =
            operations().into_iter().map(|(_, path, _)| path).collect();
        // What is nowhere, and what is for Google only.
        let apart = ["/api", "/api/", "/api/{*rest}", app::push::PATH].map(str::to_owned);
        let routes: BTreeSet<String> = &routes() - &BTreeSet::from(apart);
        assert_eq!(routes, described);
        assert_eq!(described.len(), 30);
    }

    #[test]
    fn every_path_takes_the_methods_described_and_no_other() {
        let harness = harness();
        let mut described: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (method, path, _) in operations() {
            described.entry(path).or_default().insert(method);
        }
        for (path, methods) in &described {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                let address = path.replace(['{', '}'], "");
                let answer = harness.call(Ask::new(method, &address));
                let is_taken = answer.status != 405;
                assert_eq!(is_taken, methods.contains(method), "{method} {path}");
            }
        }
    }

    #[test]
    fn the_document_is_whole() {
        let document = parsed();
        assert_eq!(document["openapi"], "3.1.0");
        let text = self::document();
        for reference in text.split("\"$ref\": \"#").skip(1) {
            let pointer = reference.split('"').next().unwrap();
            assert!(
                document.pointer(pointer).is_some(),
                "{pointer} leads nowhere"
            );
        }
        let schemes = document["components"]["securitySchemes"]
            .as_object()
            .unwrap();
        assert_eq!(
            schemes.keys().collect::<Vec<_>>(),
            ["api_key", "manage_token"]
        );
    }

    #[test]
    fn every_operation_says_what_it_does_takes_and_answers() {
        let mut ids = BTreeSet::new();
        for (method, path, operation) in operations() {
            let name = format!("{method} {path}");
            assert!(
                operation["summary"].as_str().is_some_and(|s| !s.is_empty()),
                "{name}"
            );
            let id = operation["operationId"].as_str().unwrap().to_owned();
            assert!(ids.insert(id), "{name}: its operation id is used twice");
            let parameters = operation["parameters"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            for variable in path.split('/').filter_map(|part| part.strip_prefix('{')) {
                let variable = variable.trim_end_matches('}');
                let is_described = parameters
                    .iter()
                    .any(|p| p["in"] == "path" && p["name"] == variable && p["required"] == true);
                assert!(is_described, "{name}: {variable}");
            }
            for parameter in &parameters {
                assert!(parameter["description"].is_string(), "{name}: {parameter}");
            }
            // There is nothing to say but which one.
            let is_bare = ["/disconnect", "/prove", "/retry-sync", "/sync"]
                .iter()
                .any(|end| path.ends_with(end));
            if method == "POST" && is_bare {
                assert!(operation["requestBody"].is_null(), "{name}");
            } else if method == "POST" {
                assert!(
                    operation["requestBody"]["content"]["application/json"].is_object(),
                    "{name}"
                );
            }
            for (status, response) in operation["responses"].as_object().unwrap() {
                let is_problem = response["$ref"].is_string()
                    || response["content"]["application/problem+json"].is_object();
                assert_eq!(is_problem, status.as_str() >= "400", "{name} {status}");
                let is_described =
                    response["$ref"].is_string() || response["description"].is_string();
                assert!(is_described, "{name} {status}: OpenAPI wants a description");
            }
            let takes_key = operation["security"].is_array();
            let answers_401 = operation["responses"]["401"].is_object();
            assert_eq!(takes_key, answers_401, "{name}");
        }
    }

    #[test]
    fn every_operation_takes_the_tokens_it_says() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        for (method, path, operation) in operations() {
            let address = path
                .replace("{id}", &booked.id)
                .replace("{calendar}", &booked.id)
                .replace("{org}", "tutoring");
            let body = match path.rsplit('/').next() {
                Some("reschedule") => json!({ "start": "2026-11-24T09:00:00Z" }),
                Some("cancel" | "approve" | "decline" | "conflict-policy" | "retry-sync") => {
                    json!({})
                }
                Some("reassign") => json!({ "host": harness.hosts("maths")[0].0 }),
                Some("contact") => json!({ "name": "Zoe", "email": "zoe@example.org" }),
                Some("resolve") => json!({ "resolution": "retry" }),
                Some("calendars") => json!({ "google_id": "a@b.cd", "mode": "busy" }),
                Some("{calendar}" | "settings") => json!({}),
                Some("release") => json!({ "token": "x" }),
                Some("holds") => json!({
                    "event_type": "maths", "start": "2026-11-25T11:00:00Z",
                }),
                _ => booking("maths", "2026-11-25T09:00:00Z"),
            };
            let security = operation["security"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let takes = |name: &str| security.iter().any(|scheme| scheme[name].is_array());
            let is_open = security.is_empty() || security.contains(&json!({}));
            let ask = Ask::new(&method, &address).json(&body);
            for (token, is_taken) in [
                (None, is_open),
                (Some(&harness.key), is_open || takes("api_key")),
                (
                    Some(&booked.manage_token),
                    security.is_empty() || takes("manage_token"),
                ),
            ] {
                let ask = token.map_or(ask.clone(), |token| ask.clone().bearer(token));
                let answer = harness.call(ask);
                let is_refused = answer.status == 401 || answer.code() == "forbidden";
                assert_eq!(!is_refused, is_taken, "{method} {path} {token:?}");
            }
        }
    }

    #[test]
    fn the_document_is_served_as_it_is() {
        let answer = harness().call(Ask::get("/openapi.json"));
        assert_eq!(answer.text, document());
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    }

    #[test]
    fn the_shape_of_a_booking_is_described_field_by_field() {
        let document = parsed();
        let schema = &document["components"]["schemas"]["Booking"]["properties"];
        let described: BTreeSet<_> = schema.as_object().unwrap().keys().cloned().collect();
        let harness = harness();
        let created = harness.book("maths", "2026-11-24T09:00:00Z").body;
        let answered: BTreeSet<_> = created.as_object().unwrap().keys().cloned().collect();
        assert_eq!(answered, described);
    }
}
