//! Availability schedules: weekly hours in a zone, expanded to instants.
//!
//! Hours are wall-clock hours. Where the zone's offset changes they hold on both sides: skipped
//! hours do not exist, repeated hours exist once per instant (scenario G1). Dated overrides come
//! later.

use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, ToSpan};
use serde::{Deserialize, Serialize};

use crate::time::{Instant, Interval, Zone};

/// A stretch of one civil day, `[from, until)`, in minutes after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "[String; 2]", into = "[String; 2]")]
pub struct Hours {
    from: u16,
    until: u16,
}

impl Hours {
    const DAY: u16 = 24 * 60;

    /// `from` up to `until`, in minutes after midnight; `until` may be 1440.
    ///
    /// # Errors
    /// [`BadHours`] unless `from < until <= 1440`.
    pub fn new(from: u16, until: u16) -> Result<Self, BadHours> {
        if from < until && until <= Self::DAY {
            Ok(Self { from, until })
        } else {
            Err(BadHours)
        }
    }

    fn parse_minutes(text: &str) -> Option<u16> {
        let (hours, minutes) = text.split_once(':')?;
        if hours.len() != 2 || minutes.len() != 2 {
            return None;
        }
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours <= 24 && minutes < 60).then(|| hours * 60 + minutes)
    }
}

impl TryFrom<[String; 2]> for Hours {
    type Error = BadHours;

    fn try_from([from, until]: [String; 2]) -> Result<Self, BadHours> {
        match (Self::parse_minutes(&from), Self::parse_minutes(&until)) {
            (Some(from), Some(until)) => Self::new(from, until),
            _ => Err(BadHours),
        }
    }
}

impl From<Hours> for [String; 2] {
    fn from(hours: Hours) -> Self {
        [hours.from, hours.until].map(|m| format!("{:02}:{:02}", m / 60, m % 60))
    }
}

/// Hours must be two times of day, the first before the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("hours must be two times such as [\"09:00\", \"17:00\"], the first before the second")]
pub struct BadHours;

/// Weekly hours in a host's zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The zone the hours are read in.
    pub zone: Zone,
    /// The hours of each weekday.
    pub hours: WeeklyHours,
}

/// The hours of each weekday; a missing day is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the weekdays")]
pub struct WeeklyHours {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub monday: Vec<Hours>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tuesday: Vec<Hours>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wednesday: Vec<Hours>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub thursday: Vec<Hours>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub friday: Vec<Hours>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub saturday: Vec<Hours>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sunday: Vec<Hours>,
}

impl WeeklyHours {
    fn on(&self, date: Date) -> &[Hours] {
        match date.weekday() {
            Weekday::Monday => &self.monday,
            Weekday::Tuesday => &self.tuesday,
            Weekday::Wednesday => &self.wednesday,
            Weekday::Thursday => &self.thursday,
            Weekday::Friday => &self.friday,
            Weekday::Saturday => &self.saturday,
            Weekday::Sunday => &self.sunday,
        }
    }
}

/// One run of open time under one offset, with where its hours began on the wall clock: the grid of
/// starts is counted from there.
#[derive(Clone, Copy, Debug)]
struct Run {
    open: Interval,
    grid_from: Instant,
}

impl Schedule {
    /// Open time within `window`: sorted, disjoint, touching runs joined.
    pub fn open(&self, window: Interval) -> Vec<Interval> {
        Interval::merge(self.runs(window).map(|run| run.open).collect())
    }

    /// Starts on the grid within `window` that fall in open hours, ascending and without repeats.
    /// The grid is counted on the wall clock from where the hours begin.
    pub fn grid_starts(&self, window: Interval, grid: SignedDuration) -> Vec<Instant> {
        let mut starts = Vec::new();
        for run in self.runs(window) {
            starts.extend(run.starts(grid));
        }
        starts.sort_unstable();
        starts.dedup();
        starts
    }

    /// Whether `start` lies on the grid of open hours.
    pub fn is_on_grid(&self, start: Instant, grid: SignedDuration) -> bool {
        let window = Interval::lasting(start, SignedDuration::from_micros(1));
        self.runs(window)
            .any(|run| run.starts(grid).next() == Some(start))
    }

    fn runs(&self, window: Interval) -> impl Iterator<Item = Run> + '_ {
        self.zone
            .pieces(window)
            .into_iter()
            .flat_map(move |(piece, offset)| self.runs_of_piece(piece, offset))
    }

    /// Within one piece the wall clock is the instant plus a constant, so the hours of each civil
    /// day it touches are shifted by that constant and cut to the piece.
    fn runs_of_piece(&self, piece: Interval, offset: SignedDuration) -> Vec<Run> {
        let utc = Zone::utc();
        let last = (piece.end + offset).in_zone(&utc).date();
        let mut date = (piece.start + offset).in_zone(&utc).date();
        let mut runs = Vec::new();
        while date <= last {
            let midnight = utc.start_of_day(date) - offset;
            for hours in self.hours.on(date) {
                let minutes = |m: u16| midnight + SignedDuration::from_mins(i64::from(m));
                let whole = Interval {
                    start: minutes(hours.from),
                    end: minutes(hours.until),
                };
                if let Some(open) = whole.intersection(&piece) {
                    runs.push(Run {
                        open,
                        grid_from: whole.start,
                    });
                }
            }
            let Ok(next) = date.checked_add(1.day()) else {
                break;
            };
            date = next;
        }
        runs
    }
}

