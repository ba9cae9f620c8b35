//! The one call of a pull.

use domain::connection::Cause;
use domain::{Instant, Interval};
use google::events::CalendarAt;
use google::pull::{self, Detail, Listing, Page, Paging, PullError};
use jiff::SignedDuration;
use secrecy::SecretString;
use store::tables::calendars::Mode;
use store::tables::connections::Credential;

use super::Begun;
use crate::settings::Google;
use crate::{App, credentials};

/// How far back a full listing goes: bookings that ended lately may still be edited.
pub(super) const LOOK_BACK: SignedDuration = SignedDuration::from_hours(60 * 24);

/// Why there is no page.
pub(super) enum Unread {
    /// The access token has to be renewed first.
    TokenNeeded,
    /// Google was not asked.
    Cause(Cause),
    /// It was, and did not show it.
    Google(PullError),
}

/// From when a listing that began at `began_at` shows events.
pub(super) fn listed_from(began_at: Instant) -> Instant {
    began_at - LOOK_BACK
}

/// As whom a calendar is read.
enum Reader {
    /// With a key: what everybody may see, and nothing else (row L10).
    Anybody(SecretString),
    /// With a token.
    Account(SecretString),
}

fn reader<'a>(app: &'a App, begun: &Begun, now: Instant) -> Result<(&'a Google, Reader), Unread> {
    let not_configured = Unread::Cause(Cause::NotConfigured);
    let Ok(google) = &app.settings().google else {
        return Err(not_configured);
    };
    if begun.connection.credential == Credential::ApiKey {
        let key = google.api_key.clone().ok_or(not_configured)?;
        return Ok((google, Reader::Anybody(key)));
    }
    let token = credentials::current(app, &begun.connection, now).unwrap_or_default();
    let token = token.ok_or(Unread::TokenNeeded)?;
    Ok((google, Reader::Account(token)))
}

/// Asks for the page the pull has come to.
pub(super) async fn page(app: &App, begun: &Begun, now: Instant) -> Result<Page, Unread> {
    let (google, reader) = reader(app, begun, now)?;
    let position = &begun.calendar.position;
    let listing = match &position.sync_token {
        Some(sync_token) => Listing::Changes { sync_token },
        None => Listing::Whole {
            ending_after: listed_from(position.began_at.unwrap_or(now)),
        },
    };
    let paging = Paging {
        items_max: app.settings().pull_size.page_items_max,
        token: position.page_token.as_deref(),
    };
    let (transport, endpoints) = (&*app.0.transport, &google.endpoints);
    let calendar = begun.calendar.google_id.as_str();
    let asked = match &reader {
        Reader::Anybody(key) => {
            pull::public_page(transport, endpoints, calendar, key, listing, paging).await
        }
        Reader::Account(token) => {
            let at = CalendarAt {
                endpoints,
                access_token: token,
                calendar,
            };
            pull::page(transport, at, listing, detail(begun), paging).await
        }
    };
    asked.map_err(Unread::Google)
}

/// Asks for a page of the instances of a series within `window`.
pub(super) async fn instances(
    app: &App,
    begun: &Begun,
    (master, window): (&str, Interval),
    token: Option<&str>,
    now: Instant,
) -> Result<Page, Unread> {
    let (google, reader) = reader(app, begun, now)?;
    let paging = Paging {
        // As many as Google gives: how many pages one series may have is bounded.
        items_max: pull::PAGE_ITEMS_MAX,
        token,
    };
    let (transport, endpoints) = (&*app.0.transport, &google.endpoints);
    let calendar = begun.calendar.google_id.as_str();
    let asked = match &reader {
        Reader::Anybody(key) => {
            let public = (endpoints, calendar);
            pull::public_instances(transport, public, key, master, window, paging).await
        }
        Reader::Account(token) => {
            let at = CalendarAt {
                endpoints,
                access_token: token,
                calendar,
            };
            pull::instances(transport, at, master, window, detail(begun), paging).await
        }
    };
    asked.map_err(Unread::Google)
}

/// Asks for a page of everything in `window` as Google expands it: no more of it than when it is.
pub(super) async fn window(
    app: &App,
    begun: &Begun,
    window: Interval,
    token: Option<&str>,
    now: Instant,
) -> Result<Page, Unread> {
    let (google, reader) = reader(app, begun, now)?;
    let paging = Paging {
        items_max: pull::PAGE_ITEMS_MAX,
        token,
    };
    let (transport, endpoints) = (&*app.0.transport, &google.endpoints);
    let calendar = begun.calendar.google_id.as_str();
    let asked = match &reader {
        Reader::Anybody(key) => {
            pull::public_window(transport, (endpoints, calendar), key, window, paging).await
        }
        Reader::Account(token) => {
            let at = CalendarAt {
                endpoints,
                access_token: token,
                calendar,
            };
            pull::window(transport, at, window, Detail::Busy, paging).await
        }
    };
    asked.map_err(Unread::Google)
}

/// How much of each event is fetched: no more than the calendar is connected for.
const fn detail(begun: &Begun) -> Detail {
    match begun.calendar.mode {
        Mode::Busy => Detail::Busy,
        Mode::Write => Detail::Write,
        Mode::TwoWay => Detail::TwoWay,
    }
}
