//! The week as HTML.
//!
//! Hooks that tests may rely on: each event is an `a.event` with `data-event-id`,
//! `data-calendar-id`, `data-start` and `data-end` (RFC 3339, or dates for day events); each day
//! is a `section.day` with `data-date`.

use jiff::civil::Date;
use jiff::{Span, Timestamp};

use super::place::Place;
use super::week::{Block, COLOURS, Day, days, version};
use crate::calendar::time::{EventTime, rfc3339};
use crate::calendar::{Calendar, Event};
use crate::html::{Page, escape, put};
use crate::http::Response;
use crate::text::{Language, Word, month, weekday};
use crate::world::World;

/// Rows up to which a block has room for one line only.
const ONE_LINE_ROWS: u16 = 6;
/// Rows up to which that line must be small.
const SMALL_ROWS: u16 = 3;

/// The page.
pub(super) fn response(world: &World, now: Timestamp, place: &Place) -> Response {
    let title = week_title(place);
    let mut body = String::new();
    write_header(&mut body, world, place, &title);
    write_week(
        &mut body,
        &days(world, now, place),
        place,
        &version(world, now, place),
    );
    let hint = Word::KeyboardHint.in_language(place.language);
    body.push_str(&format!(r#"<p class="quiet hint">{hint}</p>"#));
    Page {
        status: 200,
        language: place.language,
        title: &format!(
            "{title} · {}",
            Word::BannerShort.in_language(place.language)
        ),
        class: "calendar",
        body: &body,
        form_target: None,
    }
    .response()
}

/// "16 – 22 November 2026", naming month and year twice only where they differ.
fn week_title(place: &Place) -> String {
    let (first, last) = (
        place.monday,
        place.monday.saturating_add(Span::new().days(6)),
    );
    let name = |date: Date| month(place.language, date);
    let joint = joint(place.language);
    let end = format!("{}{joint}{}{joint}{}", last.day(), name(last), last.year());
    if first.year() != last.year() {
        format!(
            "{}{joint}{}{joint}{} – {end}",
            first.day(),
            name(first),
            first.year()
        )
    } else if first.month() != last.month() {
        format!("{}{joint}{} – {end}", first.day(), name(first))
    } else {
        format!("{} – {end}", first.day())
    }
}

/// What stands between day, month and year.
fn joint(language: Language) -> &'static str {
    match language {
        Language::English => " ",
        Language::Spanish => " de ",
    }
}

fn write_header(body: &mut String, world: &World, place: &Place, title: &str) {
    let say = |word: Word| word.in_language(place.language);
    let (previous, next) = (
        place.weeks_away(-1).week_link(),
        place.weeks_away(1).week_link(),
    );
    let today = place.in_week_of(place.today).week_link();
    let new = place.link("/calendar/new", &[]);
    put!(
        body,
        r#"<header class="bar">
<nav class="weeks"><a class="button" href="{today}">{today_word}</a>
<a class="button arrow" rel="prev" href="{previous}" aria-label="{previous_word}" title="{previous_word}">‹</a>
<a class="button arrow" rel="next" href="{next}" aria-label="{next_word}" title="{next_word}">›</a></nav>
<h1>{title}</h1>
<a class="button primary" id="new-event" href="{new}">{new_word}</a>
"#,
        today = escape(&today),
        previous = escape(&previous),
        next = escape(&next),
        new = escape(&new),
        today_word = say(Word::Today),
        previous_word = say(Word::PreviousWeek),
        next_word = say(Word::NextWeek),
        new_word = say(Word::NewEvent),
    );
    write_switches(body, world, place);
    body.push_str("</header>\n");
}

fn write_switches(body: &mut String, world: &World, place: &Place) {
    let say = |word: Word| word.in_language(place.language);
    let link = |place: &Place, text: &str, is_current: bool| {
        let current = if is_current {
            r#" aria-current="true""#
        } else {
            ""
        };
        format!(
            r#"<a href="{}"{current}>{}</a>"#,
            escape(&place.week_link()),
            escape(text)
        )
    };
    let accounts: String = world
        .accounts
        .keys()
        .map(|email| link(&place.for_account(email), email, *email == place.account))
        .collect();
    let languages: String = Language::ALL
        .into_iter()
        .map(|language| {
            link(
                &place.in_language(language),
                language.name(),
                language == place.language,
            )
        })
        .collect();
    put!(
        body,
        r#"<div class="switches"><nav class="accounts" aria-label="{}">{accounts}</nav>
<p class="zone">{}</p><nav class="languages" aria-label="{}">{languages}</nav></div>
"#,
        say(Word::Account),
        escape(&say(Word::TimesIn).replace("{zone}", &place.zone_name)),
        say(Word::Language),
    );
    write_legend(body, world, place);
}

/// Which colour is which calendar, when there is more than one.
fn write_legend(body: &mut String, world: &World, place: &Place) {
    let calendars: Vec<&Calendar> = world.calendars_of(&place.account).collect();
    if calendars.len() < 2 {
        return;
    }
    let heading = Word::Calendars.in_language(place.language);
    put!(body, r#"<ul class="legend" aria-label="{heading}">"#);
    for (index, calendar) in calendars.into_iter().enumerate() {
        let (colour, name) = (index % COLOURS, escape(&calendar.summary));
        put!(body, r#"<li class="c{colour}">{name}</li>"#);
    }
    body.push_str("</ul>");
}

fn write_week(body: &mut String, days: &[Day<'_>], place: &Place, version: &str) {
    put!(
        body,
        r#"<main id="week" class="week" tabindex="-1" data-version="{version}" data-address="{address}" data-new="{new}" data-version-url="{version_url}">
<span class="corner" aria-hidden="true"></span><div class="gutter" aria-hidden="true">"#,
        address = escape(&place.week_link()),
        new = escape(&place.link("/calendar/new", &[])),
        version_url = escape(&place.link("/calendar/version", &[])),
    );
    for hour in 1..24 {
        put!(
            body,
            r#"<span class="at-{}">{hour:02}:00</span>"#,
            hour * 12
        );
    }
    body.push_str("</div>\n");
    for day in days {
        write_day(body, day, place);
    }
    body.push_str("</main>\n");
}

fn write_day(body: &mut String, day: &Day<'_>, place: &Place) {
    let today = if day.date == place.today {
        " today"
    } else {
        ""
    };
    let date = day.date;
    put!(
        body,
        r#"<section class="day{today}" data-date="{date}">
<h2><span class="weekday">{}</span> <span class="number">{}</span><span class="month">{}{}</span></h2>
<div class="all-day">"#,
        weekday(place.language, date),
        date.day(),
        joint(place.language),
        month(place.language, date),
    );
    for (calendar, event, colour) in &day.all_day {
        write_event(
            body,
            place,
            calendar,
            event,
            &format!("chip c{colour}"),
            false,
        );
    }
    body.push_str("</div>\n<div class=\"slots\">");
    if let Some(row) = day.now_row {
        put!(
            body,
            r#"<span class="now at-{row}" aria-hidden="true"></span>"#
        );
    }
    for block in &day.blocks {
        write_event(
            body,
            place,
            block.calendar,
            &block.event,
            &classes(block),
            block.has_end,
        );
    }
    if day.blocks.is_empty() && day.all_day.is_empty() {
        let nothing = Word::NothingThisDay.in_language(place.language);
        put!(body, r#"<p class="nothing">{nothing}</p>"#);
    }
    body.push_str("</div></section>\n");
}

fn classes(block: &Block<'_>) -> String {
    let Block {
        row,
        rows,
        lane,
        lanes,
        colour,
        ..
    } = block;
    let short = match *rows {
        rows if rows <= SMALL_ROWS => " short tiny",
        rows if rows <= ONE_LINE_ROWS => " short",
        _ => "",
    };
    format!("block at-{row} for-{rows} lane-{lane} of-{lanes} c{colour}{short}")
}

fn write_event(
    body: &mut String,
    place: &Place,
    calendar: &Calendar,
    event: &Event,
    classes: &str,
    has_handle: bool,
) {
    let edit = place.link(
        "/calendar/event",
        &[("calendar", &calendar.id), ("event", &event.id)],
    );
    let (title, times) = (title(event, place.language), times(event, place));
    let tentative = event.content.status.word();
    let free = if event.content.fields.contains_key("transparency") {
        " free"
    } else {
        ""
    };
    put!(
        body,
        r#"<a class="event {classes} {tentative}{free}" href="{href}" data-event-id="{id}" data-calendar-id="{calendar_id}" data-start="{start}" data-end="{end}" draggable="false" title="{label}"><span class="title">{title}</span> <span class="time">{times}</span>"#,
        href = escape(&edit),
        id = escape(&event.id),
        calendar_id = escape(&calendar.id),
        start = stamp(&event.content.start, place),
        end = stamp(&event.content.end, place),
        label = escape(&format!("{title}, {times}")),
        title = escape(&title),
    );
    if let Some(location) = event
        .content
        .fields
        .get("location")
        .and_then(|value| value.as_str())
    {
        put!(body, r#" <span class="place">{}</span>"#, escape(location));
    }
    if has_handle {
        body.push_str(r#"<span class="handle" aria-hidden="true"></span>"#);
    }
    body.push_str("</a>");
}

fn title(event: &Event, language: Language) -> String {
    let title = event
        .content
        .fields
        .get("summary")
        .and_then(|value| value.as_str());
    title
        .unwrap_or(Word::Untitled.in_language(language))
        .to_owned()
}

fn times(event: &Event, place: &Place) -> String {
    match (&event.content.start, &event.content.end) {
        (EventTime::Moment { at: start, .. }, EventTime::Moment { at: end, .. }) => {
            let clock = |at: &Timestamp| {
                at.to_zoned(place.zone.clone())
                    .strftime("%H:%M")
                    .to_string()
            };
            format!("{} – {}", clock(start), clock(end))
        }
        _ => Word::AllDay.in_language(place.language).to_owned(),
    }
}

fn stamp(time: &EventTime, place: &Place) -> String {
    match time {
        EventTime::Day(date) => date.to_string(),
        EventTime::Moment { at, .. } => rfc3339(*at, &place.zone),
    }
}
