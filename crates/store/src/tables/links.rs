//! Event links: what is known about each booking's event in Google, and when to look again.

use std::collections::BTreeMap;

use domain::booking::Booking;
use domain::sync::merge::Texts;
use domain::sync::policy::Origin;
use domain::sync::{EventFields, Link, Seen};
use domain::{BookingId, CalendarId, ConnectionId, HostId, Instant, LinkId, OrganizationId};

use super::bookings::{named as by_name, read_origin};
use super::losses::Loss;
use super::mirror::Part;
use crate::tx::{json, json_keys, json_option};
use crate::{Row, StoreError, Topic, Tx, values};

/// An event link as stored. Of `link`, `wanted` is not stored: it follows from the booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventLink {
    /// Its identity.
    pub id: LinkId,
    /// Which booking.
    pub booking_id: BookingId,
    /// In which calendar.
    pub calendar_id: CalendarId,
    /// The event's id there, chosen by us.
    pub event_id: String,
    /// Who made its first event: we, or somebody in Google.
    pub origin: Origin,
    /// Whether there is work to do.
    pub state: State,
    /// What is wrong, as a stable code: the reason it is parked, or of the last failure.
    pub problem: Option<String>,
    /// Google's page of the event.
    pub html_link: Option<String>,
    /// Not before this, when due.
    pub run_at: Instant,
    /// Attempts that failed in a row.
    pub failures: i64,
    /// When both sides were last known to agree.
    pub last_synced_at: Option<Instant>,
    /// What its booking lost in Google. Written by [`losses`](super::losses) only.
    pub loss: Option<Loss>,
    /// Whether its booking is there to stay.
    pub stay: Stay,
    /// In which other calendar its event was seen, if in any. Written by [`seen_elsewhere`] only, by whoever
    /// reads that calendar.
    pub moved_to: Option<CalendarId>,
    /// Since when it is known to be gone from its calendar, while it is looked for in others.
    pub missing_since: Option<Instant>,
    /// What the planner works on.
    pub link: Link,
}

impl EventLink {
    /// Who made the event it now has. Every one after the first is ours.
    pub fn made(&self) -> Origin {
        match self.link.generation {
            0 => self.origin,
            _ => Origin::Here,
        }
    }

    /// What the calendar should show of `booking`: nothing where the booking went to another one.
    pub fn want(&mut self, booking: &Booking) {
        let fields = match self.stay {
            Stay::Wanted => EventFields::wanted(booking),
            Stay::Leaving | Stay::Returning => None,
        };
        self.link.want(fields);
    }
}

/// Whether a booking's event is to be in a link's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// As long as the booking has one.
    Wanted,
    /// The booking went to another calendar: the event is to go. It counts for nothing any more.
    Leaving,
    /// And the booking came back before that was done: another event is made afterwards.
    Returning,
}

impl Stay {
    const ALL: [Self; 3] = [Self::Wanted, Self::Leaving, Self::Returning];

    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Leaving => "leaving",
            Self::Returning => "returning",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == name)
    }
}

/// Whether a link has work to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Look at it when `run_at` has come.
    Due,
    /// Both sides agree.
    Settled,
    /// Waits for a person, or for either side to change.
    Parked,
    /// Out of step on purpose, until the booking changes.
    Ignored,
    /// Its connection was taken away: the event is left to itself, unless the same account comes back.
    Detached,
    /// Its booking and its event have ended, or its booking long ago: never looked at again.
    Closed,
}

