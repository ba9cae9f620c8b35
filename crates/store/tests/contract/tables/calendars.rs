//! Connected calendars.

use domain::{CalendarId, ConnectionId, OrganizationId};
use store::tables::calendars::{self, Calendar, Mode, Position};
use store::tables::connections::{self, Connection, Credential, State, Tokens};
use store::tables::{busy, receivers};

use crate::support::world::{
    CALENDAR, CONNECTION, HOST, ORGANIZATION, calendar, connect, connection, found, hours, id,
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

    fn calendars_are_listed_by_name_but_those_taken_away(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)?;
            connections::insert(tx, &connection(3, "younger"), hours(1))?;
            calendars::insert(tx, &calendar(14, "Zed"))?;
            calendars::insert(tx, &calendar(13, "äh"))?;
            let younger = ConnectionId(id(3));
            calendars::insert(tx, &Calendar { connection_id: younger, ..calendar(2, "a") })
        });
        let names = |found: Vec<Calendar>| found.into_iter().map(|c| c.name).collect::<Vec<_>>();
        let of_one = || names(stage.done(|tx| calendars::of_connection(tx, CONNECTION)));
        assert_eq!(of_one(), ["Zed", "primary", "äh"]);
        let all = || stage.done(|tx| calendars::of_organization(tx, ORGANIZATION));
        let reached = all().into_iter().map(|(c, account)| (c.name, account));
        assert_eq!(reached.map(|(name, _)| name).collect::<Vec<_>>(), ["primary", "äh", "Zed", "a"]);
        assert_eq!(stage.done(|tx| calendars::of_organization(tx, OrganizationId(id(9)))), []);
        stage.done(|tx| calendars::set_mode(tx, CalendarId(id(14)), Mode::Busy, Some(NOW)));
        assert_eq!((of_one(), all().len()), (vec!["primary".to_owned(), "äh".to_owned()], 3));
        let removed = stage.done(|tx| calendars::by_google_id(tx, CONNECTION, "Zed")).unwrap();
        assert_eq!((removed.mode, removed.removed_at), (Mode::Busy, Some(NOW)));
        assert_eq!(stage.done(|tx| calendars::by_google_id(tx, CONNECTION, "zed")), None);
        for mode in [Mode::Busy, Mode::Write, Mode::TwoWay] {
            stage.done(move |tx| calendars::set_mode(tx, CALENDAR, mode, None));
            let found = stage.done(|tx| calendars::by_id(tx, CALENDAR)).unwrap();
            assert_eq!((found.mode, Mode::from_name(mode.as_str())), (mode, Some(mode)));
        }
        stage.done(|tx| {
            let away = Connection {
                state: State::Inactive,
                credential: Credential::OAuth { refresh: None },
                tokens: Tokens { access: None, access_expires_at: NOW },
                ..connection(5, "sub-1")
            };
            connections::update(tx, &away)
        });
        assert_eq!(all().len(), 1, "nothing is reached through what was disconnected");
    }

    /// design 6: where an event may have been moved to by the host whose calendar it was in.
    fn the_other_calendars_of_a_host_are_those_told_of_and_written_that_work(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)?;
            calendars::insert(tx, &calendar(7, "a"))?;
            calendars::insert(tx, &Calendar { mode: Mode::Busy, ..calendar(8, "b") })?;
            calendars::insert(tx, &calendar(9, "c"))?;
            for number in [6, 7, 8] {
                busy::set_blocks(tx, HOST, CalendarId(id(number)), true)?;
            }
            Ok(())
        });
        let others = || stage.done(|tx| calendars::others_of_host(tx, HOST, CALENDAR));
        assert_eq!(others(), [(CalendarId(id(7)), None)]);
        stage.done(|tx| {
            busy::set_blocks(tx, HOST, CalendarId(id(7)), false)?;
            receivers::tell(tx, HOST, CalendarId(id(9)))
        });
        assert_eq!(others(), [(CalendarId(id(9)), None)]);
        stage.done(|tx| {
            let broken = Connection { state: State::Error, ..connection(5, "sub-1") };
            connections::update(tx, &broken)
        });
        assert_eq!(others(), [], "nobody waits for one that cannot be read");
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
        stage.done(|tx| calendars::set_mode(tx, CalendarId(id(8)), Mode::Write, Some(NOW)));
        assert_eq!(stage.done(|tx| calendars::next_pull(tx, hours(0))), Some((CalendarId(id(9)), hours(-2))));
        stage.done(|tx| {
            let broken = Connection { state: State::Error, ..connection(5, "sub-1") };
            connections::update(tx, &broken)
        });
        assert_eq!(stage.done(|tx| calendars::next_pull(tx, hours(0))), None);
    }
}
