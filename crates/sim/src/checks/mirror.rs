//! What the mirror says: noted when something is decided on it, held at every commit against what
//! Google's listings showed, and against the calendar once everything is quiet.
//!
//! The rule of a listing anew (scenario E3): what is offered rests on the old state, whole, until it rests
//! on the new one, whole. An increment may be seen in parts, but where it ends nothing is missing.

use domain::{HostId, Interval, OrganizationId};
use jiff::SignedDuration;
use store::tables::calendars::{self, Calendar, Position};
use store::tables::mirror::{self as events, Part};
use store::tables::{busy as rows, connections};

use crate::events::When;
use crate::failure::{Checked, Failure};
use crate::scene::Scene;
use crate::setup::CALENDAR;
use crate::truth;

/// Further than anybody here books.
const REACH: SignedDuration = SignedDuration::from_hours(24 * 20);

/// What the mirror says of a host's time from `from` on.
pub fn busy(scene: &Scene, host: HostId, from: domain::Instant) -> Vec<Interval> {
    let window = Interval::lasting(from, REACH);
    scene.read(|tx| rows::overlapping(tx, host, window))
}

/// What counted after a commit: how far the calendar was read, and what foreign events took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    position: Position,
    foreign: Vec<Interval>,
    /// Whether Google still has to be asked about a series.
    is_part_unknown: bool,
}

/// Something was committed: what counts now is what counted before or all that Google showed.
///
/// # Errors
/// That it is neither.
pub fn committed(scene: &mut Scene, organization: OrganizationId) -> Checked {
    let Some(after) = counted(scene, organization) else {
        return Ok(());
    };
    let (position, foreign) = (after.position.clone(), after.foreign.clone());
    let is_part_unknown = after.is_part_unknown;
    let Some(before) = scene.counted.replace(after) else {
        return Ok(());
    };
    let is_moved_on = position.sync_token != before.position.sync_token;
    if let (true, Some(token)) = (is_moved_on, &position.sync_token) {
        scene.stats.count("pull.ended");
        let is_anew = position.generation != before.position.generation;
        if is_anew {
            scene.stats.count("pull.ended-anew");
        }
        if is_part_unknown {
            // All the time is taken meanwhile, whatever the rows say.
            scene.stats.count("pull.ended-unknown");
            return Ok(());
        }
        let told = scene.truth.told(token);
        return match told.as_deref() {
            Some(told) if told == foreign => Ok(()),
            Some(told) => fail(difference(&foreign, told)),
            None => fail(format!("a position that Google never gave: {token}")),
        };
    }
    if position.generation != before.position.generation {
        return fail("other rows count, and their listing is not whole".to_owned());
    }
    let is_anew = before.position.sync_token.is_none() || position.sync_token.is_none();
    if is_anew && foreign != before.foreign {
        let difference = difference(&foreign, &before.foreign);
        return fail(format!("changed before a listing anew ended: {difference}"));
    }
    if position.page_token.is_some() && position.page_token != before.position.page_token {
        scene.stats.count("pull.page-kept");
    }
    Ok(())
}

fn counted(scene: &mut Scene, organization: OrganizationId) -> Option<Counted> {
    let window = truth::window(scene);
    scene.read(|tx| {
        let mut found: Option<Calendar> = None;
        for connection in connections::list(tx, organization)? {
            let all = calendars::of_connection(tx, connection.id)?;
            found = found.or(all.into_iter().find(|c| c.google_id == CALENDAR));
        }
        let Some(calendar) = found else {
            return Ok(None);
        };
        let part = Part {
            calendar: calendar.id,
            generation: calendar.position.generation,
        };
        let all = rows::within(tx, part, window)?;
        let foreign = all.into_iter().filter(|(_, link)| link.is_none());
        Ok(Some(Counted {
            is_part_unknown: events::unknown(tx, part)?.is_some(),
            position: calendar.position,
            foreign: foreign.map(|(time, _)| time).collect(),
        }))
    })
}

fn difference(counted: &[Interval], told: &[Interval]) -> String {
    let only = |some: &[Interval], others: &[Interval]| -> Vec<Interval> {
        let only = some.iter().filter(|time| !others.contains(time));
        only.take(5).copied().collect()
    };
    format!(
        "{} counted, {} shown; only counted: {:?}; only shown: {:?}",
        counted.len(),
        told.len(),
        only(counted, told),
        only(told, counted)
    )
}

/// In the end the mirror is what the calendar is: every foreign event takes its time of every host, and
/// nothing else takes any, but events of ours that wait where the host put them.
///
/// # Errors
/// The first difference.
pub fn equals(scene: &mut Scene, hosts: impl IntoIterator<Item = HostId>) -> Checked {
    let window = Interval::lasting(scene.now(), REACH);
    let foreign: Vec<Interval> = truth::foreign(scene)
        .iter()
        .filter(|time| time.overlaps(&window))
        .copied()
        .collect();
    for host in hosts {
        let known = busy(scene, host, window.start);
        for time in &foreign {
            if !known.contains(time) {
                return fail(format!(
                    "a foreign event at {time:?} takes no time of {host}"
                ));
            }
        }
        for time in known {
            if !foreign.contains(&time) && !is_moved(scene, time) {
                return fail(format!(
                    "{time:?} is taken from {host}, and nothing is there"
                ));
            }
        }
    }
    Ok(())
}

/// Whether an event of ours stands there, or on those days.
fn is_moved(scene: &Scene, time: Interval) -> bool {
    let mut ours = scene.events.ours.values();
    ours.any(|event| match event.when() {
        When::Timed(at) => at == time,
        When::AllDay => true,
        When::Gone => false,
    })
}

fn fail(message: String) -> Checked {
    Err(Failure::new("mirror", message))
}
