//! Choosing a time: a month of days and the slots of one of them, in the visitor's zone.
//!
//! The same picker serves a new booking and a move, for attendees and admins; what differs is where
//! its links lead. It computes nothing about availability: it lays out the slots it is given.

use std::collections::BTreeMap;

use domain::{Instant, Interval, Zone};
use jiff::SignedDuration;
use jiff::civil::Date;

use crate::dates;
use crate::i18n::{Key, Words, key};
use crate::request::query::{CalendarQuery, day_param, month_param, next_month, previous_month};
use crate::request::visitor::Visitor;
use crate::urls;

pub(crate) mod search;
pub(crate) mod zones;

use zones::{ZoneGroup, zone_groups};

/// Longest window asked for at once.
pub(crate) const WINDOW_MAX: SignedDuration = SignedDuration::from_hours(62 * 24);

/// The month to lay out, and how far around it one may turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    /// First day of the month shown.
    pub(crate) month: Date,
    /// Whether the query named the month, or a day of it.
    pub(crate) is_asked: bool,
    today: Date,
    last: Date,
    zone: Zone,
}

impl Range {
    /// The month `query` asks for, held between now and the last day bookings are open.
    pub(crate) fn new(
        query: &CalendarQuery,
        zone: &Zone,
        now: Instant,
        horizon: SignedDuration,
    ) -> Self {
        let today = now.in_zone(zone).date();
        let last = (now + horizon).in_zone(zone).date();
        let asked = query.day.map(Date::first_of_month).or(query.month);
        let month = asked.unwrap_or(today);
        Self {
            month: month.clamp(today, last).first_of_month(),
            is_asked: asked.is_some(),
            today,
            last,
            zone: zone.clone(),
        }
    }

    /// The instants to ask slots for: the month, and what follows within [`WINDOW_MAX`].
    pub(crate) fn window(&self) -> Interval {
        let start = self.zone.start_of_day(self.month);
        let end = self.zone.start_of_day(next_month(next_month(self.month)));
        Interval {
            start,
            end: end.min(start + WINDOW_MAX),
        }
    }

    /// The window after `window`, unless nothing is open any more.
    pub(crate) fn window_after(&self, window: Interval) -> Option<Interval> {
        let end = self.zone.start_of_day(self.last) + SignedDuration::from_hours(25);
        (window.end < end).then(|| Interval::lasting(window.end, WINDOW_MAX))
    }

    /// The month of the first of `slots`, when the visitor did not ask for one: on the last day of a
    /// month there may be nothing left in it.
    pub(crate) fn or_first_with_slots(mut self, slots: &[Interval]) -> Self {
        if let Some(first) = slots.first().filter(|_| !self.is_asked) {
            self.month = first.start.in_zone(&self.zone).date().first_of_month();
        }
        self
    }
}

/// Where the picker's links lead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places<'a> {
    /// The page the picker is on.
    pub(crate) page: &'a str,
    /// The page that takes `start` and `tz`.
    pub(crate) choose: &'a str,
    /// Whether the visitor may change the zone.
    pub(crate) zone_is_fixed: bool,
}

/// What `parts/picker.html` shows.
#[derive(Clone, Debug)]
pub(crate) struct Picker {
    pub(crate) month: String,
    pub(crate) previous: Option<MonthLink>,
    pub(crate) next: Option<MonthLink>,
    pub(crate) weekdays: Vec<Weekday>,
    pub(crate) weeks: Vec<Vec<Cell>>,
    pub(crate) day: Option<DayView>,
    pub(crate) empty: Option<Empty>,
    pub(crate) zone: ZoneView,
    /// That what is offered rests on old data, where it does.
    pub(crate) note: Option<String>,
}

impl Picker {
    /// With `note` above it.
    pub(crate) fn with_note(mut self, note: Option<String>) -> Self {
        self.note = note;
        self
    }
}

