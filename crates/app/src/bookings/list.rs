//! An organization's bookings, a page at a time.

use domain::{BookingId, Instant, OrganizationId};
use store::tables::bookings;
pub use store::tables::bookings::Filter;
use store::{Lane, StoreError};
use uuid::Uuid;

use super::detail::{Detail, surround};
use crate::App;

/// Most bookings one page holds.
pub const PAGE_MAX: usize = 100;

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// In the order of the filter.
    pub items: Vec<Detail>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
}

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The cursor is none of ours.
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A cursor that no page gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown cursor: use the one a page gave as `next`")]
pub struct BadCursor;

/// Up to `limit` bookings (at most [`PAGE_MAX`]), from where `cursor` says.
///
/// # Errors
/// [`ListError`].
pub async fn list(
    app: &App,
    organization: OrganizationId,
    filter: Filter,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page, ListError> {
    let after = cursor.map(read_cursor).transpose()?;
    let after = after.map(|(start, id)| (start, BookingId(id)));
    let limit = limit.clamp(1, PAGE_MAX);
    let now = app.now();
    app.store()
        .unit(Lane::Read, "bookings.list", move |tx| {
            // One more than asked for tells whether there is a next page.
            let wanted = i64::try_from(limit + 1).unwrap_or(i64::MAX);
            let mut found = bookings::page(tx, organization, filter, now, after, wanted)?;
            let has_more = found.len() > limit;
            found.truncate(limit);
            let next = found
                .last()
                .filter(|_| has_more)
                .map(|b| cursor_at(b.time.start, b.id.0));
            let items = found
                .into_iter()
                .map(|b| surround(tx, b))
                .collect::<Result<_, _>>()?;
            Ok::<_, StoreError>(Page { items, next })
        })
        .await
        .map_err(ListError::from)
}

/// A place in a list that is ordered by an instant and an id.
pub(crate) fn cursor_at(start: Instant, id: Uuid) -> String {
    format!("{}_{}", start.as_micros(), id.simple())
}

/// The place a cursor names.
pub(crate) fn read_cursor(cursor: &str) -> Result<(Instant, Uuid), BadCursor> {
    let (start, id) = cursor.split_once('_').ok_or(BadCursor)?;
    let start = start.parse().map_err(|_| BadCursor)?;
    Ok((
        Instant::from_micros(start),
        Uuid::try_parse(id).map_err(|_| BadCursor)?,
    ))
}
