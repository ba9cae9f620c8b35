//! Tying a booking to the calendar its event goes to.

use domain::booking::Booking;
use domain::{BookingId, CalendarId, Instant, LinkId, OrganizationId};
use google::event_id::event_id;
use store::tables::links::State;
use store::tables::receivers::{self, Receiver};
use store::tables::{calendars, connections, links};
use store::{StoreError, Tx};

/// Bookings linked in one unit when a calendar is connected: bounded like every background unit.
pub(crate) const LINKED_AT_ONCE: usize = 250;

/// Makes the event link of a new booking, due at once; gives whether there is a calendar for it.
pub(super) fn link(
    tx: &mut dyn Tx,
    booking: &Booking,
    id: LinkId,
    now: Instant,
) -> Result<bool, StoreError> {
    let receiver = receivers::of_host(tx, booking.organization_id, booking.host_id)?;
    let Some(receiver) = receiver else {
        return Ok(false);
    };
    insert(tx, receiver, booking.id, id, now)?;
    Ok(true)
}

fn insert(
    tx: &mut dyn Tx,
    receiver: Receiver,
    booking: BookingId,
    id: LinkId,
    now: Instant,
) -> Result<(), StoreError> {
    let target = Target {
        account_sub: receiver.account_sub,
        google_id: receiver.google_id,
    };
    let event_id = target.event_id(booking, 0);
    links::insert(tx, id, booking, receiver.id, &event_id, now)
}

/// Whether a booking has an event link that is worked on.
pub(super) fn is_linked(tx: &mut dyn Tx, booking: BookingId) -> Result<bool, StoreError> {
    let all = links::of_booking(tx, booking)?;
    Ok(all.iter().any(|link| link.state != State::Detached))
}

/// Links bookings that will still take place and were made while there was no calendar to go to.
pub(crate) fn link_unlinked(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    ids: &[LinkId],
    now: Instant,
) -> Result<usize, StoreError> {
    let limit = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let unlinked = links::unlinked_bookings(tx, organization, now, limit)?;
    let mut linked = 0;
    for ((booking, host), id) in unlinked.into_iter().zip(ids) {
        if let Some(receiver) = receivers::of_host(tx, organization, host)? {
            insert(tx, receiver, booking, *id, now)?;
            linked += 1;
        }
    }
    Ok(linked)
}

/// The event id of a booking in a calendar, so that it can be found again even if it were lost
/// (scenario D8).
pub(crate) fn chosen_id(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    booking: BookingId,
    generation: i64,
) -> Result<String, StoreError> {
    Ok(Target::by_id(tx, calendar)?.event_id(booking, generation))
}

/// A calendar as Google names it: what an event id is a function of, with booking and generation.
struct Target {
    account_sub: String,
    google_id: String,
}

impl Target {
    fn by_id(tx: &mut dyn Tx, calendar: CalendarId) -> Result<Self, StoreError> {
        let found = calendars::by_id(tx, calendar)?;
        let calendar = found.ok_or_else(|| StoreError::decode("a link's calendar is missing"))?;
        let connection = connections::by_id(tx, calendar.connection_id)?;
        let missing = || StoreError::decode("a calendar's connection is missing");
        let account_sub = connection.ok_or_else(missing)?.account_sub;
        Ok(Self {
            account_sub,
            google_id: calendar.google_id,
        })
    }

    fn event_id(&self, booking: BookingId, generation: i64) -> String {
        event_id(
            &self.account_sub,
            &self.google_id,
            booking.0.as_bytes(),
            generation,
        )
    }
}