#[derive(Clone, Debug)]
pub(crate) struct MonthLink {
    pub(crate) label: String,
    pub(crate) href: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Weekday {
    pub(crate) short: String,
    pub(crate) long: String,
}

/// One place in the grid of days.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// The day of the month; `None` outside it.
    pub(crate) number: Option<i8>,
    pub(crate) date: String,
    pub(crate) label: String,
    /// Where its slots are, when it has any.
    pub(crate) href: Option<String>,
    pub(crate) is_today: bool,
    pub(crate) is_selected: bool,
}

/// The selected day.
#[derive(Clone, Debug)]
pub(crate) struct DayView {
    pub(crate) heading: String,
    pub(crate) groups: Vec<SlotGroup>,
}

#[derive(Clone, Debug)]
pub(crate) struct SlotGroup {
    pub(crate) heading: Key,
    pub(crate) id: &'static str,
    pub(crate) slots: Vec<SlotView>,
}

#[derive(Clone, Debug)]
pub(crate) struct SlotView {
    /// RFC 3339, UTC.
    pub(crate) start: String,
    pub(crate) time: String,
    /// The offset, where the clock shows the same time twice.
    pub(crate) offset: Option<String>,
    pub(crate) href: String,
}

/// A month without slots.
#[derive(Clone, Debug)]
pub(crate) struct Empty {
    pub(crate) heading: String,
    /// The next month with slots.
    pub(crate) next: Option<MonthLink>,
}

#[derive(Clone, Debug)]
pub(crate) struct ZoneView {
    pub(crate) label: String,
    pub(crate) is_fixed: bool,
    /// Somebody asked for a zone we do not know.
    pub(crate) is_unknown: bool,
    pub(crate) action: String,
    pub(crate) kept: Vec<(&'static str, String)>,
    pub(crate) groups: Vec<ZoneGroup>,
}

/// Lays out `slots`, which begin at or after the month of `range`.
pub(crate) fn picker(
    words: Words,
    visitor: &Visitor,
    range: &Range,
    query: &CalendarQuery,
    slots: &[Interval],
    home: &Zone,
    places: Places<'_>,
) -> Picker {
    let zone = &range.zone;
    let mut by_day: BTreeMap<Date, Vec<Interval>> = BTreeMap::new();
    for slot in slots {
        let date = slot.start.in_zone(zone).date();
        by_day.entry(date).or_default().push(*slot);
    }
    let links = Links {
        words,
        page: places.page,
        zone: visitor.zone_in_query.then(|| zone.name()),
    };
    let after = next_month(range.month);
    let first = by_day
        .range(range.month..after)
        .next()
        .map(|(date, _)| *date);
    let asked = query.day.filter(|day| (range.month..after).contains(day));
    let selected = asked.filter(|day| *day >= range.today).or(first);
    let month_name = dates::month(words, range.month);
    let empty = first.is_none().then(|| Empty {
        heading: words.with("picker-empty-month", &[("month", &month_name)]),
        next: by_day
            .range(after..)
            .next()
            .map(|(date, _)| links.month(date.first_of_month())),
    });
    let is_selected_open = selected.is_some() && empty.is_none();
    Picker {
        note: None,
        month: month_name,
        previous: (range.month > range.today.first_of_month())
            .then(|| links.month(previous_month(range.month))),
        next: (after <= range.last).then(|| links.month(after)),
        weekdays: weekdays(words),
        weeks: weeks(range, selected, &by_day, &links),
        day: selected.filter(|_| is_selected_open).map(|date| DayView {
            heading: dates::day(words, date),
            groups: groups(
                by_day.get(&date).map_or(&[], Vec::as_slice),
                zone,
                places.choose,
            ),
        }),
        empty,
        zone: zone_view(visitor, range, selected, home, places),
    }
}

struct Links<'a> {
    words: Words,
    page: &'a str,
    zone: Option<&'a str>,
}

