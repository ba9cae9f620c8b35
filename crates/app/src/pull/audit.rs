//! The weekly comparison of a calendar with Google's own expansion of it (design section 7).
//!
//! Google is asked for everything in a window with its series expanded, and then, by the position of our last
//! pull, for what has changed since that pull. If nothing has, both sides are of one state, and the stretches
//! of time they call busy must be the same. If something has, nothing can be said: it is tried again after the
//! next pull. A difference is told, counted, and mended by listing everything anew.
//!
//! Events of ours are left out: their links hold them in step.

use domain::connection::Cause;
use domain::mirror::{ForeignEvent, Horizon};
use domain::{CalendarId, Chance, Instant, Interval};
use google::pull::{Item, Next, PullError};
use jiff::SignedDuration;
use store::tables::calendars::{self, AUDIT_EVERY, Audit, Calendar};
use store::tables::connections::{self, State as ConnectionState};
use store::tables::mirror::{self as rows, Part};
use store::tables::{audits, busy, leases};
use store::{Lane, StoreError, Tx};

use super::ask::{self, Unread};
use super::instances::pay;
use super::mirror::{Scale, foreign};
use super::{Begun, renew};
use crate::due::LEASE;
use crate::{App, quota};

/// Most pages of one comparison: 20,000 instances. A calendar with more is not compared.
const PAGES_MAX: usize = 8;
/// When to try again after changes came in between, or Google did not answer.
const SOON: SignedDuration = SignedDuration::from_mins(5);
/// When to look whether a listing anew has mended what differed.
const AFTER_MENDING: SignedDuration = SignedDuration::from_hours(1);

/// When a calendar connected at `now` is compared first: each at a time of its own, so that calendars
/// connected together do not meet every week (§12.5).
pub(crate) fn first(chance: &dyn Chance, now: Instant) -> Instant {
    now + AUDIT_EVERY * share(chance) / 1000
}

/// About a week after `now`, up to half a day off.
fn next(chance: &dyn Chance, now: Instant) -> Instant {
    let day = SignedDuration::from_hours(24);
    now + AUDIT_EVERY - day / 2 + day * share(chance) / 1000
}

/// Thousandths, 1 to 1000.
fn share(chance: &dyn Chance) -> i32 {
    let draw = u16::from_be_bytes(chance.bytes("audit"));
    i32::from(draw % 1000) + 1
}

/// Compares one calendar, if that is due and it can be.
///
/// # Errors
/// [`StoreError`]: nothing was kept, and it is still due.
pub(crate) async fn step(app: &App, id: CalendarId) -> Result<(), StoreError> {
    let now = app.now();
    let Some((begun, window)) = begin(app, id, now).await? else {
        return Ok(());
    };
    let read = match read(app, &begun, window, now).await? {
        Ok(read) => read,
        Err(Unread::TokenNeeded) => return renew(app, begun).await,
        Err(unread) => return put_off(app, begun, Some(unread), now).await,
    };
    match read {
        Read::Same(events) => compare(app, begun, window, events, now).await,
        Read::Changed => put_off(app, begun, None, now).await,
        Read::Unclear(why) => {
            let id = begun.calendar.id;
            tracing::warn!(calendar.id = %id, why, "the calendar cannot be compared with Google's own expansion");
            let audit = Audit {
                at: next(app.chance(), now),
                ..begun.calendar.audit
            };
            keep(app, begun, audit, None).await
        }
    }
}

