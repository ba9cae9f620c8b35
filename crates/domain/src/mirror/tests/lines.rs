//! Recurrence lines in the forms they come in.

use super::super::*;
use super::*;

fn count(event: ForeignEvent, lines: &[&str]) -> Result<usize, AskGoogle> {
    expanded(&repeating(event, lines), &[]).map(|found| found.busy.len())
}

#[test]
fn until_is_inclusive_in_every_form() {
    let nine = || timed("2026-03-01T09:00:00");
    let day = || all_day("2026-03-01", "2026-03-02");
    for (name, event, until, expected) in [
        ("its own instant", nine(), "20260303T080000Z", 3),
        ("a second before", nine(), "20260303T075959Z", 2),
        ("its own clock", nine(), "20260303T090000", 3),
        (
            "a second before on its own clock",
            nine(),
            "20260303T085959",
            2,
        ),
        ("a day: all of it", nine(), "20260303", 3),
        (
            "before the start: the start stays",
            nine(),
            "20250101T000000Z",
            1,
        ),
        ("small letters", nine(), "20260303t080000z", 3),
        ("days until a day", day(), "20260303", 3),
        (
            "days until an instant of a day",
            day(),
            "20260303T000000Z",
            3,
        ),
        ("days until a time", day(), "20260303T235959", 3),
        (
            "days until an instant: its day is the one in universal time",
            day(),
            "20260302T233000Z",
            2,
        ),
        (
            "a leap second is the one before",
            nine(),
            "20260303T075960Z",
            2,
        ),
        (
            "a leap second after the start",
            nine(),
            "20260303T080060Z",
            3,
        ),
    ] {
        let line = format!("RRULE:FREQ=DAILY;UNTIL={until}");
        assert_eq!(count(event, &[&line]), Ok(expected), "{name}");
    }
    // 30 minutes after midnight in Auckland is the day before in universal time.
    let early = hour_in("Pacific/Auckland", "2026-03-01T00:30:00");
    let lines = ["RRULE:FREQ=DAILY;UNTIL=20260303"];
    assert_eq!(
        count(early, &lines),
        Ok(3),
        "the day is one of the series' zone"
    );
}

#[test]
fn exdate_takes_away_the_same_instant_in_every_form() {
    let nine = || timed("2026-03-01T09:00:00");
    let day = || all_day("2026-03-01", "2026-03-02");
    for (name, event, line, expected) in [
        ("UTC", nine(), "EXDATE:20260303T080000Z", 4),
        (
            "its own zone",
            nine(),
            "EXDATE;TZID=Europe/Madrid:20260303T090000",
            4,
        ),
        (
            "quoted",
            nine(),
            "EXDATE;TZID=\"Europe/Madrid\":20260303T090000",
            4,
        ),
        (
            "another zone",
            nine(),
            "EXDATE;TZID=America/New_York:20260303T030000",
            4,
        ),
        ("no zone", nine(), "EXDATE:20260303T090000", 4),
        (
            "typed",
            nine(),
            "EXDATE;VALUE=DATE-TIME:20260303T080000Z",
            4,
        ),
        (
            "several",
            nine(),
            "exdate:20260303T080000Z, 20260304T080000Z",
            3,
        ),
        ("the first", nine(), "EXDATE:20260301T080000Z", 4),
        (
            "twice",
            nine(),
            "EXDATE:20260303T080000Z,20260303T090000",
            4,
        ),
        ("no start", nine(), "EXDATE:20260303T090000Z", 5),
        (
            "a day takes no time away",
            nine(),
            "EXDATE;VALUE=DATE:20260303",
            5,
        ),
        ("a day", day(), "EXDATE;VALUE=DATE:20260303", 4),
        ("an untyped day", day(), "EXDATE:20260303", 4),
        (
            "a time takes no day away",
            day(),
            "EXDATE:20260303T000000Z",
            5,
        ),
    ] {
        let lines = ["RRULE:FREQ=DAILY;COUNT=5", line];
        assert_eq!(count(event, &lines), Ok(expected), "{name}");
    }
}

