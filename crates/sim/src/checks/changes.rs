//! Checked right after each commit that changes a booking.

use domain::booking::{Cause, Status};
use domain::{BookingId, Interval};

use crate::actors::Actor;
use crate::bookings::Version;
use crate::events::{Ours, When};
use crate::failure::{Checked, Failure};
use crate::scene::Scene;

/// Whether `new` may come after everything in `scene`.
///
/// # Errors
/// The rule it breaks.
pub fn committed(scene: &Scene, new: &Version) -> Checked {
    in_sequence(scene, new)?;
    no_overlap(scene, new)?;
    let before = scene.bookings.now(new.booking.id);
    match (new.by, before, new.booking.status) {
        (Actor::Sync(_), None, _) => Err(Failure::new(
            "causes",
            format!("sync made booking {}", new.booking.id),
        )),
        (Actor::Sync(_), Some(before), Status::Confirmed)
            if before.booking.status == Status::Cancelled =>
        {
            revived(scene, before, new)
        }
        (Actor::Sync(_), Some(before), Status::Confirmed)
            if before.booking.time == new.booking.time =>
        {
            edited(scene, new)
        }
        (Actor::Sync(_), Some(before), Status::Confirmed) => follows(scene, before, new),
        (Actor::Sync(_), Some(_), Status::Cancelled) => deleted_by_host(scene, new),
        (_, _, Status::Cancelled) => cancelled_here(new),
        (_, _, Status::Confirmed) => Ok(()),
        (_, _, other) => {
            let message = format!("booking {} became {other:?}", new.booking.id);
            Err(Failure::new("causes", message))
        }
    }
}

/// What both sides agree on after a commit: the booking has followed its event.
pub fn follow_up(scene: &mut Scene, actor: Actor, id: BookingId) {
    let versions = scene.bookings.versions(id);
    let before = versions.len().checked_sub(2).map(|n| &versions[n].booking);
    let was_over = before.is_some_and(|before| before.status == Status::Cancelled);
    let name = match (actor, scene.bookings.now(id).map(|now| now.booking.status)) {
        (Actor::Sync(_), Some(Status::Confirmed)) if was_over => "bookings.revived",
        (Actor::Sync(_), Some(Status::Confirmed)) => "bookings.followed",
        (Actor::Sync(_), _) => "bookings.cancelled-in-google",
        (_, Some(Status::Cancelled)) => "bookings.cancelled",
        _ if scene.bookings.versions(id).len() == 1 => "bookings.booked",
        _ => "bookings.moved",
    };
    scene.stats.count(name);
    let Some(time) = scene.bookings.now(id).map(|now| now.booking.time) else {
        return;
    };
    if matches!(name, "bookings.followed" | "bookings.revived") {
        for event in scene.events.of_mut(id).filter(|e| e.was_put_at(time)) {
            event.agreed = time;
        }
    }
}

fn in_sequence(scene: &Scene, new: &Version) -> Checked {
    let before = scene.bookings.now(new.booking.id);
    let expected = before.map_or(1, |before| before.booking.version + 1);
    if new.booking.version == expected {
        Ok(())
    } else {
        let (id, version) = (new.booking.id, new.booking.version);
        let message = format!("booking {id} is at version {version}, {expected} was expected");
        Err(Failure::new("versions", message))
    }
}

/// No two live bookings of one host overlap, ever.
fn no_overlap(scene: &Scene, new: &Version) -> Checked {
    let is_other = |other: &&Version| {
        other.booking.id != new.booking.id
            && other.booking.host_id == new.booking.host_id
            && other.is_live()
            && !(other.booking.forced || new.booking.forced)
            && other.booking.time.overlaps(&new.booking.time)
    };
    match scene.bookings.all().find(is_other) {
        Some(other) if new.is_live() => {
            let (a, b) = (&new.booking, &other.booking);
            let message = format!("{} {:?} and {} {:?}", a.id, a.time, b.id, b.time);
            Err(Failure::new("overlap", message))
        }
        _ => Ok(()),
    }
}

/// A booking follows its event only where the host has put it, and only while nobody has moved the
/// booking since both sides last agreed: else the attendee's move would be lost.
fn follows(scene: &Scene, before: &Version, new: &Version) -> Checked {
    let (id, from, to) = (new.booking.id, before.booking.time, new.booking.time);
    let at = |event: &Ours| event.was_put_at(to);
    let Some((_, event)) = scene.events.of(id).find(|(_, event)| at(event)) else {
        let message = format!("booking {id} went to {to:?}, where the host never put its event");
        return Err(Failure::new("follows", message));
    };
    let may_overwrite = scene.policy.both.is_some() || scene.decided.contains(&id);
    // Where both had put it of their own accord, nothing was ever written.
    if event.agreed == from || event.was_put_at(from) || may_overwrite {
        Ok(())
    } else {
        let agreed: Interval = event.agreed;
        let message = format!(
            "booking {id} was moved here from {agreed:?} to {from:?}, and this move was \
             overwritten by the host's to {to:?}"
        );
        Err(Failure::new("follows", message))
    }
}

/// A booking comes back only if its event was deleted in Google, which ended it, and is there again, at the
/// time at which the host put it back.
fn revived(scene: &Scene, before: &Version, new: &Version) -> Checked {
    let id = new.booking.id;
    let fail = |what: &str| {
        let message = format!("booking {id} was revived {what}");
        Err(Failure::new("revivals", message))
    };
    let cause = before.booking.cancellation.as_ref().map(|end| end.cause);
    if cause != Some(Cause::Calendar) {
        return fail("though somebody here had cancelled it");
    }
    let mut events = scene.events.of(id).map(|(_, event)| event);
    if events.any(|event| event.was_put_at(new.booking.time)) {
        Ok(())
    } else {
        fail("at a time at which the host never put its event")
    }
}

/// A booking says something else only if the host has edited its event.
fn edited(scene: &Scene, new: &Version) -> Checked {
    let id = new.booking.id;
    let mut events = scene.events.of(id).map(|(_, event)| event);
    if events.any(|event| event.is_text_edited) {
        Ok(())
    } else {
        let message = format!("booking {id} was edited, and its event never was");
        Err(Failure::new("follows", message))
    }
}

/// A booking is cancelled with cause *calendar* only if the host deleted its event, and Google has
/// said so in answer to a direct question (scenario C4).
fn deleted_by_host(scene: &Scene, new: &Version) -> Checked {
    let id = new.booking.id;
    let fail = |what: &str| {
        let message = format!("booking {id} was cancelled from Google {what}");
        Err(Failure::new("false cancellation", message))
    };
    let cause = new.booking.cancellation.as_ref().map(|c| c.cause);
    let mut events = scene.events.of(id).map(|(_, event)| event);
    if cause != Some(Cause::Calendar) {
        return fail("without cause calendar");
    }
    match events.find(|event| event.was_deleted_by_host() && event.when() == When::Gone) {
        None => fail("though the host did not delete its event"),
        Some(event) if !event.was_told_gone => fail("without a direct look"),
        Some(_) => Ok(()),
    }
}

fn cancelled_here(new: &Version) -> Checked {
    match new.booking.cancellation.as_ref().map(|c| c.cause) {
        Some(Cause::Attendee | Cause::Api | Cause::Admin) => Ok(()),
        other => {
            let message = format!("booking {}: {other:?}", new.booking.id);
            Err(Failure::new("causes", message))
        }
    }
}
