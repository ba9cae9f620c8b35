//! Due work on one connected calendar: read what changed in it, one page a step.
//!
//! A pull only observes. Foreign events go into the mirror, as busy time; events of ours are noted on
//! their links, which become due; deciding happens there. The first listing, and every one after Google
//! called a position too old, fills a generation of the mirror beside the one that counts and takes its
//! place in one unit, so that what is offered meanwhile rests on one whole state or the other.
//!
//! A page is applied in chunks under one lease; where to go on from is stored with its last. Whoever dies
//! in between leaves rows that the next one puts in place again.

mod arrivals;
mod arrive;
mod ask;
pub(crate) mod audit;
mod instances;
mod keep;
mod mirror;
mod observe;
pub(crate) mod pace;

use domain::mirror::ForeignEvent;
use domain::{CalendarId, Instant};
use jiff::SignedDuration;
use store::tables::calendars::{self, Calendar};
use store::tables::channels;
use store::tables::connections::{self, Connection, State as ConnectionState};
use store::tables::leases::{self, Lease};
use store::{Lane, StoreError, Tx};

use crate::credentials::{self, Renewal};
use crate::due::LEASE;
use crate::retry::Jitter;
use crate::{App, quota};
use ask::Unread;

/// One page of a calendar, or the renewal it needs first.
///
/// # Errors
/// [`StoreError`]: the position was not kept, and the calendar is still due.
pub(crate) async fn step(app: &App, id: CalendarId) -> Result<(), StoreError> {
    let now = app.now();
    let Some((begun, master)) = begin(app, id, now).await? else {
        return Ok(());
    };
    if let Some(master) = master {
        return instances::step(app, begun, master, now).await;
    }
    match ask::page(app, &begun, now).await {
        Ok(page) => keep::page(app, begun, page, now).await,
        Err(Unread::TokenNeeded) => renew(app, begun).await,
        Err(unread) => keep::failure(app, begun, unread).await,
    }
}

/// Renews the token that the call needs; the calendar is still due.
async fn renew(app: &App, begun: Begun) -> Result<(), StoreError> {
    match credentials::renew(app, &begun.connection, begun.lease).await? {
        Renewal::Done | Renewal::Dead => Ok(()),
        Renewal::Later(cause) => keep::failure(app, begun, Unread::Cause(cause)).await,
    }
}

/// How long after a pull the instances of its series may still be asked for: whoever waits longer reads the
/// calendar first.
const FRESH: SignedDuration = SignedDuration::from_secs(30);

/// When to look at a calendar again that was read at `now`. Others may not change until when it is looked at
/// often before the transaction ends.
fn look_again(
    tx: &mut dyn Tx,
    app: &App,
    calendar: &Calendar,
    jitter: Jitter,
    now: Instant,
) -> Result<Instant, StoreError> {
    let known = pace::Traits {
        interesting_until: calendars::interesting_until(tx, calendar.id)?,
        changed_at: calendar.changed_at,
        has_push: channels::live(tx, calendar.id, now)?.is_some(),
    };
    Ok(pace::next(&app.settings().pace, known, jitter, now))
}

/// A pull with its lease.
struct Begun {
    calendar: Calendar,
    connection: Connection,
    lease: Lease,
}

/// Takes the lease, if the calendar is due and nobody works on its connection; with the series to ask about,
/// if that comes first.
async fn begin(
    app: &App,
    id: CalendarId,
    now: Instant,
) -> Result<Option<(Begun, Option<ForeignEvent>)>, StoreError> {
    let inner = app.clone();
    app.store()
        .unit(Lane::Background, "pull.begin", move |tx| {
            let Some(due) = calendars::by_id(tx, id)?.filter(|c| c.is_due(now)) else {
                return Ok(None);
            };
            let Some(lease) = leases::take(tx, due.connection_id, now, now + LEASE)? else {
                return Ok(None);
            };
            // Read under the lease: what is stored back must not be older than it.
            let calendar = calendars::by_id(tx, id)?.filter(|c| c.is_due(now));
            let connection = connections::by_id(tx, due.connection_id)?
                .filter(|connection| connection.state == ConnectionState::Connected);
            let (Some(mut calendar), Some(connection)) = (calendar, connection) else {
                leases::give_back(tx, lease)?;
                return Ok(None);
            };
            if let Some(at) = quota::spend(tx, &inner, &connection.account_sub, 1, now)? {
                leases::rest(tx, lease, at)?;
                return Ok(None);
            }
            let master = instances::next(tx, &calendar, now - FRESH)?;
            if master.is_none() {
                keep::open(tx, &mut calendar, now)?;
                calendars::update(tx, &calendar)?;
            }
            let begun = Begun {
                calendar,
                connection,
                lease,
            };
            Ok(Some((begun, master)))
        })
        .await
}
