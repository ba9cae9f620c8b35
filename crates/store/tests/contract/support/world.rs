//! A small made-up business: everything a test needs before its own point begins.

use std::collections::BTreeMap;

use domain::attendee::Attendee;
use domain::booking::{Booking, Status};
use domain::event_text::{EventText, EventTextTemplate};
use domain::event_type::{Assignment, EventType, Host, Rules};
use domain::freshness::{OnStale, Policy};
use domain::mirror::{Busy, ForeignEvent};
use domain::reminders::{Method, Reminder, Reminders};
use domain::schedule::{Hours, Schedule, WeeklyHours};
use domain::sync::merge::Texts;
use domain::sync::policy::Origin;
use domain::{
    AttendeeId, BookingId, CalendarId, ClaimId, ConnectionId, EventTypeId, HostId, Instant,
    Interval, Locale, OrganizationId, ScheduleId, Zone,
};
use jiff::SignedDuration;
use store::tables::calendars::{self, Calendar};
use store::tables::claims::{self, Claim, Holder};
use store::tables::connections::{self, Connection, Credential, Grant, Proof, State, Tokens};
use store::tables::mirror::{self, Part};
use store::tables::organizations::{self, Organization};
use store::tables::seats::{self, Seat};
use store::tables::{bookings, busy, event_types, hosts};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::NOW;

/// The id of this number: numbers sort as their ids do.
pub(crate) const fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(crate) const ORGANIZATION: OrganizationId = OrganizationId(id(1));
pub(crate) const HOST: HostId = HostId(id(2));
pub(crate) const SCHEDULE: ScheduleId = ScheduleId(id(3));
pub(crate) const EVENT_TYPE: EventTypeId = EventTypeId(id(4));
pub(crate) const CONNECTION: ConnectionId = ConnectionId(id(5));
pub(crate) const CALENDAR: CalendarId = CalendarId(id(6));

/// So many hours after [`NOW`].
pub(crate) fn hours(count: i64) -> Instant {
    NOW + SignedDuration::from_hours(count)
}

/// One hour long.
pub(crate) fn hour(from: i64) -> Interval {
    Interval {
        start: hours(from),
        end: hours(from + 1),
    }
}

pub(crate) fn organization(number: u128, slug: &str, name: &str) -> Organization {
    Organization {
        id: OrganizationId(id(number)),
        slug: slug.to_owned(),
        name: name.to_owned(),
        zone: Zone::parse("America/Argentina/Buenos_Aires").unwrap(),
        locale: Locale::Es,
        freshness: Policy {
            on_stale: OnStale::Refuse,
            stale_after: SignedDuration::from_mins(90),
        },
    }
}

pub(crate) fn schedule() -> Schedule {
    Schedule {
        zone: Zone::parse("Europe/Berlin").unwrap(),
        hours: WeeklyHours {
            monday: vec![
                Hours::new(540, 720).unwrap(),
                Hours::new(780, 1440).unwrap(),
            ],
            ..WeeklyHours::default()
        },
    }
}

pub(crate) fn host() -> Host {
    Host {
        id: HOST,
        name: "Ada".to_owned(),
        schedule: schedule(),
    }
}

fn reminders() -> Reminders {
    let (minutes, method) = (30, Method::Email);
    Reminders::only(vec![Reminder { minutes, method }]).unwrap()
}

pub(crate) fn event_type(number: u128, slug: &str) -> EventType {
    EventType {
        id: EventTypeId(id(number)),
        organization_id: ORGANIZATION,
        slug: slug.to_owned(),
        name: "Größe – 発音".to_owned(),
        description: String::new(),
        rules: Rules::new(60, 30, 0, 730).unwrap(),
        hosts: vec![host()],
        assignment: Assignment::Any,
        capacity: 1,
        needs_approval: false,
        reminders: reminders(),
        text: EventTextTemplate {
            title: "{attendee} \"quoted\" \\ and 'single'".to_owned(),
            description: "line\nline".to_owned(),
            location: String::new(),
        },
    }
}

pub(crate) fn booking(number: u128, time: Interval) -> Booking {
    Booking {
        id: BookingId(id(number)),
        organization_id: ORGANIZATION,
        event_type_id: EVENT_TYPE,
        host_id: HOST,
        time,
        zone: Zone::parse("Europe/Berlin").unwrap(),
        status: Status::Confirmed,
        version: 1,
        origin: Origin::Here,
        forced: false,
        capacity: 1,
        attendee: Attendee {
            name: "Zoë \u{1F600} Müller".to_owned(),
            email: Some("zoe@example.org".to_owned()),
            phone: None,
            zone: Zone::utc(),
            locale: Locale::En,
            notes: Some(String::new()),
        },
        text: EventText {
            title: "Lesson".to_owned(),
            description: "with\ttabs".to_owned(),
            location: "here".to_owned(),
        },
        reminders: reminders(),
        edited: Texts::default(),
        cancellation: None,
        created_at: NOW,
    }
}

