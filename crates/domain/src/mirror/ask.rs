//! Why a series is not expanded here.

use serde::{Deserialize, Serialize};

/// Why the instances of a series are to be asked of Google (`events.instances`): its times do not
/// follow from what we know, or finding them costs more than we allow.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, thiserror::Error,
)]
#[serde(rename_all = "snake_case")]
pub enum AskGoogle {
    /// It has no start and end that we can read.
    #[error("its time cannot be read")]
    NoTime,
    /// Its zone is none of ours.
    #[error("its time zone is unknown")]
    UnknownZone,
    /// A line of its recurrence cannot be read.
    #[error("its recurrence cannot be read")]
    Unreadable,
    /// Parts of its rule that calendars read differently, or that we have no proof for.
    #[error("its recurrence is unusual")]
    Unusual,
    /// It repeats by the hour or more often.
    #[error("it repeats within hours")]
    SubDaily,
    /// It counts its instances, and calendars disagree about which of them count.
    #[error("which of its instances count is unclear")]
    CountUnclear,
    /// Its recurrence has more lines or text than we read.
    #[error("its recurrence is too long")]
    TooLong,
    /// Too many instances lie between its beginning and the time looked at, or its instances last
    /// too long.
    #[error("its recurrence goes too far")]
    TooFar,
}

impl AskGoogle {
    /// Its stable name in the store and on the timeline.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoTime => "no_time",
            Self::UnknownZone => "unknown_zone",
            Self::Unreadable => "unreadable",
            Self::Unusual => "unusual",
            Self::SubDaily => "sub_daily",
            Self::CountUnclear => "count_unclear",
            Self::TooLong => "too_long",
            Self::TooFar => "too_far",
        }
    }
}
