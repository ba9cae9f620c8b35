//! The warning that a calendar's channel has ended and that the next could not be opened (scenario E2): a message
//! for each channel that ended so, written by the unit that keeps Google's refusal, and over when the calendar has
//! a channel again or is to have none.
//!
//! A calendar that never had one is told of on the calendar page alone: its owner has lost nothing.

use domain::notice::{Audience, MessageKind};
use domain::{CalendarId, Instant};
use store::tables::outgoing_messages::{self, Draft};
use store::tables::{calendars::Calendar, channels, connections};
use store::{StoreError, Tx};

use super::state::Problem;

/// A try to open a channel failed, and there will be others: says so if the last channel has ended.
pub(super) fn failed(
    tx: &mut dyn Tx,
    calendar: &Calendar,
    problem: Problem,
    now: Instant,
) -> Result<(), StoreError> {
    let Some(ended) = channels::ended(tx, calendar.id, now)? else {
        return Ok(());
    };
    let Some(connection) = connections::by_id(tx, calendar.connection_id)? else {
        return Ok(());
    };
    for audience in audiences(problem) {
        let draft = Draft {
            organization: connection.organization_id,
            kind: MessageKind::PushEnded,
            audience: *audience,
            cause: &ended.id,
            connection: Some(connection.id),
            calendar: Some(calendar.id),
            booking: None,
            at: now,
        };
        outgoing_messages::insert(tx, draft)?;
    }
    Ok(())
}

/// The owner, who sees changes later now, and whoever can mend it.
const fn audiences(problem: Problem) -> &'static [Audience] {
    match problem {
        Problem::AddressUnauthorized | Problem::AddressNotHttps => &Audience::ALL,
        _ => &[Audience::Owner],
    }
}

/// The calendar has a channel again, or is to have none.
pub(super) fn over(tx: &mut dyn Tx, calendar: CalendarId) -> Result<(), StoreError> {
    outgoing_messages::clear_kind_of_calendar(tx, calendar, MessageKind::PushEnded)
}

/// No calendar is to have a channel.
pub(super) fn over_everywhere(tx: &mut dyn Tx) -> Result<(), StoreError> {
    outgoing_messages::clear_kind(tx, MessageKind::PushEnded)
}
