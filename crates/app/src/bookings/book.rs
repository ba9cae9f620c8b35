//! Making a booking, or taking a seat on one.

use domain::attendee::{Attendee, AttendeeForm, BadField};
use domain::booking::{Booking, Cause, Refusal, Status};
use domain::event_text::{EventText, Placeholders, group_kind};
use domain::event_type::{Assignment, EventType};
use domain::freshness::{Stale, Verdict};
use domain::reminders::Reminders;
use domain::sync::merge::Texts;
use domain::sync::policy::Origin;
use domain::text::BadText;
use domain::{AttendeeId, BookingId, ClaimId, HostId, Instant, Interval, LinkId};
use serde_json::json;
use store::tables::claims::{self, Claim, Holder};
use store::tables::organizations::MirrorAge;
use store::tables::seats::{self, Seat};
use store::tables::{bookings, event_types, holds, organizations};
use store::{Lane, StoreError, Tx};
use url::Url;

use super::cancel::checked_reason;
use super::event_links;
use super::hosts::{Assigned, Unassigned, Wish, assign};
use super::idempotency::{Decision, Found, IdempotencyKey, KeyReused, Memory};
use super::{tell, verify};
use crate::freshness::{self, Look};
use crate::limits::{Asker, BookingLimit, TooMany};
use crate::organizations::Organization;
use crate::timeline::Pen;
use crate::{App, availability, secrets};

/// Hosts one booking can bind together: claims are drawn for each before the unit.
pub const HOSTS_MAX: usize = 20;

/// A wish to book.
#[derive(Clone, Debug)]
pub struct BookInput {
    /// The organization's slug.
    pub organization: String,
    /// The event type's slug.
    pub event_type: String,
    /// The start wanted.
    pub start: Instant,
    /// This host and no other, of those who offer it.
    pub host: Option<HostId>,
    /// Who for, unchecked.
    pub attendee: AttendeeForm,
    /// The token of a hold made for it.
    pub hold: Option<String>,
    /// Whether rules and other bookings are overridden on purpose: the organization's own right.
    pub forced: Option<Forced>,
    /// Who asks.
    pub cause: Cause,
    /// Who asks, for the limits.
    pub asker: Asker,
    /// Makes a repeat give the first answer.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// Why rules and other bookings are overridden, for the booking's history (scenario B7).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forced {
    /// What they say; may be empty.
    pub reason: String,
    /// The e-mail address of the administrator who does it; `None` for a program.
    pub by: Option<String>,
}

/// A booking that stands.
#[derive(Clone, Debug)]
pub struct Booked {
    /// The booking.
    pub booking: Booking,
    /// Whether an event will follow in a calendar.
    pub has_calendar: bool,
    /// What it rests on, where that is older than the organization wants: told when it is made.
    pub stale: Option<Stale>,
    /// Lets its holder see, move and cancel. Shown now, and again only to a repeat under the same key.
    pub manage_token: String,
    /// The page for it.
    pub manage_url: Url,
}

/// Why there is no booking.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// No such organization or event type.
    #[error("there is no such event type")]
    UnknownEventType,
    /// No such host among those who offer it.
    #[error("there is no such host for this event type")]
    UnknownHost,
    /// No such hold, or one of another time.
    #[error("there is no such hold for this time")]
    UnknownHold,
    /// The attendee's details are wrong, every field that is.
    #[error("the attendee's details are incomplete or wrong")]
    BadAttendee(Vec<BadField>),
    /// The reason to force it cannot be kept.
    #[error("reason: {0}")]
    BadReason(BadText),
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
    /// The caller, or the person booked for, has booked as much as they may for now.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The idempotency key belongs to another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The store failed; nothing was booked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a unit of booking gives back when it is not an error.
enum Decided {
    Booked {
        booking: Box<Booking>,
        has_calendar: bool,
        stale: Option<Stale>,
        token: String,
    },
    Refused(Refusal, Box<EventType>),
    /// The calendars are to be looked at first.
    Look(Look),
}

