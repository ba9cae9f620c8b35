//! What stands above the days: where one is, where one can go, and which calendars are shown.

use jiff::civil::Date;

use super::calendars::{Listed, write_boxes};
use super::place::{Place, View};
use crate::html::{escape, put};
use crate::text::{Language, Word, month};
use crate::world::World;

/// "16 – 22 November 2026", naming month and year twice only where they differ.
pub(super) fn title(place: &Place) -> String {
    let (first, last) = (place.monday, place.last_day());
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
pub(super) fn joint(language: Language) -> &'static str {
    match language {
        Language::English => " ",
        Language::Spanish => " de ",
    }
}

/// Writes the bar.
pub(super) fn write(
    body: &mut String,
    world: &World,
    place: &Place,
    calendars: &[Listed<'_>],
    title: &str,
) {
    let say = |word: Word| word.in_language(place.language);
    let (previous, next) = (
        place.pages_away(-1).calendar_link(),
        place.pages_away(1).calendar_link(),
    );
    let today = place.in_week_of(place.today).calendar_link();
    let new = place.link("/calendar/new", &[]);
    let (previous_word, next_word) = match place.view {
        View::Week => (say(Word::PreviousWeek), say(Word::NextWeek)),
        View::List => (say(Word::Earlier), say(Word::Later)),
    };
    put!(
        body,
        r#"<header class="bar">
<nav class="weeks" aria-label="{when}"><a class="button" href="{today}">{today_word}</a>
<a class="button arrow" rel="prev" href="{previous}" aria-label="{previous_word}" title="{previous_word}">‹</a>
<a class="button arrow" rel="next" href="{next}" aria-label="{next_word}" title="{next_word}">›</a></nav>
<h1>{title}</h1>
<a class="button primary" id="new-event" href="{new}">{new_word}</a>
"#,
        when = say(Word::Days),
        today = escape(&today),
        previous = escape(&previous),
        next = escape(&next),
        new = escape(&new),
        today_word = say(Word::Today),
        new_word = say(Word::NewEvent),
    );
    put!(
        body,
        r#"<details class="settings" open><summary>{}</summary>"#,
        say(Word::AccountsAndCalendars)
    );
    write_switches(body, world, place);
    write_boxes(body, calendars, place);
    body.push_str("</details></header>\n");
}

fn write_switches(body: &mut String, world: &World, place: &Place) {
    let say = |word: Word| word.in_language(place.language);
    let views = View::ALL.map(|view| {
        let word = match view {
            View::Week => Word::ViewWeek,
            View::List => Word::ViewList,
        };
        let link = place.in_view(view).calendar_link();
        switch(&link, say(word), view == place.view)
    });
    let accounts: String = world
        .accounts
        .keys()
        .map(|email| {
            let link = place.for_account(world, email).calendar_link();
            switch(&link, email, *email == place.account)
        })
        .collect();
    let languages = Language::ALL.map(|language| {
        let link = place.in_language(language).calendar_link();
        switch(&link, language.name(), language == place.language)
    });
    let access = place.link("/calendar/account", &[]);
    put!(
        body,
        r#"<div class="switches"><nav class="views" aria-label="{}">{}</nav>
<nav class="accounts" aria-label="{}">{accounts}</nav><a class="access" href="{}">{}</a>
<p class="zone">{}</p><nav class="languages" aria-label="{}">{}</nav></div>
"#,
        say(Word::View),
        views.concat(),
        say(Word::Account),
        escape(&access),
        say(Word::AppsWithAccess),
        escape(&say(Word::TimesIn).replace("{zone}", &place.zone_name)),
        say(Word::Language),
        languages.concat(),
    );
}

/// A link to the same page seen otherwise.
fn switch(link: &str, text: &str, is_current: bool) -> String {
    let current = if is_current {
        r#" aria-current="true""#
    } else {
        ""
    };
    format!(
        r#"<a href="{}"{current}>{}</a>"#,
        escape(link),
        escape(text)
    )
}
