//! Due work on one connected calendar: look at what changed in it.
//!
//! A look only observes. Events of ours are noted on their links, which become due; deciding happens
//! there. This is the simple look of the walking skeleton: by time of change, one page a step, our
//! own events only. The mirror of everything else replaces it.

use domain::sync::learn::learn;
use domain::sync::{EventFields, Seen};
use domain::{CalendarId, Instant};
use google::CallError;
use google::events::{self, CalendarAt, Page, RemoteEvent, Since};
use jiff::SignedDuration;
use secrecy::SecretString;
use store::tables::bookings;
use store::tables::calendars::{self, Calendar};
use store::tables::connections::{self, Connection, State as ConnectionState, Tokens};
use store::tables::links::{self, EventLink, State};
use store::{Lane, StoreError, Tx};

use crate::credentials::{self, Renewal};
use crate::retry::Jitter;
use crate::{App, settings};

/// A look without a position goes this far back: bookings that have just ended may still be edited.
const FIRST_LOOK_BACK: SignedDuration = SignedDuration::from_hours(24);

/// Google's clock and ours may differ by this much.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(5);

/// The position from which a look shows everything that changes after `at`.
pub(crate) fn position_at(at: Instant) -> String {
    (at - CLOCKS_APART).to_string()
}

/// One look at a calendar, or the renewal it needs first.
///
/// # Errors
/// [`StoreError`]: nothing was kept, and the calendar is still due.
pub(crate) async fn step(app: &App, id: CalendarId) -> Result<(), StoreError> {
    let now = app.now();
    let Some((calendar, connection)) = load(app, id).await?.filter(|(c, _)| c.poll_at <= now)
    else {
        return Ok(());
    };
    let Ok(google) = &app.settings().google else {
        return keep(app, calendar, Err("not_configured"), None, now).await;
    };
    match credentials::current(app, &connection, now).unwrap_or_default() {
        None => match credentials::renew(app, &connection).await? {
            Renewal::Done | Renewal::Dead => Ok(()),
            Renewal::Later(problem) => keep(app, calendar, Err(problem), None, now).await,
        },
        Some(token) => {
            let looked = look(app, google, &calendar, &token, now).await;
            record(app, calendar, connection, looked, now).await
        }
    }
}

async fn load(app: &App, id: CalendarId) -> Result<Option<(Calendar, Connection)>, StoreError> {
    app.store()
        .unit(Lane::Read, "poll.load", move |tx| {
            let Some(calendar) = calendars::by_id(tx, id)? else {
                return Ok(None);
            };
            let connection = connections::by_id(tx, calendar.connection_id)?
                .filter(|connection| connection.state == ConnectionState::Connected);
            Ok(connection.map(|connection| (calendar, connection)))
        })
        .await
}

async fn look(
    app: &App,
    google: &settings::Google,
    calendar: &Calendar,
    token: &SecretString,
    now: Instant,
) -> Result<Page, CallError> {
    let at = CalendarAt {
        endpoints: &google.endpoints,
        access_token: token,
        calendar: &calendar.google_id,
    };
    let since = match &calendar.poll_from {
        Some(updated) => Since::Updated(updated.clone()),
        None => Since::Ending(now - FIRST_LOOK_BACK),
    };
    events::list(&*app.0.transport, at, &since, calendar.poll_page.as_deref()).await
}

async fn record(
    app: &App,
    mut calendar: Calendar,
    mut connection: Connection,
    looked: Result<Page, CallError>,
    now: Instant,
) -> Result<(), StoreError> {
    let used = connection.tokens.clone();
    let (problem, after) = match looked {
        Ok(page) => return keep(app, calendar, Ok(page), None, now).await,
        // Too long ago, or a page token that has run out: begin again from the first look.
        Err(CallError::Gone(_)) => {
            (calendar.poll_from, calendar.poll_page, calendar.poll_newest) = (None, None, None);
            ("gone", None)
        }
        Err(CallError::Retry { after, .. }) => ("unreachable", after),
        // A dead grant is told by its refresh token, not here: the failure before this one may have
        // been any (row T5).
        Err(CallError::TokenRefused) => {
            connection.tokens.access = None;
            connection.cause = Some("token_refused".to_owned());
            ("token_refused", None)
        }
        Err(CallError::ScopeMissing(_)) => {
            credentials::fail(&mut connection, "scope_missing");
            ("scope_missing", None)
        }
        Err(CallError::NotFound) => {
            connection.cause = Some("calendar_not_found".to_owned());
            ("calendar_not_found", None)
        }
        Err(error) => {
            tracing::error!(calendar.id = %calendar.id, %error, "the calendar could not be read");
            ("unexpected_answer", None)
        }
    };
    store_connection(app, connection, used).await?;
    keep(app, calendar, Err(problem), after, now).await
}

