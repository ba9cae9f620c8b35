//! What there is to read of an event, and the answer to an invitation.
//!
//! | POST | form fields, beside those of the place |
//! |---|---|
//! | `/calendar/events/respond` | `calendar`, `event`, `answer` (`accepted`, `tentative`, `declined`), `scope` |

use super::calendars::{write_hidden, write_place};
use super::event_link::times;
use super::place::Place;
use super::scope::{Scope, write_scopes};
use super::shown::{Shown, own_attendee};
use crate::calendar::time::EventTime;
use crate::html::{Page, escape, put};
use crate::http::Response;
use crate::text::{Word, month};

/// The answers to an invitation.
pub(super) const ANSWERS: [(&str, Word); 3] = [
    ("accepted", Word::Accept),
    ("tentative", Word::Maybe),
    ("declined", Word::Decline),
];

/// The page of an event that the account may read and not change.
pub(super) fn response(place: &Place, shown: &Shown<'_>) -> Response {
    let say = |word: Word| word.in_language(place.language);
    let title = escape(shown.title(place));
    let mut body = format!(r#"<main class="card event-card"><h1>{title}</h1>"#);
    put!(
        body,
        "<dl><dt>{}</dt><dd>{}</dd>",
        say(Word::When),
        when(place, shown)
    );
    put!(
        body,
        "<dt>{}</dt><dd>{}</dd>",
        say(Word::Calendar),
        escape(&shown.listed.name)
    );
    for (name, word) in [
        ("location", Word::Location),
        ("description", Word::Description),
    ] {
        if let Some(text) = shown.text(name) {
            put!(body, "<dt>{}</dt><dd>{}</dd>", say(word), escape(text));
        }
    }
    body.push_str("</dl>");
    let why = if shown.is_hidden() {
        Word::OnlyTimesSeen
    } else {
        Word::ReadOnlyEvent
    };
    put!(
        body,
        r#"<p class="quiet">{}</p><p class="actions"><a class="button back" href="{}">{}</a></p></main>"#,
        say(why),
        escape(&place.calendar_link()),
        say(Word::Back)
    );
    Page {
        status: 200,
        language: place.language,
        title: shown.title(place),
        class: "plain",
        body: &body,
        form_target: None,
    }
    .response()
}

/// "23 November · 10:00 – 11:00".
fn when(place: &Place, shown: &Shown<'_>) -> String {
    let date = match &shown.event.content.start {
        EventTime::Day(day) => *day,
        EventTime::Moment { at, .. } => at.to_zoned(place.zone.clone()).date(),
    };
    let joint = super::header::joint(place.language);
    format!(
        "{}{joint}{} · {}",
        date.day(),
        month(place.language, date),
        times(shown, place)
    )
}

/// Who else comes and what they say, and buttons to answer if this calendar is invited.
pub(super) fn write_answer(body: &mut String, place: &Place, shown: &Shown<'_>) {
    let say = |word: Word| word.in_language(place.language);
    if let Some(invitation) = &shown.event.invitation {
        let line = say(Word::InvitedBy).replace("{who}", &invitation.organizer);
        let may_modify = shown.event.content.fields.get("guestsCanModify");
        let reach = if may_modify == Some(&true.into()) {
            Word::ChangesAreShared
        } else {
            Word::ChangesAreLocal
        };
        put!(
            body,
            r#"<p>{}</p><p class="quiet">{}</p>"#,
            escape(&line),
            say(reach)
        );
    }
    let attendees = shown.event.content.fields.get("attendees");
    let attendees = attendees.and_then(|value| value.as_array());
    let Some(attendees) = attendees.filter(|attendees| !attendees.is_empty()) else {
        return;
    };
    put!(
        body,
        r#"<ul class="guests" aria-label="{}">"#,
        say(Word::Guests)
    );
    for attendee in attendees {
        let email = attendee["email"].as_str().unwrap_or_default();
        let word = match attendee["responseStatus"].as_str() {
            Some("accepted") => Word::Accepted,
            Some("tentative") => Word::SaidMaybe,
            Some("declined") => Word::Declined,
            _ => Word::NoAnswer,
        };
        put!(
            body,
            r#"<li>{} <span class="quiet">{}</span></li>"#,
            escape(email),
            say(word)
        );
    }
    body.push_str("</ul>");
    if own_attendee(&shown.event, &shown.listed.calendar.id).is_none() {
        return;
    }
    put!(
        body,
        r#"<form class="answer" method="post" action="/calendar/events/respond"><fieldset><legend>{}</legend>"#,
        say(Word::WillYouCome)
    );
    write_place(body, place);
    write_hidden(body, "calendar", &shown.listed.calendar.id);
    write_hidden(body, "event", &shown.event.id);
    if shown.event.occurrence.is_some() {
        write_scopes(body, place, &[Scope::This, Scope::All]);
    }
    body.push_str(r#"<p class="actions">"#);
    for (answer, word) in ANSWERS {
        let pressed = if shown.answer() == Some(answer) {
            r#" aria-pressed="true""#
        } else {
            ""
        };
        put!(
            body,
            r#"<button name="answer" value="{answer}"{pressed}>{}</button>"#,
            say(word)
        );
    }
    body.push_str("</p></fieldset></form>");
}