/// What became of a wish to book.
#[derive(Clone, Debug)]
pub enum Attempt {
    /// It was decided.
    Booked(Box<Booked>),
    /// Nothing yet: calendars that were not read lately are due to be. Wait for [`freshness::is_over`] as
    /// long as may be, then [`book`].
    Look(Look),
}

/// Whether a wish may be answered with a [`Look`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    LookFirst,
    Decide,
}

/// Ids and secrets drawn before the unit, so that it can be run again.
struct Draws {
    booking: BookingId,
    seat: AttendeeId,
    link: LinkId,
    claims: Vec<ClaimId>,
    token: String,
    pen: Pen,
    memory: Memory,
    limit: BookingLimit,
    now: Instant,
}

/// Makes a booking, all of it or nothing: the rules, the claims on the hosts' time, the seat, the
/// event link, the history and the memory of the request are one transaction.
///
/// # Errors
/// [`BookError`].
pub async fn book(app: &App, input: BookInput) -> Result<Booked, BookError> {
    match attempt(app, input, Mode::Decide).await? {
        Attempt::Booked(booked) => Ok(*booked),
        Attempt::Look(_) => {
            Err(StoreError::decode("a booking that had to be decided was put off").into())
        }
    }
}

/// [`book`], unless the calendars it rests on were not read within [`freshness::RECENT`] and can be now.
///
/// # Errors
/// [`BookError`].
pub async fn book_or_look(app: &App, input: BookInput) -> Result<Attempt, BookError> {
    attempt(app, input, Mode::LookFirst).await
}

async fn attempt(app: &App, mut input: BookInput, mode: Mode) -> Result<Attempt, BookError> {
    let now = app.now();
    if let Some(forced) = &mut input.forced {
        forced.reason = checked_reason(&forced.reason).map_err(BookError::BadReason)?;
    }
    let chance = app.chance();
    let mut draws = Draws {
        booking: BookingId(chance.uuid(now)),
        seat: AttendeeId(chance.uuid(now)),
        link: LinkId(chance.uuid(now)),
        claims: draw_claims(app, now),
        token: secrets::token(chance, "manage_token"),
        pen: Pen::new(app, now),
        memory: Memory::new(app, input.idempotency_key.clone(), now),
        limit: BookingLimit::new(app, input.asker, &input.attendee),
        now,
    };
    let start = input.start;
    let decided = app
        .store()
        .unit(Lane::Interactive, "bookings.book", move |tx| {
            book_in(tx, &input, mode, &mut draws)
        })
        .await?;
    match decided {
        Decided::Booked {
            booking,
            has_calendar,
            stale,
            token,
        } => {
            let manage_url = manage_url(app, &token);
            Ok(Attempt::Booked(Box::new(Booked {
                booking: *booking,
                has_calendar,
                stale,
                manage_token: token,
                manage_url,
            })))
        }
        Decided::Look(look) => Ok(Attempt::Look(look)),
        Decided::Refused(refusal, event_type) => {
            let alternatives = availability::alternatives(app, *event_type, None, start).await?;
            Err(BookError::Refused {
                refusal,
                alternatives,
            })
        }
    }
}

pub(super) fn draw_claims(app: &App, now: Instant) -> Vec<ClaimId> {
    (0..HOSTS_MAX)
        .map(|_| ClaimId(app.chance().uuid(now)))
        .collect()
}

fn manage_url(app: &App, token: &str) -> Url {
    let mut url = app.public_url().clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(["b", token]);
    }
    url
}

