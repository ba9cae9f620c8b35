//! What others send us. Not in the document: whoever sends it has one of their own.

mod google_calendar;

use app::push;
use axum::Router;
use axum::routing::post;

use crate::ApiState;

/// Where others send what they have to tell.
pub(crate) fn routes() -> Router<ApiState> {
    Router::new().route(push::PATH, post(google_calendar::arrived))
}
