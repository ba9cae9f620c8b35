//! Moving a booking to another slot, by its attendee or the organization. Where somebody else decided that it is
//! elsewhere, see `decided`.

use domain::booking::{Booking, Cause, NotOpen, Refusal, Status, check_open, check_start_with};
use domain::event_type::EventType;
use domain::freshness::{Stale, Verdict};
use domain::{AttendeeId, BookingId, HostId, Instant, Interval};
use serde_json::json;
use store::tables::claims::{self, Holder};
use store::tables::{bookings, event_types, hosts, links, organizations, seats};
use store::{Lane, StoreError, Tx};

use super::book::freeze_event;
use super::hosts::{Unassigned, Wish, take};
use super::idempotency::{Decision, Found, IdempotencyKey, KeyReused, Memory};
use super::{tell, verify};
use crate::timeline::Pen;
use crate::{App, availability, freshness};

/// A wish to move a booking.
#[derive(Clone, Debug)]
pub struct RescheduleInput {
    /// Which.
    pub booking: BookingId,
    /// The seat of the one who asks, when an attendee does.
    pub seat: Option<AttendeeId>,
    /// Where to.
    pub start: Instant,
    /// The version the asker has seen; another one refuses.
    pub version: Option<i64>,
    /// Who asks.
    pub cause: Cause,
    /// Makes a repeat give the first answer.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// Why a booking stays where it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RescheduleError {
    /// No such booking.
    #[error("there is no such booking")]
    NotFound,
    /// It cannot be moved any more.
    #[error(transparent)]
    NotOpen(#[from] NotOpen),
    /// It has changed since the asker saw it.
    #[error("this booking has changed meanwhile")]
    Changed,
    /// The start cannot be had.
    #[error("{refusal}")]
    Refused {
        /// Which rule it fails.
        refusal: Refusal,
        /// The nearest starts that could be had.
        alternatives: Vec<Interval>,
    },
    /// The calendars could not be read for too long, and the organization takes no booking then.
    #[error("the calendar cannot be checked at the moment")]
    Stale(Stale),
    /// The idempotency key belongs to another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The store failed; the booking stays where it is.
    #[error(transparent)]
    Store(#[from] StoreError),
}

enum Decided {
    Moved(Box<Booking>),
    Refused(Refusal, Box<EventType>),
}

/// Moves a booking. Moving it to where it is changes nothing.
///
/// # Errors
/// [`RescheduleError`].
pub async fn reschedule(app: &App, input: RescheduleInput) -> Result<Booking, RescheduleError> {
    let now = app.now();
    let mut pen = Pen::new(app, now);
    let memory = Memory::new(app, input.idempotency_key.clone(), now);
    let (id, start) = (input.booking, input.start);
    let decided = app
        .store()
        .unit(Lane::Interactive, "bookings.reschedule", move |tx| {
            reschedule_in(tx, &input, &memory, &mut pen, now)
        })
        .await?;
    match decided {
        Decided::Moved(booking) => Ok(*booking),
        Decided::Refused(refusal, event_type) => {
            let alternatives =
                availability::alternatives(app, *event_type, Some(id), start).await?;
            Err(RescheduleError::Refused {
                refusal,
                alternatives,
            })
        }
    }
}

fn reschedule_in(
    tx: &mut dyn Tx,
    input: &RescheduleInput,
    memory: &Memory,
    pen: &mut Pen,
    now: Instant,
) -> Result<Decided, RescheduleError> {
    pen.restart();
    let (booking, bound) = lock_with_hosts(tx, input.booking)?.ok_or(RescheduleError::NotFound)?;
    let event_type =
        event_types::by_id(tx, booking.event_type_id)?.ok_or(RescheduleError::NotFound)?;
    match memory.recall(tx, booking.organization_id)? {
        Found::Mine => {}
        Found::Reused => return Err(KeyReused.into()),
        Found::Decided(Decision::Booking { .. }) => return Ok(Decided::Moved(Box::new(booking))),
        Found::Decided(Decision::Refused { code }) => {
            let refusal = Refusal::from_code(&code)
                .ok_or_else(|| StoreError::decode("a remembered decision names no refusal"))?;
            return Ok(Decided::Refused(refusal, Box::new(event_type)));
        }
        Found::Decided(Decision::Hold { .. }) => {
            return Err(StoreError::decode("a remembered move is a hold").into());
        }
    }
    let organization = booking.organization_id;
    let id = booking.id;
    let decided = decide_in(tx, input, booking, &bound, event_type, pen, now)?;
    let decision = match &decided {
        Decided::Moved(_) => Decision::Booking { id, token: None },
        Decided::Refused(refusal, _) => Decision::Refused {
            code: refusal.code().to_owned(),
        },
    };
    memory.remember(tx, organization, &decision)?;
    Ok(decided)
}

/// Whether the asker has seen another version than the one that stands. Ask under its lock.
pub(super) fn is_stale(seen: Option<i64>, booking: &Booking) -> bool {
    seen.is_some_and(|version| version != booking.version)
}

/// The booking and the hosts it is bound to, all locked in order: read to learn the hosts, then
/// locked, then read again.
pub(crate) fn lock_with_hosts(
    tx: &mut dyn Tx,
    id: BookingId,
) -> Result<Option<(Booking, Vec<HostId>)>, StoreError> {
    let Some(seen) = bookings::by_id(tx, id)? else {
        return Ok(None);
    };
    let mut bound = claims::hosts_of(tx, id)?;
    if bound.is_empty() {
        bound.push(seen.host_id);
    }
    for host in &bound {
        hosts::lock(tx, *host)?;
    }
    bookings::lock(tx, id)?;
    Ok(bookings::by_id(tx, id)?.map(|booking| (booking, bound)))
}

/// The booking, locked as for a change of it.
pub(crate) fn lock(tx: &mut dyn Tx, id: BookingId) -> Result<Option<Booking>, StoreError> {
    Ok(lock_with_hosts(tx, id)?.map(|(booking, _)| booking))
}

fn decide_in(
    tx: &mut dyn Tx,
    input: &RescheduleInput,
    mut booking: Booking,
    bound: &[HostId],
    event_type: EventType,
    pen: &mut Pen,
    now: Instant,
) -> Result<Decided, RescheduleError> {
    check_open(&booking, now)?;
    if is_stale(input.version, &booking) {
        return Err(RescheduleError::Changed);
    }
    if let Some(seat) = input.seat
        && !seats::is_taken(tx, seat)?
    {
        // For whoever left it, it is cancelled, whoever stays.
        return Err(NotOpen::Cancelled.into());
    }
    if input.cause == Cause::Attendee && seats::count(tx, booking.id)?.0 > 1 {
        return Err(NotOpen::Shared.into());
    }
    if booking.time.start == input.start {
        return Ok(Decided::Moved(Box::new(booking)));
    }
    let time = match free(tx, &event_type, &booking, bound, input.start, now) {
        Ok(time) => time,
        Err(Unassigned::Refused(refusal)) => {
            return Ok(Decided::Refused(refusal, Box::new(event_type)));
        }
        Err(Unassigned::Store(error)) => return Err(error.into()),
    };
    let (organization, age) = organizations::by_id_with_age(tx, booking.organization_id)?
        .ok_or(RescheduleError::NotFound)?;
    let was = booking.status;
    if was != Status::Requested {
        let verdict = freshness::judge(tx, &organization, age, bound, now)?;
        booking.status = match verdict {
            // The organization's own people decide for themselves; that it is looked at later stays.
            Verdict::Refused(stale) if input.cause != Cause::Admin => {
                return Err(RescheduleError::Stale(stale));
            }
            verdict => verify::status(verdict),
        };
    }
    freeze_event(&mut booking, &organization, &event_type);
    booking.forced = false;
    if was == Status::Unverified {
        verify::end(tx, booking.id, "moved", now)?;
    }
    move_to(tx, &mut booking, time, "moved", (input.cause, now), pen)?;
    verify::begin(tx, &booking, now)?;
    links::mark_due(tx, booking.id, now)?;
    Ok(Decided::Moved(Box::new(booking)))
}

/// The time at `start`, if every bound host works then and has it free.
fn free(
    tx: &mut dyn Tx,
    event_type: &EventType,
    booking: &Booking,
    bound: &[HostId],
    start: Instant,
    now: Instant,
) -> Result<Interval, Unassigned> {
    let wish = Wish {
        event_type,
        start,
        host: None,
        except: Some(Holder::Booking(booking.id)),
        forced: false,
        now,
    };
    let mut time = None;
    for id in bound {
        // A host who no longer offers it keeps what they have, in the hours of those who do.
        let host = event_type.host(*id).or(event_type.hosts.first());
        let schedule = &host
            .ok_or(Unassigned::Refused(Refusal::OutsideHours))?
            .schedule;
        let agreed = check_start_with(&event_type.rules, schedule, start, now)
            .map_err(Unassigned::Refused)?;
        take(tx, wish, *id, agreed)?;
        time = Some(agreed);
    }
    time.ok_or(Unassigned::Refused(Refusal::OutsideHours))
}

pub(super) fn move_to(
    tx: &mut dyn Tx,
    booking: &mut Booking,
    time: Interval,
    kind: &str,
    (cause, now): (Cause, Instant),
    pen: &mut Pen,
) -> Result<(), StoreError> {
    let from = booking.time;
    booking.time = time;
    booking.version += 1;
    tell::update(tx, booking, Some(cause), now)?;
    if booking.forced {
        claims::move_onto(tx, booking.id, time)?;
    } else {
        claims::move_to(tx, booking.id, time)?;
    }
    let detail = json!({ "from": from.start, "start": time.start, "end": time.end });
    pen.write(tx, booking.id, kind, Some(cause), detail)
}
