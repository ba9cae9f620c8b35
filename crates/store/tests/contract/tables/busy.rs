//! Busy time: of calendars that block the host, in the generation that counts.

use domain::{CalendarId, HostId, Interval};
use store::tables::{busy, calendars, hosts};
use store::{StoreError, values};

use crate::support::on_every_database;
use crate::support::world::{
    CALENDAR, HOST, ORGANIZATION, calendar, connect, found, hour, hours, id,
};

const SECOND: CalendarId = CalendarId(id(7));

on_every_database! {
    fn a_calendar_blocks_its_hosts_while_it_is_told_to(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)?;
            hosts::insert(tx, HostId(id(9)), ORGANIZATION, "Grace")?;
            calendars::insert(tx, &calendar(7, "second"))?;
            busy::insert(tx, CALENDAR, 0, hour(4), "a")?;
            busy::insert(tx, SECOND, 0, hour(2), "b")?;
            busy::set_blocks(tx, HOST, CALENDAR, true)
        });
        let day = Interval { start: hours(0), end: hours(24) };
        let of = |host| stage.done(move |tx| busy::overlapping(tx, host, day));
        assert_eq!((of(HOST), of(HostId(id(9)))), (vec![hour(4)], vec![]));
        stage.done(|tx| busy::set_blocks(tx, HOST, SECOND, true));
        assert_eq!(of(HOST), [hour(2), hour(4)]);
        stage.done(|tx| busy::set_blocks(tx, HOST, CALENDAR, false));
        assert_eq!(of(HOST), [hour(2)]);
        let nowhere = stage.run(|tx| busy::set_blocks(tx, HOST, CalendarId(id(99)), true));
        assert_eq!(nowhere, Err(StoreError::Constraint("foreign_key".into())));
    }

    fn only_one_generation_counts(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)?;
            busy::set_blocks(tx, HOST, CALENDAR, true)?;
            busy::insert(tx, CALENDAR, 0, hour(2), "a")?;
            // Again is no more than once; another event at the same time is.
            busy::insert(tx, CALENDAR, 0, hour(2), "a")?;
            busy::insert(tx, CALENDAR, 0, hour(2), "b")?;
            busy::insert(tx, CALENDAR, 1, hour(3), "a")
        });
        let day = Interval { start: hours(0), end: hours(24) };
        let seen = || stage.done(move |tx| busy::overlapping(tx, HOST, day));
        assert_eq!(seen(), [hour(2), hour(2)]);
        stage.done(|tx| tx.execute("UPDATE calendar SET generation = 1 WHERE id = ?1", values![CALENDAR]));
        assert_eq!(seen(), [hour(3)]);
    }

    /// Half open at both ends, and as far back as an interval may be long.
    fn busy_time_is_seen_where_it_overlaps(stage: &Stage) {
        let long = Interval { start: hours(0), end: hours(0) + busy::SPAN_MAX };
        stage.done(move |tx| {
            found(tx)?;
            connect(tx)?;
            busy::set_blocks(tx, HOST, CALENDAR, true)?;
            busy::insert(tx, CALENDAR, 0, long, "long")
        });
        let seen = |start, end| {
            let window = Interval { start: hours(start), end: hours(end) };
            stage.done(move |tx| busy::overlapping(tx, HOST, window))
        };
        let last = busy::SPAN_MAX.as_hours();
        assert_eq!((seen(-1, 0), seen(last, last + 1)), (vec![], vec![]));
        assert_eq!((seen(-1, 1), seen(last - 1, last + 1)), (vec![long], vec![long]));
        let empty = stage.run(|tx| {
            busy::insert(tx, CALENDAR, 0, Interval { start: hours(1), end: hours(1) }, "empty")
        });
        assert_eq!(empty, Err(StoreError::Constraint("check".into())));
    }
}
