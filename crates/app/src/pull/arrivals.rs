//! Events of ours that a page shows in another calendar than their links': moved there by hand, or copied by a
//! tool that keeps ids. Noted on their links; a direct look at where they were tells which (design section 6).

use domain::sync::Seen;
use domain::{BookingId, CalendarId, Instant, LinkId};
use google::events::RemoteEvent;
use store::tables::links::{self, EventLink, State};
use store::tables::{bookings, calendars, connections};
use store::{StoreError, Tx};

/// What a page shows of an event that may be ours, in a calendar in which none of ours is under its id.
pub(super) struct Arrival<'e> {
    /// The link that its mark names; a tombstone has no mark.
    link: Option<LinkId>,
    event_id: &'e str,
}

/// An event that is there and carries our mark with its own id: with another one it is a copy, and nothing of
/// ours (design section 5). Or a tombstone under an id of the shape of ours: lists have called deleted what was
/// there (scenario C4), and this one may have hidden an arrival (seed 322).
pub(super) fn arrival(event: &RemoteEvent) -> Option<Arrival<'_>> {
    let event_id = event.id.as_str();
    if event.is_deleted {
        let is_like_ours = event_id.len() == google::event_id::LENGTH;
        return is_like_ours.then_some(Arrival {
            link: None,
            event_id,
        });
    }
    let (mark, named) = event.mark.as_ref()?;
    let is_ours = event.remote.is_some() && *named == event.id;
    is_ours.then_some(Arrival {
        link: Some(mark.link),
        event_id,
    })
}

/// Notes arrivals in `calendar`. Their links belong to other connections, so each is read under its booking's
/// lock, in one order.
pub(super) fn arrived(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    events: Vec<Arrival<'_>>,
    now: Instant,
) -> Result<(), StoreError> {
    let mut found: Vec<(BookingId, LinkId, bool)> = Vec::new();
    for Arrival { link, event_id } in events {
        let is_it = |row: &EventLink| row.event_id == event_id && row.calendar_id != calendar;
        let is_there = link.is_some();
        let known = match link {
            Some(link) => Some(link),
            None => links::named(tx, event_id)?,
        };
        let Some(link) = known else {
            continue;
        };
        if let Some(row) = links::by_id(tx, link)?.filter(is_it)
            && is_own(tx, &row, calendar)?
        {
            found.push((row.booking_id, row.id, is_there));
        }
    }
    found.sort_unstable();
    for (booking, link, is_there) in found {
        bookings::lock(tx, booking)?;
        match links::by_id(tx, link)?.filter(|row| row.calendar_id != calendar) {
            Some(row) if is_there => note(tx, row, calendar, now)?,
            Some(row) => note_gone(tx, &row, calendar)?,
            None => {}
        }
    }
    Ok(())
}

/// Whether the calendar is of the organization whose booking the link shows: one Google account may serve two.
fn is_own(tx: &mut dyn Tx, row: &EventLink, calendar: CalendarId) -> Result<bool, StoreError> {
    let Some(found) = calendars::by_id(tx, calendar)? else {
        return Ok(false);
    };
    let connection = connections::by_id(tx, found.connection_id)?;
    let booking = bookings::by_id(tx, row.booking_id)?;
    let of = |b: domain::booking::Booking| b.organization_id;
    Ok(connection.map(|c| c.organization_id) == booking.map(of))
}

/// A tombstone alone makes nobody look. Should the event be gone where it was, it is looked at here too.
fn note_gone(tx: &mut dyn Tx, row: &EventLink, calendar: CalendarId) -> Result<(), StoreError> {
    match row.moved_to {
        None => links::seen_elsewhere(tx, row.id, calendar),
        // What was seen to be there counts for more.
        Some(_) => Ok(()),
    }
}

fn note(
    tx: &mut dyn Tx,
    mut row: EventLink,
    calendar: CalendarId,
    now: Instant,
) -> Result<(), StoreError> {
    if row.moved_to != Some(calendar) {
        links::seen_elsewhere(tx, row.id, calendar)?;
    } else if row.state == State::Settled {
        // Known, and looked at since: its original lives.
        return Ok(());
    }
    let is_kept = row.link.ours.is_some() || row.link.seen.is_some();
    match row.state {
        // Nothing is decided on what is out of step on purpose, nor on what is not ours to ask about.
        State::Ignored | State::Detached => return Ok(()),
        State::Closed if !is_kept => return Ok(()),
        State::Due | State::Settled | State::Parked | State::Closed => {}
    }
    // That it is gone from where it was stays known; a write in flight is looked for in any case.
    let is_known_gone = matches!(row.link.seen, Some(Seen::Deleted { confirmed: true }));
    if !is_known_gone && row.link.inflight.is_none() {
        row.link.seen = Some(Seen::Outdated);
    }
    row.state = State::Due;
    row.run_at = now;
    links::update(tx, &row)
}
