//! Events between calendars: copies for guests, and answers on their way back (§6, §8.3).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::calendar::series::Fate;
use crate::calendar::{Event, Status};
use crate::error::ApiError;
use crate::world::World;
use crate::world::mails::SendUpdates;

/// Guests whose answers still travel to the other guests; with more, only the organizer knows them
/// (§6).
const ANSWERS_GUESTS_MAX: usize = 200;

/// Which invitations get onto an account's calendar by themselves (§8.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationPolicy {
    /// All of them.
    #[default]
    Everyone,
    /// Those of senders the account knows; others once it has answered.
    KnownSenders,
    /// None before it has answered.
    WhenResponding,
}

/// What accounts want of invitations, and what they have answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Invitations {
    policies: BTreeMap<String, InvitationPolicy>,
    /// Account and a sender it knows.
    known: BTreeSet<(String, String)>,
    /// Account and the id of an event it answered by mail.
    answered: BTreeSet<(String, String)>,
}

impl World {
    /// Says which invitations get onto the account's calendar by themselves.
    pub fn set_invitation_policy(&mut self, email: &str, policy: InvitationPolicy) {
        self.invitations.policies.insert(email.to_owned(), policy);
    }

    /// Makes `sender` known to the account.
    pub fn add_known_sender(&mut self, email: &str, sender: &str) {
        let pair = (email.to_owned(), sender.to_owned());
        self.invitations.known.insert(pair);
    }

    /// Answers an invitation from the mail it came with, as a guest can who has the event on no
    /// calendar or no account at all. `status` is Google's word: `accepted`, `declined`, …
    ///
    /// # Errors
    /// 404 when `calendar` has no such event or `guest` is not invited to it, 400 for another word.
    pub fn respond(
        &mut self,
        now: Timestamp,
        calendar: &str,
        event: &str,
        guest: &str,
        status: &str,
    ) -> Result<(), ApiError> {
        if !["accepted", "declined", "needsAction", "tentative"].contains(&status) {
            return Err(ApiError::invalid("Invalid value for: responseStatus"));
        }
        let target = self.calendars.get(calendar);
        let old = target.and_then(|target| target.event(event, now, &self.rules));
        let old = old.filter(|event| !event.is_deleted() && event.invitation.is_none());
        let old = old.ok_or_else(ApiError::not_found)?.into_owned();
        let mut new = old.clone();
        if !new.content.set_answer(guest, status) {
            return Err(ApiError::not_found());
        }
        let answered = (guest.to_lowercase(), old.id.clone());
        self.invitations.answered.insert(answered);
        self.put_at_organizer(now, calendar, new);
        self.notice(now);
        Ok(())
    }

    /// Carries the changes of `calendar` after its version `since` to the other calendars they
    /// concern, and keeps the mails of the first of them.
    pub(super) fn spread(&mut self, now: Timestamp, calendar: &str, since: i64, send: SendUpdates) {
        let changed = self.changed(calendar, since);
        for (index, (before, after)) in changed.iter().enumerate() {
            let send = if index == 0 { send } else { SendUpdates::None };
            self.mail(now, calendar, (before.as_ref(), after), send);
            if after.invitation.is_some() {
                self.tell_organizer(now, calendar, before.as_ref(), after);
            } else {
                self.update_copies(now, calendar, before.as_ref(), after);
            }
        }
    }

    /// The events of a calendar that changed after a version, as they were then and are now.
    fn changed(&self, calendar: &str, since: i64) -> Vec<(Option<Event>, Event)> {
        let mut changed = Vec::new();
        let Some(target) = self.calendars.get(calendar) else {
            return changed;
        };
        let mut seen = BTreeSet::new();
        for change in target.events.changes_after(since) {
            let after = target.events.get(&change.key);
            if let Some(after) = after.filter(|_| seen.insert(change.key.clone())) {
                let before = change.before.as_deref().cloned();
                let before = before.or_else(|| target.instance_before(after));
                changed.push((before, after.clone()));
            }
        }
        changed
    }

