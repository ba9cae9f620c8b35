//! What a page says of the mirror: events put in place, and their busy time made anew.

use std::collections::{BTreeMap, BTreeSet};

use domain::mirror::{self as rules, Busy, BusyRules, ForeignEvent, Horizon};
use domain::{Instant, Interval, LinkId, Zone};
use store::tables::mirror::{self, Part};
use store::tables::{busy, links};
use store::{StoreError, Tx};

/// How Google ends the `iCalUID` of an event whose id was chosen: the rest is that id.
const UID_SUFFIX: &str = "@google.com";

/// What busy time of a calendar depends on beside its events.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    /// Which rows.
    pub(super) part: Part,
    /// In which zone its days begin.
    pub(super) zone: Zone,
    /// What is expanded.
    pub(super) window: Interval,
}

impl Scale {
    /// That of a calendar whose zone Google calls `zone`, at `now`. A zone that is none of ours counts as
    /// UTC, and is told: days may then begin too early or too late.
    pub(super) fn new(part: Part, zone: Option<&str>, now: Instant) -> Self {
        let known = zone.map(Zone::parse);
        if let Some(Err(error)) = &known {
            tracing::error!(calendar.id = %part.calendar, %error, "the calendar's zone is unknown; its days count as those of UTC");
        }
        // Calendars roll on at different times: each has a share of the step that follows from its id.
        let share = part.calendar.0.as_u128() % 1000;
        let jitter = u32::try_from(share).unwrap_or_default();
        Self {
            part,
            zone: known
                .and_then(Result::ok)
                .filter(|_| !domain::fault!(13))
                .unwrap_or_else(Zone::utc),
            window: Horizon::default().window(now, jitter),
        }
    }

    fn calendar<'a>(&'a self, copies: &'a BTreeMap<String, LinkId>) -> rules::Calendar<'a> {
        rules::Calendar {
            zone: &self.zone,
            rules: BusyRules::default(),
            copies,
        }
    }
}

/// Puts `events` in place of what was known of them, and makes the busy time of all they touch anew.
pub(super) fn apply<'e>(
    tx: &mut dyn Tx,
    scale: &Scale,
    events: impl IntoIterator<Item = &'e ForeignEvent>,
) -> Result<(), StoreError> {
    let mut touched = BTreeSet::new();
    for event in events {
        let known = mirror::get(tx, scale.part, &event.id)?;
        if let Some(known) = &known {
            touched.insert(known.series().to_owned());
        }
        // Cancelled instances are kept for as long as their series: it would show them again.
        let is_instance = event.occurrence.is_some() && !domain::fault!(12);
        if !event.is_cancelled() || is_instance {
            mirror::put(tx, scale.part, event)?;
            touched.insert(event.series().to_owned());
        } else if let Some(known) = known.filter(|_| !domain::fault!(14)) {
            if known.is_master() {
                mirror::remove_series(tx, scale.part, known.series())?;
            } else {
                mirror::remove(tx, scale.part, &known.id)?;
            }
        }
    }
    for series in touched {
        expand(tx, scale, &series)?;
    }
    Ok(())
}

/// Makes the busy time of one series, or of one event alone, anew from what is kept of it.
pub(super) fn expand(tx: &mut dyn Tx, scale: &Scale, series: &str) -> Result<(), StoreError> {
    let events = mirror::of_series(tx, scale.part, series)?;
    let copies = copies(tx, &events)?;
    let calendar = scale.calendar(&copies);
    let (masters, others): (Vec<_>, Vec<_>) = events
        .into_iter()
        .partition(|event| event.is_master() && event.id == series);
    let Some(master) = masters.first() else {
        let rows = alone(scale, &others, &calendar);
        return replace(tx, scale.part, series, rows);
    };
    match rules::expand(master, &others, scale.window, &calendar) {
        Ok(expansion) => {
            replace(tx, scale.part, series, expansion.busy)?;
            let until = Some(expansion.until).filter(|until| *until < Instant::MAX);
            mirror::set_known_until(tx, scale.part, series, until)
        }
        // What is there stays until Google has said better; it may be of another time.
        Err(ask) => {
            tracing::debug!(calendar.id = %scale.part.calendar, event.id = series, why = ask.as_str(), "Google is asked for the instances");
            mirror::set_unknown(tx, scale.part, series)
        }
    }
}

