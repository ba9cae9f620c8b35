//! What an account has beside calendars: its list of calendars, and its settings (§7).
//!
//! Both are change logs, so both lists have sync tokens of their own. A list entry says how the
//! account wants to see a calendar; what it may do there is the calendar's access list's to say.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::calendar::history::History;

/// The list and the settings of one account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    /// By calendar id.
    pub(crate) list: History<ListEntry>,
    /// By setting id; settings that stand at Google's default are not there.
    pub(crate) settings: History<Setting>,
}

/// A calendar on somebody's list, or what one taken off leaves behind.
#[derive(Clone, Debug)]
pub(crate) struct ListEntry {
    pub(crate) calendar: String,
    /// The fields the account may write, without those that stand at their default.
    pub(crate) fields: Map<String, Value>,
    pub(crate) is_removed: bool,
    /// Position on the list, in the order of adding.
    pub(crate) ordinal: u64,
    /// Version of the last change.
    pub(crate) version: i64,
}

/// A setting that the account has chosen.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) id: String,
    pub(crate) value: String,
    /// Version of the last change.
    pub(crate) version: i64,
}

/// Settings and their defaults. The settings page of Google names more; these are those that a
/// client of a booking service reads.
const DEFAULTS: [(&str, &str); 11] = [
    ("autoAddHangouts", "true"),
    ("defaultEventLength", "60"),
    ("format24HourTime", "false"),
    ("hideInvitations", "false"),
    ("hideWeekends", "false"),
    ("locale", "en"),
    ("remindOnRespondedEventsOnly", "false"),
    ("showDeclinedEvents", "true"),
    ("timezone", "Etc/GMT"),
    ("useKeyboardShortcuts", "true"),
    ("weekStart", "0"),
];

impl Profile {
    /// The profile of a new account in a time zone, with its primary calendar on the list.
    pub(crate) fn new(email: &str, time_zone: &str) -> Self {
        let mut profile = Self::default();
        let mut fields = Map::new();
        fields.insert("selected".to_owned(), true.into());
        fields.insert(
            "defaultReminders".to_owned(),
            json!([{ "method": "popup", "minutes": 30 }]),
        );
        profile.put_entry(Timestamp::UNIX_EPOCH, email, fields);
        profile.set(Timestamp::UNIX_EPOCH, "timezone", time_zone);
        profile
    }

    /// Adds a calendar to the list, back if it was taken off, or changes how it is seen.
    pub(crate) fn put_entry(&mut self, now: Timestamp, calendar: &str, fields: Map<String, Value>) {
        let next = u64::try_from(self.list.values().count()).unwrap_or(u64::MAX);
        let ordinal = self.list.get(calendar).map_or(next, |entry| entry.ordinal);
        self.list.put(now, calendar, |version| ListEntry {
            calendar: calendar.to_owned(),
            fields,
            is_removed: false,
            ordinal,
            version,
        });
    }

    /// Takes a calendar off the list, if it is there.
    pub(crate) fn remove_entry(&mut self, now: Timestamp, calendar: &str) {
        let Some(entry) = self.entry(calendar).cloned() else {
            return;
        };
        self.list.put(now, calendar, |version| ListEntry {
            fields: Map::new(),
            is_removed: true,
            version,
            ..entry
        });
    }

    /// The entry of a calendar that is on the list.
    pub(crate) fn entry(&self, calendar: &str) -> Option<&ListEntry> {
        self.list.get(calendar).filter(|entry| !entry.is_removed)
    }

    /// The reminders of events that ask for the default.
    pub(crate) fn default_reminders(&self, calendar: &str) -> Value {
        let entry = self.entry(calendar);
        let chosen = entry.and_then(|entry| entry.fields.get("defaultReminders"));
        chosen.cloned().unwrap_or_else(|| json!([]))
    }

    /// A setting's value; `None` when there is no such setting.
    pub(crate) fn setting(&self, id: &str) -> Option<&str> {
        let chosen = self.settings.get(id).map(|setting| setting.value.as_str());
        chosen.or_else(|| default_setting(id))
    }

    /// Chooses a setting.
    pub(crate) fn set(&mut self, now: Timestamp, id: &str, value: &str) {
        self.settings.put(now, id, |version| Setting {
            id: id.to_owned(),
            value: value.to_owned(),
            version,
        });
    }
}

/// What Google takes when an account has not chosen; `None` when there is no such setting.
pub(crate) fn default_setting(id: &str) -> Option<&'static str> {
    DEFAULTS
        .iter()
        .find(|(known, _)| *known == id)
        .map(|(_, value)| *value)
}
