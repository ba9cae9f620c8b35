//! Due work on one unverified booking: confirm it once every calendar that blocks its hosts was read since and
//! shows nothing at its time, or put it into the inbox (design section 4).
//!
//! Makes no call: it reads the mirror under the booking's locks, so two workers, or one twice, do it once. A
//! booking that is over is confirmed as it is: it took place or it did not, and nobody can be moved any more.

use domain::booking::{Booking, Cause, Status};
use domain::freshness::{Verdict, Verification, verify};
use domain::{BookingId, ConflictId, HostId, Instant, Interval};
use serde_json::json;
use store::tables::conflicts::{self, Conflict, UNVERIFIED_OVERLAP};
use store::tables::{busy, claims, links, verifications};
use store::{Lane, StoreError, Topic, Tx};

use super::reschedule::lock_with_hosts;
use super::tell;
use crate::timeline::Pen;
use crate::{App, freshness};

/// The status of a booking that takes its time and may stand, as `verdict` says.
pub(super) const fn status(verdict: Verdict) -> Status {
    match verdict {
        Verdict::Fresh | Verdict::Allowed(_) => Status::Confirmed,
        Verdict::Unverified(_) | Verdict::Refused(_) => Status::Unverified,
    }
}

/// Notes that `booking` is unverified from `now` on, if it is.
pub(super) fn begin(tx: &mut dyn Tx, booking: &Booking, now: Instant) -> Result<(), StoreError> {
    if booking.status != Status::Unverified {
        return Ok(());
    }
    tx.wake(Topic::DueWork);
    verifications::put(tx, booking.id, now, booking.time.end)
}

/// Forgets that `booking` was unverified: it is confirmed, moved or over. What was open about its time is
/// settled `how`.
pub(super) fn end(
    tx: &mut dyn Tx,
    booking: BookingId,
    how: &str,
    now: Instant,
) -> Result<(), StoreError> {
    verifications::delete(tx, booking)?;
    if let Some(open) = conflicts::open_of_time(tx, booking)? {
        let ended = Conflict {
            closed_at: Some(now),
            resolution: Some(how.to_owned()),
            ..open
        };
        conflicts::update(tx, &ended)?;
    }
    Ok(())
}

/// Confirms an unverified booking whose locks are held; its event follows.
pub(crate) fn confirm(
    tx: &mut dyn Tx,
    booking: &mut Booking,
    how: &str,
    cause: Option<Cause>,
    pen: &mut Pen,
    now: Instant,
) -> Result<(), StoreError> {
    booking.status = Status::Confirmed;
    booking.version += 1;
    tell::update(tx, booking, cause, now)?;
    end(tx, booking.id, how, now)?;
    links::mark_due(tx, booking.id, now)?;
    pen.write(tx, booking.id, "verified", cause, json!({ "how": how }))
}

/// Looks at one unverified booking, if it is due.
///
/// # Errors
/// [`StoreError`]; it is still due.
pub(crate) async fn step(app: &App, id: BookingId) -> Result<(), StoreError> {
    let now = app.now();
    let mut pen = Pen::new(app, now);
    app.store()
        .unit(Lane::Background, "bookings.verify", move |tx| {
            pen.restart();
            let Some((mut booking, bound)) = lock_with_hosts(tx, id)? else {
                return Ok(());
            };
            // Read under the lock: another worker may have been here.
            let Some((since, run_at)) = verifications::of(tx, id)?.filter(|(_, at)| *at <= now)
            else {
                return Ok(());
            };
            if booking.status != Status::Unverified {
                return verifications::delete(tx, id);
            }
            match look(tx, &booking, &bound, since, now)? {
                Verification::Confirm => {
                    return confirm(tx, &mut booking, "verified", None, &mut pen, now);
                }
                Verification::Overlaps => park(tx, &booking, &mut pen, now)?,
                Verification::Wait => {}
            }
            verifications::put_off(tx, id, run_at, booking.time.end)
        })
        .await
}

fn look(
    tx: &mut dyn Tx,
    booking: &Booking,
    bound: &[HostId],
    since: Instant,
    now: Instant,
) -> Result<Verification, StoreError> {
    let calendars = freshness::blocking(tx, bound.iter().copied())?;
    let (mut is_overlapped, mut is_known) = (false, true);
    for host in bound {
        is_overlapped |= !elsewhere(tx, booking, *host)?.is_empty();
        let until = busy::known_until(tx, *host)?;
        is_known &= until.is_none_or(|until| until >= booking.time.end);
    }
    let read = calendars.into_iter().map(|known| known.as_of);
    let found = verify(since, booking.time.end, read, is_overlapped, now);
    // What was read but cannot be expanded yet is asked of Google; the answer wakes this again.
    Ok(match found {
        Verification::Confirm if !is_known && booking.time.end > now => Verification::Wait,
        found => found,
    })
}

/// What takes the time of `booking` and was made in Google, whether it has become a booking or not: that an
/// event was taken over does not make its time free.
pub(crate) fn elsewhere(
    tx: &mut dyn Tx,
    booking: &Booking,
    host: HostId,
) -> Result<Vec<Interval>, StoreError> {
    let mut found = busy::foreign(tx, host, booking.time, booking.id)?;
    found.extend(claims::born(tx, host, booking.time, booking.id)?);
    Ok(found)
}

/// Opens a conflict, or lets the one that is open wait for a person again.
fn park(tx: &mut dyn Tx, booking: &Booking, pen: &mut Pen, now: Instant) -> Result<(), StoreError> {
    if let Some(open) = conflicts::open_of_time(tx, booking.id)? {
        if open.resolution.is_none() {
            return Ok(());
        }
        let again = Conflict {
            version: open.version + 1,
            resolution: None,
            ..open
        };
        return conflicts::update(tx, &again);
    }
    let conflict = Conflict {
        id: ConflictId(pen.draw()?.0),
        organization_id: booking.organization_id,
        booking_id: booking.id,
        link_id: None,
        calendar_id: None,
        kind: UNVERIFIED_OVERLAP.to_owned(),
        said: String::new(),
        version: 1,
        opened_at: now,
        closed_at: None,
        resolution: None,
        aside: None,
    };
    conflicts::insert(tx, &conflict)?;
    let detail = json!({ "reason": UNVERIFIED_OVERLAP });
    pen.write(tx, booking.id, "parked", None, detail)
}
