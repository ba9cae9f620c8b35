//! `/api/v1/calendar-connections/…`: the Google accounts bookings go to.
//!
//! Starting one is not here: a consent is bound to the browser that began it, so it begins on the
//! admin page.

mod calendars;
mod conflict_policy;
mod disconnect;
mod get;
mod list;
mod prove;
mod sync;

use app::connections;
use app::push::{self, Push};
use domain::Instant;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ApiState;
use crate::problem::Problem;

/// The endpoints of connections.
pub(crate) fn endpoints() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(get::get))
        .routes(routes!(disconnect::disconnect))
        .routes(routes!(prove::prove))
        .routes(routes!(sync::sync))
        .routes(routes!(conflict_policy::get, conflict_policy::put))
        .merge(calendars::endpoints())
}

/// Foreign or missing: the answer does not tell.
pub(crate) fn no_connection() -> Problem {
    Problem::not_found(
        "calendar_connection_not_found",
        "there is no such calendar connection",
    )
}

/// A granted Google account.
#[derive(Serialize, ToSchema)]
pub(crate) struct CalendarConnection {
    /// Its identity.
    #[schema(format = Uuid)]
    id: String,
    /// `google`.
    provider: &'static str,
    /// The account's address.
    account: String,
    /// What is reached through it.
    calendars: Vec<ConnectedCalendar>,
    /// `syncing` (its calendars have not been read once yet), `connected`, `error` (see `cause`), or
    /// `inactive` (disconnected; it can be connected again).
    state: &'static str,
    /// What lets us in: `oauth` (a person's consent), `service_account`, or `api_key` (public calendars, to be
    /// read).
    credential: &'static str,
    /// What is wrong, as a stable code such as `needs_reconnect`. Beside `connected` or `syncing` it is
    /// something that passes by itself, such as `unreachable` or `rate_limited`.
    #[schema(required = true)]
    cause: Option<&'static str>,
    /// Since when it is wrong.
    #[schema(format = DateTime, required = true)]
    cause_since: Option<String>,
    /// What a test event has shown: one is written and removed after connecting.
    proof: ProofAnswer,
    /// When a look at its calendars last completed.
    #[schema(format = DateTime, required = true)]
    last_sync_at: Option<String>,
    /// Changes of ours that wait to be written.
    waiting: u64,
}

/// A calendar reached through a connection.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectedCalendar {
    /// Its identity: its settings are at `…/calendars/{calendar}`.
    #[schema(format = Uuid)]
    id: String,
    /// Google's id of it.
    google_id: String,
    /// Its name.
    name: String,
    /// What it is connected for: `busy`, `write` or `two_way`.
    mode: &'static str,
    /// Whether Google tells of its changes as they happen.
    push: PushAnswer,
}

/// Whether Google tells of a calendar's changes as they happen. It is looked at regularly all the same.
#[derive(Serialize, ToSchema)]
pub(crate) struct PushAnswer {
    /// `off` (this installation has no address Google can reach, or the connection does not work or is public),
    /// `opening`, `live`, `unsupported` (Google has no push for this calendar), or `failing` (see `problem`).
    state: &'static str,
    /// Why the last try to have it failed: `not_supported`, `address_unauthorized`, `address_not_https`,
    /// `calendar_not_found`, `refused` or `unreachable`. Beside `live` it is the renewal that fails.
    #[schema(required = true)]
    problem: Option<&'static str>,
    /// Until when it is granted.
    #[schema(format = DateTime, required = true)]
    expires_at: Option<String>,
}

impl PushAnswer {
    fn new(push: &Push) -> Self {
        Self {
            state: push.state.as_str(),
            problem: push.problem.map(push::Problem::as_str),
            expires_at: push.expires_at.map(|at| at.to_string()),
        }
    }
}

/// What a test event has shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProofAnswer {
    /// `none` (a public calendar is only read), `pending`, `proven` (it was written and removed), or `failed`
    /// (see `cause`).
    state: &'static str,
    /// Why it could not be written or removed: the same codes as the connection's `cause`.
    #[schema(required = true)]
    cause: Option<&'static str>,
    /// When one was last written and removed.
    #[schema(format = DateTime, required = true)]
    proven_at: Option<String>,
}

impl ProofAnswer {
    fn new(proof: &connections::Proof, proven_at: Option<Instant>) -> Self {
        Self {
            state: proof.as_str(),
            cause: match proof {
                connections::Proof::Failed(cause) => Some(cause.as_str()),
                _ => None,
            },
            proven_at: proven_at.map(|at| at.to_string()),
        }
    }
}

impl CalendarConnection {
    fn new(connection: connections::Connection) -> Self {
        let calendars = connection.calendars.into_iter();
        Self {
            id: connection.id.to_string(),
            provider: "google",
            account: connection.account_email,
            calendars: calendars
                .map(|calendar| ConnectedCalendar {
                    id: calendar.id.to_string(),
                    google_id: calendar.google_id,
                    mode: calendar.mode.as_str(),
                    name: calendar.name,
                    push: PushAnswer::new(&calendar.push),
                })
                .collect(),
            state: connection.state.as_str(),
            credential: connection.credential.as_str(),
            cause: connection.cause.map(connections::Cause::as_str),
            proof: ProofAnswer::new(&connection.proof, connection.proven_at),
            cause_since: connection.cause_since.map(|at| at.to_string()),
            last_sync_at: connection.last_sync_at.map(|at| at.to_string()),
            waiting: connection.waiting,
        }
    }
}
