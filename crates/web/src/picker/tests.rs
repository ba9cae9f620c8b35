//! The picker shows the right days and slots, whatever is asked of it.

use domain::Locale;
use jiff::civil::date;

use super::*;
use crate::request::fields::Fields;
use crate::request::visitor::tests::visitor;

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn hour(start: &str) -> Interval {
    Interval::lasting(at(start), SignedDuration::from_hours(1))
}

const NOW: &str = "2026-11-20T08:00:00Z";
const HORIZON: SignedDuration = SignedDuration::from_hours(60 * 24);

fn shown(uri: &str, slots: &[Interval]) -> Picker {
    shown_at(NOW, uri, slots)
}

fn shown_at(now: &str, uri: &str, slots: &[Interval]) -> Picker {
    let home = Zone::parse("Europe/Madrid").unwrap();
    let visitor = visitor(uri, "", "");
    let encoded = uri.split_once('?').map_or("", |(_, query)| query);
    let query = CalendarQuery::read(&Fields::parse(encoded.as_bytes()));
    let range = Range::new(&query, &visitor.zone_or(&home), at(now), HORIZON);
    let range = range.or_first_with_slots(slots);
    let places = Places {
        page: "/a/maths",
        choose: "/a/maths/book",
        zone_is_fixed: false,
    };
    let words = Words::new(Locale::En);
    picker(words, &visitor, &range, &query, slots, &home, places)
}

fn linked_days(picker: &Picker) -> Vec<&str> {
    let cells = picker.weeks.iter().flatten();
    cells
        .filter(|c| c.href.is_some())
        .map(|c| c.date.as_str())
        .collect()
}

fn times(picker: &Picker) -> Vec<&str> {
    let groups = picker.day.iter().flat_map(|day| &day.groups);
    groups
        .flat_map(|g| &g.slots)
        .map(|s| s.time.as_str())
        .collect()
}

#[test]
fn the_first_day_with_slots_is_selected_and_only_days_with_slots_are_links() {
    let slots = [
        hour("2026-11-24T09:00:00Z"),
        hour("2026-11-24T16:00:00Z"),
        hour("2026-11-26T09:00:00Z"),
        hour("2026-12-01T09:00:00Z"),
    ];
    let picker = shown("/a/maths", &slots);
    assert_eq!(linked_days(&picker), ["2026-11-24", "2026-11-26"]);
    assert_eq!(
        picker.day.as_ref().unwrap().heading,
        "Tuesday, 24 November 2026"
    );
    assert_eq!(times(&picker), ["10:00", "17:00"]);
    assert_eq!(picker.weeks.len(), 6);
    assert!(picker.weeks.iter().all(|week| week.len() == 7));
    let today: Vec<_> = picker
        .weeks
        .iter()
        .flatten()
        .filter(|c| c.is_today)
        .collect();
    assert_eq!((today.len(), today[0].date.as_str()), (1, "2026-11-20"));
}

/// scenario G2: the zone decides how an instant reads, never which instants there are.
#[test]
fn the_same_instants_are_shown_in_any_zone() {
    let slots = [hour("2026-11-24T22:30:00Z"), hour("2026-11-24T23:30:00Z")];
    for (zone, expected) in [
        ("UTC", vec!["2026-11-24"]),
        ("Europe/Madrid", vec!["2026-11-24", "2026-11-25"]),
        ("Pacific/Auckland", vec!["2026-11-25"]),
    ] {
        let picker = shown(&format!("/a/maths?tz={zone}"), &slots);
        assert_eq!(linked_days(&picker), expected, "{zone}");
        let mut starts = Vec::new();
        for day in expected {
            let picker = shown(&format!("/a/maths?tz={zone}&day={day}"), &slots);
            let day = picker.day.unwrap();
            starts.extend(
                day.groups
                    .into_iter()
                    .flat_map(|g| g.slots)
                    .map(|s| s.start),
            );
        }
        assert_eq!(
            starts,
            ["2026-11-24T22:30:00Z", "2026-11-24T23:30:00Z"],
            "{zone}"
        );
    }
}

