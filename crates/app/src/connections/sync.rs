//! "Sync now" (row V5): a connection's calendars are read at once, and whoever asked hears what that brought.
//!
//! Asking only makes pulls due, as a push does, so asking ten times is asking once (scenario H3). Waiting for
//! them is `server`'s, between [`sync_now`] and [`synced`].

use domain::{CalendarId, ConnectionId, Instant, OrganizationId};
use store::tables::calendars::{self, Calendar};
use store::tables::connections::{self, State};
use store::{Lane, StoreError, Topic};

use crate::App;
use crate::freshness::Look;

/// A look that was asked for, and how the calendars stood then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syncing {
    at: Instant,
    /// Each calendar, with how many events had been brought of it. Empty where none can be read.
    before: Vec<(CalendarId, i64)>,
}

impl Syncing {
    /// What is waited for; `None` where nothing can be read.
    pub fn look(&self) -> Option<Look> {
        let calendars: Vec<_> = self.before.iter().map(|(id, _)| *id).collect();
        (!calendars.is_empty()).then(|| Look::asked(calendars, self.at))
    }
}

/// What a look has brought so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synced {
    /// Whether every calendar was read since it was asked for. Where not, reading goes on by itself.
    pub is_complete: bool,
    /// Events that were brought since, as Google counts them: a series and each change of one instance is one.
    pub events: u64,
}

/// Lets every calendar of a connection be pulled at once; `None` when the organization has no such connection.
/// One that needs somebody is not asked, and a calendar whose pulls fail keeps its pace.
///
/// # Errors
/// [`StoreError`].
pub async fn sync_now(
    app: &App,
    organization: OrganizationId,
    id: ConnectionId,
) -> Result<Option<Syncing>, StoreError> {
    let at = app.now();
    app.store()
        .unit(Lane::Interactive, "connections.sync_now", move |tx| {
            let found = connections::by_id(tx, id)?;
            let Some(found) = found.filter(|found| found.organization_id == organization) else {
                return Ok(None);
            };
            let mut before = Vec::new();
            if found.state == State::Connected {
                for calendar in calendars::of_connection(tx, id)? {
                    calendars::ask(tx, calendar.id, at)?;
                    before.push((calendar.id, calendar.events_read));
                }
                tx.wake(Topic::DueWork);
            }
            Ok(Some(Syncing { at, before }))
        })
        .await
}

/// What came of it.
///
/// # Errors
/// [`StoreError`].
pub async fn synced(app: &App, asked: &Syncing) -> Result<Synced, StoreError> {
    let asked = asked.clone();
    app.store()
        .unit(Lane::Read, "connections.synced", move |tx| {
            let mut synced = Synced {
                is_complete: !asked.before.is_empty(),
                events: 0,
            };
            for (id, before) in &asked.before {
                // One that was taken away meanwhile is not waited for.
                let is_kept = |calendar: &Calendar| calendar.removed_at.is_none();
                let Some(calendar) = calendars::by_id(tx, *id)?.filter(is_kept) else {
                    continue;
                };
                let is_read = calendar.position.as_of >= Some(asked.at);
                synced.is_complete = synced.is_complete && is_read;
                synced.events += u64::try_from(calendar.events_read - before).unwrap_or(0);
            }
            Ok::<_, StoreError>(synced)
        })
        .await
}
