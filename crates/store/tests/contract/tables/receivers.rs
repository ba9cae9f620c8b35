//! Where hosts' bookings go.

use domain::{CalendarId, HostId, OrganizationId};
use store::tables::calendars::{self, Mode};
use store::tables::connections::{self, Connection, Credential, State, Tokens};
use store::tables::{busy, hosts, receivers};

use crate::support::world::{
    CALENDAR, HOST, ORGANIZATION, calendar, connect, connection, found, id,
};
use crate::support::{NOW, on_every_database};

const GRACE: HostId = HostId(id(9));
const SECOND: CalendarId = CalendarId(id(7));

on_every_database! {
    /// Row T8: several hosts may share one calendar, and each may have one of its own.
    fn bookings_go_where_their_host_was_told_and_else_to_the_first(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            hosts::insert(tx, GRACE, ORGANIZATION, "Grace")
        });
        let of = |host| stage.done(move |tx| receivers::of_host(tx, ORGANIZATION, host)).map(|r| r.id);
        let both = || (of(HOST), of(GRACE));
        assert_eq!(both(), (None, None));
        stage.done(|tx| {
            connect(tx)?;
            calendars::insert(tx, &calendar(7, "second"))
        });
        assert_eq!(both(), (Some(CALENDAR), Some(CALENDAR)));
        let receiver = stage.done(|tx| receivers::of_host(tx, ORGANIZATION, HOST)).unwrap();
        assert_eq!((&*receiver.google_id, &*receiver.account_sub), ("primary", "sub-1"));
        stage.done(|tx| receivers::tell(tx, GRACE, SECOND));
        assert_eq!(both(), (Some(CALENDAR), Some(SECOND)));
        stage.done(|tx| receivers::tell(tx, GRACE, CALENDAR));
        stage.done(|tx| receivers::tell(tx, GRACE, SECOND));
        assert_eq!(both(), (Some(CALENDAR), Some(SECOND)), "one at a time");
        assert_eq!(stage.done(|tx| busy::blocked(tx, SECOND)), [GRACE]);
        stage.done(|tx| receivers::untell(tx, GRACE, SECOND));
        assert_eq!(both(), (Some(CALENDAR), Some(CALENDAR)));
        stage.done(|tx| receivers::tell(tx, GRACE, SECOND));
        stage.done(|tx| receivers::forget(tx, SECOND));
        assert_eq!(both(), (Some(CALENDAR), Some(CALENDAR)));
        assert_eq!(stage.done(|tx| busy::blocked(tx, SECOND)), []);
        let elsewhere = OrganizationId(id(99));
        assert_eq!(stage.done(move |tx| receivers::of_host(tx, elsewhere, HOST)), None);
    }

    fn what_is_only_read_or_was_taken_away_receives_nothing(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)?;
            calendars::insert(tx, &calendar(7, "second"))?;
            receivers::tell(tx, HOST, SECOND)
        });
        let of = || stage.done(|tx| receivers::of_host(tx, ORGANIZATION, HOST)).map(|r| r.id);
        assert_eq!(of(), Some(SECOND));
        stage.done(|tx| calendars::set_mode(tx, SECOND, Mode::Busy, None));
        assert_eq!(of(), Some(CALENDAR));
        stage.done(|tx| calendars::set_mode(tx, SECOND, Mode::TwoWay, None));
        assert_eq!(of(), Some(SECOND));
        stage.done(|tx| calendars::set_mode(tx, SECOND, Mode::Write, Some(NOW)));
        assert_eq!(of(), Some(CALENDAR));
        stage.done(|tx| {
            let away = Connection {
                state: State::Inactive,
                credential: Credential::OAuth { refresh: None },
                tokens: Tokens { access: None, access_expires_at: NOW },
                ..connection(5, "sub-1")
            };
            connections::update(tx, &away)
        });
        assert_eq!(of(), None);
    }
}
