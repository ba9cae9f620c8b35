//! Nothing is silent: every version of a booking has its entry, with who or what decided.

use domain::BookingId;
use domain::booking::Status;
use store::tables::links::{EventLink, State};
use store::tables::timeline::{self, Entry};

use super::changes::is_verified;
use crate::actors::Actor;
use crate::bookings::Version;
use crate::failure::{Checked, Failure};
use crate::scene::Scene;

/// Kinds of entries that tell of a change of the booking itself.
const CHANGES: [&str; 6] = [
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
    let mut happened: Vec<_> = before
        .zip(versions)
        .map(|(before, version)| expected(before, version))
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

fn expected(before: Option<&Version>, version: &Version) -> (String, Option<String>) {
    let (booking, is_by_sync) = (&version.booking, matches!(version.by, Actor::Sync(_)));
    let start = Some(booking.time.start.to_string());
    let (kind, start) = match (booking.status, is_by_sync) {
        (Status::Cancelled, true) => ("cancelled_in_calendar", None),
        (Status::Cancelled, false) => ("cancelled", None),
        (_, true) if before.is_some_and(|before| is_verified(before, version)) => {
            ("verified", None)
        }
        (_, true) => ("moved_in_calendar", start),
        (_, false) if booking.version == 1 => ("booked", start),
        (_, false) => ("moved", start),
    };
    (kind.to_owned(), start)
}
