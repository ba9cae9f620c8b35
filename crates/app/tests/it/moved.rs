//! Events that go to another calendar: with their booking to another host, or by their host's hand.

use std::sync::Arc;

use app::bookings::{
    BookInput, CalendarSync, ReassignInput, book, by_id, cancel, reassign, timeline,
};
use app::calendars::{self, Change, Mode};
use app::preset::Preset;
use app::{App, connections};
use domain::booking::{Booking, Cause, Status};
use domain::{BookingId, ConnectionId, HostId};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::Lane;
use store::tables::connections as stored;
use store::tables::links::{self, EventLink, Stay};

use super::bookings::input;
use super::connections::{connect, connect_and_prove, prove};
use super::support::{Harness, at, compares_never, harness_with, now, preset};
use super::town::{Town, app_in, works_for};

const MARTAS: &str = "primary";
const DANIELS: &str = "daniels@group.calendar.google.com";
const TEN: &str = "2026-11-24T09:00:00Z";

/// Two hosts with a calendar each, through one account or through two.
struct Scene {
    h: Harness,
    town: Arc<Town>,
    app: App,
    marta: HostId,
    daniel: HostId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Accounts {
    One,
    Two,
}

fn tutors() -> Preset {
    let mut preset = preset();
    preset.hosts[1].hours = preset.hosts[0].hours.clone();
    preset.event_types[0].hosts = vec!["marta".into(), "daniel".into()];
    preset
}

fn scene(accounts: Accounts) -> Scene {
    let h = harness_with(&tutors());
    connect_and_prove(&h);
    if accounts == Accounts::Two {
        connect_another(&h);
    }
    // The calendar that is added next is not the first one.
    h.clock.advance(SignedDuration::from_secs(1));
    let town = Arc::new(Town::default());
    let app = app_in(&h, &town);
    let mut all: Vec<ConnectionId> = now(connections::list(&h.app, h.organization.id))
        .unwrap()
        .iter()
        .map(|connection| connection.id)
        .collect();
    let through = all.pop().unwrap();
    let add = calendars::add(&app, h.organization.id, through, DANIELS, Mode::Write);
    let daniels = now(add).unwrap();
    let found = now(app::event_types::list(&app, h.organization.id)).unwrap();
    let maths = found.iter().find(|event_type| event_type.slug == "maths");
    let hosts: Vec<HostId> = maths.unwrap().hosts.iter().map(|host| host.id).collect();
    let receives = Change {
        receives: Some(vec![hosts[1]]),
        ..Change::default()
    };
    now(calendars::change(
        &app,
        h.organization.id,
        through,
        daniels,
        receives,
    ))
    .unwrap();
    if accounts == Accounts::Two {
        // The town knows calendars by their names, and both accounts call their own one "primary".
        let listed = now(calendars::list(&app, h.organization.id, through)).unwrap();
        let own = listed.iter().find(|c| c.google_id == MARTAS).unwrap().id;
        now(calendars::remove(&app, h.organization.id, through, own)).unwrap();
    }
    compares_never(&h);
    let scene = Scene {
        h,
        town,
        app,
        marta: hosts[0],
        daniel: hosts[1],
    };
    scene.works(120);
    scene
}

/// A second account beside the first: by the consent only one can be connected yet, so the first one stands aside
/// for that long.
fn connect_another(h: &Harness) {
    let first = put(h, None);
    let aside = stored::Connection {
        state: stored::State::Inactive,
        credential: stored::Credential::OAuth { refresh: None },
        tokens: stored::Tokens {
            access: None,
            ..first.tokens.clone()
        },
        ..first.clone()
    };
    put(h, Some(aside));
    h.clock.advance(SignedDuration::from_secs(1));
    connect(h, "bob").unwrap();
    prove(h);
    put(h, Some(first));
}

/// Stores a connection as it is told, if it is; gives the first one.
fn put(h: &Harness, connection: Option<stored::Connection>) -> stored::Connection {
    let organization = h.organization.id;
    let unit = h.store.unit(Lane::Background, "test.put", move |tx| {
        if let Some(connection) = &connection {
            stored::update(tx, connection)?;
        }
        stored::list(tx, organization)
    });
    now(unit).unwrap().remove(0)
}

impl Scene {
    fn works(&self, seconds: i64) {
        works_for(&self.h, &self.app, SignedDuration::from_secs(seconds));
    }

