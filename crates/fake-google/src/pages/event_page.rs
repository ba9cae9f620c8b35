//! The form of one event, new or existing, as a page of its own. With JavaScript it opens as a
//! dialog over the week.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::civil::DateTime;
use jiff::{Span, Timestamp};

use super::place::Place;
use super::problem;
use crate::calendar::time::EventTime;
use crate::calendar::{Calendar, Event};
use crate::html::{Page, escape, put};
use crate::http::{Fields, Response};
use crate::text::Word;
use crate::world::World;

/// Length a new event is offered with.
const LENGTH_DEFAULT_MINUTES: i64 = 60;

/// What stands in the fields of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) title: String,
    /// As a `datetime-local` or, for a day event, a `date` field has it.
    pub(super) start: String,
    /// For a day event the last day, not the day after.
    pub(super) end: String,
    pub(super) is_all_day: bool,
    pub(super) location: String,
    pub(super) description: String,
}

impl Draft {
    /// The fields of an event that exists, in the zone of the page.
    pub(super) fn of(event: &Event, place: &Place) -> Self {
        let text = |name: &str| {
            let value = event
                .content
                .fields
                .get(name)
                .and_then(|value| value.as_str());
            value.unwrap_or_default().to_owned()
        };
        let last = match &event.content.end {
            EventTime::Day(end) => EventTime::Day(end.saturating_sub(Span::new().days(1))),
            moment => moment.clone(),
        };
        Self {
            title: text("summary"),
            start: field(&event.content.start, place),
            end: field(&last, place),
            is_all_day: event.content.start.is_day(),
            location: text("location"),
            description: text("description"),
        }
    }

    /// The fields as a form sent them.
    pub(super) fn sent(form: &Fields) -> Self {
        let text = |name: &str| form.get(name).unwrap_or_default().replace("\r\n", "\n");
        Self {
            title: text("title"),
            start: text("start"),
            end: text("end"),
            is_all_day: form.get("all_day").is_some(),
            location: text("location"),
            description: text("description"),
        }
    }
}

/// An event to be made: at the time asked for, or the next full hour.
pub(super) fn blank(world: &World, now: Timestamp, place: &Place, query: &Fields) -> Response {
    let asked: Option<DateTime> = query.get("start").and_then(|text| text.parse().ok());
    let start = asked.unwrap_or_else(|| {
        let local = now.to_zoned(place.zone.clone()).datetime();
        let hour = local.date().at(local.hour(), 0, 0, 0);
        hour.saturating_add(Span::new().hours(1))
    });
    let end = start.saturating_add(Span::new().minutes(LENGTH_DEFAULT_MINUTES));
    let draft = Draft {
        start: local_field(start),
        end: local_field(end),
        ..Draft::default()
    };
    form_page(
        world,
        place,
        &Form {
            status: 200,
            notice: None,
            existing: None,
            draft,
        },
    )
}

/// An event to be changed, found by its ids or by the `eid` of its `htmlLink`.
pub(super) fn existing(world: &World, now: Timestamp, place: &Place, query: &Fields) -> Response {
    let (calendar, event) = match query.get("eid") {
        Some(eid) => match ids_of(eid) {
            Some(ids) => ids,
            None => return problem(404, place.language, Word::NoSuchEvent),
        },
        None => {
            let text = |name: &str| query.get(name).unwrap_or_default().to_owned();
            (text("calendar"), text("event"))
        }
    };
    let found = world.calendars.get(&calendar).and_then(|calendar| {
        let event = calendar.event(&event, now, &world.rules)?;
        (!event.is_deleted()).then_some((calendar, event))
    });
    let Some((calendar, event)) = found else {
        return problem(404, place.language, Word::NoSuchEvent);
    };
    let place = place.for_account(&calendar.owner);
    let draft = Draft::of(&event, &place);
    let form = Form {
        status: 200,
        notice: None,
        existing: Some((calendar, &event)),
        draft,
    };
    form_page(world, &place, &form)
}

/// Calendar and event id of an `htmlLink`.
fn ids_of(eid: &str) -> Option<(String, String)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(eid).ok()?).ok()?;
    let (event, calendar) = text.split_once(' ')?;
    let calendar = match calendar.rsplit_once('@') {
        Some((name, "m")) => format!("{name}@gmail.com"),
        Some((name, "g")) => format!("{name}@group.calendar.google.com"),
        _ => calendar.to_owned(),
    };
    Some((calendar, event.to_owned()))
}

/// A form to be filled in.
pub(super) struct Form<'a> {
    pub(super) status: u16,
    /// Why it is shown again.
    pub(super) notice: Option<String>,
    pub(super) existing: Option<(&'a Calendar, &'a Event)>,
    pub(super) draft: Draft,
}

