//! Asking for the slots a picker shows.

use app::availability::{self, SlotsError};
use domain::booking::{Refusal, check_start};
use domain::event_type::EventType;
use domain::freshness::Stale;
use domain::slots::nearest;
use domain::{BookingId, Instant, Interval};
use jiff::SignedDuration;

use crate::errors::{Failure, Problem};
use crate::picker::Range;
use crate::request::visitor::Visitor;
use crate::state::WebState;

/// What slots are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Of<'a> {
    /// A new booking: organization and event type, by slug.
    New(&'a str, &'a str),
    /// Another time for a booking.
    Move(BookingId),
}

/// Slots, and what they rest on where that is old.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    pub(crate) slots: Vec<Interval>,
    pub(crate) stale: Option<Stale>,
}

/// Slots that start within `window`.
pub(crate) async fn slots(
    state: &WebState,
    visitor: &Visitor,
    of: Of<'_>,
    window: Interval,
) -> Result<Found, Failure> {
    let found = match of {
        Of::New(organization, event_type) => {
            availability::slots(&state.app, organization, event_type, window).await
        }
        Of::Move(booking) => availability::slots_for_move(&state.app, booking, window).await,
    };
    match found {
        Ok(found) => Ok(Found {
            stale: found.stale(),
            slots: found.slots,
        }),
        Err(SlotsError::Unknown) => Err(visitor.failure(Problem::NotFound)),
        Err(error) => Err(state.failed(visitor, &error)),
    }
}

/// The slots of the month `range` asks for and the one after: one question, almost always. Where
/// both are empty it goes on to the horizon, so that the page can say when there is something; a
/// visitor who asked for no month is taken to the first that has slots.
pub(crate) async fn search(
    state: &WebState,
    visitor: &Visitor,
    of: Of<'_>,
    range: Range,
) -> Result<(Range, Found), Failure> {
    let mut window = range.window();
    let mut found = slots(state, visitor, of, window).await?;
    while found.slots.is_empty() {
        let Some(later) = range.window_after(window) else {
            break;
        };
        window = later;
        found = slots(state, visitor, of, window).await?;
    }
    let month = range.month;
    let range = range.or_first_with_slots(&found.slots);
    if range.month != month {
        found = slots(state, visitor, of, range.window()).await?;
    }
    Ok((range, found))
}

/// How far around a start that cannot be had others are looked for.
const REACH: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Others offered.
const ALTERNATIVES: usize = 5;

/// What stands in the way of `start` now, and the nearest starts that could be had instead; `None`
/// when nothing does. A courtesy to somebody who comes with an old link: what counts is decided when
/// the form is sent.
pub(crate) async fn obstacle(
    state: &WebState,
    visitor: &Visitor,
    of: Of<'_>,
    event_type: &EventType,
    start: Instant,
) -> Result<Option<(Refusal, Vec<Interval>)>, Failure> {
    let now = state.app.now();
    let around = start.max(now);
    let window = Interval {
        start: around - REACH,
        end: around + REACH,
    };
    let free = slots(state, visitor, of, window).await?.slots;
    if free.iter().any(|slot| slot.start == start) {
        return Ok(None);
    }
    let refusal = check_start(event_type, start, now).err();
    let refusal = refusal.unwrap_or(Refusal::Taken);
    Ok(Some((refusal, nearest(&free, start, ALTERNATIVES))))
}