impl State {
    const ALL: [Self; 6] = [
        Self::Due,
        Self::Settled,
        Self::Parked,
        Self::Ignored,
        Self::Detached,
        Self::Closed,
    ];

    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Settled => "settled",
            Self::Parked => "parked",
            Self::Ignored => "ignored",
            Self::Detached => "detached",
            Self::Closed => "closed",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == name)
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT l.id, l.booking_id, l.calendar_id, l.event_id, l.origin, l.state, l.problem, l.html_link,
               l.run_at, l.failures, l.last_synced_at,
               l.generation, l.attempt, l.ours, l.theirs, l.inflight, l.unanswered, l.seen,
               l.own, l.decided, l.lost_at, l.loss, l.stay, l.moved_to_id, l.missing_since
             FROM event_link l ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<EventLink, StoreError> {
    let mut link = EventLink {
        id: row.take()?,
        booking_id: row.take()?,
        calendar_id: row.take()?,
        event_id: row.take()?,
        origin: read_origin(row.take()?)?,
        state: by_name(State::from_name, row.take()?)?,
        problem: row.take()?,
        html_link: row.take()?,
        run_at: row.take()?,
        failures: row.take()?,
        last_synced_at: row.take()?,
        loss: None,
        stay: Stay::Wanted,
        moved_to: None,
        missing_since: None,
        link: Link {
            wanted: None,
            generation: row.take()?,
            attempt: row.take()?,
            ours: row.take_json_option()?,
            theirs: row.take_json_option()?,
            inflight: row.take_json_option()?,
            unanswered: row.take_json_option()?.unwrap_or_default(),
            seen: row.take_json_option()?,
            own: row.take_json_option()?.unwrap_or_default(),
            decided: row.take_json_option()?,
        },
    };
    link.loss = Loss::read(row.take()?, row.take()?)?;
    link.stay = by_name(Stay::from_name, row.take()?)?;
    link.moved_to = row.take()?;
    link.missing_since = row.take()?;
    Ok(link)
}

/// Adds a link, due at once.
///
/// # Errors
/// [`StoreError`].
pub fn insert(
    tx: &mut dyn Tx,
    id: LinkId,
    booking: BookingId,
    calendar: CalendarId,
    event_id: &str,
    now: Instant,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO event_link (id, booking_id, calendar_id, event_id, generation, attempt, state,
           run_at, failures, origin) VALUES (?1, ?2, ?3, ?4, 0, 0, 'due', ?5, 0, 'here')",
        values![id, booking, calendar, event_id, now],
    )?;
    tx.wake(Topic::DueWork);
    Ok(())
}

/// Adds the link of a booking that was made of an event: settled, at attempt and generation 0.
///
/// # Errors
/// [`StoreError`].
pub fn insert_born(tx: &mut dyn Tx, link: &EventLink) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO event_link (id, booking_id, calendar_id, event_id, generation, attempt, state,
           run_at, failures, origin) VALUES (?1, ?2, ?3, ?4, 0, 0, 'settled', ?5, 0, 'google')",
        values![
            link.id,
            link.booking_id,
            link.calendar_id,
            &link.event_id,
            link.run_at
        ],
    )?;
    update(tx, link)
}