fn book_in(
    tx: &mut dyn Tx,
    input: &BookInput,
    mode: Mode,
    draws: &mut Draws,
) -> Result<Decided, BookError> {
    draws.pen.restart();
    let (organization, age) = organizations::by_slug_with_age(tx, &input.organization)?
        .ok_or(BookError::UnknownEventType)?;
    let event_type = event_types::by_slug(tx, organization.id, &input.event_type)?
        .ok_or(BookError::UnknownEventType)?;
    let attendee = input
        .attendee
        .check(&organization.zone, organization.locale)
        .map_err(BookError::BadAttendee)?;
    if input
        .host
        .is_some_and(|host| event_type.host(host).is_none())
    {
        return Err(BookError::UnknownHost);
    }
    if mode == Mode::LookFirst && input.forced.is_none() {
        let hosts = event_type.hosts.iter().map(|host| host.id);
        let hosts = hosts.filter(|id| input.host.is_none_or(|wanted| wanted == *id));
        if let Some(look) = freshness::look(tx, age, hosts, draws.now)? {
            return Ok(Decided::Look(look));
        }
    }
    match draws.memory.recall(tx, organization.id)? {
        Found::Mine => {}
        Found::Reused => return Err(KeyReused.into()),
        Found::Decided(decision) => return repeat(tx, decision, event_type),
    }
    let place = Place { organization, age };
    let decided = decide_in(tx, input, &place, event_type, attendee, draws)?;
    let organization = place.organization;
    let decision = match &decided {
        Decided::Booked { booking, token, .. } => Decision::Booking {
            id: booking.id,
            token: Some(token.clone()),
        },
        Decided::Refused(refusal, _) => Decision::Refused {
            code: refusal.code().to_owned(),
        },
        Decided::Look(_) => return Ok(decided),
    };
    draws.memory.remember(tx, organization.id, &decision)?;
    Ok(decided)
}

/// The answer to a repeat: the same booking, as it is now, or the same refusal.
fn repeat(
    tx: &mut dyn Tx,
    decision: Decision,
    event_type: EventType,
) -> Result<Decided, BookError> {
    let lost = || StoreError::decode("a remembered decision names no booking or refusal");
    match decision {
        Decision::Booking {
            id,
            token: Some(token),
        } => {
            let booking = Box::new(bookings::by_id(tx, id)?.ok_or_else(lost)?);
            let has_calendar = event_links::is_linked(tx, id)?;
            Ok(Decided::Booked {
                booking,
                has_calendar,
                stale: None,
                token,
            })
        }
        Decision::Booking { token: None, .. } | Decision::Hold { .. } => Err(lost().into()),
        Decision::Refused { code } => {
            let refusal = Refusal::from_code(&code).ok_or_else(lost)?;
            Ok(Decided::Refused(refusal, Box::new(event_type)))
        }
    }
}

/// The organization, and how old what is known of its calendars is.
struct Place {
    organization: Organization,
    age: MirrorAge,
}

