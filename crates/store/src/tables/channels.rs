//! Channels: Google's push subscriptions on connected calendars, and when to open the next one of a calendar.
//!
//! A row is there before Google is asked, under an id that is drawn anew for each try, because its first push
//! may come before the answer (`google-calendar.md` §12.3). It stays for some days after its end, so that late
//! pushes are known for what they are. Of its token there is a hash only.

use domain::{CalendarId, ConnectionId, Instant};

use super::bookings::named as by_name;
use crate::{Row, StoreError, Tx, values};

/// How a channel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Asked for; Google has not answered yet.
    Pending,
    /// Google pushes on it.
    Live,
    /// To be stopped as soon as Google's name of what it watches is known.
    Stopping,
    /// Stopped, or given up. Its row says whose late pushes are acknowledged and ignored.
    Stopped,
}

impl State {
    const ALL: [Self; 4] = [Self::Pending, Self::Live, Self::Stopping, Self::Stopped];

    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Live => "live",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// One channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its id, drawn for one try.
    pub id: String,
    /// What it tells of.
    pub calendar_id: CalendarId,
    /// SHA-256 of the token that comes back with every push.
    pub token_hash: Vec<u8>,
    /// Google's opaque name of what it watches: with the id it stops the channel.
    pub resource_id: Option<String>,
    /// Where its pushes go.
    pub address: String,
    /// How it stands.
    pub state: State,
    /// When it ends: as Google granted, or until it has, the latest it can be.
    pub expires_at: Instant,
    /// When to try to stop it.
    pub run_at: Instant,
    /// Tries to stop it that failed in a row.
    pub failures: i64,
    /// When it was asked for.
    pub created_at: Instant,
}

/// When to look at the channels of a calendar, and why it may have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// When to open a channel, the first or the next; `None` for never.
    pub at: Option<Instant>,
    /// Tries that failed in a row.
    pub failures: i64,
    /// A stable name of why the last one failed.
    pub problem: Option<String>,
}

/// What a push is judged by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// On which channel.
    pub channel: Channel,
    /// Whether it is known that the calendar changed.
    pub is_dirty: bool,
    /// Whether its connection was disconnected.
    pub is_left_alone: bool,
}

macro_rules! select {
    ($more:literal, $rest:literal) => {
        concat!(
            "SELECT p.id, p.calendar_id, p.token_hash, p.resource_id, p.address, p.state,
               p.expires_at, p.run_at, p.failures, p.created_at",
            $more,
            " FROM push_channel p ",
            $rest
        )
    };
}

fn read(row: &mut Row) -> Result<Channel, StoreError> {
    Ok(Channel {
        id: row.take()?,
        calendar_id: row.take()?,
        token_hash: row.take()?,
        resource_id: row.take()?,
        address: row.take()?,
        state: by_name(State::from_name, row.take()?)?,
        expires_at: row.take()?,
        run_at: row.take()?,
        failures: row.take()?,
        created_at: row.take()?,
    })
}

/// Adds a channel that is about to be asked for.
///
/// # Errors
/// [`StoreError`].
pub fn insert(tx: &mut dyn Tx, channel: &Channel) -> Result<(), StoreError> {
    let c = channel;
    tx.execute(
        "INSERT INTO push_channel (id, calendar_id, token_hash, resource_id, address, state,
           expires_at, run_at, failures, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        values![
            &c.id,
            c.calendar_id,
            c.token_hash.as_slice(),
            c.resource_id.as_ref(),
            &c.address,
            c.state.as_str(),
            c.expires_at,
            c.run_at,
            c.failures,
            c.created_at
        ],
    )
    .map(drop)
}

/// Stores how a channel stands.
///
/// # Errors
/// [`StoreError`].
pub fn update(tx: &mut dyn Tx, channel: &Channel) -> Result<(), StoreError> {
    let c = channel;
    tx.execute(
        "UPDATE push_channel SET resource_id = ?2, state = ?3, expires_at = ?4, run_at = ?5,
           failures = ?6 WHERE id = ?1",
        values![
            &c.id,
            c.resource_id.as_ref(),
            c.state.as_str(),
            c.expires_at,
            c.run_at,
            c.failures
        ],
    )
    .map(drop)
}

/// Forgets a channel that Google has refused to open.
///
/// # Errors
/// [`StoreError`].
pub fn delete(tx: &mut dyn Tx, id: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM push_channel WHERE id = ?1", values![id])
        .map(drop)
}

/// The channel of this id, locked until the unit ends: before its calendar.
///
/// # Errors
/// [`StoreError`].
pub fn lock(tx: &mut dyn Tx, id: &str) -> Result<Option<Channel>, StoreError> {
    let sql = "UPDATE push_channel SET run_at = run_at WHERE id = ?1";
    tx.execute(sql, values![id])?;
    let sql = select!("", "WHERE p.id = ?1");
    tx.first(sql, values![id])?
        .map(|mut row| read(&mut row))
        .transpose()
}