/// Which of these events of a calendar were made in Google and have a link, by event.
///
/// # Errors
/// [`StoreError`].
pub fn born<'i>(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    events: impl IntoIterator<Item = &'i str>,
) -> Result<BTreeMap<String, LinkId>, StoreError> {
    let sql = "SELECT event_id, id FROM event_link WHERE calendar_id = ?1 AND origin = 'google'
                 AND generation = 0 AND event_id IN (SELECT e.key FROM json_each(?2) e)
               ORDER BY event_id";
    tx.rows(sql, values![calendar, json_keys(events)])?
        .into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

/// Detaches the links of a calendar whose events were made in Google: it is no longer two-way.
///
/// # Errors
/// [`StoreError`].
pub fn detach_born(tx: &mut dyn Tx, calendar: CalendarId) -> Result<u64, StoreError> {
    let sql = "UPDATE event_link SET state = 'detached', failures = 0, problem = NULL, loss = NULL
               WHERE state NOT IN ('closed', 'detached') AND calendar_id = ?1 AND origin = 'google'";
    tx.execute(sql, values![calendar])
}

/// Stores everything of a link that can change.
///
/// # Errors
/// [`StoreError`].
pub fn update(tx: &mut dyn Tx, link: &EventLink) -> Result<(), StoreError> {
    let (l, k) = (link, &link.link);
    tx.execute(
        "UPDATE event_link SET event_id = ?2, state = ?3, problem = ?4, html_link = ?5, run_at = ?6,
           failures = ?7, last_synced_at = ?8, generation = ?9, attempt = ?10, ours = ?11,
           theirs = ?12, inflight = ?13, seen = ?14, unanswered = ?15, own = ?16, decided = ?17,
           stay = ?18, missing_since = ?19
         WHERE id = ?1",
        values![
            l.id,
            &l.event_id,
            l.state.as_str(),
            l.problem.as_ref(),
            l.html_link.as_ref(),
            l.run_at,
            l.failures,
            l.last_synced_at,
            k.generation,
            k.attempt,
            json_option(k.ours.as_ref()),
            json_option(k.theirs.as_ref()),
            json_option(k.inflight.as_ref()),
            json_option(k.seen.as_ref()),
            json_option(Some(&k.unanswered).filter(|late| !late.is_empty())),
            json_option(Some(&k.own).filter(|own| **own != Texts::default())),
            json_option(k.decided.as_ref()),
            l.stay.as_str(),
            l.missing_since,
        ],
    )?;
    if l.state == State::Due {
        tx.wake(Topic::DueWork);
    }
    Ok(())
}

/// Notes that the event of a link was seen in another calendar than its own.
///
/// # Errors
/// [`StoreError`].
pub fn seen_elsewhere(tx: &mut dyn Tx, id: LinkId, calendar: CalendarId) -> Result<(), StoreError> {
    let sql = "UPDATE event_link SET moved_to_id = ?2 WHERE id = ?1";
    tx.execute(sql, values![id, calendar]).map(drop)
}

/// Lets a link follow its event to `calendar`, where it was seen.
///
/// # Errors
/// [`StoreError`].
pub fn follow(tx: &mut dyn Tx, id: LinkId, calendar: CalendarId) -> Result<(), StoreError> {
    let sql = "UPDATE event_link SET calendar_id = ?2, moved_to_id = NULL, missing_since = NULL
               WHERE id = ?1";
    tx.execute(sql, values![id, calendar]).map(drop)
}

/// Lets links look again whose events are looked for in other calendars: one of those was read.
///
/// # Errors
/// [`StoreError`].
pub fn wake_missing(tx: &mut dyn Tx, as_of: Instant, now: Instant) -> Result<(), StoreError> {
    let sql = "UPDATE event_link SET run_at = ?2
               WHERE missing_since IS NOT NULL AND missing_since < ?1 AND state = 'due' AND run_at > ?2";
    if tx.execute(sql, values![as_of, now])? > 0 {
        tx.wake(Topic::DueWork);
    }
    Ok(())
}

/// Makes every open link of a booking due at once: the booking changed. Detached ones stay so.
///
/// # Errors
/// [`StoreError`].
pub fn mark_due(tx: &mut dyn Tx, booking: BookingId, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE event_link SET state = 'due', run_at = ?2, failures = 0, problem = NULL
         WHERE booking_id = ?1 AND state NOT IN ('closed', 'detached')",
        values![booking, now],
    )?;
    tx.wake(Topic::DueWork);
    Ok(())
}

/// Lets every due link of a connection run at once: what held it up has ended.
///
/// # Errors
/// [`StoreError`].
pub fn hurry(tx: &mut dyn Tx, connection: ConnectionId, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE event_link SET run_at = ?2, failures = 0 WHERE state = 'due' AND calendar_id IN
           (SELECT id FROM calendar WHERE connection_id = ?1)",
        values![connection, now],
    )?;
    tx.wake(Topic::DueWork);
    Ok(())
}

/// Detaches every open link of a connection: its events are left to themselves. What is known of them is
/// kept, for the day the same account comes back.
///
/// # Errors
/// [`StoreError`].
pub fn detach_of_connection(tx: &mut dyn Tx, connection: ConnectionId) -> Result<u64, StoreError> {
    let sql = "UPDATE event_link SET state = 'detached', failures = 0, problem = NULL, loss = NULL
               WHERE state NOT IN ('closed', 'detached') AND calendar_id IN
                 (SELECT id FROM calendar WHERE connection_id = ?1)";
    tx.execute(sql, values![connection])
}

