//! What to do next: the one door through which all due work runs.

use domain::{BookingId, CalendarId, ConnectionId, Instant, LinkId};
use jiff::SignedDuration;
use store::tables::channels::{self, Stop};
use store::tables::{
    audits, calendars, connections, incoming, leases, links, revocations, verifications,
};
use store::{Lane, StoreError};

use crate::{App, bookings, connections as connection_work, links as link_work, pull, push};

/// How long one step has its connection for itself: longer than any call is waited for.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_secs(90);

/// What a call of [`step`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// Something; there may be more.
    Worked,
    /// Nothing is due before this instant; `None` when nothing is due at all.
    Idle(Option<Instant>),
}

/// Does one piece of due work: writes before looks, the longest due first of each kind.
///
/// Any number of callers, in any number of processes: what one works on is leased to it, by connection.
///
/// # Errors
/// [`StoreError`]; the work is still due.
pub async fn step(app: &App) -> Result<Stepped, StoreError> {
    let now = app.now();
    let Next {
        link,
        connection,
        stop,
        revocation,
        opening,
        verification,
        incoming,
        calendar,
        audit,
        lease_end,
    } = next(app, now).await?;
    match (link, connection, calendar) {
        (Some((link, at)), _, _) if at <= now => link_work::step(app, link).await?,
        // Few and short: whoever has just connected waits for it.
        (_, Some((connection, at)), _) if at <= now => {
            connection_work::step(app, connection).await?;
        }
        // Before the grant that it takes is given back.
        _ if let Some(stop) = stop.clone().filter(|stop| stop.at <= now) => {
            push::stop_step(app, stop).await?;
        }
        _ if let Some((connection, _)) = revocation.filter(|(_, at)| *at <= now) => {
            connection_work::revoke_step(app, connection).await?;
        }
        // Before its calendar is read, so that nothing happens in between unseen.
        _ if let Some((calendar, _)) = opening.filter(|(_, at)| *at <= now) => {
            push::open_step(app, calendar).await?;
        }
        // No call: whoever booked while Google was away waits for it.
        _ if verification.is_some_and(|(_, at)| at <= now) => {
            if let Some((booking, _)) = verification {
                bookings::verify_step(app, booking).await?;
            }
        }
        // No call: what a page has shown becomes bookings before the next page is asked for.
        _ if let Some(calendar) = incoming => bookings::import_step(app, calendar).await?,
        (_, _, Some((calendar, at))) if at <= now => pull::step(app, calendar).await?,
        // Nobody waits for it.
        _ if audit.is_some_and(|(_, at)| at <= now) => {
            if let Some((calendar, _)) = audit {
                pull::audit::step(app, calendar).await?;
            }
        }
        (link, connection, calendar) => {
            let whens = [
                link.map(|l| l.1),
                connection.map(|c| c.1),
                stop.map(|s| s.at),
                revocation.map(|r| r.1),
                opening.map(|o| o.1),
                verification.map(|v| v.1),
                calendar.map(|c| c.1),
                audit.map(|a| a.1),
            ];
            return Ok(Stepped::Idle(
                whens.into_iter().flatten().chain(lease_end).min(),
            ));
        }
    }
    Ok(Stepped::Worked)
}

/// What comes first of each kind, with when.
struct Next {
    link: Option<(LinkId, Instant)>,
    connection: Option<(ConnectionId, Instant)>,
    /// A channel to be stopped.
    stop: Option<Stop>,
    /// A grant to be given back: of which connection.
    revocation: Option<(ConnectionId, Instant)>,
    /// A channel to be opened: of which calendar.
    opening: Option<(CalendarId, Instant)>,
    /// An unverified booking to look at.
    verification: Option<(BookingId, Instant)>,
    /// Events that are to become bookings: of which calendar.
    incoming: Option<CalendarId>,
    calendar: Option<(CalendarId, Instant)>,
    /// A calendar to be compared with Google's own expansion.
    audit: Option<(CalendarId, Instant)>,
    /// A worker that died leaves its lease behind; then what it worked on is free.
    lease_end: Option<Instant>,
}

async fn next(app: &App, now: Instant) -> Result<Next, StoreError> {
    let has_push = app.settings().webhook_url.is_some();
    app.store()
        .unit(Lane::Read, "due.next", move |tx| {
            Ok(Next {
                link: links::next_due(tx, now)?,
                connection: connections::next_due(tx, now)?,
                stop: channels::next_stop(tx, now)?,
                revocation: revocations::next_due(tx, now)?,
                opening: if has_push {
                    channels::next_opening(tx, now)?
                } else {
                    None
                },
                verification: verifications::next_due(tx)?,
                incoming: incoming::next_due(tx, now)?,
                calendar: calendars::next_pull(tx, now)?,
                audit: audits::next(tx, now)?,
                lease_end: leases::next_end(tx, now)?,
            })
        })
        .await
}
