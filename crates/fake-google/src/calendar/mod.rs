//! One calendar and its events, tombstones included: the only place where events change.
//!
//! The API, the page and the simulator's host all write through [`Calendar`], so an edit means the
//! same whoever makes it: a new version, a later `updated`, `sequence` + 1 when the start moves.

pub(crate) mod content;
pub(crate) mod resource;
pub(crate) mod time;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use self::content::merge;
pub(crate) use self::content::{Content, Status, WriteOptions};
use self::time::{EventTime, known_zone};
use crate::chance::Chance;
use crate::error::ApiError;
use crate::world::{Rules, TombstoneWrites};

/// Length a chosen event id may have (reference of the event resource).
const EVENT_ID_LENGTHS: std::ops::RangeInclusive<usize> = 5..=1024;

/// A calendar.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    pub(crate) id: String,
    pub(crate) summary: String,
    pub(crate) time_zone: String,
    /// E-mail of the account that owns it.
    pub(crate) owner: String,
    pub(crate) is_primary: bool,
    /// Microseconds of the last change; strictly increasing, also when the clock stands still.
    pub(crate) version: i64,
    inserted: u64,
    events: BTreeMap<String, Event>,
}

/// One event, or what a deleted one leaves behind.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) ical_uid: String,
    pub(crate) content: Content,
    pub(crate) sequence: i64,
    /// Position in the order of insertion, which is the order of an unsorted list.
    pub(crate) ordinal: u64,
    pub(crate) created: Timestamp,
    /// Version of the last change of anything but reminders.
    pub(crate) updated: i64,
    /// Version of the last change.
    pub(crate) version: i64,
}

impl Event {
    pub(crate) fn etag(&self) -> String {
        etag_of(self.version)
    }

    pub(crate) fn is_deleted(&self) -> bool {
        self.content.status == Status::Cancelled
    }

    /// `updated` to the millisecond that the answer shows.
    pub(crate) fn updated_at(&self) -> Timestamp {
        instant_of(self.updated)
    }
}

impl Calendar {
    pub(crate) fn new(id: &str, summary: &str, time_zone: &str, owner: &str) -> Self {
        Self {
            id: id.to_owned(),
            summary: summary.to_owned(),
            time_zone: time_zone.to_owned(),
            owner: owner.to_owned(),
            is_primary: id == owner,
            version: 0,
            inserted: 0,
            events: BTreeMap::new(),
        }
    }

    pub(crate) fn zone(&self) -> TimeZone {
        known_zone(&self.time_zone)
    }

    pub(crate) fn updated_at(&self) -> Timestamp {
        instant_of(self.version)
    }

    /// Every event and tombstone, by id.
    pub(crate) fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.values()
    }

    /// An event, or the tombstone of one until it is purged.
    pub(crate) fn event(&self, id: &str, now: Timestamp, rules: &Rules) -> Option<&Event> {
        self.events
            .get(id)
            .filter(|event| !is_purged(event, now, rules))
    }

    /// Adds an event with the id chosen in `body`, or one of ours.
    ///
    /// Ids of deleted events stay taken for ever, purged or not.
    pub(crate) fn insert(
        &mut self,
        now: Timestamp,
        chance: &mut Chance,
        body: Map<String, Value>,
        options: WriteOptions,
    ) -> Result<&Event, ApiError> {
        let chosen = chosen_ids(&body)?;
        let content = Content::read(body, options, &self.time_zone)?;
        if content.status == Status::Cancelled {
            return Err(ApiError::invalid("Invalid event status."));
        }
        let id = match chosen.id {
            Some(id) if self.events.contains_key(&id) => return Err(ApiError::duplicate()),
            Some(id) => id,
            None => self.unused_id(chance),
        };
        let version = self.next_version(now);
        self.inserted += 1;
        let event = Event {
            ical_uid: chosen
                .ical_uid
                .unwrap_or_else(|| format!("{id}@google.com")),
            sequence: content.sequence.unwrap_or(0),
            ordinal: self.inserted,
            created: instant_of(version - version.rem_euclid(1_000_000)),
            updated: version,
            version,
            content,
            id: id.clone(),
        };
        Ok(self.events.entry(id).or_insert(event))
    }

    /// Replaces an event: whatever `body` omits is cleared.
    pub(crate) fn update(
        &mut self,
        write: &Write<'_>,
        body: Map<String, Value>,
    ) -> Result<&Event, ApiError> {
        self.check_writable(write, body.get("status"), Status::Confirmed)?;
        self.store(write, body)
    }

    /// Changes what `patch` names and nothing else.
    pub(crate) fn patch(
        &mut self,
        write: &Write<'_>,
        patch: &Map<String, Value>,
    ) -> Result<&Event, ApiError> {
        self.check_writable(write, patch.get("status"), Status::Cancelled)?;
        let mut body = self.events[write.event].writable(&self.zone());
        merge(&mut body, patch);
        self.store(write, body)
    }

    /// Turns an event into a tombstone. A second time is refused with 410.
    pub(crate) fn delete(&mut self, write: &Write<'_>) -> Result<(), ApiError> {
        let event = self.event(write.event, write.now, write.rules);
        if event.ok_or_else(ApiError::not_found)?.is_deleted() {
            return Err(ApiError::deleted());
        }
        self.check_etag(write)?;
        let version = self.next_version(write.now);
        let event = self.events.get_mut(write.event).expect("found above");
        event.content.status = Status::Cancelled;
        event.updated = version;
        event.version = version;
        Ok(())
    }

    /// Whether `write` may touch its event; a deleted one is a matter of [`TombstoneWrites`].
    fn check_writable(
        &self,
        write: &Write<'_>,
        status: Option<&Value>,
        status_when_absent: Status,
    ) -> Result<(), ApiError> {
        let event = self.event(write.event, write.now, write.rules);
        if event.ok_or_else(ApiError::not_found)?.is_deleted() {
            let status = status
                .and_then(Value::as_str)
                .unwrap_or(status_when_absent.word());
            match write.rules.tombstone_writes {
                TombstoneWrites::Gone => return Err(ApiError::deleted()),
                TombstoneWrites::Revive if status != Status::Cancelled.word() => {}
                TombstoneWrites::Forbidden | TombstoneWrites::Revive => {
                    return Err(ApiError::forbidden());
                }
            }
        }
        self.check_etag(write)
    }

    fn check_etag(&self, write: &Write<'_>) -> Result<(), ApiError> {
        let current = self.events[write.event].etag();
        match write.if_match {
            Some(wanted) if !matches_etag(wanted, &current) => Err(ApiError::stale()),
            _ => Ok(()),
        }
    }

    fn store(&mut self, write: &Write<'_>, body: Map<String, Value>) -> Result<&Event, ApiError> {
        if body
            .get("id")
            .and_then(Value::as_str)
            .is_some_and(|id| id != write.event)
        {
            return Err(ApiError::invalid("Invalid resource id value."));
        }
        let content = Content::read(body, write.options, &self.time_zone)?;
        let zone = self.zone();
        let old = &self.events[write.event];
        let sequence = next_sequence(old, &content, &zone)?;
        let touches_main_data = !differs_in_reminders_only(&old.content, &content);
        let version = self.next_version(write.now);
        let event = self
            .events
            .get_mut(write.event)
            .expect("checked by the caller");
        event.content = content;
        event.sequence = sequence;
        event.version = version;
        if touches_main_data {
            event.updated = version;
        }
        Ok(event)
    }

    fn next_version(&mut self, now: Timestamp) -> i64 {
        self.version = now.as_microsecond().max(self.version + 1);
        self.version
    }

    fn unused_id(&self, chance: &mut Chance) -> String {
        loop {
            let id = chance.event_id();
            if !self.events.contains_key(&id) {
                return id;
            }
        }
    }
}

