//! How often an event repeats, as a short list to choose from.
//!
//! What the list cannot say (every second week, a count, two rules) is shown as it is and kept
//! unless something else is chosen.

use jiff::civil::{Date, Weekday};

use super::place::Place;
use crate::calendar::Event;
use crate::calendar::time::{EventTime, resolve};
use crate::http::Fields;
use crate::text::Word;

/// The name of the choice that leaves the rules as they are.
pub(super) const KEEP: &str = "keep";

/// What can be chosen: name in the form, word, and the rule without its end.
pub(super) const CHOICES: [(&str, Word, &str); 6] = [
    ("none", Word::RepeatsNever, ""),
    ("daily", Word::RepeatsDaily, "FREQ=DAILY"),
    ("weekly", Word::RepeatsWeekly, "FREQ=WEEKLY"),
    (
        "weekdays",
        Word::RepeatsWeekdays,
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    ),
    ("monthly", Word::RepeatsMonthly, "FREQ=MONTHLY"),
    ("yearly", Word::RepeatsYearly, "FREQ=YEARLY"),
];

/// Weekdays as rules write them, from Monday.
const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A choice and its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repeat {
    /// The name of one of [`CHOICES`], or [`KEEP`].
    pub(super) choice: String,
    /// The last day, as a `date` field has it; empty for ever.
    pub(super) until: String,
    /// The lines that [`KEEP`] keeps.
    pub(super) kept: Vec<String>,
}

impl Default for Repeat {
    fn default() -> Self {
        Self {
            choice: "none".to_owned(),
            until: String::new(),
            kept: Vec::new(),
        }
    }
}

impl Repeat {
    /// How a series repeats.
    pub(super) fn of(series: &Event, place: &Place) -> Self {
        let Some(recurrence) = &series.content.recurrence else {
            return Self::default();
        };
        let lines = recurrence.lines();
        let read = match lines {
            [line] => line
                .strip_prefix("RRULE:")
                .and_then(|rule| read(rule, series, place)),
            _ => None,
        };
        let (choice, until) = read.unwrap_or((KEEP, String::new()));
        Self {
            choice: choice.to_owned(),
            until,
            kept: lines.to_vec(),
        }
    }

    /// What a form sent.
    pub(super) fn sent(form: &Fields) -> Self {
        let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
        let choice = form.get("repeat").unwrap_or(KEEP).to_owned();
        Self {
            choice,
            until: text("until"),
            kept: Vec::new(),
        }
    }

    /// Whether something else is chosen here than in `shown`.
    pub(super) fn differs(&self, shown: &Self) -> bool {
        let ends = self.choice != "none" && self.until != shown.until;
        self.choice != KEEP && (self.choice != shown.choice || ends)
    }

    /// The lines of the rule for an event that begins at `start`; none for an event that does not
    /// repeat, `None` where the form makes no sense.
    pub(super) fn lines(&self, start: &EventTime, place: &Place) -> Option<Vec<String>> {
        let mut choices = CHOICES.iter();
        let (_, _, rule) = choices.find(|(name, ..)| *name == self.choice)?;
        if rule.is_empty() {
            return Some(Vec::new());
        }
        if self.until.is_empty() {
            return Some(vec![format!("RRULE:{rule}")]);
        }
        let last: Date = self.until.parse().ok()?;
        let until = match start {
            EventTime::Day(_) => last.strftime("%Y%m%d").to_string(),
            EventTime::Moment { .. } => {
                let end = resolve(last.at(23, 59, 59, 0), &place.zone);
                end.strftime("%Y%m%dT%H%M%SZ").to_string()
            }
        };
        Some(vec![format!("RRULE:{rule};UNTIL={until}")])
    }
}

