//! What calls to Google say of a connection, as the cause it is shown with (rows V5, L13).
//!
//! Whether a grant is alive is told by its refresh token, in `credentials`; here is the rest.

use google::CallError;
use store::tables::connections::Connection;

/// Causes that a successful look disproves.
const OF_LOOKS: [&str; 6] = [
    "unreachable",
    "rate_limited",
    "token_refused",
    "calendar_not_found",
    "not_a_calendar_user",
    "api_not_enabled",
];

/// What a refusal with this `reason` says of the connection, whatever was asked: reference
/// `google-calendar.md` §13.
pub(crate) fn cause_of_refusal(reason: &str) -> Option<&'static str> {
    match reason {
        "accessNotConfigured" | "SERVICE_DISABLED" => Some("api_not_enabled"),
        "notACalendarUser" => Some("not_a_calendar_user"),
        _ => None,
    }
}

/// Whether a refused insertion means that the whole calendar may not be written (§13): there is no event
/// yet whose own rights could be missing.
pub(crate) fn is_role_too_low(reason: &str) -> bool {
    matches!(reason, "forbidden" | "requiredAccessLevel")
}

/// Notes what a look at a calendar says.
pub(crate) fn looked(connection: &mut Connection, error: Option<&CallError>) {
    let cause = match error {
        None => {
            let is_over = |cause: &String| OF_LOOKS.contains(&cause.as_str());
            connection.cause.take_if(|cause| is_over(cause));
            return;
        }
        Some(error) if error.is_rate_limit() => "rate_limited",
        Some(CallError::Retry { .. }) => "unreachable",
        Some(CallError::Refused { reason, .. }) => match cause_of_refusal(reason) {
            Some(cause) => cause,
            None if is_role_too_low(reason) => "calendar_forbidden",
            None => return,
        },
        // Whatever else there is says more to those who asked.
        Some(_) => return,
    };
    // What waits for a person is not forgotten over what passes.
    if connection.cause.is_none() || !is_passing(cause) {
        connection.cause = Some(cause.to_owned());
    }
}

fn is_passing(cause: &str) -> bool {
    matches!(cause, "unreachable" | "rate_limited")
}

/// Notes that a write was accepted; gives whether that is news.
pub(crate) fn wrote(connection: &mut Connection) -> bool {
    let is_over =
        |cause: &String| cause == "calendar_forbidden" || OF_LOOKS.contains(&cause.as_str());
    connection.cause.take_if(|cause| is_over(cause)).is_some()
}

/// Notes that access was renewed: that says that Google knows us and the grant, and nothing about what
/// it then refuses. A cause that went and came back with every renewal would be told every hour.
pub(crate) fn renewed(connection: &mut Connection) {
    let is_over = |cause: &String| cause == "misconfigured";
    connection.cause.take_if(|cause| is_over(cause));
}
