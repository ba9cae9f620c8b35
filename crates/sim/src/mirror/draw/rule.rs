//! Random recurrence lines for a start: every frequency, every part, ends and dates in every form.

use domain::Zone;
use jiff::Span;
use jiff::civil::{DateTime, Weekday};

use super::{Drawn, ZONES, after, zone};
use crate::chance::Stream;

const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The lines of `drawn`, which says where and when they begin. Marks it where a rule is one that
/// expanders disagree about.
pub(super) fn lines(stream: &mut Stream, drawn: &mut Drawn) -> Vec<String> {
    let mut rule = Rule::new(stream, drawn.first, drawn.zone.is_none());
    rule.end(stream, drawn);
    drawn.is_unusual = rule.is_unusual;
    let mut lines = vec![format!("RRULE:{}", rule.parts.join(";"))];
    if stream.is_hit(300) {
        lines.push(dates(stream, drawn, "EXDATE", rule.step));
    }
    if stream.is_hit(150) {
        lines.push(dates(stream, drawn, "EXDATE", rule.step));
    }
    if stream.is_hit(120) {
        lines.push(dates(stream, drawn, "RDATE", rule.step));
    }
    if stream.is_hit(20) {
        lines.push(format!("EXRULE:FREQ=WEEKLY;BYDAY={}", day(drawn.first)));
        drawn.is_unusual = true;
    }
    if stream.is_hit(15) {
        lines.remove(0);
        let has_dates = lines.iter().any(|line| line.starts_with("RDATE"));
        if !has_dates {
            lines.push(dates(stream, drawn, "RDATE", rule.step));
        }
    }
    lines
}

/// A rule under way.
struct Rule {
    parts: Vec<String>,
    /// About how many days lie between two starts.
    step: i64,
    is_unusual: bool,
}

impl Rule {
    fn new(stream: &mut Stream, first: DateTime, is_day: bool) -> Self {
        let frequency = match stream.below(100) {
            0..25 => "DAILY",
            25..55 => "WEEKLY",
            55..80 => "MONTHLY",
            80..99 => "YEARLY",
            _ => "HOURLY",
        };
        let mut rule = Self {
            parts: vec![format!("FREQ={frequency}")],
            step: match frequency {
                "DAILY" => 1,
                "WEEKLY" => 7,
                "MONTHLY" => 28,
                _ => 365,
            },
            is_unusual: false,
        };
        if stream.is_hit(350) {
            let interval = stream.pick(&[1, 2, 2, 3, 4, 5, 6, 12, 18]).copied();
            rule.parts
                .push(format!("INTERVAL={}", interval.unwrap_or(1)));
        }
        // Mostly of parts that the first start fits.
        let fits = stream.is_hit(850);
        rule.days(stream, first, frequency, fits);
        if stream.is_hit(150) {
            let months = several(stream, 1, 12, fits.then(|| first.month().into()), 3);
            rule.parts.push(format!("BYMONTH={months}"));
        }
        if frequency == "YEARLY" && stream.is_hit(80) {
            let of_first = fits.then(|| first.day_of_year().into());
            rule.parts.push(format!(
                "BYYEARDAY={}",
                several(stream, -366, 366, of_first, 20)
            ));
        }
        rule.rare(stream, first, frequency, is_day);
        if stream.is_hit(200) {
            rule.parts
                .push(format!("WKST={}", stream.pick(&DAYS).unwrap_or(&"MO")));
        }
        rule
    }

    fn days(&mut self, stream: &mut Stream, first: DateTime, frequency: &str, fits: bool) {
        let is_long = matches!(frequency, "MONTHLY" | "YEARLY");
        match stream.below(10) {
            0..3 => {}
            3..6 if frequency != "WEEKLY" && stream.is_hit(600) => {
                let of_first = fits.then(|| first.day().into());
                let days = several(stream, -31, 31, of_first, 4);
                self.parts.push(format!("BYMONTHDAY={days}"));
            }
            6..9 if is_long => {
                let mut days: Vec<String> = Vec::new();
                if fits {
                    let from_start = (first.day() - 1) / 7 + 1;
                    let from_end = (first.date().days_in_month() - first.day()) / 7 + 1;
                    let nth = if stream.is_hit(500) {
                        from_start
                    } else {
                        -from_end
                    };
                    // The library knows no fifth from the end of a month.
                    self.is_unusual |= nth == -5 && frequency == "MONTHLY";
                    days.push(format!("{nth}{}", day(first)));
                }
                while days.is_empty() || stream.is_hit(300) {
                    let nth = stream.pick(&[-4, -3, -2, -1, 1, 2, 3, 4, 5]).copied();
                    let day = stream.pick(&DAYS).unwrap_or(&"MO");
                    days.push(format!("{}{day}", nth.unwrap_or(1)));
                }
                self.parts.push(format!("BYDAY={}", days.join(",")));
            }
            _ => {
                let mut days: Vec<&str> = Vec::new();
                if fits {
                    days.push(day(first));
                }
                while days.is_empty() || stream.is_hit(500) {
                    days.push(stream.pick(&DAYS).unwrap_or(&"MO"));
                }
                days.dedup();
                self.parts.push(format!("BYDAY={}", days.join(",")));
            }
        }
    }

