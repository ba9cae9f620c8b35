//! Claims: the time a live booking or a hold takes from a host.
//!
//! The database itself refuses two exclusive ones that overlap (`claim_no_overlap`); looking first,
//! under the host's lock, is what turns that into an answer with alternatives.

use domain::{BookingId, ClaimId, HoldId, HostId, Instant, Interval};
use jiff::SignedDuration;

use crate::{StoreError, Tx, values};

/// The longest claim; the schema holds it too, and the look-back below relies on it.
pub const SPAN_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The lane of a host who serves one at a time.
pub const LANE: i64 = 0;

/// Whose claim it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A booking's.
    Booking(BookingId),
    /// A hold's, until it expires.
    Hold(HoldId, Instant),
}

/// Time taken from a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its identity.
    pub id: ClaimId,
    /// From whom.
    pub host: HostId,
    /// When.
    pub time: Interval,
    /// For what.
    pub holder: Holder,
    /// Whether it may not lie on top of others.
    pub exclusive: bool,
}

/// What takes `host`'s time near `window`, ascending: all claims that overlap it, forced ones too,
/// without those of `except` and of holds that have expired at `now`.
///
/// # Errors
/// [`StoreError`].
pub fn overlapping(
    tx: &mut dyn Tx,
    host: HostId,
    window: Interval,
    except: Option<Holder>,
    now: Instant,
) -> Result<Vec<Interval>, StoreError> {
    let all = known(tx, host, window, except)?;
    Ok(live(all, now).0)
}

/// [`overlapping`], for one who wants the time and has the host's lock: claims of holds that have expired are
/// removed, where there are any, because the database would not let another one lie on top.
///
/// # Errors
/// [`StoreError`].
pub fn make_room(
    tx: &mut dyn Tx,
    host: HostId,
    window: Interval,
    except: Option<Holder>,
    now: Instant,
) -> Result<Vec<Interval>, StoreError> {
    let (live, has_expired) = live(known(tx, host, window, except)?, now);
    if has_expired {
        remove_expired(tx, host, window, now)?;
    }
    Ok(live)
}

/// Those that count at `now`, and whether any does not any more.
fn live(all: Vec<(Interval, Option<Instant>)>, now: Instant) -> (Vec<Interval>, bool) {
    let count = all.len();
    let is_live = |expires: &Option<Instant>| expires.is_none_or(|at| at > now);
    let live = all.into_iter().filter(|(_, expires)| is_live(expires));
    let live: Vec<_> = live.map(|(time, _)| time).collect();
    let has_expired = live.len() < count;
    (live, has_expired)
}

/// All claims on `host` that overlap `window` but those of `except`, each with when it expires, if it does.
fn known(
    tx: &mut dyn Tx,
    host: HostId,
    window: Interval,
    except: Option<Holder>,
) -> Result<Vec<(Interval, Option<Instant>)>, StoreError> {
    let sql = "SELECT starts_at, ends_at, expires_at FROM claim
               WHERE host_id = ?1 AND starts_at < ?3 AND starts_at > ?4 AND ends_at > ?2
                 AND COALESCE(booking_id, hold_id) <> ?5
               ORDER BY starts_at, ends_at, id";
    let look_back = window.start - SPAN_MAX;
    let except = match except {
        None => uuid::Uuid::nil(),
        Some(Holder::Booking(id)) => id.0,
        Some(Holder::Hold(id, _)) => id.0,
    };
    tx.rows(
        sql,
        values![host, window.start, window.end, look_back, except],
    )?
    .into_iter()
    .map(|mut row| {
        let (start, end) = (row.take()?, row.take()?);
        Ok((Interval { start, end }, row.take()?))
    })
    .collect()
}

/// What takes `host`'s time within `window` by bookings that were born in Google, but for `booking`, ascending.
/// To whoever asks what else stands there they are as foreign as the events they were made of.
///
/// # Errors
/// [`StoreError`].
pub fn born(
    tx: &mut dyn Tx,
    host: HostId,
    window: Interval,
    booking: BookingId,
) -> Result<Vec<Interval>, StoreError> {
    let sql = "SELECT k.starts_at, k.ends_at FROM claim k JOIN booking b ON b.id = k.booking_id
               WHERE k.host_id = ?1 AND k.starts_at < ?3 AND k.starts_at > ?4 AND k.ends_at > ?2
                 AND b.id <> ?5 AND b.origin = 'google'
               ORDER BY k.starts_at, k.ends_at, k.id";
    let look_back = window.start - SPAN_MAX;
    tx.rows(
        sql,
        values![host, window.start, window.end, look_back, booking],
    )?
    .into_iter()
    .map(|mut row| {
        Ok(Interval {
            start: row.take()?,
            end: row.take()?,
        })
    })
    .collect()
}

