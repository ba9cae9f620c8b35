//! The one door for changes of events: what a write in one calendar means for the rest of the world.

use jiff::Timestamp;

use crate::calendar::Calendar;
use crate::chance::Chance;
use crate::error::ApiError;
use crate::world::mails::SendUpdates;
use crate::world::{Rules, World};

impl World {
    /// Changes the events of a calendar, and of the others that share them. `send` says whom it
    /// tells by mail.
    ///
    /// # Errors
    /// 404 when there is no such calendar, or what `change` refuses.
    pub(crate) fn write<T>(
        &mut self,
        now: Timestamp,
        calendar: &str,
        send: SendUpdates,
        change: impl FnOnce(&mut Calendar, &mut Chance, &Rules) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let target = self.calendars.get_mut(calendar);
        let target = target.ok_or_else(ApiError::not_found)?;
        let since = target.version();
        let changed = change(target, &mut self.chance, &self.rules)?;
        self.spread(now, calendar, since, send);
        Ok(changed)
    }

    /// Lets happen what the clock has brought: conferences that are ready. Every call does this
    /// first, so that a world without a thread of its own moves on.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        let outcome = self.rules.meet.outcome;
        let waiting = self
            .calendars
            .values_mut()
            .filter(|calendar| calendar.has_meets_ready(now));
        let mut finished = Vec::new();
        for calendar in waiting {
            finished.push((calendar.id.clone(), calendar.version()));
            calendar.finish_conferences(now, outcome);
        }
        if finished.is_empty() {
            return;
        }
        for (calendar, since) in finished {
            self.spread(now, &calendar, since, SendUpdates::None);
        }
        self.notice(now);
    }
}