impl Links<'_> {
    fn to(&self, name: &str, value: &str) -> String {
        let pairs = [(name, value), ("tz", self.zone.unwrap_or_default())];
        let count = if self.zone.is_some() { 2 } else { 1 };
        urls::with_query(self.page, &pairs[..count])
    }

    fn month(&self, month: Date) -> MonthLink {
        MonthLink {
            label: dates::month(self.words, month),
            href: self.to("month", &month_param(month)),
        }
    }

    /// On a narrow screen the slots are below the days: the link leads straight to them.
    fn day(&self, day: Date) -> String {
        format!("{}#times", self.to("day", &day_param(day)))
    }
}

fn weekdays(words: Words) -> Vec<Weekday> {
    let short = |long: &str| long.chars().take(3).collect();
    dates::weekdays(words)
        .into_iter()
        .map(|long| Weekday {
            short: short(&long),
            long,
        })
        .collect()
}

fn weeks(
    range: &Range,
    selected: Option<Date>,
    by_day: &BTreeMap<Date, Vec<Interval>>,
    links: &Links<'_>,
) -> Vec<Vec<Cell>> {
    let blank = || Cell {
        number: None,
        date: String::new(),
        label: String::new(),
        href: None,
        is_today: false,
        is_selected: false,
    };
    let before = range.month.weekday().to_monday_zero_offset().unsigned_abs();
    let mut cells: Vec<_> = (0..before).map(|_| blank()).collect();
    for date in days(range.month) {
        cells.push(Cell {
            number: Some(date.day()),
            date: day_param(date),
            label: dates::day(links.words, date),
            href: by_day.contains_key(&date).then(|| links.day(date)),
            is_today: date == range.today,
            is_selected: selected == Some(date),
        });
    }
    while cells.len() % 7 > 0 {
        cells.push(blank());
    }
    cells.chunks(7).map(<[Cell]>::to_vec).collect()
}

/// The days of the month that begins with `first`.
fn days(first: Date) -> impl Iterator<Item = Date> {
    let length = first.days_in_month();
    (1..=length).filter_map(move |day| first.with().day(day).build().ok())
}

fn groups(slots: &[Interval], zone: &Zone, choose: &str) -> Vec<SlotGroup> {
    let mut groups = [
        (key("picker-morning"), "morning", 0..12),
        (key("picker-afternoon"), "afternoon", 12..18),
        (key("picker-evening"), "evening", 18..24),
    ]
    .map(|(heading, id, hours)| {
        let slots = slots
            .iter()
            .filter(|slot| hours.contains(&slot.start.in_zone(zone).hour()))
            .map(|slot| slot_view(*slot, slots, zone, choose))
            .collect();
        SlotGroup { heading, id, slots }
    })
    .to_vec();
    groups.retain(|group| !group.slots.is_empty());
    groups
}

fn slot_view(slot: Interval, all: &[Interval], zone: &Zone, choose: &str) -> SlotView {
    let civil = slot.start.in_zone(zone);
    let same = |other: &&Interval| other.start.in_zone(zone) == civil;
    let is_repeated = all.iter().filter(same).count() > 1;
    SlotView {
        start: slot.start.to_string(),
        time: dates::clock(civil.time()),
        offset: is_repeated.then(|| dates::offset_label(zone, slot.start)),
        href: urls::with_start(choose, slot.start, zone.name()),
    }
}

fn zone_view(
    visitor: &Visitor,
    range: &Range,
    selected: Option<Date>,
    home: &Zone,
    places: Places<'_>,
) -> ZoneView {
    use crate::request::query::ZoneAsked;

    // The offset that holds on the day looked at, not today's.
    let at =
        range.zone.start_of_day(selected.unwrap_or(range.month)) + SignedDuration::from_hours(12);
    let kept = match selected {
        Some(day) => ("day", day_param(day)),
        None => ("month", month_param(range.month)),
    };
    ZoneView {
        label: dates::zone_label(&range.zone, at),
        is_fixed: places.zone_is_fixed,
        is_unknown: !places.zone_is_fixed && visitor.zone == ZoneAsked::Unknown,
        action: places.page.to_owned(),
        kept: vec![kept],
        groups: if places.zone_is_fixed {
            Vec::new()
        } else {
            zone_groups(&range.zone, home)
        },
    }
}

#[cfg(test)]
mod tests;
