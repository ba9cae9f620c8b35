//! Holding a slot for one visitor while they make up their mind, or pay.

use domain::booking::Refusal;
use domain::event_type::EventType;
use domain::{ClaimId, HoldId, HostId, Instant, Interval};
use jiff::SignedDuration;
use store::tables::claims::{self, Claim, Holder};
use store::tables::holds::{self, Hold};
use store::tables::{event_types, organizations};
use store::{Lane, StoreError, Tx};

use super::book::draw_claims;
use super::hosts::{Unassigned, Wish, assign};
use crate::{App, availability, secrets};

/// How long a slot is held: long enough to fill in a form or to pay, short enough not to starve others.
pub const HOLD_TTL: SignedDuration = SignedDuration::from_mins(10);

/// A wish to hold.
#[derive(Clone, Debug)]
pub struct HoldInput {
    /// The organization's slug.
    pub organization: String,
    /// The event type's slug.
    pub event_type: String,
    /// The start wanted.
    pub start: Instant,
    /// This host and no other.
    pub host: Option<HostId>,
    /// A hold of the same visitor that this one replaces (scenario I2).
    pub instead_of: Option<String>,
}

/// A slot that is held.
#[derive(Clone, Debug)]
pub struct Held {
    /// When.
    pub time: Interval,
    /// Until when.
    pub expires_at: Instant,
    /// Books it, moves it or gives it back. Shown now and never again.
    pub token: String,
}

/// Why nothing is held.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoldError {
    /// No such organization or event type.
    #[error("there is no such event type")]
    UnknownEventType,
    /// No such host among those who offer it.
    #[error("there is no such host for this event type")]
    UnknownHost,
    /// A group's sessions are joined, not held.
    #[error("seats of a group cannot be held")]
    Group,
    /// The start cannot be had.
    #[error("{refusal}")]
    Refused {
        /// Which rule it fails.
        refusal: Refusal,
        /// The nearest starts that could be had.
        alternatives: Vec<Interval>,
    },
    /// The store failed; nothing is held.
    #[error(transparent)]
    Store(#[from] StoreError),
}

enum Decided {
    Held(Interval),
    Refused(Refusal, Box<EventType>),
}

struct Draws {
    hold: HoldId,
    claims: Vec<ClaimId>,
    token_hash: [u8; 32],
    now: Instant,
}

/// Holds a slot for [`HOLD_TTL`].
///
/// # Errors
/// [`HoldError`].
pub async fn hold(app: &App, input: HoldInput) -> Result<Held, HoldError> {
    let now = app.now();
    let token = secrets::token(app.chance(), "hold_token");
    let draws = Draws {
        hold: HoldId(app.chance().uuid(now)),
        claims: draw_claims(app, now),
        token_hash: secrets::hash(&token),
        now,
    };
    let start = input.start;
    let decided = app
        .store()
        .unit(Lane::Interactive, "bookings.hold", move |tx| {
            hold_in(tx, &input, &draws)
        })
        .await?;
    match decided {
        Decided::Held(time) => Ok(Held {
            time,
            expires_at: now + HOLD_TTL,
            token,
        }),
        Decided::Refused(refusal, event_type) => {
            let alternatives = availability::alternatives(app, *event_type, None, start).await?;
            Err(HoldError::Refused {
                refusal,
                alternatives,
            })
        }
    }
}

fn hold_in(tx: &mut dyn Tx, input: &HoldInput, draws: &Draws) -> Result<Decided, HoldError> {
    let organization =
        organizations::by_slug(tx, &input.organization)?.ok_or(HoldError::UnknownEventType)?;
    let event_type = event_types::by_slug(tx, organization.id, &input.event_type)?
        .ok_or(HoldError::UnknownEventType)?;
    if event_type.is_group() {
        return Err(HoldError::Group);
    }
    if input
        .host
        .is_some_and(|host| event_type.host(host).is_none())
    {
        return Err(HoldError::UnknownHost);
    }
    let replaced = match &input.instead_of {
        Some(token) => holds::by_token(tx, &secrets::hash(token))?,
        None => None,
    };
    let wish = Wish {
        event_type: &event_type,
        start: input.start,
        host: input.host,
        except: replaced.map(|hold| Holder::Hold(hold.id, hold.expires_at)),
        forced: false,
        now: draws.now,
    };
    let assigned = match assign(tx, wish) {
        Ok(assigned) => assigned,
        Err(Unassigned::Refused(refusal)) => {
            return Ok(Decided::Refused(refusal, Box::new(event_type)));
        }
        Err(Unassigned::Store(error)) => return Err(error.into()),
    };
    if let Some(replaced) = replaced {
        holds::delete(tx, replaced.id)?;
    }
    let hold = Hold {
        id: draws.hold,
        organization_id: organization.id,
        event_type_id: event_type.id,
        time: assigned.time,
        expires_at: draws.now + HOLD_TTL,
    };
    holds::insert(tx, &hold, &draws.token_hash)?;
    for (host, id) in assigned.hosts.iter().zip(&draws.claims) {
        let holder = Holder::Hold(hold.id, hold.expires_at);
        let claim = Claim {
            id: *id,
            host: *host,
            time: hold.time,
            holder,
            exclusive: true,
        };
        claims::insert(tx, &claim)?;
    }
    // Last, when no lock is waited for any more.
    holds::forget_expired(tx, draws.now)?;
    Ok(Decided::Held(hold.time))
}

/// Gives a held slot back. One that is gone already is given back too.
///
/// # Errors
/// [`StoreError`].
pub async fn release(app: &App, token: &str) -> Result<(), StoreError> {
    let hash = secrets::hash(token);
    app.store()
        .unit(
            Lane::Interactive,
            "bookings.release",
            move |tx| match holds::by_token(tx, &hash)? {
                Some(hold) => holds::delete(tx, hold.id),
                None => Ok(()),
            },
        )
        .await
}
