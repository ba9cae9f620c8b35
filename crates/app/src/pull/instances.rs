//! Series whose instances do not follow from what we know: Google is asked for them (design section 7).
//!
//! Until it has answered, nothing of the calendar is known beyond the present, and nothing is offered.

use domain::connection::Cause;
use domain::mirror::ForeignEvent;
use domain::{Instant, Interval};
use google::pull::{Item, Next};
use store::tables::calendars::Calendar;
use store::tables::mirror::{self as rows, Part};
use store::tables::verifications::{self, News};
use store::tables::{calendars, leases};
use store::{Lane, StoreError, Tx};

use super::ask::{self, Unread};
use super::mirror::{Scale, put_instances};
use super::{Begun, keep, look_again, renew};
use crate::retry::Jitter;
use crate::{App, quota};

/// Most pages that one series may fill: 20,000 instances within the horizon.
const PAGES_MAX: usize = 8;

/// The series to ask about, if the calendar was read just now and there is one.
pub(super) fn next(
    tx: &mut dyn Tx,
    calendar: &Calendar,
    fresh_since: Instant,
) -> Result<Option<ForeignEvent>, StoreError> {
    let position = &calendar.position;
    let is_fresh = position.as_of.is_some_and(|as_of| as_of > fresh_since);
    if position.page_token.is_some() || position.sync_token.is_none() || !is_fresh {
        return Ok(None);
    }
    rows::unknown(tx, part(calendar))
}

fn part(calendar: &Calendar) -> Part {
    Part {
        calendar: calendar.id,
        generation: calendar.position.generation,
    }
}

/// Asks for the instances of `master` and puts them in place of its busy time. All pages of it: half of them
/// would be less than the truth.
pub(super) async fn step(
    app: &App,
    begun: Begun,
    master: ForeignEvent,
    now: Instant,
) -> Result<(), StoreError> {
    let calendar = &begun.calendar;
    let scale = Scale::new(part(calendar), calendar.zone.as_deref(), now);
    match read(app, &begun, &master.id, scale.window, now).await? {
        Ok(items) => keep_all(app, begun, scale, master, items, now).await,
        Err(Unread::TokenNeeded) => renew(app, begun).await,
        Err(unread) => keep::failure(app, begun, unread).await,
    }
}

async fn read(
    app: &App,
    begun: &Begun,
    master: &str,
    window: Interval,
    now: Instant,
) -> Result<Result<Vec<Item>, Unread>, StoreError> {
    let mut items = Vec::new();
    let mut token: Option<String> = None;
    for page in 0..PAGES_MAX {
        // The first was paid with the lease.
        if page > 0 && !pay(app, begun, now).await? {
            return Ok(Err(Unread::Cause(Cause::RateLimited)));
        }
        let what = (master, window);
        match ask::instances(app, begun, what, token.as_deref(), now).await {
            Err(unread) => return Ok(Err(unread)),
            Ok(page) => {
                items.extend(page.items);
                match page.next {
                    Next::Page(next) => token = Some(next),
                    Next::Sync(_) | Next::End => return Ok(Ok(items)),
                }
            }
        }
    }
    tracing::error!(calendar.id = %begun.calendar.id, event.id = master, "a series has more instances than are read; nothing is offered while it is there");
    Ok(Err(Unread::Cause(Cause::Refused)))
}

/// Pays for a further call of the step; `false` when that has to wait.
pub(super) async fn pay(app: &App, begun: &Begun, now: Instant) -> Result<bool, StoreError> {
    let (inner, account) = (app.clone(), begun.connection.account_sub.clone());
    app.store()
        .unit(Lane::Background, "pull.pay", move |tx| {
            quota::spend(tx, &inner, &account, 1, now).map(|wait| wait.is_none())
        })
        .await
}

async fn keep_all(
    app: &App,
    begun: Begun,
    scale: Scale,
    master: ForeignEvent,
    items: Vec<Item>,
    now: Instant,
) -> Result<(), StoreError> {
    let Begun {
        mut calendar,
        connection,
        lease,
    } = begun;
    let (jitter, inner) = (Jitter::draw(app.chance()), app.clone());
    calendar.failures = 0;
    app.store()
        .unit(Lane::Background, "pull.instances", move |tx| {
            if !leases::give_back(tx, lease)? {
                return Ok(());
            }
            let events: Vec<ForeignEvent> = items.iter().map(|i| i.foreign.clone()).collect();
            put_instances(tx, &scale, &master.id, &events)?;
            let is_more = rows::unknown(tx, scale.part)?.is_some();
            let mut calendar = calendar.clone();
            calendar.pull_at = if is_more {
                now
            } else {
                look_again(tx, &inner, &calendar, jitter, now)?
            };
            calendars::update(tx, &calendar)?;
            if let (false, Some(as_of)) = (is_more, calendar.position.as_of) {
                verifications::wake(tx, calendar.id, as_of, News::Changed, now)?;
            }
            quota::heed(tx, &inner, &connection.account_sub, lease, Ok(()))
        })
        .await
}
