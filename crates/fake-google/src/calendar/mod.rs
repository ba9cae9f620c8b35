//! One calendar and its events, tombstones included: the only place where events change.
//!
//! The API, the page and the simulator's host all write through [`Calendar`], so an edit means the
//! same whoever makes it: a new version, a later `updated`, `sequence` + 1 when the start moves.

pub(crate) mod access;
pub(crate) mod conference;
pub(crate) mod content;
pub(crate) mod guests;
pub(crate) mod history;
pub(crate) mod kind;
mod prose;
pub(crate) mod recurrence;
pub(crate) mod redact;
pub(crate) mod resource;
pub(crate) mod series;
mod split;
pub(crate) mod time;
mod transfer;

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use self::access::{Access, Extent, Role};
use self::conference::{MEET, Pending, Request};
pub(crate) use self::content::{Content, Status, WriteOptions};
use self::content::{Target, merge};
use self::guests::Invitation;
use self::history::History;
use self::series::{Fate, Occurrence};
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
    pub(crate) description: String,
    pub(crate) location: String,
    pub(crate) time_zone: String,
    /// E-mail of the account that owns it; an address of no account for one that Google keeps.
    pub(crate) owner: String,
    pub(crate) is_primary: bool,
    /// Id of the OAuth client that made it, if one did.
    pub(crate) made_by: Option<String>,
    /// Version of the calendar's own fields. Events do not change it.
    pub(crate) revision: i64,
    pub(crate) access: Access,
    /// Rises when the sync tokens of this calendar are to die.
    pub(crate) sync_epoch: u64,
    /// Kinds of conference that its events may have.
    pub(crate) conference_solutions: Vec<String>,
    meets_pending: Pending,
    inserted: u64,
    /// Every event and tombstone, with the log of changes.
    pub(crate) events: History<Event>,
}

/// One event, or what a deleted one leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) ical_uid: String,
    /// Its place in a series, for instances and exceptions.
    pub(crate) occurrence: Option<Occurrence>,
    /// Whose event it is, on a guest's calendar; `None` on the organizer's.
    pub(crate) invitation: Option<Invitation>,
    pub(crate) content: Content,
    /// When the conference asked for will be there, while it is not.
    pub(crate) meet_ready: Option<Timestamp>,
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

    fn has_fate(&self, fate: Fate) -> bool {
        let occurrence = self.occurrence.as_ref();
        occurrence.is_some_and(|occurrence| occurrence.fate == fate)
    }

    /// `updated` to the millisecond that the answer shows.
    pub(crate) fn updated_at(&self) -> Timestamp {
        instant_of(self.updated)
    }
}

impl Calendar {
    /// A calendar that only its owner sees.
    pub(crate) fn new(id: &str, summary: &str, time_zone: &str, owner: &str) -> Self {
        let mut access = Access::default();
        let extent = Extent::Named("user".to_owned(), owner.to_owned());
        access.set(Timestamp::UNIX_EPOCH, extent, Some(Role::Owner));
        Self {
            id: id.to_owned(),
            summary: summary.to_owned(),
            description: String::new(),
            location: String::new(),
            time_zone: time_zone.to_owned(),
            owner: owner.to_owned(),
            is_primary: id == owner,
            made_by: None,
            revision: 1,
            access,
            sync_epoch: 0,
            conference_solutions: vec![MEET.to_owned()],
            meets_pending: Pending::new(),
            inserted: 0,
            events: History::default(),
        }
    }

    pub(crate) fn zone(&self) -> TimeZone {
        known_zone(&self.time_zone)
    }

    /// Gives or (with `None`) takes a role. Sync tokens of a calendar die with any change of its
    /// access list (§10.2).
    pub(crate) fn share(&mut self, now: Timestamp, extent: Extent, role: Option<Role>) {
        self.access.set(now, extent, role);
        self.sync_epoch += 1;
    }

    pub(crate) fn updated_at(&self) -> Timestamp {
        instant_of(self.version())
    }

    /// Microseconds of the last change; strictly increasing, also when the clock stands still.
    pub(crate) fn version(&self) -> i64 {
        self.events.version()
    }

