//! For those who watch over the process: is it alive, can it answer.

use app::readiness;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ApiState;
use crate::problem::{Problem, ProblemBody};

/// How the process is.
#[derive(Serialize, ToSchema)]
pub(crate) struct HealthAnswer {
    /// `ok`.
    status: &'static str,
}

const OK: Json<HealthAnswer> = Json(HealthAnswer { status: "ok" });

/// Is the process alive?
///
/// Asks nothing of the database or of Google: restarting would not mend either.
#[utoipa::path(
    get, path = "/healthz", tag = "health",
    responses((status = 200, body = HealthAnswer, description = "It is: `ok`."))
)]
pub(crate) async fn healthz() -> Json<HealthAnswer> {
    OK
}

/// Can it answer?
///
/// Asks the database where writing is done. Google being out of reach does not matter: bookings go on (the events
/// follow).
#[utoipa::path(
    get, path = "/readyz", tag = "health",
    responses(
        (status = 200, body = HealthAnswer, description = "It is: `ok`."),
        (status = 503, body = ProblemBody, content_type = "application/problem+json",
            description = "The database cannot be used: `unavailable`."),
    )
)]
pub(crate) async fn readyz(State(state): State<ApiState>) -> Result<Json<HealthAnswer>, Problem> {
    match readiness::check(&state.app).await {
        Ok(()) => Ok(OK),
        Err(error) => {
            tracing::warn!(%error, "not ready: the database cannot be used");
            Err(Problem::unavailable("the database cannot be used"))
        }
    }
}

#[cfg(test)]
mod tests {
    use store::StoreError;

    use crate::harness::{Ask, failing, harness};

    #[test]
    fn a_working_store_is_ready() {
        let harness = harness();
        for path in ["/healthz", "/readyz"] {
            assert_eq!(harness.call(Ask::get(path)).body["status"], "ok", "{path}");
        }
    }

    #[test]
    fn a_failing_store_is_alive_but_not_ready() {
        for error in [StoreError::Closed, StoreError::Overloaded] {
            let harness = failing(error);
            assert_eq!(harness.call(Ask::get("/healthz")).status, 200);
            let answer = harness.call(Ask::get("/readyz"));
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (503, "unavailable")
            );
        }
    }
}