impl Run {
    fn starts(&self, grid: SignedDuration) -> impl Iterator<Item = Instant> + use<> {
        let grid = i64::try_from(grid.as_micros()).unwrap_or(i64::MAX).max(1);
        let into = self.open.start.as_micros() - self.grid_from.as_micros();
        let first = self.open.start.as_micros() + (grid - into.rem_euclid(grid)) % grid;
        let end = self.open.end.as_micros();
        (0..)
            .map_while(move |k: i64| first.checked_add(k.checked_mul(grid)?).filter(|t| *t < end))
            .map(Instant::from_micros)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_day(zone: &str, hours: &[[&str; 2]]) -> Schedule {
        let day: Vec<Hours> = hours
            .iter()
            .map(|h| Hours::try_from(h.map(str::to_owned)).unwrap())
            .collect();
        Schedule {
            zone: Zone::parse(zone).unwrap(),
            hours: WeeklyHours {
                monday: day.clone(),
                tuesday: day.clone(),
                wednesday: day.clone(),
                thursday: day.clone(),
                friday: day.clone(),
                saturday: day.clone(),
                sunday: day,
            },
        }
    }

    fn day(schedule: &Schedule, date: &str) -> Interval {
        let date: Date = date.parse().unwrap();
        Interval {
            start: schedule.zone.start_of_day(date),
            end: schedule.zone.start_of_day(date.tomorrow().unwrap()),
        }
    }

    fn local_starts(zone: &str, hours: [&str; 2], date: &str, grid: i64) -> Vec<String> {
        let schedule = every_day(zone, &[hours]);
        schedule
            .grid_starts(day(&schedule, date), SignedDuration::from_mins(grid))
            .into_iter()
            .map(|t| t.to_rfc3339_in(&schedule.zone)[11..].to_owned())
            .collect()
    }

    /// scenario G1: skipped hours are never offered, repeated ones once per instant.
    #[test]
    fn hours_hold_on_the_wall_clock_across_offset_changes() {
        for (name, zone, hours, date, grid, expected) in [
            (
                "an ordinary day",
                "Europe/Madrid",
                ["09:00", "11:00"],
                "2026-03-27",
                60,
                vec!["09:00:00+01:00", "10:00:00+01:00"],
            ),
            (
                "spring gap",
                "Europe/Madrid",
                ["01:00", "04:00"],
                "2026-03-29",
                60,
                vec!["01:00:00+01:00", "03:00:00+02:00"],
            ),
            (
                "autumn fold",
                "Europe/Madrid",
                ["02:00", "03:00"],
                "2026-10-25",
                30,
                vec![
                    "02:00:00+02:00",
                    "02:30:00+02:00",
                    "02:00:00+01:00",
                    "02:30:00+01:00",
                ],
            ),
            (
                "half-hour gap keeps the grid of the wall clock",
                "Australia/Lord_Howe",
                ["01:00", "04:00"],
                "2026-10-04",
                60,
                vec!["01:00:00+10:30", "03:00:00+11:00"],
            ),
            (
                "midnight gap",
                "America/Santiago",
                ["00:00", "02:00"],
                "2026-09-06",
                30,
                vec!["01:00:00-03:00", "01:30:00-03:00"],
            ),
        ] {
            assert_eq!(local_starts(zone, hours, date, grid), expected, "{name}");
        }
    }

    #[test]
    fn a_day_that_does_not_exist_has_no_starts() {
        let schedule = every_day("Pacific/Apia", &[["00:00", "24:00"]]);
        let window = Interval {
            start: Instant::parse("2011-12-29T00:00:00Z").unwrap(),
            end: Instant::parse("2012-01-01T00:00:00Z").unwrap(),
        };
        let dates: Vec<_> = schedule
            .grid_starts(window, SignedDuration::from_hours(24))
            .into_iter()
            .map(|t| t.in_zone(&schedule.zone).date().to_string())
            .collect();
        assert_eq!(dates, ["2011-12-29", "2011-12-31", "2012-01-01"]);
    }

    #[test]
    fn every_day_of_a_window_is_open_whatever_the_edges() {
        let schedule = every_day("Pacific/Auckland", &[["09:00", "17:00"]]);
        let window = Interval {
            start: Instant::parse("2026-11-01T00:00:00Z").unwrap(),
            end: Instant::parse("2026-11-08T00:00:00Z").unwrap(),
        };
        let open = schedule.open(window);
        assert_eq!(
            open.len(),
            8,
            "eight local days touch seven UTC days: {open:?}"
        );
        assert!(open.iter().all(|o| window.contains(o)));
    }

    #[test]
    fn hours_are_two_times_in_order() {
        for bad in [
            ["9:00", "17:00"],
            ["17:00", "09:00"],
            ["09:00", "09:00"],
            ["00:00", "24:01"],
            ["aa:bb", "10:00"],
        ] {
            assert_eq!(
                Hours::try_from(bad.map(str::to_owned)),
                Err(BadHours),
                "{bad:?}"
            );
        }
    }
}
