//! Attendees: what a guest may write, and what a guest's copy of an event shows (§6).
//!
//! The organizer's calendar owns what all share: times, texts, the list of attendees. A copy has
//! the same id on the guest's primary calendar; what is a guest's own there (answer, reminders,
//! colour, whether it blocks time, private properties) stays theirs.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Calendar, Content, Event, Touch};
use crate::error::ApiError;

/// Whose event a copy is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invitation {
    /// Id of the organizer's calendar, which is also the address told.
    pub(crate) organizer: String,
    /// Its name, for a calendar that is not somebody's primary one.
    pub(crate) organizer_name: Option<String>,
    /// E-mail of whoever made the event.
    pub(crate) creator: String,
}

impl Calendar {
    /// What copies of this calendar's events say of it.
    pub(crate) fn invitation(&self) -> Invitation {
        Invitation {
            organizer: self.id.clone(),
            organizer_name: (!self.is_primary).then(|| self.summary.clone()),
            creator: self.owner.clone(),
        }
    }
}

/// What an attendee says for themselves.
const ANSWER: [&str; 3] = ["responseStatus", "comment", "additionalGuests"];
/// What only the organizer's calendar can change.
const ORGANIZERS_OWN: [&str; 3] = [
    "guestsCanInviteOthers",
    "guestsCanModify",
    "guestsCanSeeOtherGuests",
];
/// What a copy has of its own. The private properties are another such thing.
const GUESTS_OWN: [&str; 4] = ["colorId", "reminders", "transparency", "visibility"];
/// What a guest who may modify the event changes for all, next to its times.
const SHARED_TEXTS: [&str; 3] = ["summary", "description", "location"];

impl Content {
    /// The attendees' addresses, in lower case.
    pub(crate) fn guests(&self) -> BTreeSet<String> {
        let emails = self.attendees().iter().filter_map(address);
        emails.collect()
    }

    /// The entry of one attendee.
    pub(crate) fn guest(&self, email: &str) -> Option<&Value> {
        let mut attendees = self.attendees().iter();
        attendees.find(|guest| is_of(guest, email))
    }

    fn attendees(&self) -> &[Value] {
        let list = self.fields.get("attendees").and_then(Value::as_array);
        list.map_or(&[], Vec::as_slice)
    }

    fn set_attendees(&mut self, attendees: Vec<Value>) {
        if attendees.is_empty() {
            self.fields.remove("attendees");
        } else {
            self.fields.insert("attendees".to_owned(), attendees.into());
        }
    }

    fn allows(&self, name: &str, by_default: bool) -> bool {
        self.fields
            .get(name)
            .map_or(by_default, |value| value == true)
    }

    /// What is left of a list of attendees that the calendar `own` wrote over `old`.
    ///
    /// With `attendeesOmitted` only the writer's own answer counts. On a copy the answers of
    /// others are not the guest's to give, and new guests only if the organizer lets guests invite.
    ///
    /// # Errors
    /// 403 `forbiddenForNonOrganizer` for a guest who changes what guests may do, or invites
    /// others and may not.
    pub(super) fn reconcile_guests(
        &mut self,
        old: &Event,
        is_omitted: bool,
        own: &str,
    ) -> Result<(), ApiError> {
        let is_copy = old.invitation.is_some();
        let differs = |name: &str| self.fields.get(name) != old.content.fields.get(name);
        if is_copy && let Some(name) = ORGANIZERS_OWN.into_iter().find(|name| differs(name)) {
            return Err(ApiError::forbidden_for_non_organizer().at_parameter(name));
        }
        if !is_copy && !is_omitted {
            return Ok(());
        }
        let sent = self.attendees().to_vec();
        let mut kept = old.content.attendees().to_vec();
        for guest in &sent {
            let known = kept.iter_mut().find(|entry| same(entry, guest));
            match known {
                Some(entry) if is_of(guest, own) => take_answer(entry, guest),
                Some(_) => {}
                None if is_omitted => {}
                None if old.content.allows("guestsCanInviteOthers", true) => {
                    kept.push(guest.clone());
                }
                None => {
                    let error = ApiError::forbidden_for_non_organizer();
                    return Err(error.at_parameter("attendees"));
                }
            }
        }
        self.set_attendees(kept);
        Ok(())
    }

    /// Takes over what the guest `email` says on their copy, and what they may say for all. `before`
    /// is the copy before.
    pub(crate) fn hear(&mut self, email: &str, before: &Content, copy: &Content) {
        let mut attendees = self.attendees().to_vec();
        // Whoever stood on the copy before and not here was taken off meanwhile.
        let known = before.guests();
        let is_new = |guest: &Value| address(guest).is_some_and(|guest| !known.contains(&guest));
        for guest in copy.attendees() {
            match attendees.iter_mut().find(|entry| same(entry, guest)) {
                Some(entry) if is_of(guest, email) => take_answer(entry, guest),
                Some(_) => {}
                None if is_new(guest) => attendees.push(guest.clone()),
                None => {}
            }
        }
        self.set_attendees(attendees);
        if !self.allows("guestsCanModify", false) {
            return;
        }
        for name in SHARED_TEXTS {
            if copy.fields.get(name) != before.fields.get(name) {
                match copy.fields.get(name) {
                    Some(value) => self.fields.insert(name.to_owned(), value.clone()),
                    None => self.fields.remove(name),
                };
            }
        }
        if (&copy.start, &copy.end) != (&before.start, &before.end) {
            self.start = copy.start.clone();
            self.end = copy.end.clone();
        }
        if copy.recurrence != before.recurrence {
            self.recurrence.clone_from(&copy.recurrence);
        }
    }

