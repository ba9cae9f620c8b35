//! A booking's history.

use domain::booking::Cause;
use domain::{BookingId, TimelineId};
use serde_json::json;
use store::tables::timeline::{self, Entry};

use crate::support::on_every_database;
use crate::support::world::{book, booking, found, hour, hours, id};

fn entry(at: i64, kind: &str) -> Entry {
    Entry {
        at: hours(at),
        kind: kind.to_owned(),
        cause: (at == 1).then_some(Cause::Admin),
        detail: json!({"text": "\u{0} is escaped in JSON, \u{1F600} is not", "n": at}),
    }
}

on_every_database! {
    fn the_newest_entries_come_first_and_one_can_go_on(stage: &Stage) {
        let (one, two) = (TimelineId(id(1)), TimelineId(id(2)));
        stage.done(move |tx| {
            found(tx)?;
            book(tx, &booking(100, hour(2)))?;
            timeline::insert(tx, one, BookingId(id(100)), &entry(1, "first"))?;
            timeline::insert(tx, two, BookingId(id(100)), &entry(1, "second"))
        });
        let newest = |limit| stage.done(move |tx| timeline::newest(tx, BookingId(id(100)), limit));
        assert_eq!(newest(1), [(two, entry(1, "second"))]);
        stage.done(move |tx| timeline::update(tx, one, &entry(3, "third")));
        assert_eq!(newest(5), [(one, entry(3, "third")), (two, entry(1, "second"))]);
    }

    fn history_is_told_oldest_first(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            book(tx, &booking(100, hour(2)))?;
            for (number, at, kind) in [(3, 2, "moved"), (2, 1, "second"), (1, 1, "first")] {
                timeline::insert(tx, TimelineId(id(number)), BookingId(id(100)), &entry(at, kind))?;
            }
            Ok(())
        });
        let told = stage.done(|tx| timeline::list(tx, BookingId(id(100))));
        assert_eq!(told, [entry(1, "first"), entry(1, "second"), entry(2, "moved")]);
        assert_eq!(stage.done(|tx| timeline::list(tx, BookingId(id(9)))), []);
        for (booking, kind, expected) in
            [(100, "moved", true), (100, "cancelled", false), (9, "moved", false)]
        {
            let found = stage.done(move |tx| timeline::contains(tx, BookingId(id(booking)), kind));
            assert_eq!(found, expected, "{kind}");
        }
    }
}
