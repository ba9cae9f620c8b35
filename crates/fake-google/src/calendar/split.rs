//! "This and following events": one series becomes two.
//!
//! Google's page does it in one step and a client of the API in two writes (§8.2). What makes it a
//! trap is what the copy carries: the private extended properties of the first series, and with
//! them any mark by which an application knows its own events.

use serde_json::{Map, Value, json};

use super::content::merge;
use super::recurrence::Origin;
use super::recurrence::dates::{write_civil, write_day};
use super::time::{EventTime, known_zone};
use super::{Calendar, Content, Event, Touch, Write};
use crate::error::ApiError;

impl Calendar {
    /// Cuts the series of the instance that `write` names before it, and begins another there with
    /// `patch`. Returns the id of the series that now has the instance.
    pub(crate) fn split_series(
        &mut self,
        write: &Write<'_>,
        patch: &Map<String, Value>,
    ) -> Result<String, ApiError> {
        let (master, at) = self.place_in_series(write)?;
        let recurrence = master.content.recurrence.as_ref();
        let recurrence = recurrence.ok_or_else(not_an_instance)?;
        let zone = self.zone();
        let whole = Write {
            event: &master.id,
            ..*write
        };
        if at == master.content.start {
            self.patch(&whole, patch)?;
            return Ok(master.id);
        }
        let origin = Origin {
            start: &master.content.start,
            calendar_zone: &zone,
        };
        let (before, after) = recurrence.split(origin, &at)?;
        let mut body = master.writable(&zone);
        body.insert("start".to_owned(), at.resource(&zone));
        let end = master.content.end_from(&at, &zone);
        body.insert("end".to_owned(), end.resource(&zone));
        body.insert("recurrence".to_owned(), json!(after));
        merge(&mut body, patch);
        body.insert("eventType".to_owned(), master.content.kind.word().into());
        let mut content = Content::read(body, write.options, self.target(write.rules))?;
        // Both series share the room.
        for name in ["conferenceData", "hangoutLink"] {
            if let Some(value) = master.content.fields.get(name) {
                content.fields.insert(name.to_owned(), value.clone());
            }
        }
        let id = self.unused_split_id(&master.id, &at);
        let series = Event {
            ical_uid: format!("{id}@google.com"),
            id: id.clone(),
            content,
            sequence: 0,
            ..master.clone()
        };
        let shorter = json!({ "recurrence": before });
        let shorter = shorter.as_object().cloned().unwrap_or_default();
        self.patch(&whole, &shorter)?;
        let created = super::whole_second(write.now);
        self.put(write.now, Event { created, ..series }, Touch::MainData);
        Ok(id)
    }

    /// Ends the series of the instance that `write` names before it, with what comes after: "delete
    /// this and following". A series that is to end before its first start is deleted.
    pub(crate) fn end_series(&mut self, write: &Write<'_>) -> Result<(), ApiError> {
        let (master, at) = self.place_in_series(write)?;
        let whole = Write {
            event: &master.id,
            ..*write
        };
        if at == master.content.start {
            return self.delete(&whole);
        }
        let zone = self.zone();
        let origin = Origin {
            start: &master.content.start,
            calendar_zone: &zone,
        };
        let recurrence = master.content.recurrence.as_ref();
        let (before, _) = recurrence.ok_or_else(not_an_instance)?.split(origin, &at)?;
        let shorter = json!({ "recurrence": before });
        let shorter = shorter.as_object().cloned().unwrap_or_default();
        self.patch(&whole, &shorter)?;
        Ok(())
    }

    /// The series of an instance, and the instance's original start.
    fn place_in_series(&self, write: &Write<'_>) -> Result<(Event, EventTime), ApiError> {
        let instance = self.event(write.event, write.now, write.rules);
        let instance = instance.ok_or_else(ApiError::not_found)?.into_owned();
        let occurrence = instance.live_occurrence().ok_or_else(not_an_instance)?;
        let master = self.events.get(&occurrence.series).cloned();
        let master = master.ok_or_else(not_an_instance)?;
        Ok((master, occurrence.original_start.clone()))
    }

    /// `<series>_R<first start>`, the form seen of Google's (§6).
    fn unused_split_id(&self, series: &str, start: &EventTime) -> String {
        let stamp = match start {
            EventTime::Day(day) => write_day(*day),
            EventTime::Moment { at, zone } => write_civil(known_zone(zone).to_datetime(*at)),
        };
        let mut id = format!("{series}_R{stamp}");
        while self.events.get(&id).is_some() {
            id.push('R');
        }
        id
    }
}

fn not_an_instance() -> ApiError {
    ApiError::invalid("The event is not an instance of a series.")
}
