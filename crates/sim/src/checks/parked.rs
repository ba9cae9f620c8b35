//! A link waits for a person only because of something the host did: an alarm without a cause is as
//! wrong as a silent loss.

use domain::booking::Booking;
use domain::sync::policy::Policy;
use domain::{BookingId, LinkId};
use store::tables::claims::SPAN_MAX;
use store::tables::links;

use crate::events::{By, Ours, When};
use crate::failure::{Checked, Failure};
use crate::scene::Scene;

/// A commit has parked link `id`: at some time the host has given the reason.
///
/// # Errors
/// That the host has not.
pub fn has_cause(scene: &Scene, id: LinkId) -> Checked {
    let Some(link) = scene.read(|tx| links::by_id(tx, id)) else {
        return Ok(());
    };
    let Some(version) = scene.bookings.now(link.booking_id) else {
        return Ok(());
    };
    let problem = link.problem.as_deref().unwrap_or_default();
    if is_refused(scene, link.booking_id, problem) {
        return Ok(());
    }
    let turns = scene
        .events
        .ours
        .get(&link.event_id)
        .map(|event| &event.turns);
    let explains = |when: When| match (problem, when) {
        // Google refuses to change what is deleted; that it is, the next look will tell.
        ("refused", When::Gone) => true,
        (problem, when) => explains(scene, &version.booking, problem, when),
    };
    // Nor what is no longer there, wherever it went.
    let is_carried = |event: &Ours| event.carried_at.is_some();
    if problem == "refused"
        && scene
            .events
            .ours
            .get(&link.event_id)
            .is_some_and(is_carried)
    {
        return Ok(());
    }
    // Where the host moved it to, it stands as it was.
    let carried = scene.events.ours.get(&link.event_id);
    let carried = carried.filter(|event| is_carried(event));
    let is_explained = carried.is_some_and(|event| explains(event.when()))
        || turns
            .into_iter()
            .flatten()
            .any(|turn| turn.by == By::Host && explains(turn.when));
    if is_explained {
        Ok(())
    } else {
        let message = format!("without the host's doing: {link:?}");
        Err(Failure::new("parked", message))
    }
}

/// Whether Google has refused to write the booking's event: that waits for a person, whoever did what.
pub fn is_refused(scene: &Scene, booking: BookingId, problem: &str) -> bool {
    problem == "refused" && scene.events.refused.contains(&booking)
}

/// Whether an event that the host has put at `when` is a reason to park its link as `problem`.
pub fn explains(scene: &Scene, booking: &Booking, problem: &str, when: When) -> bool {
    match (problem, when) {
        ("moved_there", When::Timed(_)) | ("deleted_there", When::Gone) => {
            scene.policy != Policy::default()
        }
        ("restored", When::Timed(_)) if scene.policy != Policy::default() => true,
        // Over, on no clock, or where another booking is.
        ("restored", When::AllDay) => true,
        ("restored", When::Timed(time)) if time.end <= scene.now() => true,
        ("restored" | "moved_onto_booking", When::Timed(time)) => scene
            .bookings
            .histories()
            .filter(|(id, _)| *id != booking.id)
            .flat_map(|(_, versions)| versions)
            .any(|v| v.booking.host_id == booking.host_id && v.booking.time.overlaps(&time)),
        // That nobody may follow it now, the checker of losses knows better.
        ("held", When::Gone | When::Timed(_)) => true,
        ("moved_into_past", When::Timed(time)) => time.end <= scene.now(),
        ("unusable_length", When::Timed(time)) => time.start == time.end || time.span() > SPAN_MAX,
        ("made_all_day", When::AllDay) => true,
        _ => false,
    }
}
