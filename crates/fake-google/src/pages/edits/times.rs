//! Times as the forms have them.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Span};

use super::change::Times;
use super::{Edit, Refusal};
use crate::calendar::time::{EventTime, resolve};
use crate::pages::draft::Draft;
use crate::pages::place::Place;
use crate::text::Word;

impl Edit<'_> {
    /// Start and end as the form has them.
    pub(super) fn times(&self, draft: &Draft) -> Result<Times, Refusal> {
        let range = if draft.is_all_day {
            days(draft)
        } else {
            self.moments(draft)
        };
        let (start, end) = range.ok_or_else(|| self.notice(Word::CannotRead))?;
        if end.instant(&self.place.zone) < start.instant(&self.place.zone) {
            return Err(self.notice(Word::EndBeforeStart));
        }
        Ok((start, end))
    }

    fn moments(&self, draft: &Draft) -> Option<Times> {
        let read = |text: &str| {
            let local: DateTime = text.parse().ok()?;
            let at = resolve(local, &self.place.zone);
            Some(EventTime::Moment {
                at,
                zone: self.place.zone_name.clone(),
            })
        };
        Some((read(&draft.start)?, read(&draft.end)?))
    }
}

/// A day event: whatever time of day the fields hold is passed over.
fn days(draft: &Draft) -> Option<Times> {
    let read = |text: &str| text.get(..10)?.parse::<Date>().ok();
    let (first, last) = (read(&draft.start)?, read(&draft.end)?);
    let end = last.checked_add(Span::new().days(1)).ok()?;
    Some((EventTime::Day(first), EventTime::Day(end)))
}

/// An end so many minutes later; that of a day event stays.
pub(super) fn lengthened(end: &EventTime, minutes: i64) -> Option<EventTime> {
    Some(match end {
        EventTime::Moment { at, zone } => EventTime::Moment {
            at: at.checked_add(SignedDuration::from_mins(minutes)).ok()?,
            zone: zone.clone(),
        },
        EventTime::Day(day) => EventTime::Day(*day),
    })
}

/// The day of a time in the zone of the page.
pub(super) fn date_of(time: &EventTime, place: &Place) -> Date {
    match time {
        EventTime::Day(day) => *day,
        EventTime::Moment { at, .. } => at.to_zoned(place.zone.clone()).date(),
    }
}
