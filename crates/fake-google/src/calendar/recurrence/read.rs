//! The lines of `recurrence`, checked as they come in.
//!
//! Google takes `RRULE`, `EXRULE`, `RDATE` and `EXDATE` and refuses `DTSTART` and `DTEND`, which
//! `start` and `end` say (reference of the event resource; §6).

use super::super::time::{EventTime, known_zone, resolve, zone};
use super::Recurrence;
use super::dates::{Stamp, read_stamp};
use super::rule::{Rule, Wrong};
use crate::error::ApiError;

/// Lines of one series. Google's limit is not published.
const LINES_MAX: usize = 100;
/// Bytes of all lines: a long list of `EXDATE` is refused as too large (§18), at an unknown size.
const BYTES_MAX: usize = 32 * 1024;

impl Recurrence {
    /// Reads the lines of a series that starts at `start`; a time without a zone is in the
    /// series' own.
    pub(crate) fn read(lines: Vec<String>, start: &EventTime) -> Result<Self, ApiError> {
        let bytes: usize = lines.iter().map(String::len).sum();
        if lines.len() > LINES_MAX || bytes > BYTES_MAX {
            return Err(ApiError::too_large());
        }
        let mut recurrence = Self {
            rules: Vec::new(),
            excluded_rules: Vec::new(),
            added: Vec::new(),
            excluded: Vec::new(),
            lines: Vec::new(),
        };
        for line in &lines {
            recurrence.read_line(line, start).map_err(|why| {
                ApiError::invalid(format!("Invalid recurrence rule. {why}"))
                    .at_parameter("recurrence")
            })?;
        }
        if recurrence.rules.is_empty() && recurrence.added.is_empty() {
            let message = "Invalid recurrence rule. An RRULE or RDATE is missing.";
            return Err(ApiError::invalid(message).at_parameter("recurrence"));
        }
        recurrence.lines = lines;
        Ok(recurrence)
    }

    fn read_line(&mut self, line: &str, start: &EventTime) -> Result<(), Wrong> {
        let (head, value) = line.split_once(':').ok_or("A line is NAME:value.")?;
        let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
        match name.trim().to_ascii_uppercase().as_str() {
            "RRULE" => self.rules.push(Rule::read(value)?),
            "EXRULE" => self.excluded_rules.push(Rule::read(value)?),
            "RDATE" => {
                let dates = read_dates(parameters, value, start)?;
                if dates.iter().any(|date| date.is_day() != start.is_day()) {
                    return Err("RDATE is of the same kind as the start.");
                }
                self.added.extend(dates);
            }
            "EXDATE" => self.excluded.extend(read_dates(parameters, value, start)?),
            "DTSTART" | "DTEND" => return Err("DTSTART and DTEND are said by start and end."),
            _ => return Err("A line is an RRULE, EXRULE, RDATE or EXDATE."),
        }
        Ok(())
    }
}

/// A list of dates or times. `VALUE` may be `DATE` or `DATE-TIME` and need not be there; periods
/// are refused, for an instance with a length of its own has no place in Google's resource.
fn read_dates(parameters: &str, values: &str, start: &EventTime) -> Result<Vec<EventTime>, Wrong> {
    let mut named_zone = None;
    for parameter in parameters.split(';').filter(|part| !part.is_empty()) {
        let (name, value) = parameter
            .split_once('=')
            .ok_or("A parameter is NAME=value.")?;
        match name.trim().to_ascii_uppercase().as_str() {
            "TZID" => {
                let name = value.trim().trim_matches('"');
                named_zone = Some(zone(name).ok_or("TZID is not a known zone.")?);
            }
            "VALUE" => match value.trim().to_ascii_uppercase().as_str() {
                "DATE" | "DATE-TIME" => {}
                _ => return Err("VALUE is DATE or DATE-TIME."),
            },
            _ => return Err("A parameter is TZID or VALUE."),
        }
    }
    let own_zone = match start {
        EventTime::Day(_) => "UTC",
        EventTime::Moment { zone, .. } => zone,
    };
    let read = |value: &str| {
        let at = match read_stamp(value.trim()).ok_or("A date is 20260301 or 20260301T100000Z.")? {
            Stamp::Day(day) => return Ok(EventTime::Day(day)),
            Stamp::Instant(at) => at,
            Stamp::Civil(civil) => match &named_zone {
                Some(zone) => resolve(civil, zone),
                None => resolve(civil, &known_zone(own_zone)),
            },
        };
        let zone = own_zone.to_owned();
        Ok(EventTime::Moment { at, zone })
    };
    values.split(',').map(read).collect()
}
