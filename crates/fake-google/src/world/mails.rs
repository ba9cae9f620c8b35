//! The mails Google would have sent, kept instead of sent (§8.2 `sendUpdates`).

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use crate::calendar::Event;
use crate::world::World;

/// Mails kept; the oldest goes first.
pub const MAILS_MAX: usize = 10_000;

/// Whom a write tells by mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SendUpdates {
    /// Nobody, which is also what Google does unless asked.
    #[default]
    None,
    /// Those without a Google calendar: here, without an account of this world.
    ExternalOnly,
    All,
}

/// Why a mail is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// To a new guest.
    Invitation,
    /// To a guest of an event that changed.
    Update,
    /// To a guest who is no longer one, or whose event is off.
    Cancellation,
    /// To the organizer, of a guest's answer.
    Response,
}

/// A mail that Google would have sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub kind: MailKind,
    /// The calendar whose write caused it, which is its address too.
    pub from: String,
    /// Address of the reader.
    pub to: String,
    /// Id of the event.
    pub event: String,
    /// Its UID, by which a mail program knows it.
    pub ical_uid: String,
    /// Its title.
    pub summary: String,
}

impl World {
    /// The mails Google would have sent so far, oldest first.
    pub fn mails(&self) -> impl Iterator<Item = &Mail> {
        self.mails.iter()
    }

    /// Keeps the mails of one write of `calendar`.
    pub(super) fn mail(
        &mut self,
        now: Timestamp,
        calendar: &str,
        (before, after): (Option<&Event>, &Event),
        send: SendUpdates,
    ) {
        if send == SendUpdates::None {
            return;
        }
        let guests = |event: &Event| {
            let mut guests = event.content.guests();
            guests.remove(&calendar.to_lowercase());
            guests
        };
        let live = before.filter(|before| !before.is_deleted());
        let old = live.map_or_else(BTreeSet::new, guests);
        let new = if after.is_deleted() {
            BTreeSet::new()
        } else {
            guests(after)
        };
        let mut mails: Vec<(MailKind, String)> = Vec::new();
        match &after.invitation {
            Some(invitation) => {
                let answer = |event: &Event| event.content.guest(calendar).cloned();
                let has_answered = after.is_deleted() || before.and_then(answer) != answer(after);
                if has_answered && send == SendUpdates::All {
                    mails.push((MailKind::Response, invitation.organizer.clone()));
                }
            }
            None => {
                for guest in &new {
                    let kind = if old.contains(guest) {
                        MailKind::Update
                    } else {
                        MailKind::Invitation
                    };
                    mails.push((kind, guest.clone()));
                }
                let gone = old.difference(&new);
                mails.extend(gone.map(|guest| (MailKind::Cancellation, guest.clone())));
            }
        }
        for (kind, to) in mails {
            if send == SendUpdates::ExternalOnly && self.accounts.contains_key(&to) {
                continue;
            }
            if self.mails.len() == MAILS_MAX {
                self.mails.pop_front();
            }
            let summary = after.content.fields.get("summary");
            self.mails.push_back(Mail {
                at: now,
                kind,
                from: calendar.to_owned(),
                to,
                event: after.id.clone(),
                ical_uid: after.ical_uid.clone(),
                summary: summary
                    .and_then(|text| text.as_str())
                    .unwrap_or_default()
                    .to_owned(),
            });
        }
    }
}
