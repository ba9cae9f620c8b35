//! Which address leads to which page, and what every request passes on its way.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state, map_request_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::Method;
use http::header::SET_COOKIE;

use crate::errors::{Failure, Problem};
use crate::pages::{admin, b, index, oauth, organization};
use crate::request::csrf;
use crate::request::fields::FORM_BYTES_MAX;
use crate::request::visitor::Visitor;
use crate::state::{CALLBACK_PATH, WebState};
use crate::{assets, headers};

/// The pages, the assets under `/assets/`, and Google's way back.
pub fn router(state: WebState) -> Router {
    use organization::event_type::{self, book};

    let pages = Router::new()
        .route("/", get(index::get))
        .route("/{organization}", get(organization::get))
        .route("/{organization}/{event_type}", get(event_type::get))
        .route(
            "/{organization}/{event_type}/book",
            get(book::get).post(book::post),
        )
        .route("/b/{token}", get(b::get))
        .route(
            "/b/{token}/reschedule",
            get(b::reschedule::get).post(b::reschedule::post),
        )
        .route(
            "/b/{token}/cancel",
            get(b::cancel::get).post(b::cancel::post),
        )
        .merge(admin::routes())
        .route(CALLBACK_PATH, get(oauth::get))
        .route("/assets/{name}", get(assets::get))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(from_fn_with_state(state.clone(), around))
        .with_state(state.clone());
    // Around the routes, not one of them: it decides which is taken.
    Router::new()
        .fallback_service(pages)
        .layer(map_request_with_state(state, return_from_google))
}

/// `GOOGLE_REDIRECT_URI` may name any path of ours, that of a page too, and percent signs in it: what
/// comes back from Google there is known by its query, and goes to [`CALLBACK_PATH`].
async fn return_from_google(State(state): State<WebState>, mut request: Request) -> Request {
    let uri = request.uri();
    let is_callback = request.method() == Method::GET
        && uri.path() == state.surroundings().callback_path
        && uri.query().is_some_and(is_from_google);
    if is_callback && let Some(query) = uri.query() {
        // Both parts were parts of an address already.
        if let Ok(uri) = format!("{CALLBACK_PATH}?{query}").parse() {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// A state, and what became of it.
fn is_from_google(query: &str) -> bool {
    let has = |name: &str| url::form_urlencoded::parse(query.as_bytes()).any(|(n, _)| n == name);
    has("state") && (has("code") || has("error"))
}

async fn not_found(visitor: Visitor) -> Failure {
    visitor.failure(Problem::NotFound)
}

async fn method_not_allowed(visitor: Visitor) -> Failure {
    visitor.failure(Problem::MethodNotAllowed)
}

/// Every request: read who asks, refuse what is forged, set headers, remember choices.
async fn around(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let visitor = Visitor::read(&parts, state.is_https);
    let is_ours = csrf::is_ours(&parts.method, &parts.headers, &state.public_origin());
    let is_get = parts.method == Method::GET;
    parts.extensions.insert(visitor.clone());
    let mut response = if is_ours {
        next.run(Request::from_parts(parts, body)).await
    } else {
        visitor.failure(Problem::Forbidden).into_response()
    };
    headers::set(response.headers_mut(), &visitor.path, &state.surroundings());
    if is_get {
        for cookie in visitor.choices(state.is_https) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}

#[cfg(test)]
mod tests;
