//! Google's JSON for events: what we send, and what we read of what comes back.
//!
//! Reading tolerates: unknown fields and values are ignored, and everything but `id` may be missing
//! (tombstones have little else).

use std::collections::BTreeMap;

use domain::event_text::EventText;
use domain::reminders::{Reminder, Reminders};
use domain::sync::{Certainty, Changes, EventFields, Remote, RemoteTime};
use domain::{Instant, Interval, LinkId, Zone};
use serde::{Deserialize, Serialize};

use super::{Mark, RemoteEvent};

/// Names of our private properties; Google keeps up to 44 characters of a name. [`crate::pull`] reads
/// the same.
const LINK: &str = "lockstepLink";
const EVENT: &str = "lockstepEvent";
const REV: &str = "lockstepRev";

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<Timed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<Timed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reminders: Option<Reminding<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    extended_properties: Properties,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct Properties {
    private: BTreeMap<String, String>,
}

/// A start or an end, as we send it. A patch merges with what is there, so `date` is sent as null: it
/// turns an event the host made all-day back into a timed one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Timed {
    date: Option<&'static str>,
    date_time: String,
    time_zone: String,
}

/// Reminders, as we send them. A patch merges with what is there, and the default beside overrides is
/// refused: the list is always sent, as null with the default.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reminding<'a> {
    use_default: bool,
    overrides: Option<&'a [Reminder]>,
}

impl<'a> Reminding<'a> {
    fn of(reminders: &'a Reminders) -> Self {
        let overrides = match reminders {
            Reminders::Calendar => None,
            Reminders::Only(all) => Some(all.as_slice()),
        };
        Self {
            use_default: overrides.is_none(),
            overrides,
        }
    }
}

/// Reminders, as Google shows them.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Reminded {
    use_default: bool,
    overrides: Vec<serde_json::Value>,
}

impl Reminded {
    /// What we know of them: one of a kind we never send says nothing to us.
    fn read(shown: serde_json::Value) -> Option<Reminders> {
        let shown: Self = serde_json::from_value(shown).ok()?;
        if shown.use_default {
            return Some(Reminders::Calendar);
        }
        let known = |one| serde_json::from_value(one).ok();
        let known = shown.overrides.into_iter().filter_map(known).collect();
        Reminders::only(known).ok()
    }
}

/// A start or an end, as Google shows it.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Moment {
    date: Option<String>,
    date_time: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    id: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    etag: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    location: String,
    start: Option<Moment>,
    end: Option<Moment>,
    #[serde(default)]
    recurrence: Vec<String>,
    #[serde(default)]
    extended_properties: Properties,
    #[serde(default)]
    attendees: Vec<Attendee>,
    /// Left out by Google for who may not see them, and in tombstones.
    reminders: Option<serde_json::Value>,
    html_link: Option<String>,
    updated: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Attendee {
    #[serde(rename = "self")]
    is_self: bool,
    response_status: String,
}

/// The body of an insert.
pub(super) fn insert_body(event_id: &str, mark: &Mark, fields: &EventFields) -> Vec<u8> {
    let (start, end) = moments(fields.time, &fields.zone);
    encode(&Body {
        id: Some(event_id),
        summary: Some(&fields.text.title),
        description: Some(&fields.text.description),
        location: Some(&fields.text.location),
        start: Some(start),
        end: Some(end),
        reminders: Some(Reminding::of(&fields.reminders)),
        status: Some(fields.certainty.as_str()),
        extended_properties: properties(event_id, mark),
    })
}

/// The body of the event that proves a connection. It carries no mark: it belongs to no booking, and its id is
/// all we need to remove it.
pub(super) fn test_body(event_id: &str, time: Interval) -> Vec<u8> {
    let moment = |at: Instant| serde_json::json!({ "dateTime": at.to_string() });
    let body = serde_json::json!({
        "id": event_id,
        "summary": "Lockstep: connection test",
        "description": "Written and removed at once, to see that bookings can be written here. You may delete it.",
        "start": moment(time.start),
        "end": moment(time.end),
        "transparency": "transparent",
        "visibility": "private",
        "reminders": { "useDefault": false },
    });
    body.to_string().into_bytes()
}

/// The body of a patch: only what changed, and the mark of this write.
pub(super) fn patch_body(event_id: &str, mark: &Mark, changes: &Changes) -> Vec<u8> {
    let (start, end) = changes
        .time
        .as_ref()
        .map(|(time, zone)| moments(*time, zone))
        .unzip();
    encode(&Body {
        id: None,
        summary: changes.title.as_deref(),
        description: changes.description.as_deref(),
        location: changes.location.as_deref(),
        start,
        end,
        reminders: changes.reminders.as_ref().map(Reminding::of),
        status: changes.certainty.map(Certainty::as_str),
        extended_properties: properties(event_id, mark),
    })
}

