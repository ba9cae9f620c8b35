//! Opening and closing what a person must decide about a link (scenario D2, row R7).

use domain::ConflictId;
use domain::notice::{Audience, MessageKind};
use domain::sync::ParkReason;
use domain::sync::merge::Aside;
use serde_json::json;
use store::tables::conflicts::{self, Conflict};
use store::tables::links::State;
use store::tables::outgoing_messages::{self, Draft};
use store::{StoreError, Tx};

use super::{Draws, Loaded, guard};

/// The kind of a conflict about a field that both sides changed.
const BOTH_CHANGED: &str = "both_changed";

/// Parks the link for `reason`, with Google's words where it `said` any: a conflict opens, or the one
/// that is open for the same reason counts on. Only news is written to the timeline.
pub(super) fn park(
    tx: &mut dyn Tx,
    loaded: &mut Loaded,
    reason: ParkReason,
    said: &str,
    draws: &mut Draws,
) -> Result<(), StoreError> {
    guard::let_go(tx, loaded, draws)?;
    loaded.row.state = State::Parked;
    loaded.row.problem = Some(reason.as_str().to_owned());
    loaded.row.link.decided = None;
    let is_news = match conflicts::open_of_link(tx, loaded.row.id)? {
        Some(mut known) if known.kind == reason.as_str() => {
            let is_news = known.said != said;
            known.version += 1;
            known.said = said.to_owned();
            known.resolution = None;
            conflicts::update(tx, &known)?;
            is_news
        }
        other => {
            if let Some(other) = other {
                end(tx, other, "replaced", draws)?;
            }
            open(tx, loaded, reason, said, draws)?;
            true
        }
    };
    if is_news {
        let detail = json!({ "reason": reason.as_str(), "said": said });
        draws
            .pen
            .write(tx, loaded.booking.id, "parked", None, detail)?;
    }
    Ok(())
}

fn open(
    tx: &mut dyn Tx,
    loaded: &Loaded,
    reason: ParkReason,
    said: &str,
    draws: &mut Draws,
) -> Result<(), StoreError> {
    let conflict = Conflict {
        id: ConflictId(draws.pen.draw()?.0),
        organization_id: loaded.booking.organization_id,
        booking_id: loaded.booking.id,
        link_id: Some(loaded.row.id),
        calendar_id: None,
        kind: reason.as_str().to_owned(),
        said: said.to_owned(),
        version: 1,
        opened_at: draws.now,
        closed_at: None,
        resolution: None,
        aside: None,
    };
    conflicts::insert(tx, &conflict)?;
    if reason == ParkReason::Refused {
        for audience in Audience::ALL {
            tell(tx, loaded, &conflict, (MessageKind::EventRefused, audience))?;
        }
    }
    Ok(())
}

/// Tells who runs the organization that many events of a calendar were moved or deleted at once.
pub(super) fn tell_owner(
    tx: &mut dyn Tx,
    loaded: &Loaded,
    conflict: &Conflict,
) -> Result<(), StoreError> {
    let to = (MessageKind::MassLoss, Audience::Owner);
    tell(tx, loaded, conflict, to)
}

/// Once for a conflict and an audience.
fn tell(
    tx: &mut dyn Tx,
    loaded: &Loaded,
    conflict: &Conflict,
    (kind, audience): (MessageKind, Audience),
) -> Result<(), StoreError> {
    let draft = Draft {
        organization: conflict.organization_id,
        kind,
        audience,
        cause: &conflict.id.to_string(),
        connection: Some(loaded.connection.id),
        calendar: None,
        booking: Some(conflict.booking_id),
        at: conflict.opened_at,
    };
    outgoing_messages::insert(tx, draft).map(drop)
}

/// Keeps the version of a field that does not count, until a person says so. A newer one of the same field
/// takes the place of an older one.
pub(super) fn set_aside(
    tx: &mut dyn Tx,
    loaded: &Loaded,
    aside: &Aside,
    draws: &mut Draws,
) -> Result<(), StoreError> {
    for open in conflicts::open_asides(tx, loaded.row.id)? {
        if open.aside.as_ref().map(|known| known.field) == Some(aside.field) {
            end(tx, open, "replaced", draws)?;
        }
    }
    let conflict = Conflict {
        id: ConflictId(draws.pen.draw()?.0),
        organization_id: loaded.booking.organization_id,
        booking_id: loaded.booking.id,
        link_id: Some(loaded.row.id),
        calendar_id: None,
        kind: BOTH_CHANGED.to_owned(),
        said: String::new(),
        version: 1,
        opened_at: draws.now,
        closed_at: None,
        resolution: None,
        aside: Some(aside.clone()),
    };
    conflicts::insert(tx, &conflict)?;
    let detail = json!({
        "field": aside.field.as_str(), "here": aside.ours, "there": aside.theirs,
        "counts": if aside.theirs_counts { "there" } else { "here" },
    });
    let booking = loaded.booking.id;
    draws.pen.write(tx, booking, BOTH_CHANGED, None, detail)
}

/// Nothing is left to decide about an event whose booking is over.
pub(super) fn close_asides(
    tx: &mut dyn Tx,
    loaded: &Loaded,
    draws: &Draws,
) -> Result<(), StoreError> {
    for open in conflicts::open_asides(tx, loaded.row.id)? {
        end(tx, open, "ended", draws)?;
    }
    Ok(())
}

/// Both sides agree, or there is nothing left to agree on: whatever was open is over.
pub(super) fn close(tx: &mut dyn Tx, loaded: &Loaded, draws: &Draws) -> Result<(), StoreError> {
    match conflicts::open_of_link(tx, loaded.row.id)? {
        Some(open) => end(tx, open, "settled", draws),
        None => Ok(()),
    }
}

/// `conflict` is over, without a person's doing.
pub(super) fn end(
    tx: &mut dyn Tx,
    conflict: Conflict,
    how: &str,
    draws: &Draws,
) -> Result<(), StoreError> {
    let booking = conflict.booking_id;
    let ended = Conflict {
        closed_at: Some(draws.now),
        resolution: conflict.resolution.clone().or(Some(how.to_owned())),
        ..conflict
    };
    conflicts::update(tx, &ended)?;
    outgoing_messages::clear_of_booking(tx, booking)
}
