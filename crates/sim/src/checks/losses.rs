//! Many losses at once are followed only where a person has said so (scenario C5): checked right after each
//! commit that moves or cancels a booking because of its event.

use domain::booking::Status;
use domain::sync::guard::{WINDOW, is_mass_loss};
use domain::{BookingId, CalendarId, Instant};
use store::tables::links::Stay;
use store::tables::{links, timeline};

use crate::actors::Actor;
use crate::bookings::Version;
use crate::failure::{Checked, Failure};
use crate::scene::Scene;

/// As far back as the entry of a commit is looked for.
const LOOK_BACK: i64 = 5;

/// Whether `new` may follow its event, after all that was followed shortly before.
///
/// It is counted by calendar: where a booking's event was when it was lost, and still is. Everything that may
/// still take place counts as coming here, and some of it not for the system: nothing is a mass loss here that
/// is none there.
///
/// # Errors
/// That there were too many.
pub fn committed(scene: &mut Scene, new: &Version) -> Checked {
    let Some(at) = lost_at(scene, new) else {
        return Ok(());
    };
    let calendar = calendar_of(scene, new.booking.id);
    scene.lost.insert(new.booking.id, (at, calendar));
    let recent = |lost: &(Instant, Option<CalendarId>)| lost.0 > at - WINDOW;
    let is_of_here = |(id, lost): &(&BookingId, &(Instant, Option<CalendarId>))| {
        recent(lost) && lost.1 == calendar && calendar_of(scene, **id) == calendar
    };
    let lost = scene.lost.iter().filter(is_of_here).count();
    let is_coming = |version: &&Version| {
        let is_live = version.booking.status != Status::Cancelled;
        is_live || scene.lost.get(&version.booking.id).is_some_and(recent)
    };
    let coming = scene.bookings.all().filter(is_coming).count();
    if is_mass_loss(lost, coming) {
        let message =
            format!("{lost} of {coming} bookings were followed by {at}, and nobody asked");
        return Err(Failure::new("mass loss", message));
    }
    Ok(())
}

/// In which calendar its event is to be.
fn calendar_of(scene: &Scene, id: BookingId) -> Option<CalendarId> {
    let all = scene.read(|tx| links::of_booking(tx, id));
    let staying = all.iter().find(|link| link.stay != Stay::Leaving);
    staying.map(|link| link.calendar_id)
}

/// When `new` was taken from its time because of its event alone, if it was; as the system has it.
fn lost_at(scene: &Scene, new: &Version) -> Option<Instant> {
    let id = new.booking.id;
    let before = &scene.bookings.now(id)?.booking;
    let is_lost = new.booking.status == Status::Cancelled || new.booking.time != before.time;
    let is_ours = !matches!(new.by, Actor::Sync(_)) || scene.decided.contains(&id);
    if !is_lost || is_ours || before.status == Status::Cancelled {
        return None;
    }
    let entries = scene.read(|tx| timeline::newest(tx, id, LOOK_BACK));
    let followed = ["moved_in_calendar", "cancelled_in_calendar"];
    let entry = entries
        .into_iter()
        .map(|(_, entry)| entry)
        .find(|entry| followed.contains(&entry.kind.as_str()))?;
    (before.time.end > entry.at).then_some(entry.at)
}
