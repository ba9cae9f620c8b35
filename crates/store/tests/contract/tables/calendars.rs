//! Connected calendars.

use domain::{CalendarId, ConnectionId, OrganizationId};
use store::tables::calendars::{self, Calendar, Position};
use store::tables::connections::{self, Connection, State};

use crate::support::world::{
    CALENDAR, CONNECTION, ORGANIZATION, calendar, connect, connection, found, hours, id,
};
use crate::support::{NOW, on_every_database};

on_every_database! {
    fn a_calendar_comes_back_and_goes_on(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)
        });
        let by_id = || stage.done(|tx| calendars::by_id(tx, CALENDAR));
        assert_eq!(by_id(), Some(calendar(6, "primary")));
        let read = Calendar {
            name: "Ada's".to_owned(),
            zone: Some("Europe/Madrid".to_owned()),
            pull_at: hours(1),
            failures: 3,
            position: Position {
                as_of: Some(NOW),
                sync_token: Some("s".to_owned()),
                page_token: Some("p".to_owned()),
                began_at: Some(hours(1)),
                generation: 2,
                shadow: Some(3),
                is_dirty: false,
            },
            ..calendar(6, "primary")
        };
        let change = read.clone();
        stage.done(move |tx| calendars::update(tx, &change));
        assert_eq!(by_id(), Some(read));
        assert_eq!(stage.done(|tx| calendars::by_id(tx, CalendarId(id(9)))), None);
    }

    fn calendars_are_listed_by_name_and_those_that_receive_by_age(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)?;
            connections::insert(tx, &connection(3, "younger"), hours(1))?;
            calendars::insert(tx, &calendar(14, "Zed"))?;
            calendars::insert(tx, &Calendar { receives: false, ..calendar(13, "äh") })?;
            let younger = ConnectionId(id(3));
            calendars::insert(tx, &Calendar { connection_id: younger, ..calendar(2, "a") })
        });
        let names = |found: Vec<Calendar>| found.into_iter().map(|c| c.name).collect::<Vec<_>>();
        let of_one = stage.done(|tx| calendars::of_connection(tx, CONNECTION));
        assert_eq!(names(of_one), ["Zed", "primary", "äh"]);
        let receiver = stage.done(|tx| calendars::receiver(tx, ORGANIZATION)).unwrap();
        assert_eq!((receiver.id, &*receiver.google_id), (CALENDAR, "primary"));
        assert_eq!(receiver.account_sub, "sub-1");
        assert_eq!(stage.done(|tx| calendars::receiver(tx, OrganizationId(id(9)))), None);
    }

    fn the_next_calendar_to_look_at_is_of_a_connection_that_works(stage: &Stage) {
        assert_eq!(stage.done(|tx| calendars::next_pull(tx, hours(0))), None);
        stage.done(|tx| {
            found(tx)?;
            connect(tx)?;
            calendars::insert(tx, &Calendar { pull_at: hours(-2), ..calendar(9, "b") })?;
            calendars::insert(tx, &Calendar { pull_at: hours(-2), ..calendar(8, "a") })
        });
        assert_eq!(stage.done(|tx| calendars::next_pull(tx, hours(0))), Some((CalendarId(id(8)), hours(-2))));
        stage.done(|tx| {
            let broken = Connection { state: State::Error, ..connection(5, "sub-1") };
            connections::update(tx, &broken)
        });
        assert_eq!(stage.done(|tx| calendars::next_pull(tx, hours(0))), None);
    }
}
