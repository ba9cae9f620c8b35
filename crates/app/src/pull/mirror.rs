//! What a page says of the mirror: events put in place, and their busy time made anew.

use std::collections::{BTreeMap, BTreeSet};

use domain::mirror::{self as rules, Busy, BusyRules, ForeignEvent, Horizon};
use domain::{CalendarId, Instant, Interval, LinkId, Zone};
use jiff::SignedDuration;
use store::tables::mirror::{self, Part};
use store::tables::{bookings, busy, links};
use store::{StoreError, Tx};

/// How Google ends the `iCalUID` of an event whose id was chosen: the rest is that id.
const UID_SUFFIX: &str = "@google.com";

/// Longer than anything people plan as one event.
const LONG: SignedDuration = SignedDuration::from_hours(24 * 366);

/// How far ahead an event longer than that is kept: nobody books beyond.
const FAR: SignedDuration = SignedDuration::from_hours(24 * 366 * 10);

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

/// Puts `events`, a chunk of a page, in place of what was known of them, and makes the busy time of all they
/// touch anew. What is known is read for all of them at once, so that a chunk costs a handful of statements
/// however many events it has; only events of ours cost one more each.
pub(super) fn apply(
    tx: &mut dyn Tx,
    scale: &Scale,
    events: &[&ForeignEvent],
) -> Result<(), StoreError> {
    let part = scale.part;
    let ids = || events.iter().map(|event| event.id.as_str());
    let known = mirror::known(tx, part, ids())?;
    let change = Change::of(events, &known);
    if !change.gone_series.is_empty() {
        mirror::remove_series(tx, part, change.gone_series)?;
    }
    if !change.gone.is_empty() {
        mirror::remove(tx, part, change.gone)?;
    }
    if change.touched.is_empty() {
        return Ok(());
    }
    let others = mirror::others(tx, part, change.touched.iter().copied(), ids())?;
    let Some(others) = others else {
        // Too much for one look: each series by itself.
        mirror::put(tx, part, change.puts.values().map(|event| (*event, None)))?;
        let mut touched = change.touched.into_iter();
        return touched.try_for_each(|series| expand(tx, scale, series));
    };
    let others = if domain::fault!(23) {
        Vec::new()
    } else {
        others
    };
    let mut groups: Groups<'_> = change.touched.iter().map(|id| (*id, Vec::new())).collect();
    for event in others.iter().chain(change.puts.values().copied()) {
        groups.entry(event.series()).or_default().push(event);
    }
    place(tx, scale, groups, change.puts)
}

/// Events by the series under whose id their rows are kept.
type Groups<'e> = BTreeMap<&'e str, Vec<&'e ForeignEvent>>;

/// What a chunk changes, worked out in the order of its events.
#[derive(Default)]
struct Change<'e> {
    /// Events to keep, by id.
    puts: BTreeMap<&'e str, &'e ForeignEvent>,
    /// Events to forget before that.
    gone: BTreeSet<&'e str>,
    /// Series to forget before that, with all their exceptions.
    gone_series: BTreeSet<&'e str>,
    /// Series whose busy time changes.
    touched: BTreeSet<&'e str>,
}

