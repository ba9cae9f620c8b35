//! The mirror: events by generation, until when their series are known, and what is swept.

use domain::mirror::{Busy, EventStatus, ForeignEvent, Occurrence, Start, Timing};
use domain::{CalendarId, Instant};
use store::tables::mirror::{self, Part};
use store::tables::{busy, calendars};
use store::{StoreError, Tx, values};

use crate::support::on_every_database;
use crate::support::world::{
    CALENDAR, calendar, connect, found, hour, hours, id, mirrored, replace_busy,
};

const PART: Part = part(CALENDAR, 0);
const SECOND: CalendarId = CalendarId(id(7));

const fn part(calendar: CalendarId, generation: i64) -> Part {
    Part {
        calendar,
        generation,
    }
}

/// An event with something of everything that has to come back.
fn event(id: &str) -> ForeignEvent {
    ForeignEvent {
        id: id.to_owned(),
        ical_uid: Some(format!("{id}@google.com")),
        status: Some(EventStatus::Confirmed),
        timing: Some(Timing::Timed {
            time: hour(2),
            zone: Some("Europe/Madrid".to_owned()),
        }),
        ..ForeignEvent::default()
    }
}

fn master(id: &str) -> ForeignEvent {
    ForeignEvent {
        recurrence: vec!["RRULE:FREQ=WEEKLY".to_owned()],
        ..event(id)
    }
}

fn exception(id: &str, series: &str) -> ForeignEvent {
    ForeignEvent {
        occurrence: Some(Occurrence {
            series: series.to_owned(),
            original_start: Some(Start::At(hours(9))),
        }),
        ..event(id)
    }
}

fn set_up(tx: &mut dyn Tx) -> Result<(), StoreError> {
    found(tx)?;
    connect(tx)?;
    calendars::insert(tx, &calendar(7, "second"))
}

fn ids(events: Vec<ForeignEvent>) -> Vec<String> {
    events.into_iter().map(|event| event.id).collect()
}

