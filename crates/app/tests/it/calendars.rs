//! Settings of connected calendars: several for a host, several hosts for one, each for its purpose.

use app::bookings::CalendarSync;
use app::calendars::{Calendar, CalendarError, Change, Mode, add, change, list, remove};
use app::connections::{self, Cause, connect_public};
use domain::{CalendarId, ConnectionId, HostId, Interval};
use jiff::SignedDuration;
use serde_json::json;
use store::Lane;

use super::bookings::booked;
use super::pull::{
    asked, asked_for, busy_of, connected, event, hosts, hour, later, read, shows, taken, worked,
};
use super::support::{Harness, harness, now};

const TEAM: &str = "team@group.calendar.google.com";

fn connection(h: &Harness) -> ConnectionId {
    now(connections::list(&h.app, h.organization.id)).unwrap()[0].id
}

pub(crate) fn all(h: &Harness) -> Vec<Calendar> {
    now(list(&h.app, h.organization.id, connection(h))).unwrap()
}

pub(crate) fn named(h: &Harness, google_id: &str) -> Calendar {
    let found = all(h).into_iter().find(|c| c.google_id == google_id);
    found.unwrap()
}

fn primary(h: &Harness) -> CalendarId {
    named(h, "primary").id
}

/// What Google says when the calendar is looked at.
fn shown_as(h: &Harness, role: &str) {
    let page = json!({ "summary": "Team", "timeZone": "Europe/Madrid", "accessRole": role,
        "items": [], "nextSyncToken": "look" });
    h.google.answer(200, page.to_string());
}

fn try_add(h: &Harness, google_id: &str, mode: Mode) -> Result<CalendarId, CalendarError> {
    now(add(
        &h.app,
        h.organization.id,
        connection(h),
        google_id,
        mode,
    ))
}

pub(crate) fn added(h: &Harness, google_id: &str, mode: Mode) -> CalendarId {
    shown_as(h, "owner");
    try_add(h, google_id, mode).unwrap()
}

fn changed(h: &Harness, id: CalendarId, how: Change) -> Result<(), CalendarError> {
    now(change(&h.app, h.organization.id, connection(h), id, how))
}

fn removed(h: &Harness, id: CalendarId) -> Result<(), CalendarError> {
    now(remove(&h.app, h.organization.id, connection(h), id))
}

fn receives(hosts: &[HostId]) -> Change {
    Change {
        receives: Some(hosts.to_vec()),
        ..Change::default()
    }
}

fn mode(mode: Mode) -> Change {
    Change {
        mode: Some(mode),
        ..Change::default()
    }
}

/// The fields of each event that the last request asked for.
fn fields_of_events(h: &Harness) -> String {
    let fields = asked_for(h, "fields").unwrap();
    fields.split_once("items(").unwrap().1.to_owned()
}

/// Which calendar the last request was about.
fn asked_of(h: &Harness) -> String {
    let (_, address, _) = h.google.asked().pop().unwrap();
    let path = address.split_once("/calendars/").unwrap().1;
    path.split('/').next().unwrap().replace("%40", "@")
}

/// Reads whichever calendar is due; gives whether it was this one.
fn asked_of_next(h: &Harness, google_id: &str) -> bool {
    shows(h, &[], "nextSyncToken", "next");
    asked_of(h) == google_id
}

/// row R11, design 7: what is read for its busy time alone is asked for nothing else.
#[test]
fn a_calendar_is_asked_for_no_more_than_it_is_connected_for() {
    let h = read(&[]);
    assert!(
        fields_of_events(&h).contains("summary"),
        "bookings go there"
    );
    added(&h, TEAM, Mode::Busy);
    let is_private = |h: &Harness| {
        let fields = fields_of_events(h);
        let private = ["summary", "description", "location", "email", "displayName"];
        private.iter().all(|name| !fields.contains(name))
            && fields.contains("attendees(self,responseStatus)")
    };
    assert!(is_private(&h), "already when it was looked at");
    shows(&h, &[event("a", 9)], "nextSyncToken", "t1");
    assert!(asked_of(&h) == TEAM && is_private(&h));
    assert_eq!(taken(&h), [hour(9)]);
    // Not offered yet, but read as it says where it is so.
    let team = named(&h, TEAM).id;
    let set = h.store.unit(Lane::Background, "test.two_way", move |tx| {
        store::tables::calendars::set_mode(tx, team, Mode::TwoWay, None)
    });
    now(set).unwrap();
    later(&h);
    while !asked_of_next(&h, TEAM) {}
    assert!(fields_of_events(&h).contains("organizer/self"));
}

