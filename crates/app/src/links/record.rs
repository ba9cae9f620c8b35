//! After the call: keep what its answer proves, and go on as far as possible without another.

use domain::fault;
use domain::sync::learn::{landed, learn};
use domain::sync::{Op, ParkReason, Seen};
use google::CallError;
use google::events::RemoteEvent;
use serde_json::json;
use store::tables::{connections, leases, links};
use store::{Lane, StoreError, Tx};

use super::advance::advance;
use super::call::{Answer, Call};
use super::{Draws, Loaded, Ready, conflict, history, load, put_off};
use crate::connections::{Cause, health};
use crate::{App, quota};

pub(super) async fn record(app: &App, ready: Ready, answer: Answer) -> Result<(), StoreError> {
    let mut draws = Draws::new(app);
    let inner = app.clone();
    app.store()
        .unit(Lane::Background, "links.record", move |tx| {
            draws.pen.restart();
            if !leases::give_back(tx, ready.lease)? {
                // Another worker has taken the connection over; it reads before it writes.
                return Ok(());
            }
            let Some(mut loaded) = load(tx, ready.link)? else {
                return Ok(());
            };
            if !is_current(&mut loaded, &ready) {
                // Someone else has taken the link further; this answer is older than what is known.
                return Ok(());
            }
            loaded.row.run_at = draws.now;
            match &answer {
                Ok(event) => keep(tx, &mut loaded, &ready, event.as_ref(), &mut draws)?,
                Err(error) => keep_failure(tx, &mut loaded, &ready, error, &mut draws)?,
            }
            links::update(tx, &loaded.row)?;
            let pace = answer
                .as_ref()
                .map(|_| ())
                .map_err(|error| (error, loaded.row.run_at));
            quota::heed(
                tx,
                &inner,
                &loaded.connection.account_sub,
                ready.lease,
                pace,
            )
        })
        .await
}

/// Whether the link is where this call left it.
fn is_current(loaded: &mut Loaded, ready: &Ready) -> bool {
    if fault!(3) {
        loaded.row.link.inflight.clone_from(&ready.intent);
    }
    let link = &loaded.row.link;
    loaded.row.event_id == ready.event_id
        && (ready.intent.is_none() || link.inflight == ready.intent)
}

/// Google did what was asked.
fn keep(
    tx: &mut dyn Tx,
    loaded: &mut Loaded,
    ready: &Ready,
    event: Option<&RemoteEvent>,
    draws: &mut Draws,
) -> Result<(), StoreError> {
    match (&ready.intent, event) {
        (Some(intent), _) => history::landed(tx, loaded, ready, intent.op, draws)?,
        (None, Some(event)) => {
            let seen = event.seen_by(ready.link, ready.made, true);
            history::answered(tx, ready, (history::shown(&seen), ""), draws)?;
        }
        (None, None) => {}
    }
    let row = &mut loaded.row;
    row.failures = 0;
    row.problem = None;
    if let Some(link) = event.and_then(|event| event.html_link.clone()) {
        row.html_link = Some(link);
    }
    let is_unconfirmed = row.link.seen == Some(Seen::Deleted { confirmed: false });
    let link = std::mem::take(&mut row.link);
    let op = ready.intent.as_ref().map(|intent| intent.op);
    row.link = match (
        op,
        event.map(|event| event.seen_by(ready.link, ready.made, true)),
    ) {
        (
            Some(Op::Insert | Op::Patch),
            Some(Seen::Live(remote) | Seen::Declined { remote, .. }),
        ) => landed(link, remote),
        (_, Some(seen)) => learn(link, seen),
        (_, None) => learn(link, Seen::Deleted { confirmed: true }),
    };
    if is_unconfirmed
        && loaded
            .row
            .link
            .seen
            .as_ref()
            .is_some_and(|seen| seen.remote().is_some())
    {
        // A list called it deleted, and it is there (scenario C4).
        note(tx, loaded, "deletion_not_confirmed", "", draws)?;
    }
    if op.is_some() && health::wrote(&mut loaded.connection) {
        connections::update(tx, &loaded.connection)?;
    }
    go_on(tx, loaded, draws)
}

/// Whatever can be settled without another call is settled now; otherwise the link stays due.
fn go_on(tx: &mut dyn Tx, loaded: &mut Loaded, draws: &mut Draws) -> Result<(), StoreError> {
    advance(tx, loaded, draws).map(drop)
}

