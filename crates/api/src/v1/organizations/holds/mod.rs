//! `/api/v1/organizations/{org}/holds…`: slots kept for a while.

mod create;
mod release;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ApiState;

/// The endpoints of holds.
pub(super) fn endpoints() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(create::create))
        .routes(routes!(release::release))
}
