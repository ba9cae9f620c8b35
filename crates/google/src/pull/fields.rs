//! Which fields of an event are fetched: no more than the calendar's mode needs (design §7).

/// How much of each event is fetched, by what the calendar is connected for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// When its owner is busy: no titles, descriptions, places or guests.
    Busy,
    /// The same, and what the events of our links are compared by.
    Write,
    /// The same, and whose each event is.
    TwoWay,
}

/// The fields around the items, and those that every detail has.
macro_rules! fields {
    ($guests:literal $(, $more:literal)*) => {
        concat!(
            "summary,timeZone,accessRole,nextPageToken,nextSyncToken,items(",
            "id,iCalUID,status,start,end,recurrence,recurringEventId,originalStartTime,",
            "transparency,eventType,attendees(", $guests, "),extendedProperties/private",
            $(",", $more,)*
            ")"
        )
    };
}

impl Detail {
    /// The `maxAttendees` of a listing (§8.1): of more guests Google names only the calendar's own entry, which
    /// is all that is read of them but where the only guest becomes an attendee. Beside that guest there may be
    /// the owner and a room or two.
    pub(super) const fn guests_max(self) -> &'static str {
        match self {
            Self::Busy | Self::Write => "1",
            Self::TwoWay => "6",
        }
    }

    /// The `fields` of a listing (§5).
    pub(super) const fn fields(self) -> &'static str {
        match self {
            Self::Busy => fields!("self,responseStatus"),
            Self::Write => fields!(
                "self,responseStatus",
                "etag,updated,htmlLink,summary,description,location,reminders"
            ),
            Self::TwoWay => fields!(
                "email,displayName,self,organizer,resource,responseStatus",
                "etag,updated,htmlLink,summary,description,location,reminders",
                "organizer/self,visibility,locked"
            ),
        }
    }
}