/// Puts the busy time of `instances`, each of which stands alone, in place of that of their series: all
/// there is until the window's end.
pub(super) fn put_instances(
    tx: &mut dyn Tx,
    scale: &Scale,
    series: &str,
    instances: &[ForeignEvent],
) -> Result<(), StoreError> {
    let copies = copies(tx, instances)?;
    let calendar = scale.calendar(&copies);
    let rows = alone(scale, instances, &calendar);
    replace(tx, scale.part, series, rows)?;
    mirror::set_known_until(tx, scale.part, series, Some(scale.window.end))
}

/// The time that `events` of other people take, each of which stands alone: what the mirror would hold of
/// them, but for events of ours.
pub(super) fn foreign(
    tx: &mut dyn Tx,
    scale: &Scale,
    events: &[ForeignEvent],
) -> Result<Vec<Interval>, StoreError> {
    let copies = copies(tx, events)?;
    let mut times = Vec::new();
    for row in alone(scale, events, &scale.calendar(&copies)) {
        let link = match row.link {
            Some(id) => links::by_id(tx, id)?,
            None => None,
        };
        if link.is_none() {
            times.push(row.time);
        }
    }
    Ok(times)
}

/// The busy time of events that stand alone.
fn alone(scale: &Scale, events: &[ForeignEvent], calendar: &rules::Calendar<'_>) -> Vec<Busy> {
    let mut rows = Vec::new();
    for event in events {
        match rules::expand(event, &[], scale.window, calendar) {
            Ok(expansion) => rows.extend(expansion.busy),
            // Nobody can say what it blocks; the rest goes on (scenario C6).
            Err(problem) => {
                tracing::warn!(calendar.id = %scale.part.calendar, event.id = event.id, %problem, "an event blocks nothing");
            }
        }
    }
    rows
}

/// Puts `rows` in place of the busy time of `source`. An event of ours is busy time only where the host moved
/// it: where it is as we left it, the booking says all. One whose link is not ours to know was made by
/// another installation, and is like any other event.
fn replace(tx: &mut dyn Tx, part: Part, source: &str, rows: Vec<Busy>) -> Result<(), StoreError> {
    let mut kept = Vec::with_capacity(rows.len());
    for mut row in rows {
        let link = match row.link {
            Some(id) => links::by_id(tx, id)?,
            None => None,
        };
        row.link = link.as_ref().map(|link| link.id);
        let ours = link.and_then(|link| link.link.ours);
        if ours.is_none_or(|ours| ours.time != row.time) {
            kept.push(row);
        }
    }
    busy::replace(tx, part, source, &kept)
}

/// Copies of our own events among `events`: a host who is a guest of one has it in his calendar too.
fn copies(
    tx: &mut dyn Tx,
    events: &[ForeignEvent],
) -> Result<BTreeMap<String, LinkId>, StoreError> {
    let mut copies = BTreeMap::new();
    for event in events.iter().filter(|event| event.own_link().is_none()) {
        let uid = event.ical_uid.as_deref().unwrap_or_default();
        let Some(id) = uid.strip_suffix(UID_SUFFIX).filter(|id| is_ours(id)) else {
            continue;
        };
        if let Some(link) = links::named(tx, id)? {
            copies.insert(uid.to_owned(), link);
        }
    }
    Ok(copies)
}

/// Whether an event id has the shape of those we choose, so that not every event costs a look.
fn is_ours(id: &str) -> bool {
    id.len() == google::event_id::LENGTH
}