/// The choice that says the same as a rule, and its last day.
fn read(rule: &str, series: &Event, place: &Place) -> Option<(&'static str, String)> {
    let mut until = String::new();
    let mut kept = Vec::new();
    for part in rule.split(';') {
        match part.split_once('=')? {
            ("UNTIL", value) => until = last_day(value, place)?,
            ("INTERVAL", "1") | ("WKST", _) => {}
            ("BYDAY", day) if day == weekday_of(series, place) => {}
            _ => kept.push(part),
        }
    }
    let kept = kept.join(";");
    let choice = CHOICES.iter().find(|(_, _, known)| *known == kept)?;
    Some((choice.0, until))
}

/// The day of an `UNTIL`, in the zone of the page.
fn last_day(until: &str, place: &Place) -> Option<String> {
    let day = |text: &str| Date::strptime("%Y%m%d", text).ok();
    if until.len() == 8 {
        return Some(day(until)?.to_string());
    }
    let civil = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", until).ok()?;
    let at = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    let local = at.timestamp().to_zoned(place.zone.clone());
    Some(local.date().to_string())
}

fn weekday_of(series: &Event, place: &Place) -> &'static str {
    let start = series.content.start.instant(&place.zone);
    let date = match &series.content.start {
        EventTime::Day(day) => *day,
        EventTime::Moment { .. } => start.to_zoned(place.zone.clone()).date(),
    };
    word_of(date.weekday())
}

fn word_of(weekday: Weekday) -> &'static str {
    let index = usize::try_from(weekday.to_monday_zero_offset()).unwrap_or_default();
    WEEKDAYS[index]
}

/// The lines of a series that moves by some days: the weekdays that its weekly rules name move too,
/// or its days would no longer be its rule's. `None` when there is nothing to change.
pub(super) fn moved(lines: &[String], days: i64) -> Option<Vec<String>> {
    let changed: Vec<String> = lines
        .iter()
        .map(|line| moved_line(line, days).unwrap_or_else(|| line.clone()))
        .collect();
    (changed != lines).then_some(changed)
}

fn moved_line(line: &str, days: i64) -> Option<String> {
    let rule = line.strip_prefix("RRULE:")?;
    if !rule.split(';').any(|part| part == "FREQ=WEEKLY") {
        return None;
    }
    let parts: Option<Vec<String>> = rule
        .split(';')
        .map(|part| match part.strip_prefix("BYDAY=") {
            Some(names) => moved_days(names, days),
            None => Some(part.to_owned()),
        })
        .collect();
    Some(format!("RRULE:{}", parts?.join(";")))
}

fn moved_days(names: &str, days: i64) -> Option<String> {
    let moved: Option<Vec<&str>> = names
        .split(',')
        .map(|name| {
            let index = WEEKDAYS.iter().position(|known| *known == name)?;
            let index = i64::try_from(index).ok()?.checked_add(days)?.rem_euclid(7);
            WEEKDAYS.get(usize::try_from(index).ok()?).copied()
        })
        .collect();
    Some(format!("BYDAY={}", moved?.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_move_with_their_series() {
        let rule = |text: &str| vec![format!("RRULE:{text}")];
        for (name, given, days, expected) in [
            (
                "one day",
                "FREQ=WEEKLY;BYDAY=MO",
                1,
                Some("FREQ=WEEKLY;BYDAY=TU"),
            ),
            (
                "round",
                "BYDAY=SA,SU;FREQ=WEEKLY",
                2,
                Some("BYDAY=MO,TU;FREQ=WEEKLY"),
            ),
            (
                "back",
                "FREQ=WEEKLY;BYDAY=MO",
                -8,
                Some("FREQ=WEEKLY;BYDAY=SU"),
            ),
            ("a week", "FREQ=WEEKLY;BYDAY=MO", 7, None),
            ("monthly", "FREQ=MONTHLY;BYDAY=1MO", 1, None),
            ("no days", "FREQ=WEEKLY", 1, None),
        ] {
            assert_eq!(moved(&rule(given), days), expected.map(rule), "{name}");
        }
    }
}
