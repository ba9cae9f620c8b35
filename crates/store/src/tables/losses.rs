//! Losses: bookings that their events, moved or deleted in Google, took from their times. They are counted,
//! so that many at once stop and ask, and held back until a person has said so (scenario C5).
//!
//! Whoever writes here keeps workers away from the connection, as link work does by its lease.

use domain::sync::policy::Side;
use domain::{CalendarId, Instant, LinkId};

use crate::tx::json;
use crate::{StoreError, Topic, Tx, values};

/// What a link's booking lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It was taken from its time, then.
    Counted(Instant),
    /// It is to be, and waits for a person, since then.
    Held(Instant),
    /// It is to be, and a person said that it is meant.
    Meant,
}

const HELD: &str = "held";
const MEANT: &str = "meant";

impl Loss {
    /// What two columns say.
    pub(super) fn read(
        lost_at: Option<Instant>,
        loss: Option<String>,
    ) -> Result<Option<Self>, StoreError> {
        match (lost_at, loss.as_deref()) {
            (at, None) => Ok(at.map(Self::Counted)),
            (Some(at), Some(HELD)) => Ok(Some(Self::Held(at))),
            (None, Some(MEANT)) => Ok(Some(Self::Meant)),
            (_, Some(_)) => Err(StoreError::decode("a loss is of no known kind")),
        }
    }

    const fn columns(self) -> (Option<Instant>, Option<&'static str>) {
        match self {
            Self::Counted(at) => (Some(at), None),
            Self::Held(at) => (Some(at), Some(HELD)),
            Self::Meant => (None, Some(MEANT)),
        }
    }
}

/// Stores what a link's booking lost.
///
/// # Errors
/// [`StoreError`].
pub fn set(tx: &mut dyn Tx, link: LinkId, loss: Option<Loss>) -> Result<(), StoreError> {
    let (lost_at, loss) = loss.map_or((None, None), Loss::columns);
    let sql = "UPDATE event_link SET lost_at = ?2, loss = ?3 WHERE id = ?1";
    tx.execute(sql, values![link, lost_at, loss]).map(drop)
}

/// How many bookings of a calendar were lost after `since`, those held back among them.
///
/// # Errors
/// [`StoreError`].
pub fn count(tx: &mut dyn Tx, calendar: CalendarId, since: Instant) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM event_link WHERE calendar_id = ?1 AND lost_at > ?2";
    tx.first(sql, values![calendar, since])?
        .map_or(Ok(0), |mut row| row.take())
}

/// How many bookings of a calendar are to come at `now` and have an event, or were lost after `since`. Reads
/// every link of the calendar: for when there are losses enough.
///
/// # Errors
/// [`StoreError`].
pub fn count_coming(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    since: Instant,
    now: Instant,
) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM event_link l JOIN booking b ON b.id = l.booking_id
               WHERE l.calendar_id = ?1 AND (l.lost_at > ?2
                 OR (l.state NOT IN ('closed', 'detached') AND (l.attempt > 0 OR l.origin = 'google')
                   AND l.stay <> 'leaving' AND b.ends_at > ?3
                   AND b.status NOT IN ('cancelled', 'declined')))";
    tx.first(sql, values![calendar, since, now])?
        .map_or(Ok(0), |mut row| row.take())
}

/// How many losses of a calendar are held back.
///
/// # Errors
/// [`StoreError`].
pub fn count_held(tx: &mut dyn Tx, calendar: CalendarId) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM event_link
               WHERE calendar_id = ?1 AND lost_at IS NOT NULL AND loss = 'held'";
    tx.first(sql, values![calendar])?
        .map_or(Ok(0), |mut row| row.take())
}

/// What is held back of a calendar is meant: it is due, and neither it nor what was lost before counts any
/// more. Gives how much was held back.
///
/// # Errors
/// [`StoreError`].
pub fn let_go(tx: &mut dyn Tx, calendar: CalendarId, now: Instant) -> Result<u64, StoreError> {
    let sql = "UPDATE event_link SET state = 'due', run_at = ?2, failures = 0, problem = NULL,
                 loss = 'meant', lost_at = NULL
               WHERE calendar_id = ?1 AND lost_at IS NOT NULL AND loss = 'held'";
    let held = tx.execute(sql, values![calendar, now])?;
    let sql = "UPDATE event_link SET lost_at = NULL
               WHERE calendar_id = ?1 AND lost_at IS NOT NULL";
    tx.execute(sql, values![calendar])?;
    tx.wake(Topic::DueWork);
    Ok(held)
}

/// What is held back of a calendar is undone: it is due, and its booking's side counts. It goes on counting
/// as lost: where that was a program gone wild, its next deed is held back at once. Gives how much it was.
///
/// # Errors
/// [`StoreError`].
pub fn put_back(tx: &mut dyn Tx, calendar: CalendarId, now: Instant) -> Result<u64, StoreError> {
    let sql = "UPDATE event_link SET state = 'due', run_at = ?2, failures = 0, problem = NULL,
                 loss = NULL, decided = ?3
               WHERE calendar_id = ?1 AND lost_at IS NOT NULL AND loss = 'held'";
    let held = tx.execute(sql, values![calendar, now, json(&Side::Ours)])?;
    tx.wake(Topic::DueWork);
    Ok(held)
}