fn encode(body: &Body<'_>) -> Vec<u8> {
    // Strings and string-keyed maps only: this cannot fail, and an empty body would be refused.
    serde_json::to_vec(body).unwrap_or_default()
}

/// Always an offset and an explicit zone (rows L7, L8): the instant is certain, the name is shown.
fn moments(time: Interval, zone: &Zone) -> (Timed, Timed) {
    let moment = |at: Instant| Timed {
        date: None,
        date_time: at.to_rfc3339_in(zone),
        time_zone: zone.name().to_owned(),
    };
    (moment(time.start), moment(time.end))
}

fn properties(event_id: &str, mark: &Mark) -> Properties {
    let private = BTreeMap::from([
        (LINK.to_owned(), mark.link.to_string()),
        (EVENT.to_owned(), event_id.to_owned()),
        (REV.to_owned(), mark.rev.to_string()),
    ]);
    Properties { private }
}

/// One event; `None` when the bytes are no event.
pub(crate) fn read_event(body: &[u8]) -> Option<RemoteEvent> {
    serde_json::from_slice::<Event>(body)
        .ok()
        .map(RemoteEvent::from)
}

/// The reminders of an event; the calendar's own where it shows none that we know.
pub(crate) fn read_reminders(shown: Option<serde_json::Value>) -> Reminders {
    shown.and_then(Reminded::read).unwrap_or_default()
}

/// Whether an event is certain; one that does not say so is (§6).
pub(crate) fn read_certainty(status: &str) -> Certainty {
    if status == Certainty::Tentative.as_str() {
        Certainty::Tentative
    } else {
        Certainty::Confirmed
    }
}

impl From<Event> for RemoteEvent {
    fn from(mut event: Event) -> Self {
        let reminders = read_reminders(event.reminders.take());
        let mark = read_mark(&event.extended_properties.private);
        let remote = read_time(&event).map(|time| Remote {
            etag: event.etag.clone(),
            rev: mark.as_ref().map(|(mark, _)| mark.rev),
            time,
            text: EventText {
                title: event.summary.clone(),
                description: event.description.clone(),
                location: event.location.clone(),
            },
            reminders,
            declined: event
                .attendees
                .iter()
                .any(|a| a.is_self && a.response_status == "declined"),
            updated: event
                .updated
                .as_deref()
                .and_then(|at| Instant::parse(at).ok()),
            certainty: read_certainty(&event.status),
        });
        Self {
            is_deleted: event.status == "cancelled",
            mark,
            remote,
            html_link: event.html_link.filter(|link| link.starts_with("http")),
            updated: event.updated,
            id: event.id,
        }
    }
}

fn read_mark(private: &BTreeMap<String, String>) -> Option<(Mark, String)> {
    let link: LinkId = private.get(LINK)?.parse().ok()?;
    let rev = private.get(REV)?.parse().ok()?;
    Some((Mark { link, rev }, private.get(EVENT)?.clone()))
}

fn read_time(event: &Event) -> Option<RemoteTime> {
    let (start, end) = (event.start.as_ref()?, event.end.as_ref()?);
    if !event.recurrence.is_empty() {
        return Some(RemoteTime::Recurring);
    }
    if start.date.is_some() {
        return Some(RemoteTime::AllDay);
    }
    Interval::new(read_moment(start)?, read_moment(end)?).map(RemoteTime::Timed)
}