impl<'e> Change<'e> {
    fn of(events: &[&'e ForeignEvent], known: &'e [ForeignEvent]) -> Self {
        let known: BTreeMap<_, _> = known
            .iter()
            .map(|event| (event.id.as_str(), event))
            .collect();
        let mut change = Self::default();
        for event in events {
            let id = event.id.as_str();
            let is_gone = change.gone.contains(id);
            let known = known.get(id).filter(|_| !is_gone);
            let before = change.puts.get(id).or(known).copied();
            change.touched.extend(before.map(ForeignEvent::series));
            // Cancelled instances are kept for as long as their series: it would show them again.
            let is_instance = event.occurrence.is_some() && !domain::fault!(12);
            if !event.is_cancelled() || is_instance {
                change.puts.insert(id, event);
                change.touched.insert(event.series());
            } else if let Some(before) = before {
                change.forget(before);
            }
        }
        change
    }

    fn forget(&mut self, event: &'e ForeignEvent) {
        if domain::fault!(14) {
            self.puts.insert(&event.id, event);
        } else if event.is_master() {
            let series = event.series();
            self.puts.retain(|_, other| other.series() != series);
            self.gone_series.insert(series);
        } else {
            self.puts.remove(event.id.as_str());
            self.gone.insert(&event.id);
        }
    }
}

/// Makes the busy time of one series, or of one event alone, anew from what is kept of it.
pub(super) fn expand(tx: &mut dyn Tx, scale: &Scale, series: &str) -> Result<(), StoreError> {
    let events = mirror::of_series(tx, scale.part, series)?;
    let groups = BTreeMap::from([(series, events.iter().collect())]);
    place(tx, scale, groups, BTreeMap::new())
}

/// Stores `puts`, and the busy time of each of `groups` in place of what it was.
fn place<'e>(
    tx: &mut dyn Tx,
    scale: &Scale,
    groups: Groups<'e>,
    puts: BTreeMap<&'e str, &'e ForeignEvent>,
) -> Result<(), StoreError> {
    let copies = copies(tx, groups.values().flatten().copied())?;
    let calendar = scale.calendar(&copies);
    let mut rows: BTreeMap<_, _> = puts.into_iter().map(|(id, e)| (id, (e, None))).collect();
    let mut busy = BTreeMap::new();
    for (series, events) in groups {
        let is_master = |event: &&ForeignEvent| event.is_master() && event.id == series;
        let Some(master) = events.iter().copied().find(is_master) else {
            busy.insert(series, alone(scale, events, &calendar));
            continue;
        };
        let others = events.into_iter().filter(|event| !is_master(event));
        let others: Vec<_> = others.cloned().collect();
        let known_until = match rules::expand(master, &others, scale.window, &calendar) {
            Ok(expansion) => {
                busy.insert(series, expansion.busy);
                Some(expansion.until).filter(|until| *until < Instant::MAX)
            }
            // What is there stays until Google has said better; it may be of another time.
            Err(ask) => {
                tracing::debug!(calendar.id = %scale.part.calendar, event.id = series, why = ask.as_str(), "Google is asked for the instances");
                Some(mirror::UNKNOWN)
            }
        };
        rows.insert(series, (master, known_until));
    }
    mirror::put(tx, scale.part, rows.into_values())?;
    replace(tx, scale, busy)
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
    replace(tx, scale, BTreeMap::from([(series, rows)]))?;
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
    let ids = events.iter().map(|event| event.id.as_str());
    let born = links::born(tx, scale.part.calendar, ids)?;
    let others = events.iter().filter(|event| !born.contains_key(&event.id));
    for row in alone(scale, others, &scale.calendar(&copies)) {
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
fn alone<'e>(
    scale: &Scale,
    events: impl IntoIterator<Item = &'e ForeignEvent>,
    calendar: &rules::Calendar<'_>,
) -> Vec<Busy> {
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

/// Puts rows in place of the busy time of their sources. An event of ours is busy time only where the host
/// moved it: where it is as we left it, the booking says all. One whose link is not ours to know was made by
/// another installation, and is like any other event.
fn replace(
    tx: &mut dyn Tx,
    scale: &Scale,
    mut rows: BTreeMap<&str, Vec<Busy>>,
) -> Result<(), StoreError> {
    name_born(tx, scale.part.calendar, &mut rows)?;
    let marked: BTreeSet<LinkId> = rows.values().flatten().filter_map(|row| row.link).collect();
    let mut ours = BTreeMap::new();
    for id in marked {
        if let Some(link) = links::by_id(tx, id)? {
            // The event of a booking that is over may have been restored: then nothing else tells of it.
            let booking = bookings::by_id(tx, link.booking_id)?;
            let is_live = booking.is_some_and(|booking| booking.status.blocks_time());
            let left = link.link.ours.filter(|_| is_live).map(|ours| ours.time);
            ours.insert(id, left);
        }
    }
    for row in rows.values_mut().flatten() {
        row.link = row.link.filter(|id| ours.contains_key(id));
    }
    for rows in rows.values_mut() {
        let as_we_left_it = |row: &Busy| {
            let ours = row.link.and_then(|id| ours.get(&id).copied().flatten());
            ours == Some(row.time)
        };
        rows.retain(|row| !as_we_left_it(row));
        rows.iter_mut()
            .for_each(|row| row.time = within_reason(scale, row.time));
    }
    busy::replace(tx, scale.part, &rows)
}

/// Events that were made in Google and became bookings have no mark that tells so: their links do.
fn name_born(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    rows: &mut BTreeMap<&str, Vec<Busy>>,
) -> Result<(), StoreError> {
    let born = links::born(tx, calendar, rows.keys().copied())?;
    for (event, link) in born {
        for row in rows.get_mut(event.as_str()).into_iter().flatten() {
            row.link.get_or_insert(link);
        }
    }
    Ok(())
}

/// What is kept of an event that goes on for years: "until the year 9999" is stored in pieces, and would be a
/// million of them. Whenever its calendar is listed anew it is moved on.
fn within_reason(scale: &Scale, time: Interval) -> Interval {
    if time.span() <= LONG {
        return time;
    }
    Interval {
        start: time.start.max(scale.window.start),
        end: time.end.min(scale.window.start + FAR),
    }
}

/// Copies of our own events among `events`: a host who is a guest of one has it in his calendar too.
fn copies<'e>(
    tx: &mut dyn Tx,
    events: impl IntoIterator<Item = &'e ForeignEvent>,
) -> Result<BTreeMap<String, LinkId>, StoreError> {
    let mut copies = BTreeMap::new();
    let events = events.into_iter();
    for event in events.filter(|event| event.own_link().is_none()) {
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
