//! Dates and times as a person reads them, in their language and always with a named zone.
//!
//! The order of day, month and year is the language's and lives in the locale files; the clock has
//! 24 hours in both, so that an afternoon cannot be mistaken for a morning.

use domain::{Instant, Interval, Zone};
use jiff::{SignedDuration, civil};

use crate::i18n::{Key, Words, key};

const MONTHS: [Key; 12] = [
    key("month-1"),
    key("month-2"),
    key("month-3"),
    key("month-4"),
    key("month-5"),
    key("month-6"),
    key("month-7"),
    key("month-8"),
    key("month-9"),
    key("month-10"),
    key("month-11"),
    key("month-12"),
];

/// From Monday, on which a week begins in both languages.
const WEEKDAYS: [Key; 7] = [
    key("weekday-1"),
    key("weekday-2"),
    key("weekday-3"),
    key("weekday-4"),
    key("weekday-5"),
    key("weekday-6"),
    key("weekday-7"),
];

/// The names of the weekdays from Monday.
pub(crate) fn weekdays(words: Words) -> [String; 7] {
    WEEKDAYS.map(|key| words.say(key))
}

/// "Tuesday, 24 November 2026".
pub(crate) fn day(words: Words, date: civil::Date) -> String {
    words.with(
        "date-day",
        &[
            ("weekday", &weekday(words, date)),
            ("day", &date.day().to_string()),
            ("month", &month_name(words, date)),
            ("year", &date.year().to_string()),
        ],
    )
}

/// "Tue 24 November", where the year goes without saying.
pub(crate) fn day_brief(words: Words, date: civil::Date) -> String {
    let weekday = weekday(words, date);
    let brief: String = weekday.chars().take(3).collect();
    words.with(
        "date-day-brief",
        &[
            ("weekday", &brief),
            ("day", &date.day().to_string()),
            ("month", &month_name(words, date)),
        ],
    )
}

fn weekday(words: Words, date: civil::Date) -> String {
    let from_monday = date.weekday().to_monday_zero_offset().unsigned_abs();
    words.say(WEEKDAYS[usize::from(from_monday)])
}

/// "November 2026".
pub(crate) fn month(words: Words, date: civil::Date) -> String {
    words.with(
        "date-month",
        &[
            ("month", &month_name(words, date)),
            ("year", &date.year().to_string()),
        ],
    )
}

/// "November".
pub(crate) fn month_name(words: Words, date: civil::Date) -> String {
    let index = usize::from(date.month().unsigned_abs()) - 1;
    words.say(MONTHS[index])
}

