//! Every version of every booking, as read from the store right after the commit that made it.

use std::collections::BTreeMap;

use domain::booking::Booking;
use domain::{BookingId, HostId, Interval};

use crate::actors::Actor;

/// One version of a booking.
#[derive(Clone, Debug)]
pub struct Version {
    /// The step of the trace at which it was committed.
    pub step: u64,
    /// Who made it.
    pub by: Actor,
    /// What it says.
    pub booking: Booking,
}

impl Version {
    /// Whether it takes its host's time.
    pub fn is_live(&self) -> bool {
        self.booking.status.blocks_time()
    }
}

/// The versions of all bookings.
#[derive(Default)]
pub struct Bookings(BTreeMap<BookingId, Vec<Version>>);

impl Bookings {
    /// Adds what a commit made.
    pub fn push(&mut self, version: Version) {
        self.0.entry(version.booking.id).or_default().push(version);
    }

    /// The versions of a booking, oldest first.
    pub fn versions(&self, id: BookingId) -> &[Version] {
        self.0.get(&id).map_or(&[], Vec::as_slice)
    }

    /// A booking as it is now.
    pub fn now(&self, id: BookingId) -> Option<&Version> {
        self.0.get(&id)?.last()
    }

    /// All bookings as they are now.
    pub fn all(&self) -> impl Iterator<Item = &Version> {
        self.0.values().filter_map(|versions| versions.last())
    }

    /// All bookings, each with all its versions.
    pub fn histories(&self) -> impl Iterator<Item = (BookingId, &[Version])> {
        self.0
            .iter()
            .map(|(id, versions)| (*id, versions.as_slice()))
    }

    /// Bookings of `host` that took its time right after `step`.
    pub fn live_at(
        &self,
        step: u64,
        host: HostId,
    ) -> impl Iterator<Item = (BookingId, Interval)> + '_ {
        self.0.values().filter_map(move |versions| {
            let then = versions.iter().rev().find(|version| version.step <= step)?;
            let is_meant = then.is_live() && then.booking.host_id == host;
            is_meant.then_some((then.booking.id, then.booking.time))
        })
    }
}
