//! The inbox: what a person must decide about a booking's event, and the ways to (scenario D2).
//!
//! Trying again and linking anew do not close a conflict, their outcome does: it stays, shown as being
//! tried, until both sides agree or the link is parked once more. To add a kind: open it in link work, and
//! give it its sentence in the pages' translations; richer kinds add their ways to decide to
//! [`Resolution`].

mod aside;
mod losses;
mod overlaps;
mod resolution;
mod there;

use domain::booking::{Booking, Cause};
use domain::sync::policy::{Origin, Side};
use domain::sync::{EventFields, Seen};
use domain::{BookingId, ConflictId, Instant, OrganizationId};
use serde_json::json;
use store::tables::conflicts::{self, Conflict};
use store::tables::links::{self, EventLink, State};
use store::tables::{bookings, calendars, claims, leases, outgoing_messages};
use store::{Lane, StoreError, Tx};

use crate::App;
pub use crate::bookings::ListError;
use crate::bookings::{Detail, chosen_id, cursor_at, elsewhere, read_cursor, surround};
use crate::timeline::Pen;
pub use resolution::Resolution;
pub use there::There;

/// Most conflicts one page holds.
pub const PAGE_MAX: usize = 100;

/// One thing to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What is kept of it.
    pub conflict: Conflict,
    /// The booking it is about; the first of them, where it is about many.
    pub booking: Detail,
    /// Whether it waits for a person, or is being tried again.
    pub is_open: bool,
    /// What the calendar should show; `None` when nothing.
    pub here: Option<EventFields>,
    /// What it shows, as far as known.
    pub there: There,
    /// How many bookings are held back, where it is about many.
    pub held: Option<u64>,
}

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Oldest first.
    pub items: Vec<Item>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
}

