//! What to do next: the one door through which all due work runs.

use domain::{CalendarId, Instant, LinkId};
use store::tables::{calendars, links};
use store::{Lane, StoreError};

use crate::{App, links as link_work, poll};

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
/// One caller at a time: leases for several come with the delivery engine.
///
/// # Errors
/// [`StoreError`]; the work is still due.
pub async fn step(app: &App) -> Result<Stepped, StoreError> {
    let now = app.now();
    let (link, calendar) = next(app).await?;
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
                .min(),
        )),
    }
}

type Next = (Option<(LinkId, Instant)>, Option<(CalendarId, Instant)>);

async fn next(app: &App) -> Result<Next, StoreError> {
    app.store()
        .unit(Lane::Read, "due.next", |tx| {
            Ok((links::next_due(tx)?, calendars::next_poll(tx)?))
        })
        .await
}
