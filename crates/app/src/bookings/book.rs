//! Making a booking.

use domain::attendee::{AttendeeForm, BadField};
use domain::booking::{Booking, Cause, Refusal, Status, decide};
use domain::event_text::Placeholders;
use domain::{AttendeeId, BookingId, Instant, Interval, LinkId};
use serde_json::json;
use store::tables::{bookings, claims, event_types, organizations};
use store::{Lane, StoreError, Tx};
use url::Url;

use super::event_links;
use crate::event_types::Offer;
use crate::organizations::Organization;
use crate::timeline::Pen;
use crate::{App, availability, secrets};

/// A wish to book.
#[derive(Clone, Debug)]
pub struct BookInput {
    /// The organization's slug.
    pub organization: String,
    /// The event type's slug.
    pub event_type: String,
    /// The start wanted.
    pub start: Instant,
    /// Who for, unchecked.
    pub attendee: AttendeeForm,
    /// Who asks.
    pub cause: Cause,
}

/// A booking that stands.
#[derive(Clone, Debug)]
pub struct Booked {
    /// The booking.
    pub booking: Booking,
    /// Whether an event will follow in a calendar.
    pub has_calendar: bool,
    /// Lets its holder see, move and cancel the booking. Shown now and never again.
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
    /// The attendee's details are wrong, every field that is.
    #[error("the attendee's details are incomplete or wrong")]
    BadAttendee(Vec<BadField>),
    /// The start cannot be had.
    #[error("{refusal}")]
    Refused {
        /// Which rule it fails.
        refusal: Refusal,
        /// The nearest starts that could be had.
        alternatives: Vec<Interval>,
    },
    /// The store failed; nothing was booked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a unit of booking gives back when it is not an error of the store.
enum Decided {
    Booked(Box<Booking>, bool),
    Refused(Refusal, Box<Offer>),
}

/// Ids and secrets drawn before the unit, so that it can be run again.
struct Draws {
    booking: BookingId,
    attendee: AttendeeId,
    link: LinkId,
    manage_hash: [u8; 32],
    pen: Pen,
}

/// Makes a booking, all of it or nothing: the rules, the claim on the host's time, the event link and
/// the history are one transaction.
///
/// # Errors
/// [`BookError`].
pub async fn book(app: &App, input: BookInput) -> Result<Booked, BookError> {
    let now = app.now();
    let chance = app.chance();
    let manage_token = secrets::token(chance, "manage_token");
    let mut draws = Draws {
        booking: BookingId(chance.uuid(now)),
        attendee: AttendeeId(chance.uuid(now)),
        link: LinkId(chance.uuid(now)),
        manage_hash: secrets::hash(&manage_token),
        pen: Pen::new(app, now),
    };
    let start = input.start;
    let decided = app
        .store()
        .unit(Lane::Interactive, "bookings.book", move |tx| {
            book_in(tx, &input, &mut draws, now)
        })
        .await?;
    match decided {
        Decided::Booked(booking, has_calendar) => {
            let manage_url = manage_url(app, &manage_token);
            Ok(Booked {
                booking: *booking,
                has_calendar,
                manage_token,
                manage_url,
            })
        }
        Decided::Refused(refusal, offer) => {
            let alternatives = availability::alternatives(app, *offer, None, start).await?;
            Err(BookError::Refused {
                refusal,
                alternatives,
            })
        }
    }
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
    draws: &mut Draws,
    now: Instant,
) -> Result<Decided, BookError> {
    draws.pen.restart();
    let organization =
        organizations::by_slug(tx, &input.organization)?.ok_or(BookError::UnknownEventType)?;
    let offer = event_types::by_slug(tx, organization.id, &input.event_type)?
        .ok_or(BookError::UnknownEventType)?;
    let attendee = input
        .attendee
        .check(&organization.zone, organization.locale)
        .map_err(BookError::BadAttendee)?;
    let event_type = &offer.event_type;
    let wanted = Interval::lasting(input.start, event_type.rules.duration);
    let claimed = claims::overlapping(tx, event_type.host_id, wanted, None)?;
    let time = match decide(event_type, input.start, &claimed, now) {
        Ok(time) => time,
        Err(refusal) => return Ok(Decided::Refused(refusal, Box::new(offer))),
    };
    let mut booking = Booking {
        id: draws.booking,
        organization_id: organization.id,
        event_type_id: event_type.id,
        host_id: event_type.host_id,
        time,
        zone: event_type.schedule.zone.clone(),
        status: Status::Confirmed,
        version: 1,
        text: domain::event_text::EventText::default(),
        attendee,
        cancellation: None,
        created_at: now,
    };
    render_text(&mut booking, &organization, &offer);
    bookings::insert(tx, &booking, draws.attendee, &draws.manage_hash)?;
    claims::insert(tx, booking.id, booking.host_id, time)?;
    let has_calendar = event_links::link(tx, &booking, draws.link, now)?;
    let detail = json!({ "start": time.start, "end": time.end });
    draws
        .pen
        .write(tx, booking.id, "booked", Some(input.cause), detail)?;
    Ok(Decided::Booked(Box::new(booking), has_calendar))
}

/// Freezes on `booking` what its event says.
pub(super) fn render_text(booking: &mut Booking, organization: &Organization, offer: &Offer) {
    let attendee = &booking.attendee;
    booking.text = offer.event_type.text.render(&Placeholders {
        attendee: &attendee.name,
        event_type: &offer.event_type.name,
        host: &offer.host_name,
        organization: &organization.name,
        email: attendee.email.as_deref().unwrap_or_default(),
        phone: attendee.phone.as_deref().unwrap_or_default(),
        notes: attendee.notes.as_deref().unwrap_or_default(),
        booking: &booking.id.to_string(),
    });
}
