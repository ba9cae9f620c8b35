//! A series with its exceptions, and how far it is known.

use jiff::SignedDuration;

use super::super::*;
use super::*;

/// Mondays at nine in Madrid, three of them: 8:00 in UTC until the clocks change.
fn mondays() -> ForeignEvent {
    repeating(timed("2026-03-02T09:00:00"), &["RRULE:FREQ=WEEKLY;COUNT=3"])
}

const SECOND: &str = "2026-03-09T08:00:00Z";

fn second() -> Start {
    Start::At(at(SECOND))
}

#[test]
fn a_series_is_its_instances() {
    let found = expanded(&mondays(), &[]).unwrap();
    assert_eq!(
        starts(&found),
        ["2026-03-02T08:00", "2026-03-09T08:00", "2026-03-16T08:00"]
    );
    assert_eq!(found.busy[1].event_id, "master");
    assert_eq!(found.busy[1].original_start, Some(second()));
    assert_eq!(found.until, Instant::MAX);
}

#[test]
fn an_exception_takes_the_place_of_the_instance_it_names() {
    let moved = timed("2026-03-11T15:00:00");
    let out_of_the_way = timed("2028-03-11T15:00:00");
    let transparent = ForeignEvent {
        is_transparent: true,
        ..timed("2026-03-09T09:00:00")
    };
    let declined = ForeignEvent {
        response: Some(Response::Declined),
        ..timed("2026-03-09T09:00:00")
    };
    let (first, last) = ("2026-03-02T08:00", "2026-03-16T08:00");
    for (name, exceptions, expected) in [
        (
            "moved",
            vec![exception("e", Some(second()), moved.clone())],
            vec![first, "2026-03-11T14:00", last],
        ),
        (
            "moved years away",
            vec![exception("e", Some(second()), out_of_the_way)],
            vec![first, last, "2028-03-11T14:00"],
        ),
        ("cancelled", vec![cancelled(second())], vec![first, last]),
        (
            "made free",
            vec![exception("e", Some(second()), transparent)],
            vec![first, last],
        ),
        (
            "declined",
            vec![exception("e", Some(second()), declined)],
            vec![first, last],
        ),
        (
            "naming no instance: it stands for itself",
            vec![exception(
                "e",
                Some(Start::At(at("2026-03-09T09:00:00Z"))),
                moved.clone(),
            )],
            vec![first, "2026-03-09T08:00", "2026-03-11T14:00", last],
        ),
        (
            "of another kind: it names no instance",
            vec![cancelled(Start::Day("2026-03-09".parse().unwrap()))],
            vec![first, "2026-03-09T08:00", last],
        ),
        (
            "not saying which: nothing is taken away",
            vec![exception("e", None, moved)],
            vec![first, "2026-03-09T08:00", "2026-03-11T14:00", last],
        ),
        (
            "not saying when: the instance stays",
            vec![exception("e", Some(second()), ForeignEvent::default())],
            vec![first, "2026-03-09T08:00", last],
        ),
    ] {
        assert_eq!(
            starts(&expanded(&mondays(), &exceptions).unwrap()),
            expected,
            "{name}"
        );
    }
}

#[test]
fn exceptions_of_other_series_are_not_looked_at() {
    let mut other = cancelled(second());
    other.occurrence.as_mut().unwrap().series = "other".to_owned();
    assert_eq!(expanded(&mondays(), &[other]).unwrap().busy.len(), 3);
}

#[test]
fn an_exception_without_its_master_stands_alone() {
    let alone = exception("e", Some(second()), timed("2026-03-11T15:00:00"));
    let found = expanded(&alone, &[]).unwrap();
    assert_eq!(starts(&found), ["2026-03-11T14:00"]);
    assert_eq!(found.busy[0].original_start, Some(second()));
    assert_eq!(found.until, Instant::MAX);
    assert_eq!((alone.series(), mondays().series()), ("master", "master"));
}

#[test]
fn a_cancelled_master_takes_its_exceptions_with_it() {
    let master = ForeignEvent {
        id: "master".to_owned(),
        status: Some(EventStatus::Cancelled),
        ..ForeignEvent::default()
    };
    // A tombstone has little but its id; the organizer's copy may keep everything (§10.4).
    let whole = ForeignEvent {
        status: Some(EventStatus::Cancelled),
        ..mondays()
    };
    for master in [master, whole] {
        let moved = exception("e", Some(second()), timed("2026-03-11T15:00:00"));
        assert!(expanded(&master, &[moved]).unwrap().busy.is_empty());
    }
}

/// What makes instances free does not reach an exception that says otherwise; and nobody is asked
/// about a rule that takes no time.
#[test]
fn a_free_series_is_not_expanded_but_its_exceptions_are_looked_at() {
    let master = ForeignEvent {
        is_transparent: true,
        ..repeating(timed("2026-03-02T09:00:00"), &["RRULE:FREQ=SECONDLY"])
    };
    let busy = exception("e", Some(second()), timed("2026-03-11T15:00:00"));
    let found = expanded(&master, &[busy]).unwrap();
    assert_eq!(starts(&found), ["2026-03-11T14:00"]);
    assert_eq!(found.until, Instant::MAX);
}