/// Detaches every open link of a calendar, as [`detach_of_connection`] does.
///
/// # Errors
/// [`StoreError`].
pub fn detach_of_calendar(tx: &mut dyn Tx, calendar: CalendarId) -> Result<u64, StoreError> {
    let sql = "UPDATE event_link SET state = 'detached', failures = 0, problem = NULL, loss = NULL
               WHERE state NOT IN ('closed', 'detached') AND calendar_id = ?1";
    tx.execute(sql, values![calendar])
}

/// Takes a connection's detached links up again: those of bookings that end after `followed_from`, or whose
/// event is still to be removed, are due, and whatever was written, or made in Google, is looked at first. The
/// others close. Those of a calendar that is not written any more stay as they are, and those of events made in
/// Google while their calendar is not two-way.
///
/// # Errors
/// [`StoreError`].
pub fn readopt_of_connection(
    tx: &mut dyn Tx,
    connection: ConnectionId,
    followed_from: Instant,
    now: Instant,
) -> Result<(), StoreError> {
    let sql = "UPDATE event_link SET run_at = ?2,
                 seen = CASE WHEN attempt > 0 OR origin = 'google' THEN ?3 ELSE NULL END,
                 state = CASE WHEN EXISTS (SELECT 1 FROM booking b WHERE b.id = booking_id
                   AND (b.ends_at > ?4 OR b.status IN ('cancelled', 'declined')
                     OR stay <> 'wanted'))
                   THEN 'due' ELSE 'closed' END
               WHERE state = 'detached' AND calendar_id IN
                 (SELECT id FROM calendar WHERE connection_id = ?1 AND mode <> 'busy'
                    AND removed_at IS NULL AND (event_link.origin = 'here' OR mode = 'two_way'))";
    let outdated = json(&Seen::Outdated);
    let changed = tx.execute(sql, values![connection, now, outdated, followed_from])?;
    if changed > 0 {
        tx.wake(Topic::DueWork);
    }
    Ok(())
}

/// Drops what is known of up to `limit` events whose bookings ended before `before`, settled or closed:
/// both bases and what was seen. Their links are closed; ids and counts stay. Gives how many there were.
///
/// # Errors
/// [`StoreError`].
pub fn shrink(tx: &mut dyn Tx, before: Instant, limit: i64) -> Result<u64, StoreError> {
    let sql = "UPDATE event_link SET state = 'closed', ours = NULL, theirs = NULL, inflight = NULL,
                 unanswered = NULL, seen = NULL, own = NULL, decided = NULL, lost_at = NULL, loss = NULL
               WHERE id IN (SELECT l.id FROM event_link l JOIN booking b ON b.id = l.booking_id
                 WHERE l.ours IS NOT NULL AND l.state IN ('settled', 'closed') AND b.ends_at < ?1
                 ORDER BY l.booking_id LIMIT ?2)";
    tx.execute(sql, values![before, limit])
}

/// The one of this id.
///
/// # Errors
/// [`StoreError`].
pub fn by_id(tx: &mut dyn Tx, id: LinkId) -> Result<Option<EventLink>, StoreError> {
    tx.first(select!("WHERE l.id = ?1"), values![id])?
        .map(read)
        .transpose()
}

/// Those of these events, by event.
///
/// # Errors
/// [`StoreError`].
pub fn of_events<'i>(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    events: impl IntoIterator<Item = &'i str>,
) -> Result<BTreeMap<String, EventLink>, StoreError> {
    let sql = select!(
        "WHERE l.calendar_id = ?1 AND l.event_id IN (SELECT e.key FROM json_each(?2) e)
         ORDER BY l.event_id"
    );
    tx.rows(sql, values![calendar, json_keys(events)])?
        .into_iter()
        .map(|row| read(row).map(|link| (link.event_id.clone(), link)))
        .collect()
}

/// The link that has used this event id in any calendar: copies of its event carry it.
///
/// # Errors
/// [`StoreError`].
pub fn named(tx: &mut dyn Tx, event_id: &str) -> Result<Option<LinkId>, StoreError> {
    let sql = "SELECT id FROM event_link WHERE event_id = ?1 ORDER BY id LIMIT 1";
    tx.first(sql, values![event_id])?
        .map(|mut row| row.take())
        .transpose()
}

