//! Where each host's bookings go: to the calendar that was told for the host, else to the one of the
//! organization that was connected first and is written.

use domain::{CalendarId, HostId, OrganizationId};

use crate::{StoreError, Tx, values};

/// Where a host's bookings go, as Google names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// The calendar.
    pub id: CalendarId,
    /// Google's id of it.
    pub google_id: String,
    /// Google's id of the account it is reached through.
    pub account_sub: String,
}

/// The calendar that `host`'s bookings go to; `None` while none of the organization's is written.
///
/// # Errors
/// [`StoreError`].
pub fn of_host(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    host: HostId,
) -> Result<Option<Receiver>, StoreError> {
    let sql = "SELECT c.id, c.google_id, n.account_sub FROM calendar c
               JOIN connection n ON n.id = c.connection_id
               LEFT JOIN host_calendar h ON h.calendar_id = c.id AND h.host_id = ?2
               WHERE n.organization_id = ?1 AND n.state <> 'inactive'
                 AND c.mode <> 'busy' AND c.removed_at IS NULL
               ORDER BY COALESCE(h.receives, 0) DESC, n.created_at, c.id LIMIT 1";
    tx.first(sql, values![organization, host])?
        .map(|mut row| {
            Ok(Receiver {
                id: row.take()?,
                google_id: row.take()?,
                account_sub: row.take()?,
            })
        })
        .transpose()
}

/// Tells that `host`'s bookings go to `calendar`, and no longer to the one told before.
///
/// # Errors
/// [`StoreError`].
pub fn tell(tx: &mut dyn Tx, host: HostId, calendar: CalendarId) -> Result<(), StoreError> {
    // Two statements: one host has one such calendar, and the row before must be let go first.
    let sql = "UPDATE host_calendar SET receives = 0 WHERE host_id = ?1 AND receives = 1";
    tx.execute(sql, values![host])?;
    tx.execute(
        "INSERT INTO host_calendar (host_id, calendar_id, blocks, receives) VALUES (?1, ?2, 1, 1)
         ON CONFLICT (host_id, calendar_id) DO UPDATE SET receives = 1",
        values![host, calendar],
    )
    .map(drop)
}

/// Takes back what was told of `host` and `calendar`.
///
/// # Errors
/// [`StoreError`].
pub fn untell(tx: &mut dyn Tx, host: HostId, calendar: CalendarId) -> Result<(), StoreError> {
    let sql = "UPDATE host_calendar SET receives = 0 WHERE host_id = ?1 AND calendar_id = ?2";
    tx.execute(sql, values![host, calendar]).map(drop)
}

/// Forgets everything that was told of a calendar: it blocks nobody and nobody's bookings go there.
///
/// # Errors
/// [`StoreError`].
pub fn forget(tx: &mut dyn Tx, calendar: CalendarId) -> Result<(), StoreError> {
    let sql = "DELETE FROM host_calendar WHERE calendar_id = ?1";
    tx.execute(sql, values![calendar]).map(drop)
}
