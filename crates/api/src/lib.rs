//! What programs see of Lockstep: REST under `/api/v1`, described by `/openapi.json`.
//!
//! A handler translates a request, calls one use case of `app`, and translates its answer; nothing is
//! decided here. Errors are problem details (RFC 9457) with a stable `code`. There are no pages in
//! this crate and no cookies, so there is nothing to forge across sites; other origins are not let in.
//!
//! To add an endpoint: a file whose path mirrors its URL, in the order errors, request, response, API
//! doc, handler, tests; `routes!` it in the module above, which puts it in the router and the document
//! at once. A new problem code needs a row in `problem::CODES`, or the first test that meets it fails.

mod auth;
mod finish;
mod health;
mod idempotency;
mod openapi;
mod problem;
mod request;
mod v1;
mod webhooks;

#[cfg(test)]
mod harness;

use std::sync::Arc;

use app::App;
use app::freshness::{Look, Patience};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::any;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use openapi::document;

use problem::Problem;

/// Largest body read: many times the longest booking.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// What handlers share.
#[derive(Clone)]
pub struct ApiState {
    /// The use cases.
    pub app: App,
    /// Waits for calendars, where somebody can.
    pub patience: Option<Arc<dyn Patience>>,
}

impl ApiState {
    /// Waits a moment for `look`.
    async fn wait(&self, look: Look) {
        if let Some(patience) = &self.patience {
            patience.wait(look).await;
        }
    }
}

/// Everything programs can ask for or tell: `/webhooks`, `/api/v1`, `/openapi.json`, `/healthz` and `/readyz`. Has no
/// fallback of its own, so that it can be merged with the pages.
pub fn router(state: ApiState) -> Router {
    let (router, _) = endpoints().split_for_parts();
    router
        .merge(webhooks::routes())
        // Whatever else is asked for under /api gets a problem, not the page of the same status.
        .route("/api", any(unknown_path))
        .route("/api/", any(unknown_path))
        .route("/api/{*rest}", any(unknown_path))
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(state.clone(), finish::finish))
        .with_state(state)
}

/// Every endpoint, as router and as document.
fn endpoints() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .merge(v1::endpoints())
        .routes(routes!(openapi::get))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
}

async fn unknown_path() -> Problem {
    Problem::not_found("not_found", "there is nothing at this address")
}

async fn wrong_method() -> Problem {
    Problem::method_not_allowed()
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::harness::{Ask, harness};

    #[test]
    fn what_is_not_there_is_a_problem_too() {
        let harness = harness();
        for (method, path, status, code) in [
            ("GET", "/api", 404, "not_found"),
            ("GET", "/api/", 404, "not_found"),
            ("POST", "/api/v2/bookings", 404, "not_found"),
            ("GET", "/api/v1/bookings/", 404, "not_found"),
            ("GET", "/api/v1/organizations", 404, "not_found"),
            ("DELETE", "/api/v1/bookings", 405, "method_not_allowed"),
            ("OPTIONS", "/api/v1/bookings", 405, "method_not_allowed"),
            ("PUT", "/healthz", 405, "method_not_allowed"),
            (
                "GET",
                "/api/v1/organizations/tutoring/bookings",
                405,
                "method_not_allowed",
            ),
        ] {
            let answer = harness.call(Ask::new(method, path));
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (status, code),
                "{method} {path}"
            );
            let names_methods = answer
                .header("allow")
                .is_some_and(|allow| !allow.is_empty());
            assert_eq!(names_methods, status == 405, "{method} {path}");
        }
    }

    #[test]
    fn the_pages_can_be_merged_with_their_own_fallback() {
        let harness = harness();
        let pages = Router::new()
            .route("/{organization}", any(|| async { "a page" }))
            .fallback(|| async { (StatusCode::NOT_FOUND, "no page") });
        let merged = router(ApiState {
            app: harness.app.clone(),
            patience: None,
        })
        .merge(pages);
        let harness = harness.with_router(merged);
        assert_eq!(harness.call(Ask::get("/api")).code(), "not_found");
        assert_eq!(harness.raw(Ask::get("/tutoring")).text, "a page");
        assert_eq!(harness.raw(Ask::get("/a/b/c")).text, "no page");
    }
}