/// The steps of a series do not begin anew where a window does.
#[test]
fn a_later_window_shows_the_same_steps() {
    for (name, first, line, expected) in [
        (
            "every third day",
            "2024-01-01T09:00:00",
            "RRULE:FREQ=DAILY;INTERVAL=3",
            ["2026-06-01T07:00", "2026-06-04T07:00"],
        ),
        (
            "every third week",
            "2024-01-04T09:00:00",
            "RRULE:FREQ=WEEKLY;INTERVAL=3",
            ["2026-06-04T07:00", "2026-06-25T07:00"],
        ),
        (
            "every third month",
            "2024-03-10T09:00:00",
            "RRULE:FREQ=MONTHLY;INTERVAL=3",
            ["2026-06-10T07:00", "2026-09-10T07:00"],
        ),
        (
            "every second year",
            "2020-06-10T09:00:00",
            "RRULE:FREQ=YEARLY;INTERVAL=2;BYMONTH=6,9",
            ["2026-06-10T07:00", "2026-09-10T07:00"],
        ),
        (
            "weeks from Monday: Tuesday and the Sunday after",
            "2026-05-26T09:00:00",
            "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO",
            ["2026-06-09T07:00", "2026-06-14T07:00"],
        ),
        (
            "weeks from Sunday: Sunday and the Tuesday after",
            "2026-05-26T09:00:00",
            "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
            ["2026-06-07T07:00", "2026-06-09T07:00"],
        ),
    ] {
        let event = repeating(timed(first), &[line]);
        let window = "2026-06-01T00:00:00Z/2027-06-01T00:00:00Z";
        let found = expanded_in("Europe/Madrid", &event, &[], window).unwrap();
        assert_eq!(starts(&found)[..2], expected, "{name}");
    }
}

#[test]
fn rdate_adds_starts_once() {
    let nine = || timed("2026-03-01T09:00:00");
    for (name, lines, expected) in [
        ("alone", vec!["RDATE:20260310T080000Z,20260312T080000Z"], 3),
        (
            "one that is there",
            vec!["RRULE:FREQ=DAILY;COUNT=5", "RDATE:20260303T080000Z"],
            5,
        ),
        (
            "on its own clock",
            vec!["RRULE:FREQ=DAILY;COUNT=5", "RDATE:20260310T090000"],
            6,
        ),
        (
            "taken away again",
            vec![
                "RDATE:20260310T080000Z",
                "EXDATE;TZID=Europe/Madrid:20260310T090000",
            ],
            1,
        ),
        (
            "nothing but what is taken away",
            vec!["EXDATE:20260301T080000Z"],
            0,
        ),
    ] {
        assert_eq!(count(nine(), &lines), Ok(expected), "{name}");
    }
    let days = all_day("2026-03-01", "2026-03-02");
    assert_eq!(count(days, &["RDATE;VALUE=DATE:20260310"]), Ok(2));
}

/// Google's API shows such a start; RFC 5545 leaves it open.
#[test]
fn a_start_that_its_rule_does_not_name_is_there_and_is_not_counted_on() {
    let sunday = || timed("2026-03-01T09:00:00");
    let lines = ["RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20260311T000000Z"];
    assert_eq!(count(sunday(), &lines), Ok(3));
    let lines = ["RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=3"];
    assert_eq!(count(sunday(), &lines), Err(AskGoogle::CountUnclear));
}

#[test]
fn words_of_a_rule_are_read_as_people_write_them() {
    for line in [
        "RRULE:FREQ=DAILY;COUNT=5",
        "rrule:freq=daily;count=5",
        " RRULE : FREQ = DAILY ; COUNT = 5 ;",
        "RRULE:COUNT=5;FREQ=DAILY;WKST=SU;INTERVAL=1",
        "RRULE:FREQ=DAILY;COUNT=5;BYHOUR=9;BYMINUTE=0;BYSECOND=0",
    ] {
        assert_eq!(
            count(timed("2026-03-01T09:00:00"), &[line]),
            Ok(5),
            "{line}"
        );
    }
}

