//! What to do next about one link.

use super::merge::{Merge, merge};
use super::policy::{Elsewhere, Facts, OnChange, Side};
use super::{Changes, EventFields, Link, Op, ParkReason, Remote, RemoteTime, Seen};
use crate::fault;
use crate::time::Interval;

/// Most event ids one link may use up before a person is asked.
pub const GENERATIONS_MAX: i64 = 3;

/// The next action for one link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Both sides agree; the observation, if any, becomes the base.
    Settled,
    /// Nothing is there and nothing should be: the link's work is over.
    Close,
    /// Look at the event directly before deciding.
    Read,
    /// Make the event.
    Insert(EventFields),
    /// Change it, if it still is as this etag says.
    Patch {
        /// What to change.
        changes: Changes,
        /// What it should say afterwards.
        fields: EventFields,
        /// The version the change was decided on.
        etag: String,
    },
    /// Remove it.
    Delete,
    /// Its id cannot be used any more: take the next one.
    NextGeneration,
    /// It is gone from its calendar and may stand in another one: those are read before anything is decided.
    Seek,
    /// It was moved to another calendar, where it was seen: the link follows, keeps both bases, and looks.
    FollowEvent,
    /// The calendar left is wanted again, and no event was ever made there: one may be, under the same id,
    /// because a request for it may still be on its way.
    Again,
    /// It was edited: the booking takes over what it can, the rest is kept for a person, and the link is
    /// [`merged`](Link::merged), all in one unit. Where the booking cannot be there, the link is parked.
    Merge(Box<Merge>),
    /// The host deleted it, or said no to it: the booking is cancelled.
    CancelBooking,
    /// The host brought it back: so is the booking, at this time, unless another one is there.
    ReviveBooking(Interval),
    /// A person must decide.
    Park(ParkReason),
}

/// Decides the next action from what is known. Total: every state has an answer, and carrying the
/// answers out reaches [`Plan::Settled`], [`Plan::Close`] or [`Plan::Park`] when nobody interferes.
pub fn plan(link: &Link, facts: &Facts) -> Plan {
    match (&link.wanted, &link.inflight) {
        (None, inflight) => plan_over(link, inflight.is_some(), facts),
        (Some(_), Some(intent)) if intent.op == Op::Delete => Plan::Delete,
        (Some(_), Some(_)) => Plan::Read,
        (Some(wanted), None) => match &link.ours {
            None => plan_unmade(wanted, link, facts),
            Some(ours) => plan_made(wanted, ours, link, facts),
        },
    }
}

/// Nothing should be in the calendar.
fn plan_over(link: &Link, is_writing: bool, facts: &Facts) -> Plan {
    if is_writing {
        return Plan::Delete;
    }
    match &link.seen {
        None if link.ours.is_none() => plan_end(link, facts),
        // What is to go has gone elsewhere, and is removed there. Nobody waits for it: it may turn up later.
        Some(Seen::Deleted { confirmed: true } | Seen::Absent)
            if facts.elsewhere == Elsewhere::Found =>
        {
            Plan::FollowEvent
        }
        Some(Seen::Deleted { confirmed: true } | Seen::Absent | Seen::Foreign) => {
            plan_end(link, facts)
        }
        Some(seen) if facts.ended_in_google && !link.may_be_undone_by(seen) => {
            plan_restored(seen, link, facts)
        }
        // Also where it was edited after its booking had ended: the end wins.
        _ => Plan::Delete,
    }
}

/// Nothing is there any more.
fn plan_end(link: &Link, facts: &Facts) -> Plan {
    match (&link.seen, &link.ours) {
        _ if !facts.returns => Plan::Close,
        (None | Some(Seen::Absent), None) => Plan::Again,
        (Some(Seen::Deleted { .. }), _) if facts.elsewhere == Elsewhere::Unknown => Plan::Seek,
        // An id that was used is never free again. A person says how often this happens: no limit.
        _ => Plan::NextGeneration,
    }
}

/// The booking is over because its event was deleted, and now the event is there.
fn plan_restored(seen: &Seen, link: &Link, facts: &Facts) -> Plan {
    match seen {
        Seen::Live(remote) => match remote.time {
            _ if link.decided == Some(Side::Ours) => Plan::Delete,
            RemoteTime::Timed(time) if link.decided == Some(Side::Theirs) => {
                Plan::ReviveBooking(time)
            }
            RemoteTime::Timed(_) if facts.policy.restorations == OnChange::Ask => {
                Plan::Park(ParkReason::Restored)
            }
            RemoteTime::Timed(time) if time.end > facts.now => Plan::ReviveBooking(time),
            RemoteTime::Timed(_) | RemoteTime::AllDay | RemoteTime::Recurring => {
                Plan::Park(ParkReason::Restored)
            }
        },
        // He said no to his own event, and nobody asked for more: it stays his (scenario E6).
        Seen::Declined { .. } if facts.is_theirs => Plan::Close,
        // He has deleted it by saying no: it is still there, and ours.
        Seen::Declined { .. } => Plan::Delete,
        Seen::Deleted { .. } | Seen::Absent | Seen::Foreign if link.ours.is_none() => Plan::Close,
        Seen::Deleted { .. } | Seen::Absent | Seen::Foreign | Seen::Outdated => Plan::Read,
    }
}

