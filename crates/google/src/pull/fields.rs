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
    ($($more:literal),*) => {
        concat!(
            "summary,timeZone,accessRole,nextPageToken,nextSyncToken,items(",
            "id,iCalUID,status,start,end,recurrence,recurringEventId,originalStartTime,",
            "transparency,eventType,attendees(self,responseStatus),extendedProperties/private",
            $(",", $more,)*
            ")"
        )
    };
}

impl Detail {
    /// The `fields` of a listing (§5).
    pub(super) const fn fields(self) -> &'static str {
        match self {
            Self::Busy => fields!(),
            Self::Write => fields!("etag,updated,htmlLink,summary,description,location,reminders"),
            Self::TwoWay => fields!(
                "etag,updated,htmlLink,summary,description,location,reminders",
                "organizer/self,visibility,locked"
            ),
        }
    }
}
