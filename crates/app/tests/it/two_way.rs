//! Two-way calendars: the host's own events become bookings, once, and stay the host's own until somebody changes
//! them here.

use app::bookings::{
    CalendarSync, ContactError, ContactInput, Detail, Filter, by_id, link_contact, list,
};
use app::calendars::{CalendarError, Change, Mode, change};
use app::connections;
use app::due::{Stepped, step};
use domain::attendee::AttendeeForm;
use domain::booking::{Booking, Cause, Status};
use domain::freshness::OnStale;
use domain::sync::policy::Origin;
use domain::{BookingId, CalendarId, HostId};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::Lane;

use super::bookings::{booked, call_off, move_to};
use super::calendars::named;
use super::conflicts::{accepts, renews};
use super::freshness::{away, read_once};
use super::pull::{busy_of, event, gone, hosts, hour, later, read, shows, worked};
use super::support::{Harness, now};

fn settings(h: &Harness, how: Change) -> Result<(), CalendarError> {
    let all = now(connections::list(&h.app, h.organization.id)).unwrap();
    let calendar = calendar(h);
    now(change(&h.app, h.organization.id, all[0].id, calendar, how))
}

fn calendar(h: &Harness) -> CalendarId {
    named(h, "primary").id
}

fn mode(mode: Mode) -> Change {
    Change {
        mode: Some(mode),
        ..Change::default()
    }
}

/// Whose calendar it is: Marta, who offers `maths`.
fn owner(h: &Harness) -> HostId {
    let all = now(app::event_types::list(&h.app, h.organization.id)).unwrap();
    let maths = all.iter().find(|kind| kind.slug == "maths").unwrap();
    maths.hosts[0].id
}

/// A calendar that is two-way, and has these events.
fn two_way(items: &[Value]) -> Harness {
    two_way_of(read(&[]), items)
}

/// The calendar of this one, from now on.
fn two_way_of(h: Harness, items: &[Value]) -> Harness {
    let how = Change {
        blocks: Some(vec![owner(&h)]),
        ..mode(Mode::TwoWay)
    };
    settings(&h, how).unwrap();
    shows(&h, items, "nextSyncToken", "t1");
    rest(&h);
    h
}

/// Does what there is to do without Google, up to a few steps.
fn rest(h: &Harness) {
    for _ in 0..9 {
        if let Stepped::Idle(_) = now(step(&h.app)).unwrap() {
            return;
        }
    }
    panic!("it does not come to rest");
}

/// The host's own event.
fn own(id: &str, from: i64) -> Value {
    let mut event = event(id, from);
    event["organizer"] = json!({ "email": "ana@example.com", "self": true });
    event
}

/// The same, as somebody changed it.
fn edited(id: &str, from: i64, etag: &str, title: &str) -> Value {
    let mut event = own(id, from);
    event["etag"] = format!("\"{etag}\"").into();
    event["summary"] = title.into();
    event
}

/// The next page has this, and what follows from it without Google is done.
fn changes(h: &Harness, items: &[Value], token: &str) {
    later(h);
    shows(h, items, "nextSyncToken", token);
    rest(h);
}

fn all(h: &Harness, filter: Filter) -> Vec<Detail> {
    let page = now(list(&h.app, h.organization.id, filter, None, 50)).unwrap();
    page.items
}

