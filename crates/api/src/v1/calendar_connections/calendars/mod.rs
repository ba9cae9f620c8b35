//! `/api/v1/calendar-connections/{id}/calendars/…`: which calendars of an account are connected, and for what.

mod add;
mod change;
mod list;
mod remove;

use app::calendars::{Calendar, CalendarError};
use domain::{CalendarId, ConnectionId};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::no_connection;
use crate::ApiState;
use crate::problem::{FieldProblem, Problem};

/// The endpoints of a connection's calendars.
pub(super) fn endpoints() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, add::add))
        .routes(routes!(change::change, remove::remove))
}

impl From<CalendarError> for Problem {
    fn from(error: CalendarError) -> Self {
        let said = error.to_string();
        let field = |name: &str| {
            let wrong = FieldProblem::new(name, said.clone());
            Self::invalid_fields("invalid_body", vec![wrong])
        };
        let refused = |code| Self::new(StatusCode::CONFLICT, code, said.clone());
        match error {
            CalendarError::NoConnection => no_connection(),
            CalendarError::NotFound => no_calendar(),
            CalendarError::BadId => field("google_id"),
            CalendarError::UnknownHost => Self::unknown_host(),
            CalendarError::AlreadyConnected => refused("calendar_connected"),
            CalendarError::NotVisible => refused("calendar_not_visible"),
            CalendarError::ReadOnly | CalendarError::NotWritten => refused("calendar_read_only"),
            CalendarError::OneHostNeeded => refused("one_host_needed"),
            CalendarError::EventTypeNeeded => refused("event_type_needed"),
            CalendarError::ReceiverNeeded => refused("receiver_needed"),
            CalendarError::Google(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "calendar_unreachable",
                said,
            ),
            CalendarError::Store(error) => Self::store(&error),
        }
    }
}

/// Foreign, missing or taken away: the answer does not tell.
fn no_calendar() -> Problem {
    Problem::not_found("calendar_not_found", "there is no such calendar")
}

/// The connection and the calendar that a path names.
fn ids(connection: &str, calendar: &str) -> Result<(ConnectionId, CalendarId), Problem> {
    let connection = connection.parse().map_err(|_| no_connection())?;
    Ok((connection, calendar.parse().map_err(|_| no_calendar())?))
}

/// A connected calendar.
#[derive(Serialize, ToSchema)]
pub(crate) struct CalendarItem {
    /// Its identity.
    #[schema(format = Uuid)]
    id: String,
    /// Google's id of it; `primary` is the account's own.
    google_id: String,
    /// Its name.
    name: String,
    /// What it is connected for. `busy`: when its owner is busy; no titles, guests or descriptions are fetched.
    /// `write`: bookings may go there too. `two_way`: and its events become bookings of the
    /// one host whose time it takes.
    mode: &'static str,
    /// What is known of it is as of then; `null` until it was read.
    #[schema(format = DateTime, required = true)]
    as_of: Option<String>,
    /// Whose time its events take: ids of hosts.
    blocks: Vec<String>,
    /// Whose bookings go there: ids of hosts. Whoever was told no calendar is among those of the first one that
    /// is written.
    receives: Vec<String>,
    /// All-day events of the coming 30 days that are marked as free in Google: they block nothing. Mark them as
    /// busy there if they should.
    free_all_day_events: u64,
    /// When it was last compared with Google's own expansion of its series; weekly.
    #[schema(format = DateTime, required = true)]
    audited_at: Option<String>,
    /// Stretches of time that differed, in all comparisons so far. Each time the calendar was listed anew.
    audit_differences: u64,
    /// What its events become, in a two-way calendar: the id of an event type. `null` where that was never said: the
    /// first one of one seat that its host offers.
    #[schema(format = Uuid, required = true)]
    import_event_type: Option<String>,
}

impl CalendarItem {
    fn new(calendar: Calendar) -> Self {
        Self {
            id: calendar.id.to_string(),
            google_id: calendar.google_id,
            name: calendar.name,
            mode: calendar.mode.as_str(),
            as_of: calendar.as_of.map(|at| at.to_string()),
            blocks: calendar.blocks.iter().map(ToString::to_string).collect(),
            receives: calendar.receives.iter().map(ToString::to_string).collect(),
            free_all_day_events: calendar.free_days,
            audited_at: calendar.audited_at.map(|at| at.to_string()),
            audit_differences: calendar.audit_differences,
            import_event_type: calendar.import_event_type.map(|id| id.to_string()),
        }
    }
}

/// The calendar as it is now.
async fn item(
    state: &ApiState,
    organization: domain::OrganizationId,
    (connection, id): (ConnectionId, CalendarId),
) -> Result<CalendarItem, Problem> {
    let all = app::calendars::list(&state.app, organization, connection).await?;
    let found = all.into_iter().find(|calendar| calendar.id == id);
    found.map(CalendarItem::new).ok_or_else(no_calendar)
}
