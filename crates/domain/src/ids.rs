//! Identifiers as types, so that a booking's id cannot be passed where a host's is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    )+};
}

id! {
    /// An organization: the business that owns everything below it.
    OrganizationId,
    /// A person or resource whose time is booked.
    HostId,
    /// A host's weekly hours.
    ScheduleId,
    /// What can be booked.
    EventTypeId,
    /// One agreement between a host and an attendee.
    BookingId,
    /// A person's seat on one booking.
    AttendeeId,
    /// A slot kept for one visitor for a while.
    HoldId,
    /// The time one booking or hold takes from one host.
    ClaimId,
    /// Someone with a login here.
    UserId,
    /// A key to the API.
    ApiKeyId,
    /// A granted Google account.
    ConnectionId,
    /// One calendar reached through a connection.
    CalendarId,
    /// The tie between one booking and one remote event.
    LinkId,
    /// One line of a booking's history.
    TimelineId,
    /// What a person must decide about one booking's event.
    ConflictId,
    /// A message to people.
    MessageId,
}
