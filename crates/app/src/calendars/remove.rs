//! Taking a calendar away.

use domain::{CalendarId, ConnectionId, HostId, OrganizationId};
use store::Lane;
use store::tables::calendars::{self as rows, Position};
use store::tables::{hosts, leases, receivers};

use super::change::{all_have_one, let_go, receiving};
use super::{CalendarError, own, own_calendar};
use crate::{App, push};

/// Takes a calendar away: its events take nobody's time any more, at once, and what is known of it is swept by
/// housekeeping. Events of bookings there stay as they are, and are taken up when it is added again; new
/// bookings go to another calendar. The row stays, for the links name it.
///
/// # Errors
/// [`CalendarError`]; [`CalendarError::ReceiverNeeded`] when bookings would have nowhere to go.
pub async fn remove(
    app: &App,
    organization: OrganizationId,
    connection: ConnectionId,
    id: CalendarId,
) -> Result<(), CalendarError> {
    let now = app.now();
    app.store()
        .unit(Lane::Interactive, "calendars.remove", move |tx| {
            let found = own(tx, organization, connection)?;
            // Locks it; what is under way must not be kept.
            leases::revoke(tx, connection)?;
            let mut calendar = own_calendar(tx, &found, id)?;
            let all = hosts::list(tx, organization)?;
            let all: Vec<HostId> = all.into_iter().map(|(host, _)| host).collect();
            let received = receiving(tx, organization, id, &all)?;
            rows::set_mode(tx, id, calendar.mode, Some(now))?;
            receivers::forget(tx, id)?;
            all_have_one(tx, organization, &received)?;
            let_go(tx, id, now)?;
            push::leave(tx, id, now)?;
            // None of its rows is of this generation, so all are swept.
            let position = &calendar.position;
            let last = position.shadow.unwrap_or(position.generation);
            calendar.position = Position {
                generation: last.max(position.generation) + 1,
                ..Position::default()
            };
            rows::update(tx, &calendar)?;
            Ok(())
        })
        .await
}
