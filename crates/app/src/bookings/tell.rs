//! The one door to attendees: who changes a booking says so here, in the same unit and under the booking's
//! lock, and what there is to tell is worked out (`domain::notice::attendee`). Each seat hears for itself. A
//! change that is held back or parked is none yet, and tells nothing.
//!
//! Whoever has neither address nor number is told nothing: there would be no way.

use domain::attendee::Attendee;
use domain::booking::{Booking, Cause, Status};
use domain::notice::attendee::{Content, Settled, Standing, Waiting, settle};
use domain::sync::policy::Origin;
use domain::{AttendeeId, BookingId, Instant, fault};
use store::tables::attendee_messages::{self, AttendeeMessage, Draft, State};
use store::tables::bookings;
use store::tables::seats::{self, Seat};
use store::{Lane, StoreError, Tx};

use crate::App;

/// The last thing heard, and one that may still wait.
const LOOK_BACK: i64 = 2;

/// Stores what has become of `booking`, and lets everybody who has a seat on it hear.
pub(super) fn update(
    tx: &mut dyn Tx,
    booking: &Booking,
    cause: Option<Cause>,
    now: Instant,
) -> Result<(), StoreError> {
    bookings::update(tx, booking)?;
    for seat in seats::taken(tx, booking.id)? {
        hear(tx, booking, &seat, Standing::of(booking), (cause, now))?;
    }
    Ok(())
}

/// Whoever has just taken a seat on `booking` hears how it stands.
pub(super) fn arrived(
    tx: &mut dyn Tx,
    booking: &Booking,
    seat: &Seat,
    cause: Cause,
    now: Instant,
) -> Result<(), StoreError> {
    let new = Standing::of(booking);
    if !can_hear(booking, &seat.attendee) {
        return Ok(());
    }
    let settled = settle(None, None, &new, (Some(cause), now));
    let change = (Some(cause), now);
    write(tx, booking, (seat.id, 1), (None, new), settled, change)
}

/// Whoever has left their seat on `booking` hears that it does not take place for them.
pub(super) fn left(
    tx: &mut dyn Tx,
    booking: &Booking,
    seat: AttendeeId,
    cause: Cause,
    now: Instant,
) -> Result<(), StoreError> {
    let Some(seat) = seats::by_id(tx, seat)? else {
        return Ok(());
    };
    let new = Standing {
        status: Status::Cancelled,
        ..Standing::of(booking)
    };
    hear(tx, booking, &seat, new, (Some(cause), now))
}

fn hear(
    tx: &mut dyn Tx,
    booking: &Booking,
    seat: &Seat,
    new: Standing,
    (cause, now): (Option<Cause>, Instant),
) -> Result<(), StoreError> {
    if !can_hear(booking, &seat.attendee) {
        return Ok(());
    }
    let mut known = attendee_messages::newest(tx, seat.id, LOOK_BACK)?.into_iter();
    let (heard, waits) = match known.next() {
        Some(newest) if newest.due_at > now => (known.next(), Some(newest)),
        newest => (newest, None),
    };
    let heard = heard.map(|message| message.content.standing);
    let waiting = waits.as_ref().map(|message| Waiting {
        standing: message.content.standing.clone(),
        since: message.content.since,
    });
    let settled = settle(heard.as_ref(), waiting.as_ref(), &new, (cause, now));
    let withdrawn = match settled {
        Settled::Keep => return Ok(()),
        Settled::Silent => State::Cleared,
        Settled::Tell { .. } => State::Replaced,
    };
    if let Some(waits) = waits.filter(|_| !fault!(35)) {
        attendee_messages::withdraw(tx, waits.id, withdrawn)?;
    }
    if withdrawn == State::Cleared {
        return Ok(());
    }
    let number = attendee_messages::next_number(tx, seat.id)?;
    let whom = (seat.id, number);
    write(tx, booking, whom, (heard, new), settled, (cause, now))
}

fn write(
    tx: &mut dyn Tx,
    booking: &Booking,
    (attendee, number): (AttendeeId, i64),
    (before, standing): (Option<Standing>, Standing),
    settled: Settled,
    (cause, at): (Option<Cause>, Instant),
) -> Result<(), StoreError> {
    let Settled::Tell {
        kind,
        due_at,
        since,
    } = settled
    else {
        return Ok(());
    };
    let cancellation = booking.cancellation.as_ref();
    let draft = Draft {
        organization: booking.organization_id,
        booking: booking.id,
        attendee,
        number,
        kind,
        version: booking.version,
        at,
        due_at,
        content: Content {
            before,
            standing,
            cause,
            reason: cancellation.map_or_else(String::new, |end| end.reason.clone()),
            since,
        },
    };
    attendee_messages::insert(tx, &draft)
}

/// Nobody hears of a booking that was born in Google: its host invites there whom he wants (decision 0012).
fn can_hear(booking: &Booking, attendee: &Attendee) -> bool {
    booking.origin == Origin::Here && (attendee.email.is_some() || attendee.phone.is_some())
}

/// What those who have or had a seat on a booking were or will be told, newest first; at most a hundred.
///
/// # Errors
/// [`StoreError`].
pub async fn messages(app: &App, id: BookingId) -> Result<Vec<AttendeeMessage>, StoreError> {
    app.store()
        .unit(Lane::Read, "bookings.messages", move |tx| {
            attendee_messages::of_booking(tx, id)
        })
        .await
}