    /// Adds and takes off the guests that its series did between `old` and `new`. Answers given for
    /// this day stay.
    pub(super) fn follow_guests(&mut self, old: &Content, new: &Content) {
        let (before, after, here) = (old.guests(), new.guests(), self.guests());
        let of = |content: &Content, guest: &Value| {
            let email = address(guest).unwrap_or_default();
            content.guest(&email).cloned()
        };
        let has = |emails: &BTreeSet<String>, guest: &Value| {
            address(guest).is_some_and(|email| emails.contains(&email))
        };
        let stays = |guest: &&Value| has(&after, guest) || !has(&before, guest);
        let mut attendees: Vec<Value> = self
            .attendees()
            .iter()
            .filter(stays)
            .map(|guest| match of(old, guest) {
                Some(same) if same == *guest => of(new, guest).unwrap_or(same),
                _ => guest.clone(),
            })
            .collect();
        let is_new = |guest: &&Value| !has(&before, guest) && !has(&here, guest);
        attendees.extend(new.attendees().iter().filter(is_new).cloned());
        self.set_attendees(attendees);
    }

    /// Sets the answer of one attendee. False when they are not invited.
    pub(crate) fn set_answer(&mut self, email: &str, status: &str) -> bool {
        let mut attendees = self.attendees().to_vec();
        let entry = attendees.iter_mut().find(|guest| is_of(guest, email));
        let is_invited = entry.is_some();
        if let Some(entry) = entry {
            entry["responseStatus"] = status.into();
        }
        self.set_attendees(attendees);
        is_invited
    }
}

impl Event {
    /// This event as the calendar of the guest `email` has it. `existing` is the copy there is.
    pub(crate) fn copy_for(
        &self,
        email: &str,
        existing: Option<&Event>,
        invitation: Invitation,
    ) -> Event {
        let mut copy = Event {
            invitation: Some(invitation),
            meet_ready: None,
            ..self.clone()
        };
        let fields = &mut copy.content.fields;
        fields.remove("source");
        if !self.content.allows("guestsCanSeeOtherGuests", true) {
            let own = self.content.guest(email).cloned();
            copy.content.set_attendees(own.into_iter().collect());
        }
        let fields = &mut copy.content.fields;
        let own = existing.map(|existing| &existing.content.fields);
        for name in GUESTS_OWN {
            match own {
                // At first a copy blocks time as the original does.
                None if name == "transparency" || name == "visibility" => {}
                None => {
                    fields.remove(name);
                }
                Some(own) => {
                    match own.get(name) {
                        Some(value) => fields.insert(name.to_owned(), value.clone()),
                        None => fields.remove(name),
                    };
                }
            }
        }
        let of = |fields: &Map<String, Value>, kind: &str| {
            fields
                .get("extendedProperties")
                .and_then(|maps| maps.get(kind))
                .cloned()
        };
        let mut properties = json!({});
        if let Some(shared) = of(&self.content.fields, "shared") {
            properties["shared"] = shared;
        }
        if let Some(private) = own.and_then(|own| of(own, "private")) {
            properties["private"] = private;
        }
        if properties == json!({}) {
            fields.remove("extendedProperties");
        } else {
            fields.insert("extendedProperties".to_owned(), properties);
        }
        if let Some(existing) = existing {
            copy.ordinal = existing.ordinal;
            copy.updated = existing.updated;
            copy.version = existing.version;
        }
        copy
    }
}

impl Calendar {
    /// Stores a copy of somebody else's event, or the new state of the organizer's own.
    pub(crate) fn put_shared(&mut self, now: jiff::Timestamp, event: Event) {
        let old = self.events.get(&event.id).cloned();
        match old {
            Some(old) => self.put_over(now, &old, event, Touch::MainData),
            None => {
                self.put(now, event, Touch::MainData);
            }
        }
    }
}

fn address(guest: &Value) -> Option<String> {
    Some(guest["email"].as_str()?.to_lowercase())
}

fn is_of(guest: &Value, email: &str) -> bool {
    let address = guest["email"].as_str();
    address.is_some_and(|address| address.eq_ignore_ascii_case(email))
}

fn same(one: &Value, other: &Value) -> bool {
    other["email"]
        .as_str()
        .is_some_and(|email| is_of(one, email))
}

fn take_answer(entry: &mut Value, sent: &Value) {
    for name in ANSWER {
        if let Some(value) = sent.get(name) {
            entry[name] = value.clone();
        }
    }
}
