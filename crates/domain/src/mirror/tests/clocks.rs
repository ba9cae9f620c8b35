//! Series over changes of the clocks.

use super::super::*;
use super::*;

/// Starts in UTC of a series in `zone`, two days or weeks before a change and after it.
fn of(zone: &str, first: &str, line: &str) -> Vec<String> {
    let event = repeating(hour_in(zone, first), &[line]);
    starts(&expanded_in(zone, &event, &[], YEAR).unwrap())
}

#[test]
fn a_weekly_meeting_keeps_its_hour_over_both_changes_of_a_year() {
    for (zone, first, expected) in [
        (
            "Europe/Madrid",
            "2026-03-23T09:00:00",
            ["2026-03-23T08:00", "2026-03-30T07:00"],
        ),
        (
            "Europe/Madrid",
            "2026-10-19T09:00:00",
            ["2026-10-19T07:00", "2026-10-26T08:00"],
        ),
        (
            "America/New_York",
            "2026-03-02T09:00:00",
            ["2026-03-02T14:00", "2026-03-09T13:00"],
        ),
        (
            "America/New_York",
            "2026-10-26T09:00:00",
            ["2026-10-26T13:00", "2026-11-02T14:00"],
        ),
        (
            "Australia/Lord_Howe",
            "2026-04-03T09:00:00",
            ["2026-04-02T22:00", "2026-04-09T22:30"],
        ),
        (
            "Australia/Lord_Howe",
            "2026-10-01T09:00:00",
            ["2026-09-30T22:30", "2026-10-07T22:00"],
        ),
        (
            "America/Argentina/Buenos_Aires",
            "2026-03-23T09:00:00",
            ["2026-03-23T12:00", "2026-03-30T12:00"],
        ),
        (
            "America/Argentina/Buenos_Aires",
            "2026-10-26T09:00:00",
            ["2026-10-26T12:00", "2026-11-02T12:00"],
        ),
        (
            "Asia/Kathmandu",
            "2026-03-23T09:00:00",
            ["2026-03-23T03:15", "2026-03-30T03:15"],
        ),
        (
            "Asia/Kathmandu",
            "2026-10-26T09:00:00",
            ["2026-10-26T03:15", "2026-11-02T03:15"],
        ),
    ] {
        let found = of(zone, first, "RRULE:FREQ=WEEKLY;COUNT=2");
        assert_eq!(found, expected, "{zone} from {first}");
    }
}

/// icalendar.md §3: RFC 5545 leaves a skipped time out, large services are known to move it. Ours
/// is moved by the gap, so that whichever the calendar shows is not offered for nothing.
#[test]
fn what_the_clocks_skip_comes_later_by_as_much() {
    for (zone, first, expected) in [
        (
            "Europe/Madrid",
            "2026-03-28T02:30:00",
            ["2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30"],
        ),
        (
            "America/New_York",
            "2026-03-07T02:30:00",
            ["2026-03-07T07:30", "2026-03-08T07:30", "2026-03-09T06:30"],
        ),
        (
            "Australia/Lord_Howe",
            "2026-10-03T02:15:00",
            ["2026-10-02T15:45", "2026-10-03T15:45", "2026-10-04T15:15"],
        ),
    ] {
        let last = zone_day(expected[2]);
        let line = format!("RRULE:FREQ=DAILY;UNTIL={last}");
        assert_eq!(of(zone, first, &line), expected, "{zone}");
    }
}

/// The day of an instant, as UNTIL has it.
fn zone_day(start: &str) -> String {
    format!("{}Z", start.replace(['-', ':'], "") + "00")
}

