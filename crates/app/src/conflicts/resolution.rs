//! The ways to decide, and which of them there are for what.

use domain::sync::ParkReason;
use store::tables::conflicts::{Conflict, MASS_LOSS, UNVERIFIED_OVERLAP};

/// What a person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Look at the event and ask Google once more.
    Retry,
    /// Make a new event, and let go of the old one, which stays as it is.
    Relink,
    /// Leave it out of step until the booking changes.
    Ignore,
    /// Of an unverified booking: it stands, whatever else is there.
    Keep,
    /// Of an unverified booking: it does not take place.
    Cancel,
    /// The booking's version counts: the event is brought back to it. Of many: all events that are held back.
    Ours,
    /// The event's version counts: the booking follows. Of many: as if nobody had asked.
    Theirs,
}

impl Resolution {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Ours,
        Self::Theirs,
        Self::Retry,
        Self::Relink,
        Self::Ignore,
        Self::Keep,
        Self::Cancel,
    ];

    /// Those that there are for a conflict.
    pub fn of(conflict: &Conflict) -> &'static [Self] {
        if conflict.aside.is_some() {
            return &[Self::Ours, Self::Theirs];
        }
        if conflict.kind == MASS_LOSS {
            return &[Self::Ours, Self::Theirs];
        }
        if conflict.kind == UNVERIFIED_OVERLAP {
            return &[Self::Retry, Self::Keep, Self::Cancel];
        }
        match ParkReason::from_name(&conflict.kind) {
            Some(
                ParkReason::MovedOntoBooking
                | ParkReason::MovedIntoPast
                | ParkReason::MovedThere
                | ParkReason::MovedByOneOfSeveral
                | ParkReason::DeletedThere
                | ParkReason::DeletedByOneOfSeveral
                | ParkReason::DeclinedThere
                | ParkReason::Restored,
            ) => &[
                Self::Ours,
                Self::Theirs,
                Self::Retry,
                Self::Relink,
                Self::Ignore,
            ],
            // No booking can follow there.
            Some(ParkReason::MadeAllDay | ParkReason::UnusableLength) => {
                &[Self::Ours, Self::Retry, Self::Relink, Self::Ignore]
            }
            Some(
                ParkReason::MadeRecurring
                | ParkReason::NotFound
                | ParkReason::TooManyGenerations
                | ParkReason::Refused,
            )
            | None => &[Self::Retry, Self::Relink, Self::Ignore],
        }
    }

    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Relink => "relink",
            Self::Ignore => "ignore",
            Self::Ours => "ours",
            Self::Theirs => "theirs",
            Self::Keep => "keep",
            Self::Cancel => "cancel",
        }
    }

    /// The one of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == name)
    }

    /// What the timeline calls it.
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Retry => "sync_retried",
            Self::Relink => "sync_relinked",
            Self::Ignore => "sync_ignored",
            Self::Ours => "decided_for_booking",
            Self::Theirs => "decided_for_event",
            // Confirming and cancelling have their own lines.
            Self::Keep => "overlap_kept",
            Self::Cancel => "overlap_ended",
        }
    }
}
