//! Checked once nothing is due any more: both sides say the same, or a person can see why not.

use std::collections::BTreeMap;

use domain::booking::{Booking, Status};
use domain::{BookingId, OrganizationId};
use store::tables::bookings::{self, Filter};
use store::tables::links::{EventLink, State, Stay};
use store::tables::{calendars, conflicts, links, receivers};

use super::{foreign, messages, parked, timeline};
use crate::bookings::Version;
use crate::events::{By, Ours, When};
use crate::failure::{Checked, Failure};
use crate::network::{reminders_of, text_of};
use crate::scene::Scene;

/// More bookings than a seed makes.
const BOOKINGS_MAX: i64 = 1000;

/// Every rule that holds in the end.
///
/// # Errors
/// The first that is broken.
pub fn check(scene: &Scene, organization: OrganizationId) -> Checked {
    nothing_missed(scene, organization)?;
    for version in scene.bookings.all() {
        let id = version.booking.id;
        messages::heard(scene, version)?;
        let found = scene.read(|tx| links::of_booking(tx, id));
        // What ended while there was no connection was never to have an event.
        // Neither was what nobody has said yes to.
        let is_unmade = found.is_empty()
            && matches!(
                version.booking.status,
                Status::Cancelled | Status::Requested | Status::Declined
            );
        let is_past = found.is_empty() && version.booking.time.end <= scene.now();
        if (is_unmade || is_past) && scene.events.of(id).next().is_none() {
            continue;
        }
        let (staying, left): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|link| link.stay == Stay::Wanted);
        if let Some(link) = left.iter().find(|link| !is_left(link)) {
            let message = format!("booking {id} has left, and its link is not over: {link:?}");
            return Err(Failure::new("links", message));
        }
        let mut living = scene.events.of(id).map(|(_, event)| event.when());
        let is_gone = !left.is_empty() && living.all(|when| when == When::Gone);
        if staying.is_empty() && is_gone && !version.is_live() {
            // It had left every calendar before it ended (seed 433: given away while nothing was connected).
            continue;
        }
        let found = staying;
        let [link] = found.as_slice() else {
            let message = format!("booking {id} has {} links", found.len());
            return Err(Failure::new("links", message));
        };
        in_step(scene, version, link)?;
        timeline::tells_all(scene, id, link)?;
    }
    foreign::untouched(scene)
}

/// Whether nothing is left to do where a booking was.
fn is_left(link: &EventLink) -> bool {
    link.stay == Stay::Leaving && link.state == State::Closed
}

/// The store holds the bookings that the commits made, and no others.
fn nothing_missed(scene: &Scene, organization: OrganizationId) -> Checked {
    let now = scene.now();
    let stored: BTreeMap<BookingId, Booking> = scene.read(|tx| {
        let mut all = BTreeMap::new();
        for filter in [Filter::Upcoming, Filter::Past, Filter::Cancelled] {
            let page = bookings::page(tx, organization, filter, now, None, BOOKINGS_MAX)?;
            all.extend(page.into_iter().map(|booking| (booking.id, booking)));
        }
        Ok(all)
    });
    let seen: Vec<&Booking> = scene.bookings.all().map(|v| &v.booking).collect();
    if seen.len() == stored.len() && seen.iter().all(|b| stored.get(&b.id) == Some(*b)) {
        Ok(())
    } else {
        let message = "a booking changed without being seen".to_owned();
        Err(Failure::new("simulator", message))
    }
}

