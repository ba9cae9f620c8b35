//! The calendars on an account's list: whose they are, what may be done in them, their colours, and
//! which of them are shown.
//!
//! | POST | form fields, beside those of the place |
//! |---|---|
//! | `/calendar/show` | `shown`, once for each calendar that is to be shown |
//!
//! What is shown is the list entry's `selected`, as with Google: the API tells it and may set it.

use jiff::Timestamp;
use serde_json::Value;

use super::place::Place;
use crate::api::colors;
use crate::calendar::Calendar;
use crate::calendar::access::Role;
use crate::calendar::redact::Detail;
use crate::html::{escape, put};
use crate::http::{Fields, Response};
use crate::log::Trace;
use crate::profile::ListEntry;
use crate::text::Word;
use crate::world::World;

/// A calendar on somebody's list.
#[derive(Clone, Debug)]
pub(super) struct Listed<'w> {
    pub(super) calendar: &'w Calendar,
    pub(super) role: Role,
    /// Its name, or the one that the account gave it.
    pub(super) name: String,
    /// Id in Google's palette for calendars; the stylesheet has a class `k` and the id for each.
    pub(super) color: String,
    pub(super) is_shown: bool,
}

impl Listed<'_> {
    /// Whether the account may write events here.
    pub(super) fn is_writable(&self) -> bool {
        self.role >= Role::WriterWithoutPrivateAccess
    }

    /// How much of its events the account sees.
    pub(super) fn detail(&self) -> Detail {
        Detail::of(self.role)
    }
}

/// The calendars on an account's list that are not hidden from it, the primary first.
pub(super) fn listed<'w>(world: &'w World, account: &str) -> Vec<Listed<'w>> {
    let Some(profile) = world.profiles.get(account) else {
        return Vec::new();
    };
    let is_on = |entry: &ListEntry, name: &str| entry.fields.get(name) == Some(&Value::Bool(true));
    let mut entries: Vec<&ListEntry> = profile
        .list
        .values()
        .filter(|entry| !entry.is_removed && !is_on(entry, "hidden"))
        .collect();
    entries.sort_by_key(|entry| (entry.calendar != account, entry.ordinal));
    let listed = entries.into_iter().filter_map(|entry| {
        let calendar = world.calendars.get(&entry.calendar)?;
        let text = |name: &str| entry.fields.get(name).and_then(Value::as_str);
        Some(Listed {
            calendar,
            role: calendar.access.role_of(account)?,
            name: text("summaryOverride")
                .unwrap_or(&calendar.summary)
                .to_owned(),
            color: colors::of_entry(entry).to_owned(),
            is_shown: is_on(entry, "selected"),
        })
    });
    listed.collect()
}

/// One of the account's calendars, on its list or not, if it has any access to it.
pub(super) fn found<'w>(world: &'w World, account: &str, id: &str) -> Option<Listed<'w>> {
    let on_list = listed(world, account);
    let known = on_list.into_iter().find(|listed| listed.calendar.id == id);
    known.or_else(|| {
        let calendar = world.calendars.get(id)?;
        Some(Listed {
            calendar,
            role: calendar.access.role_of(account)?,
            name: calendar.summary.clone(),
            color: colors::by_turn(0).to_owned(),
            is_shown: false,
        })
    })
}

/// Shows the calendars that the form names, and no others.
pub(super) fn choose(world: &mut World, now: Timestamp, place: &Place, form: &Fields) -> Response {
    let wanted: Vec<&str> = form.all("shown").collect();
    let changed: Vec<(String, bool)> = listed(world, &place.account)
        .iter()
        .map(|listed| (listed, wanted.contains(&listed.calendar.id.as_str())))
        .filter(|(listed, is_wanted)| listed.is_shown != *is_wanted)
        .map(|(listed, is_wanted)| (listed.calendar.id.clone(), is_wanted))
        .collect();
    if let Some(profile) = world.profiles.get_mut(&place.account) {
        for (id, is_wanted) in changed {
            let Some(entry) = profile.entry(&id) else {
                continue;
            };
            let mut fields = entry.fields.clone();
            fields.remove("selected");
            if is_wanted {
                fields.insert("selected".to_owned(), true.into());
            }
            profile.put_entry(now, &id, fields);
        }
    }
    let response = Response::redirect(303, &place.calendar_link());
    let trace = Trace {
        account: Some(place.account.clone()),
        ..Trace::default()
    };
    world
        .log
        .record(now, "page.show", trace, response.status, None);
    response
}

/// A box to tick for each calendar, when there is more than one.
pub(super) fn write_boxes(body: &mut String, calendars: &[Listed<'_>], place: &Place) {
    if calendars.len() < 2 {
        return;
    }
    let say = |word: Word| word.in_language(place.language);
    put!(
        body,
        r#"<form class="calendars" method="post" action="/calendar/show"><fieldset><legend>{}</legend>"#,
        say(Word::Calendars)
    );
    write_place(body, place);
    for listed in calendars {
        let checked = if listed.is_shown { " checked" } else { "" };
        let note = if listed.calendar.owner == place.account {
            String::new()
        } else if listed.is_writable() {
            format!(" <small>{}</small>", say(Word::SharedWithYou))
        } else {
            format!(" <small>{}</small>", say(Word::ReadOnly))
        };
        put!(
            body,
            r#"<label class="k{}"><input type="checkbox" name="shown" value="{}"{checked}><span>{}{note}</span></label>"#,
            listed.color,
            escape(&listed.calendar.id),
            escape(&listed.name),
        );
    }
    put!(
        body,
        r#"<noscript><button>{}</button></noscript></fieldset></form>"#,
        say(Word::ShowTicked)
    );
}

/// The fields of a form that lead back to where it was opened.
pub(super) fn write_place(body: &mut String, place: &Place) {
    for (name, value) in place.fields() {
        write_hidden(body, name, &value);
    }
}

/// One field that is not seen.
pub(super) fn write_hidden(body: &mut String, name: &str, value: &str) {
    put!(
        body,
        r#"<input type="hidden" name="{name}" value="{}">"#,
        escape(value)
    );
}
