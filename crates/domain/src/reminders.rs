//! What Google reminds the calendar's owner of: chosen per event type, frozen on each booking with its
//! event's text.
//!
//! These are Google's own reminders, to whose grant made the event and nobody else (reference §6:
//! per user). Messages to attendees are not these.

use serde::{Deserialize, Serialize};

/// Most reminders beside the calendar's default (reference §6).
pub const REMINDERS_MAX: usize = 5;
/// Longest before the start: four weeks (reference §6).
pub const MINUTES_MAX: i64 = 40_320;

/// The reminders of one event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reminders {
    /// What the calendar says for all its events.
    #[default]
    Calendar,
    /// These, in place of the calendar's; none at all when empty. Ascending, each once.
    Only(Vec<Reminder>),
}

/// One reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reminder {
    /// This long before the start: 0 to [`MINUTES_MAX`].
    pub minutes: i64,
    /// How.
    pub method: Method,
}

/// How Google reminds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// By mail.
    Email,
    /// In its own calendar.
    Popup,
}

/// Reminders that Google would refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadReminders {
    /// More than it takes.
    #[error("at most {REMINDERS_MAX} reminders are possible")]
    TooMany,
    /// Too early, or after the start.
    #[error("a reminder must be 0 to {MINUTES_MAX} minutes before the start, not {0}")]
    Minutes(i64),
}

impl Reminders {
    /// These, in place of the calendar's. Order and repetitions do not matter.
    ///
    /// # Errors
    /// [`BadReminders`] when Google would refuse them.
    pub fn only(mut all: Vec<Reminder>) -> Result<Self, BadReminders> {
        if let Some(bad) = all.iter().find(|r| !(0..=MINUTES_MAX).contains(&r.minutes)) {
            return Err(BadReminders::Minutes(bad.minutes));
        }
        all.sort_unstable();
        all.dedup();
        if all.len() > REMINDERS_MAX {
            return Err(BadReminders::TooMany);
        }
        Ok(Self::Only(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn popup(minutes: i64) -> Reminder {
        Reminder {
            minutes,
            method: Method::Popup,
        }
    }

    #[test]
    fn order_and_repetitions_do_not_matter() {
        let some = Reminders::only(vec![popup(10), popup(0), popup(10)]);
        assert_eq!(some, Reminders::only(vec![popup(0), popup(10)]));
    }

    #[test]
    fn what_google_would_refuse_is_refused() {
        let most = (0..5).map(popup).collect();
        assert!(Reminders::only(most).is_ok());
        let more = (0..6).map(popup).collect();
        assert_eq!(Reminders::only(more), Err(BadReminders::TooMany));
        assert!(Reminders::only(vec![popup(MINUTES_MAX)]).is_ok());
        for bad in [-1, MINUTES_MAX + 1] {
            let refused = Reminders::only(vec![popup(bad)]);
            assert_eq!(refused, Err(BadReminders::Minutes(bad)));
        }
    }
}
