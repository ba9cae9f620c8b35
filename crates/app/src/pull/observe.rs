//! What a page says of our own events: noted on their links, which become due. Deciding happens there.

use domain::sync::Seen;
use domain::sync::learn::learn;
use domain::{CalendarId, Instant, LinkId};
use google::events::RemoteEvent;
use store::tables::bookings;
use store::tables::links::{self, EventLink, State, Stay};
use store::tables::mirror::Part;
use store::{StoreError, Tx};

use super::arrivals::{arrival, arrived};
use super::ask::listed_from;
use crate::links::has_ended_in_google;

/// Links that are looked at in one unit.
const AT_ONCE: i64 = 100;

/// How old what a page says may be. Every page of a listing shows the state of its first (google-calendar.md
/// §20.9), and between two pages the lease is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// As new as the lease it was read under.
    First,
    /// Older than what the work on links may have seen and written since.
    Later,
}

/// Notes on their links what was seen of events of ours, where it is news.
pub(super) fn observe(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    events: &[&RemoteEvent],
    page: Page,
    now: Instant,
) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let mut rows = links::of_events(tx, calendar, events.iter().map(|event| event.id.as_str()))?;
    let mut arrivals = Vec::new();
    for event in events {
        let Some(row) = rows.get_mut(&event.id) else {
            arrivals.extend(arrival(event));
            continue;
        };
        let seen = event.seen_by(row.id, row.made(), false);
        match (page, row.state) {
            // Nothing is decided on what is out of step on purpose.
            (Page::First, _) | (_, State::Ignored) => note(tx, row, seen, now)?,
            _ if domain::fault!(15) => note(tx, row, seen, now)?,
            (Page::Later, _) => doubt(tx, row, &seen, now)?,
        }
    }
    arrived(tx, calendar, arrivals, now)
}

/// Notes that an event of ours may be other than is known: a direct look will tell. To believe an old page
/// would undo what was seen since.
fn doubt(
    tx: &mut dyn Tx,
    row: &mut EventLink,
    seen: &Seen,
    now: Instant,
) -> Result<(), StoreError> {
    // A write in flight is looked for in any case.
    if is_nothing_new(row, seen) || row.link.inflight.is_some() {
        return Ok(());
    }
    row.link.seen = Some(Seen::Outdated);
    row.state = State::Due;
    row.run_at = now;
    links::update(tx, row)
}

/// Notes that a full listing, begun at `began_at`, did not have the events of some links: they may be
/// gone, and a direct look will tell. Gives where to go on from, if there may be more. What was written
/// after the listing began need not be in it and is looked at for nothing; what is long over is not asked for.
pub(super) fn missing(
    tx: &mut dyn Tx,
    part: Part,
    began_at: Instant,
    after: LinkId,
    now: Instant,
) -> Result<Option<LinkId>, StoreError> {
    let from = listed_from(began_at);
    let found = links::unlisted(tx, part, from, after, AT_ONCE)?;
    let last = found.last().map(|row| row.id);
    for mut row in found {
        note(tx, &mut row, Seen::Deleted { confirmed: false }, now)?;
    }
    Ok(last)
}

/// Whether [`missing`] would find any.
pub(super) fn is_any_missing(
    tx: &mut dyn Tx,
    part: Part,
    began_at: Instant,
    after: LinkId,
) -> Result<bool, StoreError> {
    links::unlisted(tx, part, listed_from(began_at), after, 1).map(|found| !found.is_empty())
}

fn note(tx: &mut dyn Tx, row: &mut EventLink, seen: Seen, now: Instant) -> Result<(), StoreError> {
    if is_nothing_new(row, &seen) {
        return doubt_end(tx, row, &seen, now);
    }
    // What an adopted event is measured by.
    let booking = bookings::by_id(tx, row.booking_id)?;
    if let Some(booking) = &booking {
        row.want(booking);
    }
    row.link = learn(std::mem::take(&mut row.link), seen);
    // What is out of step on purpose stays so; it is known what it is like now.
    if row.state != State::Ignored {
        row.state = State::Due;
        row.run_at = now;
    }
    links::update(tx, row)
}

/// A list calls deleted what has ended for that very reason: most likely nothing new. But lists have been
/// wrong, and should the host have brought it back, nothing would ever tell again.
fn doubt_end(
    tx: &mut dyn Tx,
    row: &mut EventLink,
    seen: &Seen,
    now: Instant,
) -> Result<(), StoreError> {
    let is_told_gone = *seen == Seen::Deleted { confirmed: false };
    if row.state != State::Closed || !is_told_gone || row.link.ours.is_none() {
        return Ok(());
    }
    let booking = bookings::by_id(tx, row.booking_id)?;
    if row.stay == Stay::Wanted && booking.as_ref().is_some_and(has_ended_in_google) {
        row.link.seen = Some(Seen::Outdated);
        row.state = State::Due;
        row.run_at = now;
        links::update(tx, row)?;
    }
    Ok(())
}

fn is_nothing_new(row: &EventLink, seen: &Seen) -> bool {
    // What is kept of it tells whether it came back; weeks after its end nothing is kept.
    let is_kept = row.link.ours.is_some() || row.link.seen.is_some();
    let is_back = seen.remote().is_some() && is_kept && !domain::fault!(27);
    let is_over = row.state == State::Closed && !is_back && !row.link.may_be_undone_by(seen);
    is_over || row.state == State::Detached || is_known(row, seen)
}

/// Our own write coming back, or what was seen before (scenario E5).
fn is_known(row: &EventLink, seen: &Seen) -> bool {
    let base = row.link.theirs.as_ref().map(|base| &base.etag);
    let is_base = base.is_some() && seen.remote().map(|remote| &remote.etag) == base;
    (is_base && row.link.seen.is_none()) || row.link.seen.as_ref() == Some(seen)
}
