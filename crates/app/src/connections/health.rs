//! What calls to Google say of a connection, as the cause it is shown with (rows V5, L13).
//!
//! Whether a grant is alive is told by its refresh token, in `credentials`; here is the rest.

use domain::connection::Cause;
use google::CallError;
use store::tables::connections::{Connection, State};

use super::cause;

/// Notes `cause`. What waits for a person is not forgotten over what passes.
pub(crate) fn note(connection: &mut Connection, cause: Cause) {
    if connection.cause.is_none_or(Cause::is_passing) || !cause.is_passing() {
        connection.cause = Some(cause);
    }
}

/// Puts `connection` in error: nothing is asked of Google for it until its owner reconnects.
pub(crate) fn fail(connection: &mut Connection, cause: Cause) {
    connection.state = State::Error;
    connection.cause = Some(cause);
    connection.tokens.access = None;
}

/// Notes that access was renewed: what Google said about our access is over. What it said about the calendar
/// is not, and would be told every hour if it went and came back with every renewal.
pub(crate) fn renewed(connection: &mut Connection) {
    connection.cause.take_if(|cause| !cause.is_of_calendar());
}

/// Notes what a look at a calendar says.
pub(crate) fn looked(connection: &mut Connection, error: Option<&CallError>) {
    match error {
        // Only a write proves that writing is allowed.
        None => {
            connection
                .cause
                .take_if(|cause| *cause != Cause::CalendarReadOnly);
        }
        // A dead grant is told by its refresh token, not here: the failure before this one may have been
        // any (row T5).
        Some(error @ CallError::TokenRefused) => {
            connection.tokens.access = None;
            note(connection, cause::of_call(error));
        }
        Some(CallError::ScopeMissing(_)) => fail(connection, Cause::ScopeMissing),
        Some(
            error @ (CallError::Retry { .. } | CallError::NotFound | CallError::Refused { .. }),
        ) => match cause::of_call(error) {
            // It says more to those who asked.
            Cause::Refused => (),
            cause => note(connection, cause),
        },
        Some(_) => (),
    }
}

/// What a refusal says of the connection whatever was asked, so that no event of its own is to blame.
pub(crate) fn cause_of_refusal(error: &CallError) -> Option<Cause> {
    let cause = cause::of_call(error);
    matches!(cause, Cause::ApiNotEnabled | Cause::NotACalendarUser).then_some(cause)
}

/// Whether a refused insertion means that the whole calendar may not be written (§13): there is no event
/// yet whose own rights could be missing.
pub(crate) fn is_role_too_low(error: &CallError) -> bool {
    cause::of_call(error) == Cause::CalendarReadOnly
}

/// Notes that a write was accepted, which nothing in the way can be true beside; gives whether that is news.
pub(crate) fn wrote(connection: &mut Connection) -> bool {
    connection.cause.take_if(|cause| !cause.is_end()).is_some()
}
