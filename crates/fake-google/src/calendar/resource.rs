//! Events as JSON resources.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use crate::calendar::redact::{Detail, redacted};
use crate::calendar::time::rfc3339_millis;
use crate::calendar::{Calendar, Event, Status};

/// How a caller wants to see events.
#[derive(Clone, Debug)]
pub(crate) struct View<'a> {
    /// Zone of the offsets; the calendar's unless the caller asks otherwise.
    pub(crate) zone: TimeZone,
    /// What the caller's access lets it see.
    pub(crate) detail: Detail,
    /// `maxAttendees`.
    pub(crate) attendees_max: Option<usize>,
    /// Where `htmlLink` points.
    pub(crate) link_origin: &'a str,
}

impl Calendar {
    /// The event as `events.get` answers it. A tombstone keeps its details.
    pub(crate) fn resource(&self, event: &Event, view: &View<'_>) -> Value {
        let mut resource = event.content.fields.clone();
        let (creator, organizer) = self.people(event);
        for (name, value) in [
            ("kind", json!("calendar#event")),
            ("etag", json!(event.etag())),
            ("id", json!(event.id)),
            ("status", json!(event.content.status.word())),
            ("htmlLink", json!(self.html_link(event, view.link_origin))),
            ("created", json!(rfc3339_millis(event.created))),
            ("updated", json!(rfc3339_millis(event.updated_at()))),
            ("creator", creator),
            ("organizer", organizer.clone()),
            ("start", event.content.start.resource(&view.zone)),
            ("end", event.content.end.resource(&view.zone)),
            ("iCalUID", json!(event.ical_uid)),
            ("sequence", json!(event.sequence)),
            ("eventType", json!(event.content.kind.word())),
        ] {
            resource.insert(name.to_owned(), value);
        }
        if let Some(recurrence) = &event.content.recurrence {
            resource.insert("recurrence".to_owned(), json!(recurrence.lines()));
        }
        if let Some(occurrence) = &event.occurrence {
            resource.insert("recurringEventId".to_owned(), json!(occurrence.series));
            let original = occurrence.original_start.resource(&view.zone);
            resource.insert("originalStartTime".to_owned(), original);
        }
        resource
            .entry("reminders")
            .or_insert_with(|| json!({ "useDefault": true }));
        self.mark_attendees(&mut resource, &organizer["email"], view.attendees_max);
        redacted(resource, view.detail).into()
    }

    /// Creator and organizer of an event, as this calendar tells of them.
    fn people(&self, event: &Event) -> (Value, Value) {
        let Some(invitation) = &event.invitation else {
            let creator = json!({ "email": self.owner, "self": true });
            let organizer = if self.is_primary {
                creator.clone()
            } else {
                json!({ "email": self.id, "displayName": self.summary, "self": true })
            };
            return (creator, organizer);
        };
        let mut creator = json!({ "email": invitation.creator });
        if invitation.creator == self.owner {
            creator["self"] = true.into();
        }
        let mut organizer = json!({ "email": invitation.organizer });
        if let Some(name) = &invitation.organizer_name {
            organizer["displayName"] = name.as_str().into();
        }
        (creator, organizer)
    }

    /// What remains visible of a deleted event where only its going is told; of a cancelled
    /// instance also which one it was (§10.4).
    pub(crate) fn stub(event: &Event, zone: &TimeZone) -> Value {
        let mut stub = json!({
            "kind": "calendar#event",
            "etag": event.etag(),
            "id": event.id,
            "status": Status::Cancelled.word(),
        });
        if let Some(occurrence) = &event.occurrence {
            stub["recurringEventId"] = json!(occurrence.series);
            stub["originalStartTime"] = occurrence.original_start.resource(zone);
        }
        stub
    }

    /// Says which attendee is this calendar, and leaves the others out when they are too many.
    fn mark_attendees(
        &self,
        resource: &mut Map<String, Value>,
        organizer: &Value,
        attendees_max: Option<usize>,
    ) {
        let Some(Value::Array(attendees)) = resource.get_mut("attendees") else {
            return;
        };
        let count = attendees.len();
        for attendee in attendees.iter_mut() {
            let email = attendee["email"].as_str().unwrap_or_default().to_owned();
            let is = |other: &str| email.eq_ignore_ascii_case(other);
            if is(&self.id) {
                attendee["self"] = true.into();
            }
            if organizer.as_str().is_some_and(is) {
                attendee["organizer"] = true.into();
            }
        }
        if attendees_max.is_some_and(|most| count > most) {
            attendees.retain(|attendee| attendee["self"] == true);
            resource.insert("attendeesOmitted".to_owned(), true.into());
        }
    }

    /// Observed form of `htmlLink`: event and calendar id, well-known domains cut to one letter.
    fn html_link(&self, event: &Event, origin: &str) -> String {
        let calendar = match self.id.rsplit_once('@') {
            Some((name, "gmail.com")) => format!("{name}@m"),
            Some((name, "group.calendar.google.com")) => format!("{name}@g"),
            _ => self.id.clone(),
        };
        let eid = URL_SAFE_NO_PAD.encode(format!("{} {calendar}", event.id));
        format!("{origin}/calendar/event?eid={eid}")
    }
}

impl Event {
    /// The event in the form a writer would send it, to lay a patch over.
    pub(crate) fn writable(&self, zone: &TimeZone) -> Map<String, Value> {
        let mut body = self.content.fields.clone();
        body.insert("status".to_owned(), self.content.status.word().into());
        body.insert("start".to_owned(), self.content.start.resource(zone));
        body.insert("end".to_owned(), self.content.end.resource(zone));
        if let Some(recurrence) = &self.content.recurrence {
            body.insert("recurrence".to_owned(), json!(recurrence.lines()));
        }
        body
    }
}
