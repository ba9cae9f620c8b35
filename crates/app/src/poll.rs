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
use store::tables::connections::{self, Connection, Credential, State as ConnectionState};
use store::tables::leases::{self, Lease};
use store::tables::links::{self, EventLink, State};
use store::{Lane, StoreError, Tx};

use crate::connections::{Cause, cause, health};
use crate::credentials::{self, Renewal};
use crate::due::LEASE;
use crate::retry::Jitter;
use crate::{App, quota, settings};

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
    let Some(Begun {
        calendar,
        connection,
        lease,
    }) = begin(app, id, now).await?
    else {
        return Ok(());
    };
    let Ok(google) = &app.settings().google else {
        return keep(
            app,
            lease,
            Looked::failed((calendar, connection), Cause::NotConfigured),
            now,
        )
        .await;
    };
    if connection.credential == Credential::ApiKey {
        let looked = match &google.api_key {
            None => Looked::failed((calendar, connection), Cause::NotConfigured),
            Some(key) => {
                let answer = look_in_public(app, google, &calendar, key, now).await;
                Looked::of(calendar, connection, answer)
            }
        };
        return keep(app, lease, looked, now).await;
    }
    match credentials::current(app, &connection, now).unwrap_or_default() {
        None => match credentials::renew(app, &connection, lease).await? {
            Renewal::Done | Renewal::Dead => Ok(()),
            Renewal::Later(problem) => {
                keep(
                    app,
                    lease,
                    Looked::failed((calendar, connection), problem),
                    now,
                )
                .await
            }
        },
        Some(token) => {
            let answer = look(app, google, &calendar, &token, now).await;
            keep(app, lease, Looked::of(calendar, connection, answer), now).await
        }
    }
}

struct Begun {
    calendar: Calendar,
    connection: Connection,
    lease: Lease,
}