#[test]
fn an_hour_that_comes_twice_is_told_apart() {
    let slots = [hour("2026-10-25T00:30:00Z"), hour("2026-10-25T01:30:00Z")];
    let picker = shown_at("2026-10-01T00:00:00Z", "/a/maths", &slots);
    let groups = picker.day.unwrap().groups;
    let offsets: Vec<_> = groups[0]
        .slots
        .iter()
        .map(|s| (s.time.as_str(), s.offset.as_deref()))
        .collect();
    assert_eq!(
        offsets,
        [("02:30", Some("UTC+02:00")), ("02:30", Some("UTC+01:00"))]
    );
}

#[test]
fn months_turn_only_where_bookings_are_open() {
    let turns = |uri: &str| {
        let picker = shown(uri, &[]);
        (
            picker.month,
            picker.previous.is_some(),
            picker.next.is_some(),
        )
    };
    let month = |name: &str, previous, next| (name.to_owned(), previous, next);
    for (uri, expected) in [
        ("/a/maths", month("November 2026", false, true)),
        ("/a/maths?month=2026-12", month("December 2026", true, true)),
        ("/a/maths?month=2027-01", month("January 2027", true, false)),
        // Beyond either end: the end itself.
        ("/a/maths?month=2031-05", month("January 2027", true, false)),
        (
            "/a/maths?month=1999-05",
            month("November 2026", false, true),
        ),
        (
            "/a/maths?day=2026-12-03",
            month("December 2026", true, true),
        ),
        (
            "/a/maths?month=nonsense&day=2026-02-31",
            month("November 2026", false, true),
        ),
    ] {
        assert_eq!(turns(uri), expected, "{uri}");
    }
}

#[test]
fn a_month_without_slots_offers_the_next_one_with() {
    let later = [hour("2027-01-11T09:00:00Z")];
    let picker = shown("/a/maths?month=2026-12&tz=UTC", &later);
    let empty = picker.empty.unwrap();
    assert_eq!(empty.heading, "No free times in December 2026");
    let next = empty.next.unwrap();
    assert_eq!(next.label, "January 2027");
    assert_eq!(next.href, "/a/maths?month=2027-01&tz=UTC");
    assert!(picker.day.is_none());
    // Not asked for a month: no need to show an empty one.
    assert_eq!(shown("/a/maths", &later).month, "January 2027");
    assert!(shown("/a/maths", &[]).empty.unwrap().next.is_none());
}

#[test]
fn a_day_without_slots_says_so_in_place() {
    let picker = shown("/a/maths?day=2026-11-23", &[hour("2026-11-24T09:00:00Z")]);
    let day = picker.day.unwrap();
    assert_eq!(
        (day.heading.as_str(), day.groups.len()),
        ("Monday, 23 November 2026", 0)
    );
    // A day that is over is nothing anybody could mean.
    let picker = shown("/a/maths?day=2026-11-02", &[hour("2026-11-24T09:00:00Z")]);
    assert_eq!(picker.day.unwrap().heading, "Tuesday, 24 November 2026");
}

#[test]
fn a_window_covers_the_month_and_never_exceeds_the_limit() {
    for zone in [
        "Europe/Madrid",
        "UTC",
        "Africa/Casablanca",
        "Pacific/Apia",
        "America/New_York",
    ] {
        let zone = Zone::parse(zone).unwrap();
        for month in 1..=12 {
            let query = CalendarQuery {
                month: Some(date(2026, month, 1)),
                ..CalendarQuery::default()
            };
            let range = Range::new(
                &query,
                &zone,
                at("2026-01-15T00:00:00Z"),
                SignedDuration::from_hours(365 * 24),
            );
            let window = range.window();
            assert!(window.end - window.start <= WINDOW_MAX, "{zone} {month}");
            assert!(
                window.end >= zone.start_of_day(next_month(range.month)),
                "{zone} {month}"
            );
        }
    }
}

#[test]
fn windows_end_at_the_horizon() {
    let zone = Zone::utc();
    let mut range = Range::new(
        &CalendarQuery::default(),
        &zone,
        at(NOW),
        SignedDuration::from_hours(730 * 24),
    );
    let mut window = Some(range.window());
    let mut count = 0;
    while let Some(this) = window {
        window = range.window_after(this);
        count += 1;
    }
    assert_eq!(count, 13);
    range.last = range.today;
    assert_eq!(range.window_after(range.window()), None);
}

#[test]
fn a_zone_nobody_knows_is_said_to_be_unknown() {
    let picker = shown("/a/maths?tz=Mars/Base", &[]);
    assert!(picker.zone.is_unknown);
    assert_eq!(picker.zone.label, "Madrid (UTC+01:00)");
}
