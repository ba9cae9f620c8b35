//! What we may still ask of Google: for each subject (an account, our project), up to when its units are
//! spent, and at what pace they come back.
//!
//! The generic cell rate algorithm, as for [`super::allowances`], but that who is refused is told when
//! to come back, and that the pace changes: it is slower than the granted one while Google has lately
//! said that it is too fast. Rows stay locked until the unit of work ends: last in the order of locks.

use domain::Instant;
use jiff::SignedDuration;

pub use super::allowances::Rate;
use crate::{Dialect, StoreError, Tx, values};

/// The pace never falls below this fraction of the granted one.
const SLOWEST: i64 = 64;
/// Of the granted interval, what each success takes off a slowed one.
const EASED_BY: i64 = 8;

struct Quota {
    spent_until: Instant,
    /// Microseconds between units.
    interval: i64,
}

fn micros(span: SignedDuration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

fn read(tx: &mut dyn Tx, subject: &str, rate: Rate) -> Result<Quota, StoreError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "SELECT spent_until, unit_interval FROM quota WHERE subject = ?1",
        Dialect::Postgres => {
            "SELECT spent_until, unit_interval FROM quota WHERE subject = ?1 FOR NO KEY UPDATE"
        }
    };
    let found = tx.first(sql, values![subject])?;
    let granted = micros(rate.interval);
    match found {
        None => Ok(Quota {
            spent_until: Instant::from_micros(0),
            interval: granted,
        }),
        Some(mut row) => Ok(Quota {
            spent_until: row.take()?,
            // What was granted may have changed since.
            interval: row.take::<i64>()?.max(granted),
        }),
    }
}

fn write(tx: &mut dyn Tx, subject: &str, quota: &Quota) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO quota (subject, spent_until, unit_interval) VALUES (?1, ?2, ?3)
         ON CONFLICT (subject) DO UPDATE SET spent_until = excluded.spent_until,
           unit_interval = excluded.unit_interval",
        values![subject, quota.spent_until, quota.interval],
    )
    .map(drop)
}

/// Spends `cost` units; or spends nothing and gives the instant when there will be enough.
///
/// # Errors
/// [`StoreError`].
pub fn spend(
    tx: &mut dyn Tx,
    subject: &str,
    cost: u32,
    rate: Rate,
    now: Instant,
) -> Result<Option<Instant>, StoreError> {
    let mut quota = read(tx, subject, rate)?;
    let units = |count: i64| SignedDuration::from_micros(quota.interval.saturating_mul(count));
    let spent = quota.spent_until.max(now) + units(cost.into());
    let room = units(i64::from(rate.burst).max(cost.into()));
    if spent > now + room {
        // By how much it is too much; at the pace of now.
        return Ok(Some(spent - room));
    }
    quota.spent_until = spent;
    write(tx, subject, &quota)?;
    Ok(None)
}

/// Google took a call: a slowed pace is eased a little.
///
/// # Errors
/// [`StoreError`].
pub fn ease(tx: &mut dyn Tx, subject: &str, rate: Rate) -> Result<(), StoreError> {
    let mut quota = read(tx, subject, rate)?;
    let granted = micros(rate.interval);
    if quota.interval > granted {
        quota.interval = (quota.interval - granted / EASED_BY).max(granted);
        write(tx, subject, &quota)?;
    }
    Ok(())
}

/// Google said that it was too fast: half the pace from now on, and nothing before `until`.
///
/// # Errors
/// [`StoreError`].
pub fn slow(tx: &mut dyn Tx, subject: &str, rate: Rate, until: Instant) -> Result<(), StoreError> {
    let mut quota = read(tx, subject, rate)?;
    let slowest = micros(rate.interval).saturating_mul(SLOWEST);
    quota.interval = quota.interval.saturating_mul(2).min(slowest);
    // All of it is spent until then, and then there is one.
    let others = i64::from(rate.burst.saturating_sub(1));
    let spent = SignedDuration::from_micros(quota.interval.saturating_mul(others));
    quota.spent_until = quota.spent_until.max(until + spent);
    write(tx, subject, &quota)
}

/// Forgets subjects that have all their units again and are not slowed.
///
/// # Errors
/// [`StoreError`].
pub fn forget_full(tx: &mut dyn Tx, now: Instant) -> Result<u64, StoreError> {
    // A slowed pace is forgotten within the day: by then Google has forgotten as well.
    let day = SignedDuration::from_hours(24);
    tx.execute(
        "DELETE FROM quota WHERE spent_until <= ?1",
        values![now - day],
    )
}