/// A live booking has one event with its time and text, an ended one has none.
fn in_step(scene: &Scene, version: &Version, link: &EventLink) -> Checked {
    let booking = &version.booking;
    if link.state == State::Ignored && scene.decided.contains(&booking.id) {
        // A person has said that it may be out of step.
        return Ok(());
    }
    let mut living: Vec<(&String, &Ours)> = scene
        .events
        .of(booking.id)
        .filter(|(_, event)| event.when() != When::Gone)
        .collect();
    // Deleted by the host, made anew because a person said so, and then taken out of the bin: his own.
    let is_decided = scene.decided.contains(&booking.id);
    living.retain(|(id, event)| {
        let is_back = event.was_deleted_by_host() && event.last_by() == Some(By::Host);
        !(is_decided && is_back && **id != link.event_id)
    });
    // What a person had let go of stays as it is, and is not the booking's any more.
    let mut let_go = scene.events.relinked.get(&booking.id).copied().unwrap_or(0);
    living.retain(|(id, _)| {
        let is_left = let_go > 0 && **id != link.event_id;
        let_go -= usize::from(is_left);
        !is_left
    });
    let fail = |checker, what: &str| {
        let message = format!(
            "booking {} {what}\n  {booking:?}\n  {link:?}\n  {living:?}",
            booking.id
        );
        Err(Failure::new(checker, message))
    };
    match (booking.status, living.as_slice()) {
        (Status::Cancelled, []) => Ok(()),
        (status, _)
            if !matches!(
                status,
                Status::Cancelled | Status::Confirmed | Status::Unverified
            ) =>
        {
            fail("causes", "has a status nobody gives here")
        }
        (Status::Cancelled, [_]) if link.state == State::Parked => {
            match why_not_parked(scene, booking, link) {
                None => Ok(()),
                Some(why) => fail("parked", why),
            }
        }
        (Status::Cancelled, _) => fail("orphans", "is cancelled, and its event is still there"),
        (_, [_, _, ..]) => fail("duplicates", "has more than one event"),
        (Status::Confirmed | Status::Unverified, _) if link.state == State::Parked => {
            match why_not_parked(scene, booking, link) {
                None => Ok(()),
                Some(why) => fail("parked", why),
            }
        }
        (Status::Confirmed, _) if booking.time.end <= scene.now() => Ok(()),
        (_, []) => fail("missing", "has no event"),
        (_, [(id, event)]) => {
            let resource = scene.google.event(event.calendar, id).unwrap_or_default();
            if event.when() != When::Timed(booking.time) || When::read(&resource) != event.when() {
                fail("in step", "is not when its event is")
            } else if **id != link.event_id {
                fail("in step", "is linked to another event")
            } else if google_id(scene, link).as_deref() != Some(event.calendar) {
                fail(
                    "in step",
                    "is linked to another calendar than its event is in",
                )
            } else if is_left_behind(scene, booking, link) {
                fail(
                    "reassigned",
                    "has its event where its host's bookings do not go",
                )
            } else if !event.is_text_edited && text_of(&resource) != booking.text {
                fail("in step", "does not say what its event says")
            } else if event
                .title_by_host
                .as_ref()
                .is_some_and(|title| *title != text_of(&resource).title)
            {
                fail(
                    "host edits",
                    "has an event whose title is not what the host wrote",
                )
            } else if text_of(&resource).location != booking.text.location
                && !scene.decided.contains(&booking.id)
            {
                fail("in step", "is not where its event is")
            } else if (resource["status"] == "tentative") != (booking.status == Status::Unverified)
                && !event.was_deleted_by_host()
            {
                // Out of the bin an event comes as certain.
                fail("in step", "is as certain as its event is not")
            } else if reminders_of(&resource).as_ref() != Some(&booking.reminders) {
                fail("in step", "has not the reminders of its event")
            } else {
                Ok(())
            }
        }
    }
}

/// Whether the link is in another calendar than its host's, and nobody moved it there (scenario D4).
fn is_left_behind(scene: &Scene, booking: &Booking, link: &EventLink) -> bool {
    let mut events = scene.events.of(booking.id);
    let was_carried = events.any(|(_, event)| event.carried_at.is_some());
    if was_carried || scene.stats.get("owner.disconnected") > 0 {
        return false;
    }
    let receiver =
        scene.read(|tx| receivers::of_host(tx, booking.organization_id, booking.host_id));
    receiver.is_some_and(|receiver| receiver.id != link.calendar_id)
}

fn google_id(scene: &Scene, link: &EventLink) -> Option<String> {
    let calendar = scene.read(|tx| calendars::by_id(tx, link.calendar_id));
    calendar.map(|calendar| calendar.google_id)
}

/// What is wrong with a link's being parked in the end: the event must still be as the host left it.
fn why_not_parked(scene: &Scene, booking: &Booking, link: &EventLink) -> Option<&'static str> {
    let problem = link.problem.as_deref().unwrap_or_default();
    if parked::is_refused(scene, booking.id, problem) {
        return None;
    }
    let Some(event) = scene.events.ours.get(&link.event_id) else {
        return Some("is parked, and its event was never made");
    };
    if problem == "held"
        && scene
            .read(|tx| conflicts::open_of_calendar(tx, link.calendar_id))
            .is_none()
    {
        return Some("is held back, and nobody is asked");
    }
    let is_hosts = event.last_by() == Some(By::Host) || event.carried_at.is_some();
    match (
        is_hosts,
        parked::explains(scene, booking, problem, event.when()),
    ) {
        (true, true) => None,
        (false, _) => Some("is parked, and it was not the host who changed its event last"),
        (true, false) => Some("is parked for a reason the host did not give"),
    }
}
