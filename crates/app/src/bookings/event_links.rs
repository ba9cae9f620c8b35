//! Tying a booking to the calendar its event goes to.

use domain::booking::Booking;
use domain::fault;
use domain::sync::Seen;
use domain::{BookingId, CalendarId, Instant, LinkId, OrganizationId};
use google::event_id::event_id;
use store::tables::links::{EventLink, State, Stay};
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

/// Lets the event of a booking go to the calendar of its host as it is now, and out of any other (scenario D4).
/// Where it is in that one already, it stays. What is left behind is due by itself: neither waits for the
/// other.
pub(super) fn go_along(
    tx: &mut dyn Tx,
    booking: &Booking,
    id: LinkId,
    now: Instant,
) -> Result<(), StoreError> {
    links::mark_due(tx, booking.id, now)?;
    let receiver = receivers::of_host(tx, booking.organization_id, booking.host_id)?;
    let to = receiver.as_ref().map(|receiver| receiver.id);
    let mut is_there = fault!(34);
    for mut row in links::of_booking(tx, booking.id)? {
        match row.stay {
            Stay::Leaving => {}
            Stay::Wanted | Stay::Returning if Some(row.calendar_id) == to => is_there = true,
            Stay::Wanted | Stay::Returning if fault!(34) => {}
            Stay::Wanted | Stay::Returning => {
                row.stay = Stay::Leaving;
                row.missing_since = None;
                row.link.decided = None;
                links::update(tx, &row)?;
            }
        }
    }
    match receiver {
        Some(receiver) if !is_there => tie(tx, receiver, booking.id, id, now),
        _ => Ok(()),
    }
}

/// Lets a booking have its event in a calendar where it has none that is wanted. Where it left one behind, that
/// link is taken up: with its event, while nothing was done to that yet, and else with another one, as soon as
/// the old one is gone, because the id of a deleted event is never free again.
fn tie(
    tx: &mut dyn Tx,
    receiver: Receiver,
    booking: BookingId,
    id: LinkId,
    now: Instant,
) -> Result<(), StoreError> {
    let all = links::of_booking(tx, booking)?;
    let left = all.into_iter().filter(|row| row.calendar_id == receiver.id);
    let Some(mut row) = left.min_by_key(|row| (row.state == State::Closed, row.id)) else {
        return insert(tx, receiver, booking, id, now);
    };
    let is_unseen = matches!(row.link.seen, None | Some(Seen::Outdated));
    let is_untouched = is_unseen && row.link.inflight.is_none() && row.state != State::Closed;
    row.stay = match is_untouched {
        true => Stay::Wanted,
        false => Stay::Returning,
    };
    row.state = State::Due;
    row.run_at = now;
    row.failures = 0;
    row.problem = None;
    links::update(tx, &row)
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
    let is_worked_on =
        |link: &EventLink| link.state != State::Detached && link.stay != Stay::Leaving;
    Ok(all.iter().any(is_worked_on))
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
            tie(tx, receiver, booking, *id, now)?;
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
