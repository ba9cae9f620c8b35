//! `freebusy.query`: when calendars are busy, without saying why (§8.4, §9).
//!
//! One answer holds many calendars, and each fails for itself: the status is 200 and the trouble
//! stands beside the calendar, under the very id that was asked for.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use crate::api::{Answer, Call};
use crate::calendar::series::Span;
use crate::calendar::time::{read_instant, rfc3339, rfc3339_millis, zone};
use crate::calendar::{Calendar, Event};
use crate::error::ApiError;
use crate::world::World;

/// Calendars in one query, and the most that `calendarExpansionMax` may ask for.
const CALENDARS_MAX: i64 = 50;
/// The most that `groupExpansionMax` may ask for. There are no groups here.
const GROUP_MAX: i64 = 100;

/// A time during which a calendar is busy, half open.
type Interval = (Timestamp, Timestamp);

/// The time asked for, and how it is written.
struct Asked {
    from: Timestamp,
    until: Timestamp,
    zone: TimeZone,
}

pub(super) fn query(world: &World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let body = call.body()?;
    let asked = Asked::read(world, &body)?;
    let limit = expansion(&body, "calendarExpansionMax", CALENDARS_MAX)?;
    expansion(&body, "groupExpansionMax", GROUP_MAX)?;
    let items = body.get("items").and_then(Value::as_array);
    let mut calendars = Map::new();
    for item in items.into_iter().flatten() {
        let Some(id) = item["id"].as_str() else {
            return Err(ApiError::required("Missing calendar id."));
        };
        if calendars.contains_key(id) {
            continue;
        }
        let answer = if calendars.len() < limit {
            let busy = busy_times(world, call, id, &asked);
            busy.map_or_else(|| failed("notFound"), |busy| asked.written(&busy))
        } else {
            failed("tooManyCalendarsRequested")
        };
        calendars.insert(id.to_owned(), answer);
    }
    let body = json!({
        "kind": "calendar#freeBusy",
        "timeMin": rfc3339_millis(asked.from),
        "timeMax": rfc3339_millis(asked.until),
        "calendars": calendars,
    });
    Ok(Answer::Resource {
        body,
        // An answer to a question has no version.
        etag: String::new(),
    })
}

impl Asked {
    fn read(world: &World, body: &Map<String, Value>) -> Result<Self, ApiError> {
        let moment = |name: &str| {
            let text = body.get(name).and_then(Value::as_str);
            text.and_then(read_instant)
                .ok_or_else(|| ApiError::bad_request("Bad Request").at_parameter(name))
        };
        let (from, until) = (moment("timeMin")?, moment("timeMax")?);
        if until <= from {
            return Err(ApiError::time_range_empty().at_parameter("timeMax"));
        }
        if until.duration_since(from) > world.rules.free_busy_span_max {
            let message = "The requested time range is too long.";
            return Err(ApiError::new(400, "timeRangeTooLong", message).at_parameter("timeMax"));
        }
        let name = body.get("timeZone").and_then(Value::as_str);
        let zone = zone(name.unwrap_or("UTC"))
            .ok_or_else(|| ApiError::invalid("Invalid time zone.").at_parameter("timeZone"))?;
        Ok(Self { from, until, zone })
    }

    fn written(&self, busy: &[Interval]) -> Value {
        let intervals: Vec<Value> = busy
            .iter()
            .map(|(start, end)| {
                json!({ "start": rfc3339(*start, &self.zone), "end": rfc3339(*end, &self.zone) })
            })
            .collect();
        json!({ "busy": intervals })
    }

    /// The part of an interval that was asked for.
    fn clipped(&self, (start, end): Interval) -> Option<Interval> {
        let (start, end) = (start.max(self.from), end.min(self.until));
        (start < end).then_some((start, end))
    }
}

fn expansion(body: &Map<String, Value>, name: &str, most: i64) -> Result<usize, ApiError> {
    let asked = body.get(name).and_then(Value::as_i64).unwrap_or(most);
    match usize::try_from(asked) {
        Ok(number) if number > 0 && asked <= most => Ok(number),
        _ => Err(ApiError::invalid(format!("Invalid value for: {name}")).at_parameter(name)),
    }
}

fn failed(reason: &str) -> Value {
    json!({ "busy": [], "errors": [{ "domain": "global", "reason": reason }] })
}

/// `None` when there is no such calendar or the account may not even know when it is busy.
fn busy_times(world: &World, call: &Call<'_>, id: &str, asked: &Asked) -> Option<Vec<Interval>> {
    let id = if id == "primary" { &call.account } else { id };
    let calendar = world.calendars.get(id)?;
    calendar.access.role_of(&call.account)?;
    let zone = calendar.zone();
    let span = Span {
        after: Some(asked.from),
        before: Some(asked.until),
        horizon: world.rules.expansion_horizon,
        now: call.now,
        zone: &zone,
    };
    let mut busy: Vec<Interval> = calendar
        .events()
        .filter(|event| takes_time(event, calendar))
        .flat_map(|event| times(event, calendar, &span))
        .filter_map(|interval| asked.clipped(interval))
        .collect();
    busy.sort_unstable();
    Some(merged(busy))
}

fn takes_time(event: &Event, calendar: &Calendar) -> bool {
    let fields = &event.content.fields;
    let is_free = fields
        .get("transparency")
        .is_some_and(|t| t == "transparent");
    !event.is_deleted() && !is_free && !has_declined(event, calendar)
}

/// Whether the calendar's own attendee has declined.
fn has_declined(event: &Event, calendar: &Calendar) -> bool {
    let attendees = event.content.fields.get("attendees");
    let mut attendees = attendees.and_then(Value::as_array).into_iter().flatten();
    attendees.any(|attendee| {
        let is_self = attendee["email"].as_str().is_some_and(|email| {
            email.eq_ignore_ascii_case(&calendar.owner) || email.eq_ignore_ascii_case(&calendar.id)
        });
        is_self && attendee["responseStatus"] == "declined"
    })
}

/// When an event, or each instance of a series, is. Exceptions stand for themselves.
fn times(event: &Event, calendar: &Calendar, span: &Span<'_>) -> Vec<Interval> {
    let interval = |event: &Event| {
        let content = &event.content;
        (
            content.start.instant(span.zone),
            content.end.instant(span.zone),
        )
    };
    if event.is_master() {
        let instances = event.instances(span, |id| calendar.is_exception(id));
        instances.iter().map(interval).collect()
    } else {
        vec![interval(event)]
    }
}

/// Sorted intervals as the fewest that cover the same time.
fn merged(sorted: Vec<Interval>) -> Vec<Interval> {
    let mut merged: Vec<Interval> = Vec::new();
    for (start, end) in sorted {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}
