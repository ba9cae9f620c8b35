//! Holds: slots kept for one visitor until they expire or become bookings.

use domain::{ClaimId, EventTypeId, HoldId, Instant, Interval, OrganizationId};

use super::allowances::Subject;
use crate::{Dialect, Row, StoreError, Tx, values};

/// Expired holds forgotten with each new one: more than arrive, so that none pile up.
const FORGOTTEN_AT_ONCE: i64 = 20;

/// A slot kept for one visitor. Its claims are in [`super::claims`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its identity.
    pub id: HoldId,
    /// With whom.
    pub organization_id: OrganizationId,
    /// Of what.
    pub event_type_id: EventTypeId,
    /// When.
    pub time: Interval,
    /// Until when it is kept.
    pub expires_at: Instant,
}

fn read(mut row: Row) -> Result<Hold, StoreError> {
    Ok(Hold {
        id: row.take()?,
        organization_id: row.take()?,
        event_type_id: row.take()?,
        time: Interval {
            start: row.take()?,
            end: row.take()?,
        },
        expires_at: row.take()?,
    })
}

/// Adds a hold under the hash of its token; `caller` is whose it counts as.
///
/// # Errors
/// [`StoreError`].
pub fn insert(
    tx: &mut dyn Tx,
    hold: &Hold,
    token_hash: &[u8],
    caller: Option<Subject>,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO hold (id, organization_id, event_type_id, token_hash, starts_at, ends_at,
           expires_at, caller) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        values![
            hold.id,
            hold.organization_id,
            hold.event_type_id,
            token_hash,
            hold.time.start,
            hold.time.end,
            hold.expires_at,
            caller.map(|caller| caller.to_vec())
        ],
    )
    .map(drop)
}

/// The hold of a token, expired or not.
///
/// # Errors
/// [`StoreError`].
pub fn by_token(tx: &mut dyn Tx, token_hash: &[u8]) -> Result<Option<Hold>, StoreError> {
    let sql = "SELECT id, organization_id, event_type_id, starts_at, ends_at, expires_at
               FROM hold WHERE token_hash = ?1";
    tx.first(sql, values![token_hash])?.map(read).transpose()
}

/// How many holds of an event type are live at `now`, without `except`.
///
/// # Errors
/// [`StoreError`].
pub fn count_of_event_type(
    tx: &mut dyn Tx,
    event_type: EventTypeId,
    except: Option<HoldId>,
    now: Instant,
) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM hold
               WHERE event_type_id = ?1 AND expires_at > ?2 AND id <> ?3";
    tx.first(sql, values![event_type, now, or_none(except)])?
        .map_or(Ok(0), |mut row| row.take())
}

/// How many holds of a caller are live at `now`, without `except`.
///
/// # Errors
/// [`StoreError`].
pub fn count_of_caller(
    tx: &mut dyn Tx,
    caller: &Subject,
    except: Option<HoldId>,
    now: Instant,
) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM hold WHERE caller = ?1 AND expires_at > ?2 AND id <> ?3";
    tx.first(sql, values![caller.as_slice(), now, or_none(except)])?
        .map_or(Ok(0), |mut row| row.take())
}

/// An id no hold has, for none.
fn or_none(id: Option<HoldId>) -> HoldId {
    id.unwrap_or(HoldId(uuid::Uuid::nil()))
}

/// Forgets a hold; its claims go with it, but for those that somebody else is removing just now. Then
/// the hold stays, empty, until [`forget_expired`] comes by.
///
/// It never waits for anybody, so it needs no lock on the hosts it frees. For the same reason nothing
/// may be locked after it in the same unit.
///
/// # Errors
/// [`StoreError`].
pub fn delete(tx: &mut dyn Tx, id: HoldId) -> Result<(), StoreError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "SELECT id FROM claim WHERE hold_id = ?1 ORDER BY id",
        Dialect::Postgres => {
            "SELECT id FROM claim WHERE hold_id = ?1 ORDER BY id FOR UPDATE SKIP LOCKED"
        }
    };
    for mut row in tx.rows(sql, values![id])? {
        let claim: ClaimId = row.take()?;
        tx.execute("DELETE FROM claim WHERE id = ?1", values![claim])?;
    }
    let sql = "DELETE FROM hold WHERE id = ?1
                 AND NOT EXISTS (SELECT 1 FROM claim WHERE hold_id = ?1)";
    tx.execute(sql, values![id]).map(drop)
}

/// Forgets some holds that have expired, with their claims. As [`delete`], it never waits.
///
/// # Errors
/// [`StoreError`].
pub fn forget_expired(tx: &mut dyn Tx, now: Instant) -> Result<(), StoreError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => {
            "SELECT id FROM hold WHERE expires_at <= ?1 ORDER BY expires_at, id LIMIT ?2"
        }
        Dialect::Postgres => {
            "SELECT id FROM hold WHERE expires_at <= ?1 ORDER BY expires_at, id LIMIT ?2 FOR UPDATE SKIP LOCKED"
        }
    };
    for mut row in tx.rows(sql, values![now, FORGOTTEN_AT_ONCE])? {
        delete(tx, row.take()?)?;
    }
    Ok(())
}