/// Stores what a look that used these tokens found out about its connection, unless it has been
/// renewed or reconnected meanwhile.
async fn store_connection(
    app: &App,
    connection: Connection,
    used: Tokens,
) -> Result<(), StoreError> {
    app.store()
        .unit(
            Lane::Background,
            "poll.connection",
            move |tx| match connections::by_id(tx, connection.id)? {
                Some(stored) if stored.tokens == used => connections::update(tx, &connection),
                _ => Ok(()),
            },
        )
        .await
}

/// Keeps what a look gave: observations, and where the next look continues, in one unit.
async fn keep(
    app: &App,
    mut calendar: Calendar,
    looked: Result<Page, &'static str>,
    after: Option<SignedDuration>,
    began_at: Instant,
) -> Result<(), StoreError> {
    let (now, jitter) = (app.now(), Jitter::draw(app.chance()));
    let interval = app.settings().poll_interval;
    app.store()
        .unit(Lane::Background, "poll.keep", move |tx| {
            match &looked {
                Err(problem) => {
                    tracing::info!(calendar.id = %calendar.id, problem, "looking again later");
                    calendar.failures += 1;
                    calendar.poll_at = jitter.next(now, calendar.failures, after);
                }
                Ok(page) => {
                    for event in &page.events {
                        observe(tx, calendar.id, event, now)?;
                    }
                    calendar = after_page(&calendar, page, began_at, now, interval);
                }
            }
            calendars::update(tx, &calendar)
        })
        .await
}

/// The calendar's position after `page`: on the next page, or waiting for the next look.
fn after_page(
    calendar: &Calendar,
    page: &Page,
    began_at: Instant,
    now: Instant,
    interval: SignedDuration,
) -> Calendar {
    let mut next = Calendar {
        failures: 0,
        ..calendar.clone()
    };
    if !page.name.is_empty() {
        next.name.clone_from(&page.name);
    }
    // RFC 3339 in UTC with a fixed number of digits: Google's text sorts as time does.
    let newest = page
        .events
        .iter()
        .filter_map(|event| event.updated.clone())
        .max();
    next.poll_newest = next.poll_newest.max(newest);
    next.poll_page.clone_from(&page.next_page);
    if page.next_page.is_none() {
        // A first look that found nothing is a position too: a change to an event that ends before
        // what it asked for would otherwise never be seen.
        next.poll_from = next
            .poll_newest
            .take()
            .or(next.poll_from)
            .or_else(|| Some(position_at(began_at)));
        next.polled_at = Some(began_at);
        next.poll_at = now + interval;
    }
    next
}

/// Notes on its link what was seen of an event of ours, if it is news.
fn observe(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    event: &RemoteEvent,
    now: Instant,
) -> Result<(), StoreError> {
    let Some(mut row) = links::by_event(tx, calendar, &event.id)? else {
        return Ok(());
    };
    let seen = event.seen_by(row.id, false);
    if row.state == State::Closed || is_known(&row, &seen) {
        return Ok(());
    }
    // What an adopted event is measured by.
    let booking = bookings::by_id(tx, row.booking_id)?;
    row.link.wanted = booking.as_ref().and_then(EventFields::wanted);
    row.link = learn(row.link, seen);
    row.state = State::Due;
    row.run_at = now;
    links::update(tx, &row)
}

/// Our own write coming back, or what was seen before (scenario E5).
fn is_known(row: &EventLink, seen: &Seen) -> bool {
    let is_base = matches!(
        (seen, &row.link.theirs),
        (Seen::Live(remote), Some(base)) if remote.etag == base.etag
    );
    (is_base && row.link.seen.is_none()) || row.link.seen.as_ref() == Some(seen)
}
