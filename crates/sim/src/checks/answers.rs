//! Checked when an attendee gets an answer: it says what is so, or was when it was decided.

use domain::booking::Booking;
use domain::{HostId, Instant, Interval};

use crate::actors::Actor;
use crate::failure::{Checked, Failure};
use crate::scene::Scene;

/// An acknowledged change is a version of its booking.
///
/// # Errors
/// That it is none.
pub fn acknowledged(scene: &Scene, booking: &Booking) -> Checked {
    let mut versions = scene.bookings.versions(booking.id).iter();
    if versions.any(|version| version.booking == *booking) {
        Ok(())
    } else {
        let message = format!("acknowledged and not stored: {booking:?}");
        Err(Failure::new("acknowledged", message))
    }
}

/// Starts that `unit` offered to `actor` were free then.
///
/// # Errors
/// The first that was not. `except` is the booking that does not stand in its own way.
pub fn offered(
    scene: &Scene,
    (actor, unit): (Actor, &'static str),
    host: HostId,
    offered: &[Interval],
    except: Option<domain::BookingId>,
) -> Checked {
    let step = scene.ran_at.get(&(actor, unit)).copied().unwrap_or(0);
    for (id, taken) in scene.bookings.live_at(step, host) {
        if let Some(slot) = offered.iter().find(|slot| slot.overlaps(&taken))
            && except != Some(id)
        {
            let message = format!("{unit} offered {slot:?}, but booking {id} has {taken:?}");
            return Err(Failure::new("offers", message));
        }
    }
    for taken in busy_at(scene, (actor, unit), host) {
        if let Some(slot) = offered.iter().find(|slot| slot.overlaps(taken)) {
            let message = format!("{unit} offered {slot:?}, but a calendar shows {taken:?}");
            return Err(Failure::new("offers", message));
        }
    }
    Ok(())
}

/// What the mirror said of `host` when the unit ran.
fn busy_at<'s>(scene: &'s Scene, unit: (Actor, &'static str), host: HostId) -> &'s [Interval] {
    let busy = scene.busy_at.get(&unit).and_then(|busy| busy.get(&host));
    busy.map_or(&[], Vec::as_slice)
}

/// A time that `unit` refused to `actor` as taken was taken then.
///
/// # Errors
/// That it was free.
pub fn refused(
    scene: &Scene,
    (actor, unit): (Actor, &'static str),
    host: HostId,
    wanted: Interval,
    except: Option<domain::BookingId>,
) -> Checked {
    let step = scene.ran_at.get(&(actor, unit)).copied().unwrap_or(0);
    let mut live = scene.bookings.live_at(step, host);
    let mut busy = busy_at(scene, (actor, unit), host).iter();
    if live.any(|(id, taken)| except != Some(id) && taken.overlaps(&wanted))
        || busy.any(|taken| taken.overlaps(&wanted))
    {
        Ok(())
    } else {
        let message = format!("{unit} refused {wanted:?} as taken, and nothing was there");
        Err(Failure::new("offers", message))
    }
}

/// A rule's refusal has a reason that can be seen from outside.
///
/// # Errors
/// That it has none.
pub fn in_past(now: Instant, start: Instant) -> Checked {
    if start < now {
        Ok(())
    } else {
        let message = format!("{start} was refused as past at {now}");
        Err(Failure::new("offers", message))
    }
}
