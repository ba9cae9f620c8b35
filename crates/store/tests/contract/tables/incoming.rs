//! Two-way calendars: events on their way to become bookings, and the links of those that have.

use std::collections::BTreeMap;

use domain::booking::Booking;
use domain::event_text::EventText;
use domain::reminders::Reminders;
use domain::sync::import::{Guest, Incoming};
use domain::sync::policy::Origin;
use domain::sync::{Certainty, EventFields, Link, Remote, RemoteTime, Seen};
use domain::{BookingId, CalendarId, ConflictId, EventTypeId, LinkId};
use store::tables::calendars::{self, Mode};
use store::tables::conflicts::{self, Conflict};
use store::tables::connections::{self, Connection, State as ConnectionState};
use store::tables::links::{self, EventLink, State, Stay};
use store::tables::{bookings, claims, incoming, leases, losses};
use store::{StoreError, Tx};

use crate::support::world::{
    CALENDAR, CONNECTION, EVENT_TYPE, HOST, ORGANIZATION, book, booking, calendar, connect,
    connection, found, hour, hours, id,
};
use crate::support::{NOW, on_every_database};

const LINK: LinkId = LinkId(id(200));
const BOOKING: BookingId = BookingId(id(100));
const SECOND: CalendarId = CalendarId(id(7));

fn remote() -> Remote {
    Remote {
        etag: "\"7\"".to_owned(),
        rev: None,
        time: RemoteTime::Timed(hour(2)),
        text: EventText::default(),
        reminders: Reminders::default(),
        declined: false,
        updated: Some(NOW),
        certainty: Certainty::Confirmed,
    }
}

fn event(zone: &str) -> Incoming {
    Incoming {
        remote: remote(),
        time: hour(2),
        zone: Some(zone.to_owned()),
        guest: Some(Guest {
            email: "zoë@example.org".to_owned(),
            name: None,
        }),
        html_link: None,
    }
}

fn born() -> Booking {
    Booking {
        origin: Origin::Google,
        ..booking(100, hour(2))
    }
}

fn link() -> EventLink {
    EventLink {
        id: LINK,
        booking_id: BOOKING,
        calendar_id: CALENDAR,
        event_id: "made-there".to_owned(),
        origin: Origin::Google,
        state: State::Settled,
        problem: None,
        html_link: Some("https://calendar.google.com/event?eid=x".to_owned()),
        run_at: NOW,
        failures: 0,
        last_synced_at: Some(NOW),
        loss: None,
        stay: Stay::Wanted,
        moved_to: None,
        missing_since: None,
        link: Link {
            ours: EventFields::wanted(&born()),
            theirs: Some(remote()),
            ..Link::default()
        },
    }
}

fn set_up(tx: &mut dyn Tx) -> Result<(), StoreError> {
    found(tx)?;
    connect(tx)?;
    calendars::insert(tx, &calendar(7, "second"))?;
    calendars::set_mode(tx, CALENDAR, Mode::TwoWay, None)
}

