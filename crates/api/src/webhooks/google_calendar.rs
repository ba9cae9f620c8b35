//! `POST /webhooks/google-calendar`: Google tells that something changed in a calendar (rows L11, V10).
//!
//! All that counts is in the headers; whatever body there is stays unread. Google tries again after 503, and
//! after no other answer that is given here (`google-calendar.md` §12.2).

use app::push::{self, ArriveError, Notice};
use axum::extract::State;
use http::{HeaderMap, StatusCode};

use crate::ApiState;
use crate::problem::Problem;

/// Takes a push. 204 also where nothing comes of it: what is known already, and what comes on a channel that was
/// stopped.
pub(crate) async fn arrived(
    State(state): State<ApiState>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let notice = Notice::read(&headers)
        .map_err(|error| Problem::bad_request("invalid_push", error.to_string()))?;
    match push::arrived(&state.app, notice).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(ArriveError::Unknown) => Err(Problem::not_found(
            "channel_not_found",
            "there is no such channel",
        )),
        Err(ArriveError::Store(error)) => Err(Problem::store(&error)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use crate::harness::{Ask, Harness, harness};

    const TOKEN: &str = "what Google was told";

    fn push(channel: &str, token: &str, resource: &str, state: &str) -> Ask {
        Ask::new("POST", app::push::PATH)
            .header("X-Goog-Channel-ID", channel)
            .header("X-Goog-Channel-Token", token)
            .header("X-Goog-Resource-ID", resource)
            .header("X-Goog-Resource-State", state)
            .header("X-Goog-Message-Number", "7")
    }

    fn watched() -> Harness {
        let harness = harness();
        harness.connect();
        harness.watch("channel-1", TOKEN, "resource-1");
        harness
    }

    /// rows V4, V10 and scenario E1: answered at once, whatever comes of it.
    #[test]
    fn a_push_is_acknowledged_and_its_calendar_is_dirty_afterwards() {
        let harness = watched();
        for (state, is_dirty) in [("sync", false), ("exists", true), ("exists", true)] {
            let answer = harness.call(push("channel-1", TOKEN, "resource-1", state));
            assert_eq!(answer.status, 204, "{state}");
            assert_eq!(harness.is_dirty(), is_dirty, "{state}");
        }
    }

    /// row V4 and scenario E1: who does not know all three gets nothing done, and is not told what was wrong.
    #[test]
    fn a_forged_push_changes_nothing() {
        for (name, ask) in [
            ("channel", push("channel-2", TOKEN, "resource-1", "exists")),
            (
                "token",
                push("channel-1", "a guess", "resource-1", "exists"),
            ),
            ("resource", push("channel-1", TOKEN, "resource-2", "exists")),
        ] {
            let harness = watched();
            let answer = harness.call(ask);
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (404, "channel_not_found"),
                "{name}"
            );
            assert!(!harness.is_dirty(), "{name}");
        }
    }

    #[test]
    fn what_is_no_push_is_a_problem() {
        let harness = watched();
        let answer = harness.call(Ask::new("POST", app::push::PATH));
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (400, "invalid_push")
        );
        let twice = push("channel-1", TOKEN, "resource-1", "exists");
        let twice = twice.header("X-Goog-Channel-ID", "channel-2");
        assert_eq!(harness.call(twice).code(), "invalid_push");
        let answer = harness.call(Ask::get(app::push::PATH));
        assert_eq!(answer.code(), "method_not_allowed");
        assert!(!harness.is_dirty());
    }

    /// Google tries again after this one.
    #[test]
    fn a_store_that_is_busy_asks_google_to_come_again() {
        let harness = watched();
        harness.store.fail_reads.store(true, Ordering::Relaxed);
        let answer = harness.call(push("channel-1", TOKEN, "resource-1", "exists"));
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (503, "unavailable")
        );
    }
}