/// The page around the form.
pub(super) fn form_page(world: &World, place: &Place, form: &Form<'_>) -> Response {
    let say = |word: Word| word.in_language(place.language);
    let (heading, action) = match form.existing {
        Some(_) => (say(Word::EditEvent), "/calendar/events/save"),
        None => (say(Word::NewEvent), "/calendar/events/create"),
    };
    let mut body = format!(r#"<main class="card event-card"><h1>{heading}</h1>"#);
    if let Some(notice) = &form.notice {
        put!(
            body,
            r#"<p class="error" role="alert">{}</p>"#,
            escape(notice)
        );
    }
    put!(body, r#"<form method="post" action="{action}">"#);
    write_hidden(&mut body, place, form);
    write_fields(&mut body, world, place, form);
    write_buttons(&mut body, place, form.existing.is_some());
    body.push_str("</form></main>");
    Page {
        status: form.status,
        language: place.language,
        title: heading,
        class: "plain",
        body: &body,
        form_target: None,
    }
    .response()
}

fn write_hidden(body: &mut String, place: &Place, form: &Form<'_>) {
    let mut fields = place.fields();
    if let Some((calendar, event)) = form.existing {
        fields.push(("calendar", calendar.id.clone()));
        fields.push(("event", event.id.clone()));
        fields.push(("etag", event.etag()));
        if form.draft.is_all_day {
            fields.push(("all_day", "on".to_owned()));
        }
    }
    for (name, value) in fields {
        put!(
            body,
            r#"<input type="hidden" name="{name}" value="{}">"#,
            escape(&value)
        );
    }
}

fn write_fields(body: &mut String, world: &World, place: &Place, form: &Form<'_>) {
    let say = |word: Word| word.in_language(place.language);
    let draft = &form.draft;
    let is_day = form.existing.is_some() && draft.is_all_day;
    let (kind, end_word) = if is_day {
        ("date", Word::LastDay)
    } else {
        ("datetime-local", Word::Ends)
    };
    put!(
        body,
        r#"<label>{title}<input name="title" value="{title_value}" autocomplete="off" autofocus></label>
<div class="pair"><label>{starts}<input type="{kind}" name="start" value="{start}" required></label>
<label>{ends}<input type="{kind}" name="end" value="{end}" required></label></div>
"#,
        title = say(Word::Title),
        title_value = escape(&draft.title),
        starts = say(Word::Starts),
        ends = say(end_word),
        start = escape(&draft.start),
        end = escape(&draft.end),
    );
    if form.existing.is_none() {
        write_choices_of_new(body, world, place, draft);
    }
    put!(
        body,
        r#"<label>{}<input name="location" value="{}" autocomplete="off"></label>
<label>{}<textarea name="description" rows="4">{}</textarea></label>
<p class="quiet">{}</p>
"#,
        say(Word::Location),
        escape(&draft.location),
        say(Word::Description),
        // A line break right after the tag would be swallowed.
        format_args!("\n{}", escape(&draft.description)),
        escape(&say(Word::TimesIn).replace("{zone}", &place.zone_name)),
    );
}

/// What can be chosen only once: day event or not, and the calendar when there are several.
fn write_choices_of_new(body: &mut String, world: &World, place: &Place, draft: &Draft) {
    let say = |word: Word| word.in_language(place.language);
    let checked = if draft.is_all_day { " checked" } else { "" };
    put!(
        body,
        r#"<label class="choice"><input type="checkbox" name="all_day"{checked}><span>{} <small>{}</small></span></label>"#,
        say(Word::AllDay),
        say(Word::AllDayHint),
    );
    let calendars: Vec<&Calendar> = world.calendars_of(&place.account).collect();
    if calendars.len() < 2 {
        return;
    }
    put!(
        body,
        r#"<label>{}<select name="calendar">"#,
        say(Word::Calendar)
    );
    for calendar in calendars {
        let (id, name) = (escape(&calendar.id), escape(&calendar.summary));
        put!(body, r#"<option value="{id}">{name}</option>"#);
    }
    body.push_str("</select></label>");
}

fn write_buttons(body: &mut String, place: &Place, can_delete: bool) {
    let say = |word: Word| word.in_language(place.language);
    let delete = if can_delete {
        format!(
            r#"<button class="danger" formaction="/calendar/events/delete" formnovalidate>{}</button>"#,
            say(Word::Delete)
        )
    } else {
        String::new()
    };
    put!(
        body,
        r#"<p class="actions"><button class="primary">{save}</button>{delete}<a class="button back" href="{back}">{word}</a></p>"#,
        save = say(Word::Save),
        back = escape(&place.week_link()),
        word = say(Word::Back),
    );
}

fn field(time: &EventTime, place: &Place) -> String {
    match time {
        EventTime::Day(day) => day.to_string(),
        EventTime::Moment { at, .. } => local_field(at.to_zoned(place.zone.clone()).datetime()),
    }
}

fn local_field(local: DateTime) -> String {
    local.strftime("%Y-%m-%dT%H:%M").to_string()
}
