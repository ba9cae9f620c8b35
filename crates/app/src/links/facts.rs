//! What a decision about a link rests on, beside the link.

use domain::booking::Cause;
use domain::sync::policy::{Facts, Origin, Winner};
use domain::{BookingId, Instant, booking};
use store::tables::calendars::Mode;
use store::tables::links::{EventLink, State, Stay};
use store::tables::{connections, links, timeline};
use store::{StoreError, Tx};

use super::Loaded;
use super::elsewhere::elsewhere;

/// Timeline entries that are looked back for the last change made here.
const LOOK_BACK: i64 = 50;

/// The facts about `loaded` at `now`.
pub(super) fn facts(tx: &mut dyn Tx, loaded: &Loaded, now: Instant) -> Result<Facts, StoreError> {
    // Only what was seen is decided about.
    let returns = loaded.row.stay == Stay::Returning;
    if loaded.row.link.seen.is_none() {
        return Ok(Facts {
            returns,
            ..Facts::plain(now)
        });
    }
    let policy = connections::policy(tx, loaded.connection.id)?;
    let booking = &loaded.booking;
    Ok(Facts {
        now,
        policy,
        origin: booking.origin,
        is_theirs: loaded.row.made() == Origin::Google,
        text_travels: loaded.calendar.mode == Mode::TwoWay,
        is_collective: is_collective(tx, booking.id)?,
        // What is left behind is not taken up again, wherever it is restored.
        ended_in_google: loaded.row.stay == Stay::Wanted && has_ended_in_google(booking),
        changed_at: match policy.both {
            Some(Winner::Newest) => changed_at(tx, booking)?,
            _ => booking.created_at,
        },
        elsewhere: elsewhere(tx, loaded, now)?,
        returns,
    })
}

/// Whether nobody here has ended it, but the deletion of its event.
pub(crate) fn has_ended_in_google(booking: &booking::Booking) -> bool {
    let cause = booking.cancellation.as_ref().map(|end| end.cause);
    booking.status == booking::Status::Cancelled && cause == Some(Cause::Calendar)
}

/// Whether several of a booking's hosts have an event of their own for it.
fn is_collective(tx: &mut dyn Tx, booking: BookingId) -> Result<bool, StoreError> {
    let all = links::of_booking(tx, booking)?;
    let is_worked_on = |link: &&EventLink| {
        link.stay == Stay::Wanted && !matches!(link.state, State::Closed | State::Detached)
    };
    Ok(all.iter().filter(is_worked_on).count() > 1)
}

/// When somebody last changed the booking here.
fn changed_at(tx: &mut dyn Tx, booking: &booking::Booking) -> Result<Instant, StoreError> {
    let lines = timeline::newest(tx, booking.id, LOOK_BACK)?;
    let is_of_here = |cause| matches!(cause, Some(Cause::Attendee | Cause::Api | Cause::Admin));
    let newest = lines.iter().find(|(_, entry)| is_of_here(entry.cause));
    Ok(newest.map_or(booking.created_at, |(_, entry)| entry.at))
}
