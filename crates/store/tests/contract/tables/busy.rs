//! Busy time: of calendars that block the host, in the generation that counts.

use domain::booking::{Booking, Cancellation, Cause, Status};
use domain::mirror::{Busy, ForeignEvent};
use domain::{BookingId, CalendarId, HostId, Interval, LinkId, OrganizationId};
use store::tables::links::{EventLink, State, Stay};
use store::tables::mirror::{self, Part};
use store::tables::{bookings, busy, calendars, hosts, links, organizations};
use store::{StoreError, values};

use crate::support::world::{
    CALENDAR, HOST, ORGANIZATION, book, booking, calendar, connect, found, hour, hours, id,
    mirrored, note_busy, organization, replace_busy,
};
use crate::support::{NOW, on_every_database};

const SECOND: CalendarId = CalendarId(id(7));

on_every_database! {
    fn a_calendar_blocks_its_hosts_while_it_is_told_to(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)?;
            hosts::insert(tx, HostId(id(9)), ORGANIZATION, "Grace")?;
            calendars::insert(tx, &calendar(7, "second"))?;
            note_busy(tx, CALENDAR, 0, hour(4), "a")?;
            note_busy(tx, SECOND, 0, hour(2), "b")?;
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
            note_busy(tx, CALENDAR, 0, hour(2), "a")?;
            // Again is no more than once; another event at the same time is.
            note_busy(tx, CALENDAR, 0, hour(2), "a")?;
            note_busy(tx, CALENDAR, 0, hour(2), "b")?;
            note_busy(tx, CALENDAR, 1, hour(3), "a")
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
            note_busy(tx, CALENDAR, 0, long, "long")
        });
        let seen = |start, end| {
            let window = Interval { start: hours(start), end: hours(end) };
            stage.done(move |tx| busy::overlapping(tx, HOST, window))
        };
        let last = busy::SPAN_MAX.as_hours();
        assert_eq!((seen(-1, 0), seen(last, last + 1)), (vec![], vec![]));
        assert_eq!((seen(-1, 1), seen(last - 1, last + 1)), (vec![long], vec![long]));
        stage.done(|tx| note_busy(tx, CALENDAR, 0, Interval { start: hours(1), end: hours(1) }, "empty"));
        assert_eq!(seen(1, 2), [long], "what takes no time is not there");
    }

    fn an_organization_sees_what_is_not_its_own_in_its_calendars(stage: &Stage) {
        let row = |time, link| Busy { event_id: "x".to_owned(), original_start: None, time, link };
        let part = |generation| Part { calendar: CALENDAR, generation };
        stage.done(move |tx| {
            found(tx)?;
            connect(tx)?;
            book(tx, &booking(100, hour(2)))?;
            links::insert(tx, LinkId(id(200)), BookingId(id(100)), CALENDAR, "event0", NOW)?;
            replace_busy(tx, part(0), "a", &[row(hour(1), None), row(hour(3), None)])?;
            replace_busy(tx, part(0), "b", &[row(hour(2), Some(LinkId(id(200))))])?;
            replace_busy(tx, part(1), "a", &[row(hour(5), None)])
        });
        let window = Interval { start: hours(0), end: hours(24) };
        let seen = |organization, limit| {
            let found = stage.done(move |tx| {
                busy::foreign_of_organization(tx, organization, window, limit)
            });
            found.into_iter().map(|(time, _)| time).collect::<Vec<_>>()
        };
        assert_eq!(seen(ORGANIZATION, 10), [hour(1), hour(3)]);
        assert_eq!(seen(ORGANIZATION, 1), [hour(1)]);
        assert_eq!(seen(OrganizationId(id(30)), 10), []);
    }

    /// Row T8: those that were told something else stay as they were told.
    fn a_calendar_may_block_every_host_of_its_organization(stage: &Stage) {
        let others = OrganizationId(id(30));
        stage.done(move |tx| {
            found(tx)?;
            connect(tx)?;
            organizations::insert(tx, &organization(30, "elsewhere", "Elsewhere"), NOW)?;
            hosts::insert(tx, HostId(id(9)), ORGANIZATION, "Grace")?;
            hosts::insert(tx, HostId(id(10)), ORGANIZATION, "Alan")?;
            hosts::insert(tx, HostId(id(11)), others, "Edsger")?;
            note_busy(tx, CALENDAR, 0, hour(4), "a")?;
            busy::set_blocks(tx, HostId(id(10)), CALENDAR, false)?;
            busy::block_all(tx, ORGANIZATION, CALENDAR)?;
            busy::block_all(tx, ORGANIZATION, CALENDAR)
        });
        let day = Interval { start: hours(0), end: hours(24) };
        let of = |host| stage.done(move |tx| busy::overlapping(tx, host, day)).len();
        assert_eq!([HOST, HostId(id(9)), HostId(id(10)), HostId(id(11))].map(of), [1, 1, 0, 0]);
    }

    fn busy_time_is_replaced_and_forgotten_by_its_source(stage: &Stage) {
        let long = Interval { start: hours(10), end: hours(10) + busy::SPAN_MAX + busy::SPAN_MAX };
        let row = |time, link| Busy { event_id: "x".to_owned(), original_start: None, time, link };
        let first = Part { calendar: CALENDAR, generation: 0 };
        let second = Part { calendar: CALENDAR, generation: 1 };
        stage.done(move |tx| {
            found(tx)?;
            connect(tx)?;
            book(tx, &booking(100, hour(2)))?;
            links::insert(tx, LinkId(id(200)), BookingId(id(100)), CALENDAR, "event0", NOW)?;
            replace_busy(tx, first, "a", &[row(hour(1), None), row(hour(3), None)])?;
            replace_busy(tx, second, "a", &[row(hour(1), None)])?;
            replace_busy(tx, first, "b", &[row(hour(5), Some(LinkId(id(200))))])?;
            replace_busy(tx, first, "a", &[row(hour(4), None), row(long, None)])
        });
        let window = Interval { start: hours(0), end: hours(24 * 365) };
        let seen = |part| stage.done(move |tx| busy::within(tx, part, window));
        let half = hours(10) + busy::SPAN_MAX;
        assert_eq!(seen(first), [
            (hour(4), None),
            (hour(5), Some(LinkId(id(200)))),
            (Interval { end: half, ..long }, None),
            (Interval { start: half, ..long }, None),
        ]);
        assert_eq!(seen(second), [(hour(1), None)]);
        let touching = Interval { start: hours(2), end: hours(4) };
        assert_eq!(stage.done(move |tx| busy::within(tx, first, touching)), []);
        stage.done(|tx| busy::forget(tx, CALENDAR, "a"));
        assert_eq!((seen(first).len(), seen(second).len()), (1, 0));
    }

    /// Row T8: an event of ours takes time only of its own host, and only where the booking does not say so.
    fn an_event_of_ours_takes_time_where_it_says_something_else(stage: &Stage) {
        let row = |time| Busy { event_id: "x".to_owned(), original_start: None, time, link: Some(LinkId(id(200))) };
        let part = Part { calendar: CALENDAR, generation: 0 };
        stage.done(move |tx| {
            found(tx)?;
            connect(tx)?;
            hosts::insert(tx, HostId(id(9)), ORGANIZATION, "Grace")?;
            book(tx, &booking(100, hour(2)))?;
            links::insert(tx, LinkId(id(200)), BookingId(id(100)), CALENDAR, "event0", NOW)?;
            busy::block_all(tx, ORGANIZATION, CALENDAR)?;
            replace_busy(tx, part, "event0", &[row(hour(2))])
        });
        let day = Interval { start: hours(0), end: hours(24) };
        let of = |host| stage.done(move |tx| busy::overlapping(tx, host, day));
        assert_eq!((of(HOST), of(HostId(id(9)))), (vec![], vec![]));
        stage.done(move |tx| replace_busy(tx, part, "event0", &[row(hour(7))]));
        assert_eq!((of(HOST), of(HostId(id(9)))), (vec![hour(7)], vec![]));
    }

    /// The unknown is not free.
    fn beyond_what_is_known_everything_is_taken(stage: &Stage) {
        let part = Part { calendar: CALENDAR, generation: 0 };
        stage.done(move |tx| {
            found(tx)?;
            connect(tx)?;
            busy::set_blocks(tx, HOST, CALENDAR, true)?;
            let event = ForeignEvent { id: "a".to_owned(), ..ForeignEvent::default() };
            mirrored(tx, part, &event)?;
            mirror::set_known_until(tx, part, "a", Some(hours(5)))
        });
        let seen = |end| {
            let window = Interval { start: hours(0), end: hours(end) };
            stage.done(move |tx| busy::overlapping(tx, HOST, window))
        };
        assert_eq!((seen(5), seen(9)), (vec![], vec![Interval { start: hours(5), end: hours(9) }]));
        assert_eq!(stage.done(|tx| busy::known_until(tx, HOST)), Some(hours(5)));
        stage.done(move |tx| mirror::set_known_until(tx, part, "a", None));
        assert_eq!(seen(9), []);
    }

    /// Only calendars that block count, and one that was never read is told apart from one read long ago.
    fn how_fresh_each_calendar_is_that_blocks_a_host_is_told(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)?;
            calendars::insert(tx, &calendar(7, "second"))?;
            calendars::insert(tx, &calendar(8, "third"))?;
            busy::block_all(tx, ORGANIZATION, SECOND)?;
            busy::block_all(tx, ORGANIZATION, CALENDAR)?;
            busy::set_blocks(tx, HOST, CalendarId(id(8)), false)?;
            let mut read = calendar(7, "second");
            read.position.as_of = Some(hours(-3));
            calendars::update(tx, &read)
        });
        let of = |host| -> Vec<_> {
            let known = stage.done(move |tx| busy::freshness(tx, host));
            known.into_iter().map(|c| (c.calendar, c.as_of)).collect()
        };
        assert_eq!(of(HOST), [(CALENDAR, None), (SECOND, Some(hours(-3)))]);
        assert_eq!(of(HostId(id(9))), []);
    }

    /// The event of the booking that is looked at does not stand in its own way, wherever it is; what is not
    /// known is said apart.
    fn what_is_foreign_leaves_out_the_bookings_own_event(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)?;
            busy::set_blocks(tx, HOST, CALENDAR, true)?;
            book(tx, &booking(100, hour(2)))?;
            links::insert(tx, LinkId(id(7)), BookingId(id(100)), CALENDAR, "event0", NOW)?;
            note_busy(tx, CALENDAR, 0, hour(3), "theirs")?;
            let own = Busy { event_id: "event0".to_owned(), original_start: None, time: hour(4), link: Some(LinkId(id(7))) };
            busy::add(tx, Part { calendar: CALENDAR, generation: 0 }, [("event0", &own)])
        });
        let day = Interval { start: hours(0), end: hours(24) };
        let foreign = |number| {
            stage.done(move |tx| busy::foreign(tx, HOST, day, BookingId(id(number))))
        };
        assert_eq!(foreign(100), [hour(3)]);
        assert_eq!(foreign(101), [hour(3), hour(4)]);
        // Of a booking that is over the event was restored by hand: it counts where it is, for its host.
        stage.done(|tx| {
            let over = bookings::by_id(tx, BookingId(id(100)))?.unwrap();
            let cancellation = Cancellation { cause: Cause::Calendar, reason: String::new(), at: NOW };
            let over = Booking {
                status: Status::Cancelled,
                cancellation: Some(cancellation),
                time: hour(4),
                version: over.version + 1,
                ..over
            };
            bookings::update(tx, &over)
        });
        assert_eq!(foreign(101), [hour(3)], "it is still to be removed");
        stage.done(|tx| {
            let link = links::by_id(tx, LinkId(id(7)))?.unwrap();
            links::update(tx, &EventLink { state: State::Parked, ..link })
        });
        assert_eq!(foreign(101), [hour(3), hour(4)]);
        let taken = stage.done(move |tx| busy::overlapping(tx, HOST, day));
        assert_eq!(taken, [hour(3), hour(4)]);
        // Scenario D4: what its booking has left takes nobody's time.
        stage.done(|tx| {
            let link = links::by_id(tx, LinkId(id(7)))?.unwrap();
            links::update(tx, &EventLink { stay: Stay::Leaving, ..link })
        });
        assert_eq!(foreign(101), [hour(3)]);
        assert_eq!(stage.done(|tx| busy::known_until(tx, HOST)), None);
    }
}
