//! Due work on the events of a two-way calendar: each becomes a booking, once (rows V2 and V6).
//!
//! Makes no call: a page has said what there is, and if that has changed since, the next page says so to the new
//! link. The unit that makes the booking makes its link, so that neither a crash nor another listing makes two.
//! Nobody is told of an import.

use domain::attendee::{Attendee, AttendeeForm, NAME_CHARS_MAX};
use domain::booking::{Booking, Cause, Status, is_taken};
use domain::event_type::{Assignment, EventType};
use domain::sync::import::{Guest, Incoming, taken_over};
use domain::sync::merge::Texts;
use domain::sync::policy::Origin;
use domain::sync::{EventFields, Link};
use domain::text;
use domain::{
    AttendeeId, BookingId, CalendarId, ClaimId, HostId, Instant, LinkId, OrganizationId, Zone,
};
use serde_json::json;
use store::tables::calendars::{self, Calendar, Mode};
use store::tables::claims::{self, Claim, Holder};
use store::tables::connections::{self, State as ConnectionState};
use store::tables::links::{self, EventLink, State, Stay};
use store::tables::seats::{self, Seat};
use store::tables::{bookings, busy, event_types, hosts, incoming, leases, organizations};
use store::{Lane, StoreError, Tx};

use crate::due::LEASE;
use crate::organizations::Organization;
use crate::timeline::Pen;
use crate::{App, secrets};

/// Events that become bookings in one unit.
const AT_ONCE: usize = 10;

/// Ids and secrets of one booking, drawn before the unit.
struct Draw {
    booking: BookingId,
    seat: AttendeeId,
    link: LinkId,
    claim: ClaimId,
    token: String,
}

impl Draw {
    fn new(app: &App, now: Instant) -> Self {
        let chance = app.chance();
        Self {
            booking: BookingId(chance.uuid(now)),
            seat: AttendeeId(chance.uuid(now)),
            link: LinkId(chance.uuid(now)),
            claim: ClaimId(chance.uuid(now)),
            // For a link that nobody was sent yet; whoever sends one draws another.
            token: secrets::token(chance, "manage_token"),
        }
    }
}

/// Makes bookings of some of a calendar's events, under its connection's lease.
///
/// # Errors
/// [`StoreError`]; they are still due.
pub(crate) async fn step(app: &App, id: CalendarId) -> Result<(), StoreError> {
    let now = app.now();
    let draws: Vec<Draw> = (0..AT_ONCE).map(|_| Draw::new(app, now)).collect();
    let mut pen = Pen::new(app, now);
    app.store()
        .unit(Lane::Background, "bookings.import", move |tx| {
            pen.restart();
            let Some(found) = calendars::by_id(tx, id)? else {
                return Ok(());
            };
            let until = now + LEASE;
            let Some(lease) = leases::take(tx, found.connection_id, now, until)? else {
                return Ok(());
            };
            if let Some(place) = place(tx, id)? {
                import_some(tx, &place, &draws, &mut pen, now)?;
            }
            leases::give_back(tx, lease).map(drop)
        })
        .await
}

/// What the bookings of a calendar's events have in common.
struct Place {
    calendar: Calendar,
    organization: Organization,
    host: HostId,
    event_type: EventType,
}

/// Read under the lease: `None` where nothing is to be imported, or not now.
fn place(tx: &mut dyn Tx, id: CalendarId) -> Result<Option<Place>, StoreError> {
    let is_two_way = |c: &Calendar| c.mode == Mode::TwoWay && c.removed_at.is_none();
    let Some(calendar) = calendars::by_id(tx, id)?.filter(is_two_way) else {
        return Ok(None);
    };
    let connection = connections::by_id(tx, calendar.connection_id)?
        .filter(|connection| connection.state == ConnectionState::Connected);
    let Some(connection) = connection else {
        return Ok(None);
    };
    let organization = organizations::by_id(tx, connection.organization_id)?;
    let host = busy::blocked(tx, id)?.first().copied();
    let (Some(organization), Some(host)) = (organization, host) else {
        // It is nobody's: no setting lets it come to that.
        incoming::clear(tx, id)?;
        return Ok(None);
    };
    let Some(event_type) = kind(tx, organization.id, id, host)? else {
        incoming::clear(tx, id)?;
        return Ok(None);
    };
    Ok(Some(Place {
        calendar,
        organization,
        host,
        event_type,
    }))
}

/// What an event of a calendar becomes: what was told, or the first event type of one seat and one host that
/// its host offers, or else the first that anybody does.
pub(crate) fn kind(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    calendar: CalendarId,
    host: HostId,
) -> Result<Option<EventType>, StoreError> {
    if let Some(told) = calendars::import_event_type(tx, calendar)?
        && let Some(event_type) = event_types::by_id(tx, told)?
    {
        return Ok(Some(event_type));
    }
    let mut all = event_types::list(tx, organization)?;
    all.retain(is_fit);
    let offered = all.iter().position(|kind| kind.host(host).is_some());
    Ok(all.into_iter().nth(offered.unwrap_or(0)))
}

/// Whether an event may become a booking of this: it has one host, and one guest at most.
pub(crate) fn is_fit(event_type: &EventType) -> bool {
    !event_type.is_group() && event_type.assignment == Assignment::Any
}

