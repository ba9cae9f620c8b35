//! What a stored event becomes on a list.
//!
//! With `singleEvents` a series becomes its instances; that is the only place where a list looks
//! into recurrence.

use std::borrow::Cow;

use crate::calendar::Event;
use crate::calendar::history::Snapshot;

/// The lines of one stored event in one state of its calendar.
pub(super) fn lines_of<'a>(
    _state: &Snapshot<'a, Event>,
    event: &'a Event,
    _is_single: bool,
) -> Vec<Cow<'a, Event>> {
    vec![Cow::Borrowed(event)]
}