/// Google did not do it, or did not say so. For each failure: what it proves, and when to look again.
fn keep_failure(
    tx: &mut dyn Tx,
    loaded: &mut Loaded,
    ready: &Ready,
    error: &CallError,
    draws: &mut Draws,
) -> Result<(), StoreError> {
    let (jitter, now) = (draws.jitter, draws.now);
    history::answered(tx, ready, history::words(error), draws)?;
    match error {
        CallError::Retry {
            after,
            may_have_landed,
            ..
        } => {
            if !may_have_landed {
                did_not_land(loaded, ready);
            }
            put_off(&mut loaded.row, "retrying", jitter, *after, now);
            Ok(())
        }
        CallError::NotFound => gone(tx, loaded, ready, false, draws),
        CallError::Gone(_) => gone(tx, loaded, ready, true, draws),
        CallError::Duplicate if fault!(2) => refuse(tx, loaded, ready, "duplicate", draws),
        // The id is taken, or the event has changed: the intent stays, so the event is looked at.
        CallError::Duplicate | CallError::Stale => {
            if loaded.row.failures > 0 {
                put_off(&mut loaded.row, "looking_again", jitter, None, now);
            } else {
                loaded.row.failures = 1;
            }
            Ok(())
        }
        CallError::TokenRefused => {
            did_not_land(loaded, ready);
            refused_token(tx, loaded, draws)
        }
        CallError::ScopeMissing(_) => {
            did_not_land(loaded, ready);
            health::fail(&mut loaded.connection, Cause::ScopeMissing);
            connections::update(tx, &loaded.connection)
        }
        CallError::Refused { reason, message } => {
            did_not_land(loaded, ready);
            if let Some(cause) = health::cause_of_refusal(error) {
                // Whatever is asked is refused until that is mended: no event of its own is to blame.
                put_off(&mut loaded.row, cause.as_str(), jitter, None, now);
                health::note(&mut loaded.connection, cause);
                return connections::update(tx, &loaded.connection);
            }
            if matches!(ready.call, Call::Insert { .. }) && health::is_role_too_low(error) {
                health::note(&mut loaded.connection, Cause::CalendarReadOnly);
                connections::update(tx, &loaded.connection)?;
            }
            refuse(tx, loaded, ready, &format!("{reason}: {message}"), draws)
        }
        CallError::Bug(what) => {
            tracing::error!(link.id = %ready.link, what, "unexpected answer from Google");
            did_not_land(loaded, ready);
            refuse(tx, loaded, ready, what, draws)
        }
    }
}

/// The write in flight is known not to have happened, if this call was that write. A look that fails
/// says nothing about the write it was to settle; and a deletion took the place of whatever write was
/// in flight before it, so forgetting it would forget that the event may exist.
fn did_not_land(loaded: &mut Loaded, ready: &Ready) {
    if matches!(&ready.intent, Some(intent) if intent.op != Op::Delete) {
        loaded.row.link.inflight = None;
    }
}

/// Nothing is there; `was_there` when Google says that there was. A look and a deletion learn that; a write keeps its intent and looks first.
fn gone(
    tx: &mut dyn Tx,
    loaded: &mut Loaded,
    ready: &Ready,
    was_there: bool,
    draws: &mut Draws,
) -> Result<(), StoreError> {
    let seen = match ready.call {
        Call::Delete if was_there => Seen::Deleted { confirmed: true },
        // A look at a deleted event shows it, so 410 is not for looks (reference §16): a person is asked.
        Call::Delete | Call::Read => Seen::Absent,
        Call::Insert { .. } => {
            return refuse(tx, loaded, ready, "the calendar was not found", draws);
        }
        Call::Patch { .. } => return Ok(()),
    };
    loaded.row.link = learn(std::mem::take(&mut loaded.row.link), seen);
    go_on(tx, loaded, draws)
}

/// The token is renewed and the call made again, at once the first time (row T5). More than that says
/// nothing about the grant: a dead one shows when the token is renewed.
fn refused_token(
    tx: &mut dyn Tx,
    loaded: &mut Loaded,
    draws: &mut Draws,
) -> Result<(), StoreError> {
    let row = &mut loaded.row;
    let is_first = row.failures == 0;
    put_off(
        row,
        Cause::TokenRefused.as_str(),
        draws.jitter,
        None,
        draws.now,
    );
    if is_first {
        row.run_at = draws.now;
    }
    loaded.connection.tokens.access = None;
    connections::update(tx, &loaded.connection)
}

/// Parks the link, unless its booking has changed during the call: then what was refused is no longer
/// what is wanted, and the link stays due.
fn refuse(
    tx: &mut dyn Tx,
    loaded: &mut Loaded,
    ready: &Ready,
    what: &str,
    draws: &mut Draws,
) -> Result<(), StoreError> {
    let wanted = &loaded.row.link.wanted;
    if matches!(&ready.intent, Some(intent) if intent.fields != *wanted) {
        return Ok(());
    }
    conflict::park(tx, loaded, ParkReason::Refused, what, draws)
}

fn note(
    tx: &mut dyn Tx,
    loaded: &Loaded,
    kind: &str,
    what: &str,
    draws: &mut Draws,
) -> Result<(), StoreError> {
    draws
        .pen
        .write(tx, loaded.booking.id, kind, None, json!({ "reason": what }))
}