/// Up to `limit` (at most [`PAGE_MAX`]) of what an organization must decide, from where `cursor` says.
///
/// # Errors
/// [`ListError`].
pub async fn list(
    app: &App,
    organization: OrganizationId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page, ListError> {
    let after = cursor.map(read_cursor).transpose()?;
    let after = after.map(|(at, id)| (at, ConflictId(id)));
    let limit = limit.clamp(1, PAGE_MAX);
    app.store()
        .unit(Lane::Read, "conflicts.list", move |tx| {
            // One more than asked for tells whether there is a next page.
            let wanted = i64::try_from(limit + 1).unwrap_or(i64::MAX);
            let mut found = conflicts::page(tx, organization, after, wanted)?;
            let has_more = found.len() > limit;
            found.truncate(limit);
            let next = found
                .last()
                .filter(|_| has_more)
                .map(|c| cursor_at(c.opened_at, c.id.0));
            let items = found
                .into_iter()
                .map(|conflict| read(tx, conflict))
                .collect::<Result<_, _>>()?;
            Ok::<_, StoreError>(Page { items, next })
        })
        .await
        .map_err(ListError::from)
}

fn read(tx: &mut dyn Tx, conflict: Conflict) -> Result<Item, StoreError> {
    let missing = || StoreError::decode("a conflict's booking or link is missing");
    let booking = bookings::by_id(tx, conflict.booking_id)?.ok_or_else(missing)?;
    let mut held = None;
    let (is_waiting, there) = match (conflict.link_id, conflict.calendar_id) {
        (Some(link), _) => {
            let link = links::by_id(tx, link)?.ok_or_else(missing)?;
            let waits = link.state == State::Parked || conflict.aside.is_some();
            (waits, There::of(&link))
        }
        (None, Some(calendar)) => {
            let (there, count) = losses::held(tx, &conflict, calendar)?;
            held = Some(count);
            (true, there)
        }
        (None, None) => (conflict.resolution.is_none(), overlap(tx, &booking)?),
    };
    Ok(Item {
        is_open: conflict.closed_at.is_none() && is_waiting,
        here: EventFields::wanted(&booking),
        there,
        held,
        booking: surround(tx, booking)?,
        conflict,
    })
}

/// Whether the event was made in Google and is there: let go of, it would come back as another booking.
fn is_left_alone(link: &EventLink) -> bool {
    link.made() == Origin::Google && link.link.seen.as_ref().and_then(Seen::remote).is_some()
}

/// What takes the time of an unverified booking.
fn overlap(tx: &mut dyn Tx, booking: &Booking) -> Result<There, StoreError> {
    let mut found = Vec::new();
    for host in claims::hosts_of(tx, booking.id)? {
        found.extend(elsewhere(tx, booking, host)?);
    }
    let first = found.into_iter().min();
    Ok(first.map_or(There::Free, |time| There::Busy { time }))
}

/// A decision.
#[derive(Clone, Copy, Debug)]
pub struct ResolveInput {
    /// About what.
    pub conflict: ConflictId,
    /// Whose it must be.
    pub organization: OrganizationId,
    /// What.
    pub resolution: Resolution,
    /// The version the person has seen; another one refuses.
    pub version: Option<i64>,
    /// Who decides.
    pub cause: Cause,
}

/// Why a decision does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// No such conflict.
    #[error("there is no such conflict")]
    NotFound,
    /// It is over already.
    #[error("this has been settled meanwhile")]
    Over,
    /// It is not a way to decide this.
    #[error("this cannot be decided so")]
    Unfit,
    /// It is not as the person saw it: tried again, or refused once more.
    #[error("this has changed meanwhile")]
    Changed,
    /// The booking cannot be there: another one is, or it is over.
    #[error("another booking is at that time, or this one is over")]
    CannotBe,
    /// The store failed; nothing was decided.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Decides. The same decision again changes nothing more.
///
/// # Errors
/// [`ResolveError`].
pub async fn resolve(app: &App, input: ResolveInput) -> Result<Item, ResolveError> {
    let now = app.now();
    let mut pen = Pen::new(app, now);
    app.store()
        .unit(Lane::Interactive, "conflicts.resolve", move |tx| {
            pen.restart();
            resolve_in(tx, input, &mut pen, now)
        })
        .await
}

fn resolve_in(
    tx: &mut dyn Tx,
    input: ResolveInput,
    pen: &mut Pen,
    now: Instant,
) -> Result<Item, ResolveError> {
    let is_theirs = |c: &Conflict| c.organization_id == input.organization;
    let found = conflicts::by_id(tx, input.conflict)?.filter(is_theirs);
    let found = found.ok_or(ResolveError::NotFound)?;
    if !Resolution::of(&found).contains(&input.resolution) {
        return Err(ResolveError::Unfit);
    }
    if let Some(calendar) = found.calendar_id {
        return losses::resolve(tx, (&found, calendar), input, pen, now);
    }
    let Some(link_id) = found.link_id else {
        return overlaps::resolve(tx, &found, input, pen, now);
    };
    let mut link = lock(tx, link_id)?;
    // Read again: what was read before the lock may have been the past.
    let mut conflict = conflicts::by_id(tx, input.conflict)?.ok_or(ResolveError::NotFound)?;
    let is_same = conflict.resolution.as_deref() == Some(input.resolution.as_str());
    if conflict.closed_at.is_some() {
        return if is_same {
            Ok(read(tx, conflict)?)
        } else {
            Err(ResolveError::Over)
        };
    }
    if input
        .version
        .is_some_and(|version| version != conflict.version)
    {
        return Err(ResolveError::Changed);
    }
    if let Some(aside) = conflict.aside.clone() {
        aside::decide(tx, &conflict, &aside, input, pen, now)?;
        conflict.resolution = Some(input.resolution.as_str().to_owned());
        conflict.closed_at = Some(now);
        conflicts::update(tx, &conflict)?;
        let detail = json!({ "field": aside.field.as_str() });
        let kind = input.resolution.kind();
        pen.write(tx, conflict.booking_id, kind, Some(input.cause), detail)?;
        return Ok(read(tx, conflict)?);
    }
    if link.state != State::Parked {
        return if is_same || input.resolution == Resolution::Retry {
            Ok(read(tx, conflict)?)
        } else {
            Err(ResolveError::Changed)
        };
    }
    if input.resolution == Resolution::Relink && is_left_alone(&link) {
        return Err(ResolveError::Unfit);
    }
    apply(tx, &mut link, input.resolution, now)?;
    links::update(tx, &link)?;
    conflict.resolution = Some(input.resolution.as_str().to_owned());
    if input.resolution == Resolution::Ignore {
        conflict.closed_at = Some(now);
        outgoing_messages::clear_of_booking(tx, conflict.booking_id)?;
    }
    conflicts::update(tx, &conflict)?;
    let kind = input.resolution.kind();
    pen.write(tx, conflict.booking_id, kind, Some(input.cause), json!({}))?;
    Ok(read(tx, conflict)?)
}

/// The link, so that neither a worker's finding nor a change of its booking comes in between.
fn lock(tx: &mut dyn Tx, link: domain::LinkId) -> Result<EventLink, StoreError> {
    let missing = || StoreError::decode("a conflict's link or calendar is missing");
    let row = links::by_id(tx, link)?.ok_or_else(missing)?;
    let calendar = calendars::by_id(tx, row.calendar_id)?.ok_or_else(missing)?;
    leases::hold_off(tx, calendar.connection_id)?;
    bookings::lock(tx, row.booking_id)?;
    let locked = links::by_id(tx, link)?.ok_or_else(missing)?;
    if locked.calendar_id != row.calendar_id {
        // It followed its event meanwhile: who asks again finds it there.
        return Err(StoreError::Overloaded);
    }
    Ok(locked)
}

fn apply(
    tx: &mut dyn Tx,
    link: &mut EventLink,
    resolution: Resolution,
    now: Instant,
) -> Result<(), StoreError> {
    match resolution {
        Resolution::Retry => link.link = std::mem::take(&mut link.link).look_again(),
        Resolution::Relink => {
            link.link = std::mem::take(&mut link.link).let_go();
            let generation = link.link.generation;
            link.event_id = chosen_id(tx, link.calendar_id, link.booking_id, generation)?;
            link.html_link = None;
        }
        Resolution::Ours => link.link.decided = Some(Side::Ours),
        Resolution::Theirs => link.link.decided = Some(Side::Theirs),
        // The last two decide nothing about a link: see [`Resolution::of`].
        Resolution::Ignore | Resolution::Keep | Resolution::Cancel => {
            link.state = State::Ignored;
            link.problem = Some("ignored".to_owned());
            return Ok(());
        }
    }
    link.state = State::Due;
    link.run_at = now;
    link.failures = 0;
    link.problem = None;
    Ok(())
}

/// Looks at a booking's event now: one that waits for a person is tried again, and one that waits for its
/// time need not (row V8). Gives whether there was anything to do.
///
/// # Errors
/// [`StoreError`].
pub async fn retry_booking(
    app: &App,
    organization: OrganizationId,
    booking: BookingId,
    cause: Cause,
) -> Result<bool, StoreError> {
    let now = app.now();
    let mut pen = Pen::new(app, now);
    app.store()
        .unit(Lane::Interactive, "conflicts.retry_booking", move |tx| {
            pen.restart();
            let mut is_any = false;
            let found = bookings::by_id(tx, booking)?;
            if found.is_none_or(|booking| booking.organization_id != organization) {
                return Ok(false);
            }
            if let Some(open) = conflicts::open_of_time(tx, booking)? {
                let input = ResolveInput {
                    conflict: open.id,
                    organization,
                    resolution: Resolution::Retry,
                    version: None,
                    cause,
                };
                match resolve_in(tx, input, &mut pen, now) {
                    Err(ResolveError::Store(error)) => return Err(error),
                    _ => is_any = true,
                }
            }
            for link in links::of_booking(tx, booking)? {
                let mut link = lock(tx, link.id)?;
                let open = conflicts::open_of_link(tx, link.id)?;
                match (link.state, open) {
                    (State::Parked, Some(open)) => {
                        let input = ResolveInput {
                            conflict: open.id,
                            organization,
                            resolution: Resolution::Retry,
                            version: None,
                            cause,
                        };
                        match resolve_in(tx, input, &mut pen, now) {
                            Err(ResolveError::Store(error)) => return Err(error),
                            _ => is_any = true,
                        }
                    }
                    (State::Due, _) if link.run_at > now => {
                        link.run_at = now;
                        links::update(tx, &link)?;
                        is_any = true;
                    }
                    _ => {}
                }
            }
            Ok(is_any)
        })
        .await
}
