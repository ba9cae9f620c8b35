//! Which method is answered by which file: the one table behind calls, faults and coverage.

use crate::api::{Answer, Call};
use crate::api::{acl, calendar_list, calendars, colors, free_busy, settings};
use crate::api::{
    delete, get, import, insert, instances, list, patch, relocate, stop, transfer_ownership,
    update, watch,
};
use crate::error::ApiError;
use crate::log::Trace;
use crate::world::World;

/// Answers one call of one method.
pub(super) type Run = fn(&mut World, &Call<'_>, &mut Trace) -> Result<Answer, ApiError>;

/// Every method this server answers, by its id in the discovery document.
const METHODS: &[(&str, Run)] = &[
    ("calendar.acl.delete", |world, call, _| {
        acl::delete(world, call)
    }),
    ("calendar.acl.get", |world, call, _| acl::get(world, call)),
    ("calendar.acl.insert", |world, call, _| {
        acl::insert(world, call)
    }),
    ("calendar.acl.list", |world, call, _| acl::list(world, call)),
    ("calendar.acl.patch", |world, call, _| {
        acl::update(world, call)
    }),
    ("calendar.acl.update", |world, call, _| {
        acl::update(world, call)
    }),
    ("calendar.acl.watch", |world, call, _| {
        watch::acl(world, call)
    }),
    ("calendar.calendarList.delete", |world, call, _| {
        calendar_list::delete(world, call)
    }),
    ("calendar.calendarList.get", |world, call, _| {
        calendar_list::get(world, call)
    }),
    ("calendar.calendarList.insert", |world, call, _| {
        calendar_list::insert(world, call)
    }),
    ("calendar.calendarList.list", |world, call, _| {
        calendar_list::list(world, call)
    }),
    ("calendar.calendarList.patch", |world, call, _| {
        calendar_list::patch(world, call)
    }),
    ("calendar.calendarList.update", |world, call, _| {
        calendar_list::update(world, call)
    }),
    ("calendar.calendarList.watch", |world, call, _| {
        watch::calendar_list(world, call)
    }),
    ("calendar.calendars.clear", |world, call, _| {
        calendars::clear(world, call)
    }),
    ("calendar.calendars.delete", |world, call, _| {
        calendars::delete(world, call)
    }),
    ("calendar.calendars.get", |world, call, _| {
        Ok(calendars::get(world, call))
    }),
    ("calendar.calendars.insert", calendars::insert),
    ("calendar.calendars.patch", |world, call, _| {
        calendars::patch(world, call)
    }),
    ("calendar.calendars.transferOwnership", |world, call, _| {
        transfer_ownership::run(world, call)
    }),
    ("calendar.calendars.update", |world, call, _| {
        calendars::update(world, call)
    }),
    ("calendar.channels.stop", |world, call, _| {
        stop::run(world, call)
    }),
    ("calendar.colors.get", |_, _, _| Ok(colors::get())),
    ("calendar.events.delete", |world, call, _| {
        delete::run(world, call)
    }),
    ("calendar.events.get", |world, call, _| {
        get::run(world, call)
    }),
    ("calendar.events.import", import::run),
    ("calendar.events.insert", insert::run),
    ("calendar.events.instances", |world, call, _| {
        instances::run(world, call)
    }),
    ("calendar.events.list", |world, call, _| {
        list::run(world, call)
    }),
    ("calendar.events.move", |world, call, _| {
        relocate::run(world, call)
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
    ("calendar.freebusy.query", |world, call, _| {
        free_busy::query(world, call)
    }),
    ("calendar.settings.get", |world, call, _| {
        settings::get(world, call)
    }),
    ("calendar.settings.list", |world, call, _| {
        settings::list(world, call)
    }),
    ("calendar.settings.watch", |world, call, _| {
        watch::settings(world, call)
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
