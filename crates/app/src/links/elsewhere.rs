//! Events that their host moved to another calendar: looked for before they are thought deleted (design section
//! 6), and followed.
//!
//! A move leaves a bare tombstone behind, and the same id, with everything on it, arrives in the other calendar
//! (google-calendar.md §17). Pulls note arrivals on the link, and a direct look says that it is gone where it
//! was. Where the deletion is known first, the host's other calendars are read before it counts, for as long
//! as [`SEEK_MAX`]. An event under another id is a copy, whatever it carries.

use domain::fault;
use domain::sync::Seen;
use domain::sync::policy::Elsewhere;
use domain::{CalendarId, Instant};
use jiff::SignedDuration;
use serde_json::json;
use store::tables::connections::State as ConnectionState;
use store::tables::links::{self, Stay};
use store::tables::{busy, calendars, connections};
use store::{StoreError, Tx};

use super::{Draws, Loaded, guard};

/// How long an event that is gone is looked for in calendars that are not read: then it is thought deleted.
const SEEK_MAX: SignedDuration = SignedDuration::from_mins(10);

/// A link that waits looks again by itself after this, should nobody have woken it.
const SEEK_AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// Where the event of `loaded` stands, as far as that is known.
pub(super) fn elsewhere(
    tx: &mut dyn Tx,
    loaded: &Loaded,
    now: Instant,
) -> Result<Elsewhere, StoreError> {
    let is_gone = matches!(
        loaded.row.link.seen,
        Some(Seen::Deleted { confirmed: true } | Seen::Absent)
    );
    if !is_gone || fault!(33) {
        return Ok(Elsewhere::Nowhere);
    }
    if arrived(tx, loaded)?.is_some() {
        return Ok(Elsewhere::Found);
    }
    let since = loaded.row.missing_since.unwrap_or(now);
    // Who would take the next id would not know the old one any more, wherever it turned up (seed 1734).
    if now - since >= SEEK_MAX && loaded.row.stay != Stay::Returning {
        return Ok(Elsewhere::Nowhere);
    }
    let others = others(tx, loaded)?;
    let is_unread = |(_, as_of): &(CalendarId, Option<Instant>)| as_of.is_none_or(|at| at <= since);
    Ok(if others.iter().any(is_unread) {
        Elsewhere::Unknown
    } else {
        Elsewhere::Nowhere
    })
}

/// Nobody has it: it may have come back meanwhile, so it is looked at once more where it was. Whatever that
/// look shows is decided on in the unit that records it (seed 276).
pub(super) fn doubt(tx: &mut dyn Tx, loaded: &mut Loaded, now: Instant) -> Result<(), StoreError> {
    if loaded.row.missing_since.is_some()
        && loaded.row.link.seen == Some(Seen::Deleted { confirmed: true })
        && elsewhere(tx, loaded, now)? == Elsewhere::Nowhere
    {
        loaded.row.link.seen = Some(Seen::Outdated);
    }
    Ok(())
}

fn others(
    tx: &mut dyn Tx,
    loaded: &Loaded,
) -> Result<Vec<(CalendarId, Option<Instant>)>, StoreError> {
    calendars::others_of_host(tx, loaded.booking.host_id, loaded.calendar.id)
}

/// The calendar that the event was seen in, if a link can live there: any written one of the organization,
/// also one whose connection waits for somebody. A booking has one event in each.
fn arrived(tx: &mut dyn Tx, loaded: &Loaded) -> Result<Option<CalendarId>, StoreError> {
    let Some(id) = loaded.row.moved_to else {
        return Ok(None);
    };
    let calendar = calendars::by_id(tx, id)?;
    let is_written = |c: &calendars::Calendar| c.mode.is_written() && c.removed_at.is_none();
    let Some(calendar) = calendar.filter(is_written) else {
        return Ok(None);
    };
    let connection = connections::by_id(tx, calendar.connection_id)?;
    let is_own = connection.is_some_and(|connection| {
        connection.organization_id == loaded.booking.organization_id
            && connection.state != ConnectionState::Inactive
    });
    let all = links::of_booking(tx, loaded.booking.id)?;
    let is_taken = loaded.row.stay != Stay::Leaving
        && all.iter().any(|other| {
            other.id != loaded.row.id && other.calendar_id == id && other.stay != Stay::Leaving
        });
    Ok((is_own && !is_taken).then_some(id))
}

/// Lets the other calendars be read, and waits for that.
pub(super) fn seek(tx: &mut dyn Tx, loaded: &mut Loaded, draws: &Draws) -> Result<(), StoreError> {
    let now = draws.now;
    let since = *loaded.row.missing_since.get_or_insert(now);
    for (id, as_of) in others(tx, loaded)? {
        if as_of.is_none_or(|at| at <= since) {
            calendars::ask(tx, id, now)?;
        }
    }
    loaded.row.run_at = now + SEEK_AGAIN;
    Ok(())
}

/// The link goes where its event went. The step ends here: what follows is asked through another connection.
pub(super) fn follow(
    tx: &mut dyn Tx,
    loaded: &mut Loaded,
    draws: &mut Draws,
) -> Result<(), StoreError> {
    let Some(to) = arrived(tx, loaded)? else {
        return Ok(());
    };
    guard::let_go(tx, loaded, draws)?;
    let row = &mut loaded.row;
    let from = std::mem::replace(&mut row.calendar_id, to);
    busy::forget(tx, from, &row.event_id)?;
    links::follow(tx, row.id, to)?;
    row.moved_to = None;
    row.missing_since = None;
    row.link = std::mem::take(&mut row.link).moved_along();
    row.html_link = None;
    row.problem = None;
    row.failures = 0;
    row.run_at = draws.now;
    let name = calendars::by_id(tx, to)?.map(|calendar| calendar.name);
    let detail = json!({ "from": loaded.calendar.name, "to": name, "calendar": to });
    let booking = loaded.booking.id;
    draws
        .pen
        .write(tx, booking, "event_moved_calendar", None, detail)
}
