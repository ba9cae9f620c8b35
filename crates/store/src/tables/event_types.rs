//! Event types, with the host and the schedule they are bound to.

use domain::event_type::{EventType, Rules};
use domain::schedule::Schedule;
use domain::{EventTypeId, HostId, OrganizationId, ScheduleId};

use crate::tx::json;
use crate::{Row, StoreError, Tx, values};

/// More event types than one organization offers.
const LIST_MAX: i64 = 500;

/// An event type and who offers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What can be booked.
    pub event_type: EventType,
    /// The name of the host whose time it takes.
    pub host_name: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT e.id, e.organization_id, e.host_id, e.slug, e.name, e.description,
               e.duration_minutes, e.grid_minutes, e.notice_minutes, e.horizon_days,
               s.time_zone, s.hours, e.text, h.name
             FROM event_type e JOIN schedule s ON s.id = e.schedule_id JOIN host h ON h.id = e.host_id ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<Offer, StoreError> {
    let event_type = EventType {
        id: row.take()?,
        organization_id: row.take()?,
        host_id: row.take()?,
        slug: row.take()?,
        name: row.take()?,
        description: row.take()?,
        rules: Rules::new(row.take()?, row.take()?, row.take()?, row.take()?)
            .map_err(|e| StoreError::decode(e.to_string()))?,
        schedule: Schedule {
            zone: row.take()?,
            hours: row.next_json()?,
        },
        text: row.next_json()?,
    };
    Ok(Offer {
        event_type,
        host_name: row.take()?,
    })
}

/// Adds a host.
///
/// # Errors
/// [`StoreError`].
pub fn insert_host(
    tx: &mut dyn Tx,
    id: HostId,
    organization: OrganizationId,
    name: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO host (id, organization_id, name) VALUES (?1, ?2, ?3)",
        values![id, organization, name],
    )
    .map(drop)
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

/// Adds an event type at `position` of its organization's list.
///
/// # Errors
/// [`StoreError::Constraint`] when the slug is taken.
pub fn insert(
    tx: &mut dyn Tx,
    event_type: &EventType,
    schedule: ScheduleId,
    position: i64,
) -> Result<(), StoreError> {
    let (e, rules) = (event_type, &event_type.rules);
    tx.execute(
        "INSERT INTO event_type (id, organization_id, host_id, schedule_id, position, slug, name,
           description, duration_minutes, grid_minutes, notice_minutes, horizon_days, text)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        values![
            e.id,
            e.organization_id,
            e.host_id,
            schedule,
            position,
            &e.slug,
            &e.name,
            &e.description,
            rules.duration.as_mins(),
            rules.grid.as_mins(),
            rules.notice_min.as_mins(),
            rules.horizon.as_hours() / 24,
            json(&e.text),
        ],
    )
    .map(drop)
}

/// Those of an organization, in its order.
///
/// # Errors
/// [`StoreError`].
pub fn list(tx: &mut dyn Tx, organization: OrganizationId) -> Result<Vec<Offer>, StoreError> {
    let sql = select!("WHERE e.organization_id = ?1 ORDER BY e.position, e.id LIMIT ?2");
    tx.rows(sql, values![organization, LIST_MAX])?
        .into_iter()
        .map(read)
        .collect()
}

/// The one of this slug.
///
/// # Errors
/// [`StoreError`].
pub fn by_slug(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    slug: &str,
) -> Result<Option<Offer>, StoreError> {
    let sql = select!("WHERE e.organization_id = ?1 AND e.slug = ?2");
    tx.first(sql, values![organization, slug])?
        .map(read)
        .transpose()
}

/// The one of this id.
///
/// # Errors
/// [`StoreError`].
pub fn by_id(tx: &mut dyn Tx, id: EventTypeId) -> Result<Option<Offer>, StoreError> {
    tx.first(select!("WHERE e.id = ?1"), values![id])?
        .map(read)
        .transpose()
}