/// Removes the claims of holds on `host` that overlap `window` and have expired at `now`. Called under the
/// host's lock: see [`make_room`].
///
/// # Errors
/// [`StoreError`].
pub fn remove_expired(
    tx: &mut dyn Tx,
    host: HostId,
    window: Interval,
    now: Instant,
) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM claim WHERE host_id = ?1 AND starts_at < ?3 AND starts_at > ?4 AND ends_at > ?2
           AND expires_at IS NOT NULL AND expires_at <= ?5",
        values![host, window.start, window.end, window.start - SPAN_MAX, now],
    )
}

/// Adds a claim.
///
/// # Errors
/// [`StoreError::Constraint`] (`claim_no_overlap`) when another has the time.
pub fn insert(tx: &mut dyn Tx, claim: &Claim) -> Result<(), StoreError> {
    let (booking, hold, expires_at) = match claim.holder {
        Holder::Booking(id) => (Some(id), None, None),
        Holder::Hold(id, expires_at) => (None, Some(id), Some(expires_at)),
    };
    tx.execute(
        "INSERT INTO claim (id, host_id, lane, starts_at, ends_at, booking_id, hold_id, expires_at,
           exclusive) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        values![
            claim.id,
            claim.host,
            LANE,
            claim.time.start,
            claim.time.end,
            booking,
            hold,
            expires_at,
            claim.exclusive
        ],
    )
    .map(drop)
}

/// Moves every claim of `booking` to `time`, exclusive again: it was placed where it is free.
///
/// # Errors
/// [`StoreError::Constraint`] (`claim_no_overlap`) when another has the time.
pub fn move_to(tx: &mut dyn Tx, booking: BookingId, time: Interval) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE claim SET starts_at = ?2, ends_at = ?3, exclusive = 1 WHERE booking_id = ?1",
        values![booking, time.start, time.end],
    )
    .map(drop)
}

/// Moves every claim of `booking` to `time`, on top of whatever is there: somebody said so.
///
/// # Errors
/// [`StoreError`].
pub fn move_onto(tx: &mut dyn Tx, booking: BookingId, time: Interval) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE claim SET starts_at = ?2, ends_at = ?3, exclusive = 0 WHERE booking_id = ?1",
        values![booking, time.start, time.end],
    )
    .map(drop)
}

/// Gives up every claim of `booking`.
///
/// # Errors
/// [`StoreError`].
pub fn release(tx: &mut dyn Tx, booking: BookingId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM claim WHERE booking_id = ?1", values![booking])
        .map(drop)
}

/// The hosts `booking` has claims on, ascending.
///
/// # Errors
/// [`StoreError`].
pub fn hosts_of(tx: &mut dyn Tx, booking: BookingId) -> Result<Vec<HostId>, StoreError> {
    let sql = "SELECT host_id FROM claim WHERE booking_id = ?1 ORDER BY host_id";
    tx.rows(sql, values![booking])?
        .into_iter()
        .map(|mut row| row.take())
        .collect()
}

/// The host a hold is on; of several, the lowest.
///
/// # Errors
/// [`StoreError`].
pub fn host_of_hold(tx: &mut dyn Tx, hold: HoldId) -> Result<Option<HostId>, StoreError> {
    let sql = "SELECT host_id FROM claim WHERE hold_id = ?1 ORDER BY host_id LIMIT 1";
    tx.first(sql, values![hold])?
        .map(|mut row| row.take())
        .transpose()
}

/// How many claims `host` has from `window` on: who has fewest is asked first.
///
/// # Errors
/// [`StoreError`].
pub fn load(tx: &mut dyn Tx, host: HostId, window: Interval) -> Result<i64, StoreError> {
    let sql =
        "SELECT count(*) FROM claim WHERE host_id = ?1 AND starts_at >= ?2 AND starts_at < ?3";
    tx.first(sql, values![host, window.start, window.end])?
        .map_or(Ok(0), |mut row| row.take())
}