/// "09:30".
pub(crate) fn clock(time: civil::Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// "Tuesday, 24 November 2026, 10:00".
pub(crate) fn moment(words: Words, at: Instant, zone: &Zone) -> String {
    let civil = at.in_zone(zone);
    words.with(
        "date-moment",
        &[
            ("day", &day(words, civil.date())),
            ("time", &clock(civil.time())),
        ],
    )
}

/// "10:00–11:00", or "23:30 – Wednesday, 25 November 2026, 00:30" when it ends on another day.
pub(crate) fn hours(words: Words, time: Interval, zone: &Zone) -> String {
    let (start, end) = (time.start.in_zone(zone), time.end.in_zone(zone));
    let from = clock(start.time());
    if start.date() == end.date() {
        format!("{from}–{}", clock(end.time()))
    } else {
        format!("{from} – {}", moment(words, time.end, zone))
    }
}

/// "Madrid (UTC+01:00)": the city a zone is named for and its offset at `at`.
pub(crate) fn zone_label(zone: &Zone, at: Instant) -> String {
    match zone.name() {
        "UTC" => "UTC".to_owned(),
        name => format!("{} ({})", city(name), offset_label(zone, at)),
    }
}

/// "UTC+05:45", with a true minus sign west of Greenwich.
pub(crate) fn offset_label(zone: &Zone, at: Instant) -> String {
    let seconds = zone.offset_seconds(at);
    let sign = if seconds < 0 { '−' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The city of an IANA name: "Buenos Aires" of `America/Argentina/Buenos_Aires`.
pub(crate) fn city(zone_name: &str) -> String {
    let city = zone_name.rsplit('/').next().unwrap_or(zone_name);
    city.replace('_', " ")
}

/// "45 min", "1 h 30 min", "2 d".
pub(crate) fn duration(words: Words, span: SignedDuration) -> String {
    let minutes = span.as_mins().unsigned_abs();
    let parts = [
        (minutes / (24 * 60), key("duration-days")),
        (minutes / 60 % 24, key("duration-hours")),
        (minutes % 60, key("duration-minutes")),
    ];
    parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, key)| words.count(key, count, &[]))
        .collect::<Vec<_>>()
        .join(" ")
}

/// "just now", "5 minutes ago", "3 hours ago"; from a day on, the moment itself.
pub(crate) fn ago(words: Words, then: Instant, now: Instant, zone: &Zone) -> String {
    let minutes = (now - then).as_mins();
    match u64::try_from(minutes).unwrap_or(0) {
        0 => words.say("ago-now"),
        minutes @ 1..60 => words.count("ago-minutes", minutes, &[]),
        minutes @ 60..1440 => words.count("ago-hours", minutes / 60, &[]),
        _ => moment(words, then, zone),
    }
}

#[cfg(test)]
mod tests {
    use domain::Locale;

    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    const EN: Words = Words::new(Locale::En);
    const ES: Words = Words::new(Locale::Es);

    #[test]
    fn a_moment_reads_as_the_language_writes_it() {
        let (start, madrid) = (at("2026-11-24T09:00:00Z"), zone("Europe/Madrid"));
        assert_eq!(
            moment(EN, start, &madrid),
            "Tuesday, 24 November 2026, 10:00"
        );
        assert_eq!(
            moment(ES, start, &madrid),
            "martes, 24 de noviembre de 2026, 10:00"
        );
        assert_eq!(month(ES, civil::date(2026, 11, 1)), "noviembre de 2026");
    }

    #[test]
    fn a_brief_day_leaves_the_year_out() {
        let date = civil::date(2026, 11, 25);
        assert_eq!(day_brief(EN, date), "Wed 25 November");
        assert_eq!(day_brief(ES, date), "mié 25 de noviembre");
    }

    #[test]
    fn zones_are_named_by_city_and_offset() {
        for (name, when, expected) in [
            (
                "Europe/Madrid",
                "2026-11-24T09:00:00Z",
                "Madrid (UTC+01:00)",
            ),
            (
                "Europe/Madrid",
                "2026-07-24T09:00:00Z",
                "Madrid (UTC+02:00)",
            ),
            (
                "America/Argentina/Buenos_Aires",
                "2026-11-24T09:00:00Z",
                "Buenos Aires (UTC−03:00)",
            ),
            (
                "America/St_Johns",
                "2026-11-24T09:00:00Z",
                "St Johns (UTC−03:30)",
            ),
            (
                "Asia/Kathmandu",
                "2026-11-24T09:00:00Z",
                "Kathmandu (UTC+05:45)",
            ),
            ("UTC", "2026-11-24T09:00:00Z", "UTC"),
        ] {
            assert_eq!(zone_label(&zone(name), at(when)), expected);
        }
    }

    #[test]
    fn hours_name_the_day_they_end_on_when_it_is_another() {
        let time = Interval::lasting(at("2026-11-24T22:30:00Z"), SignedDuration::from_mins(60));
        assert_eq!(hours(EN, time, &zone("UTC")), "22:30–23:30");
        assert_eq!(
            hours(EN, time, &zone("Europe/Madrid")),
            "23:30 – Wednesday, 25 November 2026, 00:30"
        );
    }

    #[test]
    fn durations_use_the_largest_units() {
        for (minutes, expected) in [
            (45, "45 min"),
            (60, "1 h"),
            (90, "1 h 30 min"),
            (2880, "2 days"),
        ] {
            assert_eq!(duration(EN, SignedDuration::from_mins(minutes)), expected);
        }
        assert_eq!(duration(ES, SignedDuration::from_mins(1440)), "1 día");
    }

    #[test]
    fn the_recent_past_is_relative() {
        let now = at("2026-11-24T09:00:00Z");
        let ago = |minutes| {
            ago(
                EN,
                now - SignedDuration::from_mins(minutes),
                now,
                &zone("UTC"),
            )
        };
        assert_eq!(ago(-5), "just now");
        assert_eq!(ago(1), "1 minute ago");
        assert_eq!(ago(130), "2 hours ago");
        assert_eq!(ago(1440), "Monday, 23 November 2026, 09:00");
    }
}