/// row T8: an event takes the time of the hosts that its calendar blocks; several may block one host.
#[test]
fn a_calendar_takes_the_time_of_those_it_is_told_to() {
    let h = read(&[event("a", 9)]);
    let id = added(&h, TEAM, Mode::Busy);
    shows(&h, &[event("b", 11)], "nextSyncToken", "t1");
    assert_eq!(taken(&h), [hour(9), hour(11)], "everybody's, until told");
    let hosts = hosts(&h);
    let only = Change {
        blocks: Some(vec![hosts[0]]),
        ..Change::default()
    };
    changed(&h, id, only).unwrap();
    assert_eq!(named(&h, TEAM).blocks, [hosts[0]]);
    assert_eq!(busy_of(&h, hosts[0]), [hour(9), hour(11)]);
    assert_eq!(busy_of(&h, hosts[1]), [hour(9)]);
    let nobody = Change {
        blocks: Some(Vec::new()),
        ..Change::default()
    };
    changed(&h, id, nobody).unwrap();
    assert_eq!(taken(&h), [hour(9)]);
    let stranger = Change {
        blocks: Some(vec![HostId(uuid::Uuid::nil())]),
        ..Change::default()
    };
    assert_eq!(changed(&h, id, stranger), Err(CalendarError::UnknownHost));
}

/// row T8: bookings go to the calendar of their host, and to the first where nothing was told.
#[test]
fn a_booking_goes_to_the_calendar_its_host_receives_in() {
    for is_told in [false, true] {
        let h = read(&[]);
        let team = added(&h, TEAM, Mode::Write);
        shows(&h, &[], "nextSyncToken", "t1");
        let everyone = hosts(&h);
        assert_eq!(named(&h, TEAM).receives, []);
        assert_eq!(named(&h, "primary").receives.len(), everyone.len());
        if is_told {
            changed(&h, team, receives(&everyone)).unwrap();
            assert_eq!(named(&h, TEAM).receives.len(), everyone.len());
            assert_eq!(named(&h, "primary").receives, []);
        }
        booked(&h, "2026-11-24T09:00:00Z");
        h.google.accept();
        worked(&h.app);
        assert_eq!(asked_of(&h), if is_told { TEAM } else { "primary" });
    }
}

/// Nobody's bookings are ever left without a calendar by accident.
#[test]
fn bookings_always_have_somewhere_to_go() {
    let h = read(&[]);
    let needed = Err(CalendarError::ReceiverNeeded);
    assert_eq!(removed(&h, primary(&h)), needed, "the last one");
    assert_eq!(changed(&h, primary(&h), mode(Mode::Busy)), needed);
    assert_eq!(changed(&h, primary(&h), receives(&[])), needed);
    let team = added(&h, TEAM, Mode::Busy);
    assert_eq!(removed(&h, primary(&h)), needed, "the other is only read");
    let everyone = hosts(&h);
    let read_only = changed(&h, team, receives(&everyone));
    assert_eq!(read_only, Err(CalendarError::NotWritten));
    shown_as(&h, "reader");
    assert_eq!(
        changed(&h, team, mode(Mode::Write)),
        Err(CalendarError::ReadOnly)
    );
    shown_as(&h, "writer");
    changed(&h, team, mode(Mode::Write)).unwrap();
    changed(&h, team, receives(&everyone[..1])).unwrap();
    assert_eq!(named(&h, TEAM).receives, [everyone[0]]);
    removed(&h, primary(&h)).unwrap();
    assert_eq!(named(&h, TEAM).receives.len(), everyone.len());
    assert_eq!(removed(&h, team), needed);
}

/// A position is good for one set of fields: with another mode all is listed anew, and what was known counts
/// until that is done.
#[test]
fn another_mode_lists_the_calendar_anew() {
    let h = read(&[]);
    let team = added(&h, TEAM, Mode::Busy);
    shows(&h, &[event("a", 9)], "nextSyncToken", "t1");
    shown_as(&h, "owner");
    changed(&h, team, mode(Mode::Write)).unwrap();
    assert_eq!(taken(&h), [hour(9)]);
    shows(&h, &[event("b", 11)], "nextSyncToken", "t2");
    assert_eq!(
        (asked_of(&h).as_str(), asked_for(&h, "syncToken")),
        (TEAM, None)
    );
    assert!(fields_of_events(&h).contains("summary"));
    assert_eq!(taken(&h), [hour(11)]);
    let two_way = changed(&h, team, mode(Mode::TwoWay));
    assert_eq!(two_way, Err(CalendarError::OneHostNeeded));
}

