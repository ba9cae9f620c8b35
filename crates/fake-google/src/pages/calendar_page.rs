//! The calendar as HTML: a week of columns, or a list of days.
//!
//! Hooks that tests may rely on: each event is an `a.event` with `data-event-id`,
//! `data-calendar-id`, `data-start` and `data-end` (RFC 3339, or dates for day events); each day
//! is a `section.day` with `data-date`.

use jiff::Timestamp;

use super::calendars::listed;
use super::place::{Place, View};
use super::week::{Block, Day, days, version};
use super::{event_link, header, shown};
use crate::html::{Page, escape, put};
use crate::http::Response;
use crate::text::{Word, month, weekday};
use crate::world::World;

/// Rows up to which a block has room for one line only.
const ONE_LINE_ROWS: u16 = 6;
/// Rows up to which the title should have one line, or the place would be cut.
const ONE_LINE_TITLE_ROWS: u16 = 12;
/// The hour that a new event is offered at when only its day was chosen.
const HOUR_DEFAULT: i8 = 9;

/// The page.
pub(super) fn response(world: &World, now: Timestamp, place: &Place) -> Response {
    let say = |word: Word| word.in_language(place.language);
    let calendars = listed(world, &place.account);
    let title = header::title(place);
    let mut body = String::new();
    header::write(&mut body, world, place, &calendars, &title);
    let events = shown::events(world, now, place, &calendars);
    let version = version(world, now, place, &calendars);
    write_days(&mut body, &days(now, place, &events), place, &version);
    put!(
        body,
        r#"<p class="quiet hint">{}</p>"#,
        say(Word::KeyboardHint)
    );
    Page {
        status: 200,
        language: place.language,
        title: &format!("{title} · {}", say(Word::BannerShort)),
        class: "calendar",
        body: &body,
        form_target: None,
    }
    .response()
}

/// What changes whenever the page would look different.
pub(super) fn current_version(world: &World, now: Timestamp, place: &Place) -> String {
    version(world, now, place, &listed(world, &place.account))
}

fn write_days(body: &mut String, days: &[Day<'_>], place: &Place, version: &str) {
    let class = match place.view {
        View::Week => "week",
        View::List => "list",
    };
    put!(
        body,
        r#"<main id="week" class="days {class}" tabindex="-1" data-version="{version}" data-address="{address}" data-new="{new}" data-version-url="{version_url}">
"#,
        address = escape(&place.calendar_link()),
        new = escape(&place.link("/calendar/new", &[])),
        version_url = escape(&place.link("/calendar/version", &[])),
    );
    match place.view {
        View::Week => {
            write_gutter(body);
            for day in days {
                write_day(body, day, place);
            }
        }
        View::List => write_list(body, days, place),
    }
    body.push_str("</main>\n");
}

fn write_gutter(body: &mut String) {
    body.push_str(
        r#"<span class="corner" aria-hidden="true"></span><div class="gutter" aria-hidden="true">"#,
    );
    for hour in 1..24 {
        put!(
            body,
            r#"<span class="at-{}">{hour:02}:00</span>"#,
            hour * 12
        );
    }
    body.push_str("</div>\n");
}

/// The days that have something, and today.
fn write_list(body: &mut String, days: &[Day<'_>], place: &Place) {
    let has_something = |day: &Day<'_>| !day.blocks.is_empty() || !day.all_day.is_empty();
    let mut is_empty = true;
    for day in days {
        if has_something(day) || day.date == place.today {
            is_empty &= !has_something(day);
            write_day(body, day, place);
        }
    }
    if is_empty {
        let nothing = Word::NothingTheseWeeks.in_language(place.language);
        put!(body, r#"<p class="quiet nothing-here">{nothing}</p>"#);
    }
}

fn write_day(body: &mut String, day: &Day<'_>, place: &Place) {
    let say = |word: Word| word.in_language(place.language);
    let date = day.date;
    let today = if date == place.today { " today" } else { "" };
    let is_empty = day.blocks.is_empty() && day.all_day.is_empty();
    let empty = if is_empty { " empty" } else { "" };
    let start = date.at(HOUR_DEFAULT, 0, 0, 0).strftime("%Y-%m-%dT%H:%M");
    let new = place.link("/calendar/new", &[("start", &start.to_string())]);
    let (joint, weekday, month) = (
        header::joint(place.language),
        weekday(place.language, date),
        month(place.language, date),
    );
    let label = format!(
        "{}: {weekday} {}{joint}{month}",
        say(Word::NewEvent),
        date.day()
    );
    put!(
        body,
        r#"<section class="day{today}{empty}" data-date="{date}">
<h2><span class="weekday">{weekday}</span> <span class="number">{}</span><span class="month">{joint}{month}</span></h2>
<a class="add" href="{}" aria-label="{label}" title="{label}">+</a>
<div class="all-day">"#,
        date.day(),
        escape(&new),
    );
    for shown in &day.all_day {
        event_link::write(body, place, shown, "chip", false);
    }
    body.push_str("</div>\n<div class=\"slots\">");
    if let Some(row) = day.now_row {
        put!(
            body,
            r#"<span class="now at-{row}" aria-hidden="true"></span>"#
        );
    }
    for block in &day.blocks {
        event_link::write(body, place, &block.shown, &classes(block), block.has_end);
    }
    if is_empty {
        put!(
            body,
            r#"<p class="nothing">{}</p>"#,
            say(Word::NothingThisDay)
        );
    }
    body.push_str("</div></section>\n");
}

fn classes(block: &Block<'_>) -> String {
    let Block {
        row,
        rows,
        lane,
        lanes,
        ..
    } = block;
    let short = match *rows {
        rows if rows <= ONE_LINE_ROWS => " short",
        rows if rows <= ONE_LINE_TITLE_ROWS && *lanes == 1 => " low",
        _ => "",
    };
    format!("block at-{row} for-{rows} lane-{lane} of-{lanes}{short}")
}
