//! What a page, or the lack of one, leaves in the store.

use domain::mirror::Horizon;
use domain::{Instant, LinkId};
use google::CallError;
use google::pull::{Item, Next, Page, PullError};
use store::tables::calendars::{self, Calendar};
use store::tables::incoming;
use store::tables::mirror::{self as rows, Part};
use store::tables::verifications::{self, News};
use store::tables::{connections, leases, links};
use store::{Lane, StoreError, Topic, Tx};

use super::arrive;
use super::ask::Unread;
use super::mirror::{Scale, apply, expand};
use super::observe::{self, is_any_missing, missing};
use super::{Begun, look_again};
use crate::connections::{cause, health};
use crate::retry::Jitter;
use crate::{App, quota};

/// As how many single events a series counts: a weekly one has twice as many instances within the horizon.
const SERIES_WEIGHT: usize = 25;

/// Into how many a unit is parted while somebody waits for units to end: five bring one of 500 events to about
/// 5 ms with its commit. Otherwise parting only costs commits.
const PRESSED_PARTS: usize = 5;

/// Series expanded further in one unit.
const ROLLED_AT_ONCE: i64 = 20;

/// Opens a pull, where none is under way: from when it counts, and where its rows go. It will show what pushes
/// have told of so far; one that comes from here on makes another pull due, however far this one has come.
pub(super) fn open(
    tx: &mut dyn Tx,
    calendar: &mut Calendar,
    now: Instant,
) -> Result<(), StoreError> {
    // It may have begun before its time; it is due until its last page.
    calendar.pull_at = calendar.pull_at.min(now);
    let position = &mut calendar.position;
    if position.page_token.is_none() {
        position.began_at = Some(now);
        if std::mem::take(&mut position.is_dirty) {
            calendars::clear_dirty(tx, calendar.id)?;
        }
    }
    if position.sync_token.is_none() && position.page_token.is_none() {
        // Another one than any before: rows of a listing that was given up are not taken for its own.
        let last = position.shadow.unwrap_or(position.generation);
        position.shadow = Some(last.max(position.generation) + 1);
        // Whatever is still there is shown again.
        incoming::clear(tx, calendar.id)?;
    }
    Ok(())
}

/// Where the rows of the pull under way go.
fn part(calendar: &Calendar) -> Part {
    let position = &calendar.position;
    Part {
        calendar: calendar.id,
        generation: position.shadow.unwrap_or(position.generation),
    }
}

/// Keeps a page: its chunks, then where to go on from. Without the lease nothing more is kept.
pub(super) async fn page(
    app: &App,
    begun: Begun,
    page: Page,
    now: Instant,
) -> Result<(), StoreError> {
    let Begun {
        mut calendar,
        connection,
        lease,
    } = begun;
    for unread in &page.unread {
        // What was known of it stays (scenario C6).
        tracing::warn!(calendar.id = %calendar.id, event.id = unread.id, why = %unread.why, "an event cannot be read");
    }
    let envelope = &page.envelope;
    let is_moved =
        calendar.zone.is_some() && envelope.zone.is_some() && calendar.zone != envelope.zone;
    if envelope.zone.is_some() {
        calendar.zone.clone_from(&envelope.zone);
    }
    if !envelope.name.is_empty() {
        calendar.name.clone_from(&envelope.name);
    }
    let scale = Scale::new(part(&calendar), calendar.zone.as_deref(), now);
    let which = match calendar.position.page_token {
        None => observe::Page::First,
        Some(_) => observe::Page::Later,
    };
    if !page.items.is_empty() {
        calendar.changed_at = Some(now);
        let brought = i64::try_from(page.items.len()).unwrap_or(0);
        calendar.events_read = calendar.events_read.saturating_add(brought);
    }
    let chunk_size = app.settings().pull_size.chunk.get();
    let mut items = page.items;
    while !items.is_empty() {
        let parts = if app.store().is_pressed() {
            PRESSED_PARTS
        } else {
            1
        };
        let chunk = next_chunk(&mut items, chunk_size / parts);
        if !put(app, lease, (scale.clone(), which), chunk, now).await? {
            return Ok(());
        }
        if domain::fault!(11) {
            break;
        }
    }
    let ends = !matches!(page.next, Next::Page(_));
    if ends
        && calendar.position.shadow.is_some()
        && !tell_missing(app, lease, &calendar, now).await?
    {
        return Ok(());
    }
    if ends && !roll(app, lease, scale, now).await? {
        return Ok(());
    }
    let news = if calendar.changed_at >= calendar.position.began_at {
        News::Changed
    } else {
        News::Same
    };
    let is_read = matches!(page.next, Next::Sync(_)) && !is_moved;
    advance(&mut calendar, page.next);
    if is_moved {
        // Its days begin elsewhere now: everything is read anew.
        calendar.position.sync_token = None;
        calendar.position.page_token = None;
        calendar.pull_at = now;
    }
    let (inner, jitter) = (app.clone(), Jitter::draw(app.chance()));
    app.store()
        .unit(Lane::Background, "pull.keep", move |tx| {
            if !leases::give_back(tx, lease)? {
                return Ok(());
            }
            let mut connection = connection.clone();
            let before = connection.clone();
            health::looked(&mut connection, None);
            if connection != before {
                connections::update(tx, &connection)?;
            }
            let mut calendar = calendar.clone();
            if is_read && domain::fault!(17) {
                calendars::clear_dirty(tx, calendar.id)?;
            }
            if ends && rows::unknown(tx, part(&calendar))?.is_some() {
                // Google is asked about it at once.
                calendar.pull_at = now;
            } else if is_read {
                calendar.pull_at = look_again(tx, &inner, &calendar, jitter, now)?;
            }
            calendars::update(tx, &calendar)?;
            if let (true, Some(as_of)) = (is_read, calendar.position.as_of) {
                verifications::wake(tx, calendar.id, as_of, news, now)?;
                links::wake_missing(tx, as_of, now)?;
                tx.wake(Topic::CalendarRead);
            }
            quota::heed(tx, &inner, &connection.account_sub, lease, Ok(()))
        })
        .await
}