pub(crate) fn connection(number: u128, sub: &str) -> Connection {
    Connection {
        id: ConnectionId(id(number)),
        organization_id: ORGANIZATION,
        account_sub: sub.to_owned(),
        account_email: "host@example.org".to_owned(),
        scopes: "a b".to_owned(),
        state: State::Connected,
        cause: None,
        credential: Credential::OAuth {
            refresh: Some(vec![7; 300]),
        },
        tokens: Tokens {
            access: Some(vec![0, 1, 255]),
            access_expires_at: NOW,
        },
        grant: Grant {
            at: NOW,
            used_at: NOW,
            short_before: 0,
        },
        proof: Proof::default(),
        run_at: NOW,
        failures: 0,
    }
}

pub(crate) fn calendar(number: u128, google_id: &str) -> Calendar {
    let id = CalendarId(id(number));
    Calendar {
        changed_at: Some(hours(-1)),
        events_read: 7,
        ..Calendar::new(id, CONNECTION, google_id, calendars::Mode::Write, NOW)
    }
}

/// An organization with a host, a schedule and an event type.
pub(crate) fn found(tx: &mut dyn Tx) -> Result<(), StoreError> {
    organizations::insert(tx, &organization(1, "brightside", "Brightside"), NOW)?;
    hosts::insert(tx, HOST, ORGANIZATION, "Ada")?;
    event_types::insert_schedule(tx, SCHEDULE, ORGANIZATION, &schedule())?;
    event_types::insert(tx, &event_type(4, "lesson"), &[SCHEDULE], 1)
}

/// And a connected calendar that receives its bookings.
pub(crate) fn connect(tx: &mut dyn Tx) -> Result<(), StoreError> {
    connections::insert(tx, &connection(5, "sub-1"), NOW)?;
    calendars::insert(tx, &calendar(6, "primary"))
}

/// A booking with its first seat and its claim, which is exclusive unless the booking is forced. Its
/// manage token's hash is its id twice.
pub(crate) fn book(tx: &mut dyn Tx, booking: &Booking) -> Result<(), StoreError> {
    insert(tx, booking)?;
    claims::insert(tx, &claim(booking))
}

/// A booking with its first seat. It claims nothing.
pub(crate) fn insert(tx: &mut dyn Tx, booking: &Booking) -> Result<(), StoreError> {
    bookings::insert(tx, booking)?;
    seats::insert(tx, &seat(booking, 0), &manage_hash(booking.id))
}

/// One of a booking's seats; the first has the booking's own id.
pub(crate) fn seat(booking: &Booking, number: i64) -> Seat {
    let number_of_id = booking.id.0.as_u128() + 1_000_000 * u128::from(number.cast_unsigned());
    Seat {
        id: AttendeeId(id(number_of_id)),
        booking_id: booking.id,
        seat: number,
        left_at: None,
        attendee: booking.attendee.clone(),
    }
}

pub(crate) fn claim(booking: &Booking) -> Claim {
    Claim {
        id: ClaimId(booking.id.0),
        host: booking.host_id,
        time: booking.time,
        holder: Holder::Booking(booking.id),
        exclusive: !booking.forced,
    }
}

pub(crate) fn manage_hash(booking: BookingId) -> Vec<u8> {
    booking.0.as_bytes().repeat(2)
}

/// Busy time of an event `source`.
pub(crate) fn note_busy(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    generation: i64,
    time: Interval,
    source: &str,
) -> Result<(), StoreError> {
    let row = Busy {
        event_id: source.to_owned(),
        original_start: None,
        time,
        link: None,
    };
    let part = Part {
        calendar,
        generation,
    };
    busy::add(tx, part, [(source, &row)])
}

/// `rows` are all the busy time of one source.
pub(crate) fn replace_busy(
    tx: &mut dyn Tx,
    part: Part,
    source: &str,
    rows: &[Busy],
) -> Result<(), StoreError> {
    busy::replace(tx, part, &BTreeMap::from([(source, rows.to_vec())]))
}

/// One event of whose busy time nothing is said.
pub(crate) fn mirrored(
    tx: &mut dyn Tx,
    part: Part,
    event: &ForeignEvent,
) -> Result<(), StoreError> {
    mirror::put(tx, part, [(event, None)])
}
