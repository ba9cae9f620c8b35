//! Nothing that stands in a calendar costs more than a little, or brings us down.

use jiff::SignedDuration;
use jiff::civil::Date;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::string::string_regex;

use super::super::*;
use super::*;

#[test]
fn hostile_series_end() {
    let old = || hour_in("UTC", "0001-01-01T09:00:00");
    let new = || timed("2026-03-01T09:00:00");
    let many: Vec<String> = (0..20_000).map(|_| "20260303T080000Z".to_owned()).collect();
    let many = format!("EXDATE:{}", many.join(","));
    let none = Ok(0);
    let start = Ok(1);
    for (name, event, lines, expected) in [
        (
            "every second",
            new(),
            vec!["RRULE:FREQ=SECONDLY"],
            Err(AskGoogle::SubDaily),
        ),
        (
            "30 February",
            new(),
            vec!["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"],
            start,
        ),
        (
            "30 February, by month",
            new(),
            vec!["RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"],
            start,
        ),
        (
            "30 February, by day",
            new(),
            vec!["RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"],
            start,
        ),
        (
            "a position that is not there",
            new(),
            vec!["RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=31"],
            start,
        ),
        (
            "a step that misses its month",
            new(),
            vec!["RRULE:FREQ=MONTHLY;INTERVAL=12;BYMONTH=2"],
            start,
        ),
        (
            "a long step",
            new(),
            vec!["RRULE:FREQ=YEARLY;INTERVAL=65535"],
            start,
        ),
        (
            "a longer step",
            new(),
            vec!["RRULE:FREQ=DAILY;INTERVAL=2147483647"],
            Err(AskGoogle::Unusual),
        ),
        (
            "a number beyond numbers",
            new(),
            vec!["RRULE:FREQ=DAILY;COUNT=99999999999999999999"],
            Err(AskGoogle::Unreadable),
        ),
        (
            "a large count",
            new(),
            vec!["RRULE:FREQ=DAILY;COUNT=999999999"],
            Ok(306),
        ),
        (
            "a large count from long ago",
            old(),
            vec!["RRULE:FREQ=DAILY;COUNT=999999999"],
            Err(AskGoogle::TooFar),
        ),
        ("from long ago", old(), vec!["RRULE:FREQ=DAILY"], Ok(365)),
        (
            "from long ago, by month",
            old(),
            vec!["RRULE:FREQ=MONTHLY"],
            Ok(12),
        ),
        (
            "in the last year",
            hour_in("UTC", "9998-12-30T09:00:00"),
            vec!["RRULE:FREQ=DAILY"],
            none,
        ),
        (
            "20,000 dates",
            new(),
            vec!["RRULE:FREQ=DAILY", &many],
            Err(AskGoogle::TooLong),
        ),
        (
            "201 lines",
            new(),
            vec!["EXDATE:20260303T080000Z"; 201],
            Err(AskGoogle::TooLong),
        ),
    ] {
        let found = expanded(&repeating(event, &lines), &[]);
        assert_eq!(found.map(|found| found.busy.len()), expected, "{name}");
    }
}

/// Text that is almost a rule, or nothing like one.
fn line() -> impl Strategy<Value = String> {
    let names = "(FREQ|INTERVAL|COUNT|UNTIL|BYDAY|BYMONTH|BYMONTHDAY|BYYEARDAY|BYWEEKNO|BYSETPOS|BYHOUR|BYMINUTE|BYSECOND|WKST)";
    let values = "(DAILY|WEEKLY|MONTHLY|YEARLY|[+-]?[0-9]{1,3}(,-?[0-9]{1,3}){0,3}|-?[0-9]?(MO|TU|FR|SU)(,-?[0-9]?(MO|WE|SA)){0,3}|[0-9]{8}(T[0-9]{6}Z?)?)";
    let parts = format!("RRULE:FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;{names}={values}){{0,4}}");
    let dates = "(EXDATE|RDATE)(;TZID=(Europe/Madrid|UTC|X)|;VALUE=DATE)?:[0-9]{4}(0[1-9]|1[0-2])[0-2][1-8](T[0-2][0-3][0-5]0{3}Z?)?";
    prop_oneof![
        4 => string_regex(&parts).unwrap(),
        2 => dates,
        1 => "(RRULE|RDATE|EXDATE)[;:]\\PC{0,40}",
        1 => "\\PC{0,60}",
        1 => vec(any::<char>(), 0..40).prop_map(|chars| chars.into_iter().collect::<String>()),
    ]
}

