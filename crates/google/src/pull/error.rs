//! Why a page was not read, by what its caller can do about it.

use bytes::Bytes;
use http::Response;

use crate::call;
use crate::error::{Advice, CallError};

/// A page that was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PullError {
    /// The position asked from is no good: begin again with [`Listing::Whole`](super::Listing).
    #[error("the listing must begin anew: {0}")]
    ListAnew(ListAnew),
    /// Anything else. [`CallError::NotFound`]: the calendar is gone, or not for us to see.
    #[error(transparent)]
    Call(CallError),
}

/// Why a listing must begin anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListAnew {
    /// 410 `fullSyncRequired`: the token has died of age, or access to the calendar has changed. A
    /// routine branch (§10.2).
    #[error("Google wants a full sync")]
    FullSyncRequired,
    /// 410 `updatedMinTooLongAgo`.
    #[error("the changes asked for are too long ago")]
    UpdatedMinTooLongAgo,
    /// 400 where a page or sync token was sent. Google does not say whether the token is at fault;
    /// the second time in a row it is not (§13).
    #[error("Google refuses the position")]
    PositionRefused,
}

impl PullError {
    /// What the caller can do about it.
    pub const fn advice(&self) -> Advice {
        match self {
            Self::ListAnew(_) => Advice::Retry,
            Self::Call(error) => error.advice(),
        }
    }
}

/// What a refusal means where a position was sent or not.
pub(super) fn refusal(answer: &Response<Bytes>, has_position: bool) -> PullError {
    let error = call::refusal(answer);
    let anew = match (&error, answer.status().as_u16()) {
        (CallError::Gone(reason), _) => match reason.as_str() {
            "updatedMinTooLongAgo" => Some(ListAnew::UpdatedMinTooLongAgo),
            "fullSyncRequired" => Some(ListAnew::FullSyncRequired),
            // An event that is gone says so; anything else that was there is our position.
            "deleted" => None,
            _ => has_position.then_some(ListAnew::FullSyncRequired),
        },
        (CallError::Refused { .. }, 400) => has_position.then_some(ListAnew::PositionRefused),
        _ => None,
    };
    anew.map_or(PullError::Call(error), PullError::ListAnew)
}
