//! What a stored event becomes on a list.
//!
//! With `singleEvents` a series becomes its instances (§10.3): those computed come from the
//! master, and exceptions are stored events with lines of their own.

use std::borrow::Cow;

use crate::calendar::Event;
use crate::calendar::history::Snapshot;
use crate::calendar::series::Span;

/// The lines of one stored event in one state of its calendar. `single` is the span of instances
/// wanted, where they are.
pub(super) fn lines_of<'a>(
    state: &Snapshot<'a, Event>,
    event: &'a Event,
    single: Option<&Span<'_>>,
) -> Vec<Cow<'a, Event>> {
    match single {
        Some(span) if event.is_master() => {
            let is_exception = |id: &str| state.get(id).is_some_and(Event::is_exception);
            let instances = event.instances(span, is_exception);
            instances.into_iter().map(Cow::Owned).collect()
        }
        _ => vec![Cow::Borrowed(event)],
    }
}