fn only(h: &Harness) -> Detail {
    let mut all = all(h, Filter::Upcoming);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn again(h: &Harness, id: BookingId) -> Detail {
    now(by_id(&h.app, h.organization.id, id)).unwrap().unwrap()
}

fn count(h: &Harness, sql: &'static str) -> i64 {
    let unit = h.store.unit(Lane::Read, "test.count", move |tx| {
        tx.first(sql, &[]).map(|row| row.unwrap().take::<i64>())
    });
    now(unit).unwrap().unwrap()
}

/// How often anything was written to Google beside the proof of the connection.
fn writes(h: &Harness) -> Vec<String> {
    let paths = h.google.paths();
    let events = paths.iter().filter(|path| path.contains("/events"));
    let writes = events.filter(|path| !path.starts_with("GET"));
    // The proof makes its event and removes it.
    writes.skip(2).cloned().collect()
}

/// rows V2, V3, V6, scenario E6: it is a booking of the one host, once, however often it is shown; nobody is told
/// and nothing is written.
#[test]
fn an_event_of_the_host_becomes_one_booking_and_stays_untouched() {
    let h = two_way(&[own("e1", 9), event("others", 11)]);
    let found = only(&h);
    let booking = &found.booking;
    assert_eq!((booking.time, booking.host_id), (hour(9), owner(&h)));
    assert_eq!(
        (booking.status, booking.origin),
        (Status::Confirmed, Origin::Google)
    );
    assert_eq!(booking.text.title, "Private");
    assert_eq!(
        (booking.attendee.name.as_str(), &booking.attendee.email),
        ("Private", &None)
    );
    assert_eq!(booking.zone.name(), "Europe/Madrid");
    assert_eq!(found.event_type.slug, "maths");
    assert_eq!(
        busy_of(&h, owner(&h)),
        [hour(11)],
        "what is booked is no foreign time too"
    );
    changes(&h, &[own("e1", 9)], "t2");
    settings(&h, mode(Mode::TwoWay)).unwrap();
    // A position that ends lists everything anew.
    later(&h);
    h.google.answer(410, "{}");
    worked(&h.app);
    changes(&h, &[own("e1", 9), event("others", 11)], "t3");
    assert_eq!(only(&h).booking.version, 1);
    assert_eq!(busy_of(&h, owner(&h)), [hour(11)]);
    assert_eq!(writes(&h), Vec::<String>::new());
    assert_eq!(count(&h, "SELECT count(*) FROM outgoing_message"), 0);
}

/// row V2: moved, renamed and deleted there.
#[test]
fn what_the_host_does_in_google_reaches_the_booking() {
    let h = two_way(&[own("e1", 9)]);
    let id = only(&h).booking.id;
    changes(&h, &[edited("e1", 10, "2", "Visit")], "t2");
    let booking = again(&h, id).booking;
    assert_eq!(
        (booking.time, booking.text.title.as_str()),
        (hour(10), "Visit")
    );
    assert_eq!(busy_of(&h, owner(&h)), []);
    later(&h);
    shows(&h, &[gone("e1")], "nextSyncToken", "t3");
    h.google.answer(200, gone("e1").to_string());
    rest(&h);
    let booking = again(&h, id).booking;
    assert_eq!(booking.status, Status::Cancelled);
    assert_eq!(booking.cancellation.unwrap().cause, Cause::Calendar);
    assert_eq!(writes(&h), Vec::<String>::new());
    assert_eq!(count(&h, "SELECT count(*) FROM outgoing_message"), 0);
}

/// rows V2, V3: moved here it is changed there, at the version seen, and marked; what the host wrote stays.
#[test]
fn what_is_moved_here_reaches_the_host_s_event() {
    let h = two_way(&[own("e1", 9)]);
    let id = only(&h).booking.id;
    move_to(&h, id, "2026-11-25T15:00:00Z").unwrap();
    h.google.accept();
    rest(&h);
    let (method, address, body) = h.google.asked().pop().unwrap();
    assert_eq!(method, "PATCH");
    assert!(address.contains("/events/e1?"), "{address}");
    let last = h.google.asked().len() - 1;
    assert_eq!(h.google.header(last, "if-match").as_deref(), Some("\"1\""));
    assert_eq!(body["extendedProperties"]["private"]["lockstepEvent"], "e1");
    let mut fields: Vec<&String> = body.as_object().unwrap().keys().collect();
    fields.sort();
    assert_eq!(fields, ["end", "extendedProperties", "start"]);
    assert_eq!(again(&h, id).sync.state, CalendarSync::Synced);
}

/// row V2: cancelled here it is removed there.
#[test]
fn what_is_cancelled_here_is_removed_there() {
    let h = two_way(&[own("e1", 9)]);
    call_off(&h, only(&h).booking.id, "", Cause::Admin).unwrap();
    h.google.answer(204, "");
    rest(&h);
    let last = h.google.paths().pop().unwrap();
    assert!(
        last.starts_with("DELETE ") && last.ends_with("/events/e1"),
        "{last}"
    );
    changes(&h, &[gone("e1")], "t2");
    assert_eq!(all(&h, Filter::Upcoming).len(), 0);
}

/// scenario E6: the host says no to an event of his own: the booking ends, and his event stays his.
#[test]
fn an_event_that_its_host_declines_is_not_removed() {
    let h = two_way(&[own("e1", 9)]);
    let id = only(&h).booking.id;
    let mut declined = edited("e1", 9, "2", "Private");
    declined["attendees"] = json!([{ "self": true, "responseStatus": "declined" }]);
    later(&h);
    shows(&h, std::slice::from_ref(&declined), "nextSyncToken", "t2");
    h.google.answer(200, declined.to_string());
    rest(&h);
    assert_eq!(again(&h, id).booking.status, Status::Cancelled);
    assert_eq!(writes(&h), Vec::<String>::new());
}

/// row V6: the one guest is the attendee, as they are known here; of several nobody is.
#[test]
fn the_one_guest_is_the_attendee() {
    let guest = |email: &str| json!({ "email": email, "displayName": "Somebody" });
    let mut known = own("e1", 9);
    known["attendees"] = json!([guest("eva@example.com")]);
    let mut new = own("e2", 11);
    new["attendees"] = json!([guest("zoe@example.org")]);
    let mut many = own("e3", 13);
    many["attendees"] = json!([guest("zoe@example.org"), guest("tom@example.org")]);
    let h = read(&[]);
    let before = booked(&h, "2026-11-24T09:00:00Z").booking.attendee;
    known["attendees"][0]["email"] = before.email.clone().unwrap().into();
    h.google.accept();
    worked(&h.app);
    let how = Change {
        blocks: Some(vec![owner(&h)]),
        ..mode(Mode::TwoWay)
    };
    settings(&h, how).unwrap();
    shows(&h, &[known, new, many], "nextSyncToken", "t1");
    h.google.answer(404, "{}");
    rest(&h);
    let born: Vec<_> = all(&h, Filter::Upcoming)
        .into_iter()
        .map(|found| found.booking)
        .filter(|booking| booking.origin == Origin::Google)
        .map(|booking| (booking.attendee.name, booking.attendee.email))
        .collect();
    let expected = [
        (before.name, before.email),
        ("Somebody".into(), Some("zoe@example.org".into())),
        ("Private".into(), None),
    ];
    assert_eq!(born, expected);
}

/// design 6: an event on top of a booking becomes one too, not exclusive, and both stay.
#[test]
fn an_event_on_top_of_a_booking_stays_and_is_not_exclusive() {
    let h = two_way(&[own("e1", 9), edited("e2", 9, "1", "Second")]);
    let both = all(&h, Filter::Upcoming);
    let forced: Vec<_> = both.iter().map(|found| found.booking.forced).collect();
    assert_eq!(forced.iter().filter(|forced| **forced).count(), 1);
    assert_eq!(both.len(), 2);
}

/// row V3: switched off, its bookings stay and nothing is written; switched on again, nothing is doubled.
#[test]
fn switched_off_and_on_again_nothing_is_doubled() {
    let h = two_way(&[own("e1", 9)]);
    let id = only(&h).booking.id;
    settings(&h, mode(Mode::Write)).unwrap();
    changes(&h, &[own("e1", 9)], "w1");
    call_off(&h, id, "", Cause::Admin).unwrap();
    rest(&h);
    assert_eq!(writes(&h), Vec::<String>::new(), "it was let go of");
    settings(&h, mode(Mode::TwoWay)).unwrap();
    // Cancelled while it was let go of: that is carried out now.
    h.google.answer(200, own("e1", 9).to_string());
    worked(&h.app);
    h.google.answer(204, "");
    rest(&h);
    changes(&h, &[gone("e1")], "t2");
    assert_eq!(all(&h, Filter::Upcoming).len(), 0);
    assert_eq!(count(&h, "SELECT count(*) FROM booking"), 1);
}

/// row V2: a two-way calendar is the one of one host.
#[test]
fn a_calendar_of_several_hosts_cannot_be_two_way() {
    let h = read(&[]);
    let refused = settings(&h, mode(Mode::TwoWay));
    assert_eq!(refused, Err(CalendarError::OneHostNeeded));
    let nobody = Change {
        blocks: Some(Vec::new()),
        ..mode(Mode::TwoWay)
    };
    assert_eq!(settings(&h, nobody), Err(CalendarError::OneHostNeeded));
    let h = two_way(&[]);
    let everybody = Change {
        blocks: Some(hosts(&h)),
        ..Change::default()
    };
    assert_eq!(settings(&h, everybody), Err(CalendarError::OneHostNeeded));
}

fn named_contact(h: &Harness, booking: BookingId, email: &str) -> Result<Booking, ContactError> {
    let input = ContactInput {
        booking,
        contact: AttendeeForm {
            name: "Zoe".into(),
            email: Some(email.into()),
            ..AttendeeForm::default()
        },
        version: None,
        cause: Cause::Admin,
    };
    now(link_contact(&h.app, input))
}

/// row V6: the contact of a booking born in Google is named once, and its event stays as the host wrote it.
#[test]
fn a_contact_is_named_afterwards() {
    let h = two_way(&[own("e1", 9)]);
    let id = only(&h).booking.id;
    let wrong = named_contact(&h, id, "nowhere");
    assert!(matches!(wrong, Err(ContactError::BadAttendee(_))));
    for _ in 0..2 {
        let named = named_contact(&h, id, "zoe@example.org").unwrap();
        assert_eq!((named.attendee.name.as_str(), named.version), ("Zoe", 2));
    }
    assert_eq!(
        named_contact(&h, id, "tom@example.org"),
        Err(ContactError::Known)
    );
    rest(&h);
    let email = again(&h, id).booking.attendee.email;
    assert_eq!(email.as_deref(), Some("zoe@example.org"));
    assert_eq!(writes(&h), Vec::<String>::new());
}

/// design 4, row V3: that an event has become a booking does not make its time free for an unverified one.
#[test]
fn an_unverified_booking_is_not_confirmed_on_top_of_an_imported_one() {
    let h = two_way_of(read_once(OnStale::Tentative), &[]);
    away(&h);
    let id = booked(&h, "2026-11-25T09:00:00Z").booking.id;
    h.clock.advance(SignedDuration::from_secs(1));
    renews(&h);
    accepts(&h);
    shows(&h, &[own("e1", 9)], "nextSyncToken", "t2");
    rest(&h);
    changes(&h, &[edited("e1", 9, "2", "Visit")], "t3");
    let found = again(&h, id);
    assert_eq!(found.booking.status, Status::Unverified);
    assert!(found.sync.conflict.is_some());
    assert_eq!(all(&h, Filter::Upcoming).len(), 2);
}