fn decide_in(
    tx: &mut dyn Tx,
    input: &BookInput,
    place: &Place,
    event_type: EventType,
    attendee: Attendee,
    draws: &mut Draws,
) -> Result<Decided, BookError> {
    if event_type.is_group() {
        event_types::lock(tx, event_type.id)?;
        if let Some(session) = bookings::session_at(tx, event_type.id, input.start)? {
            return join(tx, session, event_type, attendee, input.cause, draws);
        }
    }
    let hold = held(tx, input, &event_type, draws.now)?;
    let held_host = match (hold, event_type.assignment) {
        (Some(hold), Assignment::Any) => claims::host_of_hold(tx, hold.id)?,
        _ => None,
    };
    let wish = Wish {
        event_type: &event_type,
        start: input.start,
        host: input.host.or(held_host),
        except: hold.map(|hold| Holder::Hold(hold.id, hold.expires_at)),
        forced: input.forced.is_some(),
        now: draws.now,
    };
    let assigned = match assign(tx, wish) {
        Ok(assigned) => assigned,
        Err(Unassigned::Refused(refusal)) => {
            return Ok(Decided::Refused(refusal, Box::new(event_type)));
        }
        Err(Unassigned::Store(error)) => return Err(error.into()),
    };
    let organization = &place.organization;
    let is_requested = event_type.needs_approval && input.forced.is_none();
    let verdict = if is_requested || input.forced.is_some() {
        // The one takes no time yet, the other is taken on purpose.
        Verdict::Fresh
    } else {
        freshness::judge(tx, organization, place.age, &assigned.hosts, draws.now)?
    };
    let status = match verdict {
        // As an error, so that no key remembers it: the same wish may be granted later.
        Verdict::Refused(stale) => return Err(BookError::Stale(stale)),
        _ if is_requested => Status::Requested,
        verdict => verify::status(verdict),
    };
    draws.limit.spend(tx, draws.now)??;
    if let Some(hold) = hold {
        holds::delete(tx, hold.id)?;
    }
    let mut booking = new_booking(input, organization, &event_type, attendee, &assigned, draws);
    booking.status = status;
    let has_calendar = insert(tx, &booking, &assigned.hosts, input.cause, draws)?;
    let kind = match booking.status {
        Status::Requested => "requested",
        _ if booking.forced => "forced",
        _ => "booked",
    };
    let mut detail = json!({ "start": booking.time.start, "end": booking.time.end });
    if let Some(forced) = &input.forced {
        detail["reason"] = json!(forced.reason);
        detail["by"] = json!(forced.by);
    }
    if let Some(stale) = verdict.stale() {
        detail["calendar_as_of"] = json!(stale.as_of);
        detail["status"] = json!(booking.status);
    }
    draws
        .pen
        .write(tx, booking.id, kind, Some(input.cause), detail)?;
    let token = draws.token.clone();
    Ok(Decided::Booked {
        booking: Box::new(booking),
        has_calendar,
        stale: verdict.stale(),
        token,
    })
}

/// The hold of the input's token, if it is still good. One that has expired is as good as none.
fn held(
    tx: &mut dyn Tx,
    input: &BookInput,
    event_type: &EventType,
    now: Instant,
) -> Result<Option<holds::Hold>, BookError> {
    let Some(token) = &input.hold else {
        return Ok(None);
    };
    let hold = holds::by_token(tx, &secrets::hash(token))?.ok_or(BookError::UnknownHold)?;
    if hold.event_type_id != event_type.id || hold.time.start != input.start {
        return Err(BookError::UnknownHold);
    }
    Ok(Some(hold).filter(|hold| hold.expires_at > now))
}

fn new_booking(
    input: &BookInput,
    organization: &Organization,
    event_type: &EventType,
    attendee: Attendee,
    assigned: &Assigned,
    draws: &Draws,
) -> Booking {
    let host_id = first_host(event_type, &assigned.hosts);
    let mut booking = Booking {
        id: draws.booking,
        organization_id: organization.id,
        event_type_id: event_type.id,
        host_id,
        time: assigned.time,
        zone: event_type
            .host(host_id)
            .map_or_else(|| event_type.zone(), |h| h.schedule.zone.clone()),
        status: Status::Confirmed,
        version: 1,
        origin: Origin::Here,
        forced: input.forced.is_some(),
        capacity: event_type.capacity,
        text: EventText::default(),
        reminders: Reminders::default(),
        attendee,
        edited: Texts::default(),
        cancellation: None,
        created_at: draws.now,
    };
    freeze_event(&mut booking, organization, event_type);
    booking
}

/// Of several hosts, the first in the event type's own order.
fn first_host(event_type: &EventType, bound: &[HostId]) -> HostId {
    let mut hosts = event_type.hosts.iter().map(|host| host.id);
    hosts
        .find(|id| bound.contains(id))
        .or_else(|| bound.first().copied())
        .unwrap_or(HostId(uuid::Uuid::nil()))
}

fn insert(
    tx: &mut dyn Tx,
    booking: &Booking,
    hosts: &[HostId],
    cause: Cause,
    draws: &Draws,
) -> Result<bool, StoreError> {
    bookings::insert(tx, booking)?;
    let seat = Seat {
        id: draws.seat,
        booking_id: booking.id,
        seat: 0,
        left_at: None,
        attendee: booking.attendee.clone(),
    };
    seats::insert(tx, &seat, &secrets::hash(&draws.token))?;
    tell::arrived(tx, booking, &seat, cause, draws.now)?;
    if !booking.status.blocks_time() {
        return Ok(false);
    }
    claim(tx, booking, hosts, &draws.claims)?;
    verify::begin(tx, booking, draws.now)?;
    event_links::link(tx, booking, draws.link, draws.now)
}

