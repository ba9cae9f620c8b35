//! Which events stand where in a day: rows of five minutes, and lanes side by side for events that
//! overlap.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan as _};

use super::calendars::Listed;
use super::place::Place;
use super::shown::{Shown, midnight, touches};
use crate::world::World;

/// Rows of a day; CSS has a class for each.
pub(super) const ROWS: u16 = 288;
/// Lanes there are classes for; further ones share the last.
pub(super) const LANES_MAX: usize = 6;
/// A block is at least this high, or it could not be hit (WCAG 2.5.8: 24 pixels).
const ROWS_MIN: u16 = 5;
const MINUTES_PER_ROW: u16 = 5;
/// The page is told to draw the "now" line anew this often.
const TICK_SECONDS: i64 = 300;

/// The part of a timed event that falls on one day.
pub(super) struct Block<'w> {
    pub(super) shown: Shown<'w>,
    pub(super) row: u16,
    pub(super) rows: u16,
    pub(super) lane: usize,
    pub(super) lanes: usize,
    /// Whether the event's end is in this block, and can be dragged there.
    pub(super) has_end: bool,
}

/// One day of those shown.
pub(super) struct Day<'w> {
    pub(super) date: Date,
    pub(super) all_day: Vec<Shown<'w>>,
    pub(super) blocks: Vec<Block<'w>>,
    /// The row of the present moment, today.
    pub(super) now_row: Option<u16>,
}

/// The days at `place` with what of `events` is on them.
pub(super) fn days<'w>(now: Timestamp, place: &Place, events: &[Shown<'w>]) -> Vec<Day<'w>> {
    place
        .days()
        .map(|date| day(now, place, date, events))
        .collect()
}

/// Changes whenever the page would look different.
pub(super) fn version(
    world: &World,
    now: Timestamp,
    place: &Place,
    calendars: &[Listed<'_>],
) -> String {
    let tick = now.as_second().div_euclid(TICK_SECONDS);
    let list = world.profiles.get(&place.account);
    let list = list.map_or(0, |profile| profile.list.version());
    let mut version = format!("{tick}.{}.{list}", place.monday);
    for listed in calendars {
        let calendar = listed.calendar;
        for part in [
            calendar.version(),
            calendar.revision,
            calendar.access.0.version(),
        ] {
            version.push('.');
            version.push_str(&part.to_string());
        }
    }
    version
}

fn day<'w>(now: Timestamp, place: &Place, date: Date, events: &[Shown<'w>]) -> Day<'w> {
    let on_it = events.iter().filter(|shown| shown.is_on(date, place));
    let (all_day, timed): (Vec<_>, Vec<_>) =
        on_it.partition(|shown| shown.event.content.start.is_day());
    let timed = timed.into_iter();
    let mut blocks: Vec<Block<'w>> = timed
        .filter_map(|shown| block(place, date, shown.clone()))
        .collect();
    share_lanes(&mut blocks);
    let local = now.to_zoned(place.zone.clone()).datetime();
    Day {
        date,
        all_day: all_day.into_iter().cloned().collect(),
        blocks,
        now_row: (local.date() == date).then(|| row_of(local)),
    }
}

/// The block of an event on `date`, if it touches that day.
fn block<'w>(place: &Place, date: Date, shown: Shown<'w>) -> Option<Block<'w>> {
    let content = &shown.event.content;
    let (start, end) = (
        content.start.instant(&place.zone),
        content.end.instant(&place.zone),
    );
    if !touches((start, end), date, place) {
        return None;
    }
    let (day_start, day_end) = (
        midnight(date, place),
        midnight(date.saturating_add(1.day()), place),
    );
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
        shown,
        row,
        rows: last.saturating_sub(row).max(ROWS_MIN),
        lane: 0,
        lanes: 1,
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
            block.shown.event.ordinal,
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
