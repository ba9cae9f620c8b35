//! Which events stand where in a week: rows of five minutes, and lanes side by side for events
//! that overlap.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan as _};

use super::place::Place;
use crate::calendar::series::Span;
use crate::calendar::time::{EventTime, resolve};
use crate::calendar::{Calendar, Event};
use crate::world::World;

/// Rows of a day; CSS has a class for each.
pub(super) const ROWS: u16 = 288;
/// Lanes there are classes for; further ones share the last.
pub(super) const LANES_MAX: usize = 6;
/// Calendar colours there are classes for.
pub(super) const COLOURS: usize = 6;
/// A block is at least this high, or it could not be grasped.
const ROWS_MIN: u16 = 3;
const MINUTES_PER_ROW: u16 = 5;
/// The page is told to draw the "now" line anew this often.
const TICK_SECONDS: i64 = 300;

/// The part of a timed event that falls on one day.
pub(super) struct Block<'a> {
    pub(super) calendar: &'a Calendar,
    pub(super) event: Cow<'a, Event>,
    pub(super) row: u16,
    pub(super) rows: u16,
    pub(super) lane: usize,
    pub(super) lanes: usize,
    pub(super) colour: usize,
    /// Whether the event's end is in this block, and can be dragged there.
    pub(super) has_end: bool,
}

/// One day of the week shown.
pub(super) struct Day<'a> {
    pub(super) date: Date,
    /// Day events, with their colours.
    pub(super) all_day: Vec<(&'a Calendar, Cow<'a, Event>, usize)>,
    pub(super) blocks: Vec<Block<'a>>,
    /// The row of the present moment, today.
    pub(super) now_row: Option<u16>,
}

/// The week at `place`.
pub(super) fn days<'a>(world: &'a World, now: Timestamp, place: &Place) -> Vec<Day<'a>> {
    place
        .days()
        .map(|date| day(world, now, place, date))
        .collect()
}

/// Changes whenever the page would look different.
pub(super) fn version(world: &World, now: Timestamp, place: &Place) -> String {
    let mut version = format!("{}", now.as_second().div_euclid(TICK_SECONDS));
    for calendar in world.calendars_of(&place.account) {
        version.push('.');
        version.push_str(&calendar.version().to_string());
    }
    version
}

fn day<'a>(world: &'a World, now: Timestamp, place: &Place, date: Date) -> Day<'a> {
    let mut day = Day {
        date,
        all_day: Vec::new(),
        blocks: Vec::new(),
        now_row: None,
    };
    for (index, calendar) in world.calendars_of(&place.account).enumerate() {
        let colour = index % COLOURS;
        for event in shown_on(world, now, place, calendar, date) {
            match (&event.content.start, &event.content.end) {
                (EventTime::Day(first), EventTime::Day(end)) => {
                    if *first <= date && date < *end {
                        day.all_day.push((calendar, event, colour));
                    }
                }
                (start, end) => {
                    let range = (start.instant(&place.zone), end.instant(&place.zone));
                    day.blocks
                        .extend(block(place, date, range, calendar, event, colour));
                }
            }
        }
    }
    share_lanes(&mut day.blocks);
    let local = now.to_zoned(place.zone.clone()).datetime();
    day.now_row = (local.date() == date).then(|| row_of(local));
    day
}

/// Single events, and the instances of series that may touch `date`.
fn shown_on<'a>(
    world: &World,
    now: Timestamp,
    place: &Place,
    calendar: &'a Calendar,
    date: Date,
) -> Vec<Cow<'a, Event>> {
    let zone = calendar.zone();
    let midnight = |date: Date| resolve(date.at(0, 0, 0, 0), &place.zone);
    // A day wider on both sides: days begin elsewhere in the calendar's zone.
    let span = Span {
        after: Some(midnight(date.saturating_sub(1.day()))),
        before: Some(midnight(date.saturating_add(2.days()))),
        horizon: world.rules.expansion_horizon,
        now,
        zone: &zone,
    };
    let live = calendar.events().filter(|event| !event.is_deleted());
    let shown = live.flat_map(|event| {
        if event.is_master() {
            let instances = event.instances(&span, |id| calendar.is_exception(id));
            instances.into_iter().map(Cow::Owned).collect()
        } else {
            vec![Cow::Borrowed(event)]
        }
    });
    shown.collect()
}

/// The block of an event on `date`, if it touches that day.
fn block<'a>(
    place: &Place,
    date: Date,
    (start, end): (Timestamp, Timestamp),
    calendar: &'a Calendar,
    event: Cow<'a, Event>,
    colour: usize,
) -> Option<Block<'a>> {
    let midnight = |date: Date| resolve(date.at(0, 0, 0, 0), &place.zone);
    let (day_start, day_end) = (midnight(date), midnight(date.saturating_add(1.day())));
    // An event without length is drawn on the day it starts.
    let touches = start < day_end && (end > day_start || (start == end && start == day_start));
    if !touches {
        return None;
    }
    let local = |at: Timestamp| at.to_zoned(place.zone.clone()).datetime();
    let row = if start < day_start {
        0
    } else {
        row_of(local(start))
    };
    let last = if end >= day_end {
        ROWS
    } else {
        row_after(local(end))
    };
    let row = row.min(ROWS - ROWS_MIN);
    Some(Block {
        calendar,
        event,
        row,
        rows: last.saturating_sub(row).max(ROWS_MIN),
        lane: 0,
        lanes: 1,
        colour,
        has_end: end <= day_end,
    })
}

/// The row that holds this time of day.
fn row_of(local: DateTime) -> u16 {
    minute_of(local) / MINUTES_PER_ROW
}

/// The first row wholly after this time of day.
fn row_after(local: DateTime) -> u16 {
    minute_of(local).div_ceil(MINUTES_PER_ROW)
}

fn minute_of(local: DateTime) -> u16 {
    u16::try_from(i16::from(local.hour()) * 60 + i16::from(local.minute())).unwrap_or(0)
}

/// Gives blocks that overlap lanes of their own, and each group of them the same number.
fn share_lanes(blocks: &mut [Block<'_>]) {
    blocks.sort_by_key(|block| {
        (
            block.row,
            std::cmp::Reverse(block.rows),
            block.event.ordinal,
        )
    });
    let mut from = 0;
    while from < blocks.len() {
        let mut end = blocks[from].row + blocks[from].rows;
        let mut to = from + 1;
        while to < blocks.len() && blocks[to].row < end {
            end = end.max(blocks[to].row + blocks[to].rows);
            to += 1;
        }
        share_lanes_of_group(&mut blocks[from..to]);
        from = to;
    }
}

fn share_lanes_of_group(group: &mut [Block<'_>]) {
    let mut ends: Vec<u16> = Vec::new();
    for block in group.iter_mut() {
        let free = ends.iter().position(|end| *end <= block.row);
        let lane = free.unwrap_or(ends.len());
        let end = block.row + block.rows;
        match ends.get_mut(lane) {
            Some(taken) => *taken = end,
            None => ends.push(end),
        }
        block.lane = lane.min(LANES_MAX - 1);
    }
    for block in group {
        block.lanes = ends.len().min(LANES_MAX);
    }
}
