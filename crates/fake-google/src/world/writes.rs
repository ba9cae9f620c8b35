//! The one door for changes of events: what a write in one calendar means for the rest of the world.

use jiff::Timestamp;

use crate::calendar::Calendar;
use crate::chance::Chance;
use crate::error::ApiError;
use crate::world::{Rules, World};

impl World {
    /// Changes the events of a calendar.
    ///
    /// # Errors
    /// 404 when there is no such calendar, or what `change` refuses.
    pub(crate) fn write<T>(
        &mut self,
        calendar: &str,
        change: impl FnOnce(&mut Calendar, &mut Chance, &Rules) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let target = self.calendars.get_mut(calendar);
        let target = target.ok_or_else(ApiError::not_found)?;
        change(target, &mut self.chance, &self.rules)
    }

    /// Lets happen what the clock has brought: conferences that are ready. Every call does this
    /// first, so that a world without a thread of its own moves on.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        let outcome = self.rules.meet.outcome;
        for calendar in self.calendars.values_mut() {
            calendar.finish_conferences(now, outcome);
        }
    }
}