/// The channel that a push names, with what it is judged by. One statement.
///
/// # Errors
/// [`StoreError`].
pub fn arrival(tx: &mut dyn Tx, id: &str) -> Result<Option<Arrival>, StoreError> {
    let sql = select!(
        ", c.dirty, n.state = 'inactive'",
        "JOIN calendar c ON c.id = p.calendar_id JOIN connection n ON n.id = c.connection_id
         WHERE p.id = ?1"
    );
    tx.first(sql, values![id])?
        .map(|mut row| {
            Ok(Arrival {
                channel: read(&mut row)?,
                is_dirty: row.take()?,
                is_left_alone: row.take()?,
            })
        })
        .transpose()
}

/// Notes Google's name of what a channel watches, where it was not known; `false` where it was.
///
/// # Errors
/// [`StoreError`].
pub fn learn_resource(tx: &mut dyn Tx, id: &str, resource_id: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE push_channel SET resource_id = ?2 WHERE id = ?1 AND resource_id IS NULL";
    Ok(tx.execute(sql, values![id, resource_id])? == 1)
}

/// Wants every channel of a calendar stopped but `except`, from `now` on; gives how many.
///
/// # Errors
/// [`StoreError`].
pub fn end_others(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    except: &str,
    now: Instant,
) -> Result<u64, StoreError> {
    let sql = "UPDATE push_channel SET state = 'stopping', run_at = ?3, failures = 0
               WHERE calendar_id = ?1 AND id <> ?2 AND state IN ('pending', 'live')";
    tx.execute(sql, values![calendar, except, now])
}

/// Wants the channels of a calendar stopped whose try was never answered: another one begins.
///
/// # Errors
/// [`StoreError`].
pub fn end_unanswered(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    now: Instant,
) -> Result<u64, StoreError> {
    let sql = "UPDATE push_channel SET state = 'stopping', run_at = ?2, failures = 0
               WHERE calendar_id = ?1 AND state = 'pending'";
    tx.execute(sql, values![calendar, now])
}

/// Wants every channel of a connection stopped; gives how many.
///
/// # Errors
/// [`StoreError`].
pub fn end_of_connection(
    tx: &mut dyn Tx,
    connection: ConnectionId,
    now: Instant,
) -> Result<u64, StoreError> {
    let sql = "UPDATE push_channel SET state = 'stopping', run_at = ?2, failures = 0
               WHERE state IN ('pending', 'live')
                 AND calendar_id IN (SELECT id FROM calendar WHERE connection_id = ?1)";
    tx.execute(sql, values![connection, now])
}

/// Wants every channel stopped: there is no address any more that pushes could go to.
///
/// # Errors
/// [`StoreError`].
pub fn end_all(tx: &mut dyn Tx, now: Instant) -> Result<u64, StoreError> {
    let sql = "UPDATE push_channel SET state = 'stopping', run_at = ?1, failures = 0
               WHERE state IN ('pending', 'live')";
    tx.execute(sql, values![now])
}

/// Gives up stopping what is left of a connection's channels: nothing lets us in any more.
///
/// # Errors
/// [`StoreError`].
pub fn give_up(tx: &mut dyn Tx, connection: ConnectionId) -> Result<u64, StoreError> {
    let sql = "UPDATE push_channel SET state = 'stopped'
               WHERE state = 'stopping'
                 AND calendar_id IN (SELECT id FROM calendar WHERE connection_id = ?1)";
    tx.execute(sql, values![connection])
}

/// The channel on which a calendar's changes are told at `now`: of several, the one that ends last.
///
/// # Errors
/// [`StoreError`].
pub fn live(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    now: Instant,
) -> Result<Option<Channel>, StoreError> {
    let sql = select!(
        "",
        "WHERE p.calendar_id = ?1 AND p.state = 'live' AND p.expires_at > ?2
         ORDER BY p.expires_at DESC, p.id LIMIT 1"
    );
    tx.first(sql, values![calendar, now])?
        .map(|mut row| read(&mut row))
        .transpose()
}

/// The channel of a calendar that ended last, at `now` or before; `None` while one is live, and once its row is
/// swept.
///
/// # Errors
/// [`StoreError`].
pub fn ended(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    now: Instant,
) -> Result<Option<Channel>, StoreError> {
    let sql = select!(
        "",
        "WHERE p.calendar_id = ?1 AND p.state = 'live' ORDER BY p.expires_at DESC, p.id LIMIT 1"
    );
    let last = tx.first(sql, values![calendar])?;
    let last = last.map(|mut row| read(&mut row)).transpose()?;
    Ok(last.filter(|channel| channel.expires_at <= now))
}

/// A channel to be stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Which.
    pub channel: String,
    /// Of which connection.
    pub connection: ConnectionId,
    /// When to try.
    pub at: Instant,
}

