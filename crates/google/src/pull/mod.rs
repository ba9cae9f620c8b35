//! Reading a calendar's events for the mirror: pages of `events.list` and `events.instances`.
//!
//! One reading of an item serves both that look at it: the mirror ([`ForeignEvent`]) and the link
//! work ([`RemoteEvent`]). An item that cannot be read is told beside the others and never loses
//! the page (scenario C6).
//!
//! Each call here costs one unit of quota, whatever its page size (google-calendar.md §14.1).
//! Nothing is followed: the next page, and where to go on from, are for the caller, who keeps them
//! with what the page said.
//!
//! To read a further field: name it in `fields`, read it in `item`, and give it a row in the tests.

mod decode;
mod error;
mod fields;
mod item;
#[cfg(test)]
mod tests;

use domain::mirror::ForeignEvent;
pub use domain::sync::import::{Guest, Standing};
use domain::{Instant, Interval};
use secrecy::SecretString;
use url::Url;

pub use self::error::{ListAnew, PullError};
pub use self::fields::Detail;
pub use self::item::Why;
use crate::call::{CalendarAt, Outgoing, Pass, unreadable, with_query};
use crate::endpoints::Endpoints;
use crate::error::CallError;
use crate::events::RemoteEvent;
use crate::transport::Transport;

/// The most items that Google puts on a page (§8.1).
pub const PAGE_ITEMS_MAX: u16 = 2500;

/// What a listing tells: Google takes one bound or the other, never both (§10.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing<'a> {
    /// Every event that ends after an instant, with no upper bound. Cancelled instances of series
    /// are among them; other deleted events are not, so whoever lists anew sweeps what it did not
    /// see (§10.2).
    Whole {
        /// The instant, not included.
        ending_after: Instant,
    },
    /// What has changed since a listing ended, deletions included.
    Changes {
        /// The token from that listing's end. Good for the same calendar, account and [`Detail`].
        sync_token: &'a str,
    },
}

/// Which page of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging<'a> {
    /// Items on it at most, held to 1 to [`PAGE_ITEMS_MAX`]; Google may put fewer, or none. The
    /// same on every page of a listing (§8.1).
    pub items_max: u16,
    /// The token from the page before; `None` for the first.
    pub token: Option<&'a str>,
}

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What it says of the calendar.
    pub envelope: Envelope,
    /// Its events, in Google's order.
    pub items: Vec<Item>,
    /// The items that cannot be read.
    pub unread: Vec<Unread>,
    /// What comes next.
    pub next: Next,
}

/// What every page says of its calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The calendar's name.
    pub name: String,
    /// Its zone as Google names it; all-day events lie on this zone's days.
    pub zone: Option<String>,
    /// What the account may do with it.
    pub access: Option<AccessRole>,
}

/// `accessRole`: what an account may do with a calendar (§7), the narrowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessRole {
    /// Nothing.
    None,
    /// See when it is busy. Its listings show instances instead of series, without details (§8.1).
    FreeBusyReader,
    /// See events; private ones without details.
    Reader,
    /// Change events, seeing private ones without details.
    WriterWithoutPrivateAccess,
    /// Change events.
    Writer,
    /// Everything.
    Owner,
}

/// One event, a tombstone included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// As the mirror sees it.
    pub foreign: ForeignEvent,
    /// As the link work sees it, from a list: not a confirmed look. `None` for [`Detail::Busy`],
    /// which does not fetch what a link is compared by; a calendar with links is read in more
    /// detail.
    pub remote: Option<RemoteEvent>,
    /// Whose it is; only for [`Detail::TwoWay`].
    pub standing: Option<Standing>,
}

/// An item that cannot be read. What it takes of the calendar's time is unknown, which is not free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Its id, if that can be read.
    pub id: Option<String>,
    /// Why, in words without anything of its content.
    pub why: Why,
}

/// What comes after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A further page, at this token. A page without items may have one too.
    Page(String),
    /// The listing has ended, and [`Listing::Changes`] goes on from this token.
    Sync(String),
    /// The listing has ended. [`page`] never says this.
    End,
}

/// One page of a calendar's events: single ones, masters of series and exceptions.
///
/// `detail` must be that of the listing before: another one wants a listing anew (§10.1).
///
/// # Errors
/// [`PullError`]; a listing that ends without a sync token counts as an answer to be asked again.
pub async fn page(
    transport: &dyn Transport,
    at: CalendarAt<'_>,
    listing: Listing<'_>,
    detail: Detail,
    paging: Paging<'_>,
) -> Result<Page, PullError> {
    let asked = Asked {
        pass: Pass::Token(at.access_token),
        url: listing_url(at.url(&["events"]), listing),
        detail,
        has_position: has_position(listing, paging),
    };
    whole(ask(transport, asked, paging).await?)
}

/// [`page`] of a public calendar, with an API key in the place of a token. A key reads what everybody may
/// read and nothing else, so only this, [`public_instances`] and
/// [`public_window`] take one (row L10).
///
/// # Errors
/// As [`page`]; a private calendar is [`CallError::NotFound`] or [`CallError::TokenRefused`].
pub async fn public_page(
    transport: &dyn Transport,
    endpoints: &Endpoints,
    calendar: &str,
    key: &SecretString,
    listing: Listing<'_>,
    paging: Paging<'_>,
) -> Result<Page, PullError> {
    let url = endpoints.method(&["calendars", calendar, "events"]);
    let asked = Asked {
        pass: Pass::Key(key),
        url: listing_url(url, listing),
        detail: Detail::Busy,
        has_position: has_position(listing, paging),
    };
    whole(ask(transport, asked, paging).await?)
}

