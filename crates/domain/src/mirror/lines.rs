//! The `recurrence` of a master: RRULE, RDATE and EXDATE lines, read into one value (RFC 5545
//! §3.8.5; google-calendar.md §6).

use jiff::civil::Date;

use super::ask::AskGoogle;
use super::rule::Rule;
use super::stamp::Stamp;
use crate::time::{Instant, Zone};

/// Lines of one series; Google's own limit is not published.
const LINES_MAX: usize = 200;
/// Bytes of all its lines: some 15 000 EXDATEs, far beyond what Google is known to take (§18).
const BYTES_MAX: usize = 256 * 1024;

/// What the lines of one master say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Recurrence {
    pub(super) rule: Option<Rule>,
    pub(super) added: Dates,
    pub(super) excluded: Dates,
}

/// Starts named one by one, resolved, so that the same moment written differently is the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Dates {
    pub(super) instants: Vec<Instant>,
    pub(super) days: Vec<Date>,
}

impl Recurrence {
    /// Reads the lines of a series that repeats in `zone`.
    pub(super) fn read(lines: &[String], zone: &Zone) -> Result<Self, AskGoogle> {
        let bytes: usize = lines.iter().map(String::len).sum();
        if lines.len() > LINES_MAX || bytes > BYTES_MAX {
            return Err(AskGoogle::TooLong);
        }
        let mut recurrence = Self::default();
        for line in lines {
            recurrence.read_line(line, zone)?;
        }
        Ok(recurrence)
    }

    fn read_line(&mut self, line: &str, zone: &Zone) -> Result<(), AskGoogle> {
        let (head, value) = line.split_once(':').ok_or(AskGoogle::Unreadable)?;
        let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
        match name.trim().to_ascii_uppercase().as_str() {
            "RRULE" => {
                // Several rules, or parameters to one: legal, and nobody's calendar makes them.
                if self.rule.is_some() || !parameters.is_empty() {
                    return Err(AskGoogle::Unusual);
                }
                self.rule = Some(Rule::read(value)?);
                Ok(())
            }
            "RDATE" => self.added.read(parameters, value, zone),
            "EXDATE" => self.excluded.read(parameters, value, zone),
            // Deprecated, and what it takes away would be free: not for us to guess.
            "EXRULE" => Err(AskGoogle::Unusual),
            _ => Err(AskGoogle::Unreadable),
        }
    }
}

impl Dates {
    /// Adds a comma-separated list: days, times in UTC, in the zone that TZID names, or else in the
    /// series' own.
    fn read(&mut self, parameters: &str, values: &str, zone: &Zone) -> Result<(), AskGoogle> {
        let named = read_parameters(parameters)?;
        let zone = named.as_ref().unwrap_or(zone);
        for value in values.split(',') {
            match Stamp::read(value.trim()).ok_or(AskGoogle::Unreadable)? {
                Stamp::Day(day) => self.days.push(day),
                Stamp::Civil(civil) => self.instants.push(zone.instant(civil)),
                Stamp::At(at) => self.instants.push(at),
            }
        }
        Ok(())
    }
}

/// The zone that TZID names, if it stands there. VALUE says what the values show by themselves,
/// except for periods, which have lengths of their own.
fn read_parameters(parameters: &str) -> Result<Option<Zone>, AskGoogle> {
    let mut zone = None;
    for parameter in parameters.split(';').filter(|part| !part.is_empty()) {
        let (name, value) = parameter.split_once('=').ok_or(AskGoogle::Unreadable)?;
        match name.trim().to_ascii_uppercase().as_str() {
            "TZID" => {
                let name = value.trim().trim_matches('"');
                zone = Some(known_zone(name).ok_or(AskGoogle::UnknownZone)?);
            }
            "VALUE" => match value.trim().to_ascii_uppercase().as_str() {
                "DATE" | "DATE-TIME" => {}
                "PERIOD" => return Err(AskGoogle::Unusual),
                _ => return Err(AskGoogle::Unreadable),
            },
            _ => return Err(AskGoogle::Unreadable),
        }
    }
    Ok(zone)
}

/// A zone by the name Google gives it, which may be an old word for universal time.
pub(super) fn known_zone(name: &str) -> Option<Zone> {
    if name.eq_ignore_ascii_case("gmt") {
        return Some(Zone::utc());
    }
    Zone::parse(name).ok()
}