    /// Booked with Marta, and its event made.
    fn booked(&self) -> (Booking, String) {
        let booked = now(book(
            &self.app,
            BookInput {
                host: Some(self.marta),
                ..input("maths", TEN)
            },
        ))
        .unwrap();
        self.works(5);
        let living = self.town.living(MARTAS);
        assert_eq!(living.len(), 1);
        (booked.booking, living[0]["id"].as_str().unwrap().to_owned())
    }

    fn given(&self, booking: BookingId, host: HostId) -> Booking {
        let input = ReassignInput {
            booking,
            host,
            version: None,
            cause: Cause::Admin,
        };
        now(reassign(&self.app, input)).unwrap()
    }

    /// How the booking stands, and its event.
    fn stands(&self, booking: BookingId) -> (Status, CalendarSync) {
        let found = now(by_id(&self.app, self.h.organization.id, booking)).unwrap();
        let found = found.unwrap();
        (found.booking.status, found.sync.state)
    }

    /// How many events there are with Marta, and with Daniel.
    fn events(&self) -> (usize, usize) {
        let count = |calendar| self.town.living(calendar).len();
        (count(MARTAS), count(DANIELS))
    }

    fn kinds(&self, booking: BookingId) -> Vec<String> {
        let entries = now(timeline(&self.app, booking)).unwrap();
        entries.into_iter().map(|entry| entry.kind).collect()
    }

    fn links(&self, booking: BookingId) -> Vec<EventLink> {
        let unit = self.h.store.unit(Lane::Read, "test.links", move |tx| {
            links::of_booking(tx, booking)
        });
        now(unit).unwrap()
    }

    /// The host moves the event by hand.
    fn carry(&self, id: &str) {
        self.town.carry(MARTAS, DANIELS, id);
    }

