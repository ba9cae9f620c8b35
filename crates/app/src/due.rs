//! What to do next: the one door through which all due work runs.

use domain::{CalendarId, Instant, LinkId};
use jiff::SignedDuration;
use store::tables::{calendars, leases, links};
use store::{Lane, StoreError};

use crate::{App, links as link_work, poll};

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

/// Does one piece of due work: writes before looks, the longest due first.
///
/// Any number of callers, in any number of processes: what one works on is leased to it, by connection.
///
/// # Errors
/// [`StoreError`]; the work is still due.
pub async fn step(app: &App) -> Result<Stepped, StoreError> {
    let now = app.now();
    let Next {
        link,
        calendar,
        lease_end,
    } = next(app, now).await?;
    match (link, calendar) {
        (Some((link, at)), _) if at <= now => {
            link_work::step(app, link).await?;
            Ok(Stepped::Worked)
        }
        (_, Some((calendar, at))) if at <= now => {
            poll::step(app, calendar).await?;
            Ok(Stepped::Worked)
        }
        (link, calendar) => Ok(Stepped::Idle(
            link.map(|l| l.1)
                .into_iter()
                .chain(calendar.map(|c| c.1))
                .chain(lease_end)
                .min(),
        )),
    }
}

/// What comes first of each kind, with when.
struct Next {
    link: Option<(LinkId, Instant)>,
    calendar: Option<(CalendarId, Instant)>,
    /// A worker that died leaves its lease behind; then what it worked on is free.
    lease_end: Option<Instant>,
}

async fn next(app: &App, now: Instant) -> Result<Next, StoreError> {
    app.store()
        .unit(Lane::Read, "due.next", move |tx| {
            Ok(Next {
                link: links::next_due(tx, now)?,
                calendar: calendars::next_poll(tx, now)?,
                lease_end: leases::next_end(tx, now)?,
            })
        })
        .await
}
