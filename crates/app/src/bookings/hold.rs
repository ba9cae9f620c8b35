//! Holding a slot for one visitor while they make up their mind, or pay.

use domain::booking::Refusal;
use domain::event_type::EventType;
use domain::{ClaimId, HoldId, HostId, Instant, Interval, OrganizationId};
use jiff::SignedDuration;
use store::tables::claims::{self, Claim, Holder};
use store::tables::holds::{self, Hold};
use store::tables::{event_types, organizations};
use store::{Lane, StoreError, Tx};

use super::book::draw_claims;
use super::hosts::{Unassigned, Wish, assign};
use super::idempotency::{Decision, Found, IdempotencyKey, KeyReused, Memory};
use crate::limits::{self, Asker, HoldLimit, TooMany};
use crate::{App, availability, freshness, secrets};

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
    /// Who asks, for the limits.
    pub asker: Asker,
    /// Makes a repeat give the first answer.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// A slot that is held.
#[derive(Clone, Debug)]
pub struct Held {
    /// When.
    pub time: Interval,
    /// Until when.
    pub expires_at: Instant,
    /// Books it, moves it or gives it back. Shown now, and again only to a repeat under the same key.
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
    /// The caller, or all callers together, hold as much as they may.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The idempotency key belongs to another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The store failed; nothing is held.
    #[error(transparent)]
    Store(#[from] StoreError),
}

enum Decided {
    Held(Held),
    Refused(Refusal, Box<EventType>),
}

struct Draws {
    hold: HoldId,
    claims: Vec<ClaimId>,
    token: String,
    memory: Memory,
    limit: HoldLimit,
    /// The lock under which holds of the event type are counted.
    counter: [u8; 32],
    now: Instant,
}

/// Holds a slot for [`HOLD_TTL`].
///
/// # Errors
/// [`HoldError`].
pub async fn hold(app: &App, input: HoldInput) -> Result<Held, HoldError> {
    let now = app.now();
    let draws = Draws {
        hold: HoldId(app.chance().uuid(now)),
        claims: draw_claims(app, now),
        token: secrets::token(app.chance(), "hold_token"),
        memory: Memory::new(app, input.idempotency_key.clone(), now),
        limit: HoldLimit::new(app, input.asker),
        counter: limits::holds_of(app, &format!("{}/{}", input.organization, input.event_type)),
        now,
    };
    let start = input.start;
    let (organization, event_type) = (input.organization.clone(), input.event_type.clone());
    let decided = app
        .store()
        .unit(Lane::Interactive, "bookings.hold", move |tx| {
            hold_in(tx, &input, &draws)
        })
        .await?;
    match decided {
        Decided::Held(held) => {
            // A slot is chosen: by the time it is booked, its calendars were looked at.
            freshness::choose(app, &organization, &event_type).await;
            Ok(held)
        }
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
    match draws.memory.recall(tx, organization.id)? {
        Found::Mine => {}
        Found::Reused => return Err(KeyReused.into()),
        Found::Decided(decision) => return repeat(decision, event_type),
    }
    let decided = decide_in(tx, input, organization.id, event_type, draws)?;
    let decision = match &decided {
        Decided::Held(held) => Decision::Hold {
            token: held.token.clone(),
            time: held.time,
            expires_at: held.expires_at,
        },
        Decided::Refused(refusal, _) => Decision::Refused {
            code: refusal.code().to_owned(),
        },
    };
    draws.memory.remember(tx, organization.id, &decision)?;
    Ok(decided)
}

/// The answer to a repeat: the same hold, though it may be used or over by now, or the same refusal.
fn repeat(decision: Decision, event_type: EventType) -> Result<Decided, HoldError> {
    let lost = || StoreError::decode("a remembered decision names no hold or refusal");
    match decision {
        Decision::Hold {
            token,
            time,
            expires_at,
        } => Ok(Decided::Held(Held {
            time,
            expires_at,
            token,
        })),
        Decision::Refused { code } => {
            let refusal = Refusal::from_code(&code).ok_or_else(lost)?;
            Ok(Decided::Refused(refusal, Box::new(event_type)))
        }
        Decision::Booking { .. } => Err(lost().into()),
    }
}

fn decide_in(
    tx: &mut dyn Tx,
    input: &HoldInput,
    organization: OrganizationId,
    event_type: EventType,
    draws: &Draws,
) -> Result<Decided, HoldError> {
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
    let except = replaced.map(|hold| hold.id);
    draws
        .limit
        .check(tx, event_type.id, &draws.counter, except, draws.now)??;
    if let Some(replaced) = replaced {
        holds::delete(tx, replaced.id)?;
    }
    let hold = Hold {
        id: draws.hold,
        organization_id: organization,
        event_type_id: event_type.id,
        time: assigned.time,
        expires_at: draws.now + HOLD_TTL,
    };
    holds::insert(tx, &hold, &secrets::hash(&draws.token), draws.limit.caller)?;
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
    Ok(Decided::Held(Held {
        time: hold.time,
        expires_at: hold.expires_at,
        token: draws.token.clone(),
    }))
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