fn listing_url(url: Url, listing: Listing<'_>) -> Url {
    // `showDeleted` stays away: without it a whole listing has the cancelled exceptions, and changes
    // have every deletion; and beside a sync token it may not be false (§8.1, §10.1).
    let (name, value) = match listing {
        Listing::Whole { ending_after } => ("timeMin", ending_after.to_string()),
        Listing::Changes { sync_token } => ("syncToken", sync_token.to_owned()),
    };
    let url = with_query(url, &[("singleEvents", "false")]);
    with_query(url, &[(name, &value)])
}

const fn has_position(listing: Listing<'_>, paging: Paging<'_>) -> bool {
    paging.token.is_some() || matches!(listing, Listing::Changes { .. })
}

fn whole(page: Page) -> Result<Page, PullError> {
    if page.next == Next::End {
        // Without a token nothing could be asked from here; seen once, unexplained (§10.3).
        return Err(PullError::Call(CallError::Retry {
            reason: "listing without a sync token".to_owned(),
            after: None,
            may_have_landed: false,
        }));
    }
    Ok(page)
}

/// One page of the instances of one series that touch `window`, exceptions among them: what
/// Google makes of a rule that is not expanded here. Each stands alone. Cancelled ones are left out.
///
/// Whether an instance that ends just where the window begins is told is uncertain (§8.1).
///
/// # Errors
/// [`PullError`]; [`CallError::NotFound`] or [`CallError::Gone`] when the series or the calendar is
/// not there.
pub async fn instances(
    transport: &dyn Transport,
    at: CalendarAt<'_>,
    master_id: &str,
    window: Interval,
    detail: Detail,
    paging: Paging<'_>,
) -> Result<Page, PullError> {
    let asked = Asked {
        pass: Pass::Token(at.access_token),
        url: within(at.url(&["events", master_id, "instances"]), window),
        detail,
        has_position: paging.token.is_some(),
    };
    ask(transport, asked, paging).await
}

/// [`instances`] of a series in a public calendar, with an API key; as [`public_page`].
///
/// # Errors
/// As [`instances`].
pub async fn public_instances(
    transport: &dyn Transport,
    (endpoints, calendar): (&Endpoints, &str),
    key: &SecretString,
    master_id: &str,
    window: Interval,
    paging: Paging<'_>,
) -> Result<Page, PullError> {
    let url = endpoints.method(&["calendars", calendar, "events", master_id, "instances"]);
    let asked = Asked {
        pass: Pass::Key(key),
        url: within(url, window),
        detail: Detail::Busy,
        has_position: paging.token.is_some(),
    };
    ask(transport, asked, paging).await
}

/// One page of everything in `window` as Google expands it: instances in the place of series, to
/// compare with what was expanded here.
///
/// # Errors
/// [`PullError`].
pub async fn window(
    transport: &dyn Transport,
    at: CalendarAt<'_>,
    window: Interval,
    detail: Detail,
    paging: Paging<'_>,
) -> Result<Page, PullError> {
    let url = with_query(at.url(&["events"]), &[("singleEvents", "true")]);
    let asked = Asked {
        pass: Pass::Token(at.access_token),
        url: within(url, window),
        detail,
        has_position: paging.token.is_some(),
    };
    ask(transport, asked, paging).await
}

/// [`window`] of a public calendar, with an API key; as [`public_page`].
///
/// # Errors
/// As [`window`].
pub async fn public_window(
    transport: &dyn Transport,
    (endpoints, calendar): (&Endpoints, &str),
    key: &SecretString,
    window: Interval,
    paging: Paging<'_>,
) -> Result<Page, PullError> {
    let url = endpoints.method(&["calendars", calendar, "events"]);
    let url = with_query(url, &[("singleEvents", "true")]);
    let asked = Asked {
        pass: Pass::Key(key),
        url: within(url, window),
        detail: Detail::Busy,
        has_position: paging.token.is_some(),
    };
    ask(transport, asked, paging).await
}

fn within(url: Url, window: Interval) -> Url {
    let (from, to) = (window.start.to_string(), window.end.to_string());
    with_query(url, &[("timeMin", &from), ("timeMax", &to)])
}

/// One call, but for its page.
struct Asked<'a> {
    pass: Pass<'a>,
    url: Url,
    detail: Detail,
    /// Whether a position is sent, which may be no good.
    has_position: bool,
}

async fn ask(
    transport: &dyn Transport,
    asked: Asked<'_>,
    paging: Paging<'_>,
) -> Result<Page, PullError> {
    let Asked {
        pass,
        url,
        detail,
        has_position,
    } = asked;
    let items_max = paging.items_max.clamp(1, PAGE_ITEMS_MAX).to_string();
    // Of more guests than these Google names only the calendar's own entry (§8.1), which is all that is read of
    // them where nobody becomes an attendee.
    let query = [
        ("prettyPrint", "false"),
        ("maxAttendees", detail.guests_max()),
        ("maxResults", &items_max),
        ("fields", detail.fields()),
    ];
    let mut url = with_query(url, &query);
    if let Some(token) = paging.token {
        url = with_query(url, &[("pageToken", token)]);
    }
    let answer = Outgoing::get(url).answer(transport, pass).await;
    let answer = answer.map_err(PullError::Call)?;
    if !answer.status().is_success() {
        return Err(error::refusal(&answer, has_position));
    }
    decode::page(answer.body(), detail).ok_or_else(|| PullError::Call(unreadable(answer.body())))
}