#[test]
fn what_calendars_read_differently_is_asked_of_google() {
    use AskGoogle::{NoTime, SubDaily, TooFar, UnknownZone, Unreadable, Unusual};
    for (line, why) in [
        ("RRULE:FREQ=HOURLY", SubDaily),
        ("RRULE:FREQ=MINUTELY;COUNT=3", SubDaily),
        ("RRULE:FREQ=SECONDLY", SubDaily),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1", Unusual),
        ("RRULE:FREQ=DAILY;BYHOUR=9,10;BYSETPOS=1", Unusual),
        ("RRULE:FREQ=MONTHLY;BYSETPOS=1", Unusual),
        ("RRULE:FREQ=MONTHLY;BYDAY=MO,2TU", Unusual),
        ("RRULE:FREQ=WEEKLY;BYDAY=2MO", Unusual),
        ("RRULE:FREQ=MONTHLY;BYDAY=6MO", Unusual),
        ("RRULE:FREQ=YEARLY;BYWEEKNO=20", Unusual),
        ("RRULE:FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", Unusual),
        ("RRULE:FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", Unusual),
        ("RRULE:FREQ=MONTHLY;BYWEEKNO=20;BYDAY=MO", Unusual),
        ("RRULE:FREQ=MONTHLY;BYYEARDAY=1", Unusual),
        ("RRULE:FREQ=WEEKLY;BYMONTHDAY=1", Unusual),
        (
            "RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5",
            Unusual,
        ),
        ("RRULE:FREQ=DAILY;RSCALE=GREGORIAN", Unusual),
        ("RRULE:FREQ=DAILY;BYEASTER=0", Unusual),
        ("RRULE:FREQ=DAILY;INTERVAL=2147483647", Unusual),
        ("RRULE;X-WHAT=1:FREQ=DAILY", Unusual),
        ("EXRULE:FREQ=DAILY", Unusual),
        ("RDATE;VALUE=PERIOD:20260303T090000Z/PT1H", Unusual),
        ("RDATE;VALUE=DATE:20260303", Unusual),
        ("RDATE;TZID=Mars/Base:20260303T090000", UnknownZone),
        (
            "RRULE:FREQ=DAILY;COUNT=999999999;UNTIL=20260303",
            Unreadable,
        ),
        ("RRULE:FREQ=DAILY;COUNT=0", Unreadable),
        ("RRULE:FREQ=DAILY;INTERVAL=0", Unreadable),
        ("RRULE:FREQ=DAILY;FREQ=DAILY", Unreadable),
        ("RRULE:FREQ=DAILY;UNTIL=tomorrow", Unreadable),
        ("RRULE:FREQ=DAILY;UNTIL=20260231", Unreadable),
        ("RRULE:FREQ=DAILY;UNTIL=20260228T250000Z", Unreadable),
        ("RRULE:FREQ=FORTNIGHTLY", Unreadable),
        ("RRULE:FREQ=MONTHLY;BYMONTHDAY=32", Unreadable),
        ("RRULE:FREQ=MONTHLY;BYMONTHDAY=0", Unreadable),
        ("RRULE:FREQ=WEEKLY;BYDAY=é", Unreadable),
        ("RRULE:INTERVAL=2", Unreadable),
        ("RRULE:", Unreadable),
        ("FREQ=DAILY", Unreadable),
        ("DTSTART:20260303T090000Z", Unreadable),
        ("EXDATE:soon", Unreadable),
        ("EXDATE;VALUE=TEXT:soon", Unreadable),
        ("EXDATE;RANGE=THISANDFUTURE:20260303T090000Z", Unreadable),
        ("", Unreadable),
    ] {
        let event = timed("2026-03-01T09:00:00");
        assert_eq!(count(event, &[line]), Err(why), "{line}");
    }
    let two = ["RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"];
    assert_eq!(count(timed("2026-03-01T09:00:00"), &two), Err(Unusual));
    let days = || all_day("2026-03-01", "2026-03-02");
    let hours = ["RRULE:FREQ=DAILY;BYHOUR=9"];
    assert_eq!(count(days(), &hours), Err(Unusual));
    assert_eq!(count(days(), &["RDATE:20260303T090000Z"]), Err(Unusual));
    let mut mars = timed("2026-03-01T09:00:00");
    if let Some(Timing::Timed { zone, .. }) = &mut mars.timing {
        *zone = Some("Mars/Base".to_owned());
    }
    assert_eq!(count(mars, &["RRULE:FREQ=DAILY"]), Err(UnknownZone));
    assert_eq!(
        count(all_day("2020-03-01", "2026-03-02"), &["RRULE:FREQ=DAILY"]),
        Err(TooFar)
    );
    assert_eq!(
        count(ForeignEvent::default(), &["RRULE:FREQ=DAILY"]),
        Err(NoTime)
    );
}

#[test]
fn a_series_without_a_zone_repeats_in_its_calendar_s() {
    let mut event = timed("2026-03-28T09:00:00");
    if let Some(Timing::Timed { zone, .. }) = &mut event.timing {
        *zone = None;
    }
    let event = repeating(event, &["RRULE:FREQ=DAILY;COUNT=2"]);
    let madrid = expanded(&event, &[]).unwrap();
    assert_eq!(starts(&madrid), ["2026-03-28T08:00", "2026-03-29T07:00"]);
    let utc = expanded_in("UTC", &event, &[], YEAR).unwrap();
    assert_eq!(starts(&utc), ["2026-03-28T08:00", "2026-03-29T08:00"]);
}
