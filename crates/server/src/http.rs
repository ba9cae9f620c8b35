//! Pages and API behind one door.

use std::sync::Arc;
use std::time::Duration;

use api::ApiState;
use app::App;
use app::freshness::Patience;
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
pub(crate) fn router(app: App, patience: Arc<dyn Patience>, trusted: Trusted) -> Router {
    let is_https = app.public_url().scheme() == "https";
    let pages = WebState {
        app: app.clone(),
        is_https,
        patience: Some(Arc::clone(&patience)),
    };
    let patience = Some(patience);
    api::router(ApiState { app, patience })
        .merge(web::router(pages))
        .layer(from_fn_with_state(trusted, network::note))
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIMEOUT,
        ))
}