/// The channel to stop first, of those that can be: nobody works on its connection at `now`, and something
/// lets us in.
///
/// # Errors
/// [`StoreError`].
pub fn next_stop(tx: &mut dyn Tx, now: Instant) -> Result<Option<Stop>, StoreError> {
    let sql = "SELECT p.id, c.connection_id, p.run_at FROM push_channel p
               JOIN calendar c ON c.id = p.calendar_id JOIN connection n ON n.id = c.connection_id
               WHERE p.state = 'stopping' AND p.resource_id IS NOT NULL AND n.lease_until <= ?1
                 AND (n.state = 'connected' OR (n.state = 'inactive' AND (n.kind = 'service_account'
                   OR EXISTS (SELECT 1 FROM revocation r WHERE r.connection_id = n.id))))
               ORDER BY p.run_at, p.id LIMIT 1";
    tx.first(sql, values![now])?
        .map(|mut row| {
            Ok(Stop {
                channel: row.take()?,
                connection: row.take()?,
                at: row.take()?,
            })
        })
        .transpose()
}

/// When the first of a connection's channels is to be stopped that can still be: they have not ended by
/// themselves.
///
/// # Errors
/// [`StoreError`].
pub fn stop_of_connection(
    tx: &mut dyn Tx,
    connection: ConnectionId,
    now: Instant,
) -> Result<Option<Instant>, StoreError> {
    let sql = "SELECT p.run_at FROM push_channel p JOIN calendar c ON c.id = p.calendar_id
               WHERE c.connection_id = ?1 AND p.state = 'stopping' AND p.resource_id IS NOT NULL
                 AND p.expires_at > ?2 ORDER BY p.run_at, p.id LIMIT 1";
    tx.first(sql, values![connection, now])?
        .map(|mut row| row.take())
        .transpose()
}

/// Forgets channels that ended before `before`, at most `most`; gives how many.
///
/// # Errors
/// [`StoreError`].
pub fn sweep(tx: &mut dyn Tx, before: Instant, most: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM push_channel WHERE id IN
                 (SELECT id FROM push_channel WHERE expires_at < ?1 ORDER BY expires_at, id LIMIT ?2)";
    tx.execute(sql, values![before, most])
}

/// Wants a channel opened at `now` for every calendar of a connection, unless Google has no push for it, whatever
/// channels there are: they belong to another grant.
///
/// # Errors
/// [`StoreError`].
pub fn open_anew(
    tx: &mut dyn Tx,
    connection: ConnectionId,
    now: Instant,
) -> Result<u64, StoreError> {
    let sql = "UPDATE calendar SET push_at = ?2, push_failures = 0
               WHERE connection_id = ?1 AND push_at IS NOT NULL";
    tx.execute(sql, values![connection, now])
}

/// When to open a channel of a calendar, and how it went so far.
///
/// # Errors
/// [`StoreError`].
pub fn opening(tx: &mut dyn Tx, calendar: CalendarId) -> Result<Opening, StoreError> {
    let sql = "SELECT push_at, push_failures, push_problem FROM calendar WHERE id = ?1";
    let Some(mut row) = tx.first(sql, values![calendar])? else {
        return Ok(Opening::default());
    };
    Ok(Opening {
        at: row.take()?,
        failures: row.take()?,
        problem: row.take()?,
    })
}

/// Stores it.
///
/// # Errors
/// [`StoreError`].
pub fn set_opening(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    opening: &Opening,
) -> Result<(), StoreError> {
    let sql =
        "UPDATE calendar SET push_at = ?2, push_failures = ?3, push_problem = ?4 WHERE id = ?1";
    let problem = opening.problem.as_ref();
    tx.execute(
        sql,
        values![calendar, opening.at, opening.failures, problem],
    )
    .map(drop)
}

/// The calendar to open a channel of first, with when: of a connection that works, that nobody works on at
/// `now`, and that is more than a key to public calendars, on which there is no push (§17).
///
/// # Errors
/// [`StoreError`].
pub fn next_opening(
    tx: &mut dyn Tx,
    now: Instant,
) -> Result<Option<(CalendarId, Instant)>, StoreError> {
    let sql = "SELECT c.id, c.push_at FROM calendar c JOIN connection n ON n.id = c.connection_id
               WHERE n.state = 'connected' AND n.lease_until <= ?1 AND n.kind <> 'api_key'
                 AND c.push_at IS NOT NULL AND c.removed_at IS NULL
               ORDER BY c.push_at, c.id LIMIT 1";
    tx.first(sql, values![now])?
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .transpose()
}

/// Wants a channel opened at `now` for every calendar that has none to `address`, unless Google has no push
/// for it; gives how many. The address may be another one than before, and what was wrong may be mended.
///
/// # Errors
/// [`StoreError`].
pub fn reopen(tx: &mut dyn Tx, address: &str, now: Instant) -> Result<u64, StoreError> {
    let sql = "UPDATE calendar SET push_at = ?2, push_failures = 0
               WHERE push_at IS NOT NULL AND NOT EXISTS
                 (SELECT 1 FROM push_channel p WHERE p.calendar_id = calendar.id
                    AND p.state = 'live' AND p.address = ?1 AND p.expires_at > ?2)";
    tx.execute(sql, values![address, now])
}
