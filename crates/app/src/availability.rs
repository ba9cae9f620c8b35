//! Slots: what can still be booked. Never asks Google.

use domain::slots::{nearest, slots as compute};
use domain::{BookingId, Instant, Interval};
use jiff::SignedDuration;
use store::tables::{bookings, claims, event_types, organizations};
use store::{Lane, StoreError, Tx};

use crate::App;
use crate::event_types::Offer;
use crate::organizations::Organization;

/// The longest window one question may cover: 62 days, the longer by what changes of clocks may add.
pub const WINDOW_MAX: SignedDuration = SignedDuration::from_hours(62 * 24 + 2);
/// Alternatives offered when a start is refused.
const ALTERNATIVES: usize = 5;
/// How far around a refused start alternatives are looked for.
const ALTERNATIVES_REACH: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What can be booked, and of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slots {
    /// Whose.
    pub organization: Organization,
    /// Of what.
    pub offer: Offer,
    /// Ascending.
    pub slots: Vec<Interval>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlotsError {
    /// No such organization, event type or booking.
    #[error("there is no such event type")]
    Unknown,
    /// The window is longer than [`WINDOW_MAX`], or ends before it begins.
    #[error("the window must be at most 62 days long, and end after it begins")]
    BadWindow,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Slots of an event type that start within `window`.
///
/// # Errors
/// [`SlotsError`].
pub async fn slots(
    app: &App,
    organization: &str,
    event_type: &str,
    window: Interval,
) -> Result<Slots, SlotsError> {
    check_window(window)?;
    let (organization, event_type) = (organization.to_owned(), event_type.to_owned());
    let now = app.now();
    app.store()
        .unit(Lane::Read, "availability.slots", move |tx| {
            let organization =
                organizations::by_slug(tx, &organization)?.ok_or(SlotsError::Unknown)?;
            let offer = event_types::by_slug(tx, organization.id, &event_type)?
                .ok_or(SlotsError::Unknown)?;
            let slots = free(tx, &offer, None, window, now)?;
            Ok(Slots {
                organization,
                offer,
                slots,
            })
        })
        .await
}

/// Slots a booking could be moved to within `window`: its own time does not stand in its way.
///
/// # Errors
/// [`SlotsError`].
pub async fn slots_for_move(
    app: &App,
    booking: BookingId,
    window: Interval,
) -> Result<Slots, SlotsError> {
    check_window(window)?;
    let now = app.now();
    app.store()
        .unit(Lane::Read, "availability.slots_for_move", move |tx| {
            let found = bookings::by_id(tx, booking)?.ok_or(SlotsError::Unknown)?;
            let organization =
                organizations::by_id(tx, found.organization_id)?.ok_or(SlotsError::Unknown)?;
            let offer = event_types::by_id(tx, found.event_type_id)?.ok_or(SlotsError::Unknown)?;
            let mut slots = free(tx, &offer, Some(booking), window, now)?;
            slots.retain(|slot| slot.start != found.time.start);
            Ok(Slots {
                organization,
                offer,
                slots,
            })
        })
        .await
}

/// The slots nearest to a start that was refused. `except` as in [`slots_for_move`].
pub(crate) async fn alternatives(
    app: &App,
    offer: Offer,
    except: Option<BookingId>,
    wanted: Instant,
) -> Result<Vec<Interval>, StoreError> {
    let now = app.now();
    let around = wanted.max(now);
    let window = Interval {
        start: around - ALTERNATIVES_REACH,
        end: around + ALTERNATIVES_REACH,
    };
    app.store()
        .unit(Lane::Read, "availability.alternatives", move |tx| {
            let slots = free(tx, &offer, except, window, now)?;
            Ok(nearest(&slots, wanted, ALTERNATIVES))
        })
        .await
}

fn check_window(window: Interval) -> Result<(), SlotsError> {
    let is_sound = window.start <= window.end && window.span() <= WINDOW_MAX;
    if is_sound {
        Ok(())
    } else {
        Err(SlotsError::BadWindow)
    }
}

fn free(
    tx: &mut dyn Tx,
    offer: &Offer,
    except: Option<BookingId>,
    window: Interval,
    now: Instant,
) -> Result<Vec<Interval>, StoreError> {
    let event_type = &offer.event_type;
    let reach = Interval {
        start: window.start,
        end: window.end + event_type.rules.duration,
    };
    let busy = claims::overlapping(tx, event_type.host_id, reach, except)?;
    Ok(compute(event_type, busy, window, now))
}