/// The next of `items` to be put in place in one unit: as much work as `size` single events, or one item.
fn next_chunk(items: &mut Vec<Item>, size: usize) -> Vec<Item> {
    let mut weight = 0;
    let fits = |item: &&Item| {
        weight += match item.foreign.is_master() {
            true => SERIES_WEIGHT,
            false => 1,
        };
        weight <= size
    };
    let count = items.iter().take_while(fits).count().max(1);
    items.drain(..count.min(items.len())).collect()
}

/// One chunk, under the lease; `false` when that was lost.
async fn put(
    app: &App,
    lease: leases::Lease,
    (scale, which): (Scale, observe::Page),
    items: Vec<Item>,
    now: Instant,
) -> Result<bool, StoreError> {
    app.store()
        .unit(Lane::Background, "pull.put", move |tx| {
            if !leases::is_held(tx, lease)? {
                return Ok(false);
            }
            let remote: Vec<_> = items.iter().filter_map(|i| i.remote.as_ref()).collect();
            observe::observe(tx, scale.part.calendar, &remote, which, now)?;
            arrive::note(tx, scale.part.calendar, &items, now)?;
            let foreign: Vec<_> = items.iter().map(|item| &item.foreign).collect();
            apply(tx, &scale, &foreign)?;
            tx.wake(Topic::DueWork);
            Ok(true)
        })
        .await
}

/// Looks again at links whose events the listing that ends did not have; `false` when the lease was lost.
async fn tell_missing(
    app: &App,
    lease: leases::Lease,
    calendar: &Calendar,
    now: Instant,
) -> Result<bool, StoreError> {
    let (part, began_at) = (part(calendar), calendar.position.began_at.unwrap_or(now));
    let mut after = LinkId(uuid::Uuid::nil());
    loop {
        // Most often there is none: looked for where it costs no commit.
        let is_any = app
            .store()
            .unit(Lane::Read, "pull.any_missing", move |tx| {
                is_any_missing(tx, part, began_at, after)
            })
            .await?;
        if !is_any {
            return Ok(true);
        }
        let told = app
            .store()
            .unit(Lane::Background, "pull.missing", move |tx| {
                if !leases::is_held(tx, lease)? {
                    return Ok(None);
                }
                missing(tx, part, began_at, after, now).map(Some)
            })
            .await?;
        match told {
            None => return Ok(false),
            Some(None) => return Ok(true),
            Some(Some(last)) => after = last,
        }
    }
}