/// What Google showed.
enum Read {
    /// All there is, of the state that our last pull was of.
    Same(Vec<ForeignEvent>),
    /// Something has changed since that pull.
    Changed,
    /// Not all of it can be told, for this reason.
    Unclear(&'static str),
}

/// Takes the lease and pays for the first call; gives what is to be compared. What is not known yet is not.
async fn begin(
    app: &App,
    id: CalendarId,
    now: Instant,
) -> Result<Option<(Begun, Interval)>, StoreError> {
    let inner = app.clone();
    app.store()
        .unit(Lane::Background, "audit.begin", move |tx| {
            let Some(due) = calendars::by_id(tx, id)? else {
                return Ok(None);
            };
            let Some(lease) = leases::take(tx, due.connection_id, now, now + LEASE)? else {
                return Ok(None);
            };
            let calendar = calendars::by_id(tx, id)?.filter(|c| is_due(c, now));
            let connection = connections::by_id(tx, due.connection_id)?
                .filter(|connection| connection.state == ConnectionState::Connected);
            let (Some(calendar), Some(connection)) = (calendar, connection) else {
                leases::give_back(tx, lease)?;
                return Ok(None);
            };
            let known_until = rows::known_until(tx, part(&calendar))?;
            let end = known_until.unwrap_or(Instant::MAX);
            let window = Interval {
                start: now,
                end: end.min(now + Horizon::default().ahead),
            };
            if window.end <= window.start {
                // Google is about to be asked about a series.
                let at = now + SOON;
                audits::put(
                    tx,
                    id,
                    &Audit {
                        at,
                        ..calendar.audit
                    },
                )?;
                leases::give_back(tx, lease)?;
                return Ok(None);
            }
            if let Some(at) = quota::spend(tx, &inner, &connection.account_sub, 1, now)? {
                leases::rest(tx, lease, at)?;
                return Ok(None);
            }
            let begun = Begun {
                calendar,
                connection,
                lease,
            };
            Ok(Some((begun, window)))
        })
        .await
}

fn is_due(calendar: &Calendar, now: Instant) -> bool {
    let position = &calendar.position;
    let is_read = position.sync_token.is_some() && position.page_token.is_none();
    calendar.audit.at <= now && calendar.removed_at.is_none() && is_read
}

fn part(calendar: &Calendar) -> Part {
    Part {
        calendar: calendar.id,
        generation: calendar.position.generation,
    }
}

async fn read(
    app: &App,
    begun: &Begun,
    window: Interval,
    now: Instant,
) -> Result<Result<Read, Unread>, StoreError> {
    let mut events = Vec::new();
    let mut token: Option<String> = None;
    let mut is_whole = false;
    for page in 0..PAGES_MAX {
        // The first was paid with the lease.
        if page > 0 && !pay(app, begun, now).await? {
            return Ok(Err(Unread::Cause(Cause::RateLimited)));
        }
        let page = match ask::window(app, begun, window, token.as_deref(), now).await {
            Ok(page) => page,
            Err(unread) => return Ok(Err(unread)),
        };
        if !page.unread.is_empty() {
            return Ok(Ok(Read::Unclear("an event cannot be read")));
        }
        if page.envelope.zone != begun.calendar.zone {
            return Ok(Ok(Read::Changed));
        }
        events.extend(page.items.into_iter().map(|item: Item| item.foreign));
        match page.next {
            Next::Page(next) => token = Some(next),
            Next::Sync(_) | Next::End => {
                is_whole = true;
                break;
            }
        }
    }
    if !is_whole {
        return Ok(Ok(Read::Unclear("it has more events than are compared")));
    }
    if !pay(app, begun, now).await? {
        return Ok(Err(Unread::Cause(Cause::RateLimited)));
    }
    Ok(match ask::page(app, begun, now).await {
        Ok(changes) if changes.items.is_empty() && changes.unread.is_empty() => {
            match changes.next {
                Next::Sync(_) => Ok(Read::Same(events)),
                Next::Page(_) | Next::End => Ok(Read::Changed),
            }
        }
        // The next pull will find the same, and list anew.
        Ok(_) | Err(Unread::Google(PullError::ListAnew(_))) => Ok(Read::Changed),
        Err(unread) => Err(unread),
    })
}

async fn compare(
    app: &App,
    begun: Begun,
    window: Interval,
    events: Vec<ForeignEvent>,
    now: Instant,
) -> Result<(), StoreError> {
    let scale = Scale::new(part(&begun.calendar), begun.calendar.zone.as_deref(), now);
    let differences = app
        .store()
        .unit(Lane::Read, "audit.compare", move |tx| {
            differences(tx, &scale, window, &events)
        })
        .await?;
    let mut audit = Audit {
        at: next(app.chance(), now),
        done_at: Some(now),
        ..begun.calendar.audit
    };
    if differences == 0 {
        return keep(app, begun, audit, None).await;
    }
    tracing::error!(calendar.id = %begun.calendar.id, differences, "what is known of the calendar is not what Google says of it; it is listed anew");
    audit.at = now + AFTER_MENDING;
    audit.differences += i64::try_from(differences).unwrap_or(i64::MAX);
    let mut mended = begun.calendar.clone();
    mended.position.sync_token = None;
    mended.pull_at = now;
    keep(app, begun, audit, Some(mended)).await
}

/// Stretches of busy time that only one side has.
fn differences(
    tx: &mut dyn Tx,
    scale: &Scale,
    window: Interval,
    events: &[ForeignEvent],
) -> Result<usize, StoreError> {
    let known = busy::within(tx, scale.part, window)?;
    let known = known.into_iter().filter(|(_, link)| link.is_none());
    let known = stretches(known.map(|(time, _)| time), window);
    let shown = stretches(foreign(tx, scale, events)?, window);
    let lacking = |some: &[Interval], others: &[Interval]| {
        some.iter().filter(|time| !others.contains(time)).count()
    };
    Ok(lacking(&known, &shown) + lacking(&shown, &known))
}

fn stretches(times: impl IntoIterator<Item = Interval>, window: Interval) -> Vec<Interval> {
    let within = times.into_iter().filter(|time| time.overlaps(&window));
    let cut = within.map(|time| Interval {
        start: time.start.max(window.start),
        end: time.end.min(window.end),
    });
    Interval::merge(cut.collect())
}

/// It is tried again soon; after changes, once they were pulled.
async fn put_off(
    app: &App,
    begun: Begun,
    unread: Option<Unread>,
    now: Instant,
) -> Result<(), StoreError> {
    let audit = Audit {
        at: now + SOON,
        ..begun.calendar.audit
    };
    let Begun {
        calendar,
        connection,
        lease,
    } = begun;
    let (id, inner) = (calendar.id, app.clone());
    let error = match unread {
        Some(Unread::Google(PullError::Call(error))) => Some(error),
        _ => None,
    };
    tracing::info!(calendar.id = %id, error = error.as_ref().map(tracing::field::display), "comparing again later");
    app.store()
        .unit(Lane::Background, "audit.put_off", move |tx| {
            if !leases::give_back(tx, lease)? {
                return Ok(());
            }
            audits::put(tx, id, &audit)?;
            match &error {
                Some(error) => {
                    let pace = Err((error, audit.at));
                    quota::heed(tx, &inner, &connection.account_sub, lease, pace)
                }
                None => Ok(()),
            }
        })
        .await
}

/// Keeps what was found, and what is to be mended by it.
async fn keep(
    app: &App,
    begun: Begun,
    audit: Audit,
    mended: Option<Calendar>,
) -> Result<(), StoreError> {
    let Begun {
        calendar,
        connection,
        lease,
    } = begun;
    let inner = app.clone();
    app.store()
        .unit(Lane::Background, "audit.keep", move |tx| {
            if !leases::give_back(tx, lease)? {
                return Ok(());
            }
            audits::put(tx, calendar.id, &audit)?;
            if let Some(mended) = &mended {
                calendars::update(tx, mended)?;
                tx.wake(store::Topic::DueWork);
            }
            quota::heed(tx, &inner, &connection.account_sub, lease, Ok(()))
        })
        .await
}