    fn is_told_of_move(&self, booking: BookingId) -> bool {
        self.kinds(booking)
            .iter()
            .any(|kind| kind == "event_moved_calendar")
    }
}

const LIVES: (Status, CalendarSync) = (Status::Confirmed, CalendarSync::Synced);

/// scenario D4: A's calendar has no event, B's has one, with B's name in it.
#[test]
fn a_booking_given_to_another_host_takes_its_event_along() {
    for accounts in [Accounts::One, Accounts::Two] {
        let s = scene(accounts);
        let (booking, _) = s.booked();
        s.given(booking.id, s.daniel);
        s.works(5);
        assert_eq!(s.events(), (0, 1), "{accounts:?}");
        let event = &s.town.living(DANIELS)[0];
        assert!(
            event["description"].as_str().unwrap().contains("Daniel"),
            "{event}"
        );
        assert_eq!(s.stands(booking.id), LIVES);
        s.works(300);
        assert_eq!(
            (s.events(), s.stands(booking.id)),
            ((0, 1), LIVES),
            "and stays so"
        );
    }
}

/// scenario D4: neither side waits for the other.
#[test]
fn the_old_event_goes_and_the_new_one_comes_each_as_soon_as_it_can() {
    let s = scene(Accounts::Two);
    let (booking, _) = s.booked();
    s.town.close(DANIELS, true);
    s.given(booking.id, s.daniel);
    s.works(60);
    assert_eq!(
        s.events(),
        (0, 0),
        "removed, though the other cannot be written yet"
    );
    assert_eq!(s.stands(booking.id).1, CalendarSync::Pending);
    s.town.close(DANIELS, false);
    s.works(3600);
    assert_eq!((s.events(), s.stands(booking.id)), ((0, 1), LIVES));

    let s = scene(Accounts::Two);
    let (booking, _) = s.booked();
    s.town.close(MARTAS, true);
    s.given(booking.id, s.daniel);
    s.works(60);
    assert_eq!(
        s.events(),
        (1, 1),
        "made, though the other cannot be reached"
    );
    assert_eq!(
        s.stands(booking.id),
        LIVES,
        "what is left behind is not its state"
    );
    s.town.close(MARTAS, false);
    s.works(3600);
    assert_eq!(s.events(), (0, 1));
}

/// scenario D4: what Google refuses to remove waits for a person, and the booking has its event.
#[test]
fn a_removal_that_google_refuses_is_told() {
    let s = scene(Accounts::One);
    let (booking, _) = s.booked();
    s.town.refuse(MARTAS, true);
    s.given(booking.id, s.daniel);
    s.works(60);
    assert_eq!((s.events(), s.stands(booking.id)), ((1, 1), LIVES));
    assert!(s.kinds(booking.id).contains(&"parked".to_owned()));
}

/// scenario D4: back before anything was done, after it was done, and in the middle of it.
#[test]
fn given_back_there_is_one_event_again() {
    for seconds_away in [0, 60] {
        let s = scene(Accounts::One);
        let (booking, first) = s.booked();
        s.given(booking.id, s.daniel);
        if seconds_away > 0 {
            s.works(seconds_away);
        }
        s.given(booking.id, s.marta);
        s.works(120);
        assert_eq!((s.events(), s.stands(booking.id)), ((1, 0), LIVES));
        let is_same = s.town.living(MARTAS)[0]["id"] == first.as_str();
        assert_eq!(
            is_same,
            seconds_away == 0,
            "a deleted id is never used again"
        );
        assert_eq!(s.links(booking.id).len(), 2, "one row for each calendar");
    }
    // Its removal was asked for, and nobody knows whether it happened.
    let s = scene(Accounts::One);
    let (booking, first) = s.booked();
    s.town.close(MARTAS, true);
    s.given(booking.id, s.daniel);
    s.works(5);
    s.given(booking.id, s.marta);
    assert_eq!(s.links(booking.id)[0].stay, Stay::Returning);
    s.town.close(MARTAS, false);
    s.works(3600);
    assert_eq!((s.events(), s.stands(booking.id)), ((1, 0), LIVES));
    assert_ne!(s.town.living(MARTAS)[0]["id"], first.as_str());
}

/// Both hosts have one calendar: the event stays, and says who it is with.
#[test]
fn in_one_calendar_the_event_stays() {
    let h = harness_with(&tutors());
    connect_and_prove(&h);
    let town = Arc::new(Town::default());
    let app = app_in(&h, &town);
    compares_never(&h);
    let found = now(app::event_types::list(&app, h.organization.id)).unwrap();
    let maths = found.iter().find(|e| e.slug == "maths").unwrap();
    let s = Scene {
        marta: maths.hosts[0].id,
        daniel: maths.hosts[1].id,
        h,
        town,
        app,
    };
    s.works(60);
    let (booking, id) = s.booked();
    s.given(booking.id, s.daniel);
    s.works(60);
    let living = s.town.living(MARTAS);
    assert_eq!((living.len(), &living[0]["id"]), (1, &json!(id)));
    assert!(
        living[0]["description"]
            .as_str()
            .unwrap()
            .contains("Daniel")
    );
}

/// scenario D4: what the old host does to the event that is to go changes nothing but the history.
#[test]
fn an_edit_of_what_is_left_behind_loses_and_is_recorded() {
    let s = scene(Accounts::Two);
    let (booking, id) = s.booked();
    s.town.refuse(MARTAS, true);
    s.given(booking.id, s.daniel);
    s.works(5);
    let later = json!({ "start": { "dateTime": "2026-11-24T15:00:00Z" },
        "end": { "dateTime": "2026-11-24T16:00:00Z" } });
    s.town.edit(MARTAS, &id, &later);
    s.works(60);
    s.town.refuse(MARTAS, false);
    // Another look tells that it can be tried again.
    s.town.edit(MARTAS, &id, &json!({ "location": "Room 2" }));
    s.works(60);
    assert_eq!((s.events(), s.stands(booking.id)), ((0, 1), LIVES));
    let found = now(by_id(&s.app, s.h.organization.id, booking.id))
        .unwrap()
        .unwrap();
    assert_eq!(found.booking.time.start, at(TEN));
    assert!(
        s.kinds(booking.id)
            .contains(&"left_event_edited".to_owned())
    );

    // And he brings it back afterwards: it is removed again.
    let tombstone = s.town.living(DANIELS)[0].clone();
    let back = json!({ "status": "confirmed", "extendedProperties": { "private": {
        "lockstepLink": s.links(booking.id)[0].id.to_string(), "lockstepEvent": id, "lockstepRev": "1" } },
        "start": tombstone["start"], "end": tombstone["end"] });
    s.town.edit(MARTAS, &id, &back);
    assert_eq!(s.events(), (1, 1));
    s.works(600);
    assert_eq!((s.events(), s.stands(booking.id)), ((0, 1), LIVES));
}

/// design 6: moved to another calendar of the host, in the same account or in another one, the link follows: no
/// cancellation, no second event.
#[test]
fn an_event_moved_to_another_calendar_keeps_its_booking() {
    for accounts in [Accounts::One, Accounts::Two] {
        let s = scene(accounts);
        let (booking, id) = s.booked();
        s.carry(&id);
        s.works(120);
        assert_eq!(
            (s.events(), s.stands(booking.id)),
            ((0, 1), LIVES),
            "{accounts:?}"
        );
        assert!(s.is_told_of_move(booking.id));
        // It is in step from there.
        let later = json!({ "start": { "dateTime": "2026-11-24T15:00:00Z" },
            "end": { "dateTime": "2026-11-24T16:00:00Z" } });
        s.town.edit(DANIELS, &id, &later);
        s.works(120);
        let found = now(by_id(&s.app, s.h.organization.id, booking.id))
            .unwrap()
            .unwrap();
        assert_eq!(found.booking.time.start, at("2026-11-24T15:00:00Z"));
        // And back again.
        s.town.carry(DANIELS, MARTAS, &id);
        s.works(120);
        assert_eq!((s.events(), s.stands(booking.id)), ((1, 0), LIVES));
    }
}

/// design 6: whichever side is read first.
#[test]
fn it_is_followed_whether_it_was_seen_to_go_or_to_arrive_first() {
    for hidden in [MARTAS, DANIELS] {
        let s = scene(Accounts::Two);
        let (booking, id) = s.booked();
        s.town.close(hidden, true);
        s.carry(&id);
        s.works(150);
        assert_eq!(
            s.stands(booking.id).0,
            Status::Confirmed,
            "{hidden} was not read yet"
        );
        assert!(!s.is_told_of_move(booking.id));
        s.town.close(hidden, false);
        s.works(400);
        assert_eq!((s.events(), s.stands(booking.id)), ((0, 1), LIVES));
        assert!(s.is_told_of_move(booking.id));
    }
}

/// It moved in time too, or the booking did meanwhile: a merge like any other, after the link has followed.
#[test]
fn what_was_changed_besides_is_merged_where_it_went() {
    let s = scene(Accounts::One);
    let (booking, id) = s.booked();
    s.carry(&id);
    let room = json!({ "location": "Room 2" });
    s.town.edit(DANIELS, &id, &room);
    s.works(120);
    let found = now(by_id(&s.app, s.h.organization.id, booking.id))
        .unwrap()
        .unwrap();
    assert_eq!(found.booking.text.location, "Room 2");
    assert_eq!((s.events(), s.stands(booking.id)), ((0, 1), LIVES));
}

/// scenario C1: a deletion is one after the other calendars were read, or could not be for ten minutes, and at
/// once where none of them can be asked.
#[test]
fn what_is_in_no_other_calendar_was_deleted() {
    let s = scene(Accounts::Two);
    let (booking, id) = s.booked();
    s.town.delete(MARTAS, &id);
    s.works(120);
    assert_eq!(s.stands(booking.id).0, Status::Cancelled);

    let s = scene(Accounts::Two);
    let (booking, id) = s.booked();
    s.town.close(DANIELS, true);
    s.town.delete(MARTAS, &id);
    s.works(500);
    assert_eq!(s.stands(booking.id).0, Status::Confirmed, "it may be there");
    s.works(400);
    assert_eq!(s.stands(booking.id).0, Status::Cancelled);

    let s = scene(Accounts::Two);
    let (booking, id) = s.booked();
    breaks(&s);
    s.town.delete(MARTAS, &id);
    s.works(60);
    assert_eq!(
        s.stands(booking.id).0,
        Status::Cancelled,
        "nobody can be asked"
    );
}

/// Daniel's connection needs somebody.
fn breaks(s: &Scene) {
    let organization = s.h.organization.id;
    let unit = s.h.store.unit(Lane::Background, "test.breaks", move |tx| {
        let mut last = stored::list(tx, organization)?.pop().unwrap();
        last.state = stored::State::Error;
        last.cause = Some(connections::Cause::NeedsReconnect);
        stored::update(tx, &last)
    });
    now(unit).unwrap();
}

/// design 5: a copy is never followed, not under another id, nor under the same one while its original lives.
#[test]
fn a_copy_is_not_followed() {
    let s = scene(Accounts::Two);
    let (booking, id) = s.booked();
    s.town.copy(MARTAS, DANIELS, &id, "copyofevent");
    s.works(120);
    s.town.delete(MARTAS, &id);
    s.works(120);
    assert_eq!(s.stands(booking.id).0, Status::Cancelled);
    assert_eq!(s.events(), (0, 1), "and it is not ours to remove");

    let s = scene(Accounts::Two);
    let (booking, id) = s.booked();
    s.town.copy(MARTAS, DANIELS, &id, &id);
    s.works(120);
    assert_eq!((s.events(), s.stands(booking.id)), ((1, 1), LIVES));
    assert!(!s.is_told_of_move(booking.id));
}

/// Cancelled here while it was moved there: it is removed where it went.
#[test]
fn what_is_cancelled_meanwhile_is_removed_where_it_went() {
    for is_given in [false, true] {
        let s = scene(Accounts::One);
        let (booking, id) = s.booked();
        s.carry(&id);
        if is_given {
            s.given(booking.id, s.daniel);
        } else {
            let input = app::bookings::CancelInput {
                booking: booking.id,
                seat: None,
                reason: String::new(),
                version: None,
                cause: Cause::Admin,
            };
            now(cancel(&s.app, input)).unwrap();
        }
        s.works(300);
        assert_eq!(s.events(), (0, usize::from(is_given)));
        let left: Vec<Value> = s.town.living(DANIELS);
        assert!(left.iter().all(|event| event["id"] != id.as_str()));
    }
}

/// A move seen too late revives the booking that was thought deleted.
#[test]
fn an_event_that_turns_up_later_brings_its_booking_back() {
    let s = scene(Accounts::Two);
    let (booking, id) = s.booked();
    s.town.close(DANIELS, true);
    s.carry(&id);
    s.works(1200);
    assert_eq!(s.stands(booking.id).0, Status::Cancelled);
    s.town.close(DANIELS, false);
    s.works(1800);
    assert_eq!((s.events(), s.stands(booking.id)), ((0, 1), LIVES));
}

/// row D4: the calendars of a host are read once, not at every look of a link that waits.
#[test]
fn looking_for_an_event_asks_each_calendar_once() {
    let s = scene(Accounts::Two);
    let (booking, id) = s.booked();
    let lists = |s: &Scene| {
        let asked = s.town.asked();
        asked
            .iter()
            .filter(|what| **what == format!("GET {DANIELS} all"))
            .count()
    };
    // Right after a look, so that the next one is not due by itself.
    s.works(31);
    let before = lists(&s);
    s.town.delete(MARTAS, &id);
    let mut steps = 0;
    while s.stands(booking.id).0 == Status::Confirmed {
        s.works(1);
        steps += 1;
        assert!(steps < 100);
    }
    assert!(
        lists(&s) - before <= 3,
        "{} in {steps} s",
        lists(&s) - before
    );
}
