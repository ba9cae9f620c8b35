//! Event types, with the host and the schedule they are bound to.

use domain::event_type::{Assignment, EventType, Host, Rules};
use domain::schedule::Schedule;
use domain::{EventTypeId, OrganizationId, ScheduleId};

use super::bookings::named;
use crate::tx::json;
use crate::{Dialect, Row, StoreError, Tx, values};

/// More rows, one per host of each event type, than one organization has.
const ROWS_MAX: i64 = 2000;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT e.id, e.organization_id, e.slug, e.name, e.description,
               e.duration_minutes, e.grid_minutes, e.notice_minutes, e.horizon_days,
               e.assignment, e.capacity, e.needs_approval, e.text, e.reminders,
               h.id, h.name, s.time_zone, s.hours
             FROM event_type e
             JOIN event_type_host x ON x.event_type_id = e.id
             JOIN host h ON h.id = x.host_id JOIN schedule s ON s.id = x.schedule_id ",
            $rest
        )
    };
}

fn read(row: &mut Row) -> Result<EventType, StoreError> {
    Ok(EventType {
        id: row.take()?,
        organization_id: row.take()?,
        slug: row.take()?,
        name: row.take()?,
        description: row.take()?,
        rules: Rules::new(row.take()?, row.take()?, row.take()?, row.take()?)
            .map_err(|e| StoreError::decode(e.to_string()))?,
        assignment: named(Assignment::from_name, row.take()?)?,
        capacity: row.take()?,
        needs_approval: row.take()?,
        text: row.take_json()?,
        reminders: row.take_json()?,
        hosts: Vec::new(),
    })
}

/// Rows are one per host, those of one event type in a run.
fn read_all(rows: Vec<Row>) -> Result<Vec<EventType>, StoreError> {
    let mut all: Vec<EventType> = Vec::new();
    for mut row in rows {
        let event_type = read(&mut row)?;
        let host = Host {
            id: row.take()?,
            name: row.take()?,
            schedule: Schedule {
                zone: row.take()?,
                hours: row.take_json()?,
            },
        };
        match all.last_mut() {
            Some(last) if last.id == event_type.id => last.hosts.push(host),
            _ => all.push(EventType {
                hosts: vec![host],
                ..event_type
            }),
        }
    }
    Ok(all)
}

/// Adds a schedule.
///
/// # Errors
/// [`StoreError`].
pub fn insert_schedule(
    tx: &mut dyn Tx,
    id: ScheduleId,
    organization: OrganizationId,
    schedule: &Schedule,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO schedule (id, organization_id, time_zone, hours) VALUES (?1, ?2, ?3, ?4)",
        values![id, organization, &schedule.zone, json(&schedule.hours)],
    )
    .map(drop)
}

/// Adds an event type at `position` of its organization's list, its hosts bound to `schedules` in the
/// same order.
///
/// # Errors
/// [`StoreError::Constraint`] when the slug is taken.
pub fn insert(
    tx: &mut dyn Tx,
    event_type: &EventType,
    schedules: &[ScheduleId],
    position: i64,
) -> Result<(), StoreError> {
    let (e, rules) = (event_type, &event_type.rules);
    tx.execute(
        "INSERT INTO event_type (id, organization_id, position, slug, name, description,
           duration_minutes, grid_minutes, notice_minutes, horizon_days, assignment, capacity,
           needs_approval, text, reminders)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        values![
            e.id,
            e.organization_id,
            position,
            &e.slug,
            &e.name,
            &e.description,
            rules.duration.as_mins(),
            rules.grid.as_mins(),
            rules.notice_min.as_mins(),
            rules.horizon.as_hours() / 24,
            e.assignment.as_str(),
            e.capacity,
            e.needs_approval,
            json(&e.text),
            json(&e.reminders),
        ],
    )?;
    for (position, (host, schedule)) in (0..).zip(e.hosts.iter().zip(schedules)) {
        let position: i64 = position;
        tx.execute(
            "INSERT INTO event_type_host (event_type_id, position, host_id, schedule_id)
             VALUES (?1, ?2, ?3, ?4)",
            values![e.id, position, host.id, *schedule],
        )?;
    }
    Ok(())
}

/// Keeps everyone else from opening a session of this event type until the transaction ends: the
/// first lock in the order of locks.
///
/// # Errors
/// [`StoreError`].
pub fn lock(tx: &mut dyn Tx, id: EventTypeId) -> Result<(), StoreError> {
    let sql = match tx.dialect() {
        // One writer: nothing to lock. It looks all the same, so that both databases leave one trace.
        Dialect::Sqlite => "SELECT id FROM event_type WHERE id = ?1",
        Dialect::Postgres => "SELECT id FROM event_type WHERE id = ?1 FOR NO KEY UPDATE",
    };
    tx.rows(sql, values![id]).map(drop)
}

/// Those of an organization, in its order.
///
/// # Errors
/// [`StoreError`].
pub fn list(tx: &mut dyn Tx, organization: OrganizationId) -> Result<Vec<EventType>, StoreError> {
    let sql =
        select!("WHERE e.organization_id = ?1 ORDER BY e.position, e.id, x.position LIMIT ?2");
    read_all(tx.rows(sql, values![organization, ROWS_MAX])?)
}

/// The one of this slug.
///
/// # Errors
/// [`StoreError`].
pub fn by_slug(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    slug: &str,
) -> Result<Option<EventType>, StoreError> {
    let sql = select!("WHERE e.organization_id = ?1 AND e.slug = ?2 ORDER BY x.position");
    Ok(read_all(tx.rows(sql, values![organization, slug])?)?.pop())
}

/// The one of this id.
///
/// # Errors
/// [`StoreError`].
pub fn by_id(tx: &mut dyn Tx, id: EventTypeId) -> Result<Option<EventType>, StoreError> {
    let sql = select!("WHERE e.id = ?1 ORDER BY x.position");
    Ok(read_all(tx.rows(sql, values![id])?)?.pop())
}
