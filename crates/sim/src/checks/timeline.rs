//! Nothing is silent: every version of a booking has its entry, with who or what decided.

use domain::BookingId;
use domain::booking::{Booking, Status};
use store::tables::links::{EventLink, State};
use store::tables::timeline::{self, Entry};

use super::changes::is_verified;
use crate::actors::Actor;
use crate::bookings::Version;
use crate::failure::{Checked, Failure};
use crate::scene::Scene;

/// Kinds of entries that tell of a change of the booking itself.
pub const CHANGES: [&str; 13] = [
    "forced",
    "requested",
    "approved",
    "declined",
    "edited",
    "edited_in_calendar",
    "restored_in_calendar",
    "booked",
    "moved",
    "moved_in_calendar",
    "cancelled",
    "cancelled_in_calendar",
    "verified",
];

/// The timeline of booking `id` tells its whole history, and why its link waits.
///
/// # Errors
/// What it does not tell.
pub fn tells_all(scene: &Scene, id: BookingId, link: &EventLink) -> Checked {
    let entries = scene.read(|tx| timeline::list(tx, id));
    let changes = |entry: &&Entry| CHANGES.contains(&entry.kind.as_str());
    let mut told: Vec<(String, Option<String>)> = entries
        .iter()
        .filter(changes)
        .map(|entry| {
            let start = entry.detail["start"].as_str().map(str::to_owned);
            (entry.kind.clone(), start)
        })
        .collect();
    let versions = scene.bookings.versions(id);
    let before = std::iter::once(None).chain(versions.iter().map(Some));
    let pairs = versions.iter().zip(before);
    let mut happened: Vec<_> = pairs
        .flat_map(|(now, before)| expected(now, before))
        .collect();
    told.sort_unstable();
    happened.sort_unstable();
    if told != happened {
        let message = format!("booking {id}: happened {happened:?}, told {told:?}");
        return Err(Failure::new("timeline", message));
    }
    // What a look at the calendar found out, nobody did.
    let is_nobodys = |e: &&Entry| e.cause.is_none() && e.kind != "verified";
    if let Some(entry) = entries.iter().filter(changes).find(is_nobodys) {
        let message = format!("booking {id}: nobody is named for {}", entry.kind);
        return Err(Failure::new("timeline", message));
    }
    let tells_why = |entry: &Entry| entry.kind == "parked";
    if link.state == State::Parked && !entries.iter().any(tells_why) {
        let message = format!("booking {id}: its link was parked in silence");
        return Err(Failure::new("timeline", message));
    }
    Ok(())
}

/// What the history tells of a version: one change may be both a move and an edit.
fn expected(version: &Version, before: Option<&Version>) -> Vec<(String, Option<String>)> {
    let (booking, is_by_sync) = (&version.booking, matches!(version.by, Actor::Sync(_)));
    let start = Some(booking.time.start.to_string());
    let verified = before.is_some_and(|before| is_verified(before, version));
    let before = before.map(|before| &before.booking);
    let is_back = before.is_some_and(|before| before.status == Status::Cancelled);
    let was_requested = before.is_some_and(|before| before.status == Status::Requested);
    let is_there = before.is_some_and(|before| before.time == booking.time);
    // An attendee's move renders the texts anew, which is no edit.
    let by_hand = |before: &Booking| before.text != booking.text && (is_by_sync || is_there);
    // Nor does who gives it to another host edit it.
    let is_given = before.is_some_and(|before| before.host_id != booking.host_id);
    let is_edit = !is_back && !is_given && before.is_some_and(by_hand);
    let change = match (booking.status, is_by_sync) {
        (Status::Cancelled, true) => Some(("cancelled_in_calendar", None)),
        (Status::Cancelled, false) => Some(("cancelled", None)),
        (Status::Declined, _) => Some(("declined", None)),
        (Status::Requested, _) if booking.version == 1 => Some(("requested", start)),
        _ if was_requested => Some(("approved", None)),
        (_, true) if is_back => Some(("restored_in_calendar", start)),
        _ if verified => Some(("verified", None)),
        _ if is_there => None,
        (_, true) => Some(("moved_in_calendar", start)),
        (_, false) if booking.version == 1 && booking.forced => Some(("forced", start)),
        (_, false) if booking.version == 1 => Some(("booked", start)),
        (_, false) => Some(("moved", start)),
    };
    let edit = is_edit.then(|| {
        let kind = if is_by_sync {
            "edited_in_calendar"
        } else {
            "edited"
        };
        (kind, None)
    });
    let all = change.into_iter().chain(edit);
    all.map(|(kind, start)| (kind.to_owned(), start)).collect()
}
