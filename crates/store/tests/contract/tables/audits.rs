//! When calendars are compared with Google's own expansion.

use domain::CalendarId;
use store::tables::calendars::{self, AUDIT_EVERY, Audit, Calendar, Mode};
use store::tables::{audits, leases};

use crate::support::world::{CALENDAR, CONNECTION, calendar, connect, found, hours, id};
use crate::support::{NOW, on_every_database};

on_every_database! {
    fn a_calendar_is_compared_once_it_was_read(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)
        });
        let next = || stage.done(|tx| audits::next(tx, hours(0)));
        assert_eq!(next(), None);
        let read = |number, page: Option<&'static str>| {
            stage.done(move |tx| {
                let mut read = calendar(number, "any");
                read.position.sync_token = Some("s".to_owned());
                read.position.page_token = page.map(str::to_owned);
                calendars::update(tx, &read)
            });
        };
        read(6, Some("p"));
        assert_eq!(next(), None, "it is being read");
        read(6, None);
        assert_eq!(next(), Some((CALENDAR, NOW + AUDIT_EVERY)));
        let audit = Audit { at: hours(-1), done_at: Some(hours(-2)), differences: 3 };
        stage.done(move |tx| audits::put(tx, CALENDAR, &audit));
        assert_eq!(stage.done(|tx| calendars::by_id(tx, CALENDAR)).unwrap().audit, audit);
        read(6, None);
        assert_eq!(next(), Some((CALENDAR, hours(-1))), "a pull leaves it alone");
        stage.done(|tx| {
            let audit = Audit { at: hours(-3), done_at: None, differences: 0 };
            calendars::insert(tx, &Calendar { audit, ..calendar(7, "second") })
        });
        read(7, None);
        assert_eq!(next(), Some((CalendarId(id(7)), hours(-3))));
        stage.done(|tx| calendars::set_mode(tx, CalendarId(id(7)), Mode::Busy, Some(NOW)));
        assert_eq!(next(), Some((CALENDAR, hours(-1))));
        stage.done(|tx| leases::take(tx, CONNECTION, hours(-1), hours(1)));
        assert_eq!(next(), None, "somebody works on it");
    }
}
