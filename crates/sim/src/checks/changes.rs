//! Checked right after each commit that changes a booking.

use domain::booking::{Cause, Status};
use domain::freshness::OnStale;
use domain::{BookingId, Interval};
use jiff::SignedDuration;
use store::tables::{busy, organizations};

use crate::actors::Actor;
use crate::bookings::Version;
use crate::events::{By, Ours, When};
use crate::failure::{Checked, Failure};
use crate::scene::Scene;

/// How long an event is looked for that its host moved to another calendar.
const SEEK: SignedDuration = SignedDuration::from_mins(10);

/// Longer than any unit waits for its commit.
const SLACK: SignedDuration = SignedDuration::from_mins(10);

/// Whether `new` may come after everything in `scene`.
///
/// # Errors
/// The rule it breaks.
pub fn committed(scene: &Scene, new: &Version) -> Checked {
    in_sequence(scene, new)?;
    no_overlap(scene, new)?;
    let before = scene.bookings.now(new.booking.id);
    fresh_enough(scene, before, new)?;
    match (new.by, before, new.booking.status) {
        (Actor::Sync(_), None, _) => Err(Failure::new(
            "causes",
            format!("sync made booking {}", new.booking.id),
        )),
        (Actor::Sync(_), Some(before), Status::Confirmed) if is_verified(before, new) => {
            verified(scene, new)
        }
        (Actor::Sync(_), Some(before), Status::Confirmed)
            if before.booking.status == Status::Cancelled =>
        {
            revived(scene, before, new)
        }
        (Actor::Sync(_), Some(before), Status::Confirmed | Status::Unverified)
            if before.booking.time == new.booking.time =>
        {
            edited(scene, new)
        }
        (Actor::Sync(_), Some(before), Status::Confirmed | Status::Unverified) => {
            follows(scene, before, new)
        }
        (Actor::Sync(_), Some(_), Status::Cancelled) => deleted_by_host(scene, new),
        (_, _, Status::Cancelled) => cancelled_here(new),
        (_, _, Status::Confirmed | Status::Unverified) => Ok(()),
        // Before and after a yes or no that a person says.
        (_, _, Status::Requested | Status::Declined) => Ok(()),
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
    let was_there = before.map(|before| before.time);
    let name = match (actor, scene.bookings.now(id).map(|now| now.booking.status)) {
        (Actor::Sync(_), Some(Status::Confirmed)) if was_over => "bookings.revived",
        (Actor::Sync(_), Some(Status::Confirmed)) if was_verified(scene, id) => "bookings.verified",
        (Actor::Sync(_), Some(Status::Confirmed | Status::Unverified)) => "bookings.followed",
        (Actor::Sync(_), _) => "bookings.cancelled-in-google",
        (_, Some(Status::Cancelled)) => "bookings.cancelled",
        _ if scene.bookings.versions(id).len() == 1 => "bookings.booked",
        _ => "bookings.moved",
    };
    scene.stats.count(name);
    let Some(time) = scene.bookings.now(id).map(|now| now.booking.time) else {
        return;
    };
    let has_followed = name == "bookings.followed" && was_there != Some(time);
    if has_followed || name == "bookings.revived" {
        for event in scene.events.of_mut(id).filter(|e| e.was_put_at(time)) {
            event.agreed = time;
        }
    }
}

/// Whether `new` is `before`, verified.
pub fn is_verified(before: &Version, new: &Version) -> bool {
    before.booking.status == Status::Unverified
        && new.booking.status == Status::Confirmed
        && before.booking.time == new.booking.time
}

fn was_verified(scene: &Scene, id: BookingId) -> bool {
    let versions = scene.bookings.versions(id);
    matches!(versions, [.., before, new] if is_verified(before, new))
}

/// A time given while a calendar of its host is stale is only given for the time being, where the
/// organization wants that (scenario D5).
fn fresh_enough(scene: &Scene, before: Option<&Version>, new: &Version) -> Checked {
    let booking = &new.booking;
    let is_given = before.is_none_or(|before| before.booking.time != booking.time);
    // Who forces a booking takes the time whatever is there.
    let is_forced = before.is_none() && booking.forced;
    if matches!(new.by, Actor::Sync(_))
        || booking.status != Status::Confirmed
        || !is_given
        || is_forced
    {
        return Ok(());
    }
    let (organization, calendars) = scene.read(|tx| {
        let organization = organizations::by_id(tx, booking.organization_id)?;
        Ok((organization, busy::freshness(tx, booking.host_id)?))
    });
    let policy = organization.map(|organization| organization.freshness);
    let Some(policy) = policy.filter(|policy| policy.on_stale == OnStale::Tentative) else {
        return Ok(());
    };
    // Decided before it was committed: a little, unless the clock has jumped since.
    let decided_at = match before {
        None => booking.created_at,
        Some(_) if scene.stats.get("jumps") > 0 => return Ok(()),
        Some(_) => scene.now(),
    };
    let limit = policy.stale_after + SLACK;
    let old = calendars
        .iter()
        .find(|known| known.as_of.is_none_or(|as_of| decided_at - as_of > limit));
    match old {
        None => Ok(()),
        Some(old) => {
            let message = format!("booking {} is certain, and rests on {old:?}", booking.id);
            Err(Failure::new("freshness", message))
        }
    }
}

/// A booking is verified only where nothing foreign is seen at its time, unless it is over.
fn verified(scene: &Scene, new: &Version) -> Checked {
    let (booking, now) = (&new.booking, scene.now());
    let found = scene.read(|tx| busy::foreign(tx, booking.host_id, booking.time, booking.id));
    if found.is_empty() || booking.time.end <= now {
        return Ok(());
    }
    let message = format!(
        "booking {} at {:?} is verified, and {found:?} stand there",
        booking.id, booking.time
    );
    Err(Failure::new("freshness", message))
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
    // What was carried to a calendar that nobody could read was thought deleted, and is found there.
    if events.any(|event| event.was_put_at(new.booking.time) || event.carried_at.is_some()) {
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
    // Where it went could not be read for so long that nobody waits any more.
    let is_lost = |event: &Ours| event.carried_at.is_some_and(|at| scene.now() - at >= SEEK);
    if events.any(is_lost) {
        return Ok(());
    }
    let mut events = scene.events.of(id).map(|(_, event)| event);
    // It may have been restored since it was looked at: the next pull tells.
    let is_back = |event: &Ours| event.last_by() == Some(By::Host);
    let was_gone = |event: &&Ours| event.when() == When::Gone || is_back(event);
    match events.find(|event| event.was_deleted_by_host() && was_gone(event)) {
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
