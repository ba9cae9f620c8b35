//! An event changes its calendar: what leaves one and arrives in the other (§8.2, §10.4).

use jiff::Timestamp;
use serde_json::Map;

use super::guests::Invitation;
use super::series::Fate;
use super::{Calendar, Content, Event, Status, Touch, Write};
use crate::error::ApiError;

impl Calendar {
    /// Takes an event out, with its exceptions if it is a series. What stays is a bare tombstone
    /// of each, which `invitation` says is now another's. An instance goes with its series only,
    /// and a guest's copy not at all.
    pub(crate) fn give_away(
        &mut self,
        write: &Write<'_>,
        invitation: &Invitation,
    ) -> Result<Vec<Event>, ApiError> {
        let event = self.event(write.event, write.now, write.rules);
        let event = event.ok_or_else(ApiError::not_found)?.into_owned();
        if event.is_deleted() {
            return Err(ApiError::deleted());
        }
        if event.invitation.is_some() {
            return Err(ApiError::forbidden_for_non_organizer());
        }
        if event.occurrence.is_some() {
            return Err(ApiError::invalid(
                "An instance of a series cannot be moved.",
            ));
        }
        let exceptions: Vec<Event> = self.exceptions(&event.id).cloned().collect();
        let family: Vec<Event> = std::iter::once(event).chain(exceptions).collect();
        for event in &family {
            self.put(
                write.now,
                bare(event.clone(), invitation.clone()),
                Touch::MainData,
            );
        }
        Ok(family)
    }

    /// Whether an event of its own stands in the way of one that comes with this id.
    pub(crate) fn is_taken(&self, id: &str) -> bool {
        let there = self.events.get(id);
        there.is_some_and(|event| !event.is_deleted() && event.invitation.is_none())
    }

    /// Adds what another calendar gave away, over tombstones and copies of the same ids.
    pub(crate) fn take_over(&mut self, now: Timestamp, family: Vec<Event>) {
        for mut event in family {
            if let Some(tombstone) = self.events.get(&event.id) {
                event.ordinal = tombstone.ordinal;
            }
            self.put(now, event, Touch::MainData);
        }
    }
}

fn bare(event: Event, invitation: Invitation) -> Event {
    Event {
        invitation: Some(invitation),
        occurrence: event.occurrence.map(|mut occurrence| {
            occurrence.fate = Fate::SeriesDeleted;
            occurrence
        }),
        content: Content {
            status: Status::Cancelled,
            fields: Map::new(),
            ..event.content
        },
        ..event
    }
}