fn import_some(
    tx: &mut dyn Tx,
    place: &Place,
    draws: &[Draw],
    pen: &mut Pen,
    now: Instant,
) -> Result<(), StoreError> {
    let calendar = place.calendar.id;
    let limit = i64::try_from(draws.len()).unwrap_or(i64::MAX);
    let events = incoming::first(tx, calendar, limit)?;
    let known = links::of_events(tx, calendar, events.iter().map(|(id, _)| id.as_str()))?;
    hosts::lock(tx, place.host)?;
    for ((event_id, event), draw) in events.iter().zip(draws) {
        if !known.contains_key(event_id) {
            import(tx, place, (event_id, event), draw, pen, now)?;
        }
    }
    incoming::remove(tx, calendar, events.iter().map(|(id, _)| id.as_str()))
}

/// One booking with its claim, its seat, its link and its first line of history.
fn import(
    tx: &mut dyn Tx,
    place: &Place,
    (event_id, event): (&str, &Incoming),
    draw: &Draw,
    pen: &mut Pen,
    now: Instant,
) -> Result<(), StoreError> {
    let taken = claims::make_room(tx, place.host, event.time, None, now)?;
    let is_taken = is_taken(event.time, &taken);
    let (booking, own) = booking(tx, place, event, draw, is_taken, now)?;
    bookings::insert(tx, &booking)?;
    let seat = Seat {
        id: draw.seat,
        booking_id: booking.id,
        seat: 0,
        left_at: None,
        attendee: booking.attendee.clone(),
    };
    seats::insert(tx, &seat, &secrets::hash(&draw.token))?;
    let claim = Claim {
        id: draw.claim,
        host: place.host,
        time: event.time,
        holder: Holder::Booking(booking.id),
        exclusive: !is_taken,
    };
    claims::insert(tx, &claim)?;
    links::insert_born(
        tx,
        &settled(place, (event_id, event), &booking, own, draw, now),
    )?;
    // From here on its claim says so.
    busy::forget(tx, place.calendar.id, event_id)?;
    let detail = json!({
        "start": event.time.start, "end": event.time.end, "overlaps": is_taken,
    });
    pen.write(tx, booking.id, "imported", Some(Cause::Calendar), detail)
}

/// The booking an event becomes, and which of its texts are too long for one.
fn booking(
    tx: &mut dyn Tx,
    place: &Place,
    event: &Incoming,
    draw: &Draw,
    is_taken: bool,
    now: Instant,
) -> Result<(Booking, Texts), StoreError> {
    let zone = [event.zone.as_deref(), place.calendar.zone.as_deref()]
        .into_iter()
        .flatten()
        .find_map(|name| Zone::parse(name).ok())
        .unwrap_or_else(|| place.organization.zone.clone());
    let (text, own) = taken_over(&event.remote.text);
    let attendee = match &event.guest {
        Some(guest) => contact(tx, &place.organization, guest)?,
        None => None,
    };
    let booking = Booking {
        id: draw.booking,
        organization_id: place.organization.id,
        event_type_id: place.event_type.id,
        host_id: place.host,
        time: event.time,
        zone,
        status: Status::Confirmed,
        version: 1,
        origin: Origin::Google,
        forced: is_taken,
        capacity: 1,
        attendee: attendee.unwrap_or_else(|| nobody(place, &text.title)),
        text,
        // No template writes over what the host wrote.
        edited: Texts {
            title: true,
            description: true,
            location: true,
        },
        reminders: event.remote.reminders.clone(),
        cancellation: None,
        created_at: now,
    };
    Ok((booking, own))
}

/// The guest as an attendee, as they are known here, or as Google names them. `None` where the address is none.
fn contact(
    tx: &mut dyn Tx,
    organization: &Organization,
    guest: &Guest,
) -> Result<Option<Attendee>, StoreError> {
    let form = |name: &str| AttendeeForm {
        name: name.to_owned(),
        email: Some(guest.email.clone()),
        ..AttendeeForm::default()
    };
    let named = guest.name.as_deref().unwrap_or_default();
    let check = |name| form(name).check(&organization.zone, organization.locale);
    let Ok(mut attendee) = check(named).or_else(|_| check(&guest.email)) else {
        return Ok(None);
    };
    let address = attendee.email.as_deref().unwrap_or_default();
    if let Some(known) = seats::known(tx, organization.id, address)? {
        attendee.name = known.name;
        attendee.phone = known.phone;
        attendee.zone = known.zone;
        attendee.locale = known.locale;
    }
    Ok(Some(attendee))
}

/// Whoever it is, until somebody says so: called as the event is, and out of anybody's reach.
fn nobody(place: &Place, title: &str) -> Attendee {
    let short: String = title.chars().take(NAME_CHARS_MAX).collect();
    Attendee {
        name: text::line(&short, NAME_CHARS_MAX).unwrap_or_else(|_| place.event_type.name.clone()),
        email: None,
        phone: None,
        zone: place.organization.zone.clone(),
        locale: place.organization.locale,
        notes: None,
    }
}

/// Both sides agree from the beginning: nothing is written to an event that nobody changed here (scenario E6).
fn settled(
    place: &Place,
    (event_id, event): (&str, &Incoming),
    booking: &Booking,
    own: Texts,
    draw: &Draw,
    now: Instant,
) -> EventLink {
    EventLink {
        id: draw.link,
        booking_id: booking.id,
        calendar_id: place.calendar.id,
        event_id: event_id.to_owned(),
        origin: Origin::Google,
        state: State::Settled,
        problem: None,
        html_link: event.html_link.clone(),
        run_at: now,
        failures: 0,
        last_synced_at: Some(now),
        loss: None,
        stay: Stay::Wanted,
        moved_to: None,
        missing_since: None,
        link: Link {
            ours: EventFields::wanted(booking),
            theirs: Some(event.remote.clone()),
            own,
            ..Link::default()
        },
    }
}
