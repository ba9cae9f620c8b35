//! The form of an event, new or existing.

use super::calendars::{self, Listed, write_hidden, write_place};
use super::draft::Draft;
use super::event_details::write_answer;
use super::place::Place;
use super::repeat::{CHOICES, KEEP};
use super::scope::{Scope, write_scopes};
use super::shown::Shown;
use crate::calendar::Event;
use crate::html::{Page, escape, put};
use crate::http::Response;
use crate::text::Word;
use crate::world::World;

/// The event that a form is about.
pub(super) struct Subject<'a> {
    pub(super) shown: &'a Shown<'a>,
    /// The series that it belongs to, or itself.
    pub(super) series: &'a Event,
}

/// A form to be filled in.
pub(super) struct Form<'a> {
    pub(super) status: u16,
    /// Why it is shown again.
    pub(super) notice: Option<String>,
    /// None for an event that is to be made.
    pub(super) subject: Option<Subject<'a>>,
    pub(super) draft: Draft,
    /// The calendar chosen for a new event.
    pub(super) calendar: Option<String>,
}

impl Form<'_> {
    fn is_instance(&self) -> bool {
        let subject = self.subject.as_ref();
        subject.is_some_and(|subject| subject.shown.event.occurrence.is_some())
    }
}

/// The page around the form.
pub(super) fn form_page(world: &World, place: &Place, form: &Form<'_>) -> Response {
    let say = |word: Word| word.in_language(place.language);
    let (heading, action) = match form.subject {
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
    if let Some(subject) = &form.subject {
        write_answer(&mut body, place, subject.shown);
    }
    put!(body, r#"<form method="post" action="{action}">"#);
    write_unseen(&mut body, place, form);
    write_times(&mut body, place, form);
    if form.subject.is_none() {
        write_choices_of_new(&mut body, world, place, form);
    }
    write_repeat(&mut body, place, form);
    write_texts(&mut body, place, &form.draft);
    if form.is_instance() {
        write_scopes(&mut body, place, Scope::ALL);
    }
    write_buttons(&mut body, place, form.subject.is_some());
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

fn write_unseen(body: &mut String, place: &Place, form: &Form<'_>) {
    write_place(body, place);
    if let Some(Subject { shown, .. }) = &form.subject {
        write_hidden(body, "calendar", &shown.listed.calendar.id);
        write_hidden(body, "event", &shown.event.id);
        write_hidden(body, "etag", &shown.event.etag());
        if form.draft.is_all_day {
            write_hidden(body, "all_day", "on");
        }
    }
}

fn write_times(body: &mut String, place: &Place, form: &Form<'_>) {
    let say = |word: Word| word.in_language(place.language);
    let draft = &form.draft;
    let is_day = form.subject.is_some() && draft.is_all_day;
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
<p class="quiet">{zone}</p>
"#,
        title = say(Word::Title),
        title_value = escape(&draft.title),
        starts = say(Word::Starts),
        ends = say(end_word),
        start = escape(&draft.start),
        end = escape(&draft.end),
        zone = escape(&say(Word::TimesIn).replace("{zone}", &place.zone_name)),
    );
}

fn write_texts(body: &mut String, place: &Place, draft: &Draft) {
    let say = |word: Word| word.in_language(place.language);
    put!(
        body,
        r#"<label>{}<input name="location" value="{}" autocomplete="off"></label>
<label>{}<textarea name="guests" rows="2" aria-describedby="guests-hint" autocapitalize="none" spellcheck="false">{}</textarea></label>
<p class="quiet" id="guests-hint">{}</p>
<label>{}<textarea name="description" rows="4">{}</textarea></label>
"#,
        say(Word::Location),
        escape(&draft.location),
        say(Word::Guests),
        // A line break right after the tag would be swallowed.
        format_args!("\n{}", escape(&draft.guests)),
        say(Word::GuestsHint),
        say(Word::Description),
        format_args!("\n{}", escape(&draft.description)),
    );
}

/// What can be chosen only once: day event or not, and the calendar when there are several.
fn write_choices_of_new(body: &mut String, world: &World, place: &Place, form: &Form<'_>) {
    let say = |word: Word| word.in_language(place.language);
    let checked = if form.draft.is_all_day {
        " checked"
    } else {
        ""
    };
    put!(
        body,
        r#"<label class="choice"><input type="checkbox" name="all_day"{checked}><span>{} <small>{}</small></span></label>"#,
        say(Word::AllDay),
        say(Word::AllDayHint),
    );
    let mut listed = calendars::listed(world, &place.account);
    listed.retain(Listed::is_writable);
    if listed.len() < 2 {
        return;
    }
    put!(
        body,
        r#"<label>{}<select name="calendar">"#,
        say(Word::Calendar)
    );
    for listed in listed {
        let id = &listed.calendar.id;
        let chosen = if form.calendar.as_ref() == Some(id) {
            " selected"
        } else {
            ""
        };
        put!(
            body,
            r#"<option value="{}"{chosen}>{}</option>"#,
            escape(id),
            escape(&listed.name)
        );
    }
    body.push_str("</select></label>");
}

fn write_repeat(body: &mut String, place: &Place, form: &Form<'_>) {
    let say = |word: Word| word.in_language(place.language);
    let repeat = &form.draft.repeat;
    put!(
        body,
        r#"<div class="pair"><label>{}<select name="repeat">"#,
        say(Word::Repeats)
    );
    let mut option = |value: &str, text: &str| {
        let chosen = if value == repeat.choice {
            " selected"
        } else {
            ""
        };
        put!(
            body,
            r#"<option value="{value}"{chosen}>{}</option>"#,
            escape(text)
        );
    };
    let series = form.subject.as_ref().map(|subject| subject.series);
    let recurrence = series.and_then(|series| series.content.recurrence.as_ref());
    let kept = recurrence.filter(|_| repeat.choice == KEEP);
    if kept.is_some() {
        option(KEEP, say(Word::RepeatsAsItIs));
    }
    for (name, word, _) in CHOICES {
        option(name, say(word));
    }
    put!(
        body,
        r#"</select></label><label>{}<input type="date" name="until" value="{}"></label></div>"#,
        say(Word::RepeatsUntil),
        escape(&repeat.until),
    );
    if let Some(kept) = kept {
        let lines = kept.lines().join("\n");
        put!(body, r#"<p class="quiet rule">{}</p>"#, escape(&lines));
    }
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
        back = escape(&place.calendar_link()),
        word = say(Word::Back),
    );
}
