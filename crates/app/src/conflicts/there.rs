//! What is known of an event in Google, as people are shown it.

use domain::Interval;
use domain::sync::{Remote, RemoteTime, Seen};
use store::tables::links::EventLink;

/// What is known of the event in Google.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum There {
    /// It was never seen.
    NotMade,
    /// It is there, at this time.
    Timed {
        /// Its title.
        title: String,
        /// When.
        time: Interval,
    },
    /// It is there, on whole days.
    AllDay {
        /// Its title.
        title: String,
    },
    /// It is there, and recurs.
    Recurring {
        /// Its title.
        title: String,
    },
    /// It was deleted.
    Deleted,
    /// It is not found.
    NotFound,
    /// Something else is under its id.
    Foreign,
    /// Something of somebody else's takes the booking's time.
    Busy {
        /// When.
        time: Interval,
    },
    /// What took the booking's time is gone; it is about to be confirmed.
    Free,
}

impl There {
    /// Its stable name.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::NotMade => "not_made",
            Self::Timed { .. } => "timed",
            Self::AllDay { .. } => "all_day",
            Self::Recurring { .. } => "recurring",
            Self::Deleted => "deleted",
            Self::NotFound => "not_found",
            Self::Foreign => "foreign",
            Self::Busy { .. } => "busy",
            Self::Free => "free",
        }
    }

    /// What a link knows.
    pub(super) fn of(link: &EventLink) -> Self {
        let link = &link.link;
        match (&link.seen, &link.theirs) {
            (Some(Seen::Live(remote) | Seen::Declined { remote, .. }), _) => Self::live(remote),
            (Some(Seen::Deleted { .. }), _) => Self::Deleted,
            (Some(Seen::Absent), _) => Self::NotFound,
            (Some(Seen::Foreign), _) => Self::Foreign,
            (None | Some(Seen::Outdated), Some(base)) => Self::live(base),
            (None | Some(Seen::Outdated), None) => Self::NotMade,
        }
    }

    fn live(remote: &Remote) -> Self {
        let title = remote.text.title.clone();
        match remote.time {
            RemoteTime::Timed(time) => Self::Timed { title, time },
            RemoteTime::AllDay => Self::AllDay { title },
            RemoteTime::Recurring => Self::Recurring { title },
        }
    }
}