    /// Every event and tombstone, by id.
    pub(crate) fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.values()
    }

    /// An event, an instance of a series, or the tombstone of either until it is purged.
    pub(crate) fn event(&self, id: &str, now: Timestamp, rules: &Rules) -> Option<Cow<'_, Event>> {
        let stored = self.events.get(id);
        let event = match stored {
            Some(event) if !event.has_fate(Fate::Dropped) => Cow::Borrowed(event),
            // A start that a series lost may have come back.
            _ => match self.computed_instance(id) {
                Some(instance) => Cow::Owned(instance),
                None => Cow::Borrowed(stored?),
            },
        };
        (!is_purged(&event, now, rules)).then_some(event)
    }

    /// Adds an event with the id chosen in `body`, or one of ours.
    ///
    /// Ids of deleted events stay taken for ever, purged or not.
    pub(crate) fn insert(
        &mut self,
        now: Timestamp,
        chance: &mut Chance,
        rules: &Rules,
        body: Map<String, Value>,
        options: WriteOptions,
    ) -> Result<&Event, ApiError> {
        let chosen = chosen_ids(&body)?;
        let conference = sent_conference(&body);
        let content = Content::read(body, options, self.target(rules))?;
        if content.status == Status::Cancelled {
            return Err(ApiError::invalid("Invalid event status."));
        }
        let id = match chosen.id {
            Some(id) if self.events.get(&id).is_some() => return Err(ApiError::duplicate()),
            Some(id) => id,
            None => self.unused_id(chance),
        };
        let created = instant_of(self.events.next_version(now));
        let mut event = Event {
            ical_uid: chosen
                .ical_uid
                .unwrap_or_else(|| format!("{id}@google.com")),
            occurrence: None,
            invitation: None,
            sequence: content.sequence.unwrap_or(0),
            ordinal: 0,
            created: whole_second(created),
            updated: 0,
            version: 0,
            content,
            meet_ready: None,
            id,
        };
        let request = Request {
            now,
            rules: rules.meet,
            allowed: &self.conference_solutions,
            old: None,
            sent: conference,
            is_versioned: options.has_conference_data,
        };
        request.settle(&mut event)?;
        Ok(self.put(now, event, Touch::MainData))
    }

    fn target(&self, rules: &Rules) -> Target<'_> {
        Target {
            zone: &self.time_zone,
            is_primary: self.is_primary,
            rewrites_text: rules.rewrites_text,
        }
    }

    /// Replaces an event: whatever `body` omits is cleared.
    pub(crate) fn update(
        &mut self,
        write: &Write<'_>,
        body: Map<String, Value>,
    ) -> Result<&Event, ApiError> {
        let old = self.writable_event(write, body.get("status"), Status::Confirmed)?;
        self.store(write, &old, body)
    }

    /// Changes what `patch` names and nothing else.
    pub(crate) fn patch(
        &mut self,
        write: &Write<'_>,
        patch: &Map<String, Value>,
    ) -> Result<&Event, ApiError> {
        let old = self.writable_event(write, patch.get("status"), Status::Cancelled)?;
        let mut body = old.writable(&self.zone());
        merge(&mut body, patch);
        self.store(write, &old, body)
    }

    /// Turns an event into a tombstone. A second time is refused with 410.
    ///
    /// An instance becomes a cancelled exception; with a series go its exceptions.
    pub(crate) fn delete(&mut self, write: &Write<'_>) -> Result<(), ApiError> {
        let event = self.event(write.event, write.now, write.rules);
        let old = event.ok_or_else(ApiError::not_found)?.into_owned();
        if old.is_deleted() {
            return Err(ApiError::deleted());
        }
        check_etag(write, &old)?;
        let mut event = old.clone();
        event.content.status = Status::Cancelled;
        self.put_over(write.now, &old, event, Touch::MainData);
        Ok(())
    }

    /// Stores the new state of an event that was `old`, and what follows for its exceptions.
    fn put_over(&mut self, now: Timestamp, old: &Event, event: Event, touch: Touch) {
        self.put(now, event, touch);
        if old.is_master() {
            self.settle_exceptions(now, old);
        }
    }

    /// Stores the new state of an event: the one way for anything to change in a calendar.
    fn put(&mut self, now: Timestamp, mut event: Event, touch: Touch) -> &Event {
        let id = event.id.clone();
        if self.events.get(&id).is_none() {
            // A new exception has its own place in the order, not its series'.
            self.inserted += 1;
            event.ordinal = self.inserted;
        }
        if let Some(ready) = event.meet_ready {
            self.meets_pending.insert((ready, id.clone()));
        }
        self.events.put(now, &id, |version| Event {
            updated: match touch {
                Touch::MainData => version,
                Touch::RemindersOnly => event.updated,
            },
            version,
            ..event
        })
    }

    /// The event that `write` may touch; a deleted one is a matter of [`TombstoneWrites`].
    fn writable_event(
        &self,
        write: &Write<'_>,
        status: Option<&Value>,
        status_when_absent: Status,
    ) -> Result<Event, ApiError> {
        let event = self.event(write.event, write.now, write.rules);
        let event = event.ok_or_else(ApiError::not_found)?.into_owned();
        if event.is_deleted() {
            let status = status
                .and_then(Value::as_str)
                .unwrap_or(status_when_absent.word());
            let revives = status != Status::Cancelled.word();
            match write.rules.tombstone_writes {
                // A cancelled instance of a living series can be put back.
                _ if revives && event.live_occurrence().is_some() => {}
                TombstoneWrites::Gone => return Err(ApiError::deleted()),
                TombstoneWrites::Revive if revives => {}
                TombstoneWrites::Forbidden | TombstoneWrites::Revive => {
                    return Err(ApiError::forbidden());
                }
            }
        }
        check_etag(write, &event)?;
        Ok(event)
    }

    fn store(
        &mut self,
        write: &Write<'_>,
        old: &Event,
        mut body: Map<String, Value>,
    ) -> Result<&Event, ApiError> {
        if body
            .get("id")
            .and_then(Value::as_str)
            .is_some_and(|id| id != write.event)
        {
            return Err(ApiError::invalid("Invalid resource id value."));
        }
        let conference = sent_conference(&body);
        let is_omitted = body.get("attendeesOmitted") == Some(&Value::Bool(true));
        body.entry("eventType")
            .or_insert_with(|| old.content.kind.word().into());
        let mut content = Content::read(body, write.options, self.target(write.rules))?;
        content.reconcile_guests(old, is_omitted, &self.id)?;
        if content.kind != old.content.kind {
            return Err(kind::restricted("The type of an event cannot be changed."));
        }
        if old.occurrence.is_some() && content.recurrence.is_some() {
            let message = "An instance of a series has no recurrence.";
            return Err(ApiError::invalid(message).at_parameter("recurrence"));
        }
        let zone = self.zone();
        let mut event = Event {
            sequence: next_sequence(old, &content, &zone)?,
            content,
            ..old.clone()
        };
        let request = Request {
            now: write.now,
            rules: write.rules.meet,
            allowed: &self.conference_solutions,
            old: Some(old),
            sent: conference,
            is_versioned: write.options.has_conference_data,
        };
        request.settle(&mut event)?;
        let touch = if differs_in_reminders_only(&old.content, &event.content) {
            Touch::RemindersOnly
        } else {
            Touch::MainData
        };
        self.put_over(write.now, old, event, touch);
        Ok(self.events.get(write.event).expect("stored just now"))
    }

    fn unused_id(&self, chance: &mut Chance) -> String {
        loop {
            let id = chance.event_id();
            if self.events.get(&id).is_none() {
                return id;
            }
        }
    }
}