on_every_database! {
    /// row V2: each once, whatever was known of it; due while its calendar is two-way and can be worked on.
    fn events_wait_until_they_are_taken(stage: &Stage) {
        stage.done(set_up);
        stage.done(|tx| {
            incoming::put(tx, CALENDAR, "b", &event("Europe/Berlin"))?;
            incoming::put(tx, CALENDAR, "a", &event("Europe/Berlin"))?;
            incoming::put(tx, CALENDAR, "a", &event("Europe/Madrid"))?;
            incoming::put(tx, SECOND, "c", &event("Europe/Madrid"))
        });
        let first = |limit| stage.done(move |tx| incoming::first(tx, CALENDAR, limit));
        assert_eq!(first(1), [("a".to_owned(), event("Europe/Madrid"))]);
        assert_eq!(first(9).len(), 2);
        let due = || stage.done(|tx| incoming::next_due(tx, NOW));
        assert_eq!(due(), Some(CALENDAR));
        let lease = stage.done(|tx| leases::take(tx, CONNECTION, NOW, hours(1))).unwrap();
        assert_eq!(due(), None, "somebody works on its connection");
        stage.done(move |tx| leases::give_back(tx, lease));
        stage.done(|tx| incoming::remove(tx, CALENDAR, ["a", "b", "c"]));
        assert_eq!((first(9), due()), (vec![], None), "the other is not two-way");
        stage.done(|tx| incoming::put(tx, CALENDAR, "a", &event("UTC")));
        let dead = Connection { state: ConnectionState::Error, ..connection(5, "sub-1") };
        stage.done(move |tx| connections::update(tx, &dead));
        assert_eq!(due(), None);
        stage.done(|tx| incoming::clear(tx, CALENDAR));
        assert_eq!(first(9), []);
        assert_eq!(stage.done(|tx| incoming::first(tx, SECOND, 9)).len(), 1);
    }

    /// row V3, scenario E6: the link of an event made in Google comes back, is found by it, and is let go of while
    /// its calendar is not two-way.
    fn the_link_of_a_born_event_is_known_by_it(stage: &Stage) {
        stage.done(set_up);
        stage.done(|tx| {
            book(tx, &born())?;
            links::insert_born(tx, &link())
        });
        assert_eq!(stage.done(|tx| bookings::by_id(tx, BOOKING)), Some(born()));
        let now = || stage.done(|tx| links::by_id(tx, LINK)).unwrap();
        let coming = stage.done(|tx| losses::count_coming(tx, CALENDAR, NOW, NOW));
        let upcoming = stage.done(|tx| links::count_upcoming(tx, CONNECTION, NOW));
        assert_eq!((coming, upcoming), (1, 1), "nobody had to write it for it to be there");
        let claimed = |booking| stage.done(move |tx| claims::born(tx, HOST, hour(2), booking));
        assert_eq!(claimed(BookingId(id(9))), [hour(2)]);
        assert_eq!(claimed(BOOKING), [], "itself");
        assert_eq!((now(), now().made()), (link(), Origin::Google));
        let of = |calendar| stage.done(move |tx| links::born(tx, calendar, ["made-there", "x"]));
        assert_eq!(of(CALENDAR), BTreeMap::from([("made-there".to_owned(), LINK)]));
        assert_eq!(of(SECOND), BTreeMap::new());
        assert!(stage.run(|tx| links::insert_born(tx, &EventLink { id: LinkId(id(201)), ..link() })).is_err());
        let conflict = Conflict {
            id: ConflictId(id(300)),
            organization_id: ORGANIZATION,
            booking_id: BOOKING,
            link_id: Some(LINK),
            calendar_id: None,
            kind: "not_found".to_owned(),
            said: String::new(),
            version: 1,
            opened_at: NOW,
            closed_at: None,
            resolution: None,
            aside: None,
        };
        stage.done(move |tx| conflicts::insert(tx, &conflict));
        stage.done(|tx| {
            calendars::set_mode(tx, CALENDAR, Mode::Write, None)?;
            conflicts::close_of_born(tx, CALENDAR, NOW)?;
            links::detach_born(tx, CALENDAR)
        });
        assert_eq!(stage.done(|tx| conflicts::open_of_link(tx, LINK)), None);
        let readopt = || stage.done(|tx| links::readopt_of_connection(tx, CONNECTION, hours(-2), NOW));
        readopt();
        assert_eq!(now().state, State::Detached, "not while it is not two-way");
        stage.done(|tx| calendars::set_mode(tx, CALENDAR, Mode::TwoWay, None));
        readopt();
        assert_eq!((now().state, now().link.seen), (State::Due, Some(Seen::Outdated)));
    }

    fn a_calendar_is_told_what_its_events_become(stage: &Stage) {
        stage.done(set_up);
        let told = || stage.done(|tx| calendars::import_event_type(tx, CALENDAR));
        assert_eq!(told(), None);
        stage.done(|tx| calendars::set_import_event_type(tx, CALENDAR, EVENT_TYPE));
        assert_eq!(told(), Some(EVENT_TYPE));
        let stranger = EventTypeId(id(99));
        assert!(stage.run(move |tx| calendars::set_import_event_type(tx, CALENDAR, stranger)).is_err());
    }
}
