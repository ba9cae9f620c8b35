//! Saying yes or no to a request.

use domain::booking::{Booking, Cause, NotOpen, Refusal, Status};
use domain::text::BadText;
use domain::{BookingId, ClaimId, Instant, Interval, LinkId};
use serde_json::json;
use store::tables::claims::Holder;
use store::tables::{event_types, organizations, timeline};
use store::{Lane, StoreError, Tx};

use super::book::{claim, draw_claims};
use super::cancel::{checked_reason, end_in};
use super::event_links;
use super::hosts::{Unassigned, Wish, take};
use super::reschedule::{is_stale, lock_with_hosts};
use super::{tell, verify};
use crate::timeline::Pen;
use crate::{App, availability, freshness};

/// What a yes is called in a booking's history.
const APPROVED: &str = "approved";

/// Why a request stays a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApproveError {
    /// No such booking.
    #[error("there is no such booking")]
    NotFound,
    /// It does not wait for approval.
    #[error(transparent)]
    NotOpen(#[from] NotOpen),
    /// It has changed since the asker saw it.
    #[error("this booking has changed meanwhile")]
    Changed,
    /// Its time was given to another (scenario B4).
    #[error("{refusal}")]
    Refused {
        /// Why.
        refusal: Refusal,
        /// Times to offer instead.
        alternatives: Vec<Interval>,
    },
    /// The reason cannot be kept.
    #[error("reason: {0}")]
    BadReason(BadText),
    /// The store failed; it is still a request.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A wish to say yes.
#[derive(Clone, Copy, Debug)]
pub struct ApproveInput {
    /// Which booking.
    pub booking: BookingId,
    /// The version the asker has seen; another one refuses.
    pub version: Option<i64>,
    /// Who says so.
    pub cause: Cause,
}

/// A wish to say no.
#[derive(Clone, Debug)]
pub struct DeclineInput {
    /// Which booking.
    pub booking: BookingId,
    /// What they say; may be empty.
    pub reason: String,
    /// The version the asker has seen; another one refuses.
    pub version: Option<i64>,
    /// Who says so.
    pub cause: Cause,
}

enum Decided {
    Approved(Box<Booking>),
    Refused(Refusal, Box<Booking>),
}

struct Draws {
    claims: Vec<ClaimId>,
    link: LinkId,
    pen: Pen,
    now: Instant,
}

/// Says yes: from now on the booking takes its time. Of two requests for one time only one can be
/// approved. Saying so again of one that stands because of it changes nothing, whatever its version.
///
/// # Errors
/// [`ApproveError`].
pub async fn approve(app: &App, input: ApproveInput) -> Result<Booking, ApproveError> {
    let (now, id) = (app.now(), input.booking);
    let mut draws = Draws {
        claims: draw_claims(app, now),
        link: LinkId(app.chance().uuid(now)),
        pen: Pen::new(app, now),
        now,
    };
    let decided = app
        .store()
        .unit(Lane::Interactive, "bookings.approve", move |tx| {
            approve_in(tx, input, &mut draws)
        })
        .await?;
    match decided {
        Decided::Approved(booking) => Ok(*booking),
        Decided::Refused(refusal, booking) => {
            let alternatives =
                availability::alternatives_to(app, booking.event_type_id, id, booking.time.start)
                    .await?;
            Err(ApproveError::Refused {
                refusal,
                alternatives,
            })
        }
    }
}

fn approve_in(
    tx: &mut dyn Tx,
    input: ApproveInput,
    draws: &mut Draws,
) -> Result<Decided, ApproveError> {
    draws.pen.restart();
    let ApproveInput { booking: id, .. } = input;
    let (mut booking, bound) = lock_with_hosts(tx, id)?.ok_or(ApproveError::NotFound)?;
    if booking.status != Status::Requested {
        if booking.status.blocks_time() && timeline::contains(tx, id, APPROVED)? {
            return Ok(Decided::Approved(Box::new(booking)));
        }
        return Err(NotOpen::NotRequested.into());
    }
    if is_stale(input.version, &booking) {
        return Err(ApproveError::Changed);
    }
    if booking.time.start <= draws.now {
        return Err(NotOpen::Begun.into());
    }
    let event_type =
        event_types::by_id(tx, booking.event_type_id)?.ok_or(ApproveError::NotFound)?;
    let wish = Wish {
        event_type: &event_type,
        start: booking.time.start,
        host: None,
        except: Some(Holder::Booking(id)),
        forced: false,
        now: draws.now,
    };
    for host in &bound {
        match take(tx, wish, *host, booking.time) {
            Ok(()) => {}
            Err(Unassigned::Refused(refusal)) => {
                return Ok(Decided::Refused(refusal, Box::new(booking)));
            }
            Err(Unassigned::Store(error)) => return Err(error.into()),
        }
    }
    let (organization, age) = organizations::by_id_with_age(tx, booking.organization_id)?
        .ok_or(ApproveError::NotFound)?;
    // Somebody of the organization says yes: nothing is refused, but it is looked at later.
    booking.status = verify::status(freshness::judge(tx, &organization, age, &bound, draws.now)?);
    booking.version += 1;
    tell::update(tx, &booking, Some(input.cause), draws.now)?;
    claim(tx, &booking, &bound, &draws.claims)?;
    verify::begin(tx, &booking, draws.now)?;
    event_links::link(tx, &booking, draws.link, draws.now)?;
    draws
        .pen
        .write(tx, id, APPROVED, Some(input.cause), json!({}))?;
    Ok(Decided::Approved(Box::new(booking)))
}

/// Says no. Saying so again changes nothing, whatever the version.
///
/// # Errors
/// [`ApproveError`], never [`ApproveError::Refused`].
pub async fn decline(app: &App, input: DeclineInput) -> Result<Booking, ApproveError> {
    let now = app.now();
    let mut pen = Pen::new(app, now);
    let reason = checked_reason(&input.reason).map_err(ApproveError::BadReason)?;
    app.store()
        .unit(Lane::Interactive, "bookings.decline", move |tx| {
            pen.restart();
            let (mut booking, _) =
                lock_with_hosts(tx, input.booking)?.ok_or(ApproveError::NotFound)?;
            match booking.status {
                Status::Declined => return Ok(booking),
                Status::Requested => {}
                _ => return Err(NotOpen::NotRequested.into()),
            }
            if is_stale(input.version, &booking) {
                return Err(ApproveError::Changed);
            }
            let status = Status::Declined;
            end_in(
                tx,
                &mut booking,
                status,
                "declined",
                input.cause,
                &reason,
                &mut pen,
                now,
            )?;
            Ok(booking)
        })
        .await
}
