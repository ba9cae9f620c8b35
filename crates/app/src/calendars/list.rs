//! The calendars of a connection with their settings.

use domain::mirror::{ForeignEvent, free_days};
use domain::{CalendarId, ConnectionId, HostId, Instant, Interval, OrganizationId, Zone};
use jiff::SignedDuration;
use store::tables::calendars::{self as rows, Calendar as Row};
use store::tables::mirror::{self, Part};
use store::tables::{busy, hosts as host_rows, receivers};
use store::{Lane, StoreError, Tx};

use super::{Calendar, CalendarError, Mode, own};
use crate::App;

/// For how long ahead all-day events that block nothing are counted.
pub const FREE_DAYS_AHEAD: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Most such events, or series of them, that are looked at: a hint, not an account.
const FREE_DAYS_MAX: i64 = 200;

/// A host with their name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Their identity.
    pub id: HostId,
    /// Their name.
    pub name: String,
}

/// An organization's hosts, by name.
///
/// # Errors
/// [`StoreError`].
pub async fn hosts(app: &App, organization: OrganizationId) -> Result<Vec<Host>, StoreError> {
    app.store()
        .unit(Lane::Read, "calendars.hosts", move |tx| {
            let found = host_rows::list(tx, organization)?.into_iter();
            Ok(found.map(|(id, name)| Host { id, name }).collect())
        })
        .await
}

/// The calendars of a connection, by name.
///
/// # Errors
/// [`CalendarError::NoConnection`], [`CalendarError::Store`].
pub async fn list(
    app: &App,
    organization: OrganizationId,
    connection: ConnectionId,
) -> Result<Vec<Calendar>, CalendarError> {
    let now = app.now();
    app.store()
        .unit(Lane::Read, "calendars.list", move |tx| {
            let found = own(tx, organization, connection)?;
            let mut received = Vec::new();
            for (host, _) in host_rows::list(tx, organization)? {
                if let Some(receiver) = receivers::of_host(tx, organization, host)? {
                    received.push((host, receiver.id));
                }
            }
            rows::of_connection(tx, found.id)?
                .into_iter()
                .map(|row| Ok(read(tx, row, &received, now)?))
                .collect()
        })
        .await
}

fn read(
    tx: &mut dyn Tx,
    row: Row,
    received: &[(HostId, CalendarId)],
    now: Instant,
) -> Result<Calendar, StoreError> {
    let receives = received.iter().filter(|(_, calendar)| *calendar == row.id);
    Ok(Calendar {
        id: row.id,
        connection_id: row.connection_id,
        mode: row.mode,
        as_of: row.position.as_of,
        audited_at: row.audit.done_at,
        audit_differences: u64::try_from(row.audit.differences).unwrap_or(0),
        blocks: busy::blocked(tx, row.id)?,
        receives: receives.map(|(host, _)| *host).collect(),
        free_days: count_free_days(tx, &row, now)?,
        import_event_type: match row.mode {
            Mode::TwoWay => rows::import_event_type(tx, row.id)?,
            Mode::Busy | Mode::Write => None,
        },
        google_id: row.google_id,
        name: row.name,
    })
}

fn count_free_days(tx: &mut dyn Tx, row: &Row, now: Instant) -> Result<u64, StoreError> {
    let part = Part {
        calendar: row.id,
        generation: row.position.generation,
    };
    let zone = row.zone.as_deref().and_then(|name| Zone::parse(name).ok());
    let zone = zone.unwrap_or_else(Zone::utc);
    let events: Vec<ForeignEvent> = mirror::free_days(tx, part, FREE_DAYS_MAX)?;
    let count = free_days(&events, Interval::lasting(now, FREE_DAYS_AHEAD), &zone);
    Ok(u64::try_from(count).unwrap_or(u64::MAX))
}
