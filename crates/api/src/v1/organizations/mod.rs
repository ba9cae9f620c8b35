//! `/api/v1/organizations/{org}/…`: what is open to everybody, and its settings.

mod bookings;
mod event_types;
mod holds;
mod settings;
mod slots;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ApiState;

/// The endpoints below an organization.
pub(crate) fn endpoints() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(event_types::list))
        .routes(routes!(slots::list))
        .routes(routes!(bookings::create))
        .routes(routes!(settings::get, settings::patch))
        .merge(holds::endpoints())
}
