//! What an observation proves.

use super::{EventFields, Intent, Link, Op, Remote, RemoteTime, Seen};
use crate::event_text::EventText;
use crate::time::Zone;

/// `link` after one look at the remote event.
///
/// A write whose answer was lost is settled here: the event carries the number of the attempt that
/// last wrote it, so a look at it proves whether the write landed.
pub fn learn(mut link: Link, seen: Seen) -> Link {
    if let Some(remote) = seen.remote()
        && is_stale(&link, remote)
    {
        return link;
    }
    if !is_same(link.seen.as_ref(), &seen) {
        // Whatever a person decided was about something else.
        link.decided = None;
    }
    if let Some(intent) = link.inflight.take() {
        link = settle(link, intent, &seen);
    }
    match &seen {
        Seen::Live(remote) | Seen::Declined { remote, .. } => link = arrived_late(link, remote),
        // An id that has been used is never free again: no insertion can land under it. A change may have landed
        // before, and shows when the event is restored, or found in another calendar.
        Seen::Deleted { confirmed: true } => {
            link.unanswered.retain(|intent| intent.op == Op::Patch);
        }
        Seen::Deleted { confirmed: false } | Seen::Absent | Seen::Foreign | Seen::Outdated => {}
    }
    if let (Some(remote), None) = (seen.remote(), &link.ours) {
        link = adopt(link, remote);
    }
    link.seen = Some(seen);
    link
}

/// `link` after Google answered the write in flight with the event as it now is.
pub fn landed(mut link: Link, remote: Remote) -> Link {
    if let Some(intent) = link.inflight.take() {
        // A no that was known is no news in the answer.
        let declined = matches!(link.seen, Some(Seen::Declined { .. }))
            || link.theirs.is_some_and(|base| base.declined);
        link.ours = intent.fields;
        link.theirs = Some(Remote { declined, ..remote });
        link.seen = None;
        link.decided = None;
        link.unanswered.clear();
    }
    link
}

/// Whether two looks show the same: the same version of an event, or that it is gone.
fn is_same(before: Option<&Seen>, seen: &Seen) -> bool {
    match (before.and_then(Seen::remote), seen.remote()) {
        (Some(before), Some(now)) => before.etag == now.etag,
        (None, None) => true,
        _ => false,
    }
}

/// An older writing than the base's: the look was taken before our last write landed.
fn is_stale(link: &Link, remote: &Remote) -> bool {
    let base = link.theirs.as_ref().and_then(|base| base.rev);
    matches!((remote.rev, base), (Some(seen), Some(base)) if seen < base)
}

fn settle(mut link: Link, intent: Intent, seen: &Seen) -> Link {
    match seen {
        Seen::Live(remote) | Seen::Declined { remote, .. }
            if remote.rev == Some(intent.attempt) =>
        {
            if let Some(fields) = intent.fields {
                link = has_landed(link, fields, remote);
            }
            link
        }
        // It was made and then deleted by someone else: what landed is known, that it went follows.
        Seen::Deleted { confirmed: true } if intent.op == Op::Insert => {
            link.ours = intent.fields;
            link
        }
        // A list may be older than the write, or wrong; only a direct look settles anything.
        Seen::Deleted { confirmed: false } => {
            link.inflight = Some(intent);
            link
        }
        // Not there, or not yet: who was asked to write it may have been kept waiting.
        _ => {
            link.remember(intent);
            link
        }
    }
}

/// A write that an earlier look did not find is found by this one.
fn arrived_late(mut link: Link, remote: &Remote) -> Link {
    let late = |intent: &Intent| remote.rev == Some(intent.attempt);
    if let Some(at) = link.unanswered.iter().position(late)
        && let Some(fields) = link.unanswered.swap_remove(at).fields
    {
        return has_landed(link, fields, remote);
    }
    link
}

/// The event as seen carries the write of `fields`. Every other write that is still on the way was
/// decided on an older version of the event, or is an insertion of what exists: Google refuses it.
fn has_landed(mut link: Link, fields: EventFields, remote: &Remote) -> Link {
    link.theirs = Some(as_answered(remote, &fields));
    link.ours = Some(fields);
    link.unanswered.clear();
    link
}

/// The answer we did not get: the event as seen, but when, where and under which title we asked for. What is
/// otherwise now was changed by someone after our write, and the difference must show. A description comes
/// back in Google's words, so there is nothing to tell an edit of it by.
fn as_answered(remote: &Remote, fields: &EventFields) -> Remote {
    Remote {
        time: RemoteTime::Timed(fields.time),
        text: EventText {
            title: fields.text.title.clone(),
            location: fields.text.location.clone(),
            description: remote.text.description.clone(),
        },
        declined: false,
        ..remote.clone()
    }
}

/// The event is ours but its base is not known: an earlier attempt made it. What it says becomes the
/// base, and whatever the booking wants otherwise will be patched.
fn adopt(mut link: Link, remote: &Remote) -> Link {
    let zone = link
        .wanted
        .as_ref()
        .map_or_else(Zone::utc, |wanted| wanted.zone.clone());
    if let RemoteTime::Timed(time) = remote.time {
        link.ours = Some(EventFields {
            text: remote.text.clone(),
            time,
            zone,
            reminders: remote.reminders.clone(),
            certainty: remote.certainty,
        });
        link.theirs = Some(remote.clone());
    }
    link
}