fn read_moment(moment: &Moment) -> Option<Instant> {
    Instant::parse(moment.date_time.as_deref()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn fields() -> EventFields {
        EventFields {
            text: EventText {
                title: "Ana – Maths".into(),
                description: "d".into(),
                location: "Online".into(),
            },
            time: Interval {
                start: at("2026-11-24T09:00:00Z"),
                end: at("2026-11-24T10:00:00Z"),
            },
            zone: Zone::parse("Europe/Madrid").unwrap(),
            reminders: popup(30),
            certainty: Certainty::Confirmed,
        }
    }

    fn popup(minutes: i64) -> Reminders {
        let method = domain::reminders::Method::Popup;
        Reminders::only(vec![Reminder { minutes, method }]).unwrap()
    }

    fn mark() -> Mark {
        Mark {
            link: LinkId(uuid::Uuid::from_u128(7)),
            rev: 3,
        }
    }

    /// rows T3, L7, L8: title, start and end with offset and explicit zone, our id and our mark.
    #[test]
    fn an_insert_says_everything_explicitly() {
        let body: serde_json::Value =
            serde_json::from_slice(&insert_body("abcde", &mark(), &fields())).unwrap();
        let expected = serde_json::json!({
            "id": "abcde", "summary": "Ana – Maths", "description": "d", "location": "Online",
            "start": {"date": null, "dateTime": "2026-11-24T10:00:00+01:00", "timeZone": "Europe/Madrid"},
            "end": {"date": null, "dateTime": "2026-11-24T11:00:00+01:00", "timeZone": "Europe/Madrid"},
            "reminders": {"useDefault": false, "overrides": [{"method": "popup", "minutes": 30}]},
            "status": "confirmed",
            "extendedProperties": {"private": {
                "lockstepLink": "00000000-0000-0000-0000-000000000007",
                "lockstepEvent": "abcde", "lockstepRev": "3"}},
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn a_patch_names_only_what_changed() {
        let changes = Changes {
            title: Some("New".into()),
            ..Changes::default()
        };
        let body: serde_json::Value =
            serde_json::from_slice(&patch_body("abcde", &mark(), &changes)).unwrap();
        let keys: Vec<_> = body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["extendedProperties", "summary"]);
    }

    /// The default beside overrides is refused (reference §6), and a patch merges: both are always said.
    #[test]
    fn reminders_replace_what_was_there_and_come_back() {
        for (reminders, expected) in [
            (
                Reminders::Calendar,
                serde_json::json!({ "useDefault": true, "overrides": null }),
            ),
            (
                Reminders::Only(Vec::new()),
                serde_json::json!({ "useDefault": false, "overrides": [] }),
            ),
            (
                popup(5),
                serde_json::json!({ "useDefault": false, "overrides": [{ "minutes": 5, "method": "popup" }] }),
            ),
        ] {
            let changes = Changes {
                reminders: Some(reminders.clone()),
                ..Changes::default()
            };
            let body = patch_body("abcde", &mark(), &changes);
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body["reminders"], expected);
        }
        let shown = |reminders: &str| {
            let event = format!(
                r#"{{"id":"a","start":{{"dateTime":"2026-11-24T09:00:00Z"}},
                    "end":{{"dateTime":"2026-11-24T10:00:00Z"}}{reminders}}}"#
            );
            read_event(event.as_bytes())
                .unwrap()
                .remote
                .unwrap()
                .reminders
        };
        let told = r#","reminders":{"useDefault":false,"overrides":[{"method":"popup","minutes":5},{"method":"sms","minutes":9}]}"#;
        assert_eq!(shown(told), popup(5), "an unknown kind is none of ours");
        let default = r#","reminders":{"useDefault":true}"#;
        assert_eq!(shown(default), Reminders::Calendar);
        assert_eq!(shown(""), Reminders::Calendar);
    }

    #[test]
    fn what_we_wrote_is_recognised_and_a_copy_is_not() {
        let mut sent: serde_json::Value =
            serde_json::from_slice(&insert_body("abcde", &mark(), &fields())).unwrap();
        sent["etag"] = "\"1\"".into();
        let event = read_event(sent.to_string().as_bytes()).unwrap();
        let seen = event.seen_by(mark().link, domain::sync::policy::Origin::Here, true);
        assert!(
            matches!(seen, domain::sync::Seen::Live(remote) if remote.rev == Some(3) && remote.time == RemoteTime::Timed(fields().time))
        );
        sent["id"] = "copy1".into();
        let copy = read_event(sent.to_string().as_bytes()).unwrap();
        assert_eq!(
            copy.seen_by(mark().link, domain::sync::policy::Origin::Here, true),
            domain::sync::Seen::Foreign
        );
    }

    #[test]
    fn anything_but_the_id_may_be_missing() {
        for (name, json, deleted, time) in [
            (
                "tombstone",
                r#"{"id":"a","status":"cancelled"}"#,
                true,
                None,
            ),
            (
                "all-day",
                r#"{"id":"a","start":{"date":"2026-11-24"},"end":{"date":"2026-11-25"}}"#,
                false,
                Some(RemoteTime::AllDay),
            ),
            (
                "recurring",
                r#"{"id":"a","recurrence":["RRULE:FREQ=DAILY"],"start":{"dateTime":"2026-11-24T09:00:00Z"},"end":{"dateTime":"2026-11-24T10:00:00Z"}}"#,
                false,
                Some(RemoteTime::Recurring),
            ),
            (
                "odd time",
                r#"{"id":"a","start":{"dateTime":"soon"},"end":{"dateTime":"later"}}"#,
                false,
                None,
            ),
        ] {
            let event = read_event(json.as_bytes()).unwrap();
            assert_eq!(
                (event.is_deleted, event.remote.map(|r| r.time)),
                (deleted, time),
                "{name}"
            );
        }
        assert!(read_event(b"{}").is_none() && read_event(b"<html>").is_none());
    }
}
