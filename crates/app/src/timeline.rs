//! Writing a booking's history.

use domain::booking::Cause;
use domain::{BookingId, Instant, TimelineId};
use store::tables::timeline::{self, Entry};
use store::{StoreError, Tx};

use crate::App;

/// Ids for the entries one unit may write, drawn before it so that it can be run again.
#[derive(Clone, Debug)]
pub(crate) struct Pen {
    ids: Vec<TimelineId>,
    used: usize,
    now: Instant,
}

/// More entries than any unit writes.
const ENTRIES_MAX: usize = 24;

impl Pen {
    pub(crate) fn new(app: &App, now: Instant) -> Self {
        let ids = (0..ENTRIES_MAX)
            .map(|_| TimelineId(app.chance().uuid(now)))
            .collect();
        Self { ids, used: 0, now }
    }

    /// Begins anew: a unit calls this first, because it may be run more than once.
    pub(crate) fn restart(&mut self) {
        self.used = 0;
    }

    pub(crate) fn write(
        &mut self,
        tx: &mut dyn Tx,
        booking: BookingId,
        kind: &str,
        cause: Option<Cause>,
        detail: serde_json::Value,
    ) -> Result<(), StoreError> {
        let id = self.draw()?;
        let entry = Entry {
            at: self.now,
            kind: kind.to_owned(),
            cause,
            detail,
        };
        timeline::insert(tx, id, booking, &entry)
    }

    /// The next of the ids drawn before the unit.
    pub(crate) fn draw(&mut self) -> Result<TimelineId, StoreError> {
        let id = self.ids.get(self.used).copied();
        self.used += 1;
        id.ok_or_else(|| StoreError::decode("a unit wrote more history than it has ids for"))
    }
}
