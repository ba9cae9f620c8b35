//! What differs, and is sent.

use jiff::SignedDuration;
use proptest::prelude::*;

use crate::reminders::{Method, Reminder};
use crate::sync::*;
use crate::time::Instant;

prop_compose! {
    /// From few values, so that two often share some.
    fn fields()(text in prop::array::uniform3(0..2_u8), hour in 0..2_i64, zone in 0..2_usize, minutes in 0..3_i64, is_tentative: bool)
        -> EventFields
    {
        let [title, description, location] = text.map(|n| n.to_string());
        let start = Instant::from_micros(0) + SignedDuration::from_hours(hour);
        let one = Reminder { minutes, method: Method::Popup };
        EventFields {
            text: EventText { title, description, location },
            time: Interval::lasting(start, SignedDuration::from_hours(1)),
            zone: Zone::parse(["UTC", "Europe/Madrid"][zone]).unwrap(),
            reminders: if minutes == 0 { Reminders::Calendar } else { Reminders::Only(vec![one]) },
            certainty: if is_tentative { Certainty::Tentative } else { Certainty::Confirmed },
        }
    }
}

/// What Google makes of a patch.
fn patched(base: &EventFields, changes: Changes) -> EventFields {
    let base = base.clone();
    let (time, zone) = changes.time.unwrap_or((base.time, base.zone));
    EventFields {
        text: EventText {
            title: changes.title.unwrap_or(base.text.title),
            description: changes.description.unwrap_or(base.text.description),
            location: changes.location.unwrap_or(base.text.location),
        },
        time,
        zone,
        reminders: changes.reminders.unwrap_or(base.reminders),
        certainty: changes.certainty.unwrap_or(base.certainty),
    }
}

proptest! {
    #[test]
    fn a_patch_sends_only_what_differs_and_all_of_it(base in fields(), wanted in fields()) {
        let changes = wanted.changes_from(&base);
        prop_assert_eq!(changes.title.is_some(), wanted.text.title != base.text.title);
        prop_assert_eq!(changes.description.is_some(), wanted.text.description != base.text.description);
        prop_assert_eq!(changes.location.is_some(), wanted.text.location != base.text.location);
        prop_assert_eq!(changes.time.is_some(), (wanted.time, &wanted.zone) != (base.time, &base.zone));
        prop_assert_eq!(changes.reminders.is_some(), wanted.reminders != base.reminders);
        prop_assert_eq!(changes.certainty.is_some(), wanted.certainty != base.certainty);
        prop_assert_eq!(patched(&base, changes), wanted);
    }
}