    /// Brings the copies of an event into line with the organizer's.
    fn update_copies(
        &mut self,
        now: Timestamp,
        organizer: &str,
        before: Option<&Event>,
        after: &Event,
    ) {
        let Some(home) = self.calendars.get(organizer) else {
            return;
        };
        let invitation = home.invitation();
        let invited = after.content.guests();
        let mut concerned = before.map_or_else(BTreeSet::new, |before| before.content.guests());
        concerned.extend(invited.iter().cloned());
        concerned.remove(&organizer.to_lowercase());
        for guest in concerned {
            let Some(calendar) = self.calendars.get(&guest).filter(|known| known.is_primary) else {
                continue;
            };
            let existing = calendar.event(&after.id, now, &self.rules);
            let existing = existing.map(std::borrow::Cow::into_owned);
            // Somebody's own event that happens to have the id.
            if existing
                .as_ref()
                .is_some_and(|event| event.invitation.is_none())
            {
                continue;
            }
            let is_declined = |event: &Event| {
                let entry = after.content.guest(&guest);
                event.is_deleted()
                    && entry.is_some_and(|entry| entry["responseStatus"] == "declined")
            };
            let copy = if invited.contains(&guest) && !after.is_deleted() {
                if existing.as_ref().is_some_and(is_declined)
                    || (existing.is_none() && !self.welcomes(&guest, organizer, after))
                {
                    continue;
                }
                after.copy_for(&guest, existing.as_ref(), invitation.clone())
            } else {
                match &existing {
                    Some(event) if !event.is_deleted() => {
                        let mut gone = event.clone();
                        gone.content.status = Status::Cancelled;
                        gone
                    }
                    _ => continue,
                }
            };
            if existing.as_ref() != Some(&copy)
                && let Some(calendar) = self.calendars.get_mut(&guest)
            {
                calendar.put_shared(now, copy);
            }
        }
    }

    /// Takes a guest's answer, and whatever else guests may change, back to the organizer.
    fn tell_organizer(
        &mut self,
        now: Timestamp,
        guest: &str,
        before: Option<&Event>,
        after: &Event,
    ) {
        let (Some(invitation), Some(before)) = (&after.invitation, before) else {
            return;
        };
        // Whoever deletes a series declines each of its exceptions too; one that a guest's own
        // change of the series dropped says nothing.
        let fate = after.occurrence.as_ref().map(|occurrence| occurrence.fate);
        if fate == Some(Fate::Dropped) || before.is_deleted() {
            return;
        }
        let organizer = invitation.organizer.clone();
        let home = self.calendars.get(&organizer);
        let old = home.and_then(|home| home.event(&after.id, now, &self.rules));
        let Some(old) = old.filter(|event| !event.is_deleted()) else {
            return;
        };
        let old = old.into_owned();
        let mut new = old.clone();
        if after.is_deleted() {
            new.content.set_answer(guest, "declined");
        } else {
            new.content.hear(guest, &before.content, &after.content);
        }
        if new.content != old.content {
            self.put_at_organizer(now, &organizer, new);
        }
    }

    fn put_at_organizer(&mut self, now: Timestamp, organizer: &str, new: Event) {
        let Some(home) = self.calendars.get_mut(organizer) else {
            return;
        };
        let since = home.version();
        let is_crowd = new.content.guests().len() > ANSWERS_GUESTS_MAX;
        home.put_shared(now, new);
        if is_crowd {
            return;
        }
        // An answer for a series is one for the days of it that had the same.
        for (before, after) in self.changed(organizer, since) {
            self.update_copies(now, organizer, before.as_ref(), &after);
        }
    }

    /// Whether an invitation gets onto a calendar by itself.
    fn welcomes(&self, guest: &str, sender: &str, event: &Event) -> bool {
        let settings = &self.invitations;
        let series = event
            .occurrence
            .as_ref()
            .map(|occurrence| &occurrence.series);
        let has_answered = [Some(&event.id), series].into_iter().flatten().any(|id| {
            let pair = (guest.to_owned(), id.clone());
            settings.answered.contains(&pair)
        });
        has_answered
            || match settings.policies.get(guest).copied().unwrap_or_default() {
                InvitationPolicy::Everyone => true,
                InvitationPolicy::KnownSenders => {
                    let pair = (guest.to_owned(), sender.to_owned());
                    settings.known.contains(&pair)
                }
                InvitationPolicy::WhenResponding => false,
            }
    }
}