#[test]
fn instances_of_days_are_matched_by_day() {
    let master = repeating(
        all_day("2026-03-02", "2026-03-04"),
        &["RRULE:FREQ=WEEKLY;COUNT=2"],
    );
    let found = expanded(
        &master,
        &[cancelled(Start::Day("2026-03-02".parse().unwrap()))],
    )
    .unwrap();
    let times: Vec<Interval> = found.busy.iter().map(|row| row.time).collect();
    assert_eq!(
        times,
        [interval("2026-03-08T23:00:00Z/2026-03-10T23:00:00Z")]
    );
}

#[test]
fn what_began_before_the_window_and_reaches_into_it_is_there() {
    // From 22:00 to 06:00 is long; a window from midnight on sees the night before.
    let mut night = repeating(timed("2026-01-01T22:00:00"), &["RRULE:FREQ=DAILY"]);
    if let Some(Timing::Timed { time, .. }) = &mut night.timing {
        time.end = time.start + SignedDuration::from_hours(8);
    }
    let window = "2026-06-10T22:00:00Z/2026-06-11T22:00:00Z";
    let found = expanded_in("Europe/Madrid", &night, &[], window).unwrap();
    assert_eq!(starts(&found), ["2026-06-10T20:00", "2026-06-11T20:00"]);
    // One that ends as the window begins is over.
    let window = "2026-06-11T04:00:00Z/2026-06-11T20:00:00Z";
    let found = expanded_in("Europe/Madrid", &night, &[], window).unwrap();
    assert!(found.busy.is_empty());
}

#[test]
fn an_answer_says_until_when_it_is_whole() {
    let end = "2027-01-01T00:00:00Z";
    for (name, line, until) in [
        ("without end", "RRULE:FREQ=WEEKLY", end),
        (
            "counted beyond the window",
            "RRULE:FREQ=WEEKLY;COUNT=99",
            end,
        ),
        (
            "ending beyond the window",
            "RRULE:FREQ=WEEKLY;UNTIL=20280101T000000Z",
            end,
        ),
        ("dates beyond the window", "RDATE:20280101T080000Z", end),
        (
            "days that never come",
            "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            end,
        ),
    ] {
        let found = expanded(&repeating(timed("2026-03-02T09:00:00"), &[line]), &[]).unwrap();
        assert_eq!(found.until, at(until), "{name}");
    }
    for (name, line) in [
        ("counted", "RRULE:FREQ=WEEKLY;COUNT=3"),
        ("ended", "RRULE:FREQ=WEEKLY;UNTIL=20260401T000000Z"),
        ("dates alone", "RDATE:20260401T080000Z"),
    ] {
        let found = expanded(&repeating(timed("2026-03-02T09:00:00"), &[line]), &[]).unwrap();
        assert_eq!(found.until, Instant::MAX, "{name}");
    }
    // A counted series that is over, and a date of it that is not.
    let both = ["RRULE:FREQ=WEEKLY;COUNT=3", "RDATE:20280101T080000Z"];
    let found = expanded(&repeating(timed("2026-03-02T09:00:00"), &both), &[]).unwrap();
    assert_eq!(found.until, at(end));
    // A series that has not begun.
    let later = repeating(timed("2028-03-02T09:00:00"), &["RRULE:FREQ=WEEKLY"]);
    assert_eq!(expanded(&later, &[]).unwrap().until, at(end));
}

#[test]
fn beyond_its_limits_an_answer_ends_early_and_says_so() {
    let often = repeating(
        timed("2026-01-01T00:00:00"),
        &["RRULE:FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11"],
    );
    let found = expanded_in(
        "Europe/Madrid",
        &often,
        &[],
        "2026-01-01T12:00:00Z/2027-01-01T00:00:00Z",
    )
    .unwrap();
    // Two of the thousand were over before the window.
    assert_eq!(found.busy.len(), 998);
    assert!(found.until > found.busy.last().unwrap().time.start);
    assert!(found.until < at("2026-03-30T00:00:00Z"));
    let daily = repeating(timed("2026-01-01T09:00:00"), &["RRULE:FREQ=DAILY"]);
    let found = expanded_in(
        "Europe/Madrid",
        &daily,
        &[],
        "2026-01-01T00:00:00Z/2199-01-01T00:00:00Z",
    )
    .unwrap();
    assert_eq!(found.until, at("2026-01-01T00:00:00Z") + WINDOW_MAX);
    assert_eq!(found.busy.len(), 731);
}

#[test]
fn a_horizon_rolls_before_it_is_reached_and_not_for_all_at_once() {
    let (horizon, now) = (Horizon::default(), at("2026-11-20T09:00:00Z"));
    let days = |from: Instant, to: Instant| (to - from).as_hours() / 24;
    let window = horizon.window(now, 0);
    assert_eq!((days(window.start, now), days(now, window.end)), (60, 430));
    assert_eq!(days(now, horizon.window(now, 500).end), 445);
    assert_eq!(days(now, horizon.window(now, u32::MAX).end), 460);
    assert!(horizon.window(now, 1000).span() < WINDOW_MAX);
}
