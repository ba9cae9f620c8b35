//! Unverified bookings that are due: put, woken by what was read, and gone.

use domain::{BookingId, ConflictId, Instant};
use store::tables::conflicts::{self, Conflict, UNVERIFIED_OVERLAP};
use store::tables::verifications::{self, News};
use store::tables::{busy, calendars};

use crate::support::world::{
    CALENDAR, CONNECTION, HOST, ORGANIZATION, book, booking, connect, found, hour, hours, id,
};
use crate::support::{NOW, on_every_database};

const BOOKING: BookingId = BookingId(id(100));

fn overlap() -> Conflict {
    Conflict {
        id: ConflictId(id(7)),
        organization_id: ORGANIZATION,
        booking_id: BOOKING,
        link_id: None,
        calendar_id: None,
        kind: UNVERIFIED_OVERLAP.to_owned(),
        said: String::new(),
        version: 1,
        opened_at: NOW,
        closed_at: None,
        resolution: None,
        aside: None,
    }
}

on_every_database! {
    fn what_was_read_since_wakes_what_waits_for_it(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)?;
            book(tx, &booking(100, hour(2)))?;
            verifications::put(tx, BOOKING, hours(0), hours(3))
        });
        let wake = |as_of: Instant, news| {
            stage.done(move |tx| verifications::wake(tx, CALENDAR, as_of, news, hours(1)));
            stage.done(verifications::next_due)
        };
        let waits = Some((BOOKING, hours(3)));
        assert_eq!(wake(hours(1), News::Changed), waits, "it blocks nobody yet");
        stage.done(|tx| busy::set_blocks(tx, HOST, CALENDAR, true));
        assert_eq!(wake(hours(0), News::Changed), waits, "read before");
        assert_eq!(wake(hours(1), News::Same), Some((BOOKING, hours(1))));
        // A look that was put off meanwhile does not undo what was asked for since.
        stage.done(|tx| verifications::put_off(tx, BOOKING, hours(3), hours(9)));
        assert_eq!(stage.done(verifications::next_due), Some((BOOKING, hours(1))));
        stage.done(|tx| verifications::put_off(tx, BOOKING, hours(1), hours(3)));
        stage.done(|tx| conflicts::insert(tx, &overlap()));
        assert_eq!(stage.done(|tx| conflicts::open_of_time(tx, BOOKING)), Some(overlap()));
        assert_eq!(wake(hours(1), News::Same), waits, "a person has yet to decide");
        assert_eq!(wake(hours(1), News::Changed), Some((BOOKING, hours(1))));
        let tried = Conflict { resolution: Some("retry".to_owned()), ..overlap() };
        stage.done(move |tx| conflicts::update(tx, &tried));
        stage.done(|tx| verifications::put(tx, BOOKING, hours(0), hours(3)));
        assert_eq!(wake(hours(1), News::Same), Some((BOOKING, hours(1))));
        stage.done(|tx| verifications::put(tx, BOOKING, hours(0), hours(3)));
        stage.done(|tx| verifications::wake_of_connection(tx, CONNECTION, hours(1)));
        assert_eq!(stage.done(|tx| verifications::of(tx, BOOKING)), Some((hours(0), hours(1))));
        stage.done(|tx| verifications::delete(tx, BOOKING));
        assert_eq!(stage.done(verifications::next_due), None);
    }

    fn a_booking_has_one_open_conflict_about_its_time(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)?;
            book(tx, &booking(100, hour(2)))?;
            conflicts::insert(tx, &overlap())
        });
        let second = Conflict { id: ConflictId(id(8)), ..overlap() };
        assert!(stage.run(move |tx| conflicts::insert(tx, &second)).is_err());
    }

    /// Whoever asks while a pull is under way gets another one after it; a calendar that fails waits.
    fn asking_for_a_pull_is_not_lost_to_the_one_under_way(stage: &Stage) {
        stage.done(|tx| { found(tx)?; connect(tx) });
        let pull_at = || stage.done(|tx| calendars::by_id(tx, CALENDAR)).map(|c| c.pull_at);
        let keep = |failures| {
            stage.done(move |tx| {
                let mut calendar = calendars::by_id(tx, CALENDAR)?.expect("it is connected");
                calendar.position.as_of = Some(hours(1));
                calendar.failures = failures;
                calendar.pull_at = hours(5);
                calendars::update(tx, &calendar)
            });
            pull_at()
        };
        assert_eq!(keep(0), Some(hours(5)));
        stage.done(|tx| calendars::ask(tx, CALENDAR, hours(2)));
        assert_eq!(pull_at(), Some(hours(2)));
        assert_eq!(keep(0), Some(hours(2)), "asked after the pull began");
        assert_eq!(keep(1), Some(hours(5)));
        stage.done(|tx| calendars::ask(tx, CALENDAR, hours(3)));
        assert_eq!(pull_at(), Some(hours(5)));
        keep(0);
        let interest = |until, enough, first| {
            stage.done(move |tx| {
                calendars::interest(tx, CALENDAR, (hours(until), hours(enough)), hours(first))?;
                calendars::interesting_until(tx, CALENDAR)
            })
        };
        assert_eq!((interest(4, 3, 2), pull_at()), (hours(4), Some(hours(2))));
        assert_eq!(interest(6, 4, 1), hours(4), "enough is left");
        assert_eq!(pull_at(), Some(hours(2)));
    }
}