/// A write to one existing event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Write<'a> {
    pub(crate) now: Timestamp,
    pub(crate) rules: &'a Rules,
    pub(crate) event: &'a str,
    /// The `If-Match` header.
    pub(crate) if_match: Option<&'a str>,
    pub(crate) options: WriteOptions,
}

struct ChosenIds {
    id: Option<String>,
    ical_uid: Option<String>,
}

fn chosen_ids(body: &Map<String, Value>) -> Result<ChosenIds, ApiError> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let chosen = ChosenIds {
        id: text("id"),
        ical_uid: text("iCalUID"),
    };
    let is_base32hex = |id: &str| {
        id.bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'v'))
    };
    match &chosen {
        ChosenIds {
            id: Some(_),
            ical_uid: Some(_),
        } => Err(ApiError::invalid(
            "Only one of id and iCalUID may be given.",
        )),
        ChosenIds { id: Some(id), .. }
            if !EVENT_ID_LENGTHS.contains(&id.len()) || !is_base32hex(id) =>
        {
            Err(ApiError::invalid("Invalid resource id value."))
        }
        _ => Ok(chosen),
    }
}

/// `sequence` goes up when the start moves and not otherwise; a writer may raise it and must not
/// lower it.
fn next_sequence(old: &Event, content: &Content, zone: &TimeZone) -> Result<i64, ApiError> {
    let sent = content.sequence.unwrap_or(old.sequence);
    if sent < old.sequence {
        return Err(ApiError::invalid("Invalid sequence value."));
    }
    let place = |time: &EventTime| (time.is_day(), time.instant(zone));
    let has_moved = place(&old.content.start) != place(&content.start);
    Ok(if has_moved && sent == old.sequence {
        old.sequence + 1
    } else {
        sent
    })
}

/// Reminders are each user's own: changing them changes the etag but not `updated`.
fn differs_in_reminders_only(old: &Content, new: &Content) -> bool {
    let without = |content: &Content| {
        let mut content = Content {
            sequence: None,
            ..content.clone()
        };
        content.fields.remove("reminders");
        content
    };
    old.fields.get("reminders") != new.fields.get("reminders") && without(old) == without(new)
}

/// Whether a tombstone is so old that nobody gets to see it any more.
pub(crate) fn is_purged(event: &Event, now: Timestamp, rules: &Rules) -> bool {
    event.is_deleted() && now.duration_since(event.updated_at()) > rules.tombstone_retention
}

/// Google's observed form: twice the microseconds of the last change, in quotes.
pub(crate) fn etag_of(version: i64) -> String {
    format!("\"{}\"", version * 2)
}

/// Whether an `If-Match` or `If-None-Match` list names `etag`; weakened tags count.
pub(crate) fn matches_etag(header: &str, etag: &str) -> bool {
    header
        .split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

fn instant_of(version: i64) -> Timestamp {
    Timestamp::from_millisecond(version.div_euclid(1000)).unwrap_or(Timestamp::MAX)
}