/// scenario F5's like: what was taken away is in nobody's way, at once; the events of bookings stay as they are.
#[test]
fn a_calendar_taken_away_frees_its_time_and_lets_go_of_its_events() {
    let h = read(&[]);
    let team = added(&h, TEAM, Mode::Write);
    shows(&h, &[event("a", 15)], "nextSyncToken", "t1");
    changed(&h, team, receives(&hosts(&h))).unwrap();
    let made = booked(&h, "2026-11-24T09:00:00Z");
    h.google.accept();
    worked(&h.app);
    assert_eq!(taken(&h), [hour(15)]);
    let asked_before = h.google.asked().len();
    removed(&h, team).unwrap();
    assert_eq!(taken(&h), []);
    assert_eq!(all(&h).len(), 1);
    let state = || {
        let found = app::bookings::by_id(&h.app, h.organization.id, made.booking.id);
        now(found).unwrap().unwrap().sync.state
    };
    assert_eq!(state(), CalendarSync::None);
    now(app::housekeeping::run(&h.app)).unwrap();
    let left = now(h.store.unit(Lane::Read, "test.left", move |tx| {
        let part = store::tables::mirror::Part {
            calendar: team,
            generation: 1,
        };
        let window = Interval::lasting(hour(0).start, SignedDuration::from_hours(240));
        store::tables::busy::within(tx, part, window)
    }));
    assert_eq!(left.unwrap(), []);
    assert_eq!(
        h.google.asked().len(),
        asked_before,
        "nothing is asked of Google for it"
    );
    // Added again it is the same row, and its event is looked at.
    assert_eq!(added(&h, TEAM, Mode::Write), team);
    assert_eq!(state(), CalendarSync::Pending);
    worked(&h.app);
    let (method, address, _) = h.google.asked().pop().unwrap();
    assert!(method == "GET" && address.contains("/events/"), "{address}");
}

/// design 7: one Google calendar is one connected calendar, however many accounts reach it.
#[test]
fn a_calendar_is_connected_once() {
    let h = connected();
    // `primary` is the account's own, whose id is its address.
    for id in ["primary", "ada@example.org", "Ada@Example.org"] {
        let again = try_add(&h, id, Mode::Busy);
        assert_eq!(again, Err(CalendarError::AlreadyConnected), "{id}");
    }
    shown_as(&h, "reader");
    now(connect_public(&h.app, h.organization.id, TEAM)).unwrap();
    let again = try_add(&h, TEAM, Mode::Busy);
    assert_eq!(again, Err(CalendarError::AlreadyConnected));
    let other = "other@group.calendar.google.com";
    added(&h, other, Mode::Busy);
    shown_as(&h, "reader");
    let public = now(connect_public(&h.app, h.organization.id, other));
    assert_eq!(public, Err(connections::PublicError::AlreadyConnected));
}

/// row L10: a public calendar that was taken away can be subscribed to again; it is never one to write to.
#[test]
fn a_public_calendar_is_only_read() {
    let h = harness();
    let subscribe = || {
        shown_as(&h, "reader");
        now(connect_public(&h.app, h.organization.id, TEAM)).unwrap();
    };
    subscribe();
    let id = named(&h, TEAM).id;
    assert_eq!(
        changed(&h, id, mode(Mode::Write)),
        Err(CalendarError::ReadOnly)
    );
    let other = try_add(&h, "other@example.org", Mode::Busy);
    assert_eq!(
        other,
        Err(CalendarError::ReadOnly),
        "the key is for this one"
    );
    worked(&h.app);
    shows(&h, &[event("a", 9)], "nextSyncToken", "s1");
    removed(&h, id).unwrap();
    assert_eq!((all(&h), taken(&h)), (vec![], vec![]));
    subscribe();
    shows(&h, &[event("a", 9)], "nextSyncToken", "s1");
    assert_eq!(asked_for(&h, "syncToken"), None);
    assert_eq!((named(&h, TEAM).id, taken(&h)), (id, vec![hour(9)]));
}