    /// Parts that few write, and some that we ask about.
    fn rare(&mut self, stream: &mut Stream, first: DateTime, frequency: &str, is_day: bool) {
        let has_plain_days = self
            .parts
            .iter()
            .any(|part| part.starts_with("BYDAY=") && !part.contains(|c: char| c.is_ascii_digit()));
        let has_set = self.parts.iter().any(|part| part.starts_with("BY"));
        let is_long = matches!(frequency, "MONTHLY" | "YEARLY");
        if has_set && stream.is_hit(if is_long { 150 } else { 20 }) {
            let positions = several(stream, -3, 3, None, 2);
            self.parts.push(format!("BYSETPOS={positions}"));
            self.is_unusual |= !is_long;
        }
        if frequency == "YEARLY" && has_plain_days && stream.is_hit(150) {
            let last = if stream.is_hit(100) { 53 } else { 51 };
            let weeks = several(stream, -last, last, None, 6);
            let are_inside = weeks.split(',').all(|week| {
                week.parse::<i64>()
                    .is_ok_and(|w| (2..=51).contains(&w.abs()))
            });
            self.is_unusual |= !are_inside;
            self.parts.push(format!("BYWEEKNO={weeks}"));
        }
        if stream.is_hit(if is_day { 10 } else { 60 }) {
            let hours = several(stream, 0, 23, Some(first.hour().into()), 2);
            self.parts.push(format!("BYHOUR={hours}"));
            self.is_unusual |= is_day;
        }
        if stream.is_hit(if is_day { 5 } else { 30 }) {
            self.parts.push(format!("BYMINUTE={}", first.minute()));
            self.parts.push("BYSECOND=0".to_owned());
            self.is_unusual |= is_day;
        }
    }

    /// No end, a count, or UNTIL in one of its forms.
    fn end(&mut self, stream: &mut Stream, drawn: &Drawn) {
        match stream.below(10) {
            0..3 => self.parts.push(format!("COUNT={}", stream.between(1, 40))),
            3..7 => {
                let steps = stream.between(0, 60);
                let last = after(drawn.first.date(), steps * self.step);
                let last = last.to_datetime(drawn.first.time());
                let stamp = stamp(stream, last, drawn.zone.as_ref());
                self.parts.push(format!("UNTIL={stamp}"));
            }
            _ => {}
        }
        if stream.is_hit(30)
            && let Some(frequency) = self.parts.first_mut()
        {
            *frequency = frequency.to_lowercase();
        }
    }
}

/// UNTIL at `last` or a second before, in a form of either kind.
fn stamp(stream: &mut Stream, last: DateTime, zone: Option<&Zone>) -> String {
    let Some(zone) = zone else {
        return match stream.below(3) {
            0 => format!("{}T000000Z", compact_day(last)),
            1 => compact(last),
            _ => compact_day(last),
        };
    };
    match stream.below(5) {
        0 => compact_day(last),
        1 => compact(last),
        2 => {
            let before = last.saturating_sub(Span::new().seconds(1));
            compact_utc(before, zone)
        }
        _ => compact_utc(last, zone),
    }
}

/// One to three dates, on which the series mostly has a start, in one of the forms they come in.
fn dates(stream: &mut Stream, drawn: &Drawn, name: &str, step: i64) -> String {
    let count = stream.between(1, 3);
    let starts: Vec<DateTime> = (0..count)
        .map(|_| {
            let day = after(drawn.first.date(), step * stream.between(0, 30));
            let day = if name == "RDATE" {
                after(day, stream.between(0, 2))
            } else {
                day
            };
            day.to_datetime(drawn.first.time())
        })
        .collect();
    let joined =
        |one: &dyn Fn(&DateTime) -> String| starts.iter().map(one).collect::<Vec<_>>().join(",");
    let days = joined(&|start| compact_day(*start));
    let Some(own) = &drawn.zone else {
        return match stream.below(10) {
            0..4 => format!("{name}:{days}"),
            // Of another kind: excludes nothing.
            4 if name == "EXDATE" => format!(
                "EXDATE:{}",
                joined(&|start| compact_utc(*start, &Zone::utc()))
            ),
            _ => format!("{name};VALUE=DATE:{days}"),
        };
    };
    match stream.below(10) {
        0..3 => format!("{name}:{}", joined(&|start| compact_utc(*start, own))),
        3 => format!(
            "{name};VALUE=DATE-TIME:{}",
            joined(&|start| compact_utc(*start, own))
        ),
        4 => format!("{name}:{}", joined(&|start| compact(*start))),
        5 if name == "EXDATE" => format!("EXDATE;VALUE=DATE:{days}"),
        6 => {
            let other = zone(stream.pick(&ZONES).unwrap_or(&"UTC"));
            let there = joined(&|start| compact(own.instant(*start).in_zone(&other)));
            format!("{name};TZID={}:{there}", other.name())
        }
        _ => format!(
            "{name};TZID={}:{}",
            own.name(),
            joined(&|start| compact(*start))
        ),
    }
}

/// Up to `most` numbers of a range without zero (unless it starts there), `one` among them.
fn several(stream: &mut Stream, from: i64, to: i64, one: Option<i64>, most: i64) -> String {
    let mut numbers: Vec<i64> = one.into_iter().collect();
    let wanted = stream.between(1, most);
    for _ in 0..wanted {
        let number = stream.between(from, to);
        if (number != 0 || from == 0) && !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    if numbers.is_empty() {
        numbers.push(1);
    }
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    numbers.join(",")
}

fn day(at: DateTime) -> &'static str {
    match at.weekday() {
        Weekday::Monday => "MO",
        Weekday::Tuesday => "TU",
        Weekday::Wednesday => "WE",
        Weekday::Thursday => "TH",
        Weekday::Friday => "FR",
        Weekday::Saturday => "SA",
        Weekday::Sunday => "SU",
    }
}

fn compact(at: DateTime) -> String {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

fn compact_day(at: DateTime) -> String {
    at.strftime("%Y%m%d").to_string()
}

fn compact_utc(at: DateTime, zone: &Zone) -> String {
    let utc = zone.instant(at).in_zone(&Zone::utc());
    format!("{}Z", compact(utc))
}