/// Claims the booking's time from each of `hosts`.
pub(super) fn claim(
    tx: &mut dyn Tx,
    booking: &Booking,
    hosts: &[HostId],
    ids: &[ClaimId],
) -> Result<(), StoreError> {
    if hosts.len() > ids.len() {
        return Err(StoreError::decode("more hosts than one booking can bind"));
    }
    for (host, id) in hosts.iter().zip(ids) {
        let claim = Claim {
            id: *id,
            host: *host,
            time: booking.time,
            holder: Holder::Booking(booking.id),
            exclusive: !booking.forced,
        };
        claims::insert(tx, &claim)?;
    }
    Ok(())
}

/// Takes a seat on a session that stands already.
fn join(
    tx: &mut dyn Tx,
    mut session: Booking,
    event_type: EventType,
    attendee: Attendee,
    cause: Cause,
    draws: &mut Draws,
) -> Result<Decided, BookError> {
    bookings::lock(tx, session.id)?;
    let (taken, next) = seats::count(tx, session.id)?;
    if session.time.start <= draws.now {
        return Ok(Decided::Refused(Refusal::InPast, Box::new(event_type)));
    }
    if taken >= session.capacity {
        return Ok(Decided::Refused(Refusal::Full, Box::new(event_type)));
    }
    draws.limit.spend(tx, draws.now)??;
    let seat = Seat {
        id: draws.seat,
        booking_id: session.id,
        seat: next,
        left_at: None,
        attendee,
    };
    seats::insert(tx, &seat, &secrets::hash(&draws.token))?;
    tell::arrived(tx, &session, &seat, cause, draws.now)?;
    // Whoever joins is shown themselves, never who else attends (scenario J2).
    session.attendee = seat.attendee;
    draws.pen.write(
        tx,
        session.id,
        "joined",
        Some(cause),
        json!({ "seat": next }),
    )?;
    let has_calendar = event_links::is_linked(tx, session.id)?;
    let token = draws.token.clone();
    Ok(Decided::Booked {
        booking: Box::new(session),
        has_calendar,
        stale: None,
        token,
    })
}

/// Freezes on `booking` what its event says, and what Google will remind of.
pub(super) fn freeze_event(
    booking: &mut Booking,
    organization: &Organization,
    event_type: &EventType,
) {
    let host = event_type
        .host(booking.host_id)
        .map_or("", |host| host.name.as_str());
    // Those of the host's own event are his.
    if booking.origin == Origin::Here {
        booking.reminders.clone_from(&event_type.reminders);
    }
    let attendee = &booking.attendee;
    let text = event_type.text.render(&Placeholders {
        attendee: &attendee.name,
        event_type: &event_type.name,
        host,
        organization: &organization.name,
        organization_id: &organization.id.to_string(),
        organization_slug: &organization.slug,
        email: attendee.email.as_deref().unwrap_or_default(),
        phone: attendee.phone.as_deref().unwrap_or_default(),
        notes: attendee.notes.as_deref().unwrap_or_default(),
        booking: &booking.id.to_string(),
        capacity: &booking.capacity.to_string(),
        group_kind: group_kind(organization.locale, booking.capacity),
    });
    // What somebody wrote by hand stays.
    let EventText {
        title,
        description,
        location,
    } = text;
    let edited = booking.edited;
    for (is_edited, field, text) in [
        (edited.title, &mut booking.text.title, title),
        (
            edited.description,
            &mut booking.text.description,
            description,
        ),
        (edited.location, &mut booking.text.location, location),
    ] {
        if !is_edited {
            *field = text;
        }
    }
}