#[test]
fn what_the_clocks_show_twice_is_the_first() {
    for (zone, first, expected) in [
        (
            "Europe/Madrid",
            "2026-10-24T02:30:00",
            ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"],
        ),
        (
            "America/New_York",
            "2026-10-31T01:30:00",
            ["2026-10-31T05:30", "2026-11-01T05:30", "2026-11-02T06:30"],
        ),
        (
            "Australia/Lord_Howe",
            "2026-04-04T01:45:00",
            ["2026-04-03T14:45", "2026-04-04T14:45", "2026-04-05T15:15"],
        ),
    ] {
        assert_eq!(
            of(zone, first, "RRULE:FREQ=DAILY;COUNT=3"),
            expected,
            "{zone}"
        );
    }
}

/// Moved and counted, or left out and not: the last instance depends on it.
#[test]
fn a_counted_series_over_a_skipped_time_is_asked_of_google() {
    let event = hour_in("Europe/Madrid", "2026-03-27T02:30:00");
    let counted = repeating(event.clone(), &["RRULE:FREQ=DAILY;COUNT=5"]);
    assert_eq!(expanded(&counted, &[]), Err(AskGoogle::CountUnclear));
    let over_before = repeating(event, &["RRULE:FREQ=DAILY;COUNT=2"]);
    assert_eq!(expanded(&over_before, &[]).unwrap().busy.len(), 2);
}

/// A first instance at the second 02:30 of that night is where Google says it is.
#[test]
fn a_first_start_in_the_second_of_two_equal_hours_stays_there() {
    let second = at("2026-10-25T01:30:00Z");
    let mut event = timed("2026-10-25T02:30:00");
    if let Some(Timing::Timed { time, .. }) = &mut event.timing {
        *time = Interval::lasting(second, time.span());
    }
    let event = repeating(event, &["RRULE:FREQ=DAILY;COUNT=2"]);
    let found = expanded(&event, &[]).unwrap();
    assert_eq!(starts(&found), ["2026-10-25T01:30", "2026-10-26T01:30"]);
}

#[test]
fn an_instance_over_a_change_keeps_its_exact_length() {
    let mut night = timed("2026-03-28T22:00:00");
    if let Some(Timing::Timed { time, .. }) = &mut night.timing {
        time.end = at("2026-03-29T04:00:00Z");
    }
    let night = repeating(night, &["RRULE:FREQ=DAILY;COUNT=2"]);
    let found = expanded(&night, &[]).unwrap();
    let spans: Vec<i64> = found
        .busy
        .iter()
        .map(|row| row.time.span().as_hours())
        .collect();
    assert_eq!(spans, [7, 7]);
    // Days are as long as they are.
    let days = repeating(
        all_day("2026-03-28", "2026-03-29"),
        &["RRULE:FREQ=DAILY;COUNT=3"],
    );
    let found = expanded(&days, &[]).unwrap();
    let spans: Vec<i64> = found
        .busy
        .iter()
        .map(|row| row.time.span().as_hours())
        .collect();
    assert_eq!(spans, [24, 23, 24]);
}

#[test]
fn a_cancelled_instance_is_found_however_its_start_is_written() {
    // 02:30 does not exist on 29 March: the exception names the instant Google shows.
    let gap = repeating(
        timed("2026-03-28T02:30:00"),
        &["RRULE:FREQ=DAILY;UNTIL=20260330T120000Z"],
    );
    for original in [
        "2026-03-29T03:30:00+02:00",
        "2026-03-29T01:30:00Z",
        "2026-03-28T21:30:00-04:00",
    ] {
        let found = expanded(&gap, &[cancelled(Start::At(at(original)))]).unwrap();
        assert_eq!(
            starts(&found),
            ["2026-03-28T01:30", "2026-03-30T00:30"],
            "{original}"
        );
    }
    let exdate = "EXDATE;TZID=Europe/Madrid:20260329T023000";
    let lines = ["RRULE:FREQ=DAILY;UNTIL=20260330T120000Z", exdate];
    let found = expanded(&repeating(timed("2026-03-28T02:30:00"), &lines), &[]).unwrap();
    assert_eq!(starts(&found), ["2026-03-28T01:30", "2026-03-30T00:30"]);
}