fn day() -> impl Strategy<Value = Date> {
    let near = (2020_i16..2030, 1_i8..=12, 1_i8..=28);
    let any_year = (-9998_i16..9998, 1_i8..=12, 1_i8..=28);
    prop_oneof![4 => near, 1 => any_year].prop_map(|(y, m, d)| Date::new(y, m, d).unwrap())
}

fn moment() -> impl Strategy<Value = Instant> {
    let near = 1_500_000_000_000_000_i64..1_900_000_000_000_000;
    prop_oneof![4 => near, 1 => any::<i64>()].prop_map(Instant::from_micros)
}

fn span() -> impl Strategy<Value = SignedDuration> {
    prop_oneof![4 => 0_i64..200_000, 1 => any::<i64>()].prop_map(SignedDuration::from_secs)
}

fn timing() -> impl Strategy<Value = Timing> {
    let zones = prop_oneof![
        Just("Europe/Madrid"),
        Just("Australia/Lord_Howe"),
        Just("GMT"),
        Just("?")
    ];
    prop_oneof![
        (moment(), span(), option::of(zones.prop_map(str::to_owned))).prop_map(
            |(start, span, zone)| Timing::Timed {
                time: Interval::lasting(start, span),
                zone,
            }
        ),
        (day(), day()).prop_map(|(first, end)| Timing::AllDay { first, end }),
    ]
}

fn event(lines: usize) -> impl Strategy<Value = ForeignEvent> {
    let original = prop_oneof![moment().prop_map(Start::At), day().prop_map(Start::Day)];
    (
        option::of(timing()),
        vec(line(), 0..=lines),
        option::of(original),
    )
        .prop_map(|(timing, recurrence, original_start)| ForeignEvent {
            id: "master".to_owned(),
            timing,
            recurrence,
            occurrence: Some(Occurrence {
                series: "master".to_owned(),
                original_start,
            }),
            ..ForeignEvent::default()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever stands there: an answer, in order, not too much of it, and the same again.
    #[test]
    fn any_text_gives_an_answer(
        master in event(4),
        exceptions in vec(event(0), 0..4),
        start in moment(),
        length in span(),
    ) {
        let window = Interval::lasting(start, length);
        let (zone, copies) = (zone("America/Havana"), BTreeMap::new());
        let calendar = Calendar { zone: &zone, rules: BusyRules::default(), copies: &copies };
        let answer = expand(&master, &exceptions, window, &calendar);
        prop_assert_eq!(&answer, &expand(&master, &exceptions, window, &calendar));
        if let Ok(found) = answer {
            prop_assert!(found.busy.len() <= 1_000 + exceptions.len());
            prop_assert!(found.busy.is_sorted_by_key(|row| row.time));
            for row in &found.busy {
                prop_assert!(row.time.start < row.time.end && row.time.end > window.start);
            }
        }
    }

    /// A window in two halves shows what the whole shows: nothing depends on where it begins.
    #[test]
    fn two_windows_are_one(master in event(3), start in moment(), days in 2_i64..300) {
        let whole = Interval::lasting(start, SignedDuration::from_hours(24 * days));
        let middle = start + SignedDuration::from_hours(12 * days);
        let (zone, copies) = (zone("Europe/Madrid"), BTreeMap::new());
        let calendar = Calendar { zone: &zone, rules: BusyRules::default(), copies: &copies };
        let rows = |window: Interval| expand(&master, &[], window, &calendar);
        let first = rows(Interval { end: middle, ..whole });
        let second = rows(Interval { start: middle, ..whole });
        if let (Ok(whole), Ok(first), Ok(second)) = (rows(whole), first, second)
            && whole.until >= middle && first.until >= middle
        {
            let mut both = first.busy;
            both.extend(second.busy);
            both.sort_by_key(|row| (row.time, row.original_start));
            both.dedup();
            prop_assert_eq!(both, whole.busy);
        }
    }
}
