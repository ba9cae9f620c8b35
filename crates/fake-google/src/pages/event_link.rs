//! An event as it stands in a week or a list: a link to its page, with the hooks that scripts and
//! tests hold on to.

use jiff::Timestamp;

use super::place::Place;
use super::shown::Shown;
use crate::calendar::time::{EventTime, rfc3339};
use crate::html::{escape, put};
use crate::text::Word;

/// Writes the link. `has_handle` when its lower edge can be dragged.
pub(super) fn write(
    body: &mut String,
    place: &Place,
    shown: &Shown<'_>,
    classes: &str,
    has_handle: bool,
) {
    let (calendar, event) = (&shown.listed.calendar.id, &shown.event);
    let edit = place.link(
        "/calendar/event",
        &[("calendar", calendar), ("event", &event.id)],
    );
    let (title, times) = (shown.title(place), times(shown, place));
    put!(
        body,
        r#"<a class="event k{color} {classes}{marks}" href="{href}" data-event-id="{id}" data-calendar-id="{calendar}" data-start="{start}" data-end="{end}" draggable="false" title="{label}"><span class="title">{title}</span> <span class="time">{times}</span>"#,
        color = shown.listed.color,
        marks = marks(shown),
        href = escape(&edit),
        id = escape(&event.id),
        calendar = escape(calendar),
        start = stamp(&event.content.start, place),
        end = stamp(&event.content.end, place),
        label = escape(&format!("{title}, {times}")),
        title = escape(title),
    );
    if let Some(location) = shown.text("location") {
        put!(body, r#" <span class="place">{}</span>"#, escape(location));
    }
    let answer = match shown.answer() {
        Some("declined") => Some(Word::Declined),
        Some("needsAction") => Some(Word::NoAnswer),
        Some("tentative") => Some(Word::SaidMaybe),
        _ => None,
    };
    // What the look alone would say.
    if let Some(word) = answer {
        let word = word.in_language(place.language);
        put!(body, r#" <span class="unseen">({word})</span>"#);
    }
    if event.occurrence.is_some() {
        let word = Word::Repeats.in_language(place.language);
        put!(
            body,
            r#" <span class="repeats" title="{word}">↻<span class="unseen"> {word}</span></span>"#
        );
    }
    if has_handle && shown.is_editable() {
        body.push_str(r#"<span class="handle" aria-hidden="true"></span>"#);
    }
    body.push_str("</a>");
}

/// Classes that say how it stands with the event.
fn marks(shown: &Shown<'_>) -> String {
    let mut marks = format!(" {}", shown.event.content.status.word());
    if shown.event.content.fields.contains_key("transparency") {
        marks.push_str(" free");
    }
    if !shown.is_editable() {
        marks.push_str(" fixed");
    }
    match shown.answer() {
        Some("declined") => marks.push_str(" declined"),
        Some("needsAction") => marks.push_str(" invited"),
        _ => {}
    }
    marks
}

/// When it is, in hours or as "all day".
pub(super) fn times(shown: &Shown<'_>, place: &Place) -> String {
    match (&shown.event.content.start, &shown.event.content.end) {
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
