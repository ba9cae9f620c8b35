//! Pages and API behind one door.

use std::time::Duration;

use api::ApiState;
use app::App;
use axum::Router;
use axum::http::StatusCode;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use web::WebState;

/// Longer than any page takes, even behind a busy writer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Everything this installation answers.
pub(crate) fn router(app: App) -> Router {
    let is_https = app.public_url().scheme() == "https";
    api::router(ApiState { app: app.clone() })
        .merge(web::router(WebState { app, is_https }))
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIMEOUT,
        ))
}
