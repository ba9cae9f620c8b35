//! Checked right when a write of ours takes effect in Google.

use domain::booking::Status;
use domain::sync::merge::Field;
use store::tables::links::Stay;
use store::tables::{conflicts, links};

use crate::actors::Actor;
use crate::bookings::Version;
use crate::events::{By, Ours, Turn, When};
use crate::failure::{Checked, Failure};
use crate::scene::Scene;

/// A patch of ours has put event `id` at `when`.
///
/// It is ours to patch, and it says something new: writing back what both sides last agreed on would
/// undo an edit of the host's, or be an echo (scenarios C2, E6).
///
/// # Errors
/// The rule it breaks.
pub fn patched(scene: &Scene, id: &str, when: When) -> Checked {
    let Some(event) = scene.events.ours.get(id) else {
        return Err(Failure::new(
            "foreign",
            format!("we patched event {id}, which is not ours"),
        ));
    };
    nothing_lost(scene, id, event, when)?;
    if when != When::Timed(event.agreed) || scene.decided.contains(&event.booking) {
        return Ok(());
    }
    let (agreed, before) = (event.agreed, event.when());
    // Where both had put it of their own accord, nothing was ever written: that was agreed on since.
    let mut versions = scene.bookings.versions(event.booking).iter();
    if before != when && versions.any(|version| When::Timed(version.booking.time) == before) {
        return Ok(());
    }
    // Moved away here and back again, while the host moved it: both have, and ours counts.
    let mut there = event.turns.iter().rev().filter(|turn| turn.when == when);
    let since = there.next().map_or(0, |turn| turn.step);
    let hosts = |turn: &&Turn| turn.step > since && turn.by == By::Host;
    let moved_there = event.turns.iter().find(hosts).map(|turn| turn.step);
    let newest = scene.bookings.now(event.booking);
    let is_newer = |version: &Version| {
        !matches!(version.by, Actor::Sync(_)) && moved_there.is_some_and(|step| version.step > step)
    };
    if before != when && newest.is_some_and(is_newer) {
        return Ok(());
    }
    let mut versions = scene.bookings.versions(event.booking).iter();
    let is_elsewhere = |version: &Version| {
        version.step > since
            && version.booking.time != agreed
            && !matches!(version.by, Actor::Sync(_))
    };
    if before != when && versions.any(is_elsewhere) {
        return Ok(());
    }
    // Or it was given to another host, and says so.
    let mut versions = scene.bookings.versions(event.booking).iter();
    let host = versions.next().map(|first| first.booking.host_id);
    if before == when && versions.any(|version| Some(version.booking.host_id) != host) {
        return Ok(());
    }
    // Or it was taken on an old calendar, and became certain.
    let mut versions = scene.bookings.versions(event.booking).iter();
    let was_unverified = versions.any(|version| version.booking.status == Status::Unverified);
    if before == when && was_unverified {
        return Ok(());
    }
    let message = if before == when {
        format!("event {id} was patched for nothing: it was at {agreed:?}")
    } else {
        format!("event {id}, moved by the host to {before:?}, was put back to {agreed:?}")
    };
    Err(Failure::new("host edits", message))
}

/// Where the host moved the event and our patch moves it elsewhere, both had changed it, and what the host did
/// is set aside for a person.
fn nothing_lost(scene: &Scene, id: &str, event: &Ours, when: When) -> Checked {
    let there = event.when();
    let is_over_hosts = event.last_by() == Some(By::Host) && there != when;
    if !is_over_hosts || scene.decided.contains(&event.booking) {
        return Ok(());
    }
    // Both had put it there of their own accord, and then it was moved here.
    let mut versions = scene.bookings.versions(event.booking).iter();
    if versions.any(|version| When::Timed(version.booking.time) == there) {
        return Ok(());
    }
    let is_aside = scene.read(|tx| {
        for link in links::of_booking(tx, event.booking)? {
            let open = conflicts::open_asides(tx, link.id)?;
            let fields = open.iter().filter_map(|open| open.aside.as_ref());
            if fields
                .map(|aside| aside.field)
                .any(|field| field == Field::Time)
            {
                return Ok(true);
            }
        }
        Ok(false)
    });
    if is_aside {
        Ok(())
    } else {
        let message =
            format!("event {id}, moved by the host to {there:?}, was moved to {when:?} in silence");
        Err(Failure::new("lost edits", message))
    }
}

/// A deletion of ours has removed event `id`: it is ours, and its booking has ended.
///
/// # Errors
/// The rule it breaks.
pub fn deleted(scene: &Scene, id: &str) -> Checked {
    let Some(event) = scene.events.ours.get(id) else {
        return Err(Failure::new(
            "foreign",
            format!("we deleted event {id}, which is not ours"),
        ));
    };
    // Its booking went to another calendar.
    let all = scene.read(|tx| links::of_booking(tx, event.booking));
    if all
        .iter()
        .any(|link| link.event_id == id && link.stay != Stay::Wanted)
    {
        return Ok(());
    }
    let booking = scene.bookings.now(event.booking);
    match booking.map(|now| now.booking.status) {
        Some(Status::Cancelled) => Ok(()),
        other => {
            let message = format!("event {id} was deleted while its booking is {other:?}");
            Err(Failure::new("host edits", message))
        }
    }
}