/// Expands further what is known for too short a time; `false` when the lease was lost.
async fn roll(
    app: &App,
    lease: leases::Lease,
    scale: Scale,
    now: Instant,
) -> Result<bool, StoreError> {
    let horizon = now + Horizon::default().ahead;
    let part = scale.part;
    loop {
        let is_any = app
            .store()
            .unit(Lane::Read, "pull.any_short", move |tx| {
                Ok::<_, StoreError>(!rows::short_of(tx, part, horizon, 1)?.is_empty())
            })
            .await?;
        if !is_any {
            return Ok(true);
        }
        let scale = scale.clone();
        let rolled = app
            .store()
            .unit(Lane::Background, "pull.roll", move |tx| {
                if !leases::is_held(tx, lease)? {
                    return Ok(None);
                }
                roll_some(tx, &scale, horizon).map(Some)
            })
            .await?;
        match rolled {
            None => return Ok(false),
            Some(false) => return Ok(true),
            Some(true) => {}
        }
    }
}

/// Gives whether there may be more.
fn roll_some(tx: &mut dyn Tx, scale: &Scale, horizon: Instant) -> Result<bool, StoreError> {
    let short = rows::short_of(tx, scale.part, horizon, ROLLED_AT_ONCE)?;
    for master in &short {
        expand(tx, scale, &master.id)?;
    }
    // Each is known beyond the horizon now, for ever, or not at all.
    Ok(!short.is_empty())
}

/// The calendar's position after a page: on the next one, or at the end.
fn advance(calendar: &mut Calendar, next: Next) {
    calendar.failures = 0;
    let position = &mut calendar.position;
    match next {
        Next::Page(token) => {
            position.page_token = Some(token);
            if domain::fault!(9) {
                position.generation = position.shadow.unwrap_or(position.generation);
            }
        }
        Next::Sync(token) => {
            position.sync_token = Some(token);
            position.page_token = None;
            position.as_of = position.began_at.take();
            if let Some(shadow) = position.shadow.take() {
                position.generation = shadow;
            }
        }
        // Never said of such a listing; asked again from its beginning.
        Next::End => position.page_token = None,
    }
}

/// Keeps that there was no page.
pub(super) async fn failure(app: &App, begun: Begun, unread: Unread) -> Result<(), StoreError> {
    let (now, jitter) = (app.now(), Jitter::draw(app.chance()));
    let inner = app.clone();
    let Begun {
        mut calendar,
        mut connection,
        lease,
    } = begun;
    let before = connection.clone();
    let (code, after, error) = match unread {
        Unread::TokenNeeded => ("token_needed", None, None),
        Unread::Cause(cause) => {
            health::note(&mut connection, cause);
            (cause.as_str(), None, None)
        }
        Unread::Google(PullError::ListAnew(why)) => {
            tracing::info!(calendar.id = %calendar.id, %why, "the calendar is listed anew");
            calendar.position.sync_token = None;
            calendar.position.page_token = None;
            if domain::fault!(10) {
                calendar.position.generation = part(&calendar).generation + 1;
            }
            ("listing_anew", None, None)
        }
        Unread::Google(PullError::Call(error)) => {
            health::looked(&mut connection, Some(&error));
            let after = match &error {
                CallError::Retry { after, .. } => *after,
                _ => None,
            };
            if matches!(error, CallError::Refused { .. } | CallError::Bug(_)) {
                tracing::error!(calendar.id = %calendar.id, %error, "the calendar could not be read");
            }
            (cause::of_call(&error).as_str(), after, Some(error))
        }
    };
    tracing::info!(calendar.id = %calendar.id, problem = code, "pulling again later");
    calendar.failures += 1;
    calendar.pull_at = match code {
        // The first time at once: positions end as a matter of course.
        "listing_anew" if calendar.failures == 1 => now,
        _ => jitter.next(now, calendar.failures, after),
    };
    app.store()
        .unit(Lane::Background, "pull.keep", move |tx| {
            if !leases::give_back(tx, lease)? {
                return Ok(());
            }
            if connection != before {
                connections::update(tx, &connection)?;
            }
            calendars::update(tx, &calendar)?;
            match &error {
                Some(error) => {
                    let pace = Err((error, calendar.pull_at));
                    quota::heed(tx, &inner, &connection.account_sub, lease, pace)
                }
                // Google was not asked, or answered as a matter of course.
                None => Ok(()),
            }
        })
        .await
}