/// Takes the lease, if the calendar is due and nobody works on its connection.
async fn begin(app: &App, id: CalendarId, now: Instant) -> Result<Option<Begun>, StoreError> {
    let inner = app.clone();
    app.store()
        .unit(Lane::Background, "poll.begin", move |tx| {
            let Some(calendar) = calendars::by_id(tx, id)?.filter(|c| c.poll_at <= now) else {
                return Ok(None);
            };
            let id = calendar.connection_id;
            let Some(lease) = leases::take(tx, id, now, now + LEASE)? else {
                return Ok(None);
            };
            // Read under the lease: what is stored back must not be older than it.
            let connection = connections::by_id(tx, id)?
                .filter(|connection| connection.state == ConnectionState::Connected);
            let Some(connection) = connection else {
                leases::give_back(tx, lease)?;
                return Ok(None);
            };
            if let Some(at) = quota::spend(tx, &inner, &connection.account_sub, 1, now)? {
                leases::rest(tx, lease, at)?;
                return Ok(None);
            }
            Ok(Some(Begun {
                calendar,
                connection,
                lease,
            }))
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
    let (since, page) = (since(calendar, now), calendar.poll_page.as_deref());
    events::list(&*app.0.transport, at, &since, page).await
}

/// A look at a public calendar, with the key that is good for nothing else (row L10).
async fn look_in_public(
    app: &App,
    google: &settings::Google,
    calendar: &Calendar,
    key: &SecretString,
    now: Instant,
) -> Result<Page, CallError> {
    let (since, page) = (since(calendar, now), calendar.poll_page.as_deref());
    let (transport, endpoints) = (&*app.0.transport, &google.endpoints);
    events::list_public(transport, endpoints, &calendar.google_id, key, &since, page).await
}

fn since(calendar: &Calendar, now: Instant) -> Since {
    match &calendar.poll_from {
        Some(updated) => Since::Updated(updated.clone()),
        None => Since::Ending(now - FIRST_LOOK_BACK),
    }
}

/// What a look gave, and what it says of calendar and connection.
struct Looked {
    calendar: Calendar,
    connection: Connection,
    /// Whether the look changed it.
    is_changed: bool,
    page: Result<Page, Problem>,
}

/// Why there is no page.
struct Problem {
    /// In a word, for the log.
    code: &'static str,
    /// When Google wants to be asked again.
    after: Option<SignedDuration>,
    /// What it said, if it was asked.
    error: Option<CallError>,
}

impl Looked {
    fn failed((calendar, mut connection): (Calendar, Connection), cause: Cause) -> Self {
        let before = connection.clone();
        health::note(&mut connection, cause);
        let problem = Problem {
            code: cause.as_str(),
            after: None,
            error: None,
        };
        Self {
            calendar,
            is_changed: connection != before,
            connection,
            page: Err(problem),
        }
    }

    fn of(
        mut calendar: Calendar,
        mut connection: Connection,
        answer: Result<Page, CallError>,
    ) -> Self {
        let before = connection.clone();
        health::looked(&mut connection, answer.as_ref().err());
        let page = answer.map_err(|error| {
            let mut code = cause::of_call(&error).as_str();
            let after = match &error {
                // Too long ago, or a page token that has run out: begin again from the first look.
                CallError::Gone(_) => {
                    (
                        calendar.poll_from,
                        calendar.poll_page,
                        calendar.poll_newest,
                    ) = (None, None, None);
                    code = "gone";
                    None
                }
                CallError::Retry { after, .. } => *after,
                CallError::Refused { .. } | CallError::Bug(_) => {
                    tracing::error!(calendar.id = %calendar.id, %error, "the calendar could not be read");
                    None
                }
                _ => None,
            };
            Problem {
                code,
                after,
                error: Some(error),
            }
        });
        Self {
            calendar,
            is_changed: connection != before,
            connection,
            page,
        }
    }
}

/// Keeps what a look gave, in one unit: observations, where the next look continues, and what became of
/// the connection. Gives the lease back; without it nothing is kept.
async fn keep(
    app: &App,
    lease: Lease,
    looked: Looked,
    began_at: Instant,
) -> Result<(), StoreError> {
    let (now, jitter) = (app.now(), Jitter::draw(app.chance()));
    let interval = app.settings().poll_interval;
    let inner = app.clone();
    app.store()
        .unit(Lane::Background, "poll.keep", move |tx| {
            if !leases::give_back(tx, lease)? {
                return Ok(());
            }
            if looked.is_changed {
                connections::update(tx, &looked.connection)?;
            }
            let mut calendar = looked.calendar.clone();
            match &looked.page {
                Err(Problem { code, after, .. }) => {
                    tracing::info!(calendar.id = %calendar.id, problem = code, "looking again later");
                    calendar.failures += 1;
                    calendar.poll_at = jitter.next(now, calendar.failures, *after);
                }
                Ok(page) => {
                    for event in &page.events {
                        observe(tx, calendar.id, event, now)?;
                    }
                    calendar = after_page(&calendar, page, began_at, now, interval);
                }
            }
            calendars::update(tx, &calendar)?;
            let pace = match &looked.page {
                Ok(_) => Ok(()),
                Err(Problem { error, .. }) => match error {
                    Some(error) => Err((error, calendar.poll_at)),
                    // Google was not asked.
                    None => return Ok(()),
                },
            };
            quota::heed(tx, &inner, &looked.connection.account_sub, lease, pace)
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
    let is_over = row.state == State::Closed && !row.link.may_be_undone_by(&seen);
    if is_over || row.state == State::Detached || is_known(&row, &seen) {
        return Ok(());
    }
    // What an adopted event is measured by.
    let booking = bookings::by_id(tx, row.booking_id)?;
    row.link.wanted = booking.as_ref().and_then(EventFields::wanted);
    row.link = learn(row.link, seen);
    // What is out of step on purpose stays so; it is known what it is like now.
    if row.state != State::Ignored {
        row.state = State::Due;
        row.run_at = now;
    }
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
