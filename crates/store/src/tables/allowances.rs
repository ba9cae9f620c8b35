//! How much anonymous callers may still do: for each subject, the instant when all of it is theirs again.
//!
//! What is spent moves that instant on, and comes back with time without anybody writing so (the
//! generic cell rate algorithm). The row stays locked until the unit ends: spend and lock last.

use domain::Instant;
use jiff::SignedDuration;

use crate::{StoreError, Tx, values};

/// A subject as it is kept: a keyed hash.
pub type Subject = [u8; 32];

/// How much there is to spend, and how fast it comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// After how long one of what was spent is there again.
    pub interval: SignedDuration,
    /// How many can be spent at once; at least 1.
    pub burst: u32,
}

/// Spends one of each subject, at most two and not twice the same; gives whether all of them had one.
/// When not, undo the unit: what the others had is spent.
///
/// # Errors
/// [`StoreError`].
pub fn spend(
    tx: &mut dyn Tx,
    subjects: &[Subject],
    rate: Rate,
    now: Instant,
) -> Result<bool, StoreError> {
    let Rate { interval, burst } = rate;
    let more = i32::try_from(burst.saturating_sub(1)).unwrap_or(i32::MAX);
    let (fresh, latest) = (now + interval, now + interval.saturating_mul(more));
    let step = i64::try_from(interval.as_micros()).unwrap_or(i64::MAX);
    let spent = match subjects {
        [] => return Ok(true),
        [one] => tx.execute(
            "INSERT INTO allowance (subject, full_at) VALUES (?1, ?2)
             ON CONFLICT (subject) DO UPDATE SET full_at =
               CASE WHEN allowance.full_at > ?3 THEN allowance.full_at + ?4 ELSE ?2 END
             WHERE allowance.full_at <= ?5",
            values![one.as_slice(), fresh, now, step, latest],
        )?,
        [one, other, ..] => tx.execute(
            "INSERT INTO allowance (subject, full_at) VALUES (?1, ?2), (?6, ?2)
             ON CONFLICT (subject) DO UPDATE SET full_at =
               CASE WHEN allowance.full_at > ?3 THEN allowance.full_at + ?4 ELSE ?2 END
             WHERE allowance.full_at <= ?5",
            values![
                one.min(other).as_slice(),
                fresh,
                now,
                step,
                latest,
                one.max(other).as_slice()
            ],
        )?,
    };
    Ok(spent == subjects.len().min(2) as u64)
}

/// Locks a subject until the unit ends, so that what it has can be counted.
///
/// # Errors
/// [`StoreError`].
pub fn lock(tx: &mut dyn Tx, subject: &Subject, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO allowance (subject, full_at) VALUES (?1, ?2)
         ON CONFLICT (subject) DO UPDATE SET full_at = allowance.full_at",
        values![subject.as_slice(), now],
    )
    .map(drop)
}

/// Forgets subjects that have all of theirs again.
///
/// # Errors
/// [`StoreError`].
pub fn forget_full(tx: &mut dyn Tx, now: Instant) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM allowance WHERE full_at <= ?1", values![now])
}
