//! Fields that a booking and its event share, in words.

use domain::Zone;
use domain::sync::RemoteTime;
use domain::sync::merge::{Field, Value};

use crate::dates;
use crate::i18n::{Key, Words, key};

/// A field, as it is spoken of within a sentence.
pub(crate) const fn name(field: Field) -> Key {
    match field {
        Field::Time => key("field-time"),
        Field::Title => key("field-title"),
        Field::Description => key("field-description"),
        Field::Location => key("field-location"),
    }
}

/// One side's version of it, with times in `zone`.
pub(crate) fn value(words: Words, value: &Value, zone: &Zone) -> String {
    match value {
        Value::Time(RemoteTime::Timed(time)) => dates::moment(words, time.start, zone),
        Value::Time(RemoteTime::AllDay) => words.say("inbox-there-all-day"),
        Value::Time(RemoteTime::Recurring) => words.say("inbox-there-recurring"),
        Value::Text(text) => said(words, text),
    }
}

/// What a text says; that it says nothing, where it does.
pub(crate) fn said(words: Words, text: &str) -> String {
    if text.is_empty() {
        words.say("inbox-nothing-said")
    } else {
        text.to_owned()
    }
}
