//! A booking put somewhere by somebody's decision, not by asking for a slot: the host by hand in Google, or a
//! person in the inbox. Rules and hours do not count; other bookings do, unless the decision says so.

use domain::booking::{Booking, Cause, Status, is_taken};
use domain::sync::merge::Follow;
use domain::{BookingId, ClaimId, HostId, Instant, Interval};
use serde_json::json;
use store::tables::claims::{self, Claim, Holder};
use store::tables::links;
use store::{StoreError, Tx};

use super::reschedule::{lock_with_hosts, move_to};
use super::tell;
use crate::timeline::Pen;

/// What became of a move the host made in Google.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MoveOutcome {
    /// The booking followed.
    Moved,
    /// Another booking of the host is there.
    Taken,
}

/// Whether a booking that the host puts somewhere may lie on top of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Firmness {
    /// Not: somebody is asked first.
    Alone,
    /// It may: somebody was asked. Its claim is not exclusive then.
    OnTop,
}

/// By whom a booking is changed in a unit, and when.
pub(crate) struct Change<'p> {
    pub(crate) cause: Cause,
    pub(crate) pen: &'p mut Pen,
    pub(crate) now: Instant,
}

/// Puts `booking` where somebody decided that it is, the host by hand in Google or a person in the inbox, and
/// gives it the `texts` decided on with that, as one change. Outside hours is allowed, on top of another
/// booking is not, unless somebody says so. Its other texts stay as they are, so that nothing need be written
/// back (scenario C2).
pub(crate) fn move_as_decided(
    tx: &mut dyn Tx,
    booking: &mut Booking,
    (time, firmness): (Interval, Firmness),
    texts: &Follow,
    change: Change<'_>,
) -> Result<MoveOutcome, StoreError> {
    let Change { cause, pen, now } = change;
    let Some((locked, bound)) = lock_with_hosts(tx, booking.id)? else {
        return Ok(MoveOutcome::Taken);
    };
    *booking = locked;
    let is_taken = is_any_taken(tx, booking.id, &bound, time, now)?;
    if is_taken && firmness == Firmness::Alone {
        return Ok(MoveOutcome::Taken);
    }
    booking.forced = is_taken;
    put_texts(tx, booking, texts, cause, pen)?;
    let kind = match cause {
        Cause::Calendar => "moved_in_calendar",
        Cause::Attendee | Cause::Api | Cause::Admin => "moved",
    };
    move_to(tx, booking, time, kind, (cause, now), pen)?;
    mark_others_due(tx, booking.id, bound.len(), now)?;
    Ok(MoveOutcome::Moved)
}

/// Whether any of the `bound` hosts has another claim at `time`.
fn is_any_taken(
    tx: &mut dyn Tx,
    booking: BookingId,
    bound: &[HostId],
    time: Interval,
    now: Instant,
) -> Result<bool, StoreError> {
    for host in bound {
        let except = Some(Holder::Booking(booking));
        let claimed = claims::make_room(tx, *host, time, except, now)?;
        if is_taken(time, &claimed) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Other hosts may have events of their own, which follow.
fn mark_others_due(
    tx: &mut dyn Tx,
    booking: BookingId,
    hosts: usize,
    now: Instant,
) -> Result<(), StoreError> {
    if hosts > 1 {
        links::mark_due(tx, booking, now)?;
    }
    Ok(())
}

/// Brings `booking` back, whose event was deleted in Google and restored there, at `time`.
pub(crate) fn revive_by_host(
    tx: &mut dyn Tx,
    booking: &mut Booking,
    time: Interval,
    firmness: Firmness,
    pen: &mut Pen,
    now: Instant,
) -> Result<MoveOutcome, StoreError> {
    let Some((locked, bound)) = lock_with_hosts(tx, booking.id)? else {
        return Ok(MoveOutcome::Taken);
    };
    *booking = locked;
    let is_taken = is_any_taken(tx, booking.id, &bound, time, now)?;
    if is_taken && firmness == Firmness::Alone {
        return Ok(MoveOutcome::Taken);
    }
    for host in &bound {
        let claim = Claim {
            id: ClaimId(pen.draw()?.0),
            host: *host,
            time,
            holder: Holder::Booking(booking.id),
            exclusive: !is_taken,
        };
        claims::insert(tx, &claim)?;
    }
    booking.status = Status::Confirmed;
    booking.cancellation = None;
    booking.forced = is_taken;
    booking.time = time;
    booking.version += 1;
    tell::update(tx, booking, Some(Cause::Calendar), now)?;
    let detail = json!({ "start": time.start, "end": time.end });
    let cause = Some(Cause::Calendar);
    pen.write(tx, booking.id, "restored_in_calendar", cause, detail)?;
    Ok(MoveOutcome::Moved)
}

/// Gives `booking` the texts that somebody decided on, where it is.
pub(crate) fn edit_to(
    tx: &mut dyn Tx,
    booking: &mut Booking,
    texts: &Follow,
    change: Change<'_>,
) -> Result<(), StoreError> {
    if put_texts(tx, booking, texts, change.cause, change.pen)? {
        booking.version += 1;
        tell::update(tx, booking, Some(change.cause), change.now)?;
    }
    Ok(())
}

/// Puts texts in place and tells of it; the caller stores the booking. Gives whether any differs.
fn put_texts(
    tx: &mut dyn Tx,
    booking: &mut Booking,
    texts: &Follow,
    cause: Cause,
    pen: &mut Pen,
) -> Result<bool, StoreError> {
    let Follow {
        time: _,
        title,
        description,
        location,
    } = texts;
    let mut detail = serde_json::Map::new();
    let (text, edited) = (&mut booking.text, &mut booking.edited);
    for (name, field, is_edited, value) in [
        ("title", &mut text.title, &mut edited.title, title),
        (
            "description",
            &mut text.description,
            &mut edited.description,
            description,
        ),
        (
            "location",
            &mut text.location,
            &mut edited.location,
            location,
        ),
    ] {
        if let Some(value) = value.as_ref().filter(|value| *value != field) {
            detail.insert(name.to_owned(), json!({ "from": field, "to": value }));
            field.clone_from(value);
            *is_edited = true;
        }
    }
    if detail.is_empty() {
        return Ok(false);
    }
    let kind = match cause {
        Cause::Calendar => "edited_in_calendar",
        Cause::Attendee | Cause::Api | Cause::Admin => "edited",
    };
    pen.write(tx, booking.id, kind, Some(cause), detail.into())?;
    Ok(true)
}
