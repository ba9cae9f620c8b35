//! What attendees are told has its causes, is said once, and is in the end how things stand (design section 6,
//! first row).
//!
//! Worked out from the versions of a booking and its timeline, not from the rules that wrote the messages.

use std::collections::BTreeMap;

use domain::notice::attendee::Standing;
use domain::{AttendeeId, BookingId};
use store::tables::attendee_messages::{self, AttendeeMessage, State};
use store::tables::{seats, timeline};

use super::timeline::CHANGES;
use crate::bookings::Version;
use crate::failure::{Checked, Failure};
use crate::scene::Scene;

/// Booking `id` was changed by the last commit: each of its messages tells of a version that there was and has
/// an entry of its timeline, and what was said to one attendee follows on.
///
/// # Errors
/// The first message that does not.
pub fn committed(scene: &Scene, id: BookingId) -> Checked {
    let entries = scene.read(|tx| timeline::list(tx, id));
    let versions = scene.bookings.versions(id);
    for said in of_each(scene, id).values() {
        for message in said {
            let is_version = |version: &Version| {
                version.booking.version == message.version
                    && Standing::of(&version.booking) == message.content.standing
            };
            if !versions.iter().any(is_version) {
                return fail("tells what never was", message);
            }
            let is_change = |kind: &str| CHANGES.contains(&kind) || kind == "reassigned";
            let has_entry = entries
                .iter()
                .any(|entry| entry.at == message.created_at && is_change(&entry.kind));
            if !has_entry {
                return fail("has no entry on the timeline", message);
            }
        }
        let alive: Vec<_> = said.iter().filter(|m| m.state == State::Waiting).collect();
        for pair in alive.windows(2) {
            let [before, after] = pair else { continue };
            // A worker writes under the instant its step began at: what was said at once in between stays said.
            if before.due_at > before.created_at.max(after.created_at) {
                return fail("was overtaken, and is told all the same", before);
            }
            if before.content.standing == after.content.standing {
                return fail("says again what was said before", after);
            }
        }
    }
    Ok(())
}

/// What everybody with a seat on a booking heard last is how it stands, but for what is over.
///
/// # Errors
/// Who heard something else.
pub fn heard(scene: &Scene, version: &Version) -> Checked {
    let (booking, now) = (&version.booking, scene.now());
    let stands = Standing::of(booking);
    let all = of_each(scene, booking.id);
    for seat in scene.read(|tx| seats::taken(tx, booking.id)) {
        let said = all.get(&seat.id).map_or(&[][..], Vec::as_slice);
        let last = said.iter().rfind(|m| m.state == State::Waiting);
        let last = last.map(|message| &message.content.standing);
        let is_over = booking.time.end <= now
            && last.is_none_or(|last| last.time.end <= now || !last.status.is_open());
        // Where two ends differ in time, there is nothing more to know: nobody need come to either (seed 706).
        let is_end = |last: &Standing| !stands.status.is_open() && last.status == stands.status;
        let is_heard = last.is_some_and(|last| *last == stands || is_end(last));
        if !is_heard && !is_over {
            let message = format!("{stands:?} is so, and {last:?} was heard\n  {said:?}");
            return Err(Failure::new("messages", message));
        }
    }
    Ok(())
}

/// The messages about a booking, by attendee, oldest first.
fn of_each(scene: &Scene, id: BookingId) -> BTreeMap<AttendeeId, Vec<AttendeeMessage>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut found = scene.read(|tx| attendee_messages::of_booking(tx, id));
    found.sort_unstable_by_key(|message| message.number);
    for message in found {
        all.entry(message.attendee_id).or_default().push(message);
    }
    all
}

fn fail(what: &str, message: &AttendeeMessage) -> Checked {
    let what = format!("a message {what}: {message:?}");
    Err(Failure::new("messages", what))
}
