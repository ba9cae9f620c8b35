//! Pages and API behind one door.

use std::time::Duration;

use api::ApiState;
use app::App;
use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use web::WebState;

use crate::network::{self, Trusted};

/// Longer than any page takes, even behind a busy writer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Everything this installation answers.
/// `trusted` are the proxies believed about who asks.
pub(crate) fn router(app: App, trusted: Trusted) -> Router {
    let is_https = app.public_url().scheme() == "https";
    api::router(ApiState { app: app.clone() })
        .merge(web::router(WebState { app, is_https }))
        .layer(from_fn_with_state(trusted, network::note))
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIMEOUT,
        ))
}