fn check_etag(write: &Write<'_>, event: &Event) -> Result<(), ApiError> {
    match write.if_match {
        Some(wanted) if !matches_etag(wanted, &event.etag()) => Err(ApiError::stale()),
        _ => Ok(()),
    }
}

/// Whether a change shows in `updated`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touch {
    MainData,
    /// Reminders are each user's own: a new etag, the old `updated`.
    RemindersOnly,
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

/// `conferenceData` of a body; `null` and absent are the same in a whole event.
fn sent_conference(body: &Map<String, Value>) -> Option<Value> {
    let sent = body.get("conferenceData").filter(|sent| !sent.is_null());
    sent.cloned()
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

/// Whether a tombstone is so old that nobody gets to see it any more. Cancelled instances stay as
/// long as their series (§10.4).
pub(crate) fn is_purged(event: &Event, now: Timestamp, rules: &Rules) -> bool {
    event.is_deleted()
        && event.live_occurrence().is_none()
        && now.duration_since(event.updated_at()) > rules.tombstone_retention
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

/// `created` is told to the second (observed, §6).
fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_microsecond().div_euclid(1_000_000)).unwrap_or(at)
}

fn instant_of(version: i64) -> Timestamp {
    Timestamp::from_millisecond(version.div_euclid(1000)).unwrap_or(Timestamp::MAX)
}