#[test]
fn what_is_typed_is_looked_at_before_it_is_connected() {
    let h = connected();
    let long = "x".repeat(400);
    for id in ["", "  ", "two words", "a\nb", &long] {
        assert_eq!(try_add(&h, id, Mode::Busy), Err(CalendarError::BadId));
    }
    shown_as(&h, "owner");
    let two_way = try_add(&h, TEAM, Mode::TwoWay);
    assert_eq!(two_way, Err(CalendarError::OneHostNeeded));
    h.google.answer(404, "{}");
    let nowhere = try_add(&h, TEAM, Mode::Busy);
    assert_eq!(nowhere, Err(CalendarError::NotVisible));
    for role in ["reader", "freeBusyReader"] {
        shown_as(&h, role);
        let read_only = try_add(&h, TEAM, Mode::Write);
        assert_eq!(read_only, Err(CalendarError::ReadOnly), "{role}");
    }
    let nobody = try_add(&h, TEAM, Mode::Busy);
    assert_eq!(nobody, Err(CalendarError::Google(Cause::Unreachable)));
    assert_eq!(all(&h).len(), 1);
    let (_, address, _) = h.google.asked().pop().unwrap();
    assert!(address.contains("maxResults=1&"), "{address}");
    added(&h, &format!(" {TEAM} "), Mode::Busy);
    assert_eq!(named(&h, TEAM).name, "Team");
    let elsewhere = domain::OrganizationId(uuid::Uuid::nil());
    let foreign = now(list(&h.app, elsewhere, connection(&h)));
    assert_eq!(foreign, Err(CalendarError::NoConnection));
}

/// A token that has run out is renewed first.
#[test]
fn a_calendar_is_looked_at_with_a_token_that_is_good() {
    let h = connected();
    h.clock.advance(SignedDuration::from_hours(2));
    h.google.answer(
        200,
        json!({ "access_token": "at2", "expires_in": 3600, "token_type": "Bearer" }).to_string(),
    );
    added(&h, TEAM, Mode::Busy);
    let last = h.google.asked().len() - 1;
    let header = h.google.header(last, "authorization");
    assert_eq!(header.as_deref(), Some("Bearer at2"));
    assert!(!asked(&h).is_empty());
}

/// scenario F1: marked Free it blocks nothing, and whoever looks at the settings is told.
#[test]
fn all_day_events_that_block_nothing_are_counted() {
    let day = |id: &str, first: &str, end: &str, transparency: &str| {
        json!({ "id": id, "status": "confirmed", "transparency": transparency,
        "start": { "date": first }, "end": { "date": end } })
    };
    let h = read(&[
        day("free", "2026-12-01", "2026-12-02", "transparent"),
        day("busy", "2026-12-03", "2026-12-04", "opaque"),
        day("far", "2027-12-01", "2027-12-02", "transparent"),
    ]);
    assert_eq!(named(&h, "primary").free_days, 1);
    later(&h);
    let now_busy = day("free", "2026-12-01", "2026-12-02", "opaque");
    shows(&h, &[now_busy], "nextSyncToken", "s2");
    assert_eq!(named(&h, "primary").free_days, 0);
}

/// scenario F3: each calendar says how old what is known of it is, read or not.
#[test]
fn a_calendar_that_cannot_be_read_says_how_old_it_is() {
    let h = read(&[]);
    added(&h, TEAM, Mode::Busy);
    let as_of = |id| named(&h, id).as_of;
    let first = as_of("primary");
    assert!(first.is_some());
    h.google.answer(403, "{}");
    worked(&h.app);
    assert_eq!(asked_of(&h), TEAM);
    later(&h);
    h.google.answer(403, "{}");
    worked(&h.app);
    assert_eq!(asked_of(&h), TEAM);
    shows(&h, &[], "nextSyncToken", "s2");
    assert_eq!(as_of(TEAM), None, "never read, and not dropped");
    assert!(as_of("primary") > first);
    let window = Interval::lasting(h.app.now(), SignedDuration::from_hours(24));
    let told = now(app::availability::slots(
        &h.app, "tutoring", "maths", window,
    ))
    .unwrap();
    assert_eq!(told.calendars.len(), 2, "{:?}", told.calendars);
}
