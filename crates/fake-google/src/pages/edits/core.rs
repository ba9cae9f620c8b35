//! The writes of the page, each as one call of what the API calls too.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::calendar::WriteOptions;
use crate::error::ApiError;
use crate::world::{SendUpdates, World, host_write};

/// Google's page asks each time whether to send mails. This one sends none.
const QUIETLY: SendUpdates = SendUpdates::None;

/// Adds an event and gives its id.
pub(super) fn insert(
    world: &mut World,
    now: Timestamp,
    calendar: &str,
    body: Map<String, Value>,
) -> Result<String, ApiError> {
    world.write(now, calendar, QUIETLY, |target, chance, rules| {
        let options = WriteOptions::default();
        let event = target.insert(now, chance, rules, body, options)?;
        Ok(event.id.clone())
    })
}

/// Changes what `patch` names.
pub(super) fn patch(
    world: &mut World,
    now: Timestamp,
    calendar: &str,
    event: &str,
    patch: &Map<String, Value>,
) -> Result<(), ApiError> {
    world.write(now, calendar, QUIETLY, |target, _, rules| {
        let write = host_write(now, rules, event);
        target.patch(&write, patch).map(|_| ())
    })
}

/// Deletes an event, an instance or a series.
pub(super) fn delete(
    world: &mut World,
    now: Timestamp,
    calendar: &str,
    event: &str,
) -> Result<(), ApiError> {
    world.write(now, calendar, QUIETLY, |target, _, rules| {
        target.delete(&host_write(now, rules, event))
    })
}

/// Begins another series at an instance, and gives its id.
pub(super) fn split_series(
    world: &mut World,
    now: Timestamp,
    calendar: &str,
    instance: &str,
    patch: &Map<String, Value>,
) -> Result<String, ApiError> {
    world.write(now, calendar, QUIETLY, |target, _, rules| {
        target.split_series(&host_write(now, rules, instance), patch)
    })
}

/// Ends a series before an instance.
pub(super) fn end_series(
    world: &mut World,
    now: Timestamp,
    calendar: &str,
    instance: &str,
) -> Result<(), ApiError> {
    world.write(now, calendar, QUIETLY, |target, _, rules| {
        target.end_series(&host_write(now, rules, instance))
    })
}
