//! Slots: what can still be booked. Never asks Google.

use std::collections::BTreeMap;

use domain::event_type::EventType;
use domain::freshness::Stale;
use domain::slots::{nearest, slots as compute, with_sessions};
use domain::{BookingId, CalendarId, EventTypeId, Instant, Interval};
use jiff::SignedDuration;
use store::tables::busy::Freshness;
use store::tables::claims::Holder;
use store::tables::{bookings, event_types, organizations};
use store::{Lane, StoreError, Tx};

use crate::App;
use crate::bookings::taken;
use crate::freshness::{self, Known};
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
    pub event_type: EventType,
    /// Ascending.
    pub slots: Vec<Interval>,
    /// What is known of each calendar that blocks one of its hosts, and how fresh it is.
    pub calendars: BTreeMap<CalendarId, Known>,
}

impl Slots {
    /// As of when they are known, where that is older than the organization wants.
    pub fn stale(&self) -> Option<Stale> {
        let old = self
            .calendars
            .values()
            .filter(|known| known.stale.is_some());
        old.map(|known| known.as_of)
            .min()
            .map(|as_of| Stale { as_of })
    }
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
    let (slots, calendars) = app
        .store()
        .unit(Lane::Read, "availability.slots", move |tx| {
            let organization =
                organizations::by_slug(tx, &organization)?.ok_or(SlotsError::Unknown)?;
            let event_type = event_types::by_slug(tx, organization.id, &event_type)?
                .ok_or(SlotsError::Unknown)?;
            let slots = free(tx, &event_type, None, window, now)?;
            surround(tx, organization, event_type, slots, now)
        })
        .await?;
    freshness::interest(app, &calendars, now).await;
    Ok(slots)
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
    let (slots, calendars) = app
        .store()
        .unit(Lane::Read, "availability.slots_for_move", move |tx| {
            let found = bookings::by_id(tx, booking)?.ok_or(SlotsError::Unknown)?;
            let organization =
                organizations::by_id(tx, found.organization_id)?.ok_or(SlotsError::Unknown)?;
            let event_type =
                event_types::by_id(tx, found.event_type_id)?.ok_or(SlotsError::Unknown)?;
            let mut slots = free(tx, &event_type, Some(booking), window, now)?;
            slots.retain(|slot| slot.start != found.time.start);
            surround(tx, organization, event_type, slots, now)
        })
        .await?;
    freshness::interest(app, &calendars, now).await;
    Ok(slots)
}

/// The slots nearest to a start that was refused. `except` as in [`slots_for_move`].
pub(crate) async fn alternatives(
    app: &App,
    event_type: EventType,
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
            let slots = free(tx, &event_type, except, window, now)?;
            Ok(nearest(&slots, wanted, ALTERNATIVES))
        })
        .await
}

/// [`alternatives`] for a booking whose event type is known by its id only.
pub(crate) async fn alternatives_to(
    app: &App,
    event_type: EventTypeId,
    booking: BookingId,
    wanted: Instant,
) -> Result<Vec<Interval>, StoreError> {
    let found = app
        .store()
        .unit(Lane::Read, "availability.event_type", move |tx| {
            event_types::by_id(tx, event_type)
        })
        .await?;
    match found {
        Some(event_type) => alternatives(app, event_type, Some(booking), wanted).await,
        None => Ok(Vec::new()),
    }
}

fn check_window(window: Interval) -> Result<(), SlotsError> {
    let is_sound = window.start <= window.end && window.span() <= WINDOW_MAX;
    if is_sound {
        Ok(())
    } else {
        Err(SlotsError::BadWindow)
    }
}

/// The answer, with the calendars it rests on.
fn surround(
    tx: &mut dyn Tx,
    organization: Organization,
    event_type: EventType,
    slots: Vec<Interval>,
    now: Instant,
) -> Result<(Slots, Vec<Freshness>), SlotsError> {
    let calendars = freshness::blocking(tx, event_type.hosts.iter().map(|host| host.id))?;
    let found = Slots {
        calendars: freshness::known(&organization, &calendars, now),
        organization,
        event_type,
        slots,
    };
    Ok((found, calendars))
}

/// What is free, by the rules, the claims and the calendars of its hosts.
fn free(
    tx: &mut dyn Tx,
    event_type: &EventType,
    except: Option<BookingId>,
    window: Interval,
    now: Instant,
) -> Result<Vec<Interval>, StoreError> {
    let reach = Interval {
        start: window.start,
        end: window.end + event_type.rules.duration,
    };
    let mut busy = BTreeMap::new();
    for host in &event_type.hosts {
        let except = except.map(Holder::Booking);
        busy.insert(host.id, taken(tx, host.id, reach, except, now)?);
    }
    let slots = compute(
        event_type,
        |host| busy.remove(&host).unwrap_or_default(),
        window,
        now,
    );
    if !event_type.is_group() {
        return Ok(slots);
    }
    let upcoming = Interval {
        start: window.start.max(now),
        end: window.end.max(now),
    };
    let sessions = bookings::sessions_with_seats(tx, event_type.id, upcoming)?;
    Ok(with_sessions(slots, sessions))
}