/// The event was never made, as far as we know.
fn plan_unmade(wanted: &EventFields, link: &Link, facts: &Facts) -> Plan {
    match &link.seen {
        None | Some(Seen::Absent) => Plan::Insert(wanted.clone()),
        Some(Seen::Outdated | Seen::Deleted { confirmed: false }) => Plan::Read,
        // A write whose answer was lost made it, and then it was moved: another one would be a second.
        Some(Seen::Deleted { .. }) if facts.elsewhere == Elsewhere::Found => Plan::FollowEvent,
        Some(Seen::Deleted { .. }) if facts.elsewhere == Elsewhere::Unknown => Plan::Seek,
        Some(Seen::Live(remote) | Seen::Declined { remote, .. }) => {
            park_untimed(remote).unwrap_or(Plan::Read)
        }
        // Whatever lives or lived under this id is not ours to touch.
        Some(Seen::Deleted { .. } | Seen::Foreign) if link.generation < GENERATIONS_MAX => {
            Plan::NextGeneration
        }
        Some(Seen::Deleted { .. } | Seen::Foreign) => Plan::Park(ParkReason::TooManyGenerations),
    }
}

/// The event was made, and both sides have a base.
fn plan_made(wanted: &EventFields, ours: &EventFields, link: &Link, facts: &Facts) -> Plan {
    match &link.seen {
        Some(Seen::Deleted { confirmed: false }) if !fault!(4) => Plan::Read,
        Some(Seen::Outdated) => Plan::Read,
        Some(Seen::Deleted { .. }) => plan_gone(link, facts),
        Some(Seen::Absent | Seen::Foreign) => Plan::Park(ParkReason::NotFound),
        Some(Seen::Declined { remote, .. })
            if is_known_no(link) || link.decided == Some(Side::Ours) =>
        {
            plan_live(wanted, ours, link, remote, facts)
        }
        Some(Seen::Declined {
            confirmed: false, ..
        }) => Plan::Read,
        Some(Seen::Declined { .. }) => plan_lost(ParkReason::DeclinedThere, link, facts),
        Some(Seen::Live(remote)) => plan_live(wanted, ours, link, remote, facts),
        None => match &link.theirs {
            Some(theirs) => plan_ours(wanted, ours, &theirs.etag),
            None => Plan::Read,
        },
    }
}

/// Whether the host had said no before, and the booking was kept all the same.
fn is_known_no(link: &Link) -> bool {
    link.theirs.as_ref().is_some_and(|base| base.declined)
}

/// It is gone from its calendar: deleted, or moved to another one.
fn plan_gone(link: &Link, facts: &Facts) -> Plan {
    match facts.elsewhere {
        _ if fault!(33) => plan_lost(ParkReason::DeletedThere, link, facts),
        // Also where a person has decided: that was about an event that was thought gone.
        Elsewhere::Found => Plan::FollowEvent,
        Elsewhere::Unknown => Plan::Seek,
        Elsewhere::Nowhere => plan_lost(ParkReason::DeletedThere, link, facts),
    }
}

/// The host does not want it any more; `why` is what he did.
fn plan_lost(why: ParkReason, link: &Link, facts: &Facts) -> Plan {
    match link.decided {
        Some(Side::Theirs) => return Plan::CancelBooking,
        // A deleted id is never free again.
        Some(Side::Ours) if link.generation < GENERATIONS_MAX => return Plan::NextGeneration,
        Some(Side::Ours) => return Plan::Park(ParkReason::TooManyGenerations),
        None => {}
    }
    if facts.is_collective {
        return Plan::Park(ParkReason::DeletedByOneOfSeveral);
    }
    match facts.policy.deletions {
        OnChange::Follow => Plan::CancelBooking,
        OnChange::Ask => Plan::Park(why),
    }
}

/// The event is there: what did they change, and what did we?
fn plan_live(
    wanted: &EventFields,
    ours: &EventFields,
    link: &Link,
    remote: &Remote,
    facts: &Facts,
) -> Plan {
    match merge(link, (wanted, ours), remote, facts) {
        Err(reason) => Plan::Park(reason),
        Ok(Some(merge)) => Plan::Merge(Box::new(merge)),
        Ok(None) if is_brought_back(ours, link, remote) => Plan::Patch {
            changes: Changes {
                time: Some((wanted.time, wanted.zone.clone())),
                ..wanted.changes_from(ours)
            },
            fields: wanted.clone(),
            etag: remote.etag.clone(),
        },
        // Nobody edited it: what we want is asked for, at the version seen.
        Ok(None) => plan_ours(wanted, ours, &remote.etag),
    }
}

/// Whether a person decided that the event goes back to where the booking is.
fn is_brought_back(ours: &EventFields, link: &Link, remote: &Remote) -> bool {
    let sent = RemoteTime::Timed(ours.time);
    let base = link.theirs.as_ref().map_or(&sent, |base| &base.time);
    link.decided == Some(Side::Ours) && remote.time != *base
}

fn plan_ours(wanted: &EventFields, ours: &EventFields, etag: &str) -> Plan {
    if wanted == ours {
        return Plan::Settled;
    }
    Plan::Patch {
        changes: wanted.changes_from(ours),
        fields: wanted.clone(),
        etag: etag.to_owned(),
    }
}

fn park_untimed(remote: &Remote) -> Option<Plan> {
    match remote.time {
        RemoteTime::Timed(_) => None,
        RemoteTime::AllDay => Some(Plan::Park(ParkReason::MadeAllDay)),
        RemoteTime::Recurring => Some(Plan::Park(ParkReason::MadeRecurring)),
    }
}
