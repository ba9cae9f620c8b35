//! A push arrives (scenarios E1, E4, E7; rows V4, V10): verified, noted, and nothing else. The work is done
//! afterwards, by whoever the commit wakes.
//!
//! Anybody can send one. What is nobody's push costs one reading statement; what is known already is not written
//! again. So a stranger with a whole push of Google's in hand can cause a pull, and the next only after that one
//! has begun.

use secrecy::ExposeSecret;
use store::tables::calendars;
use store::tables::channels::{self, Arrival, State};
use store::{Lane, StoreError, Topic};

use super::{Notice, ResourceState};
use crate::{App, secrets};

/// What came of a push on a channel of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrived {
    /// The channel begins: nothing has changed, nothing is fetched.
    Begun,
    /// The calendar changed: a pull is due.
    Noted,
    /// That was known; the pull that is due will show this too.
    Known,
    /// Its channel was stopped (scenario E4).
    Ignored,
}

/// Why a push was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArriveError {
    /// It is on no channel of ours, or does not show that channel's token or resource. The answer does not
    /// tell which.
    #[error("there is no such channel")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a push: verifies it against its channel, and makes a pull of the calendar due, unless it is.
///
/// # Errors
/// [`ArriveError`].
pub async fn arrived(app: &App, notice: Notice) -> Result<Arrived, ArriveError> {
    let id = notice.channel_id.clone();
    let found = app
        .store()
        .unit(Lane::Read, "push.look_up", move |tx| {
            channels::arrival(tx, &id)
        })
        .await?;
    let Some(found) = found.filter(|found| is_genuine(found, &notice)) else {
        // At a level that strangers cannot fill the log at.
        tracing::debug!(channel.id = %notice.channel_id, "a push on no channel of ours");
        return Err(ArriveError::Unknown);
    };
    let arrived = judge(&found, notice.state);
    let learns = found.channel.resource_id.is_none() && found.channel.state != State::Stopped;
    if learns || arrived == Arrived::Noted {
        let calendar = found.channel.calendar_id;
        app.store()
            .unit(Lane::Interactive, "push.note", move |tx| {
                if learns && channels::learn_resource(tx, &notice.channel_id, &notice.resource_id)?
                {
                    // A channel that is to be stopped can be now.
                    tx.wake(Topic::DueWork);
                }
                if arrived == Arrived::Noted && calendars::mark_dirty(tx, calendar)? {
                    tx.wake(Topic::DueWork);
                }
                Ok::<_, StoreError>(())
            })
            .await?;
    }
    Ok(arrived)
}

/// Whether it shows the token of its channel, and the resource, where that is known: the `sync` push may come
/// before Google's answer (§12.3).
fn is_genuine(found: &Arrival, notice: &Notice) -> bool {
    if domain::fault!(18) {
        return true;
    }
    let Some(token) = &notice.token else {
        return false;
    };
    let hash = secrets::hash(token.expose_secret());
    let known = found.channel.resource_id.as_ref();
    secrets::equal(&hash, &found.channel.token_hash)
        && known.is_none_or(|known| secrets::equal(known.as_bytes(), notice.resource_id.as_bytes()))
}

/// What is to come of it. A channel that is about to be stopped still tells the truth: a change from before the
/// next one began is told of on it alone.
fn judge(found: &Arrival, state: ResourceState) -> Arrived {
    match (found.channel.state, state) {
        (State::Stopped, _) => Arrived::Ignored,
        _ if found.is_left_alone => Arrived::Ignored,
        (_, ResourceState::Sync) => Arrived::Begun,
        _ if found.is_dirty => Arrived::Known,
        _ => Arrived::Noted,
    }
}
