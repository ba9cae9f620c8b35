//! The first version of the interface. Fields and codes may be added to it, never taken away.

mod bookings;
mod calendar_connections;
mod conflicts;
mod organizations;

use domain::{Interval, Zone};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::ApiState;
use crate::request::rfc3339;

/// Its endpoints.
pub(crate) fn endpoints() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .merge(organizations::endpoints())
        .merge(bookings::endpoints())
        .merge(calendar_connections::endpoints())
        .merge(conflicts::endpoints())
}

/// A time that can be booked: `[start, end)`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Slot {
    /// When it begins.
    #[schema(format = DateTime)]
    start: String,
    /// When it is over.
    #[schema(format = DateTime)]
    end: String,
}

impl Slot {
    pub(crate) fn new(slot: &Interval, zone: &Zone) -> Self {
        Self {
            start: rfc3339(slot.start, zone),
            end: rfc3339(slot.end, zone),
        }
    }
}