on_every_database! {
    /// Scenario F1: found without reading all the others.
    fn all_day_events_that_are_free_are_found(stage: &Stage) {
        let days = |id: &str, is_transparent| ForeignEvent {
            timing: Some(Timing::AllDay {
                first: jiff::civil::date(2026, 12, 1),
                end: jiff::civil::date(2026, 12, 2),
            }),
            is_transparent,
            ..event(id)
        };
        let put = |event: ForeignEvent| stage.done(move |tx| mirrored(tx, PART, &event));
        let free = || ids(stage.done(|tx| mirror::free_days(tx, PART, 2)));
        stage.done(set_up);
        put(days("busy", false));
        put(ForeignEvent { is_transparent: true, ..event("timed") });
        for id in ["c", "a", "b"] {
            put(days(id, true));
        }
        assert_eq!(free(), ["a", "b"]);
        put(days("a", false));
        assert_eq!(free(), ["b", "c"]);
    }

    fn an_event_comes_back_from_its_own_generation_alone(stage: &Stage) {
        stage.done(set_up);
        stage.done(|tx| mirrored(tx, PART, &exception("größe_1", "größe")));
        let get = |part, id: &'static str| stage.done(move |tx| mirror::known(tx, part, [id]));
        assert_eq!(get(PART, "größe_1"), [exception("größe_1", "größe")]);
        assert_eq!(get(PART, "größe"), []);
        assert_eq!((get(part(CALENDAR, 1), "größe_1"), get(part(SECOND, 0), "größe_1")), (vec![], vec![]));
        let nowhere = stage.run(|tx| mirrored(tx, part(CalendarId(id(99)), 0), &event("a")));
        assert_eq!(nowhere, Err(StoreError::Constraint("foreign_key".into())));
    }

    /// What was known of a series rests on what it was then.
    fn an_event_seen_again_takes_its_own_place_and_is_known_no_more(stage: &Stage) {
        stage.done(set_up);
        stage.done(|tx| {
            mirrored(tx, PART, &master("a"))?;
            mirror::set_known_until(tx, PART, "a", Some(hours(5)))?;
            mirrored(tx, PART, &exception("a", "b"))
        });
        let of = |series: &'static str| ids(stage.done(move |tx| mirror::of_series(tx, PART, series)));
        assert_eq!((of("a"), of("b")), (vec![], vec!["a".to_owned()]));
        assert_eq!(stage.done(|tx| mirror::known_until(tx, PART)), None);
    }

    fn a_series_is_its_master_and_its_exceptions(stage: &Stage) {
        stage.done(set_up);
        stage.done(|tx| {
            for event in [master("a"), exception("a_2", "a"), exception("a_1", "a"), event("b")] {
                mirrored(tx, PART, &event)?;
            }
            mirrored(tx, part(CALENDAR, 1), &exception("a_3", "a"))?;
            mirrored(tx, part(SECOND, 0), &exception("a_4", "a"))
        });
        let of = |part, series: &'static str| ids(stage.done(move |tx| mirror::of_series(tx, part, series)));
        assert_eq!(of(PART, "a"), ["a", "a_1", "a_2"]);
        assert_eq!(of(PART, "b"), ["b"]);
        stage.done(|tx| mirror::remove(tx, PART, ["a_1"]));
        assert_eq!(of(PART, "a"), ["a", "a_2"]);
        stage.done(|tx| mirror::remove_series(tx, PART, ["a"]));
        assert_eq!((of(PART, "a"), of(PART, "b")), (vec![], vec!["b".to_owned()]));
        assert_eq!((of(part(CALENDAR, 1), "a"), of(part(SECOND, 0), "a")), (vec!["a_3".to_owned()], vec!["a_4".to_owned()]));
    }

    /// A chunk of a page: many events in one statement each way.
    fn events_are_kept_read_and_forgotten_together(stage: &Stage) {
        stage.done(set_up);
        let odd = "a \"quoted\" \\ id";
        stage.done(move |tx| {
            let (a, a1, b, odd) = (master("a"), exception("a_1", "a"), event("b"), event(odd));
            mirror::put(tx, PART, [])?;
            mirror::put(tx, PART, [(&a, Some(hours(7))), (&a1, None), (&b, None), (&odd, None)])?;
            mirror::put(tx, part(CALENDAR, 1), [(&event("c"), None)])
        });
        let known = |which: &'static [&'static str]| {
            ids(stage.done(move |tx| mirror::known(tx, PART, which.iter().copied())))
        };
        assert_eq!(known(&["b", "a", "c", "nobody"]), ["a", "b"]);
        assert_eq!(known(&["a \"quoted\" \\ id"]), [odd]);
        assert_eq!(stage.done(|tx| mirror::known_until(tx, PART)), Some(hours(7)));
        let others = |but: &'static [&'static str]| {
            let found = stage.done(move |tx| mirror::others(tx, PART, ["a", "b"], but.iter().copied()));
            ids(found.expect("not too many"))
        };
        assert_eq!(others(&[]), ["a", "a_1", "b"]);
        assert_eq!(others(&["a", "b"]), ["a_1"]);
        stage.done(|tx| mirror::remove(tx, PART, ["b", "nobody"]));
        stage.done(|tx| mirror::remove_series(tx, PART, ["a", "nothing"]));
        assert_eq!(known(&["a", "a_1", "b"]), Vec::<String>::new());
        assert_eq!(known(&["a \"quoted\" \\ id"]), [odd]);
    }

    fn a_calendar_is_known_until_its_first_series_is_not(stage: &Stage) {
        stage.done(set_up);
        let known = |part| stage.done(move |tx| mirror::known_until(tx, part));
        stage.done(|tx| {
            for id in ["a", "b", "c", "d"] {
                mirrored(tx, PART, &master(id))?;
            }
            mirror::set_known_until(tx, PART, "c", Some(hours(9)))?;
            mirror::set_known_until(tx, PART, "a", Some(hours(7)))?;
            mirror::set_known_until(tx, PART, "b", Some(hours(7)))?;
            mirror::set_known_until(tx, PART, "d", None)
        });
        assert_eq!((known(PART), known(part(CALENDAR, 1))), (Some(hours(7)), None));
        let short = |until, limit| ids(stage.done(move |tx| mirror::short_of(tx, PART, until, limit)));
        assert_eq!(short(hours(7), 9), Vec::<String>::new());
        assert_eq!(short(hours(10), 9), ["a", "b", "c"]);
        assert_eq!(short(hours(10), 2), ["a", "b"]);
        stage.done(|tx| {
            mirror::set_known_until(tx, PART, "a", None)?;
            mirror::set_known_until(tx, PART, "b", None)
        });
        assert_eq!(known(PART), Some(hours(9)));
    }

    /// It is Google who knows it, so looking further ahead here does not help.
    fn a_series_of_which_nothing_is_known_is_told_apart(stage: &Stage) {
        stage.done(set_up);
        assert_eq!(stage.done(|tx| mirror::unknown(tx, PART)), None);
        stage.done(|tx| {
            mirrored(tx, PART, &master("b"))?;
            mirrored(tx, PART, &master("a"))?;
            mirror::set_known_until(tx, PART, "a", Some(hours(1)))?;
            mirror::set_known_until(tx, PART, "b", Some(mirror::UNKNOWN))
        });
        assert_eq!(stage.done(|tx| mirror::unknown(tx, PART)), Some(master("b")));
        assert_eq!(stage.done(|tx| mirror::unknown(tx, part(CALENDAR, 1))), None);
        assert_eq!(stage.done(|tx| mirror::known_until(tx, PART)), Some(Instant::from_micros(0)));
        assert_eq!(ids(stage.done(|tx| mirror::short_of(tx, PART, hours(9), 9))), ["a"]);
    }

    /// Neither what counts nor what is being filled; in bounded steps.
    fn only_generations_that_count_no_more_are_swept(stage: &Stage) {
        stage.done(set_up);
        stage.done(|tx| {
            for generation in 0..4 {
                for name in ["a", "b"] {
                    let part = part(CALENDAR, generation);
                    mirrored(tx, part, &event(name))?;
                    let row = Busy { event_id: name.to_owned(), original_start: None, time: hour(2), link: None };
                    replace_busy(tx, part, name, &[row])?;
                }
            }
            mirrored(tx, part(SECOND, 0), &event("a"))?;
            tx.execute("UPDATE calendar SET generation = 1, shadow = 3 WHERE id = ?1", values![CALENDAR])
        });
        let sweep = || stage.done(|tx| mirror::sweep(tx, 3));
        assert_eq!((sweep(), sweep(), sweep()), (6, 2, 0));
        let left = |part| {
            let events = stage.done(move |tx| mirror::of_series(tx, part, "a")).len();
            let window = hour(2);
            (events, stage.done(move |tx| busy::within(tx, part, window)).len())
        };
        let of_first = [0, 1, 2, 3].map(|generation| left(part(CALENDAR, generation)));
        assert_eq!(of_first, [(0, 0), (1, 2), (0, 0), (1, 2)]);
        assert_eq!(left(part(SECOND, 0)), (1, 0));
        stage.done(|tx| tx.execute("UPDATE calendar SET shadow = NULL WHERE id = ?1", values![CALENDAR]));
        assert_eq!((sweep(), sweep()), (4, 0));
    }
}
