//! Saying who a booking is for that was born in Google without a guest (row V6).

use domain::BookingId;
use domain::attendee::{Attendee, AttendeeForm, BadField};
use domain::booking::{Booking, Cause, NotOpen, check_open};
use domain::sync::policy::Origin;
use serde_json::json;
use store::tables::{organizations, seats};
use store::{Lane, StoreError, Tx};

use super::reschedule::{is_stale, lock};
use super::tell;
use crate::App;
use crate::timeline::Pen;

/// Why a booking stays without a contact.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// No such booking.
    #[error("there is no such booking")]
    NotFound,
    /// It cannot be changed any more.
    #[error(transparent)]
    NotOpen(#[from] NotOpen),
    /// It has changed since the asker saw it.
    #[error("this booking has changed meanwhile")]
    Changed,
    /// It has one: whoever booked, or whom somebody named before.
    #[error("it is known who this booking is for")]
    Known,
    /// The contact's details are wrong, every field that is.
    #[error("the contact's details are incomplete or wrong")]
    BadAttendee(Vec<BadField>),
    /// The store failed; nothing changed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who it is for.
#[derive(Clone, Debug)]
pub struct ContactInput {
    /// Which booking.
    pub booking: BookingId,
    /// The contact, unchecked.
    pub contact: AttendeeForm,
    /// The version the asker has seen; another one refuses.
    pub version: Option<i64>,
    /// Who says so.
    pub cause: Cause,
}

/// Gives the seat of a booking that was born in Google to a contact. Its event stays as the host wrote it, and
/// nobody is told. Naming the same contact again changes nothing, whatever the version.
///
/// # Errors
/// [`ContactError`].
pub async fn link_contact(app: &App, input: ContactInput) -> Result<Booking, ContactError> {
    let now = app.now();
    let mut pen = Pen::new(app, now);
    app.store()
        .unit(Lane::Interactive, "bookings.contact", move |tx| {
            pen.restart();
            link_in(tx, &input, &mut pen, now)
        })
        .await
}

fn link_in(
    tx: &mut dyn Tx,
    input: &ContactInput,
    pen: &mut Pen,
    now: domain::Instant,
) -> Result<Booking, ContactError> {
    let mut booking = lock(tx, input.booking)?.ok_or(ContactError::NotFound)?;
    let organization =
        organizations::by_id(tx, booking.organization_id)?.ok_or(ContactError::NotFound)?;
    let contact = input
        .contact
        .check(&organization.zone, organization.locale)
        .map_err(ContactError::BadAttendee)?;
    if booking.origin == Origin::Google && booking.attendee == contact {
        return Ok(booking);
    }
    check_open(&booking, now)?;
    if !is_nobody(&booking) {
        return Err(ContactError::Known);
    }
    if is_stale(input.version, &booking) {
        return Err(ContactError::Changed);
    }
    seats::fill(tx, booking.id, &contact)?;
    booking.attendee = contact;
    booking.version += 1;
    tell::update(tx, &booking, Some(input.cause), now)?;
    pen.write(
        tx,
        booking.id,
        "contact_linked",
        Some(input.cause),
        json!({}),
    )?;
    Ok(booking)
}

/// Whether it is not known whom a booking is for.
pub fn is_nobody(booking: &Booking) -> bool {
    let Attendee { email, phone, .. } = &booking.attendee;
    booking.origin == Origin::Google && email.is_none() && phone.is_none()
}
