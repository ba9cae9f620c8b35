//! Due work on one event link: bring one booking's event in step, one remote call at a time.
//!
//! `step` prepares in one unit (plan, and write the intent down), makes at most one call, and
//! records its answer in another unit. Crashing anywhere in between is harmless: the next step finds
//! the intent and looks at the event before doing anything else.

mod advance;
mod call;
mod conflict;
pub mod detached;
mod elsewhere;
mod facts;
mod follow;
mod guard;
mod history;
mod prepare;
mod record;

use domain::sync::Intent;
use domain::sync::policy::Origin;
use domain::{ConnectionId, Instant, LinkId};
use google::events::Mark;
use secrecy::SecretString;
use store::tables::calendars::{self, Calendar};
use store::tables::connections::{self, Connection, State as ConnectionState};
use store::tables::leases::{self, Lease};
use store::tables::links::{self, EventLink, State};
use store::{Lane, StoreError, Tx};

use crate::App;
use crate::connections::Cause;
use crate::credentials::{self, Renewal};
use crate::retry::Jitter;
use crate::timeline::Pen;
use call::Call;
pub(crate) use facts::has_ended_in_google;
pub(crate) use follow::can_be;

/// A link with what it connects.
struct Loaded {
    row: EventLink,
    booking: domain::booking::Booking,
    calendar: Calendar,
    connection: Connection,
}

/// What a step has to do outside.
enum Prepared {
    /// Nothing: it was not due, or everything could be settled here.
    Nothing,
    /// The access token has to be renewed first.
    Renew(Box<Connection>, Lease),
    /// One call.
    Call(Box<Ready>),
}

/// A call with everything it needs.
struct Ready {
    lease: Lease,
    link: LinkId,
    event_id: String,
    /// Who made the event.
    made: Origin,
    google_id: String,
    access_token: SecretString,
    call: Call,
    /// For writes, as committed before the call.
    intent: Option<Intent>,
    /// Its line on the timeline, which waits for the answer.
    told: Option<history::Told>,
}

impl Ready {
    fn mark(&self) -> Mark {
        Mark {
            link: self.link,
            rev: self.intent.as_ref().map_or(0, |intent| intent.attempt),
        }
    }
}

/// Does one thing for one link, if it is due: settles it, renews the token it needs, or makes one
/// call for it.
///
/// # Errors
/// [`StoreError`]: nothing was done, or the answer of a call was not kept; either way the link is
/// still due.
pub(crate) async fn step(app: &App, id: LinkId) -> Result<(), StoreError> {
    match prepare::prepare(app, id).await? {
        Prepared::Nothing => Ok(()),
        Prepared::Renew(connection, lease) => {
            match credentials::renew(app, &connection, lease).await? {
                Renewal::Done | Renewal::Dead => Ok(()),
                Renewal::Later(problem) => postpone(app, id, lease, problem).await,
            }
        }
        Prepared::Call(ready) => {
            let answer = call::make(app, &ready).await;
            record::record(app, *ready, answer).await
        }
    }
}

/// The connection a link works through, if the link is due at `now`. Locks nothing.
fn through(tx: &mut dyn Tx, id: LinkId, now: Instant) -> Result<Option<ConnectionId>, StoreError> {
    let missing = || StoreError::decode("a link's calendar is missing");
    let is_due = |row: &EventLink| row.state == State::Due && row.run_at <= now;
    let Some(row) = links::by_id(tx, id)?.filter(is_due) else {
        return Ok(None);
    };
    let calendar = calendars::by_id(tx, row.calendar_id)?.ok_or_else(missing)?;
    Ok(Some(calendar.connection_id))
}

/// The link with what it connects, if it can be worked on now. Its booking is locked, as for a change of
/// it: whoever changes a booking marks its links due, and that must not be overwritten with what was
/// decided on the booking before.
fn load(tx: &mut dyn Tx, id: LinkId) -> Result<Option<Loaded>, StoreError> {
    let missing = || StoreError::decode("a link's booking, calendar or connection is missing");
    let Some(row) = links::by_id(tx, id)? else {
        return Ok(None);
    };
    let booking = crate::bookings::lock(tx, row.booking_id)?.ok_or_else(missing)?;
    let mut row = links::by_id(tx, id)?.ok_or_else(missing)?;
    row.want(&booking);
    let calendar = calendars::by_id(tx, row.calendar_id)?.ok_or_else(missing)?;
    let connection = connections::by_id(tx, calendar.connection_id)?.ok_or_else(missing)?;
    let can_work = row.state == State::Due && connection.state == ConnectionState::Connected;
    Ok(can_work.then_some(Loaded {
        row,
        booking,
        calendar,
        connection,
    }))
}

/// Puts the link off after a failure that says nothing about its event.
async fn postpone(app: &App, id: LinkId, lease: Lease, problem: Cause) -> Result<(), StoreError> {
    let (now, jitter) = (app.now(), Jitter::draw(app.chance()));
    app.store()
        .unit(Lane::Background, "links.postpone", move |tx| {
            if !leases::give_back(tx, lease)? {
                return Ok(());
            }
            let Some(mut loaded) = load(tx, id)? else {
                return Ok(());
            };
            put_off(&mut loaded.row, problem.as_str(), jitter, None, now);
            links::update(tx, &loaded.row)
        })
        .await
}

fn put_off(
    row: &mut EventLink,
    problem: &str,
    jitter: Jitter,
    after: Option<jiff::SignedDuration>,
    now: Instant,
) {
    row.failures += 1;
    row.problem = Some(problem.to_owned());
    row.run_at = jitter.next(now, row.failures, after);
}

/// What one unit of link work draws before it runs.
struct Draws {
    now: Instant,
    pen: Pen,
    jitter: Jitter,
}

impl Draws {
    fn new(app: &App) -> Self {
        let now = app.now();
        Self {
            now,
            pen: Pen::new(app, now),
            jitter: Jitter::draw(app.chance()),
        }
    }
}
