//! What an organization's days hold: bookings, and what else stands in its calendars. Read from the store alone.

use std::collections::BTreeMap;

use domain::booking::Booking;
use domain::{Interval, OrganizationId};
use jiff::SignedDuration;
use store::tables::{bookings, busy, event_types, hosts};
use store::{Lane, StoreError};

use crate::App;

/// Longest window asked for at once: six weeks, as a month lies in a calendar, with an hour for the clocks.
pub const WINDOW_MAX: SignedDuration = SignedDuration::from_hours(42 * 24 + 1);

/// Most bookings, and most stretches of foreign time, of one window.
pub const ENTRIES_MAX: usize = 1000;

/// What a window holds, by start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agenda {
    /// Bookings that take place, did, or wait.
    pub bookings: Vec<Entry>,
    /// What else stands in the connected calendars.
    pub busy: Vec<Busy>,
    /// Whether there was more than [`ENTRIES_MAX`] of either.
    pub is_cut: bool,
}

/// A booking with what people call its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The booking.
    pub booking: Booking,
    /// The event type's name.
    pub service: String,
    /// The host's name.
    pub host: String,
}

/// A stretch of foreign time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Busy {
    /// When.
    pub time: Interval,
    /// In which calendar, for people.
    pub calendar: String,
}

/// What `window` holds; of a longer one than [`WINDOW_MAX`] its beginning.
///
/// # Errors
/// [`StoreError`].
pub async fn agenda(
    app: &App,
    organization: OrganizationId,
    window: Interval,
) -> Result<Agenda, StoreError> {
    let window = Interval {
        end: window.end.min(window.start + WINDOW_MAX),
        ..window
    };
    // One more than is shown tells that there is more.
    let wanted = i64::try_from(ENTRIES_MAX + 1).unwrap_or(i64::MAX);
    app.store()
        .unit(Lane::Read, "agenda.window", move |tx| {
            let mut found = bookings::within(tx, organization, window, wanted)?;
            let mut foreign = busy::foreign_of_organization(tx, organization, window, wanted)?;
            let is_cut = found.len().max(foreign.len()) > ENTRIES_MAX;
            found.truncate(ENTRIES_MAX);
            foreign.truncate(ENTRIES_MAX);
            let hosts: BTreeMap<_, _> = hosts::list(tx, organization)?.into_iter().collect();
            let services = event_types::list(tx, organization)?.into_iter();
            let services: BTreeMap<_, _> = services.map(|e| (e.id, e.name)).collect();
            let entry = |booking: Booking| Entry {
                service: named(&services, &booking.event_type_id),
                host: named(&hosts, &booking.host_id),
                booking,
            };
            let busy = |(time, calendar)| Busy { time, calendar };
            Ok(Agenda {
                bookings: found.into_iter().map(entry).collect(),
                busy: foreign.into_iter().map(busy).collect(),
                is_cut,
            })
        })
        .await
}

/// The name of `id`; more of them than are listed have none.
fn named<K: Ord>(names: &BTreeMap<K, String>, id: &K) -> String {
    names.get(id).cloned().unwrap_or_default()
}
