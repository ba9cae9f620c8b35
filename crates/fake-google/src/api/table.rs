//! Which method is answered by which file: the one table behind calls, faults and coverage.

use crate::api::{Answer, Call};
use crate::api::{delete, get, get_calendar, insert, instances, list, patch, stop, update, watch};
use crate::error::ApiError;
use crate::log::Trace;
use crate::world::World;

/// Answers one call of one method.
pub(super) type Run = fn(&mut World, &Call<'_>, &mut Trace) -> Result<Answer, ApiError>;

/// Every method this server answers, by its id in the discovery document.
const METHODS: &[(&str, Run)] = &[
    ("calendar.calendars.get", |world, call, _| {
        Ok(get_calendar::run(world, call))
    }),
    ("calendar.channels.stop", |world, call, _| {
        stop::run(world, call)
    }),
    ("calendar.events.delete", |world, call, _| {
        delete::run(world, call)
    }),
    ("calendar.events.get", |world, call, _| {
        get::run(world, call)
    }),
    ("calendar.events.insert", insert::run),
    ("calendar.events.instances", |world, call, _| {
        instances::run(world, call)
    }),
    ("calendar.events.list", |world, call, _| {
        list::run(world, call)
    }),
    ("calendar.events.patch", |world, call, _| {
        patch::run(world, call)
    }),
    ("calendar.events.update", |world, call, _| {
        update::run(world, call)
    }),
    ("calendar.events.watch", |world, call, _| {
        watch::events(world, call)
    }),
];

/// How a method is answered; `None` when it is not yet.
pub(super) fn find(method: &str) -> Option<Run> {
    METHODS
        .iter()
        .find(|(id, _)| *id == method)
        .map(|(_, run)| *run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::discovery;

    #[test]
    fn the_table_names_methods_of_google_once() {
        let mut ids: Vec<&str> = METHODS.iter().map(|(id, _)| *id).collect();
        for id in &ids {
            let is_known = discovery().methods().iter().any(|method| method.id == *id);
            assert!(is_known, "{id}");
        }
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