/// Links of a calendar whose events a whole listing into `part` did not have, though they end after
/// `listed_from`; by id, from the one `after`. Those written since it began are among them: when a link was
/// last in step says nothing about that, for it may have been so by an older look.
///
/// # Errors
/// [`StoreError`].
pub fn unlisted(
    tx: &mut dyn Tx,
    part: Part,
    listed_from: Instant,
    after: LinkId,
    limit: i64,
) -> Result<Vec<EventLink>, StoreError> {
    let sql = select!(
        "JOIN booking b ON b.id = l.booking_id
         WHERE l.calendar_id = ?1 AND l.state IN ('due', 'settled', 'parked') AND l.ours IS NOT NULL
           AND b.ends_at > ?3 AND l.id > ?5
           AND NOT EXISTS (SELECT 1 FROM mirror_event m WHERE m.calendar_id = l.calendar_id
             AND m.generation = ?2 AND m.event_id = l.event_id)
         ORDER BY l.id LIMIT ?4"
    );
    let (calendar, generation) = (part.calendar, part.generation);
    tx.rows(
        sql,
        values![calendar, generation, listed_from, limit, after],
    )?
    .into_iter()
    .map(read)
    .collect()
}

/// Those of a booking.
///
/// # Errors
/// [`StoreError`].
pub fn of_booking(tx: &mut dyn Tx, booking: BookingId) -> Result<Vec<EventLink>, StoreError> {
    let sql = select!("WHERE l.booking_id = ?1 ORDER BY l.id LIMIT 100");
    tx.rows(sql, values![booking])?
        .into_iter()
        .map(read)
        .collect()
}

/// The due link to look at first, of a connection that works and that nobody works on at `now`, with
/// when.
///
/// # Errors
/// [`StoreError`].
pub fn next_due(tx: &mut dyn Tx, now: Instant) -> Result<Option<(LinkId, Instant)>, StoreError> {
    let sql = "SELECT l.id, l.run_at FROM event_link l
               JOIN calendar c ON c.id = l.calendar_id JOIN connection n ON n.id = c.connection_id
               WHERE l.state = 'due' AND n.state = 'connected' AND n.lease_until <= ?1
               ORDER BY l.run_at, l.id LIMIT 1";
    tx.first(sql, values![now])?
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .transpose()
}

/// How many links of a connection have work to do.
///
/// # Errors
/// [`StoreError`].
pub fn count_due(tx: &mut dyn Tx, connection: ConnectionId) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM event_link l JOIN calendar c ON c.id = l.calendar_id
               WHERE c.connection_id = ?1 AND l.state = 'due'";
    tx.first(sql, values![connection])?
        .map_or(Ok(0), |mut row| row.take())
}

/// Bookings of a connection that will still take place and have an event in Google.
///
/// # Errors
/// [`StoreError`].
pub fn count_upcoming(
    tx: &mut dyn Tx,
    connection: ConnectionId,
    now: Instant,
) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM event_link l JOIN booking b ON b.id = l.booking_id
               JOIN calendar c ON c.id = l.calendar_id
               WHERE c.connection_id = ?1 AND l.state NOT IN ('closed', 'detached')
                 AND (l.attempt > 0 OR l.origin = 'google') AND b.ends_at > ?2 AND b.status NOT IN ('cancelled', 'declined')";
    tx.first(sql, values![connection, now])?
        .map_or(Ok(0), |mut row| row.take())
}

/// Bookings of an organization that will still take place and have no link yet, each with its host.
///
/// # Errors
/// [`StoreError`].
pub fn unlinked_bookings(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    now: Instant,
    limit: i64,
) -> Result<Vec<(BookingId, HostId)>, StoreError> {
    let sql = "SELECT b.id, b.host_id FROM booking b
               WHERE b.organization_id = ?1 AND b.status IN ('unverified', 'confirmed') AND b.ends_at > ?2
                 AND NOT EXISTS (SELECT 1 FROM event_link l
                   WHERE l.booking_id = b.id AND l.stay <> 'leaving')
               ORDER BY b.starts_at, b.id LIMIT ?3";
    tx.rows(sql, values![organization, now, limit])?
        .into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}
